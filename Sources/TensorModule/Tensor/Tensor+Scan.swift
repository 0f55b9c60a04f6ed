// Running totals and extremes along a dimension, and sums by the trapezoid rule.

extension Tensor {
  private final func cumulative(_ operation: CumulativeOperation, _ dim: Int, _ dtype: DType?) -> Tensor {
    guard let axis = normalized(dim, operation.name) else { return standIn() }
    let type = dtype ?? (self.dtype.isFloatingPoint ? self.dtype : .int64)
    return apply(.cumulative(operation, dim: axis), to(type))
  }
  private final func cumulativeInPlace(_ operation: CumulativeOperation, _ dim: Int) -> Tensor {
    guard let axis = normalized(dim, operation.name) else { return standIn() }
    return applyInPlace(.cumulative(operation, dim: axis), self)
  }

  /// Running sums along a dimension (PyTorch's `cumsum`); integers and bool give int64.
  public func cumsum(dim: Int, dtype: DType? = nil) -> Tensor { cumulative(.sum, dim, dtype) }
  /// `cumsum` in place.
  @discardableResult
  public func cumsum_(dim: Int) -> Tensor { cumulativeInPlace(.sum, dim) }
  /// Running products along a dimension (PyTorch's `cumprod`); integers and bool give int64.
  public func cumprod(dim: Int, dtype: DType? = nil) -> Tensor { cumulative(.product, dim, dtype) }
  /// `cumprod` in place.
  @discardableResult
  public func cumprod_(dim: Int) -> Tensor { cumulativeInPlace(.product, dim) }
  /// The logarithms of running sums of exponentials, without overflow (PyTorch's `logcumsumexp`). Floating point only.
  public func logcumsumexp(dim: Int) -> Tensor {
    guard let axis = normalized(dim, "logcumsumexp") else { return standIn() }
    return apply(.cumulative(.logSumExp, dim: axis), self)
  }

  private final func running(_ operation: CumulativeOperation, _ dim: Int) -> (values: Tensor, indices: Tensor) {
    guard let axis = normalized(dim, operation.name) else { return (standIn(), standIn()) }
    let results = applyToAll(.cumulative(operation, dim: axis), Operands(self), resultCount: 2)
    return (results[0], results[1])
  }
  /// The largest element so far along a dimension and where it is, the last among equals (PyTorch's `cummax`). NaN counts
  /// as the largest.
  public func cummax(dim: Int) -> (values: Tensor, indices: Tensor) { running(.maximum, dim) }
  /// The smallest element so far along a dimension and where it is, the last among equals (PyTorch's `cummin`). NaN counts
  /// as the smallest.
  public func cummin(dim: Int) -> (values: Tensor, indices: Tensor) { running(.minimum, dim) }

  /// The differences of neighbours along a dimension, `n` times over (PyTorch's `diff`). What is prepended or appended has
  /// the tensor's rank, and its sizes except along the dimension. The differences of bools are bools: whether they differ.
  public func diff(_ n: Int = 1, dim: Int = -1, prepend: Tensor? = nil, append: Tensor? = nil) -> Tensor {
    guard let axis = normalized(dim, "diff") else { return standIn() }
    guard rank > 0 else { return failing(TensorError("diff", of: self, rule: "a tensor without dimensions has no neighbours")) }
    guard n >= 0 else { return failing(TensorError("diff", of: self, rule: "the number of times, \(n), must not be negative")) }
    if n == 0 { return clone() }
    var result = self
    if prepend != nil || append != nil {
      result = Tensor.cat([prepend, self, append].compactMap { $0 }, dim: axis)
    }
    for _ in 0..<Swift.min(n, Swift.max(0, ThreadMode.hasFailed ? 0 : result.shape[axis])) {
      let later = result.slice(dim: axis, start: 1), earlier = result.slice(dim: axis, end: -1)
      result = result.dtype == .bool ? later.logicalXor(earlier) : later - earlier
    }
    // Untouched, having no size, it is still another tensor.
    return result === self ? clone() : result
  }

  // MARK: The trapezoid rule

  private final func neighbours(_ axis: Int) -> Tensor { slice(dim: axis, start: 1) + slice(dim: axis, end: -1) }

  /// The distances of neighbouring points, of a shape that broadcasts with the sums of neighbouring values.
  private final func steps(_ points: Tensor, _ axis: Int, _ operation: String) -> Tensor? {
    var points = points
    if points.rank == 1 {
      guard points.shape[0] == shape[axis] else {
        fail(
          TensorError(
            operation, of: self, points, rule: "there must be one point for each of the \(shape[axis]) values along dimension \(axis)"))
        return nil
      }
      var sizes = Shape(Array(repeating: 1, count: rank))
      sizes[axis] = shape[axis]
      points = points.reshape(sizes)
    } else {
      while points.rank < rank { points = points.unsqueeze(0) }
    }
    return points.slice(dim: axis, start: 1) - points.slice(dim: axis, end: -1)
  }

  /// The integral along a dimension by the trapezoid rule, values `dx` apart (PyTorch's `trapezoid`).
  public func trapezoid(dx: Double = 1, dim: Int = -1) -> Tensor {
    guard let axis = normalized(dim, "trapezoid") else { return standIn() }
    guard rank > 0, shape[axis] > 0 else { return sum(dim: axis).to(dtype.floatingPoint) }
    return (sum(dim: axis) - (select(dim: axis, index: 0) + select(dim: axis, index: -1)) * 0.5) * dx
  }
  /// The integral along a dimension by the trapezoid rule, values at points `x`: one for each value along the dimension, or
  /// as many as there are values.
  public func trapezoid(_ x: Tensor, dim: Int = -1) -> Tensor {
    guard let axis = normalized(dim, "trapezoid") else { return standIn() }
    guard rank > 0, shape[axis] > 0 else { return sum(dim: axis).to(dtype.floatingPoint) }
    guard let steps = steps(x, axis, "trapezoid") else { return standIn() }
    return (steps * neighbours(axis)).sum(dim: axis) / 2.0
  }
  /// The integrals up to each point, the first of them 0 and left out (PyTorch's `cumulative_trapezoid`).
  public func cumulativeTrapezoid(dx: Double = 1, dim: Int = -1) -> Tensor {
    guard let axis = normalized(dim, "cumulativeTrapezoid") else { return standIn() }
    guard rank > 0 else { return failing(TensorError("cumulativeTrapezoid", of: self, rule: "the tensor has no dimension")) }
    return neighbours(axis).cumsum(dim: axis) * (dx / 2)
  }
  /// The integrals up to each point, values at points `x`.
  public func cumulativeTrapezoid(_ x: Tensor, dim: Int = -1) -> Tensor {
    guard let axis = normalized(dim, "cumulativeTrapezoid") else { return standIn() }
    guard rank > 0 else { return failing(TensorError("cumulativeTrapezoid", of: self, rule: "the tensor has no dimension")) }
    guard let steps = steps(x, axis, "cumulativeTrapezoid") else { return standIn() }
    return (steps * neighbours(axis)).cumsum(dim: axis) / 2.0
  }
}
