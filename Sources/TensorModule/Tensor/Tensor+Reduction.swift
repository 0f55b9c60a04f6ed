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

  /// The product of all elements (PyTorch's `prod`).
  public func prod(dtype: DType? = nil) -> Tensor { reduce(.product, [], keepDim: false, dtype: dtype) }
  /// Products along a dimension.
  public func prod(dim: Int, keepDim: Bool = false, dtype: DType? = nil) -> Tensor {
    reduce(.product, [dim], keepDim: keepDim, dtype: dtype)
  }

  /// The largest element (PyTorch's `max()`); NaN if there is one. Ties share the gradient.
  public func max() -> Tensor { reduce(.maximum, [], keepDim: false) }
  /// The smallest element (PyTorch's `min()`).
  public func min() -> Tensor { reduce(.minimum, [], keepDim: false) }
  /// The largest elements along dimensions (PyTorch's `amax`). Ties share the gradient.
  public func amax(dim: Int..., keepDim: Bool = false) -> Tensor { reduce(.maximum, dim, keepDim: keepDim) }
  /// The smallest elements along dimensions (PyTorch's `amin`). Ties share the gradient.
  public func amin(dim: Int..., keepDim: Bool = false) -> Tensor { reduce(.minimum, dim, keepDim: keepDim) }

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
  public func argmax() -> Tensor { reduce(.argMax, [], keepDim: false) }
  /// The positions of the largest elements along a dimension.
  public func argmax(dim: Int, keepDim: Bool = false) -> Tensor { reduce(.argMax, [dim], keepDim: keepDim) }
  /// The position of the smallest element in row-major order, int64 (PyTorch's `argmin`).
  public func argmin() -> Tensor { reduce(.argMin, [], keepDim: false) }
  /// The positions of the smallest elements along a dimension.
  public func argmin(dim: Int, keepDim: Bool = false) -> Tensor { reduce(.argMin, [dim], keepDim: keepDim) }

  /// True if all elements are not zero (PyTorch's `all`).
  public func all() -> Tensor { reduce(.all, [], keepDim: false) }
  /// True where all elements along the dimensions are not zero.
  public func all(dim: Int..., keepDim: Bool = false) -> Tensor { reduce(.all, dim, keepDim: keepDim) }
  /// True if some element is not zero (PyTorch's `any`).
  public func any() -> Tensor { reduce(.any, [], keepDim: false) }
  /// True where some element along the dimensions is not zero.
  public func any(dim: Int..., keepDim: Bool = false) -> Tensor { reduce(.any, dim, keepDim: keepDim) }

  /// The variance of all elements (PyTorch's `var`), divided by n - `correction`.
  public func variance(correction: Double = 1) -> Tensor { reduce(.variance, [], keepDim: false, parameter: correction) }
  /// Variances along dimensions (PyTorch's `var`).
  public func variance(dim: Int..., correction: Double = 1, keepDim: Bool = false) -> Tensor {
    reduce(.variance, dim, keepDim: keepDim, parameter: correction)
  }
  /// The standard deviation of all elements (PyTorch's `std`).
  public func std(correction: Double = 1) -> Tensor { variance(correction: correction).rootWithFlatZero() }
  /// Standard deviations along a dimension (PyTorch's `std`).
  public func std(dim: Int, correction: Double = 1, keepDim: Bool = false) -> Tensor {
    variance(dim: dim, correction: correction, keepDim: keepDim).rootWithFlatZero()
  }

  /// The Euclidean norm of all elements (PyTorch's `norm()`). The gradient of the norm of zeros is 0.
  public func norm() -> Tensor {
    // Half precisions would overflow between the sum and its root.
    let type = dtype.floatingPoint
    return to(type.computeType).reduce(.sumOfSquares, [], keepDim: false).rootWithFlatZero().to(type)
  }

  /// The square root, with slope 0 at 0.
  private final func rootWithFlatZero() -> Tensor {
    let isZero = self .== 0
    return Tensor.where(isZero, 0, Tensor.where(isZero, 1, self).sqrt())
  }
  /// The number of elements that are not zero, int64 (PyTorch's `count_nonzero`).
  public func countNonZero() -> Tensor { reduce(.countNonZero, [], keepDim: false) }
  /// log Σ exp along dimensions, without overflow (PyTorch's `logsumexp`).
  public func logsumexp(dim: Int..., keepDim: Bool = false) -> Tensor { reduce(.logSumExp, dim, keepDim: keepDim) }

  private final func cumulative(_ operation: CumulativeOperation, _ dim: Int, _ dtype: DType?) -> Tensor {
    guard let axis = normalized(dim, operation == .sum ? "cumsum" : "cumprod") else { return standIn() }
    let type = dtype ?? (self.dtype.isFloatingPoint ? self.dtype : .int64)
    return apply(.cumulative(operation, dim: axis), to(type))
  }
  /// Running sums along a dimension (PyTorch's `cumsum`).
  public func cumsum(dim: Int, dtype: DType? = nil) -> Tensor { cumulative(.sum, dim, dtype) }
  /// Running products along a dimension (PyTorch's `cumprod`).
  public func cumprod(dim: Int, dtype: DType? = nil) -> Tensor { cumulative(.product, dim, dtype) }

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
