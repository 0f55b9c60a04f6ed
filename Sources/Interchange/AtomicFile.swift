#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Glibc
#endif
internal import Synchronization

/// Files that are there whole or not at all.
package enum AtomicFile {
  /// Tells the temporary files of one process apart: several tasks may write to one path.
  private static let writeCount = Atomic<Int>(0)

  /// Writes parts one after the other to a temporary file beside `path`, waits until the disk has it, and renames it.
  /// On a failure nothing is left behind and what had the name before stays. A link is followed, permissions stay; what is
  /// no regular file (`/dev/null`, a pipe) is written into as it is.
  package static func write(
    to path: String, _ body: (inout Writer) throws(FileError) -> Void
  ) throws(FileError) {
    try write(to: path, failure: { $0 }, body)
  }

  /// The same for a body that throws errors of its own.
  package static func writeParts(to path: String, _ body: (inout Writer) throws -> Void) throws {
    try write(to: path, failure: { $0 as any Error }, body)
  }

  private static func write<Failure: Error>(
    to path: String, failure: (FileError) -> Failure, _ body: (inout Writer) throws(Failure) -> Void
  ) throws(Failure) {
    var status = stat()
    let isThere = stat(path, &status) == 0
    // A device or a pipe is written into: a file in its place would be the end of it. (A folder refuses to be opened.)
    if isThere && status.st_mode & S_IFMT != S_IFREG { return try writeInto(path, failure: failure, body) }
    // A link stays a link: the file that it leads to is replaced.
    let target = isThere ? resolved(path) : path
    let number = writeCount.add(1, ordering: .relaxed).newValue
    let partial = "\(target).partial-\(getpid())-\(number)"
    // Who may read and write the old file may do so with the new one; the process's mask rules for one that was not there.
    let permissions = isThere ? status.st_mode & 0o777 : 0o666
    let descriptor = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, permissions)
    guard descriptor >= 0 else { throw failure(FileError(path: path, code: errno)) }
    // Some file systems have no permissions to give.
    if isThere { _ = fchmod(descriptor, permissions) }
    var writer = Writer(path: path, descriptor: descriptor)
    do throws(Failure) {
      try body(&writer)
      if fsync(descriptor) != 0 { throw failure(FileError(path: path, code: errno)) }
    } catch {
      close(descriptor)
      unlink(partial)
      throw error
    }
    // Some file systems tell only at closing that the disk is full.
    guard close(descriptor) == 0, rename(partial, target) == 0 else {
      let code = errno
      unlink(partial)
      throw failure(FileError(path: path, code: code))
    }
    if let error = syncFolder(of: target, path) { throw failure(error) }
  }

  /// Writes to what is no regular file, as the parts come.
  private static func writeInto<Failure: Error>(
    _ path: String, failure: (FileError) -> Failure, _ body: (inout Writer) throws(Failure) -> Void
  ) throws(Failure) {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(FileError(path: path, code: errno)) }
    var writer = Writer(path: path, descriptor: descriptor)
    do throws(Failure) {
      try body(&writer)
    } catch {
      close(descriptor)
      throw error
    }
    guard close(descriptor) == 0 else { throw failure(FileError(path: path, code: errno)) }
  }

  /// The path without links.
  private static func resolved(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(validatingCString: resolved) ?? path
  }

  /// Waits until the disk has the new name, too, so that it outlives a loss of power.
  private static func syncFolder(of target: String, _ path: String) -> FileError? {
    let end = target.lastIndex(of: "/")
    let folder = end.map { $0 == target.startIndex ? "/" : String(target[..<$0]) } ?? "."
    let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
    // A folder that may be written but not read cannot be waited for; the file itself is on the disk.
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    // Some file systems know no such thing for folders.
    guard fsync(descriptor) != 0, errno != EINVAL, errno != ENOTSUP, errno != EBADF else { return nil }
    return FileError(path: path, code: errno)
  }

  /// An open file that is written from front to back.
  package struct Writer {
    fileprivate let path: String
    fileprivate let descriptor: Int32
    /// How many bytes have been written.
    package private(set) var position = 0

    /// Appends bytes.
    package mutating func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
      var written = 0
      defer { position += written }
      while written < bytes.count {
        let count = systemWrite(descriptor, bytes.baseAddress! + written, min(bytes.count - written, FileBytes.largestTransfer))
        if count >= 0 {
          written += count
        } else if errno != EINTR {
          throw FileError(path: path, code: errno)
        }
      }
    }

    /// Appends bytes.
    package mutating func append(_ bytes: [UInt8]) throws(FileError) {
      var failure: FileError?
      bytes.withUnsafeBytes { buffer in
        do throws(FileError) { try append(buffer) } catch { failure = error }
      }
      if let failure { throw failure }
    }
  }
}

/// The system's `write`, whose name the method above takes.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
