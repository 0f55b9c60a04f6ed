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
  /// On a failure nothing is left behind and what had the name before stays.
  package static func write(to path: String, _ body: (inout Writer) throws(FileError) -> Void) throws(FileError) {
    let number = writeCount.add(1, ordering: .relaxed).newValue
    let partial = "\(path).partial-\(getpid())-\(number)"
    let descriptor = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileError(path: path, code: errno) }
    var writer = Writer(path: path, descriptor: descriptor)
    do throws(FileError) {
      try body(&writer)
      try writer.check(fsync(descriptor))
    } catch {
      close(descriptor)
      unlink(partial)
      throw error
    }
    // Some file systems tell only at closing that the disk is full.
    guard close(descriptor) == 0, rename(partial, path) == 0 else {
      let code = errno
      unlink(partial)
      throw FileError(path: path, code: code)
    }
  }

  /// An open file that is written from front to back.
  package struct Writer {
    fileprivate let path: String
    fileprivate let descriptor: Int32

    /// Appends bytes.
    package mutating func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
      var written = 0
      while written < bytes.count {
        let count = systemWrite(descriptor, bytes.baseAddress! + written, bytes.count - written)
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

    fileprivate func check(_ status: Int32) throws(FileError) {
      if status != 0 { throw FileError(path: path, code: errno) }
    }
  }
}

/// The system's `write`, whose name the method above takes.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
