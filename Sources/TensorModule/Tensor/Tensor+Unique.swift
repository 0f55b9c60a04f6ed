// Each different element once.

extension Tensor {
  /// The different elements in ascending order (PyTorch's `unique`); along a dimension the different slices, in
  /// lexicographic order. NaN differs from NaN. Gradients go to the first of equal ones. They come sorted with
  /// `sorted: false`, too.
  public func unique(sorted: Bool = true, dim: Int? = nil) -> Tensor {
    guard let items = UniqueItems(self, dim: dim, "unique") else { return standIn() }
    let (sorted, order) = items.sorted
    return items.values(starts: sorted.differsFromPrevious().flatPositions, order: order)
  }

  /// The different elements or slices as of ``unique(sorted:dim:)``, for each element or slice which of them it is, and how
  /// often each occurs (PyTorch's `unique` with `return_inverse`, `return_counts`).
  public func uniqueWithInverse(dim: Int? = nil) -> (values: Tensor, inverse: Tensor, counts: Tensor) {
    guard let items = UniqueItems(self, dim: dim, "unique") else { return (standIn(), standIn(), standIn()) }
    let (sorted, order) = items.sorted
    return items.results(isNew: sorted.differsFromPrevious(), order: order)
  }

  /// The elements, or the slices of a dimension, without those that equal the one before (PyTorch's `unique_consecutive`).
  public func uniqueConsecutive(dim: Int? = nil) -> Tensor {
    guard let items = UniqueItems(self, dim: dim, "uniqueConsecutive") else { return standIn() }
    return items.values(starts: items.differences.flatPositions, order: nil)
  }

  /// The elements or slices as of ``uniqueConsecutive(dim:)``, for each element or slice which of them it is, and how many
  /// each stands for.
  public func uniqueConsecutiveWithInverse(dim: Int? = nil) -> (values: Tensor, inverse: Tensor, counts: Tensor) {
    guard let items = UniqueItems(self, dim: dim, "uniqueConsecutive") else { return (standIn(), standIn(), standIn()) }
    return items.results(isNew: items.differences, order: nil)
  }

  /// True along the first dimension where an element is not what stands before it; the first one is.
  fileprivate final func differsFromPrevious() -> Tensor {
    guard !ThreadMode.hasFailed, shape[0] > 0 else { return self .!= self }
    var first = shape
    first[0] = 1
    return Tensor.cat(
      [Tensor.ones(first, dtype: .bool, device: device), slice(dim: 0, start: 1) .!= slice(dim: 0, end: -1)], dim: 0)
  }

  /// For each row of a matrix a number that orders the rows lexicographically. Columns become ranks, neighbouring columns
  /// pairs of ranks, whose ranks are taken again, until one column is left.
  fileprivate final func lexicographicRanks() -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    let count = shape[0]
    var keys = shape[1] == 0 ? Tensor.zeros([count, 1], dtype: .int64, device: device) : self
    while !ThreadMode.hasFailed {
      let (sorted, order) = keys.sort(dim: 0)
      let ranks = sorted.differsFromPrevious().cumsum(dim: 0)
      keys = Tensor.zeros(ranks.shape, dtype: .int64, device: device).scatter(dim: 0, index: order, ranks)
      let columns = keys.shape[1]
      if columns == 1 || count == 0 { return keys.select(dim: 1, index: 0) }
      let left = keys.slice(dim: 1, step: 2)
      var right = keys.slice(dim: 1, start: 1, step: 2)
      if columns % 2 == 1 { right = Tensor.cat([right, Tensor.zeros([count, 1], dtype: .int64, device: device)], dim: 1) }
      keys = left * (count + 1) + right
    }
    return standIn()
  }
}

/// The elements or slices among which equals are looked for.
private struct UniqueItems {
  let source: Tensor
  /// Nil for the elements of all dimensions.
  let axis: Int?
  /// The elements, or one row a slice.
  let rows: Tensor
  var isFlat: Bool { axis == nil }

  init?(_ x: Tensor, dim: Int?, _ operation: String) {
    source = x
    guard let dim else {
      if ThreadMode.hasFailed { return nil }
      axis = nil
      rows = x.reshape([-1])
      return
    }
    guard let axis = x.normalized(dim, operation) else { return nil }
    guard x.rank > 0 else {
      fail(TensorError(operation, of: x, rule: "a tensor without dimensions has no slices", hint: "leave out dim"))
      return nil
    }
    self.axis = axis
    let moved = x.movedim(axis, 0)
    rows = moved.reshape([moved.shape[0], moved.shape.dropFirst().reduce(1, *)])
  }

  /// The items, or numbers that order them, in ascending order, and where each was.
  var sorted: (values: Tensor, indices: Tensor) {
    let numbers = rows.detachedIfSafe
    return (isFlat ? numbers : numbers.lexicographicRanks()).sort(dim: 0)
  }

  /// True for each item that is not what stands before it.
  var differences: Tensor {
    let differs = rows.detachedIfSafe.differsFromPrevious()
    return isFlat ? differs : differs.any(dim: 1)
  }

  /// The items that begin a group of equals, in order (nil: as they are).
  func values(starts: Tensor, order: Tensor?) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    let first = order.map { $0.indexSelect(dim: 0, index: starts) } ?? starts
    return (isFlat ? rows : source).indexSelect(dim: axis ?? 0, index: first)
  }

  /// From the items in order (nil: as they are), and which of them begin a group of equals.
  func results(isNew: Tensor, order: Tensor?) -> (values: Tensor, inverse: Tensor, counts: Tensor) {
    if ThreadMode.hasFailed { return (standIn(), standIn(), standIn()) }
    let starts = isNew.flatPositions, count = isNew.elementCount
    let values = values(starts: starts, order: order)
    let groups = isNew.cumsum(dim: 0) - 1
    let inverse = order.map { Tensor.zerosLike(groups).indexCopy(dim: 0, index: $0, groups) } ?? groups
    let end = Tensor.full([1], count, dtype: .int64, device: source.device)
    let counts = starts.diff(dim: 0, append: end)
    return (values, isFlat ? inverse.reshape(source.shape) : inverse, starts.elementCount == 0 ? starts : counts)
  }
}
