#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Glibc
#endif

/// A value that a command line can give.
public protocol ArgumentValue {
  /// What the value is called in help and messages: `a whole number`.
  static var kind: String { get }
  /// What stands for the value in help: `N`.
  static var placeholder: String { get }
  /// The value that a text stands for; nil if it stands for none.
  init?(argument: String)
}

extension Int: ArgumentValue {
  public static var kind: String { "a whole number" }
  public static var placeholder: String { "N" }
  public init?(argument: String) { self.init(argument) }
}

extension Double: ArgumentValue {
  public static var kind: String { "a number" }
  public static var placeholder: String { "X" }
  public init?(argument: String) {
    guard let value = Double(argument), value.isFinite else { return nil }
    self = value
  }
}

extension String: ArgumentValue {
  public static var kind: String { "a text" }
  public static var placeholder: String { "TEXT" }
  public init?(argument: String) { self = argument }
}

/// What a command line got wrong, in a sentence.
public struct ArgumentError: Error, Equatable, CustomStringConvertible {
  public let description: String
}

/// The options of a command line, each declared where it is read.
///
/// ```swift
/// var arguments = Arguments("mnist", "Teaches a small network to read digits.")
/// let epochs = arguments.option("epochs", default: 5, "passes over the training images")
/// let quick = arguments.flag("quick", "use a tenth of the images")
/// arguments.finish()
/// ```
/// `--name value` and `--name=value` mean the same; of several, the last counts. `finish()` prints the help that
/// `--help` asks for, or a message about what was wrong.
public struct Arguments {
  private struct Declared {
    let name: String
    let placeholder: String?
    let help: String
  }

  private let program: String
  private let summary: String
  private var rest: [String]
  private var declared: [Declared] = []
  private var problem: ArgumentError?

  /// Takes the command line to pieces.
  ///
  /// - Parameters:
  ///   - program: the program's name, for help.
  ///   - summary: what the program does, for help.
  ///   - words: the command line without the program's own name.
  public init(_ program: String, _ summary: String, words: [String] = Array(CommandLine.arguments.dropFirst())) {
    self.program = program
    self.summary = summary
    rest = words
  }

  // MARK: Declaring

  /// An option with a default.
  public mutating func option<Value: ArgumentValue>(
    _ name: String, placeholder: String? = nil, default value: Value, _ help: String
  ) -> Value {
    optional(name, placeholder: placeholder, help: "\(help) (default \(value))") ?? value
  }

  /// An option that may be left out.
  public mutating func option<Value: ArgumentValue>(
    _ name: String, placeholder: String? = nil, as type: Value.Type = Value.self, _ help: String
  ) -> Value? {
    optional(name, placeholder: placeholder, help: help)
  }

  /// An option whose value is one of a few words.
  public mutating func choice(_ name: String, _ choices: [String], default value: String, _ help: String) -> String {
    let given: String? = optional(
      name, placeholder: choices.joined(separator: "|"), help: "\(help) (default \(value))")
    guard let given else { return value }
    guard choices.contains(given) else {
      note("--\(name): '\(given)' is none of \(choices.joined(separator: ", "))")
      return value
    }
    return given
  }

  /// An option without a value: true if it is there.
  public mutating func flag(_ name: String, _ help: String) -> Bool {
    declared.append(Declared(name: name, placeholder: nil, help: help))
    if let index = rest.firstIndex(where: { $0.hasPrefix("--\(name)=") }) {
      note("--\(name) takes no value")
      rest.remove(at: index)
    }
    let isGiven = rest.contains("--\(name)")
    rest.removeAll { $0 == "--\(name)" }
    return isGiven
  }

  private mutating func optional<Value: ArgumentValue>(
    _ name: String, placeholder: String?, help: String
  ) -> Value? {
    declared.append(Declared(name: name, placeholder: placeholder ?? Value.placeholder, help: help))
    var value: Value?
    while let index = rest.firstIndex(where: { $0 == "--\(name)" || $0.hasPrefix("--\(name)=") }) {
      let text: String
      if rest[index] != "--\(name)" {
        text = String(rest.remove(at: index).dropFirst(name.count + 3))
      } else {
        rest.remove(at: index)
        guard index < rest.count, !rest[index].hasPrefix("--") else {
          note("--\(name) needs a value: \(Value.kind)")
          continue
        }
        text = rest.remove(at: index)
      }
      value = Value(argument: text)
      if value == nil { note("--\(name): '\(text)' is not \(Value.kind)") }
    }
    return value
  }

  private mutating func note(_ text: String) {
    // The first problem is told; the others often follow from it.
    if problem == nil { problem = ArgumentError(description: text) }
  }

  // MARK: Finishing

  /// True if `--help` or `-h` was given.
  var wantsHelp: Bool { rest.contains("--help") || rest.contains("-h") }

  /// Throws what was wrong with the command line, once everything is declared.
  func check() throws(ArgumentError) {
    if let problem { throw problem }
    guard let word = rest.first else { return }
    guard word.hasPrefix("-"), word != "-" else {
      throw ArgumentError(description: "'\(word)' is not understood: this program takes only options")
    }
    let name = String(word.drop { $0 == "-" }.prefix { $0 != "=" })
    let nearest = Self.nearest(to: name, among: declared.map(\.name) + ["help"])
    let hint = nearest.map { "; did you mean --\($0)?" } ?? ""
    throw ArgumentError(description: "unknown option \(word.prefix { $0 != "=" })\(hint)")
  }

  /// Ends the program if help was asked for (status 0) or if something was wrong (a message, status 2). To be called
  /// once everything is declared.
  public func finish() {
    if wantsHelp {
      print(helpText)
      exit(0)
    }
    do throws(ArgumentError) {
      try check()
    } catch {
      Arguments.printError("\(program): \(error)\nRun '\(program) --help' for all options.")
      exit(2)
    }
  }

  /// Ends the program with a message about one option's value and status 2, for rules that only the program knows.
  public func reject(_ name: String, _ reason: String) -> Never {
    Arguments.printError("\(program): --\(name): \(reason)")
    exit(2)
  }

  /// Runs the program's work; an error that it throws becomes a message and status 1, not a crash.
  public func run(_ work: () throws -> Void) {
    do {
      try work()
    } catch {
      Arguments.printError("\(program): \(error)")
      exit(1)
    }
  }

  /// Writes a line to standard error.
  public static func printError(_ text: String) {
    fflush(nil)
    var line = text + "\n"
    line.withUTF8 { _ = write(2, $0.baseAddress, $0.count) }
  }

  /// What `--help` prints.
  var helpText: String {
    let entries = declared + [Declared(name: "help", placeholder: nil, help: "show this text")]
    let heads = entries.map { entry in "--\(entry.name)" + (entry.placeholder.map { " \($0)" } ?? "") }
    let width = min(30, heads.map(\.count).max() ?? 0)
    let lines = zip(heads, entries).map { head, entry in
      let gap =
        head.count <= width
        ? String(repeating: " ", count: width - head.count)
        : "\n" + String(repeating: " ", count: width + 2)
      return "  \(head)\(gap)  \(entry.help)"
    }
    return "\(summary)\n\nUsage: \(program) [options]\n\nOptions:\n\(lines.joined(separator: "\n"))"
  }

  /// The known name that most looks like a misspelt one, if any does.
  static func nearest(to name: String, among names: [String]) -> String? {
    let ranked = names.map { (name: $0, distance: editDistance(Array(name), Array($0))) }
    guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
    return best.distance <= max(1, best.name.count / 3) ? best.name : nil
  }

  /// The least number of characters to insert, delete or replace (Levenshtein's distance).
  private static func editDistance(_ a: [Character], _ b: [Character]) -> Int {
    var previous = Array(0...b.count)
    for (row, x) in a.enumerated() {
      var current = [row + 1]
      for (column, y) in b.enumerated() {
        current.append(min(previous[column] + (x == y ? 0 : 1), previous[column + 1] + 1, current[column] + 1))
      }
      previous = current
    }
    return previous[b.count]
  }
}
