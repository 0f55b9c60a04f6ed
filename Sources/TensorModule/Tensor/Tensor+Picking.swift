// Elements picked by index tensors and masks. Indices are int64 or int32.

extension Tensor {
  /// Indices as the kernels take them.
  final var asIndex: Tensor { dtype == .int32 ? to(.int64) : self }

  /// The slices of a dimension that a 1-d index names (PyTorch's `index_select`). An index out of range fails.
  public func indexSelect(dim: Int, index: Tensor) -> Tensor {
    guard let axis = normalized(dim, "indexSelect") else { return standIn() }
    return apply(.indexSelect(dim: axis), self, index.asIndex)
  }

  /// result[i][j] = self[index[i][j]][j] for dim 0, and so on (PyTorch's `gather`). The index has the tensor's rank and may
  /// be smaller in the other dimensions.
  public func gather(dim: Int, index: Tensor) -> Tensor {
    guard let axis = normalized(dim, "gather") else { return standIn() }
    // No index picks nothing, of whatever shape; a number counts as one dimension.
    if index.elementCount == 0 { return apply(.indexSelect(dim: 0), reshape([-1]), Tensor.zeros([0], dtype: .int64, device: device)).reshape(index.shape) }
    if rank == 0 && index.rank == 1 { return reshape([1]).gather(dim: 0, index: index) }
    if rank == 1 && index.rank == 0 { return gather(dim: 0, index: index.reshape([1])).reshape([]) }
    return apply(.gather(dim: axis), self, index.asIndex)
  }

  /// `gather` whose index and tensor broadcast in the other dimensions (PyTorch's `take_along_dim`); negative indices
  /// count from the end; without a dimension it is an index into all elements.
  public func takeAlongDim(_ index: Tensor, dim: Int? = nil) -> Tensor {
    guard let dim else { return reshape([-1]).takeAlongDim(index.reshape([-1]), dim: 0) }
    guard let axis = normalized(dim, "takeAlongDim") else { return standIn() }
    guard rank == index.rank else {
      return failing(
        TensorError("takeAlongDim", of: self, index, rule: "the index has \(index.rank) dimensions, the tensor \(rank)"))
    }
    var own = shape, its = index.shape
    if rank > 0 { own[axis] = 1 }
    if rank > 0 { its[axis] = 1 }
    guard var common = broadcastShape(own, its) else { return failing(.broadcast(operation: "takeAlongDim", self, index)) }
    var wanted = common
    if rank > 0 {
      common[axis] = shape[axis]
      wanted[axis] = index.shape[axis]
    }
    guard let positions = index.asIndex.positions(in: rank == 0 ? 1 : shape[axis], "takeAlongDim", dim: axis, of: self) else {
      return standIn()
    }
    return expand(common).gather(dim: axis, index: positions.expand(wanted))
  }

  /// The elements at row-major positions, in the index's shape; negative ones count from the end (PyTorch's `take`).
  public func take(_ index: Tensor) -> Tensor {
    guard index.dtype == .int64 || index.dtype == .int32 else {
      return failing(TensorError("take", of: self, index, rule: "the index must be int64, not \(index.dtype)"))
    }
    guard let positions = index.asIndex.positions(in: elementCount, "take", dim: 0, of: self) else { return standIn() }
    return reshape([-1]).indexSelect(dim: 0, index: positions.reshape([-1])).reshape(index.shape)
  }

  /// The elements where the mask is true, in row-major order, one dimension (PyTorch's `masked_select`). Tensor and mask
  /// broadcast.
  public func maskedSelect(_ mask: Tensor) -> Tensor {
    guard mask.dtype == .bool else {
      return failing(TensorError("maskedSelect", of: self, mask, rule: "the mask must be bool, not \(mask.dtype)", hint: "compare it: mask .!= 0"))
    }
    guard let common = broadcastShape(shape, mask.shape) else { return failing(.broadcast(operation: "maskedSelect", self, mask)) }
    return expand(common).reshape([-1]).indexSelect(dim: 0, index: mask.expand(common).flatPositions)
  }

  /// True for each element that is among those of `test` (PyTorch's `isin`), or is not, if `invert`. NaN is among nothing.
  public func isin(_ test: Tensor, invert: Bool = false) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    if test.elementCount == 0 { return Tensor.full(shape, invert, dtype: .bool, device: device) }
    let type = DType.promoted(dtype, test.dtype)
    let known = test.detachedIfSafe.to(type).reshape([-1]).sort().values, values = detachedIfSafe.to(type)
    let places = Tensor.searchsorted(known, values).reshape([-1])
    let nearest = known.indexSelect(dim: 0, index: places.minimum(known.shape[0] - 1)).reshape(shape)
    return invert ? nearest .!= values : nearest .== values
  }
  /// The same with one number.
  public func isin(_ test: some TensorScalar, invert: Bool = false) -> Tensor {
    let number = Tensor.wrapped(test)
    return invert ? detachedIfSafe .!= number : detachedIfSafe .== number
  }

  /// Row-major positions in a tensor of a shape as one index tensor a dimension (PyTorch's `unravel_index`).
  public func unravelIndex(_ shape: Shape) -> [Tensor] {
    let count = shape.elementCount
    guard dtype.isInteger else {
      fail(TensorError("unravelIndex", of: self, rule: "positions must be integers, not \(dtype)"))
      return shape.map { _ in standIn() }
    }
    var rest = to(.int64)
    if elementCount > 0, !ThreadMode.hasFailed {
      let low = rest.min().item(as: Int.self), high = rest.max().item(as: Int.self)
      guard low >= 0, high < count else {
        fail(TensorError("unravelIndex", of: self, rule: "position \(low < 0 ? low : high) is out of range for shape \(shape.tupleDescription)"))
        return shape.map { _ in standIn() }
      }
    }
    var result: [Tensor] = []
    for size in shape.reversed() {
      result.append(rest.remainder(size))
      rest = rest.floorDivide(size)
    }
    return result.reversed()
  }
}
