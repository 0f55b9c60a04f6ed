// Views that name the shape of another tensor or give a least number of dimensions.

extension Tensor {
  /// The tensor with one dimension if it has none (PyTorch's `torch.atleast_1d`).
  public func atleast1d() -> Tensor { rank >= 1 ? self : reshape([1]) }
  /// The tensor with leading dimensions up to two (PyTorch's `torch.atleast_2d`).
  public func atleast2d() -> Tensor { rank >= 2 ? self : rank == 1 ? unsqueeze(0) : reshape([1, 1]) }
  /// The tensor with three dimensions at least: `[n]` becomes `[1, n, 1]`, `[n, m]` becomes `[n, m, 1]` (PyTorch's
  /// `torch.atleast_3d`).
  public func atleast3d() -> Tensor {
    switch rank {
    case 0: reshape([1, 1, 1])
    case 1: unsqueeze(0).unsqueeze(-1)
    case 2: unsqueeze(-1)
    default: self
    }
  }
  /// ``atleast1d()`` of each.
  public static func atleast1d(_ tensors: [Tensor]) -> [Tensor] { tensors.map { $0.atleast1d() } }
  /// ``atleast2d()`` of each.
  public static func atleast2d(_ tensors: [Tensor]) -> [Tensor] { tensors.map { $0.atleast2d() } }
  /// ``atleast3d()`` of each.
  public static func atleast3d(_ tensors: [Tensor]) -> [Tensor] { tensors.map { $0.atleast3d() } }

  /// All elements in one dimension: a view if possible (PyTorch's `ravel`).
  public func ravel() -> Tensor { contiguous().view([-1]) }
  /// Reshaped to another tensor's shape (PyTorch's `reshape_as`).
  public func reshapeAs(_ other: Tensor) -> Tensor { reshape(other.shape) }
  /// Seen in another tensor's shape, without a copy (PyTorch's `view_as`).
  public func viewAs(_ other: Tensor) -> Tensor { view(other.shape) }
  /// ``expand(_:)-(Shape)`` (PyTorch's `broadcast_to`).
  public func broadcastTo(_ sizes: Shape) -> Tensor { expand(sizes) }

  /// Summed over the dimensions along which a tensor of the shape would be broadcast to this one (PyTorch's
  /// `sum_to_size`); itself if it has that shape (and dimensions).
  public func sumToSize(_ sizes: Shape) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    if sizes.rank == 0 { return sum() }
    if shape == sizes { return self }
    guard broadcastShape(sizes, shape) == shape else {
      return failing(
        TensorError("sumToSize", of: self, rule: "\(sizes) cannot be broadcast to \(shape), so nothing can be summed to it"))
    }
    let lead = rank - sizes.rank
    let dims = Array(0..<lead) + (0..<sizes.rank).filter { sizes[$0] == 1 && shape[lead + $0] != 1 }.map { $0 + lead }
    return dims.isEmpty ? self : sum(dims: dims, keepDim: true).view(sizes)
  }
  /// ``sumToSize(_:)-(Shape)`` with the sizes as arguments.
  public func sumToSize(_ sizes: Int...) -> Tensor { sumToSize(Shape(sizes)) }
}
