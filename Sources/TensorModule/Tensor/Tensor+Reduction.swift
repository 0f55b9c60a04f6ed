// Reductions. `dim` may be negative, counted from the end; without `dim` all dimensions are reduced.

extension Tensor {
  /// The dimensions as a set, or nil after failing. An empty list means all, as in PyTorch.
  final func axes(_ operation: @autoclosure () -> String, _ dims: [Int]) -> AxisSet? {
    if dims.isEmpty { return .all(rank: rank) }
    var result = AxisSet()
    for dim in dims {
      guard let axis = normalized(dim, operation()) else { return nil }
      if rank == 0 { continue }
      if result.contains(axis) {
        fail(TensorError(operation(), of: self, rule: "dimension \(dim) appears more than once"))
        return nil
      }
      result.insert(axis)
    }
    return result
  }

  private final func reduce(
    _ operation: ReduceOperation, _ dims: [Int], keepDim: Bool, dtype: DType? = nil, parameter: Double = 0
  ) -> Tensor {
    guard let axes = axes(operation.name, dims) else { return standIn() }
    guard let dtype else { return apply(.reduce(operation, axes, keepDim: keepDim, parameter: parameter), self) }
    return apply(.reduce(operation, axes, keepDim: keepDim, parameter: parameter), to(dtype)).to(dtype)
  }

  /// The sum of all elements (PyTorch's `sum`); integers and bool give int64.
  public func sum(dtype: DType? = nil) -> Tensor { reduce(.sum, [], keepDim: false, dtype: dtype) }
  /// Sums along dimensions.
  public func sum(dim: Int..., keepDim: Bool = false, dtype: DType? = nil) -> Tensor {
    reduce(.sum, dim, keepDim: keepDim, dtype: dtype)
  }
  /// Sums along a list of dimensions; an empty list means all.
  public func sum(dims: [Int], keepDim: Bool = false, dtype: DType? = nil) -> Tensor {
    reduce(.sum, dims, keepDim: keepDim, dtype: dtype)
  }

  /// The mean of all elements (PyTorch's `mean`); integers fail. NaN for no elements.
  public func mean(dtype: DType? = nil) -> Tensor { reduce(.mean, [], keepDim: false, dtype: dtype) }
  /// Means along dimensions.
  public func mean(dim: Int..., keepDim: Bool = false, dtype: DType? = nil) -> Tensor {
    reduce(.mean, dim, keepDim: keepDim, dtype: dtype)
  }
  /// Means along a list of dimensions; an empty list means all.
  public func mean(dims: [Int], keepDim: Bool = false, dtype: DType? = nil) -> Tensor {
    reduce(.mean, dims, keepDim: keepDim, dtype: dtype)
  }

  /// The product of all elements (PyTorch's `prod`); integers and bool give int64.
  public func prod(dtype: DType? = nil) -> Tensor { reduce(.product, [], keepDim: false, dtype: dtype) }
  /// Products along a dimension.
  public func prod(dim: Int, keepDim: Bool = false, dtype: DType? = nil) -> Tensor {
    reduce(.product, [dim], keepDim: keepDim, dtype: dtype)
  }

  // MARK: Extremes

  /// The largest element (PyTorch's `max()`); NaN if there is one. Ties share the gradient.
  public func max() -> Tensor { reduce(.maximum, [], keepDim: false) }
  /// The smallest element (PyTorch's `min()`); NaN if there is one. Ties share the gradient.
  public func min() -> Tensor { reduce(.minimum, [], keepDim: false) }
  /// The larger of each two elements (PyTorch's `max(other)`): ``maximum(_:)``.
  public func max(_ other: Tensor) -> Tensor { maximum(other) }
  /// The smaller of each two elements (PyTorch's `min(other)`): ``minimum(_:)``.
  public func min(_ other: Tensor) -> Tensor { minimum(other) }
  /// The largest elements along dimensions (PyTorch's `amax`). Ties share the gradient.
  public func amax(dim: Int..., keepDim: Bool = false) -> Tensor { reduce(.maximum, dim, keepDim: keepDim) }
  /// The largest elements along a list of dimensions; an empty list means all.
  public func amax(dims: [Int], keepDim: Bool = false) -> Tensor { reduce(.maximum, dims, keepDim: keepDim) }
  /// The smallest elements along dimensions (PyTorch's `amin`). Ties share the gradient.
  public func amin(dim: Int..., keepDim: Bool = false) -> Tensor { reduce(.minimum, dim, keepDim: keepDim) }
  /// The smallest elements along a list of dimensions; an empty list means all.
  public func amin(dims: [Int], keepDim: Bool = false) -> Tensor { reduce(.minimum, dims, keepDim: keepDim) }
  /// The smallest and the largest elements, of all or along a dimension (PyTorch's `aminmax`).
  public func aminmax(dim: Int? = nil, keepDim: Bool = false) -> (min: Tensor, max: Tensor) {
    let dims = dim.map { [$0] } ?? []
    return (amin(dims: dims, keepDim: keepDim), amax(dims: dims, keepDim: keepDim))
  }

  private final func withIndices(_ operation: ReduceOperation, _ dim: Int, _ keepDim: Bool) -> (values: Tensor, indices: Tensor) {
    guard let axis = normalized(dim, operation.name) else { return (standIn(), standIn()) }
    let axes = rank == 0 ? AxisSet() : AxisSet(axis)
    let results = applyToAll(.reduce(operation, axes, keepDim: keepDim), Operands(self), resultCount: 2)
    return (results[0], results[1])
  }

  /// The largest elements along a dimension and where they are (PyTorch's `max(dim)`): the first among equals.
  public func max(dim: Int, keepDim: Bool = false) -> (values: Tensor, indices: Tensor) {
    withIndices(.maxWithIndex, dim, keepDim)
  }
  /// The smallest elements along a dimension and where they are (PyTorch's `min(dim)`).
  public func min(dim: Int, keepDim: Bool = false) -> (values: Tensor, indices: Tensor) {
    withIndices(.minWithIndex, dim, keepDim)
  }

  /// The position of the largest element in row-major order, int64 (PyTorch's `argmax`): the first among equals.
  public func argmax(keepDim: Bool = false) -> Tensor { reduce(.argMax, [], keepDim: keepDim) }
  /// The positions of the largest elements along a dimension.
  public func argmax(dim: Int, keepDim: Bool = false) -> Tensor { reduce(.argMax, [dim], keepDim: keepDim) }
  /// The position of the smallest element in row-major order, int64 (PyTorch's `argmin`).
  public func argmin(keepDim: Bool = false) -> Tensor { reduce(.argMin, [], keepDim: keepDim) }
  /// The positions of the smallest elements along a dimension.
  public func argmin(dim: Int, keepDim: Bool = false) -> Tensor { reduce(.argMin, [dim], keepDim: keepDim) }

  // MARK: Truth

  /// True if all elements are not zero (PyTorch's `all`).
  public func all() -> Tensor { reduce(.all, [], keepDim: false) }
  /// True where all elements along the dimensions are not zero.
  public func all(dim: Int..., keepDim: Bool = false) -> Tensor { reduce(.all, dim, keepDim: keepDim) }
  /// True where all elements along a list of dimensions are not zero. An empty list means none here, as in PyTorch.
  public func all(dims: [Int], keepDim: Bool = false) -> Tensor {
    dims.isEmpty ? apply(.reduce(.all, AxisSet(), keepDim: keepDim), self) : reduce(.all, dims, keepDim: keepDim)
  }
  /// True if some element is not zero (PyTorch's `any`).
  public func any() -> Tensor { reduce(.any, [], keepDim: false) }
  /// True where some element along the dimensions is not zero.
  public func any(dim: Int..., keepDim: Bool = false) -> Tensor { reduce(.any, dim, keepDim: keepDim) }
  /// True where some element along a list of dimensions is not zero. An empty list means none here, as in PyTorch.
  public func any(dims: [Int], keepDim: Bool = false) -> Tensor {
    dims.isEmpty ? apply(.reduce(.any, AxisSet(), keepDim: keepDim), self) : reduce(.any, dims, keepDim: keepDim)
  }
  /// The number of elements that are not zero, int64 (PyTorch's `count_nonzero`).
  public func countNonZero(dim: Int...) -> Tensor { reduce(.countNonZero, dim, keepDim: false) }
  /// The numbers of elements along a list of dimensions that are not zero; an empty list means all.
  public func countNonZero(dims: [Int]) -> Tensor { reduce(.countNonZero, dims, keepDim: false) }

  // MARK: Spread

  /// The variance of all elements (PyTorch's `var`), divided by n - `correction`.
  public func variance(correction: Double = 1) -> Tensor { variance(dims: [], correction: correction) }
  /// Variances along dimensions (PyTorch's `var`).
  public func variance(dim: Int..., correction: Double = 1, keepDim: Bool = false) -> Tensor {
    variance(dims: dim, correction: correction, keepDim: keepDim)
  }
  /// Variances along a list of dimensions; an empty list means all.
  public func variance(dims: [Int], correction: Double = 1, keepDim: Bool = false) -> Tensor {
    reduce(.variance, dims, keepDim: keepDim, parameter: correction)
  }
  /// The standard deviation of all elements (PyTorch's `std`). Its gradient is 0 where it is 0.
  public func std(correction: Double = 1) -> Tensor { std(dims: [], correction: correction) }
  /// Standard deviations along dimensions (PyTorch's `std`).
  public func std(dim: Int..., correction: Double = 1, keepDim: Bool = false) -> Tensor {
    std(dims: dim, correction: correction, keepDim: keepDim)
  }
  /// Standard deviations along a list of dimensions; an empty list means all.
  public func std(dims: [Int], correction: Double = 1, keepDim: Bool = false) -> Tensor {
    guard dtype.isFloatingPoint else { return reduce(.variance, dims, keepDim: keepDim, parameter: correction) }
    return throughComputeType { $0.variance(dims: dims, correction: correction, keepDim: keepDim).rootWithFlatZero() }
  }
  /// Variances and means along a list of dimensions (PyTorch's `var_mean`); an empty list means all.
  public func varMean(dims: [Int] = [], correction: Double = 1, keepDim: Bool = false) -> (variance: Tensor, mean: Tensor) {
    (variance(dims: dims, correction: correction, keepDim: keepDim), mean(dims: dims, keepDim: keepDim))
  }
  /// Standard deviations and means along a list of dimensions (PyTorch's `std_mean`); an empty list means all.
  public func stdMean(dims: [Int] = [], correction: Double = 1, keepDim: Bool = false) -> (std: Tensor, mean: Tensor) {
    (std(dims: dims, correction: correction, keepDim: keepDim), mean(dims: dims, keepDim: keepDim))
  }

  /// log Σ exp along dimensions, without overflow (PyTorch's `logsumexp`). Integers give float32.
  public func logsumexp(dim: Int..., keepDim: Bool = false) -> Tensor { reduce(.logSumExp, dim, keepDim: keepDim) }
  /// log Σ exp along a list of dimensions; an empty list means all.
  public func logsumexp(dims: [Int], keepDim: Bool = false) -> Tensor { reduce(.logSumExp, dims, keepDim: keepDim) }

  // MARK: Norms

  /// The p-norm over dimensions (PyTorch's `norm`, `torch.linalg.vector_norm`): (Σ |x|^p)^(1/p), the number of elements that
  /// are not zero for p 0, the largest and smallest magnitude for ±infinity. Without dimensions over all. Integers give
  /// float32. The gradient of the norm of zeros is 0.
  public func norm(_ p: Double = 2, dim: Int..., keepDim: Bool = false, dtype: DType? = nil) -> Tensor {
    norm(p, dims: dim, keepDim: keepDim, dtype: dtype)
  }
  /// The p-norm over a list of dimensions; an empty list means all.
  public func norm(_ p: Double = 2, dims: [Int], keepDim: Bool = false, dtype: DType? = nil) -> Tensor {
    Linalg.vectorNorm(self, ord: p, dim: dims, keepDim: keepDim, dtype: dtype ?? self.dtype.floatingPoint)
  }
  /// A norm by name (PyTorch's `norm(p="fro")`, `norm(p="nuc")`): `.fro` over any dimensions, `.nuc` over two, by default
  /// those of a matrix.
  public func norm(p: Linalg.NormOrder, dims: [Int] = [], keepDim: Bool = false, dtype: DType? = nil) -> Tensor {
    switch p {
    case .p(let p): return norm(p, dims: dims, keepDim: keepDim, dtype: dtype)
    case .fro: return norm(2, dims: dims, keepDim: keepDim, dtype: dtype)
    case .nuc:
      guard dims.count == 2 || (dims.isEmpty && rank == 2) else {
        return failing(TensorError("norm", of: self, rule: "the nuclear norm is that of two dimensions, not of \(dims.isEmpty ? rank : dims.count)"))
      }
      let dim = dims.isEmpty ? (-2, -1) : (dims[0], dims[1])
      return Linalg.matrixNorm(self, ord: .nuc, dim: dim, keepDim: keepDim, dtype: dtype)
    }
  }

  /// Half precisions are computed in float32 and rounded once.
  private final func throughComputeType(_ body: (Tensor) -> Tensor) -> Tensor { body(to(dtype.computeType)).to(dtype) }

  /// The square root, with slope 0 at 0.
  private final func rootWithFlatZero() -> Tensor {
    if !Recording.records(flags, ThreadMode.current) { return sqrt() }
    let isZero = self .== 0
    return Tensor.where(isZero, 0, Tensor.where(isZero, 1, self).sqrt())
  }

  // MARK: Softmax

  /// exp(x) / Σ exp(x) along a dimension (PyTorch's `softmax`).
  public func softmax(dim: Int, dtype: DType? = nil) -> Tensor {
    guard let axis = normalized(dim, "softmax") else { return standIn() }
    return apply(.softmax(dim: axis, logarithm: false), dtype.map { to($0) } ?? self)
  }
  /// softmax(-x) along a dimension (PyTorch's `F.softmin`).
  public func softmin(dim: Int, dtype: DType? = nil) -> Tensor { neg().softmax(dim: dim, dtype: dtype) }
  /// log(softmax(x)) along a dimension, without overflow (PyTorch's `log_softmax`).
  public func logSoftmax(dim: Int, dtype: DType? = nil) -> Tensor {
    guard let axis = normalized(dim, "logSoftmax") else { return standIn() }
    return apply(.softmax(dim: axis, logarithm: true), dtype.map { to($0) } ?? self)
  }
}
