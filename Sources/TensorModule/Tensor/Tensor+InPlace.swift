// Methods that change a tensor in place end in `_`, as in PyTorch. They return the tensor itself.

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
  /// `neg` in place.
  @discardableResult
  public func neg_() -> Tensor { applyInPlace(.unary(.negate), self) }
  /// `abs` in place.
  @discardableResult
  public func abs_() -> Tensor { applyInPlace(.unary(.absolute), self) }
  /// `exp` in place.
  @discardableResult
  public func exp_() -> Tensor { applyInPlace(.unary(.exp), self) }
  /// `log` in place.
  @discardableResult
  public func log_() -> Tensor { applyInPlace(.unary(.log), self) }
  /// `sqrt` in place.
  @discardableResult
  public func sqrt_() -> Tensor { applyInPlace(.unary(.squareRoot), self) }
  /// `tanh` in place.
  @discardableResult
  public func tanh_() -> Tensor { applyInPlace(.unary(.tanh), self) }
  /// `sigmoid` in place.
  @discardableResult
  public func sigmoid_() -> Tensor { applyInPlace(.unary(.sigmoid), self) }
  /// `relu` in place.
  @discardableResult
  public func relu_() -> Tensor { applyInPlace(.unary(.relu), self) }
  /// `square` in place.
  @discardableResult
  public func square_() -> Tensor { applyInPlace(.unary(.square), self) }
  /// `reciprocal` in place.
  @discardableResult
  public func reciprocal_() -> Tensor { applyInPlace(.unary(.reciprocal), self) }
  /// `sin` in place.
  @discardableResult
  public func sin_() -> Tensor { applyInPlace(.unary(.sin), self) }
  /// `cos` in place.
  @discardableResult
  public func cos_() -> Tensor { applyInPlace(.unary(.cos), self) }
  /// `floor` in place.
  @discardableResult
  public func floor_() -> Tensor { applyInPlace(.unary(.floor), self) }
  /// `ceil` in place.
  @discardableResult
  public func ceil_() -> Tensor { applyInPlace(.unary(.ceil), self) }
  /// `round` in place.
  @discardableResult
  public func round_() -> Tensor { applyInPlace(.unary(.round), self) }

  /// `pow` in place.
  @discardableResult
  public func pow_(_ exponent: some TensorScalar) -> Tensor { applyInPlace(.binary(.power), self, .wrapped(exponent)) }

  /// `clamp` in place.
  @discardableResult
  public func clamp_(min: Double? = nil, max: Double? = nil) -> Tensor {
    applyInPlace(.unary(.clamp, Parameters(min ?? -.infinity, max ?? .infinity)), self)
  }

  /// Replaces the elements with those of `source`, broadcast and converted (PyTorch's `copy_`).
  @discardableResult
  public func copy_(_ source: Tensor) -> Tensor { applyCopy(self, from: source) }

  /// Sets every element to a number (PyTorch's `fill_`).
  @discardableResult
  public func fill_(_ value: some TensorScalar) -> Tensor { applyCopy(self, from: .wrapped(value)) }

  /// Sets every element to zero (PyTorch's `zero_`).
  @discardableResult
  public func zero_() -> Tensor { applyCopy(self, from: .wrapped(.integer(0))) }

  /// self += value·a·b (PyTorch's `addcmul_`).
  @discardableResult
  public func addcmul_(_ a: Tensor, _ b: Tensor, value: Double = 1) -> Tensor {
    applyInPlace(.ternary(.multiplyAdd, Parameters(value)), self, a, b)
  }

  /// self += value·a/b (PyTorch's `addcdiv_`).
  @discardableResult
  public func addcdiv_(_ a: Tensor, _ b: Tensor, value: Double = 1) -> Tensor {
    applyInPlace(.ternary(.divideAdd, Parameters(value)), self, a, b)
  }

  /// self += weight·(end - self) (PyTorch's `lerp_`).
  @discardableResult
  public func lerp_(_ end: Tensor, _ weight: Double) -> Tensor {
    applyInPlace(.ternary(.interpolate), self, end, .wrapped(weight))
  }

  /// Sets elements to `value` where the mask is true (PyTorch's `masked_fill_`).
  @discardableResult
  public func maskedFill_(_ mask: Tensor, _ value: some TensorScalar) -> Tensor { copy_(maskedFill(mask, value)) }
}
