import Martlet
import TensorModule

/// Sizes of windows and results.
extension OracleCall {
  /// One number for both dimensions, or one each; a list of nothing is not given.
  func optionalPair(_ position: Int?, _ keyword: String) throws -> IntPair? {
    guard let values = try optionalInts(position, keyword), !values.isEmpty else { return nil }
    guard values.count <= 2 else { throw OracleProblem("\(keyword) has \(values.count) numbers") }
    return IntPair(values[0], values[values.count - 1])
  }
  func pair(_ position: Int?, _ keyword: String, _ standard: Int? = nil) throws -> IntPair {
    guard let value = try optionalPair(position, keyword) ?? standard.map({ IntPair($0) }) else {
      throw OracleProblem("\(keyword) is not given")
    }
    return value
  }
  func optionalTriple(_ position: Int?, _ keyword: String) throws -> IntTriple? {
    guard let values = try optionalInts(position, keyword), !values.isEmpty else { return nil }
    guard values.count == 1 || values.count == 3 else { throw OracleProblem("\(keyword) has \(values.count) numbers") }
    return values.count == 1 ? IntTriple(values[0]) : IntTriple(values[0], values[1], values[2])
  }
  func triple(_ position: Int?, _ keyword: String, _ standard: Int? = nil) throws -> IntTriple {
    guard let value = try optionalTriple(position, keyword) ?? standard.map({ IntTriple($0) }) else {
      throw OracleProblem("\(keyword) is not given")
    }
    return value
  }

  /// `'same'` or `'valid'`; nil if the padding is numbers.
  func convolutionPadding(_ position: Int?) throws -> ConvolutionPadding? {
    guard case .string(let name)? = value(position, "padding") else { return nil }
    switch name {
    case "same": return .same
    case "valid": return .valid
    default: throw OracleProblem("no padding \(name)")
    }
  }

  /// Sizes of which some may be kept.
  func outputSize(_ position: Int, rank: Int) throws -> [Int?] {
    switch value(position, "output_size") {
    case .int(let size): return [Int?](repeating: size, count: rank)
    case .list(let sizes), .tuple(let sizes):
      return try sizes.map {
        switch $0 {
        case .int(let size): size
        case .none: nil
        default: throw OracleProblem("output_size is no list of numbers")
        }
      }
    default: throw OracleProblem("output_size is not given")
    }
  }

  /// The values, and the indices if they are asked for.
  func withIndices(_ position: Int?, _ results: (values: Tensor, indices: Tensor)) throws -> [Tensor] {
    try bool(position, "return_indices", false) ? [results.values, results.indices] : [results.values]
  }
}
