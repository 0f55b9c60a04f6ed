// PyTorch's second names of functions, for programs that use them.

extension Tensor {
  /// ``abs()`` by its other name.
  public func absolute() -> Tensor { abs() }
  /// ``abs_()`` by its other name.
  @discardableResult
  public func absolute_() -> Tensor { abs_() }
  /// ``neg()`` by its other name.
  public func negative() -> Tensor { neg() }
  /// ``neg_()`` by its other name.
  @discardableResult
  public func negative_() -> Tensor { neg_() }
  /// ``acos()`` by its other name.
  public func arccos() -> Tensor { acos() }
  /// ``acos_()`` by its other name.
  @discardableResult
  public func arccos_() -> Tensor { acos_() }
  /// ``asin()`` by its other name.
  public func arcsin() -> Tensor { asin() }
  /// ``asin_()`` by its other name.
  @discardableResult
  public func arcsin_() -> Tensor { asin_() }
  /// ``atan()`` by its other name.
  public func arctan() -> Tensor { atan() }
  /// ``atan_()`` by its other name.
  @discardableResult
  public func arctan_() -> Tensor { atan_() }
  /// ``acosh()`` by its other name.
  public func arccosh() -> Tensor { acosh() }
  /// ``acosh_()`` by its other name.
  @discardableResult
  public func arccosh_() -> Tensor { acosh_() }
  /// ``asinh()`` by its other name.
  public func arcsinh() -> Tensor { asinh() }
  /// ``asinh_()`` by its other name.
  @discardableResult
  public func arcsinh_() -> Tensor { asinh_() }
  /// ``atanh()`` by its other name.
  public func arctanh() -> Tensor { atanh() }
  /// ``atanh_()`` by its other name.
  @discardableResult
  public func arctanh_() -> Tensor { atanh_() }
  /// ``trunc()`` by its other name.
  public func fix() -> Tensor { trunc() }
  /// ``trunc_()`` by its other name.
  @discardableResult
  public func fix_() -> Tensor { trunc_() }
  /// `sub` by its other name.
  public func subtract(_ other: Tensor) -> Tensor { sub(other) }
  /// The same with a number.
  public func subtract(_ other: some TensorScalar) -> Tensor { sub(other) }
  /// `sub_` by its other name.
  @discardableResult
  public func subtract_(_ other: Tensor) -> Tensor { sub_(other) }
  /// The same with a number.
  @discardableResult
  public func subtract_(_ other: some TensorScalar) -> Tensor { sub_(other) }
  /// `mul` by its other name.
  public func multiply(_ other: Tensor) -> Tensor { mul(other) }
  /// The same with a number.
  public func multiply(_ other: some TensorScalar) -> Tensor { mul(other) }
  /// `mul_` by its other name.
  @discardableResult
  public func multiply_(_ other: Tensor) -> Tensor { mul_(other) }
  /// The same with a number.
  @discardableResult
  public func multiply_(_ other: some TensorScalar) -> Tensor { mul_(other) }
  /// `div` by its other name.
  public func divide(_ other: Tensor) -> Tensor { div(other) }
  /// The same with a number.
  public func divide(_ other: some TensorScalar) -> Tensor { div(other) }
  /// `div_` by its other name.
  @discardableResult
  public func divide_(_ other: Tensor) -> Tensor { div_(other) }
  /// The same with a number.
  @discardableResult
  public func divide_(_ other: some TensorScalar) -> Tensor { div_(other) }
  /// `div` by its other name.
  public func trueDivide(_ other: Tensor) -> Tensor { div(other) }
  /// The same with a number.
  public func trueDivide(_ other: some TensorScalar) -> Tensor { div(other) }
  /// `div_` by its other name.
  @discardableResult
  public func trueDivide_(_ other: Tensor) -> Tensor { div_(other) }
  /// The same with a number.
  @discardableResult
  public func trueDivide_(_ other: some TensorScalar) -> Tensor { div_(other) }
  /// `atan2` by its other name.
  public func arctan2(_ other: Tensor) -> Tensor { atan2(other) }
  /// The same with a number.
  public func arctan2(_ other: some TensorScalar) -> Tensor { atan2(other) }
  /// `atan2_` by its other name.
  @discardableResult
  public func arctan2_(_ other: Tensor) -> Tensor { atan2_(other) }
  /// The same with a number.
  @discardableResult
  public func arctan2_(_ other: some TensorScalar) -> Tensor { atan2_(other) }
  /// `gt` by its other name.
  public func greater(_ other: Tensor) -> Tensor { gt(other) }
  /// The same with a number.
  public func greater(_ other: some TensorScalar) -> Tensor { gt(other) }
  /// `gt_` by its other name.
  @discardableResult
  public func greater_(_ other: Tensor) -> Tensor { gt_(other) }
  /// The same with a number.
  @discardableResult
  public func greater_(_ other: some TensorScalar) -> Tensor { gt_(other) }
  /// `ge` by its other name.
  public func greaterEqual(_ other: Tensor) -> Tensor { ge(other) }
  /// The same with a number.
  public func greaterEqual(_ other: some TensorScalar) -> Tensor { ge(other) }
  /// `ge_` by its other name.
  @discardableResult
  public func greaterEqual_(_ other: Tensor) -> Tensor { ge_(other) }
  /// The same with a number.
  @discardableResult
  public func greaterEqual_(_ other: some TensorScalar) -> Tensor { ge_(other) }
  /// `lt` by its other name.
  public func less(_ other: Tensor) -> Tensor { lt(other) }
  /// The same with a number.
  public func less(_ other: some TensorScalar) -> Tensor { lt(other) }
  /// `lt_` by its other name.
  @discardableResult
  public func less_(_ other: Tensor) -> Tensor { lt_(other) }
  /// The same with a number.
  @discardableResult
  public func less_(_ other: some TensorScalar) -> Tensor { lt_(other) }
  /// `le` by its other name.
  public func lessEqual(_ other: Tensor) -> Tensor { le(other) }
  /// The same with a number.
  public func lessEqual(_ other: some TensorScalar) -> Tensor { le(other) }
  /// `le_` by its other name.
  @discardableResult
  public func lessEqual_(_ other: Tensor) -> Tensor { le_(other) }
  /// The same with a number.
  @discardableResult
  public func lessEqual_(_ other: some TensorScalar) -> Tensor { le_(other) }
  /// `ne` by its other name.
  public func notEqual(_ other: Tensor) -> Tensor { ne(other) }
  /// The same with a number.
  public func notEqual(_ other: some TensorScalar) -> Tensor { ne(other) }
  /// `ne_` by its other name.
  @discardableResult
  public func notEqual_(_ other: Tensor) -> Tensor { ne_(other) }
  /// The same with a number.
  @discardableResult
  public func notEqual_(_ other: some TensorScalar) -> Tensor { ne_(other) }
  /// `clamp` by its other name.
  public func clip(min: some TensorScalar, max: some TensorScalar) -> Tensor { clamp(min: min, max: max) }
  /// `clamp` in place, by its other name.
  @discardableResult
  public func clip_(min: some TensorScalar, max: some TensorScalar) -> Tensor { clamp_(min: min, max: max) }
  /// `clamp(min:)`, by PyTorch's other name `clamp_min`.
  public func clampMin(_ min: some TensorScalar) -> Tensor { clamp(min: min) }
  /// `clamp(max:)`, by PyTorch's other name `clamp_max`.
  public func clampMax(_ max: some TensorScalar) -> Tensor { clamp(max: max) }
}
