import Martlet
import TensorModule

/// The second operand of a binary function.
private enum Operand {
  case tensor(Tensor)
  case number(any TensorScalar)
}

extension OracleCall {
  fileprivate func operand(_ position: Int, _ keyword: String = "other") throws -> Operand {
    if case .tensor(let tensor)? = value(position, keyword) { return .tensor(tensor) }
    return .number(try scalar(position, keyword))
  }
  fileprivate var roundingMode: Tensor.RoundingMode? {
    get throws {
      switch try optionalString(nil, "rounding_mode") {
      case "floor": .floor
      case "trunc": .trunc
      default: nil
      }
    }
  }
}

extension OracleTable {
  /// A function of a tensor and a tensor or a number.
  private mutating func two(
    _ name: String, _ withTensor: @escaping (Tensor, Tensor) -> Tensor,
    _ withNumber: @escaping (Tensor, any TensorScalar) -> Tensor
  ) {
    one(name) { c in
      switch try c.operand(1) {
      case .tensor(let other): withTensor(try c.tensor(0), other)
      case .number(let other): withNumber(try c.tensor(0), other)
      }
    }
  }

  /// The functions of two and three tensors.
  mutating func addBinary() {
    two("mul") { $0.mul($1) } _: { $0.mul($1) }
    two("mul_") { $0.mul_($1) } _: { $0.mul_($1) }
    two("true_divide") { $0.trueDivide($1) } _: { $0.trueDivide($1) }
    two("true_divide_") { $0.trueDivide_($1) } _: { $0.trueDivide_($1) }
    two("floor_divide") { $0.floorDivide($1) } _: { $0.floorDivide($1) }
    two("floor_divide_") { $0.floorDivide_($1) } _: { $0.floorDivide_($1) }
    two("remainder_") { $0.remainder_($1) } _: { $0.remainder_($1) }
    two("fmod") { $0.fmod($1) } _: { $0.fmod($1) }
    two("fmod_") { $0.fmod_($1) } _: { $0.fmod_($1) }
    two("pow_") { $0.pow_($1) } _: { $0.pow_($1) }
    two("atan2") { $0.atan2($1) } _: { $0.atan2($1) }
    two("atan2_") { $0.atan2_($1) } _: { $0.atan2_($1) }
    two("hypot") { $0.hypot($1) } _: { $0.hypot($1) }
    two("hypot_") { $0.hypot_($1) } _: { $0.hypot_($1) }
    two("copysign") { $0.copysign($1) } _: { $0.copysign($1) }
    two("copysign_") { $0.copysign_($1) } _: { $0.copysign_($1) }
    two("nextafter") { $0.nextafter($1) } _: { $0.nextafter($1) }
    two("nextafter_") { $0.nextafter_($1) } _: { $0.nextafter_($1) }
    two("xlogy") { $0.xlogy($1) } _: { $0.xlogy($1) }
    two("xlogy_") { $0.xlogy_($1) } _: { $0.xlogy_($1) }
    two("heaviside") { $0.heaviside($1) } _: { $0.heaviside($1) }
    two("heaviside_") { $0.heaviside_($1) } _: { $0.heaviside_($1) }
    two("gcd") { $0.gcd($1) } _: { $0.gcd($1) }
    two("gcd_") { $0.gcd_($1) } _: { $0.gcd_($1) }
    two("lcm") { $0.lcm($1) } _: { $0.lcm($1) }
    two("lcm_") { $0.lcm_($1) } _: { $0.lcm_($1) }
    two("bitwise_and") { $0.bitwiseAnd($1) } _: { $0.bitwiseAnd($1) }
    two("bitwise_and_") { $0.bitwiseAnd_($1) } _: { $0.bitwiseAnd_($1) }
    two("bitwise_or") { $0.bitwiseOr($1) } _: { $0.bitwiseOr($1) }
    two("bitwise_or_") { $0.bitwiseOr_($1) } _: { $0.bitwiseOr_($1) }
    two("bitwise_xor") { $0.bitwiseXor($1) } _: { $0.bitwiseXor($1) }
    two("bitwise_xor_") { $0.bitwiseXor_($1) } _: { $0.bitwiseXor_($1) }
    two("bitwise_left_shift") { $0.bitwiseLeftShift($1) } _: { $0.bitwiseLeftShift($1) }
    two("bitwise_left_shift_") { $0.bitwiseLeftShift_($1) } _: { $0.bitwiseLeftShift_($1) }
    two("bitwise_right_shift") { $0.bitwiseRightShift($1) } _: { $0.bitwiseRightShift($1) }
    two("bitwise_right_shift_") { $0.bitwiseRightShift_($1) } _: { $0.bitwiseRightShift_($1) }
    two("eq") { $0.eq($1) } _: { $0.eq($1) }
    two("eq_") { $0.eq_($1) } _: { $0.eq_($1) }
    two("ne") { $0.ne($1) } _: { $0.ne($1) }
    two("ne_") { $0.ne_($1) } _: { $0.ne_($1) }
    two("lt") { $0.lt($1) } _: { $0.lt($1) }
    two("lt_") { $0.lt_($1) } _: { $0.lt_($1) }
    two("le") { $0.le($1) } _: { $0.le($1) }
    two("le_") { $0.le_($1) } _: { $0.le_($1) }
    two("gt") { $0.gt($1) } _: { $0.gt($1) }
    two("gt_") { $0.gt_($1) } _: { $0.gt_($1) }
    two("ge") { $0.ge($1) } _: { $0.ge($1) }
    two("ge_") { $0.ge_($1) } _: { $0.ge_($1) }
    two("logical_and") { $0.logicalAnd($1) } _: { $0.logicalAnd($1) }
    two("logical_and_") { $0.logicalAnd_($1) } _: { $0.logicalAnd_($1) }
    two("logical_or") { $0.logicalOr($1) } _: { $0.logicalOr($1) }
    two("logical_or_") { $0.logicalOr_($1) } _: { $0.logicalOr_($1) }
    two("logical_xor") { $0.logicalXor($1) } _: { $0.logicalXor($1) }
    two("logical_xor_") { $0.logicalXor_($1) } _: { $0.logicalXor_($1) }
    two("maximum") { $0.maximum($1) } _: { $0.maximum($1) }
    two("minimum") { $0.minimum($1) } _: { $0.minimum($1) }
    two("fmax") { $0.fmax($1) } _: { $0.fmax($1) }
    two("fmin") { $0.fmin($1) } _: { $0.fmin($1) }
    two("logaddexp") { $0.logaddexp($1) } _: { $0.logaddexp($1) }
    two("logaddexp2") { $0.logaddexp2($1) } _: { $0.logaddexp2($1) }
    two("float_power") { $0.floatPower($1) } _: { $0.floatPower($1) }
    two("__radd__") { $1 + $0 } _: { $1 + $0 }
    two("__rdiv__") { $1 / $0 } _: { $1 / $0 }
    two("__rtruediv__") { $1 / $0 } _: { $1 / $0 }
    two("__rfloordiv__") { $1.floorDivide($0) } _: { Tensor.floorDivide($1, $0) }
    two("__rmod__") { $1 % $0 } _: { $1 % $0 }
    two("__rmul__") { $1 * $0 } _: { $1 * $0 }
    two("__rpow__") { $1 ** $0 } _: { $1 ** $0 }
    two("__rsub__") { $1 - $0 } _: { $1 - $0 }
    addScaled("add") { $0.add($1) } _: { $0.add($1) } _: { $0.add($1, alpha: $2) }
    addScaled("add_") { $0.add_($1) } _: { $0.add_($1) } _: { $0.add_($1, alpha: $2) }
    addScaled("sub") { $0.sub($1) } _: { $0.sub($1) } _: { $0.sub($1, alpha: $2) }
    addScaled("sub_") { $0.sub_($1) } _: { $0.sub_($1) } _: { $0.sub_($1, alpha: $2) }
    addScaled("rsub") { $0.rsub($1) } _: { $0.rsub($1) } _: { $0.rsub($1, alpha: $2) }
    one("div") { c in
      switch (try c.operand(1), try c.roundingMode) {
      case (.tensor(let other), nil): try c.tensor(0).div(other)
      case (.number(let other), nil): try c.tensor(0).div(other)
      case (.tensor(let other), let mode?): try c.tensor(0).div(other, roundingMode: mode)
      case (.number(let other), let mode?): try c.tensor(0).div(other, roundingMode: mode)
      }
    }
    one("div_") { c in
      switch (try c.operand(1), try c.roundingMode) {
      case (.tensor(let other), nil): try c.tensor(0).div_(other)
      case (.number(let other), nil): try c.tensor(0).div_(other)
      case (.tensor(let other), let mode?): try c.tensor(0).div_(other, roundingMode: mode)
      case (.number(let other), let mode?): try c.tensor(0).div_(other, roundingMode: mode)
      }
    }
    one("pow") { c in
      switch (try c.operand(0, "self"), try c.operand(1, "exponent")) {
      case (.tensor(let base), .tensor(let exponent)): base.pow(exponent)
      case (.tensor(let base), .number(let exponent)): base.pow(exponent)
      case (.number(let base), .tensor(let exponent)): Tensor.pow(base, exponent)
      default: throw OracleProblem("pow of two numbers")
      }
    }
    one("remainder") { c in
      switch (try c.operand(0), try c.operand(1)) {
      case (.tensor(let base), .tensor(let other)): base.remainder(other)
      case (.tensor(let base), .number(let other)): base.remainder(other)
      case (.number(let base), .tensor(let other)): Tensor.remainder(base, other)
      default: throw OracleProblem("remainder of two numbers")
      }
    }
    one("special.xlog1py") { Special.xlog1py(try $0.tensor(0), try $0.tensor(1)) }
    one("ldexp") { try $0.tensor(0).ldexp(try $0.tensor(1)) }
    one("ldexp_") { try $0.tensor(0).ldexp_(try $0.tensor(1)) }
    one("addcmul") { try $0.tensor(0).addcmul(try $0.tensor(1), try $0.tensor(2), value: try $0.double(3, "value", 1)) }
    one("addcmul_") { try $0.tensor(0).addcmul_(try $0.tensor(1), try $0.tensor(2), value: try $0.double(3, "value", 1)) }
    one("addcdiv") { try $0.tensor(0).addcdiv(try $0.tensor(1), try $0.tensor(2), value: try $0.double(3, "value", 1)) }
    one("addcdiv_") { try $0.tensor(0).addcdiv_(try $0.tensor(1), try $0.tensor(2), value: try $0.double(3, "value", 1)) }
    one("lerp") { c in
      switch try c.operand(2, "weight") {
      case .tensor(let weight): try c.tensor(0).lerp(try c.tensor(1), weight)
      case .number: try c.tensor(0).lerp(try c.tensor(1), try c.double(2, "weight"))
      }
    }
    one("lerp_") { c in
      switch try c.operand(2, "weight") {
      case .tensor(let weight): try c.tensor(0).lerp_(try c.tensor(1), weight)
      case .number: try c.tensor(0).lerp_(try c.tensor(1), try c.double(2, "weight"))
      }
    }
    value("allclose") { c in
      .bool(
        try c.tensor(0).allclose(
          try c.tensor(1), rtol: try c.double(2, "rtol", 1e-5), atol: try c.double(3, "atol", 1e-8),
          equalNaN: try c.bool(4, "equal_nan", false)))
    }
    one("isclose") { c in
      try c.tensor(0).isclose(
        try c.tensor(1), rtol: try c.double(2, "rtol", 1e-5), atol: try c.double(3, "atol", 1e-8),
        equalNaN: try c.bool(4, "equal_nan", false))
    }
    value("equal") { .bool(try $0.tensor(0).equal(try $0.tensor(1))) }
    one("dist") { try $0.tensor(0).dist(try $0.tensor(1), p: try $0.double(2, "p", 2)) }
    one("cdist") { c in
      c.ignore("compute_mode")
      c.ignore(from: 3)
      return try c.tensor(0).cdist(try c.tensor(1), p: try c.double(2, "p", 2))
    }
    one("cross") { try $0.tensor(0).cross(try $0.tensor(1), dim: try $0.optionalInt(2, "dim")) }
    one("where") { c in
      let condition = try c.tensor(0)
      return switch (try c.operand(1, "self"), try c.operand(2, "other")) {
      case (.tensor(let a), .tensor(let b)): Tensor.where(condition, a, b)
      case (.tensor(let a), .number(let b)): Tensor.where(condition, a, b)
      case (.number(let a), .tensor(let b)): Tensor.where(condition, a, b)
      case (.number(let a), .number(let b)): Tensor.where(condition, a, b)
      }
    }
    one("clamp") { try Self.clamp($0, inPlace: false) }
    one("clamp_") { try Self.clamp($0, inPlace: true) }
    two("clamp_min") { $0.clamp(min: $1) } _: { $0.clamp(min: $1) }
    two("clamp_min_") { $0.clamp_(min: $1) } _: { $0.clamp_(min: $1) }
    two("clamp_max") { $0.clamp(max: $1) } _: { $0.clamp(max: $1) }
    two("clamp_max_") { $0.clamp_(max: $1) } _: { $0.clamp_(max: $1) }
  }

  /// Sums and differences with `alpha`.
  private mutating func addScaled(
    _ name: String, _ withTensor: @escaping (Tensor, Tensor) -> Tensor,
    _ withNumber: @escaping (Tensor, any TensorScalar) -> Tensor,
    _ scaled: @escaping (Tensor, Tensor, any TensorScalar) -> Tensor
  ) {
    one(name) { c in
      switch (try c.operand(1), try c.optionalScalar(2, "alpha")) {
      case (.tensor(let other), nil): withTensor(try c.tensor(0), other)
      case (.number(let other), nil): withNumber(try c.tensor(0), other)
      case (.tensor(let other), let alpha?): scaled(try c.tensor(0), other, alpha)
      case (.number, _): throw OracleProblem("alpha with a number")
      }
    }
  }

  private static func clamp(_ c: OracleCall, inPlace: Bool) throws -> Tensor {
    let x = try c.tensor(0)
    func bound(_ position: Int, _ keyword: String) throws -> Operand? {
      c.value(position, keyword) == nil ? nil : try c.operand(position, keyword)
    }
    switch (try bound(1, "min"), try bound(2, "max")) {
    case (.number(let low)?, .number(let high)?): return inPlace ? x.clamp_(min: low, max: high) : x.clamp(min: low, max: high)
    case (.number(let low)?, nil): return inPlace ? x.clamp_(min: low) : x.clamp(min: low)
    case (nil, .number(let high)?): return inPlace ? x.clamp_(max: high) : x.clamp(max: high)
    case (let low, let high):
      func tensor(_ operand: Operand?) throws -> Tensor? {
        guard let operand else { return nil }
        guard case .tensor(let tensor) = operand else { throw OracleProblem("a tensor and a number as bounds") }
        return tensor
      }
      return inPlace
        ? x.clamp_(min: try tensor(low), max: try tensor(high)) : x.clamp(min: try tensor(low), max: try tensor(high))
    }
  }
}
