import Martlet
import TensorModule

extension OracleCall {
  /// n - correction from `unbiased` or `correction`.
  fileprivate func correction(_ position: Int?) throws -> Double {
    if let unbiased = try optionalBool(position, "unbiased") { return unbiased ? 1 : 0 }
    return try double(nil, "correction", 1)
  }
  /// `(x, unbiased)` or `(x, dim=, …)`: a bool in second place is no dimension.
  fileprivate func spread() throws -> (dims: [Int], correction: Double, keepDim: Bool) {
    if case .bool? = value(1) { return ([], try correction(1), false) }
    return (try optionalInts(1, "dim") ?? [], try correction(2), try bool(3, "keepdim", false))
  }
  fileprivate func interpolation(_ position: Int?) throws -> QuantileInterpolation {
    let name = try string(position, "interpolation", "linear")
    guard let result = QuantileInterpolation(rawValue: name) else { throw OracleProblem("interpolation \(name)") }
    return result
  }
  fileprivate func quantile(
    _ ofTensor: (Tensor, Int?, Bool, QuantileInterpolation) -> Tensor, _ ofNumber: (Double, Int?, Bool, QuantileInterpolation) -> Tensor
  ) throws -> Tensor {
    let dim = try optionalInt(2, "dim"), keepDim = try bool(3, "keepdim", false), kind = try interpolation(4)
    if case .tensor(let q)? = value(1, "q") { return ofTensor(q, dim, keepDim, kind) }
    return ofNumber(try double(1, "q"), dim, keepDim, kind)
  }
  fileprivate func dims(_ position: Int? = 1) throws -> [Int] { try optionalInts(position, "dim") ?? [] }
  fileprivate func keepDim(_ position: Int? = 2) throws -> Bool { try bool(position, "keepdim", false) }
  fileprivate var right: Bool {
    get throws { try string(nil, "side", "left") == "right" || (try bool(nil, "right", false)) }
  }
}

extension OracleTable {
  mutating func addReduction() {
    one("sum") { c in try c.tensor(0).sum(dims: c.dims(), keepDim: c.keepDim(), dtype: c.dtype) }
    one("mean") { c in try c.tensor(0).mean(dims: c.dims(), keepDim: c.keepDim(), dtype: c.dtype) }
    one("nansum") { c in try c.tensor(0).nansum(dims: c.dims(), keepDim: c.keepDim(), dtype: c.dtype) }
    one("nanmean") { c in try c.tensor(0).nanmean(dims: c.dims(), keepDim: c.keepDim(), dtype: c.dtype) }
    one("prod") { c in
      guard let dim = try c.optionalInt(1, "dim") else { return try c.tensor(0).prod(dtype: c.dtype) }
      return try c.tensor(0).prod(dim: dim, keepDim: c.keepDim(), dtype: c.dtype)
    }
    for (name, isAll) in [("all", true), ("any", false)] {
      one(name) { c in
        let x = try c.tensor(0)
        guard let dims = try c.optionalInts(1, "dim") else { return isAll ? x.all() : x.any() }
        let keepDim = try c.keepDim()
        return isAll ? x.all(dims: dims, keepDim: keepDim) : x.any(dims: dims, keepDim: keepDim)
      }
    }
    one("count_nonzero") { c in try c.tensor(0).countNonZero(dims: c.dims()) }
    one("amax") { c in try c.tensor(0).amax(dims: c.dims(), keepDim: c.keepDim()) }
    one("amin") { c in try c.tensor(0).amin(dims: c.dims(), keepDim: c.keepDim()) }
    many("aminmax") { c in
      let r = try c.tensor(0).aminmax(dim: c.optionalInt(nil, "dim"), keepDim: c.bool(nil, "keepdim", false))
      return [r.min, r.max]
    }
    for (name, isMax) in [("max", true), ("min", false)] {
      many(name) { c in
        let x = try c.tensor(0)
        if case .tensor(let other)? = c.value(1, "other") { return [isMax ? x.max(other) : x.min(other)] }
        guard let dim = try c.optionalInt(1, "dim") else { return [isMax ? x.max() : x.min()] }
        let keepDim = try c.keepDim()
        let r = isMax ? x.max(dim: dim, keepDim: keepDim) : x.min(dim: dim, keepDim: keepDim)
        return [r.values, r.indices]
      }
    }
    for (name, isMax) in [("argmax", true), ("argmin", false)] {
      one(name) { c in
        let x = try c.tensor(0), keepDim = try c.keepDim()
        guard let dim = try c.optionalInt(1, "dim") else { return isMax ? x.argmax(keepDim: keepDim) : x.argmin(keepDim: keepDim) }
        return isMax ? x.argmax(dim: dim, keepDim: keepDim) : x.argmin(dim: dim, keepDim: keepDim)
      }
    }
    one("var") { c in
      let s = try c.spread()
      return try c.tensor(0).variance(dims: s.dims, correction: s.correction, keepDim: s.keepDim)
    }
    one("std") { c in
      let s = try c.spread()
      return try c.tensor(0).std(dims: s.dims, correction: s.correction, keepDim: s.keepDim)
    }
    many("var_mean") { c in
      let s = try c.spread(), r = try c.tensor(0).varMean(dims: s.dims, correction: s.correction, keepDim: s.keepDim)
      return [r.variance, r.mean]
    }
    many("std_mean") { c in
      let s = try c.spread(), r = try c.tensor(0).stdMean(dims: s.dims, correction: s.correction, keepDim: s.keepDim)
      return [r.std, r.mean]
    }
    one("logsumexp") { c in try c.tensor(0).logsumexp(dims: c.dims(), keepDim: c.keepDim()) }
    one("norm") { c in
      let x = try c.tensor(0), dims = try c.dims(2), keepDim = try c.bool(3, "keepdim", false)
      if case .string(let name)? = c.value(1, "p") {
        guard name == "fro" || name == "nuc" else { throw OracleProblem("norm \(name)") }
        return try x.norm(p: name == "fro" ? .fro : .nuc, dims: dims, keepDim: keepDim, dtype: c.dtype)
      }
      return try x.norm(c.double(1, "p", 2), dims: dims, keepDim: keepDim, dtype: c.dtype)
    }
    one("trace") { c in try c.tensor(0).trace() }
    addOrdering()
    addScans()
    addStatistics()
  }

  private mutating func addOrdering() {
    many("sort") { c in
      c.ignore("stable")
      let r = try c.tensor(0).sort(dim: c.int(1, "dim", -1), descending: c.bool(2, "descending", false))
      return [r.values, r.indices]
    }
    one("argsort") { c in
      c.ignore("stable")
      return try c.tensor(0).argsort(dim: c.int(1, "dim", -1), descending: c.bool(2, "descending", false))
    }
    one("msort") { c in try c.tensor(0).msort() }
    many("topk") { c in
      let r = try c.tensor(0).topk(c.int(1, "k"), dim: c.int(2, "dim", -1), largest: c.bool(3, "largest", true), sorted: c.bool(4, "sorted", true))
      return [r.values, r.indices]
    }
    many("kthvalue") { c in
      let r = try c.tensor(0).kthvalue(c.int(1, "k"), dim: c.int(2, "dim", -1), keepDim: c.bool(3, "keepdim", false))
      return [r.values, r.indices]
    }
    many("mode") { c in
      let r = try c.tensor(0).mode(dim: c.int(1, "dim", -1), keepDim: c.keepDim())
      return [r.values, r.indices]
    }
    for (name, ignoresNaN) in [("median", false), ("nanmedian", true)] {
      many(name) { c in
        let x = try c.tensor(0)
        guard let dim = try c.optionalInt(1, "dim") else { return [ignoresNaN ? x.nanmedian() : x.median()] }
        let keepDim = try c.keepDim()
        let r = ignoresNaN ? x.nanmedian(dim: dim, keepDim: keepDim) : x.median(dim: dim, keepDim: keepDim)
        return [r.values, r.indices]
      }
    }
    for (name, consecutive) in [("unique", false), ("unique_consecutive", true)] {
      many(name) { c in
        let x = try c.tensor(0), dim = try c.optionalInt(nil, "dim")
        c.ignore("sorted")
        let r = consecutive ? x.uniqueConsecutiveWithInverse(dim: dim) : x.uniqueWithInverse(dim: dim)
        return [r.values] + (try c.bool(nil, "return_inverse", false) ? [r.inverse] : [])
          + (try c.bool(nil, "return_counts", false) ? [r.counts] : [])
      }
    }
    one("searchsorted") { c in
      try Tensor.searchsorted(
        c.tensor(0), c.tensor(1), outInt32: c.bool(nil, "out_int32", false), right: c.right, sorter: c.optionalTensor(nil, "sorter"))
    }
    one("bucketize") { c in
      try c.tensor(0).bucketize(c.tensor(1), outInt32: c.bool(nil, "out_int32", false), right: c.right)
    }
  }

  private mutating func addScans() {
    one("cumsum") { c in try c.tensor(0).cumsum(dim: c.int(1, "dim"), dtype: c.dtype) }
    one("cumprod") { c in try c.tensor(0).cumprod(dim: c.int(1, "dim"), dtype: c.dtype) }
    // In place the result has the tensor's type, whatever is asked for.
    one("cumsum_") { c in c.ignore("dtype"); return try c.tensor(0).cumsum_(dim: c.int(1, "dim")) }
    one("cumprod_") { c in c.ignore("dtype"); return try c.tensor(0).cumprod_(dim: c.int(1, "dim")) }
    one("logcumsumexp") { c in try c.tensor(0).logcumsumexp(dim: c.int(1, "dim")) }
    for (name, isMax) in [("cummax", true), ("cummin", false)] {
      many(name) { c in
        let x = try c.tensor(0), dim = try c.int(1, "dim")
        let r = isMax ? x.cummax(dim: dim) : x.cummin(dim: dim)
        return [r.values, r.indices]
      }
    }
    one("diff") { c in
      try c.tensor(0).diff(
        c.int(1, "n", 1), dim: c.int(2, "dim", -1), prepend: c.optionalTensor(3, "prepend"), append: c.optionalTensor(4, "append"))
    }
    one("trapezoid") { c in
      if let x = try c.optionalTensor(1, "x") { return try c.tensor(0).trapezoid(x, dim: c.int(nil, "dim", -1)) }
      return try c.tensor(0).trapezoid(dx: c.double(nil, "dx", 1), dim: c.int(nil, "dim", -1))
    }
    one("cumulative_trapezoid") { c in
      if let x = try c.optionalTensor(1, "x") { return try c.tensor(0).cumulativeTrapezoid(x, dim: c.int(nil, "dim", -1)) }
      return try c.tensor(0).cumulativeTrapezoid(dx: c.double(nil, "dx", 1), dim: c.int(nil, "dim", -1))
    }
  }

  private mutating func addStatistics() {
    one("quantile") { c in
      let x = try c.tensor(0)
      return try c.quantile(
        { x.quantile($0, dim: $1, keepDim: $2, interpolation: $3) }, { x.quantile($0, dim: $1, keepDim: $2, interpolation: $3) })
    }
    one("nanquantile") { c in
      let x = try c.tensor(0)
      return try c.quantile(
        { x.nanquantile($0, dim: $1, keepDim: $2, interpolation: $3) }, { x.nanquantile($0, dim: $1, keepDim: $2, interpolation: $3) })
    }
    one("cov") { c in
      try c.tensor(0).cov(
        correction: c.int(nil, "correction", 1), fweights: c.optionalTensor(nil, "fweights"), aweights: c.optionalTensor(nil, "aweights"))
    }
    one("corrcoef") { c in try c.tensor(0).corrcoef() }
    one("bincount") { c in
      try c.tensor(0).bincount(weights: c.optionalTensor(1, "weights"), minlength: c.int(2, "minlength", 0))
    }
    one("histc") { c in
      try c.tensor(0).histc(bins: c.int(1, "bins", 100), min: c.double(2, "min", 0), max: c.double(3, "max", 0))
    }
  }
}
