import Martlet
import Testing

/// The elements as `Double`s.
func numbers(_ x: Tensor) -> [Double] { x.toArray(as: Double.self) }

/// The elements as integers.
func integers(_ x: Tensor) -> [Int] { x.toArray(as: Int.self) }

/// 0, 1, 2 … in a shape, int64.
func counting(_ sizes: Int...) -> Tensor {
  let shape = Shape(sizes)
  return Tensor.arange(shape.elementCount).reshape(shape)
}

/// Holds values against others, NaN equal to NaN.
func expectClose(
  _ actual: [Double], _ expected: [Double], tolerance: Double = 1e-6, _ comment: String = "",
  _ location: SourceLocation = #_sourceLocation
) {
  let isClose =
    actual.count == expected.count
    && zip(actual, expected).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) || abs($0 - $1) <= tolerance * max(1, abs($1)) }
  #expect(isClose, "\(comment): \(actual) should be \(expected)", sourceLocation: location)
}

/// The error that a body runs into, for its text; nil (and a recorded issue) if it runs into none.
@discardableResult
func caught(_ location: SourceLocation = #_sourceLocation, _ body: () -> Void) -> TensorError? {
  do {
    try catchingTensorErrors(body)
  } catch let error as TensorError {
    return error
  } catch {
    Issue.record("\(error)", sourceLocation: location)
    return nil
  }
  Issue.record("nothing failed", sourceLocation: location)
  return nil
}

/// Holds the error that a body runs into against parts of its text.
func expectError(_ parts: String..., location: SourceLocation = #_sourceLocation, _ body: () -> Void) {
  guard let text = caught(location, body)?.description else { return }
  for part in parts { #expect(text.contains(part), "\(text) should contain \(part)", sourceLocation: location) }
}

/// The lines `name: content` of a fixture.
func fixtures(_ text: String) -> [String: String] {
  var result: [String: String] = [:]
  for line in text.split(separator: "\n") {
    let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    result[String(parts[0]).trimmingSpaces] = String(parts[1]).trimmingSpaces
  }
  return result
}

extension String {
  var trimmingSpaces: String { String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
}
