#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Musl)
  // `environ` is a C variable; nothing here changes it.
  @preconcurrency internal import Musl
#else
  @preconcurrency internal import Glibc
#endif

/// A download that did not arrive, or not whole.
public enum DownloadError: Error, Equatable, CustomStringConvertible {
  /// The program `curl` is not installed or does not start.
  case curlMissing(reason: String)
  /// `curl` ended with a status other than 0; what it said.
  case failed(url: String, status: Int32, message: String)
  /// What arrived is not what was expected.
  case wrongChecksum(url: String, expected: String, found: String)
  /// The file cannot be written.
  case file(FileFailure)

  public var description: String {
    switch self {
    case .curlMissing(let reason):
      "cannot run curl, which downloads: \(reason)"
    case .failed(let url, let status, let message):
      "\(url): download failed: \(message.isEmpty ? "curl ended with status \(status)" : message)"
    case .wrongChecksum(let url, let expected, let found):
      "\(url): what arrived has the SHA-256 \(found) instead of \(expected)"
    case .file(let failure): "\(failure)"
    }
  }
}

/// Downloads by the system's `curl`, which knows proxies and certificates, so that the program needs no network code.
public enum Download {
  /// Downloads a file. It appears under its name only when it is whole and right.
  ///
  /// - Parameters:
  ///   - url: an `https` address (`file` works too).
  ///   - path: the file to make; its folder must be there.
  ///   - sha256: the expected digest, 64 hexadecimal digits.
  ///   - connectTimeout: how many seconds to wait for a connection.
  ///   - timeout: how many seconds the whole download may take.
  public static func fetch(
    _ url: String, to path: String, sha256: String, connectTimeout: Int = 4, timeout: Int = 120
  ) throws(DownloadError) {
    let partial = Files.partialPath(for: path)
    defer { Files.remove(partial) }
    let (status, output) = try run([
      "curl", "--fail", "--location", "--silent", "--show-error", "--proto", "=https,file",
      "--connect-timeout", "\(connectTimeout)", "--max-time", "\(timeout)", "--output", partial, "--url", url,
    ])
    guard status == 0 else {
      throw .failed(url: url, status: status, message: lastLine(output))
    }
    let found: String
    do throws(FileFailure) { found = SHA256.hexDigest(try Files.read(partial)) } catch { throw .file(error) }
    guard found == sha256.lowercased() else { throw .wrongChecksum(url: url, expected: sha256, found: found) }
    do throws(FileFailure) { try Files.move(partial, to: path) } catch { throw .file(error) }
  }

  /// Runs a program found on the `PATH` and waits for it; its exit status (128 + the signal that ended it) and what it
  /// wrote to standard error.
  static func run(_ words: [String]) throws(DownloadError) -> (status: Int32, errors: String) {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw .curlMissing(reason: FileFailure("pipe", code: errno).reason) }
    let (readEnd, writeEnd) = (ends[0], ends[1])
    defer { close(readEnd) }

    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
    #else
      var actions = posix_spawn_file_actions_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // The child reads nothing, and its errors go into the pipe.
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, writeEnd, 2)
    posix_spawn_file_actions_addclose(&actions, readEnd)
    if writeEnd != 2 { posix_spawn_file_actions_addclose(&actions, writeEnd) }

    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
    arguments.append(nil)
    defer { for argument in arguments { free(argument) } }

    var process: pid_t = 0
    let code = posix_spawnp(&process, words[0], &actions, nil, arguments, processEnvironment)
    close(writeEnd)
    guard code == 0 else { throw .curlMissing(reason: FileFailure(words[0], code: code).reason) }

    let errors = (try? Files.readAll(readEnd)) ?? []
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    // The macros WIFSIGNALED, WEXITSTATUS: the signal is in the low seven bits, the status in the next eight.
    let signal = status & 0x7f
    return (signal == 0 ? status >> 8 & 0xff : 128 + signal, String(decoding: errors, as: UTF8.self))
  }

  /// This process's environment, for the child: proxies and certificates are named there.
  private static var processEnvironment: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
    #if canImport(Darwin)
      // Darwin's headers declare no `environ`; this function is what they offer.
      typealias Getter = @convention(c) () -> UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>
      guard let address = dlsym(dlopen(nil, RTLD_NOW), "_NSGetEnviron") else { return nil }
      return unsafeBitCast(address, to: Getter.self)().pointee
    #else
      return environ
    #endif
  }

  private static func lastLine(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).last.map(String.init) ?? ""
  }
}
