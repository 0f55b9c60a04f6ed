/// A file of a data set that can be downloaded.
public struct DataFile: Sendable, Equatable {
  /// The file's name, in the folder and at the end of its address.
  public let name: String
  /// The digest of the right content.
  public let sha256: String

  public init(name: String, sha256: String) {
    self.name = name
    self.sha256 = sha256
  }
}

/// A data set as a folder of files: where to look for it, and where to download it from.
///
/// The places, in order: `$MARTLET_DATA/NAME`, the user's cache folder, and a download into the latter. What the user
/// names with an option comes before all of them and needs no looking.
public struct DataFolder: Sendable {
  /// What came of looking.
  public enum Answer: Equatable {
    /// All files are in the folder.
    case found(folder: String)
    /// They are nowhere; why not, place by place.
    case missing(reasons: [String])
  }

  let name: String
  let files: [DataFile]
  let mirrors: [String]
  let environment: @Sendable (String) -> String?

  /// - Parameters:
  ///   - name: the folder's name: `mnist`.
  ///   - files: what must be in it.
  ///   - mirrors: addresses that end in `/`, the best first.
  ///   - environment: the value of an environment variable.
  public init(
    name: String, files: [DataFile], mirrors: [String],
    environment: @escaping @Sendable (String) -> String? = { Terminal.environment($0) }
  ) {
    self.name = name
    self.files = files
    self.mirrors = mirrors
    self.environment = environment
  }

  /// Looks for the files, and downloads them if they are nowhere.
  ///
  /// - Parameters:
  ///   - offline: do not download.
  ///   - announce: told the folder before a download begins, since that takes a while.
  public func find(offline: Bool, announce: (_ folder: String) -> Void = { _ in }) -> Answer {
    var reasons: [String] = []
    if let root = environment("MARTLET_DATA") {
      let folder = "\(root)/\(name)"
      if isComplete(folder) { return .found(folder: folder) }
      reasons.append("\(folder) (from MARTLET_DATA) does not have the files")
    }
    guard let cache = Files.cacheFolder(environment: environment) else {
      return .missing(reasons: reasons + ["there is no home folder to download to"])
    }
    let folder = "\(cache)/\(name)"
    if isComplete(folder) { return .found(folder: folder) }
    if offline {
      return .missing(reasons: reasons + ["\(folder) does not have the files, and --offline forbids a download"])
    }

    announce(folder)
    do {
      try download(to: folder)
      return .found(folder: folder)
    } catch {
      return .missing(reasons: reasons + ["\(error)"])
    }
  }

  /// True if each file is there, as it is downloaded or decompressed.
  private func isComplete(_ folder: String) -> Bool {
    files.allSatisfy { file in
      Files.exists("\(folder)/\(file.name)")
        || file.name.hasSuffix(".gz") && Files.exists("\(folder)/\(file.name.dropLast(3))")
    }
  }

  private func download(to folder: String) throws(DownloadError) {
    do throws(FileFailure) { try Files.makeFolder(folder) } catch { throw .file(error) }
    for file in files where !Files.exists("\(folder)/\(file.name)") {
      try download(file, to: "\(folder)/\(file.name)")
    }
  }

  /// Tries the mirrors in order; fails as the last one did.
  private func download(_ file: DataFile, to path: String) throws(DownloadError) {
    var last: DownloadError?
    for mirror in mirrors {
      do throws(DownloadError) {
        return try Download.fetch("\(mirror)\(file.name)", to: path, sha256: file.sha256)
      } catch {
        last = error
        // Without curl, or with a full disk, another mirror does not help.
        switch error {
        case .curlMissing, .file: throw error
        case .failed, .wrongChecksum: continue
        }
      }
    }
    if let last { throw last }
  }
}
