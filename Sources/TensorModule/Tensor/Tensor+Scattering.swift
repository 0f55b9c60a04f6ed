// Elements written at the places that index tensors and masks name. Each has a variant that gives a new tensor and one in
// place; source and target have one type.

/// How several numbers that go to one place are combined (PyTorch's `reduce`).
public enum ScatterReduction: Sendable {
  /// Added up (PyTorch's `"sum"`, `"add"`).
  case sum
  /// Multiplied (PyTorch's `"prod"`, `"multiply"`).
  case prod
  /// Averaged; integers round down.
  case mean
  /// The largest.
  case amax
  /// The smallest.
  case amin

  var operation: ScatterOperation {
    switch self {
    case .sum, .mean: .add
    case .prod: .multiply
    case .amax: .maximum
    case .amin: .minimum
    }
  }

  /// The number that changes nothing.
  func identity(_ dtype: DType) -> Scalar {
    switch self {
    case .sum, .mean: .integer(0)
    case .prod: .integer(1)
    case .amax: dtype.isFloatingPoint ? .floating(-.infinity) : .integer(dtype.leastInteger)
    case .amin: dtype.isFloatingPoint ? .floating(.infinity) : .integer(dtype.greatestInteger)
    }
  }
}

extension DType {
  fileprivate var leastInteger: Int64 {
    switch self {
    case .int8: Int64(Int8.min)
    case .int16: Int64(Int16.min)
    case .int32: Int64(Int32.min)
    case .int64: .min
    default: 0
    }
  }
  fileprivate var greatestInteger: Int64 {
    switch self {
    case .int8: Int64(Int8.max)
    case .int16: Int64(Int16.max)
    case .int32: Int64(Int32.max)
    case .int64: .max
    case .uint8: Int64(UInt8.max)
    default: 1
    }
  }
}

// MARK: - Slices of a dimension

extension Tensor {
  private final func number(_ value: some TensorScalar, _ shape: Shape) -> Tensor {
    Tensor.wrapped(value).to(dtype).to(device).expand(shape)
  }

  /// The shape of a dimension's slices that an index names.
  private final func slicesShape(_ axis: Int, _ index: Tensor) -> Shape {
    var result = shape
    if rank > 0 { result[axis] = index.elementCount }
    return result
  }

  private final func scaled(_ source: Tensor, _ alpha: Double) -> Tensor {
    if alpha == 1 { return source }
    if source.dtype.isFloatingPoint { return source * alpha }
    guard let whole = Int64(exactly: alpha.rounded(.towardZero)) else {
      return failing(TensorError("indexAdd", of: self, source, rule: "alpha \(alpha) has no value as an integer of 64 bits"))
    }
    return source * whole
  }

  /// `self` with `alpha` times slices added at the index (PyTorch's `index_add`); repeated indices add up.
  public func indexAdd(dim: Int, index: Tensor, _ source: Tensor, alpha: Double = 1) -> Tensor {
    guard let axis = normalized(dim, "indexAdd") else { return standIn() }
    return apply(.indexScatter(.add, dim: axis), Operands(self, index.asIndex, scaled(source, alpha)))
  }
  /// `indexAdd` in place.
  @discardableResult
  public func indexAdd_(dim: Int, index: Tensor, _ source: Tensor, alpha: Double = 1) -> Tensor {
    guard let axis = normalized(dim, "indexAdd") else { return standIn() }
    return applyInPlace(.indexScatter(.add, dim: axis), self, index.asIndex, scaled(source, alpha))
  }

  /// `self` with slices replaced at the index (PyTorch's `index_copy`); of repeated ones the last stays.
  public func indexCopy(dim: Int, index: Tensor, _ source: Tensor) -> Tensor {
    guard let axis = normalized(dim, "indexCopy") else { return standIn() }
    return apply(.indexScatter(.replace, dim: axis), Operands(self, index.asIndex, source))
  }
  /// `indexCopy` in place.
  @discardableResult
  public func indexCopy_(dim: Int, index: Tensor, _ source: Tensor) -> Tensor {
    guard let axis = normalized(dim, "indexCopy") else { return standIn() }
    return applyInPlace(.indexScatter(.replace, dim: axis), self, index.asIndex, source)
  }

  /// `self` with slices filled with a number at the index (PyTorch's `index_fill`).
  public func indexFill(dim: Int, index: Tensor, _ value: some TensorScalar) -> Tensor {
    guard let axis = normalized(dim, "indexFill") else { return standIn() }
    return indexCopy(dim: axis, index: index, number(value, slicesShape(axis, index)))
  }
  /// The same with a tensor of no dimensions.
  public func indexFill(dim: Int, index: Tensor, _ value: Tensor) -> Tensor {
    guard let axis = normalized(dim, "indexFill") else { return standIn() }
    let filler = filler("indexFill", value)
    guard filler.flags.contains(.tracked) else {
      return indexCopy(dim: axis, index: index, filler.expand(slicesShape(axis, index)))
    }
    // By a mask: the value's gradient counts each place once, however often the index names it.
    let slices = rank == 0 ? Tensor.zeros([1], dtype: .bool, device: device) : Tensor.zeros([shape[axis]], dtype: .bool, device: device)
    var mask = slices.indexFill(dim: 0, index: index, true)
    if rank == 0 { mask = mask.squeeze(0) }
    for _ in Swift.min(axis + 1, rank)..<rank { mask = mask.unsqueeze(-1) }
    return apply(.ternary(.select), Operands(mask, filler, self))
  }
  /// `indexFill` in place.
  @discardableResult
  public func indexFill_(dim: Int, index: Tensor, _ value: some TensorScalar) -> Tensor {
    guard let axis = normalized(dim, "indexFill") else { return standIn() }
    return indexCopy_(dim: axis, index: index, number(value, slicesShape(axis, index)))
  }
  /// The same with a tensor of no dimensions.
  @discardableResult
  public func indexFill_(dim: Int, index: Tensor, _ value: Tensor) -> Tensor {
    guard let axis = normalized(dim, "indexFill") else { return standIn() }
    if value.flags.contains(.tracked) { return copy_(indexFill(dim: axis, index: index, value)) }
    return indexCopy_(dim: axis, index: index, filler("indexFill", value).expand(slicesShape(axis, index)))
  }

  /// One element to fill with, in this tensor's type.
  private final func filler(_ operation: String, _ value: Tensor) -> Tensor {
    guard value.rank == 0 else {
      return failing(TensorError(operation, of: self, value, rule: "the value must have no dimensions, not \(value.rank)"))
    }
    return value.to(dtype).to(device)
  }

  /// `self` with slices combined in at the index (PyTorch's `index_reduce`). Without `includeSelf` what was there before
  /// does not count.
  public func indexReduce(
    dim: Int, index: Tensor, _ source: Tensor, _ reduction: ScatterReduction, includeSelf: Bool = true
  ) -> Tensor {
    guard let axis = normalized(dim, "indexReduce") else { return standIn() }
    return reduced(reduction, includeSelf, source) { operation, target, source in
      apply(.indexScatter(operation, dim: axis), Operands(target, index.asIndex, source))
    }
  }
  /// `indexReduce` in place.
  @discardableResult
  public func indexReduce_(
    dim: Int, index: Tensor, _ source: Tensor, _ reduction: ScatterReduction, includeSelf: Bool = true
  ) -> Tensor { copy_(indexReduce(dim: dim, index: index, source, reduction, includeSelf: includeSelf)) }

  /// A combining write from plain ones: what is there is replaced by the number that changes nothing if it does not count;
  /// means are sums over counts.
  private final func reduced(
    _ reduction: ScatterReduction, _ includeSelf: Bool, _ source: Tensor,
    _ write: (_ operation: ScatterOperation, _ target: Tensor, _ source: Tensor) -> Tensor
  ) -> Tensor {
    var target = self
    if !includeSelf {
      let identity = Tensor.wrapped(reduction.identity(dtype)).to(dtype).to(device)
      target = write(.replace, self, identity.expand(source.shape))
    }
    // Half precisions are rounded after the division, once.
    let type = reduction == .mean ? dtype.computeType : dtype
    let total = write(reduction.operation, target.to(type), source.dtype == dtype ? source.to(type) : source)
    guard reduction == .mean, !ThreadMode.hasFailed else { return total }
    let ones = Tensor.ones(source.shape, dtype: type, device: device)
    let own = includeSelf ? Tensor.ones(shape, dtype: type, device: device) : Tensor.zeros(shape, dtype: type, device: device)
    let counted = write(.add, own, ones)
    let count = Tensor.where(counted .== 0, 1, counted)
    return (dtype.isFloatingPoint ? total / count : total.floorDivide(count)).to(dtype)
  }
}

// MARK: - Elements

extension Tensor {
  private final func scatter(_ operation: ScatterOperation, _ dim: Int, _ index: Tensor, _ source: Tensor) -> Tensor {
    guard let axis = normalized(dim, "scatter") else { return standIn() }
    if index.elementCount == 0 { return clone() }
    if rank == 0 && index.rank == 1 { return reshape([1]).scatter(operation, 0, index, source).reshape([]) }
    if rank == 1 && index.rank == 0 { return scatter(operation, 0, index.reshape([1]), source.rank == 0 ? source.reshape([1]) : source) }
    return apply(.scatter(operation, dim: axis), Operands(self, index.asIndex, source))
  }
  private final func scatterInPlace(_ operation: ScatterOperation, _ dim: Int, _ index: Tensor, _ source: Tensor) -> Tensor {
    guard let axis = normalized(dim, "scatter") else { return standIn() }
    if Swift.max(rank, 1) == Swift.max(index.rank, 1) && rank != index.rank || index.elementCount == 0 {
      return copy_(scatter(operation, axis, index, source))
    }
    return applyInPlace(.scatter(operation, dim: axis), self, index.asIndex, source)
  }

  /// `self` with self[index[i][j]][j] = source[i][j] for dim 0, and so on (PyTorch's `scatter`). The source may be larger
  /// than the index; an index without elements writes nothing. Of several elements for one place the last stays.
  public func scatter(dim: Int, index: Tensor, _ source: Tensor) -> Tensor { scatter(.replace, dim, index, source) }
  /// `self` with a number written at the index.
  public func scatter(dim: Int, index: Tensor, _ value: some TensorScalar) -> Tensor {
    scatter(.replace, dim, index, number(value, index.shape))
  }
  /// `self` with source elements combined in at the index (PyTorch's `scatter(reduce=)`).
  public func scatter(dim: Int, index: Tensor, _ source: Tensor, reduce: ScatterReduction) -> Tensor {
    scatterReduce(dim: dim, index: index, source, reduce)
  }
  /// `self` with a number combined in at the index.
  public func scatter(dim: Int, index: Tensor, _ value: some TensorScalar, reduce: ScatterReduction) -> Tensor {
    scatterReduce(dim: dim, index: index, number(value, index.shape), reduce)
  }
  /// `scatter` in place.
  @discardableResult
  public func scatter_(dim: Int, index: Tensor, _ source: Tensor) -> Tensor { scatterInPlace(.replace, dim, index, source) }
  /// `scatter` of a number, in place.
  @discardableResult
  public func scatter_(dim: Int, index: Tensor, _ value: some TensorScalar) -> Tensor {
    scatterInPlace(.replace, dim, index, number(value, index.shape))
  }
  /// `scatter` with a reduction, in place.
  @discardableResult
  public func scatter_(dim: Int, index: Tensor, _ source: Tensor, reduce: ScatterReduction) -> Tensor {
    scatterReduce_(dim: dim, index: index, source, reduce)
  }
  /// `scatter` of a number with a reduction, in place.
  @discardableResult
  public func scatter_(dim: Int, index: Tensor, _ value: some TensorScalar, reduce: ScatterReduction) -> Tensor {
    scatterReduce_(dim: dim, index: index, number(value, index.shape), reduce)
  }

  /// `self` with source elements added at the index (PyTorch's `scatter_add`).
  public func scatterAdd(dim: Int, index: Tensor, _ source: Tensor) -> Tensor { scatter(.add, dim, index, source) }
  /// `scatterAdd` in place.
  @discardableResult
  public func scatterAdd_(dim: Int, index: Tensor, _ source: Tensor) -> Tensor { scatterInPlace(.add, dim, index, source) }

  /// `self` with source elements combined in at the index (PyTorch's `scatter_reduce`). Without `includeSelf` what was
  /// there before does not count.
  public func scatterReduce(
    dim: Int, index: Tensor, _ source: Tensor, _ reduction: ScatterReduction, includeSelf: Bool = true
  ) -> Tensor {
    reduced(reduction, includeSelf, source) { operation, target, source in target.scatter(operation, dim, index, source) }
  }
  /// `scatterReduce` in place.
  @discardableResult
  public func scatterReduce_(
    dim: Int, index: Tensor, _ source: Tensor, _ reduction: ScatterReduction, includeSelf: Bool = true
  ) -> Tensor {
    if includeSelf && reduction != .mean { return scatterInPlace(reduction.operation, dim, index, source) }
    return copy_(scatterReduce(dim: dim, index: index, source, reduction, includeSelf: includeSelf))
  }

  /// `self` with values at an index, one item a dimension as in `x[…]` (PyTorch's `index_put`): written, or added if
  /// `accumulate`.
  public func indexPut(_ indices: [any TensorIndex], _ values: Tensor, accumulate: Bool = false) -> Tensor {
    clone().indexPut_(indices, values, accumulate: accumulate)
  }
  /// `indexPut` in place.
  @discardableResult
  public func indexPut_(_ indices: [any TensorIndex], _ values: Tensor, accumulate: Bool = false) -> Tensor {
    setIndex(indices.map(\.asIndexItem), to: values, accumulates: accumulate)
    return ThreadMode.hasFailed ? standIn() : self
  }

  /// `self` with elements at row-major positions written, or added if `accumulate` (PyTorch's `put`). The source has as many
  /// elements as the index.
  public func put(_ index: Tensor, _ source: Tensor, accumulate: Bool = false) -> Tensor {
    guard index.dtype == .int64 || index.dtype == .int32 else {
      return failing(TensorError("put", of: self, index, rule: "the index must be int64, not \(index.dtype)"))
    }
    guard index.elementCount == source.elementCount else {
      return failing(TensorError("put", of: self, index, source, rule: "index and source must have equally many elements"))
    }
    guard let positions = index.asIndex.positions(in: elementCount, "put", dim: 0, of: self) else { return standIn() }
    let written = apply(
      .indexScatter(accumulate ? .add : .replace, dim: 0),
      Operands(reshape([-1]), positions.reshape([-1]), source.reshape([-1])))
    return written.reshape(shape)
  }
  /// `put` in place.
  @discardableResult
  public func put_(_ index: Tensor, _ source: Tensor, accumulate: Bool = false) -> Tensor {
    copy_(put(index, source, accumulate: accumulate))
  }
}

// MARK: - Masks and views

extension Tensor {
  /// `self` with `value`, of no dimensions, where the mask is true (PyTorch's `masked_fill`).
  public func maskedFill(_ mask: Tensor, _ value: Tensor) -> Tensor {
    apply(.ternary(.select), Operands(mask, filler("maskedFill", value), self))
  }
  /// `maskedFill` in place.
  @discardableResult
  public func maskedFill_(_ mask: Tensor, _ value: Tensor) -> Tensor { copy_(maskedFill(mask, value)) }

  /// `self` with the elements where the mask is true replaced by the source's, in order (PyTorch's `masked_scatter`). Tensor
  /// and mask broadcast. Fails if the source has too few.
  public func maskedScatter(_ mask: Tensor, _ source: Tensor) -> Tensor {
    guard mask.dtype == .bool else {
      return failing(TensorError("maskedScatter", of: self, mask, rule: "the mask must be bool, not \(mask.dtype)", hint: "compare it: mask .!= 0"))
    }
    guard source.dtype == dtype else {
      return failing(TensorError("maskedScatter", of: self, mask, source, rule: "target is \(dtype), source \(source.dtype)"))
    }
    guard let common = broadcastShape(shape, mask.shape) else { return failing(.broadcast(operation: "maskedScatter", self, mask)) }
    let positions = mask.expand(common).flatPositions
    let count = positions.shape[0]
    guard count <= source.elementCount else {
      return failing(
        TensorError("maskedScatter", of: self, mask, source, rule: "the mask has \(count) true elements, the source only \(source.elementCount)"))
    }
    let values = source.reshape([-1]).narrow(dim: 0, start: 0, length: count)
    return expand(common).reshape([-1]).indexCopy(dim: 0, index: positions, values).reshape(common)
  }
  /// `maskedScatter` in place.
  @discardableResult
  public func maskedScatter_(_ mask: Tensor, _ source: Tensor) -> Tensor { copy_(maskedScatter(mask, source)) }

  /// A copy in which the view that `part` gives is replaced by `source`, of the view's shape.
  private final func replacing(_ operation: String, _ source: Tensor, _ part: (Tensor) -> Tensor) -> Tensor {
    let result = clone()
    let view = part(result)
    if ThreadMode.hasFailed { return standIn() }
    guard view.shape == source.shape else {
      return failing(TensorError(operation, of: self, source, rule: "the source must have the shape \(view.shape.tupleDescription) of what it replaces"))
    }
    view.copy_(source)
    return ThreadMode.hasFailed ? standIn() : result
  }
  /// `self` with one slice of a dimension replaced (PyTorch's `select_scatter`).
  public func selectScatter(_ source: Tensor, dim: Int, index: Int) -> Tensor {
    replacing("selectScatter", source) { $0.select(dim: dim, index: index) }
  }
  /// `self` with the elements of a slice replaced (PyTorch's `slice_scatter`).
  public func sliceScatter(_ source: Tensor, dim: Int = 0, start: Int? = nil, end: Int? = nil, step: Int = 1) -> Tensor {
    replacing("sliceScatter", source) { $0.slice(dim: dim, start: start, end: end, step: step) }
  }
  /// `self` with a diagonal replaced (PyTorch's `diagonal_scatter`).
  public func diagonalScatter(_ source: Tensor, offset: Int = 0, dim1: Int = 0, dim2: Int = 1) -> Tensor {
    replacing("diagonalScatter", source) { $0.diagonal(offset: offset, dim1: dim1, dim2: dim2) }
  }
}
