// Repeating, turning and shifting.

extension Tensor {
  /// The tensor repeated so many times along each dimension, copied (PyTorch's `repeat`). More counts than dimensions add
  /// leading ones.
  public func `repeat`(_ counts: Int...) -> Tensor { self.repeat(counts) }
  /// ``repeat(_:)-(Int...)`` with the counts as a list.
  public func `repeat`(_ counts: [Int]) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard counts.count >= rank, counts.allSatisfy({ $0 >= 0 }) else {
      return failing(
        TensorError("repeat", of: self, rule: "\(counts) needs one count (not negative) for each of the \(rank) dimensions"))
    }
    let lead = counts.count - rank
    var interleaved: [Int] = [], expanded: [Int] = [], merged: [Int] = []
    for (i, count) in counts.enumerated() {
      let size = i < lead ? 1 : shape[i - lead]
      interleaved += [1, size]
      expanded += [count, size]
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      if overflow { return failing(TensorError("repeat", of: self, rule: "\(counts) times the shape is too large")) }
      merged.append(product)
    }
    // Dimensions of size 1 are dropped: of pairs, fewer than the 64 that a tensor may have remain.
    let kept = expanded.indices.filter { expanded[$0] != 1 }
    let source = reshape(Shape(kept.map { interleaved[$0] })).expand(Shape(kept.map { expanded[$0] }))
    return source.clone().view(Shape(merged))
  }

  /// ``repeat(_:)-(Int...)`` with missing leading counts taken as 1 (PyTorch's `tile`).
  public func tile(_ counts: Int...) -> Tensor { tile(counts) }
  /// ``tile(_:)-(Int...)`` with the counts as a list.
  public func tile(_ counts: [Int]) -> Tensor {
    self.repeat([Int](repeating: 1, count: Swift.max(0, rank - counts.count)) + counts)
  }

  /// Each element repeated in place, along a dimension or flattened (PyTorch's `repeat_interleave`).
  public func repeatInterleave(_ count: Int, dim: Int? = nil) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard count >= 0 else {
      return failing(TensorError("repeatInterleave", of: self, rule: "count \(count) must not be negative"))
    }
    guard !elementCount.multipliedReportingOverflow(by: count).overflow else {
      return failing(TensorError("repeatInterleave", of: self, rule: "\(count) times the elements are too many"))
    }
    guard let dim, rank > 0 else {
      if let dim, normalized(dim, "repeatInterleave") == nil { return standIn() }
      let flat = reshape([elementCount, 1])
      return flat.expand([elementCount, count]).clone().view([elementCount * count])
    }
    guard let axis = normalized(dim, "repeatInterleave") else { return standIn() }
    var expanded = Array(shape)
    expanded.insert(count, at: axis + 1)
    var merged = shape
    let (size, overflows) = shape[axis].multipliedReportingOverflow(by: count)
    if overflows { return failing(TensorError("repeatInterleave", of: self, rule: "\(count) times dimension \(axis) is too large")) }
    merged[axis] = size
    return unsqueeze(axis + 1).expand(Shape(expanded)).clone().view(merged)
  }

  /// Each element repeated as often as its own count says, along a dimension or flattened (PyTorch's
  /// `repeat_interleave`).
  /// - Parameters:
  ///   - counts: int64 or int32, 1-d: one for each element of the dimension, or one for all.
  ///   - outputSize: The sum of the counts, if known; anything else fails.
  public func repeatInterleave(_ counts: Tensor, dim: Int? = nil, outputSize: Int? = nil) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    let source = dim == nil ? flatten() : rank == 0 ? reshape([1]) : self
    guard let axis = source.normalized(dim ?? 0, "repeatInterleave") else { return standIn() }
    let size = source.shape[axis]
    guard counts.rank == 0 || counts.shape == [1] || counts.shape == [size] else {
      return failing(
        TensorError("repeatInterleave", of: self, counts, rule: "needs one count for each of the \(size) elements of dimension \(axis)"))
    }
    let each = counts.elementCount == size ? counts.reshape([size]) : counts.reshape([1]).expand([size])
    let index = Tensor.repeatInterleave(each, outputSize: outputSize)
    return ThreadMode.hasFailed ? standIn() : source.indexSelect(dim: axis, index: index.to(device))
  }

  /// 0 as often as the first count says, 1 as often as the second, … (PyTorch's `torch.repeat_interleave(repeats)`).
  public static func repeatInterleave(_ counts: Tensor, outputSize: Int? = nil) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard counts.rank == 1, counts.dtype == .int64 || counts.dtype == .int32 else {
      return failing(
        TensorError("repeatInterleave", of: counts, rule: "the counts must be a 1-d int64 or int32 tensor, not \(counts.dtype)"))
    }
    let numbers = counts.toArray(as: Int.self)
    if let negative = numbers.first(where: { $0 < 0 }) {
      return failing(TensorError("repeatInterleave", of: counts, rule: "count \(negative) must not be negative"))
    }
    let total = numbers.reduce(0) { $0.addingReportingOverflow($1).overflow ? .max : $0 + $1 }
    guard total <= 1 << 40 else {
      return failing(TensorError("repeatInterleave", of: counts, rule: "the counts add up to \(total), which is too many"))
    }
    guard outputSize == nil || outputSize == total else {
      return failing(TensorError("repeatInterleave", of: counts, rule: "the counts add up to \(total), not to outputSize \(outputSize ?? 0)"))
    }
    var result: [Int] = []
    result.reserveCapacity(total)
    for (position, count) in numbers.enumerated() { result.append(contentsOf: repeatElement(position, count: count)) }
    return Tensor(result, shape: [total]).to(counts.dtype).to(counts.device)
  }

  // MARK: Turning

  /// The elements in reverse order along dimensions (PyTorch's `flip`).
  public func flip(_ dims: Int...) -> Tensor { flip(dims) }
  /// ``flip(_:)-(Int...)`` with the dimensions as a list; an empty one copies.
  public func flip(_ dims: [Int]) -> Tensor {
    if dims.isEmpty { return clone() }
    guard let axes = axes("flip", dims) else { return standIn() }
    return apply(.flip(axes), self)
  }

  /// The columns in reverse order (PyTorch's `fliplr`).
  public func fliplr() -> Tensor {
    if !ThreadMode.hasFailed && rank < 2 {
      return failing(TensorError("fliplr", of: self, rule: "needs at least 2 dimensions, not \(rank)"))
    }
    return flip(1)
  }

  /// The rows in reverse order (PyTorch's `flipud`).
  public func flipud() -> Tensor {
    if !ThreadMode.hasFailed && rank < 1 {
      return failing(TensorError("flipud", of: self, rule: "needs at least 1 dimension"))
    }
    return flip(0)
  }

  /// Turned by 90° k times in the plane of two dimensions, from the first towards the second (PyTorch's `rot90`).
  public func rot90(_ k: Int = 1, dims: [Int] = [0, 1]) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard dims.count == 2, rank >= 2 else {
      return failing(
        TensorError("rot90", of: self, rule: "needs 2 dimensions to turn in, got \(dims) for a tensor of \(rank) dimensions"))
    }
    guard let a = normalized(dims[0], "rot90"), let b = normalized(dims[1], "rot90") else { return standIn() }
    guard a != b else { return failing(TensorError("rot90", of: self, rule: "needs two different dimensions, not \(dims)")) }
    switch (k % 4 + 4) % 4 {
    case 1: return flip(b).transpose(a, b)
    case 2: return flip(a, b)
    case 3: return flip(a).transpose(a, b)
    default: return clone()
    }
  }

  // MARK: Shifting

  /// The elements shifted along a dimension, those that fall off coming back at the other end (PyTorch's `roll`).
  public func roll(_ shift: Int, dim: Int) -> Tensor { roll([shift], dims: [dim]) }
  /// The elements shifted in row-major order, the shape staying (PyTorch's `roll` without `dims`).
  public func roll(_ shift: Int) -> Tensor { flatten().roll([shift], dims: [0]).view(shape) }
  /// ``roll(_:dim:)`` along several dimensions, one shift for each.
  public func roll(_ shifts: [Int], dims: [Int]) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard shifts.count == dims.count, !shifts.isEmpty else {
      return failing(
        TensorError("roll", of: self, rule: "needs one dimension for each shift, got shifts \(shifts) and dimensions \(dims)"))
    }
    var result = self
    for (shift, dim) in zip(shifts, dims) {
      guard let axis = normalized(dim, "roll") else { return standIn() }
      guard rank > 0 else { return failing(TensorError("roll", of: self, rule: "a 0-d tensor has no dimension \(dim)")) }
      let size = shape[axis]
      let turn = size == 0 ? 0 : shift % size
      let start = turn > 0 ? size - turn : -turn
      if start != 0 {
        result = Tensor.cat([result.slice(dim: axis, start: start), result.slice(dim: axis, end: start)], dim: axis)
      }
    }
    return result === self ? clone() : result
  }
}
