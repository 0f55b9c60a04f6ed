import Foundation

/// Counts of a family, and the lines to print.
struct OracleReport {
  struct Counts: Encodable {
    var passed = 0, failed = 0, skipped = 0
    var line: String { "\(passed) passed, \(failed) failed, \(skipped) skipped" }
  }

  private struct Document: Encodable { let families: [String: Counts] }

  /// Cases in which we differ on purpose, with the reason. They count as failed, but the test does not fail for them.
  static let argued = [
    "ops/matrix_exp/0":
      "PyTorch's result is NaN everywhere in float16; its own float64 result for the same matrix is finite, and ours agrees with that"
  ]

  /// Failed cases that nothing is argued for.
  private(set) var unargued = 0

  private(set) var families: [String: Counts] = [:]
  private let path: String?
  /// Whether each failed case has a line of its own.
  private let isVerbose: Bool

  init(environment: [String: String]) {
    path = environment["MARTLET_ORACLE_REPORT"]
    isVerbose = environment["MARTLET_ORACLE_VERBOSE"] != nil
  }

  var all: Counts {
    families.values.reduce(into: Counts()) {
      $0.passed += $1.passed
      $0.failed += $1.failed
      $0.skipped += $1.skipped
    }
  }

  /// Adds a file's outcomes, prints a line if not all is right, and rewrites the report.
  mutating func add(family: String, name: String, _ outcomes: [(id: String, outcome: OracleOutcome)]) throws {
    var counts = families[family] ?? Counts()
    var failures: [String] = []
    for (id, outcome) in outcomes {
      switch outcome {
      case .passed: counts.passed += 1
      case .skipped: counts.skipped += 1
      case .failed(let reason):
        counts.failed += 1
        if let argument = Self.argued["\(family)/\(id)"] {
          failures.append("\(id): \(reason) (on purpose: \(argument))")
        } else {
          unargued += 1
          failures.append("\(id): \(reason)")
        }
      }
    }
    families[family] = counts
    if let first = failures.first {
      print("\(family)/\(name): \(failures.count) of \(outcomes.count) failed: \(first)")
      if isVerbose { for failure in failures.dropFirst() { print("    \(failure)") } }
    }
    guard let path else { return }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
    try encoder.encode(Document(families: families)).write(to: URL(filePath: path), options: .atomic)
  }
}
