// The functions of two tensors in place: the other operand is broadcast to the tensor's shape; the result must be of the
// tensor's own type or of a lower category (bool, integer, floating point).

extension Tensor {
  /// `add` in place.
  @discardableResult
  public func add_(_ other: Tensor) -> Tensor { applyInPlace(.binary(.add), self, other) }
  /// `add` with a number, in place.
  @discardableResult
  public func add_(_ other: some TensorScalar) -> Tensor { applyInPlace(.binary(.add), self, .wrapped(other)) }
  /// `sub` in place.
  @discardableResult
  public func sub_(_ other: Tensor) -> Tensor { applyInPlace(.binary(.subtract), self, other) }
  /// `sub` with a number, in place.
  @discardableResult
  public func sub_(_ other: some TensorScalar) -> Tensor { applyInPlace(.binary(.subtract), self, .wrapped(other)) }
  /// `mul` in place.
  @discardableResult
  public func mul_(_ other: Tensor) -> Tensor { applyInPlace(.binary(.multiply), self, other) }
  /// `mul` with a number, in place.
  @discardableResult
  public func mul_(_ other: some TensorScalar) -> Tensor { applyInPlace(.binary(.multiply), self, .wrapped(other)) }
  /// `div` in place.
  @discardableResult
  public func div_(_ other: Tensor) -> Tensor { applyInPlace(.binary(.divide), self, other) }
  /// `div` with a number, in place.
  @discardableResult
  public func div_(_ other: some TensorScalar) -> Tensor { applyInPlace(.binary(.divide), self, .wrapped(other)) }
  /// `floorDivide` in place.
  @discardableResult
  public func floorDivide_(_ other: Tensor) -> Tensor { applyInPlace(.binary(.floorDivide), self, other) }
  /// `floorDivide` with a number, in place.
  @discardableResult
  public func floorDivide_(_ other: some TensorScalar) -> Tensor { applyInPlace(.binary(.floorDivide), self, .wrapped(other)) }
  /// `remainder` in place.
  @discardableResult
  public func remainder_(_ other: Tensor) -> Tensor { applyInPlace(.binary(.remainder), self, other) }
  /// `remainder` with a number, in place.
  @discardableResult
  public func remainder_(_ other: some TensorScalar) -> Tensor { applyInPlace(.binary(.remainder), self, .wrapped(other)) }
  /// `fmod` in place.
  @discardableResult
  public func fmod_(_ other: Tensor) -> Tensor { applyInPlace(.binary(.fmod), self, other) }
  /// `fmod` with a number, in place.
  @discardableResult
  public func fmod_(_ other: some TensorScalar) -> Tensor { applyInPlace(.binary(.fmod), self, .wrapped(other)) }
  /// `pow` in place.
  @discardableResult
  public func pow_(_ other: Tensor) -> Tensor { applyInPlace(.binary(.power), self, other) }
  /// `pow` with a number, in place.
  @discardableResult
  public func pow_(_ other: some TensorScalar) -> Tensor { applyInPlace(.binary(.power), self, .wrapped(other)) }
  /// `atan2` in place.
  @discardableResult
  public func atan2_(_ other: Tensor) -> Tensor { applyInPlace(.binary(.atan2), self, other) }
  /// `atan2` with a number, in place.
  @discardableResult
  public func atan2_(_ other: some TensorScalar) -> Tensor { applyInPlace(.binary(.atan2), self, .wrapped(other)) }
  /// `hypot` in place.
  @discardableResult
  public func hypot_(_ other: Tensor) -> Tensor { applyInPlace(.binary(.hypot), self, other) }
  /// `hypot` with a number, in place.
  @discardableResult
  public func hypot_(_ other: some TensorScalar) -> Tensor { applyInPlace(.binary(.hypot), self, .wrapped(other)) }
  /// `copysign` in place.
  @discardableResult
  public func copysign_(_ other: Tensor) -> Tensor { applyInPlace(.binary(.copysign), self, other) }
  /// `copysign` with a number, in place.
  @discardableResult
  public func copysign_(_ other: some TensorScalar) -> Tensor { applyInPlace(.binary(.copysign), self, .wrapped(other)) }
  /// `nextafter` in place.
  @discardableResult
  public func nextafter_(_ other: Tensor) -> Tensor { applyInPlace(.binary(.nextafter), self, other) }
  /// `nextafter` with a number, in place.
  @discardableResult
  public func nextafter_(_ other: some TensorScalar) -> Tensor { applyInPlace(.binary(.nextafter), self, .wrapped(other)) }
  /// `xlogy` in place.
  @discardableResult
  public func xlogy_(_ other: Tensor) -> Tensor { applyInPlace(.binary(.xlogy), self, other) }
  /// `xlogy` with a number, in place.
  @discardableResult
  public func xlogy_(_ other: some TensorScalar) -> Tensor { applyInPlace(.binary(.xlogy), self, .wrapped(other)) }
  /// `heaviside` in place.
  @discardableResult
  public func heaviside_(_ other: Tensor) -> Tensor { applyInPlace(.binary(.heaviside), self, other) }
  /// `heaviside` with a number, in place.
  @discardableResult
  public func heaviside_(_ other: some TensorScalar) -> Tensor { applyInPlace(.binary(.heaviside), self, .wrapped(other)) }
  /// `gcd` in place.
  @discardableResult
  public func gcd_(_ other: Tensor) -> Tensor { applyInPlace(.binary(.gcd), self, other) }
  /// `gcd` with a number, in place.
  @discardableResult
  public func gcd_(_ other: some TensorScalar) -> Tensor { applyInPlace(.binary(.gcd), self, .wrapped(other)) }
  /// `lcm` in place.
  @discardableResult
  public func lcm_(_ other: Tensor) -> Tensor { applyInPlace(.binary(.lcm), self, other) }
  /// `lcm` with a number, in place.
  @discardableResult
  public func lcm_(_ other: some TensorScalar) -> Tensor { applyInPlace(.binary(.lcm), self, .wrapped(other)) }
  /// `bitwiseAnd` in place.
  @discardableResult
  public func bitwiseAnd_(_ other: Tensor) -> Tensor { applyInPlace(.binary(.bitwiseAnd), self, other) }
  /// `bitwiseAnd` with a number, in place.
  @discardableResult
  public func bitwiseAnd_(_ other: some TensorScalar) -> Tensor { applyInPlace(.binary(.bitwiseAnd), self, .wrapped(other)) }
  /// `bitwiseOr` in place.
  @discardableResult
  public func bitwiseOr_(_ other: Tensor) -> Tensor { applyInPlace(.binary(.bitwiseOr), self, other) }
  /// `bitwiseOr` with a number, in place.
  @discardableResult
  public func bitwiseOr_(_ other: some TensorScalar) -> Tensor { applyInPlace(.binary(.bitwiseOr), self, .wrapped(other)) }
  /// `bitwiseXor` in place.
  @discardableResult
  public func bitwiseXor_(_ other: Tensor) -> Tensor { applyInPlace(.binary(.bitwiseXor), self, other) }
  /// `bitwiseXor` with a number, in place.
  @discardableResult
  public func bitwiseXor_(_ other: some TensorScalar) -> Tensor { applyInPlace(.binary(.bitwiseXor), self, .wrapped(other)) }
  /// `bitwiseLeftShift` in place.
  @discardableResult
  public func bitwiseLeftShift_(_ other: Tensor) -> Tensor { applyInPlace(.binary(.leftShift), self, other) }
  /// `bitwiseLeftShift` with a number, in place.
  @discardableResult
  public func bitwiseLeftShift_(_ other: some TensorScalar) -> Tensor { applyInPlace(.binary(.leftShift), self, .wrapped(other)) }
  /// `bitwiseRightShift` in place.
  @discardableResult
  public func bitwiseRightShift_(_ other: Tensor) -> Tensor { applyInPlace(.binary(.rightShift), self, other) }
  /// `bitwiseRightShift` with a number, in place.
  @discardableResult
  public func bitwiseRightShift_(_ other: some TensorScalar) -> Tensor { applyInPlace(.binary(.rightShift), self, .wrapped(other)) }
  /// `eq` in place.
  @discardableResult
  public func eq_(_ other: Tensor) -> Tensor { applyInPlace(.binary(.equal), self, other) }
  /// `eq` with a number, in place.
  @discardableResult
  public func eq_(_ other: some TensorScalar) -> Tensor { applyInPlace(.binary(.equal), self, .wrapped(other)) }
  /// `ne` in place.
  @discardableResult
  public func ne_(_ other: Tensor) -> Tensor { applyInPlace(.binary(.notEqual), self, other) }
  /// `ne` with a number, in place.
  @discardableResult
  public func ne_(_ other: some TensorScalar) -> Tensor { applyInPlace(.binary(.notEqual), self, .wrapped(other)) }
  /// `lt` in place.
  @discardableResult
  public func lt_(_ other: Tensor) -> Tensor { applyInPlace(.binary(.less), self, other) }
  /// `lt` with a number, in place.
  @discardableResult
  public func lt_(_ other: some TensorScalar) -> Tensor { applyInPlace(.binary(.less), self, .wrapped(other)) }
  /// `le` in place.
  @discardableResult
  public func le_(_ other: Tensor) -> Tensor { applyInPlace(.binary(.lessEqual), self, other) }
  /// `le` with a number, in place.
  @discardableResult
  public func le_(_ other: some TensorScalar) -> Tensor { applyInPlace(.binary(.lessEqual), self, .wrapped(other)) }
  /// `gt` in place.
  @discardableResult
  public func gt_(_ other: Tensor) -> Tensor { applyInPlace(.binary(.greater), self, other) }
  /// `gt` with a number, in place.
  @discardableResult
  public func gt_(_ other: some TensorScalar) -> Tensor { applyInPlace(.binary(.greater), self, .wrapped(other)) }
  /// `ge` in place.
  @discardableResult
  public func ge_(_ other: Tensor) -> Tensor { applyInPlace(.binary(.greaterEqual), self, other) }
  /// `ge` with a number, in place.
  @discardableResult
  public func ge_(_ other: some TensorScalar) -> Tensor { applyInPlace(.binary(.greaterEqual), self, .wrapped(other)) }
  /// `logicalAnd` in place.
  @discardableResult
  public func logicalAnd_(_ other: Tensor) -> Tensor { applyInPlace(.binary(.logicalAnd), self, other) }
  /// `logicalAnd` with a number, in place.
  @discardableResult
  public func logicalAnd_(_ other: some TensorScalar) -> Tensor { applyInPlace(.binary(.logicalAnd), self, .wrapped(other)) }
  /// `logicalOr` in place.
  @discardableResult
  public func logicalOr_(_ other: Tensor) -> Tensor { applyInPlace(.binary(.logicalOr), self, other) }
  /// `logicalOr` with a number, in place.
  @discardableResult
  public func logicalOr_(_ other: some TensorScalar) -> Tensor { applyInPlace(.binary(.logicalOr), self, .wrapped(other)) }
  /// `logicalXor` in place.
  @discardableResult
  public func logicalXor_(_ other: Tensor) -> Tensor { applyInPlace(.binary(.logicalXor), self, other) }
  /// `logicalXor` with a number, in place.
  @discardableResult
  public func logicalXor_(_ other: some TensorScalar) -> Tensor { applyInPlace(.binary(.logicalXor), self, .wrapped(other)) }
}
