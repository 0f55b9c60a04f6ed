#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Glibc
#endif

/// The bytes of a file, read where they are needed: from the open file, a mapping of it, or memory.
///
/// Sendable: nothing changes after creation, and reading at a place does not move the file's own position.
package final class FileSource: Sendable {
  private enum Backing: Sendable {
    case file(Int32)
    case mapping(MappedFile)
    case memory([UInt8])
  }

  /// The path, or the name given for bytes in memory.
  package let name: String
  /// How many bytes there are.
  package let count: Int
  private let backing: Backing

  /// An open file, or, with `mapped`, one that is part of the process's memory.
  package init(path: String, mapped: Bool = false) throws(FileError) {
    name = path
    // Opening a pipe would otherwise wait for a writer, before it can be seen that it is no file.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileError(path: path, code: errno) }
    do throws(FileError) {
      var status = stat()
      guard fstat(descriptor, &status) == 0 else { throw FileError(path: path, code: errno) }
      guard status.st_mode & S_IFMT == S_IFREG else { throw FileError(path: path, reason: "is not a regular file") }
      count = Int(status.st_size)
      backing = mapped ? .mapping(try MappedFile(descriptor, count: count, path: path)) : .file(descriptor)
    } catch {
      close(descriptor)
      throw error
    }
    // A mapping needs the file no longer.
    if mapped { close(descriptor) }
  }

  /// Bytes in memory.
  package init(_ bytes: [UInt8], name: String) {
    self.name = name
    count = bytes.count
    backing = .memory(bytes)
  }

  deinit {
    if case .file(let descriptor) = backing { close(descriptor) }
  }

  /// Fills `buffer` with the bytes from `offset` on.
  package func read(_ offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    guard let start = buffer.baseAddress, buffer.count > 0 else { return }
    guard offset >= 0, offset <= count, buffer.count <= count - offset else {
      throw FormatFault.damaged("\(buffer.count) bytes at byte \(offset) are expected, but there are \(count) in all")
    }
    switch backing {
    case .memory(let bytes):
      bytes.withUnsafeBytes { start.copyMemory(from: $0.baseAddress! + offset, byteCount: buffer.count) }
    case .mapping(let file):
      start.copyMemory(from: file.address + offset, byteCount: buffer.count)
    case .file(let descriptor):
      var filled = 0
      while filled < buffer.count {
        let got = pread(descriptor, start + filled, min(buffer.count - filled, FileBytes.largestTransfer), off_t(offset + filled))
        if got > 0 {
          filled += got
        } else if got == 0 {
          // It was longer when it was opened.
          throw FormatFault.damaged("the file has become shorter while it was read")
        } else if errno != EINTR {
          throw FileError(path: name, code: errno)
        }
      }
    }
  }

  /// So many bytes from `offset` on.
  package func bytes(_ offset: Int, _ count: Int) throws -> [UInt8] {
    guard offset >= 0, offset <= self.count, count >= 0, count <= self.count - offset else {
      throw FormatFault.damaged("\(count) bytes at byte \(offset) are expected, but there are \(self.count) in all")
    }
    return try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      try read(offset, into: UnsafeMutableRawBufferPointer(buffer))
      filled = count
    }
  }

  /// The mapping, if that is where the bytes are.
  package var mapping: MappedFile? { if case .mapping(let file) = backing { file } else { nil } }
}

/// A file as a part of the process's memory: pages are read when they are touched.
///
/// The mapping is private: writing to it changes this process's copy of a page and never the file. A file that another
/// program cuts short while it is mapped ends the program at the next touch of what is gone, as with every mapping;
/// files that are replaced by renaming, as this library writes them, stay whole for those who have them mapped.
///
/// Sendable: the address never changes, and it is what owns memory that tensors share.
package final class MappedFile: @unchecked Sendable {
  package let address: UnsafeMutableRawPointer
  package let count: Int

  fileprivate init(_ descriptor: Int32, count: Int, path: String) throws(FileError) {
    self.count = count
    // There is no mapping of nothing.
    guard count > 0 else {
      address = .allocate(byteCount: 1, alignment: 1)
      return
    }
    // No swap space is put aside for copies of pages that are most likely never written.
    let mapped = mmap(nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, descriptor, 0)
    guard let mapped, mapped != MAP_FAILED else { throw FileError(path: path, code: errno) }
    address = mapped
  }

  deinit {
    if count > 0 { munmap(address, count) } else { address.deallocate() }
  }
}
