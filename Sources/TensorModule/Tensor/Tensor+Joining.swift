// Joining tensors.

extension Tensor {
  /// Tensors laid one after the other along a dimension (PyTorch's `torch.cat`). Other sizes must agree; types are
  /// promoted.
  public static func cat(_ tensors: [Tensor], dim: Int = 0) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard let reference = tensors.first(where: { !($0.rank == 1 && $0.elementCount == 0) }) ?? tensors.first else {
      return failing(TensorError("cat", rule: "needs at least one tensor"))
    }
    if let position = tensors.firstIndex(where: { $0.rank == 0 && !$0.flags.contains(.standIn) }) {
      return failing(
        TensorError("cat", of: tensors[position], rule: "tensor \(position) has no dimensions", hint: "use stack"))
    }
    guard let axis = reference.normalized(dim, "cat") else { return standIn() }
    return apply(.concatenate(dim: axis), Operands(tensors))
  }

  /// Tensors of one shape laid along a new dimension (PyTorch's `torch.stack`).
  public static func stack(_ tensors: [Tensor], dim: Int = 0) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard let first = tensors.first else { return failing(TensorError("stack", rule: "needs at least one tensor")) }
    for (position, tensor) in tensors.enumerated() where tensor.shape != first.shape {
      return failing(
        TensorError("stack", of: first, tensor, rule: "all tensors must have one shape; tensor \(position) differs"))
    }
    guard let axis = first.normalized(dim, "stack", extra: 1) else { return standIn() }
    return cat(tensors.map { $0.unsqueeze(axis) }, dim: axis)
  }

  // MARK: By rows, columns and depth

  /// Tensors side by side: along the second dimension, 1-d ones along their only (PyTorch's `torch.hstack`). 0-d tensors
  /// count as 1-d.
  public static func hstack(_ tensors: [Tensor]) -> Tensor {
    guard let parts = atLeast("hstack", tensors, { $0.atleast1d() }) else { return standIn() }
    return cat(parts, dim: parts[0].rank == 1 ? 0 : 1)
  }

  /// Tensors one above the other: along the first dimension, of at least two (PyTorch's `torch.vstack`, `row_stack`).
  public static func vstack(_ tensors: [Tensor]) -> Tensor {
    guard let parts = atLeast("vstack", tensors, { $0.atleast2d() }) else { return standIn() }
    return cat(parts, dim: 0)
  }

  /// Tensors one behind the other: along the third dimension, of at least three (PyTorch's `torch.dstack`).
  public static func dstack(_ tensors: [Tensor]) -> Tensor {
    guard let parts = atLeast("dstack", tensors, { $0.atleast3d() }) else { return standIn() }
    return cat(parts, dim: 2)
  }

  /// 1-d tensors as the columns of a matrix, others side by side (PyTorch's `torch.column_stack`).
  public static func columnStack(_ tensors: [Tensor]) -> Tensor {
    guard let parts = atLeast("columnStack", tensors, { $0.rank < 2 ? $0.reshape([$0.elementCount, 1]) : $0 }) else {
      return standIn()
    }
    return cat(parts, dim: 1)
  }

  private static func atLeast(_ name: String, _ tensors: [Tensor], _ body: (Tensor) -> Tensor) -> [Tensor]? {
    if ThreadMode.hasFailed { return nil }
    if tensors.isEmpty {
      fail(TensorError(name, rule: "needs at least one tensor"))
      return nil
    }
    let parts = tensors.map(body)
    return ThreadMode.hasFailed ? nil : parts
  }

  /// Matrices along the diagonal of a larger one, zeros elsewhere (PyTorch's `torch.block_diag`). 1-d tensors count as one
  /// row, 0-d ones as one element; types are promoted.
  public static func blockDiag(_ tensors: Tensor...) -> Tensor { blockDiag(tensors) }
  /// ``blockDiag(_:)-(Tensor...)`` of a list.
  public static func blockDiag(_ tensors: [Tensor]) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    if let position = tensors.firstIndex(where: { $0.rank > 2 }) {
      return failing(
        TensorError(
          "blockDiag", of: tensors[position], rule: "tensor \(position) has \(tensors[position].rank) dimensions, more than 2"))
    }
    guard !tensors.isEmpty else { return empty([1, 0]) }
    let blocks = tensors.map { $0.atleast2d() }
    if ThreadMode.hasFailed { return standIn() }
    let width = blocks.reduce(0) { $0 + $1.shape[1] }
    var column = 0
    let rows = blocks.map { block in
      let before = column, after = width - column - block.shape[1]
      column += block.shape[1]
      func zeros(_ count: Int) -> Tensor { Tensor.zeros([block.shape[0], count], dtype: block.dtype, device: block.device) }
      return cat([zeros(before), block, zeros(after)], dim: 1)
    }
    return cat(rows, dim: 0)
  }

  // MARK: Grids

  /// How the axes of a grid are ordered.
  public enum GridIndexing: Sendable {
    /// The first tensor runs along the first dimension.
    case ij
    /// The first two are exchanged: the first tensor runs along the second dimension, as on paper.
    case xy
  }

  /// 1-d tensors (or single numbers) repeated over the grid that they span: views (PyTorch's `torch.meshgrid`).
  public static func meshgrid(_ tensors: Tensor..., indexing: GridIndexing = .ij) -> [Tensor] {
    meshgrid(tensors, indexing: indexing)
  }
  /// ``meshgrid(_:indexing:)-(Tensor...,_)`` of a list.
  public static func meshgrid(_ tensors: [Tensor], indexing: GridIndexing = .ij) -> [Tensor] {
    if ThreadMode.hasFailed { return tensors.map { _ in standIn() } }
    func failed(_ tensors: [Tensor], _ rule: String) -> [Tensor] {
      fail(TensorError("meshgrid", tensors.map(TensorError.Operand.init), rule))
      return tensors.map { _ in standIn() }
    }
    guard let first = tensors.first else { return failed([], "needs at least one tensor") }
    if let position = tensors.firstIndex(where: { $0.rank > 1 }) {
      return failed(tensors, "tensor \(position) has \(tensors[position].rank) dimensions, more than 1")
    }
    if let position = tensors.firstIndex(where: { $0.dtype != first.dtype }) {
      return failed(tensors, "all tensors must have one dtype; tensor \(position) is \(tensors[position].dtype), not \(first.dtype)")
    }
    let swaps = indexing == .xy && tensors.count > 1
    let order = swaps ? [1, 0] + Array(2..<tensors.count) : Array(tensors.indices)
    let shape = Shape(order.map { tensors[$0].elementCount })
    let grids = order.enumerated().map { place, position in
      var sizes = [Int](repeating: 1, count: tensors.count)
      sizes[place] = tensors[position].elementCount
      return tensors[position].view(Shape(sizes)).expand(shape)
    }
    return swaps ? [grids[1], grids[0]] + grids[2...] : grids
  }

  /// All combinations of one element of each 1-d tensor, one a row (PyTorch's `torch.cartesian_prod`); a single tensor is
  /// returned as it is.
  public static func cartesianProd(_ tensors: Tensor...) -> Tensor { cartesianProd(tensors) }
  /// ``cartesianProd(_:)-(Tensor...)`` of a list.
  public static func cartesianProd(_ tensors: [Tensor]) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard !tensors.isEmpty else { return failing(TensorError("cartesianProd", rule: "needs at least one tensor")) }
    if let position = tensors.firstIndex(where: { $0.rank != 1 }) {
      return failing(
        TensorError("cartesianProd", of: tensors[position], rule: "tensor \(position) must have 1 dimension, not \(tensors[position].rank)"))
    }
    if tensors.count == 1 { return tensors[0] }
    let grids = meshgrid(tensors)
    return ThreadMode.hasFailed ? standIn() : stack(grids.map { $0.flatten() }, dim: 1)
  }

  /// All combinations of `r` elements of a 1-d tensor in order, one a row (PyTorch's `torch.combinations`).
  /// - Parameter withReplacement: An element may be taken several times.
  public func combinations(r: Int = 2, withReplacement: Bool = false) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard rank == 1, r >= 0 else {
      return failing(
        TensorError(
          "combinations", of: self,
          rule: rank == 1 ? "r = \(r) must not be negative" : "needs a tensor of 1 dimension, not \(rank)"))
    }
    if r == 0 { return Tensor.empty([0], dtype: dtype, device: device) }
    let count = elementCount
    if count == 0 || (!withReplacement && r > count) { return slice(dim: 0, end: 0).reshape([0, r]) }
    let (choices, overflows) = withReplacement ? count.addingReportingOverflow(r - 1) : (count, false)
    // The binomial of the choices, as far as its rows fit into memory.
    var rows = 1.0, i = 0
    let few = overflows ? 0 : Swift.min(r, choices - r), limit = 0x1p32 / Double(r)
    while i < few && rows <= limit {
      i += 1
      rows *= Double(choices - few + i) / Double(i)
    }
    guard !overflows, rows <= limit else {
      return failing(TensorError("combinations", of: self, rule: "the combinations of \(r) of \(count) elements are too many"))
    }
    var picks: [Int] = []
    // Counts up like an odometer whose digits never fall (or always rise).
    let gap = withReplacement ? 0 : 1
    var current = (0..<r).map { $0 * gap }
    while let last = current.last, last < count {
      picks += current
      guard let digit = current.indices.last(where: { current[$0] < count - 1 - (r - 1 - $0) * gap }) else { break }
      let start = current[digit] + 1
      for i in digit..<r { current[i] = start + (i - digit) * gap }
    }
    let index = Tensor(picks, shape: [picks.count]).to(device)
    return indexSelect(dim: 0, index: index).reshape([picks.count / r, r])
  }

  // MARK: Together

  /// Views of the tensors at the shape that they broadcast to (PyTorch's `torch.broadcast_tensors`).
  public static func broadcastTensors(_ tensors: Tensor...) -> [Tensor] { broadcastTensors(tensors) }
  /// ``broadcastTensors(_:)-(Tensor...)`` of a list.
  public static func broadcastTensors(_ tensors: [Tensor]) -> [Tensor] {
    if ThreadMode.hasFailed { return tensors.map { _ in standIn() } }
    var shape = Shape()
    for tensor in tensors {
      guard let joined = broadcastShape(shape, tensor.shape) else {
        fail(
          TensorError(
            "broadcastTensors", tensors.map(TensorError.Operand.init),
            "shapes \(shape.tupleDescription) and \(tensor.shape.tupleDescription) cannot be broadcast together"))
        return tensors.map { _ in standIn() }
      }
      shape = joined
    }
    return tensors.map { $0.expand(shape) }
  }
}
