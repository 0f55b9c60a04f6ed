// Cutting into views along a dimension.

extension Tensor {
  /// Views of at most `size` elements each along a dimension (PyTorch's `split`).
  public func split(_ size: Int, dim: Int = 0) -> [Tensor] {
    guard let axis = splitDim("split", dim) else { return [standIn()] }
    let total = shape[axis]
    guard size > 0 || (size == 0 && total == 0) else {
      return [
        failing(
          TensorError(
            "split", of: self,
            rule: size < 0 ? "size \(size) must not be negative" : "a size of 0 cannot cut \(total) elements"))
      ]
    }
    if total == 0 { return [slice(dim: axis)] }
    let length = Swift.min(size, total)
    return Swift.stride(from: 0, to: total, by: length).map { slice(dim: axis, start: $0, end: Swift.min($0 + length, total)) }
  }

  /// Views of the given sizes along a dimension (PyTorch's `split` with a list, `split_with_sizes`).
  public func split(_ sizes: [Int], dim: Int = 0) -> [Tensor] {
    guard let axis = splitDim("split", dim) else { return sizes.map { _ in standIn() } }
    guard sizes.allSatisfy({ $0 >= 0 && $0 <= shape[axis] }), sizes.reduce(0, &+) == shape[axis] else {
      fail(TensorError("split", of: self, rule: "sizes \(sizes) must add up to \(shape[axis]), the size of dimension \(axis)"))
      return sizes.map { _ in standIn() }
    }
    var start = 0
    return sizes.map { size in
      defer { start += size }
      return slice(dim: axis, start: start, end: start + size)
    }
  }

  /// At most `count` views of equal size, the last may be smaller (PyTorch's `chunk`).
  public func chunk(_ count: Int, dim: Int = 0) -> [Tensor] {
    guard let axis = splitDim("chunk", dim) else {
      return (0..<(1...Self.mostViews ~= count ? count : 1)).map { _ in standIn() }
    }
    guard count > 0 else { return [failing(TensorError("chunk", of: self, rule: "count \(count) must be positive"))] }
    let size = shape[axis]
    guard size > 0 || count <= Self.mostViews else { return [tooMany("chunk", count)] }
    if size == 0 { return (0..<count).map { _ in slice(dim: axis) } }
    return split(size / count + (size % count == 0 ? 0 : 1), dim: axis)
  }

  /// `count` views, the first ones larger by one if the size is no multiple (PyTorch's `tensor_split`).
  public func tensorSplit(_ count: Int, dim: Int = 0) -> [Tensor] {
    guard let axis = splitDim("tensorSplit", dim) else { return [standIn()] }
    guard count > 0 else { return [failing(TensorError("tensorSplit", of: self, rule: "count \(count) must be positive"))] }
    guard count <= Swift.max(shape[axis], Self.mostViews) else { return [tooMany("tensorSplit", count)] }
    let size = shape[axis] / count, larger = shape[axis] % count
    var start = 0
    return (0..<count).map { i in
      let end = start + size + (i < larger ? 1 : 0)
      defer { start = end }
      return slice(dim: axis, start: start, end: end)
    }
  }

  /// Views cut before each of the positions, which may be negative or past the end as in Python (PyTorch's
  /// `tensor_split` with a list).
  public func tensorSplit(_ positions: [Int], dim: Int = 0) -> [Tensor] {
    guard let axis = splitDim("tensorSplit", dim) else { return [standIn()] }
    let ends = positions + [shape[axis]]
    var start = 0
    return ends.map { end in
      defer { start = end }
      return slice(dim: axis, start: start, end: end)
    }
  }

  /// The same with the count (0-d) or the positions (1-d) in an int64 tensor.
  public func tensorSplit(_ cuts: Tensor, dim: Int = 0) -> [Tensor] {
    if ThreadMode.hasFailed { return [standIn()] }
    guard cuts.rank <= 1, cuts.dtype == .int64 else {
      return [failing(TensorError("tensorSplit", of: self, cuts, rule: "the cuts must be a 0-d or 1-d int64 tensor"))]
    }
    let numbers = cuts.toArray(as: Int.self)
    if ThreadMode.hasFailed { return [standIn()] }
    return cuts.rank == 0 ? tensorSplit(numbers[0], dim: dim) : tensorSplit(numbers, dim: dim)
  }

  /// Equal views along the second dimension, of 1-d tensors along the first (PyTorch's `hsplit`).
  public func hsplit(_ count: Int) -> [Tensor] { evenSplit("hsplit", count, rank == 1 ? 0 : 1, minimum: 1) }
  /// Views cut before the positions along the second dimension, of 1-d tensors along the first (PyTorch's `hsplit`).
  public func hsplit(_ positions: [Int]) -> [Tensor] { cutSplit("hsplit", positions, rank == 1 ? 0 : 1, minimum: 1) }
  /// Equal views along the first dimension, of at least two (PyTorch's `vsplit`).
  public func vsplit(_ count: Int) -> [Tensor] { evenSplit("vsplit", count, 0, minimum: 2) }
  /// Views cut before the positions along the first dimension, of at least two (PyTorch's `vsplit`).
  public func vsplit(_ positions: [Int]) -> [Tensor] { cutSplit("vsplit", positions, 0, minimum: 2) }
  /// Equal views along the third dimension (PyTorch's `dsplit`).
  public func dsplit(_ count: Int) -> [Tensor] { evenSplit("dsplit", count, 2, minimum: 3) }
  /// Views cut before the positions along the third dimension (PyTorch's `dsplit`).
  public func dsplit(_ positions: [Int]) -> [Tensor] { cutSplit("dsplit", positions, 2, minimum: 3) }

  /// The slices along a dimension, which disappears (PyTorch's `unbind`).
  public func unbind(dim: Int = 0) -> [Tensor] {
    guard let axis = splitDim("unbind", dim) else { return [standIn()] }
    return (0..<shape[axis]).map { select(dim: axis, index: $0) }
  }

  // MARK: Checks

  /// More views than the dimension has elements would be empty ones; so many are allowed.
  private static let mostViews = 1 << 24

  private final func tooMany(_ name: String, _ count: Int) -> Tensor {
    failing(TensorError(name, of: self, rule: "\(count) views are too many: at most \(Self.mostViews) may be empty"))
  }

  /// The dimension, or nil after failing: there must be one.
  private final func splitDim(_ name: String, _ dim: Int) -> Int? {
    guard let axis = normalized(dim, name) else { return nil }
    guard rank > 0 else {
      fail(TensorError(name, of: self, rule: "a 0-d tensor has no dimension \(dim) to cut"))
      return nil
    }
    return axis
  }

  private final func hasRank(_ name: String, _ minimum: Int) -> Bool {
    if ThreadMode.hasFailed { return false }
    if rank >= minimum { return true }
    fail(TensorError(name, of: self, rule: "needs at least \(minimum) dimensions, not \(rank)"))
    return false
  }

  private final func evenSplit(_ name: String, _ count: Int, _ dim: Int, minimum: Int) -> [Tensor] {
    guard hasRank(name, minimum) else { return [standIn()] }
    guard count > 0, shape[dim] % count == 0 else {
      return [failing(TensorError(name, of: self, rule: "size \(shape[dim]) of dimension \(dim) cannot be cut into \(count) equal parts"))]
    }
    return tensorSplit(count, dim: dim)
  }

  private final func cutSplit(_ name: String, _ positions: [Int], _ dim: Int, minimum: Int) -> [Tensor] {
    hasRank(name, minimum) ? tensorSplit(positions, dim: dim) : [standIn()]
  }
}
