import ExampleSupport
import Martlet

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  @preconcurrency import Musl
#else
  @preconcurrency import Glibc
#endif

/// From the start of a process to its end, when all that it does is to make, add and print two numbers.
enum Startup {
  /// The hidden option with which this program is that process.
  static let option = "--hello"

  static func workloads() -> [Workload] {
    [
      Workload("startup/hello-tensor", Schedule(warmUp: 1)) {
        { try run([programPath, option]) }
      }
    ]
  }

  static func hello() {
    print(Tensor.ones(2) + 1)
  }

  /// This program's file.
  private static var programPath: String {
    // Linux knows it even if the program was found on the PATH.
    access("/proc/self/exe", X_OK) == 0 ? "/proc/self/exe" : CommandLine.arguments[0]
  }

  /// This process's environment, for the child: where libraries are may be named there.
  private static var environment: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
    #if canImport(Darwin)
      _NSGetEnviron().pointee
    #else
      environ
    #endif
  }

  private struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// Runs a program, its output thrown away, and waits for its end.
  private static func run(_ words: [String]) throws {
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
    #else
      var actions = posix_spawn_file_actions_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)

    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
    arguments.append(nil)
    defer { for argument in arguments { free(argument) } }

    var process: pid_t = 0
    let code = posix_spawn(&process, words[0], &actions, nil, arguments, environment)
    guard code == 0 else { throw Failure(description: "\(words[0]) does not start: \(String(cString: strerror(code)))") }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    guard status == 0 else { throw Failure(description: "\(words.joined(separator: " ")) ended with status \(status)") }
  }
}
