// Element-wise functions of two and three tensors: broadcast, types promoted.

extension Tensor {
  /// Element-wise sum: `+`.
  public consuming func add(_ other: consuming Tensor) -> Tensor { apply(.binary(.add), self, other) }
  /// The same with a number.
  public consuming func add(_ other: some TensorScalar) -> Tensor { apply(.add, self, number: other.scalar) }
  /// Element-wise difference: `-`.
  public consuming func sub(_ other: consuming Tensor) -> Tensor { apply(.binary(.subtract), self, other) }
  /// The same with a number.
  public consuming func sub(_ other: some TensorScalar) -> Tensor { apply(.subtract, self, number: other.scalar) }
  /// Element-wise product: `*`.
  public consuming func mul(_ other: consuming Tensor) -> Tensor { apply(.binary(.multiply), self, other) }
  /// The same with a number.
  public consuming func mul(_ other: some TensorScalar) -> Tensor { apply(.multiply, self, number: other.scalar) }
  /// Element-wise true division: `/`.
  public consuming func div(_ other: consuming Tensor) -> Tensor { apply(.binary(.divide), self, other) }
  /// The same with a number.
  public consuming func div(_ other: some TensorScalar) -> Tensor { apply(.divide, self, number: other.scalar) }
  /// Division rounded down, Python's `//`.
  public consuming func floorDivide(_ other: consuming Tensor) -> Tensor { apply(.binary(.floorDivide), self, other) }
  /// The same with a number.
  public consuming func floorDivide(_ other: some TensorScalar) -> Tensor { apply(.floorDivide, self, number: other.scalar) }
  /// The remainder with the divisor's sign: `%`.
  public consuming func remainder(_ other: consuming Tensor) -> Tensor { apply(.binary(.remainder), self, other) }
  /// The same with a number.
  public consuming func remainder(_ other: some TensorScalar) -> Tensor { apply(.remainder, self, number: other.scalar) }
  /// The remainder with the dividend's sign, C's `fmod`.
  public consuming func fmod(_ other: consuming Tensor) -> Tensor { apply(.binary(.fmod), self, other) }
  /// The same with a number.
  public consuming func fmod(_ other: some TensorScalar) -> Tensor { apply(.fmod, self, number: other.scalar) }
  /// The larger of each two elements; NaN wins. At ties the gradient is shared.
  public consuming func maximum(_ other: consuming Tensor) -> Tensor { apply(.binary(.maximum), self, other) }
  /// The same with a number.
  public consuming func maximum(_ other: some TensorScalar) -> Tensor { apply(.maximum, self, number: other.scalar) }
  /// The smaller of each two elements; NaN wins. At ties the gradient is shared.
  public consuming func minimum(_ other: consuming Tensor) -> Tensor { apply(.binary(.minimum), self, other) }
  /// The same with a number.
  public consuming func minimum(_ other: some TensorScalar) -> Tensor { apply(.minimum, self, number: other.scalar) }
  /// The larger of each two elements; NaN loses.
  public consuming func fmax(_ other: consuming Tensor) -> Tensor { apply(.binary(.fmax), self, other) }
  /// The same with a number.
  public consuming func fmax(_ other: some TensorScalar) -> Tensor { apply(.fmax, self, number: other.scalar) }
  /// The smaller of each two elements; NaN loses.
  public consuming func fmin(_ other: consuming Tensor) -> Tensor { apply(.binary(.fmin), self, other) }
  /// The same with a number.
  public consuming func fmin(_ other: some TensorScalar) -> Tensor { apply(.fmin, self, number: other.scalar) }
  /// The angle of the point (other, self), in radians.
  public consuming func atan2(_ other: consuming Tensor) -> Tensor { apply(.binary(.atan2), self, other) }
  /// The same with a number.
  public consuming func atan2(_ other: some TensorScalar) -> Tensor { apply(.atan2, self, number: other.scalar) }
  /// √(self² + other²).
  public consuming func hypot(_ other: consuming Tensor) -> Tensor { apply(.binary(.hypot), self, other) }
  /// The same with a number.
  public consuming func hypot(_ other: some TensorScalar) -> Tensor { apply(.hypot, self, number: other.scalar) }
  /// The magnitudes of self with the signs of other.
  public consuming func copysign(_ other: consuming Tensor) -> Tensor { apply(.binary(.copysign), self, other) }
  /// The same with a number.
  public consuming func copysign(_ other: some TensorScalar) -> Tensor { apply(.copysign, self, number: other.scalar) }
  /// log(exp(self) + exp(other)), without overflow.
  public consuming func logaddexp(_ other: consuming Tensor) -> Tensor { apply(.binary(.logaddexp), self, other) }
  /// The same with a number.
  public consuming func logaddexp(_ other: some TensorScalar) -> Tensor { apply(.logaddexp, self, number: other.scalar) }
  /// log2(2^self + 2^other), without overflow.
  public consuming func logaddexp2(_ other: consuming Tensor) -> Tensor { apply(.binary(.logaddexp2), self, other) }
  /// The same with a number.
  public consuming func logaddexp2(_ other: some TensorScalar) -> Tensor { apply(.logaddexp2, self, number: other.scalar) }
  /// self·log(other), 0 where self is 0.
  public consuming func xlogy(_ other: consuming Tensor) -> Tensor { apply(.binary(.xlogy), self, other) }
  /// The same with a number.
  public consuming func xlogy(_ other: some TensorScalar) -> Tensor { apply(.xlogy, self, number: other.scalar) }
  /// `.==`
  public consuming func eq(_ other: consuming Tensor) -> Tensor { apply(.binary(.equal), self, other) }
  /// The same with a number.
  public consuming func eq(_ other: some TensorScalar) -> Tensor { apply(.equal, self, number: other.scalar) }
  /// `.!=`
  public consuming func ne(_ other: consuming Tensor) -> Tensor { apply(.binary(.notEqual), self, other) }
  /// The same with a number.
  public consuming func ne(_ other: some TensorScalar) -> Tensor { apply(.notEqual, self, number: other.scalar) }
  /// `.<`
  public consuming func lt(_ other: consuming Tensor) -> Tensor { apply(.binary(.less), self, other) }
  /// The same with a number.
  public consuming func lt(_ other: some TensorScalar) -> Tensor { apply(.less, self, number: other.scalar) }
  /// `.<=`
  public consuming func le(_ other: consuming Tensor) -> Tensor { apply(.binary(.lessEqual), self, other) }
  /// The same with a number.
  public consuming func le(_ other: some TensorScalar) -> Tensor { apply(.lessEqual, self, number: other.scalar) }
  /// `.>`
  public consuming func gt(_ other: consuming Tensor) -> Tensor { apply(.binary(.greater), self, other) }
  /// The same with a number.
  public consuming func gt(_ other: some TensorScalar) -> Tensor { apply(.greater, self, number: other.scalar) }
  /// `.>=`
  public consuming func ge(_ other: consuming Tensor) -> Tensor { apply(.binary(.greaterEqual), self, other) }
  /// The same with a number.
  public consuming func ge(_ other: some TensorScalar) -> Tensor { apply(.greaterEqual, self, number: other.scalar) }
  /// The next floating-point number after each element towards the other.
  public consuming func nextafter(_ other: consuming Tensor) -> Tensor { apply(.binary(.nextafter), self, other) }
  /// The same with a number.
  public consuming func nextafter(_ other: some TensorScalar) -> Tensor { apply(.nextafter, self, number: other.scalar) }
  /// 0 below 0, 1 above, and `other` at 0 (PyTorch's `heaviside`). The types must be equal; there is no derivative.
  public consuming func heaviside(_ other: consuming Tensor) -> Tensor { apply(.binary(.heaviside), self, other) }
  /// The same with a number.
  public consuming func heaviside(_ other: some TensorScalar) -> Tensor { apply(.heaviside, self, number: other.scalar) }
  /// The greatest common divisors of integers.
  public consuming func gcd(_ other: consuming Tensor) -> Tensor { apply(.binary(.gcd), self, other) }
  /// The same with a number.
  public consuming func gcd(_ other: some TensorScalar) -> Tensor { apply(.gcd, self, number: other.scalar) }
  /// The least common multiples of integers.
  public consuming func lcm(_ other: consuming Tensor) -> Tensor { apply(.binary(.lcm), self, other) }
  /// The same with a number.
  public consuming func lcm(_ other: some TensorScalar) -> Tensor { apply(.lcm, self, number: other.scalar) }
  /// Bitwise and of integers; logical for bool: `&`.
  public consuming func bitwiseAnd(_ other: consuming Tensor) -> Tensor { apply(.binary(.bitwiseAnd), self, other) }
  /// The same with a number.
  public consuming func bitwiseAnd(_ other: some TensorScalar) -> Tensor { apply(.bitwiseAnd, self, number: other.scalar) }
  /// Bitwise or of integers; logical for bool: `|`.
  public consuming func bitwiseOr(_ other: consuming Tensor) -> Tensor { apply(.binary(.bitwiseOr), self, other) }
  /// The same with a number.
  public consuming func bitwiseOr(_ other: some TensorScalar) -> Tensor { apply(.bitwiseOr, self, number: other.scalar) }
  /// Bitwise exclusive or of integers; logical for bool: `^`.
  public consuming func bitwiseXor(_ other: consuming Tensor) -> Tensor { apply(.binary(.bitwiseXor), self, other) }
  /// The same with a number.
  public consuming func bitwiseXor(_ other: some TensorScalar) -> Tensor { apply(.bitwiseXor, self, number: other.scalar) }
  /// Integers shifted up by so many bits: `<<`.
  public consuming func bitwiseLeftShift(_ other: consuming Tensor) -> Tensor { apply(.binary(.leftShift), self, other) }
  /// The same with a number.
  public consuming func bitwiseLeftShift(_ other: some TensorScalar) -> Tensor { apply(.leftShift, self, number: other.scalar) }
  /// Integers shifted down by so many bits, the sign kept: `>>`.
  public consuming func bitwiseRightShift(_ other: consuming Tensor) -> Tensor { apply(.binary(.rightShift), self, other) }
  /// The same with a number.
  public consuming func bitwiseRightShift(_ other: some TensorScalar) -> Tensor { apply(.rightShift, self, number: other.scalar) }
  /// True where both elements are not zero.
  public consuming func logicalAnd(_ other: consuming Tensor) -> Tensor { apply(.binary(.logicalAnd), self, other) }
  /// The same with a number.
  public consuming func logicalAnd(_ other: some TensorScalar) -> Tensor { apply(.logicalAnd, self, number: other.scalar) }
  /// True where an element is not zero.
  public consuming func logicalOr(_ other: consuming Tensor) -> Tensor { apply(.binary(.logicalOr), self, other) }
  /// The same with a number.
  public consuming func logicalOr(_ other: some TensorScalar) -> Tensor { apply(.logicalOr, self, number: other.scalar) }
  /// True where just one element is not zero.
  public consuming func logicalXor(_ other: consuming Tensor) -> Tensor { apply(.binary(.logicalXor), self, other) }
  /// The same with a number.
  public consuming func logicalXor(_ other: some TensorScalar) -> Tensor { apply(.logicalXor, self, number: other.scalar) }

  /// Element-wise power (PyTorch's `pow`). Integer tensors take non-negative integer exponents.
  public consuming func pow(_ exponent: consuming Tensor) -> Tensor { apply(.binary(.power), self, exponent) }

  /// Each element to the power of a number. Integers to negative integer powers fail.
  public consuming func pow(_ exponent: some TensorScalar) -> Tensor {
    switch exponent.scalar {
    case .integer(let value) where value < 0 && !dtype.isFloatingPoint:
      return failing(
        TensorError(
          "pow", of: self, rule: "integers cannot be raised to the negative integer power \(value)",
          hint: "convert to a floating-point dtype"))
    case .boolean(let value) where dtype == .bool:
      return value ? clone() : Tensor.onesLike(self)
    case .integer(2):
      return apply(.unary(.square), self)
    case .floating(2) where dtype.isFloatingPoint:
      return apply(.unary(.square), self)
    default:
      return apply(.power, self, number: exponent.scalar)
    }
  }

  /// A number to the power of each element (PyTorch's `pow(2, x)`): `**`.
  public static func pow(_ base: some TensorScalar, _ exponent: consuming Tensor) -> Tensor {
    apply(.power, exponent, number: base.scalar, isReversed: true)
  }
  /// The remainder of a number by each element, with the divisor's sign (PyTorch's `remainder(2, x)`): `%`.
  public static func remainder(_ dividend: some TensorScalar, _ divisor: consuming Tensor) -> Tensor {
    apply(.remainder, divisor, number: dividend.scalar, isReversed: true)
  }
  /// A number divided by each element, rounded down (Python's `2 // x`).
  public static func floorDivide(_ dividend: some TensorScalar, _ divisor: consuming Tensor) -> Tensor {
    apply(.floorDivide, divisor, number: dividend.scalar, isReversed: true)
  }

  /// Powers computed in float64 whatever the operands' types are (PyTorch's `float_power`).
  public func floatPower(_ exponent: Tensor) -> Tensor { to(.float64).pow(exponent.to(.float64)) }
  /// The same with a number.
  public func floatPower(_ exponent: some TensorScalar) -> Tensor { to(.float64).pow(exponent.scalar.double) }
  /// The same of a number.
  public static func floatPower(_ base: some TensorScalar, _ exponent: Tensor) -> Tensor {
    pow(base.scalar.double, exponent.to(.float64))
  }

  /// How ``div(_:roundingMode:)-(Tensor,_)`` rounds.
  public enum RoundingMode: Sendable {
    /// Towards zero, as C divides integers.
    case trunc
    /// Down, as Python's `//`.
    case floor

    var operation: BinaryOperation { self == .trunc ? .truncateDivide : .floorDivide }
  }

  /// Division rounded to whole numbers; integers stay integers (PyTorch's `div(rounding_mode=…)`). The gradient is 0.
  public func div(_ other: Tensor, roundingMode: RoundingMode) -> Tensor {
    apply(.binary(roundingMode.operation), self, other)
  }
  /// The same with a number.
  public func div(_ other: some TensorScalar, roundingMode: RoundingMode) -> Tensor {
    apply(roundingMode.operation, self, number: other.scalar)
  }

  /// self + alpha·other. For integers `alpha` must be one.
  public func add(_ other: Tensor, alpha: some TensorScalar) -> Tensor { addMultiple("add", other, alpha.scalar) }
  /// self - alpha·other. For integers `alpha` must be one.
  public func sub(_ other: Tensor, alpha: some TensorScalar) -> Tensor {
    // Refuses bool, as the plain difference does.
    if dtype == .bool || other.dtype == .bool { return sub(other * alpha) }
    switch alpha.scalar {
    case .floating(let value): return addMultiple("sub", other, .floating(-value))
    case .integer(let value): return addMultiple("sub", other, .integer(0 &- value))
    case .boolean(let value): return value ? sub(other) : sub(other * 0)
    }
  }
  /// other - alpha·self (PyTorch's `rsub`).
  public func rsub(_ other: Tensor, alpha: some TensorScalar = 1) -> Tensor { other.sub(self, alpha: alpha) }
  /// The same with a number.
  public func rsub(_ other: some TensorScalar, alpha: some TensorScalar = 1) -> Tensor { other - self * alpha }

  private final func addMultiple(_ name: String, _ other: Tensor, _ alpha: Scalar) -> Tensor {
    let type = BinaryOperation.add.promotedType(self, other)
    if case .floating(let value) = alpha, !type.isFloatingPoint {
      return failing(TensorError(name, of: self, other, rule: "alpha \(value) must be an integer for \(type) operands"))
    }
    if alpha == .integer(1) || alpha == .boolean(true) { return add(other) }
    if type == .bool || alpha.double.magnitude > 0x1p53 { return add(apply(.multiply, other, number: alpha)) }
    // One rounding.
    return apply(.ternary(.multiplyAdd, Parameters(alpha.double)), Operands(self, other, .wrapped(.integer(1))))
  }

  /// self·2^other (PyTorch's `ldexp`).
  public func ldexp(_ other: Tensor) -> Tensor { self * Tensor.pow(2.0, other) }

  /// Elements of `self` where the condition holds, else of `other` (PyTorch's `torch.where`).
  public static func `where`(_ condition: Tensor, _ a: Tensor, _ b: Tensor) -> Tensor {
    apply(.ternary(.select), Operands(condition, a, b))
  }
  /// A tensor's elements where the condition holds, else a number.
  public static func `where`(_ condition: Tensor, _ a: Tensor, _ b: some TensorScalar) -> Tensor {
    apply(.ternary(.select), Operands(condition, a, wrapped(b)))
  }
  /// A number where the condition holds, else a tensor's elements.
  public static func `where`(_ condition: Tensor, _ a: some TensorScalar, _ b: Tensor) -> Tensor {
    apply(.ternary(.select), Operands(condition, wrapped(a), b))
  }

  /// One of two numbers by the condition: int64, bool, or float32 for fractions.
  public static func `where`<A: TensorScalar, B: TensorScalar>(_ condition: Tensor, _ a: A, _ b: B) -> Tensor {
    apply(.ternary(.select), Operands(condition, Tensor.full(Shape(), a), Tensor.full(Shape(), b)))
  }

  /// self + value·a·b (PyTorch's `addcmul`).
  public func addcmul(_ a: Tensor, _ b: Tensor, value: Double = 1) -> Tensor {
    apply(.ternary(.multiplyAdd, Parameters(value)), Operands(self, a, b))
  }

  /// self + value·a/b (PyTorch's `addcdiv`).
  public func addcdiv(_ a: Tensor, _ b: Tensor, value: Double = 1) -> Tensor {
    apply(.ternary(.divideAdd, Parameters(value)), Operands(self, a, b))
  }

  /// self + weight·(end - self) (PyTorch's `lerp`).
  public func lerp(_ end: Tensor, _ weight: Tensor) -> Tensor {
    apply(.ternary(.interpolate), Operands(self, end, weight))
  }
  /// Linear interpolation with one weight.
  public func lerp(_ end: Tensor, _ weight: Double) -> Tensor {
    apply(.ternary(.interpolate), Operands(self, end, .wrapped(weight)))
  }

  /// `self` with `value` where the mask is true (PyTorch's `masked_fill`).
  public func maskedFill(_ mask: Tensor, _ value: some TensorScalar) -> Tensor {
    // The number in the tensor's own type: no element passes through another.
    apply(.ternary(.select), Operands(mask, Tensor.wrapped(value).to(dtype).to(device), self))
  }
}
