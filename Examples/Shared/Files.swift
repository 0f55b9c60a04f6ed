#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Glibc
#endif

/// A file or folder that could not be used, with the system's reason.
public struct FileFailure: Error, Equatable, CustomStringConvertible {
  public let path: String
  public let reason: String
  public var description: String { "\(path): \(reason)" }

  init(_ path: String, code: Int32) {
    self.path = path
    reason = strerror(code).map { String(cString: $0) } ?? "system error \(code)"
  }
}

/// The few things that the examples do with files.
public enum Files {
  /// True if something can be read at the path.
  public static func exists(_ path: String) -> Bool { access(path, R_OK) == 0 }

  /// The content of a file.
  public static func read(_ path: String) throws(FileFailure) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileFailure(path, code: errno) }
    defer { close(descriptor) }
    do {
      return try readAll(descriptor)
    } catch {
      throw FileFailure(path, code: error.code)
    }
  }

  /// Writes a file so that it is there whole or not at all: beside its place first, then renamed.
  public static func write(_ bytes: [UInt8], to path: String) throws(FileFailure) {
    let partial = partialPath(for: path)
    let descriptor = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileFailure(path, code: errno) }
    var failure: Int32 = 0
    bytes.withUnsafeBytes { buffer in
      var written = 0
      while written < buffer.count && failure == 0 {
        let count = systemWrite(descriptor, buffer.baseAddress! + written, buffer.count - written)
        if count >= 0 { written += count } else if errno != EINTR { failure = errno }
      }
    }
    // Some file systems tell only at closing that the disk is full.
    if close(descriptor) != 0 && failure == 0 { failure = errno }
    guard failure == 0 else {
      remove(partial)
      throw FileFailure(path, code: failure)
    }
    try move(partial, to: path)
  }

  /// Writes text as UTF-8, whole or not at all.
  public static func write(_ text: String, to path: String) throws(FileFailure) {
    try write(Array(text.utf8), to: path)
  }

  /// Gives a file another name in one step, replacing what has that name.
  public static func move(_ source: String, to target: String) throws(FileFailure) {
    guard rename(source, target) == 0 else {
      let code = errno
      remove(source)
      throw FileFailure(target, code: code)
    }
  }

  /// Removes a file, if it is there.
  public static func remove(_ path: String) { unlink(path) }

  /// Makes a folder and those that it is in, as far as they are missing.
  public static func makeFolder(_ path: String) throws(FileFailure) {
    var made = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      made += part
      if mkdir(made, 0o755) != 0 && errno != EEXIST && !exists(made) { throw FileFailure(made, code: errno) }
      made += "/"
    }
  }

  /// The folder for what can be fetched again: `$XDG_CACHE_HOME/martlet` or `~/.cache/martlet`, on macOS
  /// `~/Library/Caches/martlet`; nil for a user without a home.
  public static func cacheFolder(environment: (String) -> String? = Terminal.environment) -> String? {
    #if os(macOS)
      return environment("HOME").map { "\($0)/Library/Caches/martlet" }
    #else
      // The specification of XDG says to ignore a path that is not absolute.
      if let cache = environment("XDG_CACHE_HOME"), cache.hasPrefix("/") { return "\(cache)/martlet" }
      return environment("HOME").map { "\($0)/.cache/martlet" }
    #endif
  }

  /// A name beside `path` that no other process uses.
  static func partialPath(for path: String) -> String { "\(path).partial-\(getpid())" }

  struct SystemError: Error {
    let code: Int32
  }

  /// What can still be read from an open file or pipe.
  static func readAll(_ descriptor: Int32) throws(SystemError) -> [UInt8] {
    var content: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = systemRead(descriptor, &chunk, chunk.count)
      if count == 0 { return content }
      if count > 0 {
        content.append(contentsOf: chunk[..<count])
      } else if errno != EINTR {
        throw SystemError(code: errno)
      }
    }
  }
}

// The system's functions whose names the methods above take.
private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutablePointer<UInt8>, _ count: Int) -> Int {
  read(descriptor, buffer, count)
}
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
