extension Tensor {
  /// The matrix product (PyTorch's `matmul`, Python's `@`, our `•`).
  ///
  /// Two vectors give their dot product; a matrix and a vector their product; more dimensions are batches of matrices,
  /// `[…, m, k] × […, k, n] → […, m, n]`, whose leading dimensions broadcast. Integers are exact. Both operands must
  /// have the same dtype.
  public func matmul(_ other: Tensor) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard rank > 0, other.rank > 0 else {
      return failing(
        TensorError("matmul", of: self, other, rule: "both operands need at least one dimension", hint: "multiply by a number with *"))
    }
    switch (rank, other.rank) {
    case (1, 1):
      return apply(.matmul, unsqueeze(0), other.unsqueeze(1)).reshape([])
    case (1, _):
      return apply(.matmul, unsqueeze(0), other).squeeze(-2)
    case (_, 1):
      return apply(.matmul, self, other.unsqueeze(1)).squeeze(-1)
    case (3..., 2) where layout.isContiguous && elementCount > 0:
      // One large product instead of a batch of small ones.
      let rows = reshape([elementCount / shape[-1], shape[-1]])
      var result = shape
      result[-1] = other.shape[1]
      guard shape[-1] == other.shape[0] else { return apply(.matmul, self, other) }
      return apply(.matmul, rows, other).reshape(result)
    default:
      return apply(.matmul, self, other)
    }
  }

  /// The product of two matrices (PyTorch's `mm`).
  public func mm(_ other: Tensor) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard rank == 2, other.rank == 2 else {
      return failing(TensorError("mm", of: self, other, rule: "both operands must be matrices", hint: "use matmul for batches"))
    }
    return apply(.matmul, self, other)
  }

  /// The product of two batches of matrices, `[b, m, k] × [b, k, n]` (PyTorch's `bmm`); no broadcasting.
  public func bmm(_ other: Tensor) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard rank == 3, other.rank == 3, shape[0] == other.shape[0] else {
      return failing(TensorError("bmm", of: self, other, rule: "both operands must be batches of as many matrices"))
    }
    return apply(.matmul, self, other)
  }

  /// The product of a matrix and a vector (PyTorch's `mv`).
  public func mv(_ vector: Tensor) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard rank == 2, vector.rank == 1 else {
      return failing(TensorError("mv", of: self, vector, rule: "needs a matrix and a vector"))
    }
    return Autocast.without { matmul(vector) }
  }

  /// The sum of products of two vectors (PyTorch's `dot`).
  public func dot(_ other: Tensor) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard rank == 1, other.rank == 1 else {
      return failing(TensorError("dot", of: self, other, rule: "both operands must be vectors"))
    }
    return Autocast.without { matmul(other) }
  }

  /// self·weightᵀ + bias (PyTorch's `F.linear`): self `[…, in]`, weight `[out, in]` (or `[in]`, which gives `[…]`), bias
  /// `[out]` or of one element; all of one dtype.
  public func linear(_ weight: Tensor, _ bias: Tensor? = nil) -> Tensor {
    if weight.rank == 1 {
      let product = matmul(weight)
      return bias.map { product + $0 } ?? product
    }
    guard let bias else { return apply(.linear, self, weight) }
    // One number for all outputs, which the kernel does not know.
    if weight.rank == 2 && bias.elementCount == 1 && bias.shape != [weight.shape[0]] && bias.rank <= 1 && bias.dtype == dtype {
      return apply(.linear, Operands(self, weight, bias.expand([weight.shape[0]])))
    }
    return apply(.linear, Operands(self, weight, bias))
  }
}
