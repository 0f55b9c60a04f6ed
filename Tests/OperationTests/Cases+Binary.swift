import Foundation
import TensorModule
import TestSupport

/// One element-wise function of two operands.
private struct BinaryRow {
  var parameters = Parameters.none
  var first: ClosedRange<Double> = -3...3
  var second: ClosedRange<Double> = -3...3
  var wholeFirst: ClosedRange<Int> = -9...9
  var wholeSecond: ClosedRange<Int> = -9...9
  /// Where the second operand has kinks.
  var kinks: [Double] = []
  var dtypes: [DType]
  var results = ResultRule.same
  var gradient = GradientOrder.second
  var slack = 1.0
  var function: (Double, Double) -> Double
}

private func greatestCommonDivisor(_ a: Double, _ b: Double) -> Double {
  var a = a.magnitude, b = b.magnitude
  while b != 0 { (a, b) = (b, a.truncatingRemainder(dividingBy: b)) }
  return a
}

/// Python's remainder: of the divisor's sign.
private func floorRemainder(_ a: Double, _ b: Double) -> Double {
  let rest = fmod(a, b)
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest
}

/// Σ (q + k)^-s: a thousand terms, and the integral over the rest.
private func hurwitzZeta(_ s: Double, _ q: Double) -> Double {
  if s == 1 || q == 0 { return .infinity }
  if s < 1 { return .nan }
  let end = q + 1000
  var sum = 0.0
  for k in 0..<1000 { sum += pow(q + Double(k), -s) }
  return sum + pow(end, 1 - s) / (s - 1) + 0.5 * pow(end, -s) + s * pow(end, -s - 1) / 12
}

private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
private func normalDensity(_ x: Double) -> Double { exp(-x * x / 2) / (2 * Double.pi).squareRoot() }
private func bits(_ a: Double, _ b: Double, _ body: (Int64, Int64) -> Int64) -> Double { Double(body(Int64(a), Int64(b))) }

/// The number itself, or what replaces it: the second for NaN, 7 and -5 for the infinities.
private func finite(_ a: Double, _ b: Double) -> Double { a.isNaN ? b : a == .infinity ? 7 : a == -.infinity ? -5 : a }

private func row(_ operation: BinaryOperation) -> BinaryRow {
  func plain(_ dtypes: [DType], _ function: @escaping (Double, Double) -> Double) -> BinaryRow {
    BinaryRow(dtypes: dtypes, function: function)
  }
  /// The second operand is a divisor: away from 0.
  func division(_ gradient: GradientOrder, _ function: @escaping (Double, Double) -> Double) -> BinaryRow {
    BinaryRow(second: 0.7...3, wholeSecond: 1...9, dtypes: .numbers, gradient: gradient, function: function)
  }
  func floating(_ function: @escaping (Double, Double) -> Double) -> BinaryRow {
    BinaryRow(dtypes: .all, results: .floating, function: function)
  }
  func integer(_ dtypes: [DType], _ function: @escaping (Double, Double) -> Double) -> BinaryRow {
    BinaryRow(dtypes: dtypes, gradient: .none, function: function)
  }
  func predicate(_ function: @escaping (Double, Double) -> Bool) -> BinaryRow {
    BinaryRow(
      wholeFirst: -2...2, wholeSecond: -2...2, dtypes: .all, results: .always(.bool), gradient: .none
    ) { function($0, $1) ? 1 : 0 }
  }
  /// An activation's gradient: the incoming gradient, and the output or input.
  func slope(
    _ first: Double = 0, _ second: Double = 0, range: ClosedRange<Double> = -3...3, kinks: [Double] = [],
    _ function: @escaping (Double) -> Double
  ) -> BinaryRow {
    BinaryRow(
      parameters: Parameters(first, second), second: range, kinks: kinks, dtypes: .floats
    ) { $0 * function($1) }
  }
  switch operation {
  case .add: return plain(.numbers) { $0 + $1 }
  case .subtract: return plain(.numbers) { $0 - $1 }
  case .multiply: return plain(.numbers) { $0 * $1 }
  case .divide:
    var row = floating { $0 / $1 }
    (row.second, row.wholeSecond) = (0.5...3, 1...9)
    row.dtypes = .numbers
    return row
  case .floorDivide: return division(.none) { (($0 - floorRemainder($0, $1)) / $1).rounded() }
  case .truncateDivide: return division(.none) { ($0 / $1).rounded(.towardZero) }
  // The slope jumps where the quotient is whole; samples keep away from that by luck of the seed.
  case .remainder: return division(.second, floorRemainder)
  case .fmod: return division(.second) { Foundation.fmod($0, $1) }
  case .power:
    var row = plain(.numbers) { Foundation.pow($0, $1) }
    (row.first, row.second) = (0.5...2, -2...2)
    (row.wholeFirst, row.wholeSecond) = (-3...3, 0...3)
    return row
  case .maximum: return plain(.all) { $0.isNaN || $1.isNaN ? .nan : max($0, $1) }
  case .minimum: return plain(.all) { $0.isNaN || $1.isNaN ? .nan : min($0, $1) }
  case .fmax: return plain(.all) { Foundation.fmax($0, $1) }
  case .fmin: return plain(.all) { Foundation.fmin($0, $1) }
  case .atan2: return floating { Foundation.atan2($0, $1) }
  case .hypot: return floating { Foundation.hypot($0, $1) }
  case .copysign:
    var row = floating { Foundation.copysign($0, $1) }
    row.kinks = [0]
    return row
  case .nextafter:
    // Exactly the neighbour; that of float32 is another number, see ``neighbours()``.
    var row = plain([.float64]) { Foundation.nextafter($0, $1) }
    row.gradient = .none
    row.slack = 0
    return row
  case .logaddexp: return floating { max($0, $1) + log1p(exp(-($0 - $1).magnitude)) }
  case .logaddexp2: return floating { max($0, $1) + Foundation.log2(1 + Foundation.exp2(-($0 - $1).magnitude)) }
  case .xlogy:
    var row = floating { $0 == 0 ? 0 : $0 * Foundation.log($1) }
    (row.second, row.wholeSecond) = (0.3...3, 1...9)
    return row
  case .xlog1py:
    var row = floating { $0 == 0 ? 0 : $0 * Foundation.log1p($1) }
    (row.second, row.wholeSecond) = (-0.5...3, 1...9)
    return row
  case .zeta:
    // No derivative with respect to the exponent: the gradients are tested in ``SpecialFunctionTests``.
    var row = floating(hurwitzZeta)
    (row.first, row.second) = (1.5...6, 0.3...5)
    (row.wholeFirst, row.wholeSecond) = (2...6, 1...9)
    row.gradient = .none
    return row
  case .heaviside:
    var row = plain(.all) { $0 == 0 ? $1 : $0 > 0 ? 1 : 0 }
    row.gradient = .none
    return row
  case .bitwiseAnd: return integer(.integers + [.bool]) { bits($0, $1, &) }
  case .bitwiseOr: return integer(.integers + [.bool]) { bits($0, $1, |) }
  case .bitwiseXor: return integer(.integers + [.bool]) { bits($0, $1, ^) }
  case .leftShift:
    var row = integer(.integers) { bits($0, $1, <<) }
    row.wholeSecond = 0...3
    return row
  case .rightShift:
    var row = integer(.integers) { bits($0, $1, >>) }
    row.wholeSecond = 0...3
    return row
  case .gcd: return integer(.integers, greatestCommonDivisor)
  case .lcm: return integer(.integers) { $0 == 0 || $1 == 0 ? 0 : ($0 * $1).magnitude / greatestCommonDivisor($0, $1) }
  case .equal: return predicate { $0 == $1 }
  case .notEqual: return predicate { $0 != $1 }
  case .less: return predicate { $0 < $1 }
  case .lessEqual: return predicate { $0 <= $1 }
  case .greater: return predicate { $0 > $1 }
  case .greaterEqual: return predicate { $0 >= $1 }
  case .logicalAnd: return predicate { $0 != 0 && $1 != 0 }
  case .logicalOr: return predicate { $0 != 0 || $1 != 0 }
  case .logicalXor: return predicate { ($0 != 0) != ($1 != 0) }
  case .reluGradient: return slope(kinks: [0]) { $0 <= 0 ? 0 : 1 }
  case .sigmoidGradient: return slope(range: 0.05...0.95) { (1 - $0) * $0 }
  case .tanhGradient: return slope(range: -0.95...0.95) { 1 - $0 * $0 }
  case .geluGradient: return slope { 0.5 * erfc(-$0 / 2.0.squareRoot()) + $0 * normalDensity($0) }
  case .geluTanhGradient:
    return slope { x in
      let k = (2 / Double.pi).squareRoot(), t = tanh(k * (x + 0.044715 * x * x * x))
      return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * k * (1 + 3 * 0.044715 * x * x)
    }
  case .siluGradient: return slope { sigmoid($0) * (1 + $0 * (1 - sigmoid($0))) }
  case .leakyReluGradient: return slope(0.1, kinks: [0]) { $0 > 0 ? 1 : 0.1 }
  case .eluGradient: return slope(1.5, 0.75, kinks: [0]) { $0 > 0 ? 1 : 1.5 * 0.75 * exp(0.75 * $0) }
  case .softplusGradient: return slope(2, 3, kinks: [1.5]) { $0 * 2 > 3 ? 1 : sigmoid(2 * $0) }
  case .clampGradient: return slope(-1, 2, kinks: [-1, 2]) { $0 > -1 && $0 < 2 ? 1 : 0 }
  case .shrinkGradient: return slope(0.5, kinks: [-0.5, 0.5]) { $0 >= -0.5 && $0 <= 0.5 ? 0 : 1 }
  case .thresholdGradient: return slope(1, kinks: [1]) { $0 <= 1 ? 0 : 1 }
  case .hardswishGradient: return slope(kinks: [-3, 3]) { $0 <= -3 ? 0 : $0 < 3 ? $0 / 3 + 0.5 : 1 }
  case .seluGradient: return slope(kinks: [0]) { 1.0507009873554805 * ($0 > 0 ? 1 : 1.6732632423543772 * exp($0)) }
  case .mishGradient:
    return slope { x in
      let t = tanh(max(x, 0) + log1p(exp(-x.magnitude)))
      return t + x * sigmoid(x) * (1 - t * t)
    }
  case .logSigmoidGradient: return slope { sigmoid(-$0) }
  case .prelu: return plain(.floats) { $0 > 0 ? $0 : $0 * $1 }
  case .replaceNonFinite:
    var row = plain(.floats, finite)
    row.parameters = Parameters(7, -5)
    return row
  }
}

func binaryCases() -> [OperationCase] {
  BinaryOperation.allCases.flatMap { operation -> [OperationCase] in
    let row = row(operation)
    var numbers = Numbers(seed: 100 + Int(operation.rawValue))
    let shapes: [([Int], [Int])] = [
      ([3, 4, 5], [3, 4, 5]), ([3, 1, 5], [4, 1]), ([2, 3], [3]), ([67], []), ([], []), ([0, 3], [1, 3]),
    ]
    return shapes.map { a, b in
      let isSmall = a == [2, 3] || a == []
      let inputs: [OperationInput] = [
        .varying(numbers.array(a, row.first), whole: numbers.integers(a, row.wholeFirst)),
        .varying(numbers.array(b, row.second, avoiding: row.kinks), whole: numbers.integers(b, row.wholeSecond)),
      ]
      var dtypes = row.dtypes
      // Unsigned differences of magnitudes wrap.
      if operation == .subtract { dtypes.removeAll { $0 == .uint8 } }
      return OperationCase(
        .binary(operation, row.parameters), "\(a)×\(b)", inputs, dtypes: dtypes, results: row.results,
        slack: row.slack, gradient: isSmall ? row.gradient : .none
      ) { [DenseArray.elementwise($0) { row.function($0[0], $0[1]) }] }
    } + special(operation)
  }
}

private func special(_ operation: BinaryOperation) -> [OperationCase] {
  switch operation {
  case .add, .multiply: [logic(operation)]
  case .nextafter: [neighbours()]
  case .replaceNonFinite: [replacements()]
  default: []
  }
}

/// What is no finite number, of one vector and the odd element.
private func replacements() -> OperationCase {
  let special: [Double] = [0, .nan, 1.5, .infinity, -.infinity, -0.0, -2]
  let a = DenseArray([21], special + special + special), b = DenseArray([21], (0..<21).map { Double($0) / 4 })
  return OperationCase(
    .binary(.replaceNonFinite, Parameters(7, -5)), "of special numbers", [.varying(a), .varying(b)], dtypes: .floats, slack: 0,
    gradient: .none
  ) { [DenseArray.elementwise($0) { finite($0[0], $0[1]) }] }
}

/// Sums and products of bool are or and and.
private func logic(_ operation: BinaryOperation) -> OperationCase {
  var numbers = Numbers(seed: 7)
  let inputs = (0..<2).map { _ in OperationInput.varying(numbers.integers([4, 5], 0...1)) }
  return OperationCase(.binary(operation), "of bool", inputs, dtypes: [.bool], gradient: .none) {
    [DenseArray.elementwise($0) { operation == .add ? max($0[0], $0[1]) : min($0[0], $0[1]) }]
  }
}

/// The next float32 number towards another.
private func neighbours() -> OperationCase {
  let a = DenseArray([7], [0, 1, -1, 3.5, 2, .infinity, 0x1p-149]), b = DenseArray([7], [1, 2, 5, 3.5, -.infinity, 0, -1])
  return OperationCase(
    .binary(.nextafter), "of float32", [.varying(a), .varying(b)], dtypes: [.float32], slack: 0, gradient: .none
  ) { [DenseArray.elementwise($0) { Double(Foundation.nextafter(Float($0[0]), Float($0[1]))) }] }
}
