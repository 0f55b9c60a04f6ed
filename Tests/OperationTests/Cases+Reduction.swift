import Foundation
import TensorModule
import TestSupport

/// For each kept position the elements that are reduced, in row-major order.
private func groups(_ x: DenseArray, _ axes: [Int], keepDim: Bool) -> (shape: [Int], members: [[Double]]) {
  let kept = (0..<x.rank).filter { !axes.contains($0) }
  let positions = DenseArray.indices(of: kept.map { x.shape[$0] })
  let inner = DenseArray.indices(of: axes.map { x.shape[$0] })
  let members = positions.map { position in
    inner.map { reduced in
      var index = [Int](repeating: 0, count: x.rank)
      for (axis, i) in zip(kept, position) { index[axis] = i }
      for (axis, i) in zip(axes, reduced) { index[axis] = i }
      return x[index]
    }
  }
  let shape = (0..<x.rank).compactMap { axes.contains($0) ? (keepDim ? 1 : nil) : x.shape[$0] }
  return (shape, members)
}

/// The first extreme; NaN counts as the extreme.
private func extreme(_ values: [Double], largest: Bool) -> (value: Double, index: Int) {
  var best = 0
  for (i, value) in values.enumerated() where !values[best].isNaN {
    if value.isNaN || (largest ? value > values[best] : value < values[best]) { best = i }
  }
  return (values[best], best)
}

private func reduced(_ operation: ReduceOperation, _ values: [Double], parameter: Double) -> [Double] {
  let count = Double(values.count), sum = values.reduce(0, +)
  switch operation {
  case .sum: return [sum]
  case .nanSum: return [values.reduce(0) { $1.isNaN ? $0 : $0 + $1 }]
  case .mean: return [sum / count]
  case .product: return [values.reduce(1, *)]
  case .maximum: return [extreme(values, largest: true).value]
  case .minimum: return [extreme(values, largest: false).value]
  case .all: return [values.allSatisfy { $0 != 0 } ? 1 : 0]
  case .any: return [values.contains { $0 != 0 } ? 1 : 0]
  case .argMax: return [Double(extreme(values, largest: true).index)]
  case .argMin: return [Double(extreme(values, largest: false).index)]
  case .maxWithIndex:
    let result = extreme(values, largest: true)
    return [result.value, Double(result.index)]
  case .minWithIndex:
    let result = extreme(values, largest: false)
    return [result.value, Double(result.index)]
  case .variance:
    let mean = sum / count
    return [values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / max(0, count - parameter)]
  case .sumOfSquares: return [values.reduce(0) { $0 + $1 * $1 }]
  case .sumOfAbsolutes: return [values.reduce(0) { $0 + $1.magnitude }]
  case .countNonZero: return [Double(values.filter { $0 != 0 }.count)]
  case .logSumExp:
    guard let top = values.max(), top.isFinite else { return [values.max() ?? -.infinity] }
    return [top + log(values.reduce(0) { $0 + exp($1 - top) })]
  }
}

extension ReduceOperation {
  /// The types that it is defined for, and the result's.
  fileprivate var types: (operands: [DType], results: ResultRule) {
    switch self {
    case .sum, .nanSum, .product: (.all, .wide)
    case .mean, .variance: (.floats, .same)
    case .maximum, .minimum: (.all, .same)
    case .all, .any: (.all, .truth)
    case .argMax, .argMin: (.numbers, .always(.int64))
    case .maxWithIndex, .minWithIndex: (.all, .withPositions)
    case .sumOfSquares, .sumOfAbsolutes, .logSumExp: (.numbers, .floating)
    case .countNonZero: (.all, .always(.int64))
    }
  }
  fileprivate var isExtreme: Bool {
    switch self {
    case .maximum, .minimum, .argMax, .argMin, .maxWithIndex, .minWithIndex: true
    default: false
    }
  }
  /// True if it runs over one dimension or all of them only.
  fileprivate var hasPosition: Bool {
    switch self {
    case .argMax, .argMin, .maxWithIndex, .minWithIndex: true
    default: false
    }
  }
  fileprivate var gradientOrder: GradientOrder {
    switch self {
    case .all, .any, .argMax, .argMin, .countNonZero: .none
    default: .second
    }
  }
}

func reductionCases() -> [OperationCase] {
  let samples: [(shape: [Int], axes: [Int], keepDim: Bool)] = [
    ([3, 4, 5], [0], false), ([3, 4, 5], [1], true), ([3, 4, 5], [2], false), ([3, 4, 5], [0, 2], false),
    ([3, 4, 5], [1, 2], true), ([3, 4, 5], [0, 1, 2], false), ([3, 2], [0], false), ([2, 3], [1], true),
    ([2, 3], [0, 1], false), ([131], [0], false), ([], [], false), ([2, 0, 3], [1], false), ([2, 0, 3], [0], false),
  ]
  return ReduceOperation.allCases.flatMap { operation in
    samples.compactMap { shape, axes, keepDim -> OperationCase? in
      if operation.hasPosition && axes.count > 1 && axes.count < shape.count { return nil }
      if (operation == .maxWithIndex || operation == .minWithIndex) && axes.count > 1 { return nil }
      if operation.isExtreme && axes.contains(where: { shape[$0] == 0 }) { return nil }
      var numbers = Numbers(seed: 300 + Int(operation.rawValue))
      // Ties are tried with the integers; products stay near 1.
      let range: ClosedRange<Double> = operation == .product ? 0.8...1.25 : -3...3
      let real = numbers.array(shape, range, avoiding: [0])
      let whole = numbers.integers(shape, operation == .product ? -1...2 : -2...4)
      let parameter = operation == .variance ? 1.0 : 0
      var set = AxisSet()
      for axis in axes { set.insert(axis) }
      let outputs = operation == .maxWithIndex || operation == .minWithIndex ? 2 : 1
      let isSmall = real.count <= 6 && real.count > 0 && !(operation == .variance && real.count < 2)
      var types = operation.types.operands
      // A product of many small integers in int64 is exact only up to a point.
      if operation == .product && real.count > 100 { types = .floats }
      return OperationCase(
        .reduce(operation, set, keepDim: keepDim, parameter: parameter), "\(shape) over \(axes)",
        [.varying(real, whole: whole)], dtypes: types, results: operation.types.results, slack: 4,
        gradient: isSmall ? operation.gradientOrder : .none, resultCount: outputs
      ) { arrays in
        let (shape, members) = groups(arrays[0], axes, keepDim: keepDim)
        let results = members.map { reduced(operation, $0, parameter: parameter) }
        return (0..<outputs).map { output in DenseArray(shape, results.map { $0[output] }) }
      }
    }
  } + nanCases()
}

/// NaN is the extreme, or left out. Short lines, and some that are whole vectors and more.
private func nanCases() -> [OperationCase] {
  let short = DenseArray([2, 4], [1, .nan, 3, .nan, 4, -.infinity, .infinity, 0])
  var numbers = Numbers(seed: 390)
  var long = numbers.array([3, 301], -3...3)
  for place in [17, 301 + 300, 301 + 288] { long.values[place] = .nan }
  let operations: [ReduceOperation] = [.maximum, .minimum, .argMax, .argMin, .maxWithIndex, .minWithIndex, .nanSum]
  return operations.flatMap { operation in
    [nanCase(operation, short), nanCase(operation, long), nanCase(operation, long, axis: 0)]
  }
}

private func nanCase(_ operation: ReduceOperation, _ x: DenseArray, axis: Int = 1) -> OperationCase {
  let outputs = operation == .maxWithIndex || operation == .minWithIndex ? 2 : 1
  return OperationCase(
    .reduce(operation, AxisSet(axis), keepDim: false), "with NaN \(x.shape) over \(axis)", [.varying(x)], dtypes: .floats,
    results: operation.types.results, slack: 4, gradient: .none, resultCount: outputs
  ) { arrays in
    let (shape, members) = groups(arrays[0], [axis], keepDim: false)
    let results = members.map { reduced(operation, $0, parameter: 0) }
    return (0..<outputs).map { output in DenseArray(shape, results.map { $0[output] }) }
  }
}
