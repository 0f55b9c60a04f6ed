import Foundation
import TensorModule
import TestSupport

/// One element-wise function of one operand.
private struct UnaryRow {
  var operation: UnaryOperation
  var parameters = Parameters.none
  var domain: ClosedRange<Double> = -3...3
  /// Where the function has no slope; samples keep away.
  var kinks: [Double] = []
  var dtypes: [DType]
  var results = ResultRule.same
  var gradient = GradientOrder.second
  var function: (Double) -> Double
}

private let halves = stride(from: -4.0, through: 4, by: 0.5).map { $0 }

private func normalCumulative(_ x: Double) -> Double { 0.5 * erfc(-x / 2.0.squareRoot()) }

private func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-x.magnitude)) }

/// x + 3 limited to 0 ... 6.
private func sixSteps(_ x: Double) -> Double { x.isNaN ? x : min(max(x + 3, 0), 6) }

/// ψ: shifted up to where the asymptotic series is exact enough; reflected for negative arguments.
private func digamma(_ x: Double) -> Double {
  if x == 0 { return x.sign == .minus ? .infinity : -.infinity }
  if x == -.infinity { return .nan }
  if x < 0 {
    if x == x.rounded() { return .nan }
    return digamma(1 - x) - .pi / tan(.pi * x)
  }
  var x = x, sum = 0.0
  while x < 12 {
    sum -= 1 / x
    x += 1
  }
  let s = 1 / (x * x)
  let series = s * (1 / 12.0 - s * (1 / 120.0 - s * (1 / 252.0 - s * (1 / 240.0 - s * (1 / 132.0 - s * 691 / 32760.0)))))
  return sum + log(x) - 0.5 / x - series
}

/// The inverse of erf, by bisection and Newton's steps.
private func inverseErrorFunction(_ y: Double) -> Double {
  if y.isNaN || y.magnitude > 1 { return .nan }
  if y.magnitude == 1 { return y * .infinity }
  if y == 0 { return y }
  var low = -6.0, high = 6.0
  for _ in 0..<60 {
    let middle = (low + high) / 2
    if erf(middle) < y { low = middle } else { high = middle }
  }
  var x = (low + high) / 2
  for _ in 0..<3 { x -= (erf(x) - y) / (2 / Double.pi.squareRoot() * exp(-x * x)) }
  return x
}

/// e^-|x|·I(x) of an order, by the trapezoidal rule over the period of its integral, which converges faster than any power.
private func besselIntegral(_ order: Int, _ x: Double) -> Double {
  if x.isNaN { return x }
  if x.magnitude == .infinity { return order == 0 || x > 0 ? 0 : -0.0 }
  let steps = 400
  var sum = 0.0
  for k in 0..<steps {
    let angle = 2 * Double.pi * Double(k) / Double(steps)
    sum += exp(x.magnitude * (cos(angle) - 1)) * (order == 0 ? 1 : cos(angle))
  }
  return (order == 1 && x < 0 ? -1 : 1) * sum / Double(steps)
}

/// e^x²·erfc(x); for large x by its continued fraction.
private func scaledComplement(_ x: Double) -> Double {
  if x < 5 { return exp(x * x) * erfc(x) }
  var fraction = x
  for k in stride(from: 60.0, through: 1, by: -1) { fraction = x + k / 2 / fraction }
  return 1 / (fraction * Double.pi.squareRoot())
}

private func logNormalCumulative(_ x: Double) -> Double {
  x < -1 ? log(scaledComplement(-x / 2.0.squareRoot()) / 2) - x * x / 2 : log1p(-erfc(x / 2.0.squareRoot()) / 2)
}

/// ψ': shifted up to where the asymptotic series is exact enough; reflected for negative arguments.
private func trigamma(_ x: Double) -> Double {
  if x.isNaN || x == -.infinity { return .nan }
  if x <= 0 && x == x.rounded() { return .infinity }
  if x < 0 {
    let s = Double.pi / sin(.pi * (x - x.rounded()))
    return s * s - trigamma(1 - x)
  }
  var x = x, sum = 0.0
  while x < 12 {
    sum += 1 / (x * x)
    x += 1
  }
  let s = 1 / (x * x)
  return sum + 1 / x + s / 2 + s / x * (1 / 6.0 - s * (1 / 30.0 - s * (1 / 42.0 - s * (1 / 30.0 - s * 5 / 66.0))))
}

/// The rows in the enum's order; a switch, so that none is forgotten.
private func row(_ operation: UnaryOperation) -> UnaryRow {
  /// Defined for numbers, of their type.
  func numbers(_ kinks: [Double] = [], _ function: @escaping (Double) -> Double) -> UnaryRow {
    UnaryRow(operation: operation, kinks: kinks, dtypes: .numbers, function: function)
  }
  /// Defined for everything, floating-point results.
  func floating(_ domain: ClosedRange<Double> = -3...3, _ function: @escaping (Double) -> Double) -> UnaryRow {
    UnaryRow(operation: operation, domain: domain, dtypes: .all, results: .floating, function: function)
  }
  /// Defined for floating point only.
  func activation(
    _ first: Double = 0, _ second: Double = 0, kinks: [Double] = [], _ function: @escaping (Double) -> Double
  ) -> UnaryRow {
    UnaryRow(
      operation: operation, parameters: Parameters(first, second), kinks: kinks, dtypes: .floats, function: function)
  }
  func predicate(_ function: @escaping (Double) -> Bool) -> UnaryRow {
    UnaryRow(operation: operation, dtypes: .all, results: .always(.bool), gradient: .none) { function($0) ? 1 : 0 }
  }
  switch operation {
  case .copy: return UnaryRow(operation: operation, dtypes: .all) { $0 }
  case .negate:
    var row = numbers { -$0 }
    row.dtypes.removeAll { $0 == .uint8 }  // wraps
    return row
  case .absolute: return numbers([0]) { $0.magnitude }
  case .sign: return numbers([0]) { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 }
  case .square: return numbers { $0 * $0 }
  case .squareRoot: return floating(0.2...4) { $0.squareRoot() }
  case .reciprocalSquareRoot: return floating(0.2...4) { 1 / $0.squareRoot() }
  case .reciprocal: return floating(0.3...4) { 1 / $0 }
  case .exp: return floating { Foundation.exp($0) }
  case .exp2: return floating { Foundation.exp2($0) }
  case .expm1: return floating { Foundation.expm1($0) }
  case .log: return floating(0.2...4) { Foundation.log($0) }
  case .log2: return floating(0.2...4) { Foundation.log2($0) }
  case .log10: return floating(0.2...4) { Foundation.log10($0) }
  case .log1p: return floating(-0.7...4) { Foundation.log1p($0) }
  case .sin: return floating { Foundation.sin($0) }
  case .cos: return floating { Foundation.cos($0) }
  case .tan: return floating(-1.2...1.2) { Foundation.tan($0) }
  case .asin: return floating(-0.9...0.9) { Foundation.asin($0) }
  case .acos: return floating(-0.9...0.9) { Foundation.acos($0) }
  case .atan: return floating { Foundation.atan($0) }
  case .sinh: return floating { Foundation.sinh($0) }
  case .cosh: return floating { Foundation.cosh($0) }
  case .tanh: return floating { Foundation.tanh($0) }
  case .asinh: return floating { Foundation.asinh($0) }
  case .acosh: return floating(1.2...4) { Foundation.acosh($0) }
  case .atanh: return floating(-0.9...0.9) { Foundation.atanh($0) }
  case .sigmoid: return floating { 1 / (1 + Foundation.exp(-$0)) }
  case .logSigmoid: return activation { -softplus(-$0) }
  case .relu: return numbers([0]) { $0 < 0 ? 0 : $0 }
  case .gelu: return activation { $0 * normalCumulative($0) }
  case .geluTanh:
    return activation { 0.5 * $0 * (1 + Foundation.tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0))) }
  case .silu: return activation { $0 / (1 + Foundation.exp(-$0)) }
  case .mish: return activation { $0 * Foundation.tanh(softplus($0)) }
  case .softsign: return activation(kinks: [0]) { $0 / (1 + $0.magnitude) }
  case .erf: return floating { Foundation.erf($0) }
  case .erfc: return floating { Foundation.erfc($0) }
  case .erfinv: return floating(-0.9...0.9, inverseErrorFunction)
  case .lgamma: return floating(0.3...5) { Foundation.lgamma($0) }
  case .digamma: return floating(0.3...5, digamma)
  case .besselI0: return floating { besselIntegral(0, $0) * Foundation.exp($0.magnitude) }
  case .besselI0e: return floating { besselIntegral(0, $0) }
  case .besselI1: return floating { besselIntegral(1, $0) * Foundation.exp($0.magnitude) }
  case .besselI1e: return floating { besselIntegral(1, $0) }
  case .erfcx: return floating { scaledComplement($0) }
  case .ndtr: return floating { normalCumulative($0) }
  case .logNdtr: return floating { logNormalCumulative($0) }
  case .ndtri: return floating(0.05...0.95) { inverseErrorFunction(2 * $0 - 1) * 2.0.squareRoot() }
  case .entr: return floating(0.2...4) { $0 < 0 ? -.infinity : $0 == 0 ? 0 : -$0 * Foundation.log($0) }
  case .sinc:
    var row = floating(0.2...3) { $0 == 0 ? 1 : Foundation.sin(.pi * $0) / (.pi * $0) }
    // At whole numbers the result is what rounding π leaves.
    row.dtypes = .floats
    return row
  case .sphericalBesselJ0: return floating { $0 == 0 ? 1 : $0.isInfinite ? 0 : Foundation.sin($0) / $0 }
  case .logit:
    var row = floating(0.05...0.95) { Foundation.log(min(max($0, 0.1), 0.9) / (1 - min(max($0, 0.1), 0.9))) }
    row.parameters = Parameters(0.1)
    row.kinks = [0.1, 0.9]
    return row
  case .polygamma:
    var row = floating(0.3...5) { trigamma($0) }
    row.parameters = Parameters(1)
    return row
  case .floor: return numbers(halves) { $0.rounded(.down) }
  case .ceil: return numbers(halves) { $0.rounded(.up) }
  case .round: return numbers(halves) { $0.rounded(.toNearestOrEven) }
  case .trunc: return numbers(halves) { $0.rounded(.towardZero) }
  case .frac: return activation(kinks: halves) { $0 - $0.rounded(.towardZero) }
  case .bitwiseNot:
    return UnaryRow(operation: operation, dtypes: .integers + [.bool], gradient: .none) { -$0 - 1 }
  case .logicalNot: return predicate { $0 == 0 }
  case .isNaN: return predicate { $0.isNaN }
  case .isInfinite: return predicate { $0.isInfinite }
  case .isFinite: return predicate { $0.isFinite }
  case .signbit: return predicate { $0.sign == .minus }
  case .leakyRelu: return activation(0.1, kinks: [0]) { $0 > 0 ? $0 : 0.1 * $0 }
  case .elu: return activation(1.5, 0.75, kinks: [0]) { $0 > 0 ? $0 : 1.5 * Foundation.expm1(0.75 * $0) }
  case .softplus: return activation(2, 3, kinks: [1.5]) { $0 * 2 > 3 ? $0 : Foundation.log1p(Foundation.exp(2 * $0)) / 2 }
  case .clamp:
    var row = numbers([-1, 2]) { $0 < -1 ? -1 : $0 > 2 ? 2 : $0 }
    row.parameters = Parameters(-1, 2)
    return row
  case .hardshrink: return activation(0.5, kinks: [-0.5, 0.5]) { $0 >= -0.5 && $0 <= 0.5 ? 0 : $0 }
  case .softshrink:
    return activation(0.5, kinks: [-0.5, 0.5]) { $0 > 0.5 ? $0 - 0.5 : $0 < -0.5 ? $0 + 0.5 : $0 * 0 }
  case .threshold:
    var row = numbers([1]) { $0 <= 1 ? 7 : $0 }
    row.parameters = Parameters(1, 7)
    return row
  case .hardsigmoid: return activation(kinks: [-3, 3]) { sixSteps($0) / 6 }
  case .hardswish: return activation(kinks: [-3, 3]) { $0 * sixSteps($0) / 6 }
  case .selu:
    return activation(kinks: [0]) { 1.0507009873554805 * ($0 > 0 ? $0 : 1.6732632423543772 * Foundation.expm1($0)) }
  }
}

/// 0, infinities, NaN and the like: results are held against the formula in double precision.
private let specialNumbers: [Double] = [0, -0.0, .infinity, -.infinity, .nan, 1, -1, 0.5, -0.5, 2.5, -1.5, 88, -104.25]

func unaryCases() -> [OperationCase] {
  UnaryOperation.allCases.flatMap { operation -> [OperationCase] in
    let row = row(operation)
    var numbers = Numbers(seed: Int(operation.rawValue) + 1)
    let primitive = Primitive.unary(operation, row.parameters)
    var result: [OperationCase] = []
    for shape in [[3, 4, 5], [2, 3], [67], [], [2, 0, 3]] {
      let real = numbers.array(shape, row.domain, avoiding: row.kinks)
      let whole = numbers.integers(shape, row.domain.lowerBound < 0 ? (row.domain.lowerBound < -1 ? -9...9 : 0...0) : 2...9)
      var dtypes = row.dtypes
      // Not-a-bool functions of 0 and 1 outside of their domain are left to the special numbers.
      if row.domain.lowerBound > 1 { dtypes.removeAll { $0 == .bool } }
      if operation == .bitwiseNot {
        // The complement depends on the type's width and sign.
        for (types, from) in [([.int8, .int16, .int32, .int64], -1), ([.uint8], 255), ([.bool], 1)] as [([DType], Double)] {
          result.append(
            OperationCase(primitive, "\(shape)", [.varying(real, whole: whole)], dtypes: types, gradient: .none) {
              [$0[0].map { from - $0 }]
            })
        }
        continue
      }
      let item = OperationCase(
        primitive, "\(shape)", [.varying(real, whole: whole)], dtypes: dtypes, results: row.results,
        gradient: shape == [2, 3] || shape == [] ? row.gradient : .none
      ) { [$0[0].map(row.function)] }
      result.append(item)
    }
    if row.dtypes.contains(.float32) {
      let special = DenseArray([specialNumbers.count], specialNumbers)
      result.append(
        OperationCase(
          primitive, "special numbers", [.varying(special)], dtypes: .floats, results: row.results, gradient: .none
        ) { [$0[0].map(row.function)] })
    }
    return result
  }
}
