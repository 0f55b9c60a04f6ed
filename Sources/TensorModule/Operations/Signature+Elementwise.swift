extension UnaryOperation {
  func signature(_ x: Tensor) throws(TensorError) -> Signature {
    let dtype = x.dtype
    switch self {
    case .copy, .sign, .floor, .ceil, .round, .trunc, .clamp, .threshold:
      return Signature(x.shape, dtype)
    case .square:
      return Signature(x.shape, dtype == .bool ? .int64 : dtype)
    case .negate, .absolute, .relu:
      if dtype == .bool && self == .negate {
        throw TensorError(name, of: x, rule: "is not defined for bool", hint: "use logicalNot()")
      }
      return Signature(x.shape, dtype)
    case .squareRoot, .reciprocalSquareRoot, .reciprocal, .exp, .exp2, .expm1, .log, .log2, .log10, .log1p, .sin, .cos,
      .tan, .asin, .acos, .atan, .sinh, .cosh, .tanh, .asinh, .acosh, .atanh, .sigmoid, .erf, .erfc, .erfinv, .lgamma,
      .digamma, .besselI0, .besselI0e, .besselI1, .besselI1e, .erfcx, .ndtr, .logNdtr, .ndtri, .entr, .sinc, .sphericalBesselJ0, .logit,
      .polygamma:
      return Signature(x.shape, x.isWrappedNumber ? .float64 : dtype.floatingPoint)
    case .logSigmoid, .gelu, .geluTanh, .silu, .mish, .softsign, .leakyRelu, .elu, .softplus,
      .frac, .hardshrink, .softshrink, .hardsigmoid, .hardswish, .selu:
      guard dtype.isFloatingPoint else {
        throw TensorError(
          name, of: x, rule: "needs a floating-point tensor, not \(dtype)", hint: "convert it with to(.float32)")
      }
      return Signature(x.shape, dtype)
    case .bitwiseNot:
      guard !dtype.isFloatingPoint else {
        throw TensorError(name, of: x, rule: "needs integers or bool, not \(dtype)")
      }
      return Signature(x.shape, dtype)
    case .logicalNot, .isNaN, .isInfinite, .isFinite, .signbit:
      return Signature(x.shape, .bool)
    }
  }
}

extension BinaryOperation {
  /// True if the result is bool whatever the operands are.
  package var isPredicate: Bool { rawValue >= BinaryOperation.equal.rawValue && rawValue <= BinaryOperation.logicalXor.rawValue }

  @inline(__always)
  func signature(_ a: Tensor, _ b: Tensor) throws(TensorError) -> Signature {
    if a.device != b.device { try checkDevices(a, b) }
    guard let shape = broadcastShape(a.layout.shape, b.layout.shape) else {
      throw .broadcast(operation: name, a, b)
    }
    // Equal types need no promotion, and the four arithmetic operations on floats no rule.
    if rawValue <= BinaryOperation.divide.rawValue && a.dtype == b.dtype && a.dtype.isFloatingPoint {
      return Signature(shape, a.dtype)
    }
    return Signature(shape, try resultType(a, b))
  }

  private func checkDevices(_ a: Tensor, _ b: Tensor) throws(TensorError) {
    // A plain number or a 0-d CPU tensor goes along to any device, as in PyTorch.
    guard (a.rank == 0 && a.device.isCPU) || (b.rank == 0 && b.device.isCPU) else {
      throw .deviceMismatch(operation: name, a, b)
    }
  }

  /// The type in which the operands meet.
  func promotedType(_ a: Tensor, _ b: Tensor) -> DType {
    if a.dtype == b.dtype && !a.isWrappedNumber && !b.isWrappedNumber { return a.dtype }
    var state = PromotionState()
    state.include(a)
    state.include(b)
    return state.result
  }

  /// The type that a kernel computes in. A result that is written in place may have another type than the operation.
  @inline(__always)
  func computedType(_ a: Tensor, _ b: Tensor, into result: DType) throws(TensorError) -> DType {
    if a.dtype == result && b.dtype == result { return result }
    return isPredicate ? promotedType(a, b) : try resultType(a, b)
  }

  private func resultType(_ a: Tensor, _ b: Tensor) throws(TensorError) -> DType {
    let promoted = promotedType(a, b)
    switch self {
    case .subtract:
      guard a.dtype != .bool && b.dtype != .bool else {
        throw TensorError(
          name, of: a, b, rule: "is not defined for bool", hint: "use logicalXor or ^, logicalNot to invert, or convert with to(_:)")
      }
      return promoted
    case .divide, .atan2, .hypot, .copysign, .logaddexp, .logaddexp2, .xlogy, .xlog1py, .zeta:
      return promoted.floatingPoint
    case .heaviside:
      guard a.dtype == b.dtype else {
        throw TensorError(
          name, of: a, b, rule: "the tensor and its values must have one type, not \(a.dtype) and \(b.dtype)",
          hint: "convert the values with to(_:)")
      }
      return a.dtype
    case .nextafter:
      guard promoted.isFloatingPoint else {
        throw TensorError(name, of: a, b, rule: "needs floating-point operands, not \(promoted)")
      }
      return promoted
    case .bitwiseAnd, .bitwiseOr, .bitwiseXor:
      guard !promoted.isFloatingPoint else {
        throw TensorError(name, of: a, b, rule: "needs integers or bool, not \(promoted)")
      }
      return promoted
    case .leftShift, .rightShift, .gcd, .lcm:
      guard promoted.isInteger else {
        throw TensorError(name, of: a, b, rule: "needs integers, not \(promoted)")
      }
      return promoted
    case .power, .floorDivide, .remainder, .fmod, .truncateDivide:
      guard promoted != .bool else {
        throw TensorError(name, of: a, b, rule: "is not defined for two bool operands")
      }
      return promoted
    case .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual, .logicalAnd, .logicalOr, .logicalXor:
      return .bool
    case .add, .multiply, .maximum, .minimum, .fmax, .fmin, .reluGradient, .sigmoidGradient, .tanhGradient,
      .geluGradient, .geluTanhGradient, .siluGradient, .leakyReluGradient, .eluGradient, .softplusGradient,
      .clampGradient, .shrinkGradient, .thresholdGradient, .hardswishGradient, .seluGradient, .mishGradient,
      .logSigmoidGradient:
      return promoted
    case .prelu, .replaceNonFinite:
      guard a.dtype.isFloatingPoint, promoted == a.dtype else {
        throw TensorError(
          name, of: a, b, rule: "needs floating-point operands of one dtype, not \(a.dtype) and \(b.dtype)",
          hint: "convert one with to(_:)")
      }
      return promoted
    }
  }
}

extension TernaryOperation {
  func signature(_ a: Tensor, _ b: Tensor, _ c: Tensor) throws(TensorError) -> Signature {
    guard let ab = broadcastShape(a.shape, b.shape) else { throw .broadcast(operation: name, a, b) }
    guard let shape = broadcastShape(ab, c.shape) else {
      throw TensorError(
        name, of: a, b, c, rule: "the three shapes cannot be broadcast together",
        hint: "broadcasting aligns shapes at the last dimension")
    }
    var state = PromotionState()
    if self == .select {
      guard a.dtype == .bool else {
        throw TensorError(name, of: a, b, c, rule: "the condition must be bool, not \(a.dtype)", hint: "compare it: x .!= 0")
      }
    } else {
      state.include(a)
    }
    state.include(b)
    state.include(c)
    let dtype = state.result
    if (self == .interpolate || self == .divideAdd) && !dtype.isFloatingPoint {
      throw TensorError(name, of: a, b, c, rule: "needs floating-point operands, not \(dtype)")
    }
    for pair in [(a, b), (b, c), (a, c)] where pair.0.device != pair.1.device {
      guard pair.0.rank == 0 || pair.1.rank == 0 else {
        throw .deviceMismatch(operation: name, pair.0, pair.1)
      }
    }
    return Signature(shape, dtype)
  }
}

extension ReduceOperation {
  func signature(_ x: Tensor, _ axes: AxisSet, keepDim: Bool) throws(TensorError) -> Signature {
    var shape = Dimensions()
    var reducedCount = 1
    for i in 0..<x.rank {
      if axes.contains(i) {
        reducedCount *= x.shape.dimensions[i]
        if keepDim { shape.append(1) }
      } else {
        shape.append(x.shape.dimensions[i])
      }
    }
    let result = Shape(shape)
    switch self {
    case .sum, .nanSum, .product:
      return Signature(result, x.dtype.isFloatingPoint ? x.dtype : .int64)
    case .mean, .variance:
      guard x.dtype.isFloatingPoint else {
        throw TensorError(
          name, of: x, rule: "needs a floating-point tensor, not \(x.dtype)",
          hint: "convert it with to(.float32) or pass dtype:")
      }
      return Signature(result, x.dtype)
    case .maximum, .minimum, .argMax, .argMin, .maxWithIndex, .minWithIndex:
      guard reducedCount > 0 || result.elementCount == 0 else {
        throw TensorError(
          name, of: x, rule: "there is no extreme of no elements", hint: "the reduced dimensions must not be empty")
      }
      if self == .argMax || self == .argMin { return Signature(result, .int64) }
      let more = self == .maximum || self == .minimum ? [] : [Specification(result, .int64)]
      return Signature(result, x.dtype, more: more)
    case .all, .any:
      return Signature(result, x.dtype == .uint8 ? .uint8 : .bool)
    case .sumOfSquares, .sumOfAbsolutes, .logSumExp:
      return Signature(result, x.dtype.floatingPoint)
    case .countNonZero:
      return Signature(result, .int64)
    }
  }
}
