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
    guard let (view, picks) = basicView(items) else { return standIn() }
    // `x[.all]` is a view too, not the tensor itself.
    if picks.allSatisfy({ $0 == nil }) { return view === self ? applyView(.reshape, self, layout) : view }
    guard let plan = AdvancedIndex(view, picks) else { return standIn() }
    return plan.read()
  }

  package final func setIndex(_ items: [IndexItem], to value: Tensor) {
    if ThreadMode.hasFailed { return }
    guard let (view, picks) = basicView(items) else { return }
    if picks.allSatisfy({ $0 == nil }) {
      // `x[i] += y` hands back the view that it changed already.
      if value.base == view.base && value.layout == view.layout && value.dtype == view.dtype && device == value.device { return }
      view.copy_(value.rank > view.rank ? value.withoutLeadingOnes(to: view.rank) : value)
      return
    }
    guard let plan = AdvancedIndex(view, picks) else { return }
    plan.write(value)
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
      case .tensor(let tensor): consumed += tensor.dtype == .bool ? tensor.rank : 1
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
      case .tensor(let tensor):
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
          guard tensor.dtype.isInteger else {
            fail(TensorError("index", of: self, tensor, rule: "index tensors must be integers or bool, not \(tensor.dtype)"))
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
    for i in 0..<mask.rank where mask.shape[i] != view.shape[dim + i] {
      fail(
        TensorError(
          "index", of: self, mask,
          rule: "the mask's size \(mask.shape[i]) does not match size \(view.shape[dim + i]) at dimension \(dim + i)"))
      return nil
    }
    let positions = mask.nonzero()
    if mask.rank == 0 { return [Tensor.zeros([positions.shape[0]], dtype: .int64, device: device)] }
    return positions.unbind(dim: 1)
  }

  /// The positions of the elements that are not zero, `[count, rank]`, int64 (PyTorch's `nonzero`).
  public func nonzero() -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    let flags = (detach() .!= 0).toArray(as: Bool.self)
    let sizes = Array(shape)
    var numbers: [Int64] = []
    for (position, flag) in flags.enumerated() where flag {
      var rest = position
      var place = [Int64](repeating: 0, count: sizes.count)
      for i in sizes.indices.reversed() {
        place[i] = Int64(rest % sizes[i])
        rest /= sizes[i]
      }
      numbers += place
    }
    let count = flags.lazy.filter { $0 }.count
    return Tensor(numbers, shape: [count, sizes.count]).to(device)
  }

  // MARK: By index tensors

  /// The slices of a dimension that a 1-d index names (PyTorch's `index_select`).
  public func indexSelect(dim: Int, index: Tensor) -> Tensor {
    guard let axis = normalized(dim, "indexSelect") else { return standIn() }
    return apply(.indexSelect(dim: axis), self, index.dtype == .int32 ? index.to(.int64) : index)
  }

  /// `self` with slices added at the index (PyTorch's `index_add`); repeated indices add up.
  public func indexAdd(dim: Int, index: Tensor, _ source: Tensor) -> Tensor {
    guard let axis = normalized(dim, "indexAdd") else { return standIn() }
    return apply(.indexAdd(dim: axis), Operands(self, index, source))
  }
  /// `indexAdd` in place.
  @discardableResult
  public func indexAdd_(dim: Int, index: Tensor, _ source: Tensor) -> Tensor {
    guard let axis = normalized(dim, "indexAdd") else { return standIn() }
    return applyInPlace(.indexAdd(dim: axis), self, index, source)
  }

  /// result[i][j] = self[index[i][j]][j] for dim 0, and so on (PyTorch's `gather`).
  public func gather(dim: Int, index: Tensor) -> Tensor {
    guard let axis = normalized(dim, "gather") else { return standIn() }
    return apply(.gather(dim: axis), self, index)
  }

  /// `self` with self[index[i][j]][j] = source[i][j] for dim 0, and so on (PyTorch's `scatter`).
  public func scatter(dim: Int, index: Tensor, _ source: Tensor) -> Tensor {
    guard let axis = normalized(dim, "scatter") else { return standIn() }
    return apply(.scatter(.replace, dim: axis), Operands(self, index, source))
  }
  /// `self` with source elements added at the index (PyTorch's `scatter_add`).
  public func scatterAdd(dim: Int, index: Tensor, _ source: Tensor) -> Tensor {
    guard let axis = normalized(dim, "scatterAdd") else { return standIn() }
    return apply(.scatter(.add, dim: axis), Operands(self, index, source))
  }
  /// `scatter` in place.
  @discardableResult
  public func scatter_(dim: Int, index: Tensor, _ source: Tensor) -> Tensor {
    guard let axis = normalized(dim, "scatter") else { return standIn() }
    return applyInPlace(.scatter(.replace, dim: axis), self, index, source)
  }
  /// `scatterAdd` in place.
  @discardableResult
  public func scatterAdd_(dim: Int, index: Tensor, _ source: Tensor) -> Tensor {
    guard let axis = normalized(dim, "scatterAdd") else { return standIn() }
    return applyInPlace(.scatter(.add, dim: axis), self, index, source)
  }
}
