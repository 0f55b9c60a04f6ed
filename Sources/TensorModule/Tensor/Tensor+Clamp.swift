// Elements limited from below and above (PyTorch's `clamp`, `clip`).

extension Tensor {
  /// The elements limited to `min ... max`; if they are crossed, `max` wins (PyTorch's `clamp`, `clip`). A fraction as a
  /// bound makes integers floating point. The gradient is 0 at and beyond a bound.
  public func clamp(min: some TensorScalar, max: some TensorScalar) -> Tensor { clamped(min.scalar, max.scalar) }
  /// The elements limited from below (PyTorch's `clamp(min=…)`, `clamp_min`).
  public func clamp(min: some TensorScalar) -> Tensor { clamped(min.scalar, nil) }
  /// The elements limited from above (PyTorch's `clamp(max=…)`, `clamp_max`).
  public func clamp(max: some TensorScalar) -> Tensor { clamped(nil, max.scalar) }

  /// The elements limited by those of other tensors, broadcast; either may be left out. At ties the gradient is shared.
  public func clamp(min: Tensor? = nil, max: Tensor? = nil) -> Tensor {
    switch (min, max) {
    case (let min?, let max?): return maximum(min).minimum(max)
    case (let min?, nil): return maximum(min)
    case (nil, let max?): return minimum(max)
    case (nil, nil): return failing(TensorError("clamp", of: self, rule: "needs min, max or both"))
    }
  }

  private final func clamped(_ low: Scalar?, _ high: Scalar?) -> Tensor {
    var state = PromotionState()
    state.include(self)
    for bound in [low, high] { if let bound { state.include(.wrapped(bound)) } }
    let x = to(state.result)
    if (low?.double.isNaN ?? false) || (high?.double.isNaN ?? false) { return Tensor.fullLike(x, Double.nan) }
    // The kernel takes its bounds as doubles: integers that these cannot hold go the long way.
    let isExact = [low, high].allSatisfy { $0.map { $0.double.magnitude <= 0x1p53 || $0.dtype.isFloatingPoint } ?? true }
    if !isExact || x.dtype == .bool {
      let raised = low.map { apply(.binary(.maximum), x, .wrapped($0)) } ?? x
      return high.map { apply(.binary(.minimum), raised, .wrapped($0)) } ?? raised
    }
    return apply(.unary(.clamp, Parameters(low?.double ?? -.infinity, high?.double ?? .infinity)), x)
  }
}
