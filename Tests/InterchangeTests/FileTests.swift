import TestSupport
import Testing

@testable import Interchange

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// What stands at a path before it is read or written: links, permissions, what is no file.
@Suite struct FileTests {
  private func write(_ bytes: [UInt8], to path: String) throws {
    try AtomicFile.write(to: path) { (file) throws(FileError) in try file.append(bytes) }
  }

  private func status(_ path: String) -> stat {
    var result = stat()
    #expect(lstat(path, &result) == 0)
    return result
  }

  @Test func linksAreWrittenThrough() throws {
    let folder = try TemporaryFolder(), other = try TemporaryFolder()
    let path = "\(other.path)/file", link = "\(folder.path)/link"
    try write([1], to: path)
    #expect(symlink(path, link) == 0)
    try write([2, 3], to: link)
    #expect(status(link).st_mode & S_IFMT == S_IFLNK)
    #expect(try FileBytes.read(path) == [2, 3])
    #expect(folder.names == ["link"] && other.names == ["file"])
  }

  @Test func permissionsStay() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/file"
    try write([1], to: path)
    for permissions in [0o600, 0o640, 0o666] as [mode_t] {
      #expect(chmod(path, permissions) == 0)
      try write([2], to: path)
      #expect(status(path).st_mode & 0o777 == permissions)
    }
    #expect(try FileBytes.read(path) == [2])
  }

  @Test func whatIsNoFileStays() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/pipe"
    #expect(mkfifo(path, 0o600) == 0)
    // Neither waits for somebody to write.
    let whole = #expect(throws: FileError.self) { try FileBytes.read(path) }
    let source = #expect(throws: FileError.self) { try FileSource(path: path) }
    #expect(whole?.reason == "is not a regular file" && source?.reason == "is not a regular file")
    let reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    #expect(reader >= 0)
    defer { close(reader) }
    try write([1, 2, 3], to: path)
    var bytes = [UInt8](repeating: 0, count: 4)
    let count = read(reader, &bytes, 4)
    #expect(count == 3 && bytes == [1, 2, 3, 0])
    #expect(status(path).st_mode & S_IFMT == S_IFIFO && folder.names == ["pipe"])
    try write([1], to: "/dev/null")
    #expect(status("/dev/null").st_mode & S_IFMT == S_IFCHR)
    #expect(throws: FileError.self) { try write([1], to: folder.path) }
    #expect(folder.names == ["pipe"])
  }
}
