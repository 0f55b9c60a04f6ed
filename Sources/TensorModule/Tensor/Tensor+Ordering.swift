// Sorting, order statistics and searching. NaN counts as larger than everything.

extension Tensor {
  private final func ordered(_ operation: OrderOperation, _ dim: Int, count: Int = 1) -> (values: Tensor, indices: Tensor) {
    guard let axis = normalized(dim, operation.name) else { return (standIn(), standIn()) }
    let results = applyToAll(.order(operation, dim: axis, count: count), Operands(self), resultCount: 2)
    return (results[0], results[1])
  }
  /// One element of each line, the dimension kept or not.
  private final func chosen(_ operation: OrderOperation, _ dim: Int, _ keepDim: Bool, count: Int = 1) -> (values: Tensor, indices: Tensor) {
    let (values, indices) = ordered(operation, dim, count: count)
    if keepDim || rank == 0 || ThreadMode.hasFailed { return (values, indices) }
    return (values.squeeze(dim), indices.squeeze(dim))
  }

  /// The elements along a dimension in order, and where they were, int64 (PyTorch's `sort`). Equal elements always keep
  /// their order, so `stable` changes nothing.
  public func sort(dim: Int = -1, descending: Bool = false, stable: Bool = true) -> (values: Tensor, indices: Tensor) {
    ordered(descending ? .descending : .ascending, dim)
  }
  /// The positions that would bring the elements along a dimension in order, int64 (PyTorch's `argsort`).
  public func argsort(dim: Int = -1, descending: Bool = false, stable: Bool = true) -> Tensor {
    detachedIfSafe.sort(dim: dim, descending: descending).indices
  }
  /// The elements in order along the first dimension (PyTorch's `msort`).
  public func msort() -> Tensor { sort(dim: 0).values }

  /// The `k` largest or smallest elements along a dimension, the most extreme first, and where they are (PyTorch's `topk`).
  /// `sorted: false` leaves their order open; they come sorted all the same.
  /// Fails if `k` is more than the dimension's size.
  public func topk(_ k: Int, dim: Int = -1, largest: Bool = true, sorted: Bool = true) -> (values: Tensor, indices: Tensor) {
    ordered(largest ? .largest : .smallest, dim, count: k)
  }
  /// The `k`-th smallest element along a dimension, counted from 1, and where it is (PyTorch's `kthvalue`).
  public func kthvalue(_ k: Int, dim: Int = -1, keepDim: Bool = false) -> (values: Tensor, indices: Tensor) {
    chosen(.kthSmallest, dim, keepDim, count: k)
  }
  /// The medians along a dimension and where they are (PyTorch's `median`): the lower one of two. NaN where there is a NaN.
  public func median(dim: Int, keepDim: Bool = false) -> (values: Tensor, indices: Tensor) { chosen(.median, dim, keepDim) }
  /// The medians along a dimension of the elements that are not NaN (PyTorch's `nanmedian`).
  public func nanmedian(dim: Int, keepDim: Bool = false) -> (values: Tensor, indices: Tensor) { chosen(.nanMedian, dim, keepDim) }
  /// The commonest elements along a dimension, the smallest of several, and where they are last (PyTorch's `mode`).
  public func mode(dim: Int = -1, keepDim: Bool = false) -> (values: Tensor, indices: Tensor) { chosen(.mode, dim, keepDim) }

  /// The median of all elements (PyTorch's `median()`): the lower one of two; NaN if there is a NaN or nothing. Equal
  /// elements share the gradient.
  public func median() -> Tensor { middle(.median) }
  /// The median of all elements that are not NaN (PyTorch's `nanmedian()`).
  public func nanmedian() -> Tensor { middle(.nanMedian) }

  private final func middle(_ operation: OrderOperation) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    if elementCount == 0 && dtype.isFloatingPoint {
      return Tensor.full([], Double.nan, dtype: dtype, device: device)
    }
    let flat = reshape([-1])
    let result = flat.detachedIfSafe.chosen(operation, 0, false).values
    guard Recording.records(flags, ThreadMode.current) else { return result }
    // The largest of those that equal it: the same number, and its gradient is shared.
    let equals = (flat.detach() .== result).logicalOr(flat.detach().isNaN().logicalAnd(result.isNaN()))
    let members = flat.maskedSelect(equals)
    return result.isNaN().item(as: Bool.self) ? members.mean() : members.amax()
  }

  /// Outside of the tape, where the derivative is of no use. (A stand-in stays one.)
  final var detachedIfSafe: Tensor { flags.contains(.standIn) || ThreadMode.hasFailed ? self : detach() }

  // MARK: Searching

  /// For each value its place in the sorted sequence along the last dimension (PyTorch's `searchsorted`): the number of
  /// elements before it, int64, or int32 if `outInt32`. `right`: after its equals instead of before them. The sequence has
  /// one dimension or the values' sizes in all but the last. `sorter`: positions that sort a sequence that is not.
  public static func searchsorted(
    _ sortedSequence: Tensor, _ values: Tensor, outInt32: Bool = false, right: Bool = false, sorter: Tensor? = nil
  ) -> Tensor {
    var sequence = sortedSequence
    if let sorter {
      guard sorter.shape == sequence.shape else {
        return failing(TensorError("searchsorted", of: sequence, sorter, rule: "the sorter must have the sequence's shape"))
      }
      sequence = sequence.gather(dim: -1, index: sorter)
    }
    return apply(.searchSorted(right: right, outInt32 ? .int32 : .int64), sequence, values)
  }
  /// The place of one number.
  public static func searchsorted(
    _ sortedSequence: Tensor, _ value: some TensorScalar, outInt32: Bool = false, right: Bool = false, sorter: Tensor? = nil
  ) -> Tensor {
    guard sortedSequence.rank == 1 else {
      return failing(TensorError("searchsorted", of: sortedSequence, rule: "one number is searched for in a sequence of one dimension"))
    }
    let values = Tensor.full([], value, dtype: sortedSequence.dtype, device: sortedSequence.device)
    return searchsorted(sortedSequence, values, outInt32: outInt32, right: right, sorter: sorter)
  }
  /// For each element the number of the interval between sorted boundaries that it falls into (PyTorch's `bucketize`):
  /// boundaries[i - 1] < x ≤ boundaries[i], or, if `right`, boundaries[i - 1] ≤ x < boundaries[i].
  public func bucketize(_ boundaries: Tensor, outInt32: Bool = false, right: Bool = false) -> Tensor {
    guard boundaries.rank == 1 else {
      return failing(TensorError("bucketize", of: self, boundaries, rule: "the boundaries must have one dimension, not \(boundaries.rank)"))
    }
    return Tensor.searchsorted(boundaries, self, outInt32: outInt32, right: right)
  }
}
