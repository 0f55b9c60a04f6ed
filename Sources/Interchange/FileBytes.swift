#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Glibc
#endif

/// A file that could not be read, with the system's reason.
public struct FileError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file's path.
  public let path: String
  /// What went wrong, in words.
  public let reason: String

  /// True when there is no such file, as opposed to one that cannot be read.
  public let isMissing: Bool

  /// `path: reason`.
  public var description: String { "\(path): \(reason)" }

  package init(path: String, code: Int32) {
    self.path = path
    reason = strerror(code).map { String(cString: $0) } ?? "system error \(code)"
    isMissing = code == ENOENT || code == ENOTDIR
  }

  package init(path: String, reason: String) {
    self.path = path
    self.reason = reason
    isMissing = false
  }
}

/// Whole files as arrays of bytes, by the system's own calls.
package enum FileBytes {
  /// The largest file that is read, unless told otherwise.
  package static let defaultLimit = 1 << 30
  /// How many bytes are read or written by one call: Darwin's calls refuse more than 2³¹ - 1.
  static let largestTransfer = 1 << 30

  /// The content of a regular file.
  ///
  /// - Parameter limit: the largest size that is accepted, in bytes.
  package static func read(_ path: String, limit: Int = defaultLimit) throws(FileError) -> [UInt8] {
    // Opening a pipe would otherwise wait for a writer, before it can be seen that it is no file.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileError(path: path, code: errno) }
    defer { close(descriptor) }

    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileError(path: path, code: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw FileError(path: path, reason: "is not a regular file") }
    let size = Int(status.st_size)
    guard size <= limit else {
      throw FileError(path: path, reason: "is \(size) bytes long; at most \(limit) are read")
    }

    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
      // A file may shrink between fstat and read: what was read is what there is.
      while filled < size {
        let got = systemRead(descriptor, buffer.baseAddress! + filled, min(size - filled, largestTransfer))
        if got > 0 {
          filled += got
        } else if got == 0 {
          return
        } else if errno != EINTR {
          failure = errno
          return
        }
      }
    }
    guard failure == 0 else { throw FileError(path: path, code: failure) }
    return bytes
  }

  /// True if something can be read at the path.
  package static func exists(_ path: String) -> Bool { access(path, R_OK) == 0 }
}

/// The system's `read`, whose name the method above takes.
private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutablePointer<UInt8>, _ count: Int) -> Int {
  read(descriptor, buffer, count)
}
