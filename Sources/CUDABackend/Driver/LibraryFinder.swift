/// Finds NVIDIA's driver library on this machine.
///
/// Only `libcuda.so.1` is looked for, the name that a driver installs. The bare `libcuda.so` and the folders called
/// `stubs` belong to toolkits: what is there can be linked against but does nothing.
package struct LibraryFinder: Sendable {
  /// The driver's library.
  package static let driverName = "libcuda.so.1"

  /// The variable with folders (or files) to look in first, separated by colons.
  package static let pathVariable = "MARTLET_CUDA_LIBRARY_PATH"

  /// Folders outside the dynamic linker's own search in which drivers are found: Windows' subsystem for Linux,
  /// containers, NixOS.
  package static let extraFolders = ["/usr/lib/wsl/lib", "/usr/local/nvidia/lib64", "/run/opengl-driver/lib"]

  /// A place to look.
  package struct Candidate: Sendable, Equatable {
    package let name: String
    package let onlyIfLoaded: Bool

    package init(_ name: String, onlyIfLoaded: Bool = false) {
      self.name = name
      self.onlyIfLoaded = onlyIfLoaded
    }
  }

  private let opener: any LibraryOpener
  private let environment: @Sendable (String) -> String?

  /// - Parameters:
  ///   - opener: what opens libraries.
  ///   - environment: the value of an environment variable; nil or empty if it is not set.
  package init(opener: any LibraryOpener, environment: @escaping @Sendable (String) -> String?) {
    self.opener = opener
    self.environment = environment
  }

  /// Where the driver's library is looked for, in order: the places that the user names, this process, wherever the
  /// dynamic linker looks (`LD_LIBRARY_PATH`, its cache), the extra folders.
  package var driverCandidates: [Candidate] {
    let named = (environment(Self.pathVariable) ?? "").split(separator: ":").compactMap { Self.candidate(in: $0) }
    return named + [Candidate(Self.driverName, onlyIfLoaded: true), Candidate(Self.driverName)]
      + Self.extraFolders.map { Candidate("\($0)/\(Self.driverName)") }
  }

  /// Opens candidates in order until `accept` returns a value.
  ///
  /// - Parameter accept: tries a library; throws why it is not to be used, after which the next one is tried.
  /// - Throws: the first reason of `accept` (a real driver's before a stub's), or that no library was found.
  package func firstDriver<Value>(
    _ accept: (any SymbolSource) throws(CUDAUnavailable) -> Value
  ) throws(CUDAUnavailable) -> Value {
    var refused: CUDAUnavailable?
    var broken: [String] = []
    var tried: [String] = []
    for candidate in driverCandidates {
      let source: any SymbolSource
      do throws(LibraryOpenError) {
        source = try opener.open(candidate.name, onlyIfLoaded: candidate.onlyIfLoaded)
      } catch {
        if !candidate.onlyIfLoaded { tried.append(candidate.name) }
        if !error.isMissing { broken.append(error.reason) }
        continue
      }
      do throws(CUDAUnavailable) {
        return try accept(source)
      } catch {
        // A stub says nothing about the machine; what any other library says is the reason to tell.
        if refused.map(\.isStub) ?? true { refused = refused != nil && error.isStub ? refused : error }
      }
    }
    throw refused ?? .libraryNotFound(tried: tried, broken: broken)
  }

  /// The driver's library in a folder, or the file itself; nil for what is never to be loaded.
  private static func candidate(in place: Substring) -> Candidate? {
    let parts = place.split(separator: "/")
    guard !place.isEmpty, !parts.contains("stubs"), parts.last != "libcuda.so" else { return nil }
    let isFile = parts.last.map { $0.hasPrefix("libcuda.so.") } ?? false
    if isFile { return Candidate(String(place)) }
    return Candidate(place.hasSuffix("/") ? "\(place)\(driverName)" : "\(place)/\(driverName)")
  }
}
