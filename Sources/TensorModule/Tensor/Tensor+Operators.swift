precedencegroup ExponentiationPrecedence {
  higherThan: MultiplicationPrecedence
  associativity: right
}
/// Element-wise power.
infix operator ** : ExponentiationPrecedence
/// Matrix product (Python's `@`).
infix operator • : MultiplicationPrecedence
/// Element-wise equality.
infix operator .== : ComparisonPrecedence
/// Element-wise inequality.
infix operator .!= : ComparisonPrecedence
/// Element-wise less than.
infix operator .< : ComparisonPrecedence
/// Element-wise less than or equal.
infix operator .<= : ComparisonPrecedence
/// Element-wise greater than.
infix operator .> : ComparisonPrecedence
/// Element-wise greater than or equal.
infix operator .>= : ComparisonPrecedence

extension Tensor {
  /// A plain number as an operand: 0-d, counting as a number in promotion.
  package static func wrapped(_ scalar: Scalar) -> Tensor {
    do throws(TensorError) {
      let result = try Tensor(allocating: Specification(Shape(), scalar.dtype), device: .cpu, flags: .wrappedNumber)
      switch scalar {
      case .floating(let value): result.base.storeBytes(of: value, as: Double.self)
      case .integer(let value): result.base.storeBytes(of: value, as: Int64.self)
      case .boolean(let value): result.base.storeBytes(of: value, as: Bool.self)
      }
      return result
    } catch {
      return failing(error)
    }
  }
  package static func wrapped(_ value: some TensorScalar) -> Tensor { wrapped(value.scalar) }

  // MARK: Arithmetic

  /// Element-wise sum, broadcast, types promoted (PyTorch's `add`).
  public static func + (a: consuming Tensor, b: consuming Tensor) -> Tensor { apply(.binary(.add), a, b) }
  /// Each element plus a number.
  public static func + (a: consuming Tensor, b: some TensorScalar) -> Tensor { apply(.add, a, number: b.scalar) }
  /// A number plus each element.
  public static func + (a: some TensorScalar, b: consuming Tensor) -> Tensor { apply(.add, b, number: a.scalar, isReversed: true) }

  /// Element-wise difference (PyTorch's `sub`); not defined for two bool tensors.
  public static func - (a: consuming Tensor, b: consuming Tensor) -> Tensor { apply(.binary(.subtract), a, b) }
  /// Each element minus a number.
  public static func - (a: consuming Tensor, b: some TensorScalar) -> Tensor { apply(.subtract, a, number: b.scalar) }
  /// A number minus each element.
  public static func - (a: some TensorScalar, b: consuming Tensor) -> Tensor { apply(.subtract, b, number: a.scalar, isReversed: true) }

  /// Element-wise (Hadamard) product (PyTorch's `mul`); see `•` for the matrix product.
  public static func * (a: consuming Tensor, b: consuming Tensor) -> Tensor { apply(.binary(.multiply), a, b) }
  /// Each element times a number.
  public static func * (a: consuming Tensor, b: some TensorScalar) -> Tensor { apply(.multiply, a, number: b.scalar) }
  /// A number times each element.
  public static func * (a: some TensorScalar, b: consuming Tensor) -> Tensor { apply(.multiply, b, number: a.scalar, isReversed: true) }

  /// Element-wise true division (PyTorch's `div`): integers give floating point.
  public static func / (a: consuming Tensor, b: consuming Tensor) -> Tensor { apply(.binary(.divide), a, b) }
  /// Each element divided by a number.
  public static func / (a: consuming Tensor, b: some TensorScalar) -> Tensor { apply(.divide, a, number: b.scalar) }
  /// A number divided by each element.
  public static func / (a: some TensorScalar, b: consuming Tensor) -> Tensor { apply(.divide, b, number: a.scalar, isReversed: true) }

  /// Element-wise remainder with the divisor's sign, Python's `%` (PyTorch's `remainder`).
  public static func % (a: consuming Tensor, b: consuming Tensor) -> Tensor { apply(.binary(.remainder), a, b) }
  /// The remainder of each element by a number.
  public static func % (a: consuming Tensor, b: some TensorScalar) -> Tensor { apply(.remainder, a, number: b.scalar) }

  /// The remainder of a number by each element.
  public static func % (a: some TensorScalar, b: consuming Tensor) -> Tensor { apply(.remainder, b, number: a.scalar, isReversed: true) }

  /// Element-wise power (PyTorch's `pow`).
  public static func ** (a: consuming Tensor, b: consuming Tensor) -> Tensor { a.pow(b) }
  /// Each element to the power of a number.
  public static func ** (a: consuming Tensor, b: some TensorScalar) -> Tensor { a.pow(b) }
  /// A number to the power of each element.
  public static func ** (a: some TensorScalar, b: consuming Tensor) -> Tensor { apply(.power, b, number: a.scalar, isReversed: true) }

  /// Element-wise negation (PyTorch's `neg`).
  public static prefix func - (a: consuming Tensor) -> Tensor { apply(.unary(.negate), a) }

  // MARK: In place

  /// Adds in place (PyTorch's `+=`): views and `x[i] += y` write through.
  public static func += (a: inout Tensor, b: Tensor) { applyInPlace(.binary(.add), a, b) }
  /// Adds a number in place.
  public static func += (a: inout Tensor, b: some TensorScalar) { applyInPlace(.binary(.add), a, wrapped(b)) }
  /// Subtracts in place.
  public static func -= (a: inout Tensor, b: Tensor) { applyInPlace(.binary(.subtract), a, b) }
  /// Subtracts a number in place.
  public static func -= (a: inout Tensor, b: some TensorScalar) { applyInPlace(.binary(.subtract), a, wrapped(b)) }
  /// Multiplies in place.
  public static func *= (a: inout Tensor, b: Tensor) { applyInPlace(.binary(.multiply), a, b) }
  /// Multiplies by a number in place.
  public static func *= (a: inout Tensor, b: some TensorScalar) { applyInPlace(.binary(.multiply), a, wrapped(b)) }
  /// Divides in place.
  public static func /= (a: inout Tensor, b: Tensor) { applyInPlace(.binary(.divide), a, b) }
  /// Divides by a number in place.
  public static func /= (a: inout Tensor, b: some TensorScalar) { applyInPlace(.binary(.divide), a, wrapped(b)) }

  // MARK: Comparison

  /// Element-wise equality, a bool tensor (PyTorch's `eq`).
  public static func .== (a: Tensor, b: Tensor) -> Tensor { apply(.binary(.equal), a, b) }
  /// Element-wise equality with a number.
  public static func .== (a: Tensor, b: some TensorScalar) -> Tensor { apply(.equal, a, number: b.scalar) }
  /// Element-wise inequality (PyTorch's `ne`).
  public static func .!= (a: Tensor, b: Tensor) -> Tensor { apply(.binary(.notEqual), a, b) }
  /// Element-wise inequality with a number.
  public static func .!= (a: Tensor, b: some TensorScalar) -> Tensor { apply(.notEqual, a, number: b.scalar) }
  /// Element-wise less than (PyTorch's `lt`).
  public static func .< (a: Tensor, b: Tensor) -> Tensor { apply(.binary(.less), a, b) }
  /// Each element less than a number.
  public static func .< (a: Tensor, b: some TensorScalar) -> Tensor { apply(.less, a, number: b.scalar) }
  /// Element-wise less than or equal (PyTorch's `le`).
  public static func .<= (a: Tensor, b: Tensor) -> Tensor { apply(.binary(.lessEqual), a, b) }
  /// Each element less than or equal to a number.
  public static func .<= (a: Tensor, b: some TensorScalar) -> Tensor { apply(.lessEqual, a, number: b.scalar) }
  /// Element-wise greater than (PyTorch's `gt`).
  public static func .> (a: Tensor, b: Tensor) -> Tensor { apply(.binary(.greater), a, b) }
  /// Each element greater than a number.
  public static func .> (a: Tensor, b: some TensorScalar) -> Tensor { apply(.greater, a, number: b.scalar) }
  /// Element-wise greater than or equal (PyTorch's `ge`).
  public static func .>= (a: Tensor, b: Tensor) -> Tensor { apply(.binary(.greaterEqual), a, b) }
  /// Each element greater than or equal to a number.
  public static func .>= (a: Tensor, b: some TensorScalar) -> Tensor { apply(.greaterEqual, a, number: b.scalar) }

  // MARK: Bits and logic

  /// Bitwise and; logical and for bool (PyTorch's `&`).
  public static func & (a: Tensor, b: Tensor) -> Tensor { apply(.binary(.bitwiseAnd), a, b) }
  /// Bitwise or; logical or for bool.
  public static func | (a: Tensor, b: Tensor) -> Tensor { apply(.binary(.bitwiseOr), a, b) }
  /// Bitwise exclusive or; logical for bool.
  public static func ^ (a: Tensor, b: Tensor) -> Tensor { apply(.binary(.bitwiseXor), a, b) }
  /// Bitwise and with a number.
  public static func & (a: Tensor, b: some TensorScalar) -> Tensor { a.bitwiseAnd(b) }
  /// Bitwise or with a number.
  public static func | (a: Tensor, b: some TensorScalar) -> Tensor { a.bitwiseOr(b) }
  /// Bitwise exclusive or with a number.
  public static func ^ (a: Tensor, b: some TensorScalar) -> Tensor { a.bitwiseXor(b) }
  /// Integers shifted up by so many bits.
  public static func << (a: Tensor, b: Tensor) -> Tensor { a.bitwiseLeftShift(b) }
  /// Integers shifted up by a number of bits.
  public static func << (a: Tensor, b: some TensorScalar) -> Tensor { a.bitwiseLeftShift(b) }
  /// Integers shifted down by so many bits.
  public static func >> (a: Tensor, b: Tensor) -> Tensor { a.bitwiseRightShift(b) }
  /// Integers shifted down by a number of bits.
  public static func >> (a: Tensor, b: some TensorScalar) -> Tensor { a.bitwiseRightShift(b) }
  /// Bitwise complement; logical not for bool (PyTorch's `~`).
  public static prefix func ~ (a: Tensor) -> Tensor { apply(.unary(.bitwiseNot), a) }

  /// Matrix product: ``matmul(_:)``.
  public static func • (a: Tensor, b: Tensor) -> Tensor { a.matmul(b) }
}
