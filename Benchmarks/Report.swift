import ExampleSupport

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Prints what was measured, a line as soon as it is known.
enum Report {
  /// For people: names and times in columns.
  case table
  /// For programs: a JSON object a line, as PyTorch's side prints it.
  case json

  /// A workload's time.
  func print(_ name: String, nanoseconds: Double, threads: Int) {
    switch self {
    case .table:
      write("\(name)\(Self.gap(after: name, upTo: 52))\(Self.duration(nanoseconds))")
    case .json:
      write("{\"name\": \"\(name)\", \"ns\": \(NumberText.fixed(nanoseconds, 1)), \"threads\": \(threads)}")
    }
  }

  /// Why a workload could not be measured.
  func print(_ name: String, failure: any Error) {
    switch self {
    case .table: write("\(name)\(Self.gap(after: name, upTo: 52))failed: \(failure)")
    case .json: write("{\"name\": \"\(name)\", \"error\": \"\(Self.escaped("\(failure)"))\"}")
    }
  }

  private func write(_ line: String) {
    Swift.print(line)
    // Who reads through a pipe wants each line when it is known, too.
    fflush(nil)
  }

  /// `52.3 ns`, `1.94 µs`, `12.8 ms`, `1.42 s`, right-aligned.
  static func duration(_ nanoseconds: Double) -> String {
    let units = [(1e9, "s "), (1e6, "ms"), (1e3, "µs")]
    let (size, unit) = units.first { nanoseconds >= $0.0 } ?? (1, "ns")
    let value = nanoseconds / size
    let text = NumberText.fixed(value, value < 10 ? 2 : value < 100 ? 1 : 0)
    return "\(String(repeating: " ", count: max(0, 5 - text.count)))\(text) \(unit)"
  }

  private static func gap(after name: String, upTo column: Int) -> String {
    String(repeating: " ", count: max(1, column - name.count))
  }

  /// A text as it may stand between a JSON string's quotes.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20: result += " "
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
