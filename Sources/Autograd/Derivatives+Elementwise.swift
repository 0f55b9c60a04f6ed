internal import TensorModule

private let ln2 = 0.693147180559945309417
private let ln10 = 2.302585092994045684018
private let twoOverRootPi = 1.128379167095512573896
private let rootPiOverTwo = 0.886226925452758013649
/// α·λ of selu.
private let seluSlope = 1.6732632423543772848 * 1.0507009873554804934
private let oneOverRootTwoPi = 0.398942280401432677940

extension UnaryOperation {
  var isRecorded: Bool {
    switch self {
    case .bitwiseNot, .logicalNot, .isNaN, .isInfinite, .isFinite, .signbit: false
    default: true
    }
  }

  var savedValues: SavedMask {
    switch self {
    case .copy, .negate, .sign, .floor, .ceil, .round, .trunc, .frac, .bitwiseNot, .logicalNot, .isNaN, .isInfinite, .isFinite,
      .signbit:
      .nothing
    case .squareRoot, .reciprocalSquareRoot, .reciprocal, .exp, .exp2, .expm1, .tan, .tanh, .sigmoid, .relu, .erfinv, .ndtri:
      .output
    case .besselI0, .besselI0e, .besselI1, .besselI1e, .sphericalBesselJ0:
      SavedMask(operands: .of(0), outputs: 1)
    case .absolute, .square, .log, .log2, .log10, .log1p, .sin, .cos, .asin, .acos, .atan, .sinh, .cosh, .asinh, .acosh,
      .atanh, .logSigmoid, .gelu, .geluTanh, .silu, .mish, .softsign, .erf, .erfc, .lgamma, .digamma, .erfcx, .ndtr,
      .logNdtr, .entr, .sinc, .logit, .polygamma, .leakyRelu, .elu, .softplus, .clamp, .hardshrink, .softshrink, .threshold,
      .hardsigmoid, .hardswish, .selu:
      .operands(0)
    }
  }

  func derive(_ context: inout DerivativeContext, _ parameters: Parameters) throws(TensorError) {
    guard context.needs(0) else { return }
    let g = context.takeGradient()
    let result: Tensor
    switch self {
    case .copy, .frac: result = g
    case .negate: result = -g
    case .absolute: result = g * (try context.operand(0).sign())
    case .square: result = g * (try context.operand(0) * 2)
    case .squareRoot: result = g / (try context.output() * 2)
    case .reciprocalSquareRoot: result = g * (try context.output().pow(3) * -0.5)
    case .reciprocal: result = -g * (try context.output().square())
    case .exp: result = g * (try context.output())
    case .exp2: result = g * (try context.output() * ln2)
    case .expm1: result = g * (try context.output() + 1)
    case .log: result = g / (try context.operand(0))
    case .log2: result = g / (try context.operand(0) * ln2)
    case .log10: result = g / (try context.operand(0) * ln10)
    case .log1p: result = g / (try context.operand(0) + 1)
    case .sin: result = g * (try context.operand(0).cos())
    case .cos: result = -g * (try context.operand(0).sin())
    case .tan: result = g * (try context.output().square() + 1)
    case .asin: result = g * (1 - (try context.operand(0).square())).rsqrt()
    case .acos: result = -g * (1 - (try context.operand(0).square())).rsqrt()
    case .atan: result = g / (try context.operand(0).square() + 1)
    case .sinh: result = g * (try context.operand(0).cosh())
    case .cosh: result = g * (try context.operand(0).sinh())
    case .tanh: result = apply(.binary(.tanhGradient), g, try context.output())
    case .asinh: result = g * (try context.operand(0).square() + 1).rsqrt()
    case .acosh: result = g * (try context.operand(0).square() - 1).rsqrt()
    case .atanh: result = g / (1 - (try context.operand(0).square()))
    case .sigmoid: result = apply(.binary(.sigmoidGradient), g, try context.output())
    case .logSigmoid: result = apply(.binary(.logSigmoidGradient), g, try context.operand(0))
    case .relu: result = apply(.binary(.reluGradient), g, try context.output())
    case .gelu: result = apply(.binary(.geluGradient), g, try context.operand(0))
    case .geluTanh: result = apply(.binary(.geluTanhGradient), g, try context.operand(0))
    case .silu: result = apply(.binary(.siluGradient), g, try context.operand(0))
    case .mish: result = apply(.binary(.mishGradient), g, try context.operand(0))
    case .softsign: result = g / (try context.operand(0).abs() + 1).square()
    case .erf: result = g * ((-(try context.operand(0).square())).exp() * twoOverRootPi)
    case .erfc: result = g * ((-(try context.operand(0).square())).exp() * -twoOverRootPi)
    case .erfinv: result = g * ((try context.output().square()).exp() * rootPiOverTwo)
    case .lgamma: result = g * (try context.operand(0).digamma())
    case .digamma: result = g * (try context.operand(0).polygamma(1))
    case .besselI0, .besselI0e, .besselI1, .besselI1e, .erfcx, .ndtr, .logNdtr, .ndtri, .entr, .sinc, .sphericalBesselJ0, .logit,
      .polygamma:
      result = try deriveSpecial(g, context, parameters)
    case .sign, .floor, .ceil, .round, .trunc: result = Tensor.zerosLike(g)
    case .leakyRelu: result = apply(.binary(.leakyReluGradient, parameters), g, try context.operand(0))
    case .elu: result = apply(.binary(.eluGradient, parameters), g, try context.operand(0))
    case .softplus: result = apply(.binary(.softplusGradient, parameters), g, try context.operand(0))
    case .clamp: result = apply(.binary(.clampGradient, parameters), g, try context.operand(0))
    case .hardshrink, .softshrink: result = apply(.binary(.shrinkGradient, parameters), g, try context.operand(0))
    case .threshold: result = apply(.binary(.thresholdGradient, parameters), g, try context.operand(0))
    case .hardsigmoid: result = apply(.binary(.clampGradient, Parameters(-3, 3)), g, try context.operand(0)) / 6
    case .hardswish: result = apply(.binary(.hardswishGradient), g, try context.operand(0))
    case .selu: result = apply(.binary(.seluGradient), g, try context.operand(0))
    case .bitwiseNot, .logicalNot, .isNaN, .isInfinite, .isFinite, .signbit: return
    }
    context.give(result, to: 0)
  }
}

extension BinaryOperation {
  var isRecorded: Bool {
    switch self {
    case .bitwiseAnd, .bitwiseOr, .bitwiseXor, .leftShift, .rightShift, .gcd, .lcm, .equal, .notEqual, .less, .lessEqual,
      .greater, .greaterEqual, .logicalAnd, .logicalOr, .logicalXor:
      false
    default: true
    }
  }

  func savedValues(_ needs: OperandMask) -> SavedMask {
    switch self {
    case .add, .subtract, .floorDivide, .truncateDivide, .nextafter, .heaviside, .bitwiseAnd, .bitwiseOr, .bitwiseXor, .leftShift,
      .rightShift, .gcd, .lcm, .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual, .logicalAnd, .logicalOr,
      .logicalXor:
      return .nothing
    case .multiply:
      return SavedMask(operands: needs.contains(0) ? (needs.contains(1) ? .of(0, 1) : .of(1)) : .of(0))
    case .divide:
      return needs.contains(1) ? .operands(0, 1) : .operands(1)
    case .remainder, .fmod:
      return needs.contains(1) ? .operands(0, 1) : .nothing
    case .prelu:
      return .operands(0, 1)
    case .replaceNonFinite:
      return .operands(0)
    case .power, .hypot, .copysign:
      return SavedMask(operands: .of(0, 1), outputs: 1)
    case .maximum, .minimum, .fmax, .fmin, .atan2, .logaddexp, .logaddexp2, .xlogy, .xlog1py, .zeta:
      return .operands(0, 1)
    case .reluGradient, .leakyReluGradient, .clampGradient, .shrinkGradient, .thresholdGradient:
      return .operands(1)
    case .sigmoidGradient, .tanhGradient, .geluGradient, .geluTanhGradient, .siluGradient, .eluGradient,
      .softplusGradient, .hardswishGradient, .seluGradient, .mishGradient, .logSigmoidGradient:
      return needs.contains(1) ? .operands(0, 1) : .operands(1)
    }
  }

  func derive(_ context: inout DerivativeContext, _ parameters: Parameters) throws(TensorError) {
    let g = context.takeGradient()
    let first = context.needs(0), second = context.needs(1)
    switch self {
    case .add:
      if first { context.give(g, to: 0) }
      if second { context.give(g, to: 1) }
    case .subtract:
      if first { context.give(g, to: 0) }
      if second { context.give(-g, to: 1) }
    case .multiply:
      if first { context.give(g * (try context.operand(1)), to: 0) }
      if second { context.give(g * (try context.operand(0)), to: 1) }
    case .divide:
      let b = try context.operand(1)
      if first { context.give(g / b, to: 0) }
      if second { context.give(-g * ((try context.operand(0) / b) / b), to: 1) }
    case .remainder:
      if first { context.give(g, to: 0) }
      if second { context.give(-g * (try context.operand(0).floorDivide(try context.operand(1))), to: 1) }
    case .fmod:
      if first { context.give(g, to: 0) }
      if second { context.give(-g * (try context.operand(0) / (try context.operand(1))).trunc(), to: 1) }
    case .power:
      let a = try context.operand(0), b = try context.operand(1)
      if first {
        // Where the exponent is 0 the slope is 0, whatever the base.
        let isZero = b .== 0
        context.give(Tensor.where(isZero, 0, g * (b * a.pow(Tensor.where(isZero, 1, b - 1)))), to: 0)
      }
      if second {
        let isZero = (a .== 0).logicalAnd(b .>= 0)
        context.give(Tensor.where(isZero, 0, g * (try context.output()) * a.log()), to: 1)
      }
    case .maximum, .minimum:
      let a = try context.operand(0), b = try context.operand(1)
      let tie = a .== b
      let half = Tensor.where(tie, g / 2, g)
      if first { context.give(Tensor.where(self == .maximum ? a .< b : a .> b, 0, half), to: 0) }
      if second { context.give(Tensor.where(self == .maximum ? b .< a : b .> a, 0, half), to: 1) }
    case .fmax, .fmin:
      let a = try context.operand(0), b = try context.operand(1)
      let takesFirst = (self == .fmax ? a .>= b : a .<= b).logicalOr(b.isNaN())
      if first { context.give(Tensor.where(takesFirst, g, 0), to: 0) }
      if second { context.give(Tensor.where(takesFirst, 0, g), to: 1) }
    case .atan2:
      let a = try context.operand(0), b = try context.operand(1)
      let scaled = g / (a.square() + b.square())
      if first { context.give(scaled * b, to: 0) }
      if second { context.give(scaled * -a, to: 1) }
    case .hypot:
      let y = try context.output()
      if first { context.give(g * (try context.operand(0) / y), to: 0) }
      if second { context.give(g * (try context.operand(1) / y), to: 1) }
    case .copysign:
      let a = try context.operand(0)
      if first { context.give(Tensor.where(a .== 0, 0, g * (try context.output() / a)), to: 0) }
      if second { context.give(Tensor.zerosLike(g), to: 1) }
    case .logaddexp:
      let a = try context.operand(0), b = try context.operand(1)
      if first { context.give(g * (a - b).sigmoid(), to: 0) }
      if second { context.give(g * (b - a).sigmoid(), to: 1) }
    case .logaddexp2:
      let a = try context.operand(0), b = try context.operand(1)
      if first { context.give(g / ((b - a).exp2() + 1), to: 0) }
      if second { context.give(g / ((a - b).exp2() + 1), to: 1) }
    case .xlogy:
      let a = try context.operand(0), b = try context.operand(1)
      if first { context.give(Tensor.where((a .== 0).logicalAnd(b .<= 0), 0, g * b.log()), to: 0) }
      if second { context.give(g * a / b, to: 1) }
    case .xlog1py:
      let a = try context.operand(0), b = try context.operand(1)
      if first { context.give(Tensor.where((a .== 0).logicalAnd(b .<= -1), 0, g * b.log1p()), to: 0) }
      if second { context.give(g * a / (b + 1), to: 1) }
    case .zeta:
      let s = try context.operand(0)
      guard !first else {
        throw TensorError("zeta", of: s, rule: "has no derivative with respect to its first operand", hint: "detach() it")
      }
      if second { context.give(-g * s * Special.zeta(s + 1, try context.operand(1)), to: 1) }
    case .prelu:
      let x = try context.operand(0), weight = try context.operand(1)
      let isPositive = x .> 0
      if first { context.give(Tensor.where(isPositive, g, g * weight), to: 0) }
      if second { context.give(Tensor.where(isPositive, 0, g * x), to: 1) }
    case .replaceNonFinite:
      let x = try context.operand(0)
      if first { context.give(Tensor.where(x.isFinite(), g, 0), to: 0) }
      if second { context.give(Tensor.where(x.isNaN(), g, 0), to: 1) }
    case .reluGradient, .leakyReluGradient, .clampGradient, .shrinkGradient, .thresholdGradient:
      // Linear in the gradient, and flat in the other operand wherever it has a slope at all.
      if first { context.give(apply(.binary(self, parameters), g, try context.operand(1)), to: 0) }
      if second { context.give(Tensor.zerosLike(g), to: 1) }
    case .sigmoidGradient, .tanhGradient, .geluGradient, .geluTanhGradient, .siluGradient, .eluGradient,
      .softplusGradient, .hardswishGradient, .seluGradient, .mishGradient, .logSigmoidGradient:
      let x = try context.operand(1)
      if first { context.give(apply(.binary(self, parameters), g, x), to: 0) }
      if second { context.give(g * (try context.operand(0)) * curvature(x, parameters), to: 1) }
    case .floorDivide, .truncateDivide:
      if first { context.give(Tensor.zerosLike(g), to: 0) }
      if second { context.give(Tensor.zerosLike(g), to: 1) }
    case .nextafter:
      // The neighbour moves with the number.
      if first { context.give(g, to: 0) }
      if second { context.give(Tensor.zerosLike(g), to: 1) }
    case .heaviside:
      throw TensorError("heaviside", rule: "has no derivative", hint: "detach() its operands")
    case .bitwiseAnd, .bitwiseOr, .bitwiseXor, .leftShift, .rightShift, .gcd, .lcm, .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual, .logicalAnd, .logicalOr, .logicalXor:
      return
    }
  }

  /// The derivative of an activation's slope with respect to the operand that the slope is computed from.
  private func curvature(_ x: Tensor, _ parameters: Parameters) -> Tensor {
    switch self {
    case .sigmoidGradient: return 1 - x * 2
    case .tanhGradient: return x * -2
    case .geluGradient:
      return (x.square() * -0.5).exp() * oneOverRootTwoPi * (2 - x.square())
    case .geluTanhGradient:
      let k = twoOverRootPi * 0.707106781186547524401, c = 0.044715
      let t = ((x + x.pow(3) * c) * k).tanh()
      let slope = (x.square() * (3 * c) + 1) * k
      let bend = x * (6 * c * k)
      let s = 1 - t.square()
      return s * slope + x * 0.5 * (s * bend - t * s * slope.square() * 2)
    case .siluGradient:
      let s = x.sigmoid()
      return s * (1 - s) * (x * (1 - s * 2) + 2)
    case .eluGradient:
      let scale = parameters.second
      return Tensor.where(x .> 0, 0, (x * scale).exp() * (parameters.first * scale * scale))
    case .hardswishGradient:
      return Tensor.where((x .> -3).logicalAnd(x .< 3), Tensor.full(x.shape, 1.0 / 3, dtype: x.dtype, device: x.device), 0)
    case .seluGradient:
      return Tensor.where(x .> 0, 0, x.exp() * seluSlope)
    case .mishGradient:
      let s = x.sigmoid(), t = x.softplus().tanh()
      return (1 - t.square()) * s * (2 + x * (1 - s - t * s * 2))
    case .logSigmoidGradient:
      let s = x.sigmoid()
      return s * (s - 1)
    case .softplusGradient:
      let s = (x * parameters.first).sigmoid()
      return Tensor.where(x * parameters.first .> parameters.second, 0, s * (1 - s) * parameters.first)
    default:
      return Tensor.zerosLike(x)
    }
  }
}

extension TernaryOperation {
  func savedValues(_ needs: OperandMask) -> SavedMask {
    switch self {
    case .select: .operands(0)
    case .multiplyAdd, .divideAdd: needs.contains(1) || needs.contains(2) ? .operands(1, 2) : .nothing
    case .interpolate: needs.contains(2) ? .operands(0, 1, 2) : .operands(2)
    }
  }

  func derive(_ context: inout DerivativeContext, _ parameters: Parameters) throws(TensorError) {
    let g = context.takeGradient()
    let value = parameters.first
    switch self {
    case .select:
      let condition = try context.operand(0)
      if context.needs(1) { context.give(Tensor.where(condition, g, 0), to: 1) }
      if context.needs(2) { context.give(Tensor.where(condition, 0, g), to: 2) }
    case .multiplyAdd:
      if context.needs(0) { context.give(g, to: 0) }
      if context.needs(1) { context.give(g * (try context.operand(2) * value), to: 1) }
      if context.needs(2) { context.give(g * (try context.operand(1) * value), to: 2) }
    case .divideAdd:
      if context.needs(0) { context.give(g, to: 0) }
      if context.needs(1) { context.give(g * value / (try context.operand(2)), to: 1) }
      if context.needs(2) {
        let c = try context.operand(2)
        context.give(-g * (try context.operand(1) * value / c / c), to: 2)
      }
    case .interpolate:
      let weight = try context.operand(2)
      if context.needs(0) { context.give(g * (1 - weight), to: 0) }
      if context.needs(1) { context.give(g * weight, to: 1) }
      if context.needs(2) { context.give(g * (try context.operand(1) - (try context.operand(0))), to: 2) }
    }
  }
}
