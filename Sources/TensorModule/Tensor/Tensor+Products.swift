// Products added to a tensor, and products other than the matrix product.

extension Tensor {
  /// beta·self + alpha·product, `self` broadcast to the product's shape; with beta 0 what `self` holds does not matter. Half
  /// precisions are computed in float32 and rounded once. Fractions of beta and alpha are cut off for integers, as PyTorch does.
  private final func adding(
    _ name: String, _ a: Tensor, _ b: Tensor, _ beta: Scalar, _ alpha: Scalar, inPlace: Bool, _ product: (Tensor, Tensor) -> Tensor
  ) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard dtype == a.dtype, a.dtype == b.dtype else {
      return failing(
        TensorError(name, of: self, a, b, rule: "operands have different dtypes, \(dtype), \(a.dtype) and \(b.dtype)", hint: "convert them with to(_:)"))
    }
    var beta = beta, alpha = alpha
    if !dtype.isFloatingPoint {
      guard !name.hasPrefix("addr") || (beta.isWhole && alpha.isWhole) else {
        return failing(TensorError(name, of: self, a, b, rule: "beta and alpha must be integers for \(dtype) tensors"))
      }
      (beta, alpha) = (beta.truncated, alpha.truncated)
    }
    let compute = dtype.computeType
    var result = product(a.to(compute), b.to(compute))
    if ThreadMode.hasFailed { return standIn() }
    let grows = name == "addbmm_" && shape != result.shape && viewBase == nil
    guard inPlace && !grows ? shape == result.shape : layout.broadcast(to: result.shape) != nil else {
      return failing(
        TensorError(
          name, of: self, a, b,
          rule: "the first operand \(inPlace ? "must have" : "cannot be broadcast to") the product's shape \(result.shape.tupleDescription)"))
    }
    func times(_ x: Tensor, _ number: Scalar) -> Tensor { number.double == 1 ? x : apply(.multiply, x, number: number) }
    result = times(result, alpha)
    if beta.double != 0 { result = times(to(compute), beta) + result }
    if grows {
      // PyTorch's addbmm_ takes on the product's shape.
      let value = result.to(dtype)
      replaceData(with: value)
      if Recording.records(value.flags, ThreadMode.current) { Recording.recorder?.didWrite(self, from: value) }
      return self
    }
    return inPlace ? copy_(result.to(dtype)) : result.to(dtype)
  }

  /// beta·self + alpha·(a•b) for matrices; `self` broadcasts (PyTorch's `addmm`).
  public func addmm(_ a: Tensor, _ b: Tensor, beta: some TensorScalar = 1, alpha: some TensorScalar = 1) -> Tensor {
    adding("addmm", a, b, beta.scalar, alpha.scalar, inPlace: false) { $0.mm($1) }
  }
  /// `addmm` in place.
  @discardableResult
  public func addmm_(_ a: Tensor, _ b: Tensor, beta: some TensorScalar = 1, alpha: some TensorScalar = 1) -> Tensor {
    adding("addmm_", a, b, beta.scalar, alpha.scalar, inPlace: true) { $0.mm($1) }
  }

  /// beta·self + alpha·(a•vector); `self` broadcasts (PyTorch's `addmv`).
  public func addmv(_ a: Tensor, _ vector: Tensor, beta: some TensorScalar = 1, alpha: some TensorScalar = 1) -> Tensor {
    adding("addmv", a, vector, beta.scalar, alpha.scalar, inPlace: false) { $0.mv($1) }
  }
  /// `addmv` in place.
  @discardableResult
  public func addmv_(_ a: Tensor, _ vector: Tensor, beta: some TensorScalar = 1, alpha: some TensorScalar = 1) -> Tensor {
    adding("addmv_", a, vector, beta.scalar, alpha.scalar, inPlace: true) { $0.mv($1) }
  }

  /// beta·self + alpha·(the outer product of two vectors); `self` broadcasts (PyTorch's `addr`).
  public func addr(_ a: Tensor, _ b: Tensor, beta: some TensorScalar = 1, alpha: some TensorScalar = 1) -> Tensor {
    adding("addr", a, b, beta.scalar, alpha.scalar, inPlace: false) { $0.outer($1) }
  }
  /// `addr` in place.
  @discardableResult
  public func addr_(_ a: Tensor, _ b: Tensor, beta: some TensorScalar = 1, alpha: some TensorScalar = 1) -> Tensor {
    adding("addr_", a, b, beta.scalar, alpha.scalar, inPlace: true) { $0.outer($1) }
  }

  /// beta·self + alpha·Σ (aᵢ•bᵢ) over batches of matrices; `self` broadcasts (PyTorch's `addbmm`).
  public func addbmm(_ a: Tensor, _ b: Tensor, beta: some TensorScalar = 1, alpha: some TensorScalar = 1) -> Tensor {
    adding("addbmm", a, b, beta.scalar, alpha.scalar, inPlace: false) { $0.summedBmm($1) }
  }
  /// `addbmm` in place. A tensor that broadcasts to the product takes on its shape.
  @discardableResult
  public func addbmm_(_ a: Tensor, _ b: Tensor, beta: some TensorScalar = 1, alpha: some TensorScalar = 1) -> Tensor {
    adding("addbmm_", a, b, beta.scalar, alpha.scalar, inPlace: true) { $0.summedBmm($1) }
  }

  /// beta·self + alpha·(aᵢ•bᵢ) for batches of matrices; `self` broadcasts (PyTorch's `baddbmm`).
  public func baddbmm(_ a: Tensor, _ b: Tensor, beta: some TensorScalar = 1, alpha: some TensorScalar = 1) -> Tensor {
    adding("baddbmm", a, b, beta.scalar, alpha.scalar, inPlace: false) { $0.bmm($1) }
  }
  /// `baddbmm` in place.
  @discardableResult
  public func baddbmm_(_ a: Tensor, _ b: Tensor, beta: some TensorScalar = 1, alpha: some TensorScalar = 1) -> Tensor {
    adding("baddbmm_", a, b, beta.scalar, alpha.scalar, inPlace: true) { $0.bmm($1) }
  }

  /// The sum over the batch of products, as one product of matrices laid side by side.
  private final func summedBmm(_ other: Tensor) -> Tensor {
    guard rank == 3, other.rank == 3, shape[0] == other.shape[0], shape[2] == other.shape[1] else {
      return failing(
        TensorError("addbmm", of: self, other, rule: "both operands must be batches of as many matrices, [b, n, m] and [b, m, p]"))
    }
    return transpose(0, 1).reshape([shape[1], shape[0] * shape[2]]).mm(other.reshape([shape[0] * shape[2], other.shape[2]]))
  }

  /// The outer product of two vectors: [n] and [m] give [n, m] (PyTorch's `outer`).
  public func outer(_ other: Tensor) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard rank == 1, other.rank == 1 else {
      return failing(TensorError("outer", of: self, other, rule: "both operands must be vectors"))
    }
    return unsqueeze(1) * other
  }
  /// The outer product of two vectors (PyTorch's `ger`): ``outer(_:)``.
  public func ger(_ other: Tensor) -> Tensor { outer(other) }

  /// The dot product of two vectors (PyTorch's `vdot`); of real numbers, ``dot(_:)``.
  public func vdot(_ other: Tensor) -> Tensor { dot(other) }

  /// Sums of products along the last dimensions: [a…, n] and [b…, n] give [a…, b…]; a single number multiplies (PyTorch's `inner`).
  public func inner(_ other: Tensor) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    if rank == 0 || other.rank == 0 { return self * other }
    guard shape[-1] == other.shape[-1] else {
      return failing(
        TensorError("inner", of: self, other, rule: "the last dimensions must be equal, not \(shape[-1]) and \(other.shape[-1])"))
    }
    return tensordot(other, dims: ([-1], [-1]))
  }

  /// The Kronecker product: each element of self times the whole of `other` (PyTorch's `kron`).
  public func kron(_ other: Tensor) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    let count = Swift.max(rank, other.rank)
    let a = Array(repeating: 1, count: count - rank) + Array(shape), b = Array(repeating: 1, count: count - other.rank) + Array(other.shape)
    let left = reshape(Shape(a.flatMap { [$0, 1] })), right = other.reshape(Shape(b.flatMap { [1, $0] }))
    return (left * right).reshape(Shape(zip(a, b).map { $0 * $1 }))
  }

  /// Sums of products over the last `dims` dimensions of self and the first of `other` (PyTorch's `tensordot`).
  public func tensordot(_ other: Tensor, dims: Int = 2) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard dims >= 0, dims <= rank, dims <= other.rank else {
      return failing(TensorError("tensordot", of: self, other, rule: "cannot contract \(dims) dimensions of tensors with \(rank) and \(other.rank)"))
    }
    return tensordot(other, dims: (Array((rank - dims)..<rank), Array(0..<dims)))
  }

  /// Sums of products over pairs of dimensions, `dims.0[i]` of self with `dims.1[i]` of `other`; a size of 1 broadcasts
  /// (PyTorch's `tensordot`).
  public func tensordot(_ other: Tensor, dims: ([Int], [Int])) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard dims.0.count == dims.1.count else {
      return failing(TensorError("tensordot", of: self, other, rule: "both lists of dimensions must be of one length"))
    }
    guard dtype == other.dtype else {
      return failing(
        TensorError("tensordot", of: self, other, rule: "operands have different dtypes, \(dtype) and \(other.dtype)", hint: "convert one with to(_:)"))
    }
    var left = self, right = other
    var axesA: [Int] = [], axesB: [Int] = []
    for (i, j) in zip(dims.0, dims.1) {
      guard let a = normalized(i, "tensordot"), let b = other.normalized(j, "tensordot") else { return standIn() }
      guard !axesA.contains(a), !axesB.contains(b) else {
        return failing(TensorError("tensordot", of: self, other, rule: "a dimension appears more than once"))
      }
      let sizeA = shape[a], sizeB = other.shape[b]
      guard sizeA == sizeB || sizeA == 1 || sizeB == 1 else {
        return failing(TensorError("tensordot", of: self, other, rule: "contracted dimensions must match, not \(sizeA) and \(sizeB)"))
      }
      if sizeA != sizeB {
        if sizeA == 1 { right = right.to(dtype.computeType).sum(dims: [b], keepDim: true).to(dtype) } else {
          left = left.to(dtype.computeType).sum(dims: [a], keepDim: true).to(dtype)
        }
      }
      axesA.append(a)
      axesB.append(b)
    }
    let keptA = (0..<rank).filter { !axesA.contains($0) }, keptB = (0..<other.rank).filter { !axesB.contains($0) }
    let count = axesA.reduce(1) { $0 * left.shape[$1] }
    let rows = keptA.map { shape[$0] }, columns = keptB.map { other.shape[$0] }
    let a = left.permute(keptA + axesA).reshape([rows.reduce(1, *), count])
    let b = right.permute(axesB + keptB).reshape([count, columns.reduce(1, *)])
    return a.mm(b).reshape(Shape(rows + columns))
  }
}

extension Scalar {
  fileprivate var isWhole: Bool {
    if case .floating = self { return false }
    return true
  }
  /// As an integer.
  fileprivate var truncated: Scalar {
    if case .floating(let value) = self { return .integer(Int64(clampingTowardsZero: value)) }
    return self
  }
}
