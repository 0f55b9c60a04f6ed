// `x[…]`, reading and writing, with NumPy's rules as PyTorch has them.

extension Tensor {
  /// The part of the tensor that the index names. Integers, slices, `.newAxis` and `.ellipsis` give a view; tensors,
  /// arrays and masks a copy. Assigning writes the elements, broadcast, in place.
  ///
  /// ```swift
  /// x[0]                      // the first row
  /// x[1..., .newAxis]         // rows from the second, with a new dimension
  /// x[.ellipsis, -1]          // the last column
  /// x[x .> 0]                 // the positive elements
  /// x[0, .slice(1, -1)] = Tensor(0)
  /// ```
  public subscript(_ indices: any TensorIndex...) -> Tensor {
    get { index(indices.map(\.asIndexItem)) }
    set { setIndex(indices.map(\.asIndexItem), to: newValue) }
  }

  package final func index(_ items: [IndexItem]) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    if let mask = onlyMask(items) {
      guard accepts(mask, at: 0) else { return standIn() }
      let rows = mask.rank == 1 ? self : flatten(startDim: 0, endDim: mask.rank - 1)
      return rows.indexSelect(dim: 0, index: mask.flatPositions)
    }
    guard let (view, picks) = basicView(items) else { return standIn() }
    // `x[.all]` is a view too, not the tensor itself.
    if picks.allSatisfy({ $0 == nil }) { return view === self ? applyView(.reshape, self, layout) : view }
    guard let plan = AdvancedIndex(view, picks) else { return standIn() }
    return plan.read()
  }

  /// Writes (or adds, if `accumulates`) at the index.
  package final func setIndex(_ items: [IndexItem], to value: Tensor, accumulates: Bool = false) {
    if ThreadMode.hasFailed { return }
    if !accumulates, value.rank == 0, let mask = onlyMask(items) {
      guard accepts(mask, at: 0) else { return }
      let aligned = mask.reshape(Shape(Array(mask.shape) + Array(repeating: 1, count: rank - mask.rank)))
      copy_(apply(.ternary(.select), Operands(aligned, value.to(dtype).to(device), self)))
      return
    }
    guard let (view, picks) = basicView(items) else { return }
    if picks.allSatisfy({ $0 == nil }) {
      // `x[i] += y` hands back the view that it changed already.
      if value.base == view.base && value.layout == view.layout && value.dtype == view.dtype && device == value.device { return }
      let aligned = value.rank > view.rank ? value.withoutLeadingOnes(to: view.rank) : value
      if accumulates { view.add_(aligned) } else { view.copy_(aligned) }
      return
    }
    guard let plan = AdvancedIndex(view, picks) else { return }
    plan.write(value, accumulates ? .add : .replace)
  }

  /// Leading sizes of 1 dropped: an assigned value may have more of them than its place.
  private final func withoutLeadingOnes(to rank: Int) -> Tensor {
    var result = self
    while result.rank > rank && result.shape[0] == 1 { result = result.squeeze(0) }
    return result
  }

  /// The view that integers, slices and new dimensions give, with the index tensors beside its dimensions.
  private final func basicView(_ items: [IndexItem]) -> (view: Tensor, picks: [Tensor?])? {
    var consumed = 0, hasEllipsis = false
    for item in items {
      switch item.kind {
      case .integer, .slice: consumed += 1
      case .tensor(let tensor): consumed += tensor.dtype == .bool || tensor.dtype == .uint8 ? tensor.rank : 1
      case .ellipsis: hasEllipsis = true
      case .newAxis: break
      }
    }
    guard consumed <= rank else {
      fail(TensorError("index", of: self, rule: "\(consumed) indices for a tensor of \(rank) dimensions"))
      return nil
    }
    var view = self
    var picks: [Tensor?] = []
    var dim = 0
    for item in items + (hasEllipsis ? [] : [IndexItem(.ellipsis)]) {
      switch item.kind {
      case .integer(let position):
        view = view.select(dim: dim, index: position)
      case .slice(let start, let end, let step):
        if start != nil || end != nil || step != 1 { view = view.slice(dim: dim, start: start, end: end, step: step) }
        picks.append(nil)
        dim += 1
      case .newAxis:
        view = view.unsqueeze(dim)
        picks.append(nil)
        dim += 1
      case .ellipsis:
        // The first ellipsis takes all that is left; a second one nothing.
        let count = rank - consumed
        picks += [Tensor?](repeating: nil, count: count)
        dim += count
        consumed = rank
      case .tensor(let index):
        // As in PyTorch an index of uint8 is a mask.
        let tensor = index.dtype == .uint8 ? index .!= 0 : index
        if tensor.dtype == .bool {
          guard let positions = maskPositions(tensor, in: view, at: dim) else { return nil }
          if tensor.rank == 0 {
            view = view.unsqueeze(dim)
            picks.append(positions[0])
            dim += 1
          }
          if tensor.rank > 0 {
            picks += positions.map { $0 }
            dim += tensor.rank
          }
        } else {
          guard tensor.dtype == .int64 || tensor.dtype == .int32 else {
            fail(TensorError("index", of: self, tensor, rule: "index tensors must be int64, int32, uint8 or bool, not \(tensor.dtype)"))
            return nil
          }
          picks.append(tensor.to(.int64))
          dim += 1
        }
      }
      if ThreadMode.hasFailed { return nil }
    }
    return (view, picks)
  }

  /// A mask as one index tensor for each of its dimensions.
  private final func maskPositions(_ mask: Tensor, in view: Tensor, at dim: Int) -> [Tensor]? {
    guard view.accepts(mask, at: dim) else { return nil }
    let positions = mask.nonzero()
    if mask.rank == 0 { return [Tensor.zeros([positions.shape[0]], dtype: .int64, device: device)] }
    return positions.unbind(dim: 1)
  }

  /// False, after failing, if a mask's sizes are not those of the dimensions that it stands for.
  private final func accepts(_ mask: Tensor, at dim: Int) -> Bool {
    for i in 0..<mask.rank where mask.shape[i] != shape[dim + i] {
      fail(
        TensorError(
          "index", of: self, mask,
          rule: "the mask's size \(mask.shape[i]) does not match size \(shape[dim + i]) at dimension \(dim + i)"))
      return false
    }
    return true
  }

  /// The mask, if it is the whole index.
  private final func onlyMask(_ items: [IndexItem]) -> Tensor? {
    guard items.count == 1, case .tensor(let mask) = items[0].kind, mask.rank > 0, mask.rank <= rank,
      mask.dtype == .bool || mask.dtype == .uint8
    else { return nil }
    return mask.dtype == .bool ? mask : mask .!= 0
  }

  /// The positions of the elements that are not zero, `[count, rank]`, int64, in row-major order (PyTorch's `nonzero`).
  public func nonzero() -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    let plain = detachedIfSafe
    return apply(.nonzero(count: plain.countNonZero().item(as: Int.self)), plain)
  }
  /// The same as one tensor of positions a dimension, as an index takes them (PyTorch's `nonzero(as_tuple=True)`).
  public func nonzeroTuple() -> [Tensor] { (rank == 0 ? unsqueeze(0) : self).nonzero().unbind(dim: 1) }
  /// PyTorch's `argwhere`, another name of ``nonzero()``.
  public func argwhere() -> Tensor { nonzero() }
}
