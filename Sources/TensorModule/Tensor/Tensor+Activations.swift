// Activation functions: element-wise, with a kernel each for the function and for its gradient, unless they are two
// steps anyway. The plain ones, relu to softplus, stand in Tensor+Elementwise.

extension Tensor {
  /// max(0, x) + min(0, alpha·(exp(x/alpha) - 1)) (PyTorch's `F.celu`); `alpha` must not be 0.
  public consuming func celu(alpha: Double = 1) -> Tensor {
    guard let parameters = celuParameters(alpha) else { return standIn() }
    return apply(.unary(.elu, parameters), self)
  }
  /// `celu` in place.
  @discardableResult
  public func celu_(alpha: Double = 1) -> Tensor {
    guard let parameters = celuParameters(alpha) else { return standIn() }
    return applyInPlace(.unary(.elu, parameters), self)
  }

  private final func celuParameters(_ alpha: Double) -> Parameters? {
    if alpha != 0 { return Parameters(alpha, 1 / alpha) }
    fail(TensorError("celu", of: self, rule: "alpha must not be 0: the function divides by it"))
    return nil
  }

  /// λ·(max(0, x) + min(0, α·(exp(x) - 1))) with the two constants that keep mean and variance (PyTorch's `F.selu`).
  public consuming func selu() -> Tensor { apply(.unary(.selu), self) }

  /// x where |x| > `lambda`, else 0 (PyTorch's `F.hardshrink`).
  public consuming func hardshrink(lambda: Double = 0.5) -> Tensor {
    apply(.unary(.hardshrink, Parameters(lambda)), self)
  }

  /// x moved by `lambda` towards 0, and 0 where |x| <= `lambda` (PyTorch's `F.softshrink`); `lambda` must not be
  /// negative.
  public consuming func softshrink(lambda: Double = 0.5) -> Tensor {
    guard lambda >= 0 else {
      return failing(TensorError("softshrink", of: self, rule: "lambda must not be negative, but is \(lambda)"))
    }
    return apply(.unary(.softshrink, Parameters(lambda)), self)
  }

  /// x - tanh(x) (PyTorch's `F.tanhshrink`); integers give float32.
  public func tanhshrink() -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    let x = to(dtype.floatingPoint.computeType)
    return (x - x.tanh()).to(dtype.floatingPoint)
  }

  /// min(max(x + 3, 0), 6) / 6 (PyTorch's `F.hardsigmoid`). The gradient at -3 and 3 is 0.
  public consuming func hardsigmoid() -> Tensor { apply(.unary(.hardsigmoid), self) }

  /// x·hardsigmoid(x) (PyTorch's `F.hardswish`).
  public consuming func hardswish() -> Tensor { apply(.unary(.hardswish), self) }

  /// x where greater than `threshold`, else `value` (PyTorch's `F.threshold`).
  public consuming func threshold(_ threshold: Double, _ value: Double) -> Tensor {
    apply(.unary(.threshold, Parameters(threshold, value)), self)
  }

  /// The elements limited to `minimum ... maximum` (PyTorch's `F.hardtanh`), in integers with the bounds' fractions
  /// dropped. The gradient is 0 at and beyond a bound.
  public consuming func hardtanh(min minimum: Double = -1, max maximum: Double = 1) -> Tensor {
    guard let parameters = hardtanhParameters("hardtanh", minimum, maximum) else { return standIn() }
    return apply(.unary(.clamp, parameters), self)
  }
  /// `hardtanh` in place.
  @discardableResult
  public func hardtanh_(min minimum: Double = -1, max maximum: Double = 1) -> Tensor {
    guard let parameters = hardtanhParameters("hardtanh_", minimum, maximum) else { return standIn() }
    return applyInPlace(.unary(.clamp, parameters), self)
  }

  private final func hardtanhParameters(_ name: String, _ minimum: Double, _ maximum: Double) -> Parameters? {
    if ThreadMode.hasFailed { return nil }
    var rule: String?
    if minimum > maximum { rule = "min \(minimum) must not exceed max \(maximum)" }
    if dtype == .bool { rule = "is not defined for bool" }
    if dtype == .uint8 && (minimum < 0 || maximum < 0) { rule = "an unsigned tensor has no negative limits" }
    if let rule {
      fail(TensorError(name, of: self, rule: rule))
      return nil
    }
    return dtype.isFloatingPoint ? Parameters(minimum, maximum) : Parameters(minimum.rounded(.towardZero), maximum.rounded(.towardZero))
  }

  /// min(max(x, 0), 6) (PyTorch's `F.relu6`).
  public consuming func relu6() -> Tensor { hardtanh(min: 0, max: 6) }

  /// The first half along a dimension times the sigmoid of the second (PyTorch's `F.glu`); the size of the dimension
  /// must be even.
  public func glu(dim: Int = -1) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard rank > 0 else { return failing(TensorError("glu", of: self, rule: "a 0-d tensor has no two halves")) }
    guard dtype.isFloatingPoint else {
      return failing(TensorError("glu", of: self, rule: "needs a floating-point tensor, not \(dtype)", hint: "convert it with to(.float32)"))
    }
    guard let axis = normalized(dim, "glu") else { return standIn() }
    let size = shape[axis]
    guard size % 2 == 0 else {
      return failing(TensorError("glu", of: self, rule: "the halved dimension must have an even size, but dimension \(axis) is \(size)"))
    }
    let x = to(dtype.computeType)
    let gate = x.slice(dim: axis, start: size / 2).sigmoid()
    return (x.slice(dim: axis, end: size / 2) * gate).to(dtype)
  }

  /// x where positive, else `weight`·x (PyTorch's `F.prelu`).
  /// - Parameter weight: one number (0-d or `[1]`), or one for each size of dimension 1, the channels.
  public func prelu(_ weight: Tensor) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard weight.rank <= 1 else {
      return failing(TensorError("prelu", of: self, weight, rule: "expected the weight to be a number or a vector, but it has \(weight.rank) dimensions"))
    }
    let x = Autocast.short(self), weight = Autocast.short(weight)
    if weight.elementCount == 1 { return apply(.binary(.prelu), x, weight.rank == 0 || rank > 0 ? weight : weight.reshape([])) }
    guard rank > 0 else {
      return failing(TensorError("prelu", of: self, weight, rule: "a 0-d tensor takes one weight, not \(weight.elementCount)"))
    }
    let channels = rank > 1 ? shape[1] : 1
    guard weight.elementCount == channels else {
      return failing(
        TensorError("prelu", of: self, weight, rule: "mismatch of parameter numbers and channels: \(weight.elementCount) weights for \(channels) channels"))
    }
    var sizes = [Int](repeating: 1, count: rank)
    sizes[1] = channels
    return apply(.binary(.prelu), x, weight.reshape(Shape(sizes)))
  }

  // MARK: In place

  /// `selu` in place.
  @discardableResult
  public func selu_() -> Tensor { applyInPlace(.unary(.selu), self) }
  /// `elu` in place.
  @discardableResult
  public func elu_(alpha: Double = 1) -> Tensor { applyInPlace(.unary(.elu, Parameters(alpha, 1)), self) }
  /// `leakyRelu` in place.
  @discardableResult
  public func leakyRelu_(negativeSlope: Double = 0.01) -> Tensor {
    applyInPlace(.unary(.leakyRelu, Parameters(negativeSlope)), self)
  }
  /// `relu6` in place.
  @discardableResult
  public func relu6_() -> Tensor { hardtanh_(min: 0, max: 6) }
  /// `silu` in place.
  @discardableResult
  public func silu_() -> Tensor { applyInPlace(.unary(.silu), self) }
  /// `mish` in place.
  @discardableResult
  public func mish_() -> Tensor { applyInPlace(.unary(.mish), self) }
  /// `gelu` in place.
  @discardableResult
  public func gelu_(approximate: GELUApproximation = .none) -> Tensor {
    applyInPlace(.unary(approximate == .none ? .gelu : .geluTanh), self)
  }
  /// `hardsigmoid` in place.
  @discardableResult
  public func hardsigmoid_() -> Tensor { applyInPlace(.unary(.hardsigmoid), self) }
  /// `hardswish` in place.
  @discardableResult
  public func hardswish_() -> Tensor { applyInPlace(.unary(.hardswish), self) }
  /// `threshold` in place.
  @discardableResult
  public func threshold_(_ threshold: Double, _ value: Double) -> Tensor {
    applyInPlace(.unary(.threshold, Parameters(threshold, value)), self)
  }
}

extension Tensor.GELUApproximation {
  /// From PyTorch's spelling, `none` or `tanh`; any other is an error.
  public init(named name: String) {
    if let known = Self(rawValue: name) {
      self = known
      return
    }
    fail(TensorError("gelu", rule: "the approximation must be none or tanh, not \(name)"))
    self = .none
  }
}
