// Methods that change a tensor in place end in `_`, as in PyTorch. They return the tensor itself.

extension Tensor {
  /// Writes a composite's result over the tensor that it was computed from, with the checks of the other in-place methods.
  final func replaceElements(_ name: String, _ compute: (Tensor) -> Tensor) -> Tensor {
    // What the tape saves of the old elements must not change under it.
    let recorded = Recording.records(flags.union(viewBase?.flags ?? []), ThreadMode.current)
    let result = compute(recorded ? clone() : self)
    if ThreadMode.hasFailed { return standIn() }
    guard result.shape == shape else {
      return failing(
        TensorError(
          name, of: self,
          rule: "the result has shape \(result.shape.tupleDescription), which does not fit into the tensor that is written to"))
    }
    guard DType.canCast(from: result.dtype, to: dtype) else {
      return failing(
        TensorError(
          name, of: self, rule: "the result is \(result.dtype) and cannot be written into a tensor of \(dtype)",
          hint: "convert the tensor first, with to(.\(result.dtype))"))
    }
    return applyCopy(self, from: result)
  }

  /// `add` of a multiple of `other`, in place.
  @discardableResult
  public func add_(_ other: Tensor, alpha: some TensorScalar) -> Tensor {
    replaceElements("add_") { $0.add(other, alpha: alpha) }
  }
  /// `sub` of a multiple of `other`, in place.
  @discardableResult
  public func sub_(_ other: Tensor, alpha: some TensorScalar) -> Tensor {
    replaceElements("sub_") { $0.sub(other, alpha: alpha) }
  }
  /// `div` rounded, in place.
  @discardableResult
  public func div_(_ other: Tensor, roundingMode: RoundingMode) -> Tensor {
    applyInPlace(.binary(roundingMode.operation), self, other)
  }
  /// `div` by a number, rounded, in place.
  @discardableResult
  public func div_(_ other: some TensorScalar, roundingMode: RoundingMode) -> Tensor {
    applyInPlace(.binary(roundingMode.operation), self, .wrapped(other))
  }
  /// `ldexp` in place.
  @discardableResult
  public func ldexp_(_ other: Tensor) -> Tensor { replaceElements("ldexp_") { $0.ldexp(other) } }
  /// `floatPower` in place; the tensor must be float64.
  @discardableResult
  public func floatPower_(_ exponent: Tensor) -> Tensor { replaceElements("floatPower_") { $0.floatPower(exponent) } }

  /// `clamp` in place.
  @discardableResult
  public func clamp_(min: some TensorScalar, max: some TensorScalar) -> Tensor {
    replaceElements("clamp_") { $0.clamp(min: min, max: max) }
  }
  /// `clamp` from below, in place.
  @discardableResult
  public func clamp_(min: some TensorScalar) -> Tensor { replaceElements("clamp_") { $0.clamp(min: min) } }
  /// `clamp` from above, in place.
  @discardableResult
  public func clamp_(max: some TensorScalar) -> Tensor { replaceElements("clamp_") { $0.clamp(max: max) } }
  /// `clamp` between tensors, in place.
  @discardableResult
  public func clamp_(min: Tensor? = nil, max: Tensor? = nil) -> Tensor {
    replaceElements("clamp_") { $0.clamp(min: min, max: max) }
  }

  /// Replaces the elements with those of `source`, broadcast and converted (PyTorch's `copy_`).
  @discardableResult
  public func copy_(_ source: Tensor) -> Tensor { applyCopy(self, from: source) }

  /// Sets every element to a number (PyTorch's `fill_`).
  @discardableResult
  public func fill_(_ value: some TensorScalar) -> Tensor { applyCopy(self, from: .wrapped(value)) }

  /// Sets every element to the one element of a tensor, converted (PyTorch's `fill_`).
  @discardableResult
  public func fill_(_ value: Tensor) -> Tensor {
    guard value.rank == 0 else {
      return failing(TensorError("fill_", of: self, value, rule: "the value must be a number or a 0-d tensor"))
    }
    return applyCopy(self, from: value)
  }

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
  /// `lerp` with a tensor of weights, in place.
  @discardableResult
  public func lerp_(_ end: Tensor, _ weight: Tensor) -> Tensor {
    applyInPlace(.ternary(.interpolate), self, end, weight)
  }

  /// Sets elements to `value` where the mask is true (PyTorch's `masked_fill_`).
  @discardableResult
  public func maskedFill_(_ mask: Tensor, _ value: some TensorScalar) -> Tensor { copy_(maskedFill(mask, value)) }
}
