// Statistics made of reductions, sorting and products.

/// Between which elements a quantile lies, and where (PyTorch's `interpolation`).
public enum QuantileInterpolation: String, Sendable {
  /// In proportion.
  case linear
  /// The lower one.
  case lower
  /// The higher one.
  case higher
  /// The nearer one, of two as near the one of even rank.
  case nearest
  /// Halfway.
  case midpoint
}

extension Tensor {
  // MARK: Without NaN

  /// The sum over dimensions of the elements that are not NaN (PyTorch's `nansum`); without dimensions over all.
  public func nansum(dim: Int..., keepDim: Bool = false, dtype: DType? = nil) -> Tensor {
    nansum(dims: dim, keepDim: keepDim, dtype: dtype)
  }
  /// `nansum` over a list of dimensions; an empty list means all.
  public func nansum(dims: [Int], keepDim: Bool = false, dtype: DType? = nil) -> Tensor {
    guard let axes = axes("nansum", dims) else { return standIn() }
    // A NaN is left out before it is converted to integers, where it would be a number.
    let type = dtype ?? self.dtype
    let source = type.isFloatingPoint || !self.dtype.isFloatingPoint ? self : Tensor.where(isNaN(), 0, self)
    let total = apply(.reduce(.nanSum, axes, keepDim: keepDim), dtype.map { source.to($0) } ?? source)
    return dtype.map { total.to($0) } ?? total
  }
  /// The mean over dimensions of the elements that are not NaN (PyTorch's `nanmean`); without dimensions over all. Floating
  /// point only.
  public func nanmean(dim: Int..., keepDim: Bool = false, dtype: DType? = nil) -> Tensor {
    nanmean(dims: dim, keepDim: keepDim, dtype: dtype)
  }
  /// `nanmean` over a list of dimensions; an empty list means all.
  public func nanmean(dims: [Int], keepDim: Bool = false, dtype: DType? = nil) -> Tensor {
    let type = dtype ?? self.dtype
    guard type.isFloatingPoint else {
      return failing(
        TensorError(
          "nanmean", of: self, rule: "needs a floating-point tensor, not \(type)", hint: "convert it with to(.float32) or pass dtype:"))
    }
    let count = detachedIfSafe.isNaN().logicalNot().sum(dims: dims, keepDim: keepDim)
    let total = to(type.computeType).nansum(dims: dims, keepDim: keepDim)
    return (total / count).to(type)
  }

  // MARK: Matrices

  /// The sum of the diagonal of a matrix (PyTorch's `trace`); integers give int64.
  public func trace() -> Tensor {
    guard rank == 2 else { return failing(TensorError("trace", of: self, rule: "needs a matrix, not \(rank) dimensions")) }
    return Autocast.full(diagonal()).sum()
  }

  /// The covariances of variables, one a row, observed in columns (PyTorch's `cov`). One row of numbers is one variable.
  /// `fweights` counts, int64, and `aweights` weights of the observations.
  public func cov(correction: Int = 1, fweights: Tensor? = nil, aweights: Tensor? = nil) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard rank <= 2 else {
      return failing(TensorError("cov", of: self, rule: "needs two or fewer dimensions, not \(rank)"))
    }
    guard dtype != .bool else { return failing(TensorError("cov", of: self, rule: "is not defined for bool")) }
    let matrix = rank == 2 ? self : reshape([1, -1])
    let count = matrix.shape[1]
    for (name, weights) in [("fweights", fweights), ("aweights", aweights)] {
      guard let weights else { continue }
      guard weights.rank <= 1, weights.elementCount == count else {
        return failing(
          TensorError("cov", of: self, weights, rule: "\(name) must have one dimension and one number for each of the \(count) observations"))
      }
      guard weights.dtype.isFloatingPoint == (name == "aweights"), weights.dtype != .bool else {
        return failing(
          TensorError("cov", of: self, weights, rule: "\(name) must be \(name == "aweights" ? "floating point" : "integers"), not \(weights.dtype)"))
      }
      guard weights.elementCount == 0 || weights.detachedIfSafe.min().item() >= 0 else {
        return failing(TensorError("cov", of: self, weights, rule: "\(name) must not be negative"))
      }
    }
    var weights = fweights
    if let aweights { weights = weights.map { $0 * aweights } ?? aweights }
    let total = weights.map { $0.sum() } ?? Tensor.full([], count, dtype: .int64, device: device)
    let mean = (weights.map { matrix * $0 } ?? matrix).sum(dim: 1) / total
    var divisor = total - correction
    if let weights, let aweights, correction != 0 {
      divisor = total - (weights * aweights).sum() / total * Double(correction)
    }
    let centred = matrix - mean.unsqueeze(1)
    let products = centred.matmul((weights.map { centred * $0 } ?? centred).t())
    return (products / divisor.maximum(0)).squeeze()
  }

  /// The correlation coefficients of variables, one a row (PyTorch's `corrcoef`): covariances over the products of standard
  /// deviations, limited to -1 ... 1.
  public func corrcoef() -> Tensor {
    guard rank <= 2 else {
      return failing(TensorError("corrcoef", of: self, rule: "needs two or fewer dimensions, not \(rank)"))
    }
    let covariances = cov()
    if covariances.rank == 0 { return covariances / covariances }
    let deviations = covariances.diagonal().sqrt()
    return (covariances / deviations.unsqueeze(1) / deviations.unsqueeze(0)).clamp(min: -1, max: 1)
  }

  // MARK: Counting

  /// How often each number from 0 on occurs among non-negative integers, or, with `weights`, the sums of their weights
  /// (PyTorch's `bincount`): one dimension of at least `minlength`. int64, with weights float32 for float32, else float64.
  public func bincount(weights: Tensor? = nil, minlength: Int = 0) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard dtype.isInteger, rank == 1 || elementCount == 0 else {
      return failing(TensorError("bincount", of: self, rule: "needs integers in one dimension, not \(dtype) in \(rank)"))
    }
    guard minlength >= 0 else { return failing(TensorError("bincount", of: self, rule: "minlength \(minlength) must not be negative")) }
    if let weights, weights.shape != shape {
      return failing(TensorError("bincount", of: self, weights, rule: "weights must have the tensor's shape"))
    }
    let type: DType = weights.map { $0.dtype == .float32 ? .float32 : .float64 } ?? .int64
    guard elementCount > 0 else { return Tensor.zeros([minlength], dtype: type, device: device) }
    let low = min().item(as: Int.self), high = max().item(as: Int.self)
    guard low >= 0 else { return failing(TensorError("bincount", of: self, rule: "\(low) is negative")) }
    let (next, overflow) = high.addingReportingOverflow(1)
    guard !overflow else { return failing(TensorError("bincount", of: self, rule: "\(high) is too large")) }
    let count = Swift.max(next, minlength)
    guard let weights else { return apply(.histogram(.numbers(count: count)), self) }
    return Tensor.zeros([count], dtype: type, device: device).indexAdd(dim: 0, index: to(.int64), weights.to(type))
  }

  /// How many elements lie in each of `bins` equal intervals of min ... max, of its own type (PyTorch's `histc`). What lies
  /// outside is left out; the last interval holds its end. Equal bounds mean the smallest and the largest element.
  public func histc(bins: Int = 100, min lowest: Double = 0, max highest: Double = 0) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard dtype.isFloatingPoint else {
      return failing(TensorError("histc", of: self, rule: "needs a floating-point tensor, not \(dtype)", hint: "convert it with to(.float32)"))
    }
    guard bins > 0, bins < .max else { return failing(TensorError("histc", of: self, rule: "the number of bins, \(bins), must be positive")) }
    let x = detachedIfSafe.to(dtype.computeType).reshape([-1])
    var low = lowest, high = highest
    if low == high && x.elementCount > 0 {
      low = x.min().item()
      high = x.max().item()
    }
    if low == high {
      low -= 1
      high += 1
    }
    guard low.isFinite, high.isFinite, low < high else {
      return failing(TensorError("histc", of: self, rule: "the range \(low) ... \(high) must be finite and ascending"))
    }
    return apply(.histogram(.intervals(count: bins, low: low, high: high)), x).to(dtype)
  }

  // MARK: Quantiles

  /// The q-quantiles along a dimension, or of all elements (PyTorch's `quantile`): 0 is the smallest, 1 the largest. Of
  /// several q, in one dimension, the results come first. float32 and float64; NaN where there is a NaN.
  public func quantile(
    _ q: Tensor, dim: Int? = nil, keepDim: Bool = false, interpolation: QuantileInterpolation = .linear
  ) -> Tensor { Autocast.full(self).quantile("quantile", Autocast.full(q), dim, keepDim, interpolation) }
  /// One quantile.
  public func quantile(
    _ q: Double, dim: Int? = nil, keepDim: Bool = false, interpolation: QuantileInterpolation = .linear
  ) -> Tensor { quantile(Tensor.full([], q, dtype: dtype.floatingPoint, device: device), dim: dim, keepDim: keepDim, interpolation: interpolation) }
  /// The quantiles of the elements that are not NaN (PyTorch's `nanquantile`).
  public func nanquantile(
    _ q: Tensor, dim: Int? = nil, keepDim: Bool = false, interpolation: QuantileInterpolation = .linear
  ) -> Tensor { Autocast.full(self).quantile("nanquantile", Autocast.full(q), dim, keepDim, interpolation) }
  /// One quantile of the elements that are not NaN.
  public func nanquantile(
    _ q: Double, dim: Int? = nil, keepDim: Bool = false, interpolation: QuantileInterpolation = .linear
  ) -> Tensor { nanquantile(Tensor.full([], q, dtype: dtype.floatingPoint, device: device), dim: dim, keepDim: keepDim, interpolation: interpolation) }

  private final func quantile(
    _ name: String, _ q: Tensor, _ dim: Int?, _ keepDim: Bool, _ interpolation: QuantileInterpolation
  ) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard dtype == .float32 || dtype == .float64 else {
      return failing(TensorError(name, of: self, rule: "needs float32 or float64, not \(dtype)", hint: "convert it with to(.float32)"))
    }
    guard q.rank <= 1, q.dtype == dtype else {
      return failing(TensorError(name, of: self, q, rule: "q must be a number or one dimension of \(dtype)"))
    }
    guard elementCount > 0 else { return failing(TensorError(name, of: self, rule: "there is no quantile of no elements")) }
    let bounds = q.detachedIfSafe
    guard q.elementCount == 0 || (bounds.min().item() >= 0 && bounds.max().item() <= 1) else {
      return failing(TensorError(name, of: self, q, rule: "q must lie in 0 ... 1"))
    }
    var axis = 0
    if let dim {
      guard let own = normalized(dim, name) else { return standIn() }
      axis = own
    }
    let lines = dim == nil || rank == 0 ? reshape([-1]) : movedim(axis, -1)
    let sorted = lines.sort().values
    let last = Double(sorted.shape[-1] - 1)
    let isNaN = sorted.detachedIfSafe.isNaN()
    // Ranks [lines…, q].
    var ranks: Tensor
    if name == "nanquantile" {
      let known = isNaN.logicalNot().sum(dim: -1, keepDim: true)
      ranks = (q.reshape([-1]) * (known - 1).to(dtype)).clamp(min: 0)
    } else {
      ranks = Tensor.where(isNaN.any(dim: -1, keepDim: true), last, q.reshape([-1]) * last)
    }
    switch interpolation {
    case .lower: ranks = ranks.floor()
    case .higher: ranks = ranks.ceil()
    case .nearest: ranks = ranks.round()
    case .linear, .midpoint: break
    }
    let below = ranks.detachedIfSafe.floor().to(.int64)
    var result = sorted.gather(dim: -1, index: below)
    if interpolation == .linear || interpolation == .midpoint {
      let above = sorted.gather(dim: -1, index: ranks.detachedIfSafe.ceil().to(.int64))
      let weight = interpolation == .midpoint ? Tensor.full([], 0.5, dtype: dtype, device: device) : ranks - below.to(dtype)
      result = result.lerp(above, weight)
    }
    // The q's to the front; the reduced dimension as asked for.
    result = result.movedim(-1, 0)
    if keepDim {
      if dim == nil {
        for _ in 0..<rank { result = result.unsqueeze(-1) }
      } else if rank > 0 {
        result = result.unsqueeze(axis + 1)
      }
    }
    return q.rank == 0 ? result.squeeze(0) : result
  }
}
