// Distances between tensors and between rows, and the cross product.

extension Tensor {
  /// The p-norm of the difference of two tensors, broadcast: one number (PyTorch's `dist`).
  public func dist(_ other: Tensor, p: Double = 2) -> Tensor {
    let difference = self - other
    return difference.reshape([difference.elementCount]).distance(p)
  }

  /// The p-norm distances between the rows of two matrices: `[…, m, k]` and `[…, n, k]` give `[…, m, n]`, leading
  /// dimensions broadcast (PyTorch's `cdist`). The gradient between equal rows is 0.
  public func cdist(_ other: Tensor, p: Double = 2) -> Tensor {
    Autocast.full(self).rowDistances(Autocast.full(other), p)
  }

  private final func rowDistances(_ other: Tensor, _ p: Double) -> Tensor {
    guard rank >= 2, other.rank >= 2, shape[-1] == other.shape[-1] else {
      return failing(
        TensorError("cdist", of: self, other, rule: "needs matrices with rows of one length", hint: "the last dimensions must be equal"))
    }
    guard dtype.isFloatingPoint, other.dtype.isFloatingPoint else {
      return failing(TensorError("cdist", of: self, other, rule: "needs floating-point tensors, not \(dtype) and \(other.dtype)"))
    }
    guard p >= 0 else { return failing(TensorError("cdist", of: self, other, rule: "p \(p) must not be negative")) }
    // As PyTorch: many rows go through the matrix product, which costs some digits between near rows.
    if p == 2 && (shape[-2] > 25 || other.shape[-2] > 25) {
      let squares = square().sum(dim: -1, keepDim: true), otherSquares = other.square().sum(dim: -1, keepDim: true)
      return (squares + otherSquares.mT - Autocast.without { matmul(other.mT) } * 2).relu().rootFlatAtZero()
    }
    return (unsqueeze(-2) - other.unsqueeze(-3)).distance(p)
  }

  /// The p-norm along the last dimension, with a gradient of 0 where it is 0.
  private final func distance(_ p: Double) -> Tensor {
    switch p {
    // The sign squared counts what is not zero and has the gradient 0.
    case 0: return sign().abs().sum(dim: -1)
    case 1: return abs().sum(dim: -1)
    case 2:
      let type = dtype.floatingPoint
      return to(type.computeType).square().sum(dim: -1).rootFlatAtZero().to(type)
    case .infinity: return shape[-1] == 0 ? sum(dim: -1) : abs().amax(dim: -1)
    case -.infinity: return abs().amin(dim: -1)
    default:
      let magnitudes = abs(), isZero = magnitudes .== 0
      let total = Tensor.where(isZero, 0, Tensor.where(isZero, 1, magnitudes).pow(p)).sum(dim: -1)
      let isNothing = total .== 0
      return Tensor.where(isNothing, 0, Tensor.where(isNothing, 1, total).pow(1 / p))
    }
  }

  /// The square root, with slope 0 at 0.
  private final func rootFlatAtZero() -> Tensor {
    let isZero = self .== 0
    return Tensor.where(isZero, 0, Tensor.where(isZero, 1, self).sqrt())
  }

  /// The cross products of vectors of three along a dimension, by default the first of size 3; other dimensions broadcast
  /// (PyTorch's `cross`).
  public func cross(_ other: Tensor, dim: Int? = nil) -> Tensor {
    guard rank == other.rank else {
      return failing(TensorError("cross", of: self, other, rule: "the operands must have equally many dimensions"))
    }
    guard let shape = broadcastShape(shape, other.shape) else { return failing(.broadcast(operation: "cross", self, other)) }
    let chosen = dim ?? (0..<rank).first { self.shape[$0] == 3 && other.shape[$0] == 3 }
    guard let chosen else {
      return failing(TensorError("cross", of: self, other, rule: "no dimension has size 3"))
    }
    guard let axis = normalized(chosen, "cross") else { return standIn() }
    guard self.shape[axis] == 3, other.shape[axis] == 3 else {
      return failing(TensorError("cross", of: self, other, rule: "dimension \(axis) must have size 3 in both operands"))
    }
    let a = expand(shape), b = other.expand(shape)
    /// The components from number `first` on, in a circle.
    func turned(_ x: Tensor, _ first: Int) -> Tensor {
      Tensor.cat([x.narrow(dim: axis, start: first, length: 3 - first), x.narrow(dim: axis, start: 0, length: first)], dim: axis)
    }
    return turned(a, 1) * turned(b, 2) - turned(a, 2) * turned(b, 1)
  }
}
