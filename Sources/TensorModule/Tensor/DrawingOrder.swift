/// The order in which PyTorch fills a tensor with random numbers: that of its elements in memory.
///
/// Row-major tensors are filled as they are read; of others the dimensions are taken from the largest stride to the
/// smallest.
struct DrawingOrder {
  /// True for row-major tensors, which PyTorch fills by faster recipes that give other numbers.
  let isRowMajor: Bool
  /// The sizes, slowest dimension in memory first.
  let shape: Shape
  /// Where each dimension of the tensor stands in `shape`.
  private let positions: [Int]

  init(_ x: Tensor) {
    isRowMajor = x.isContiguous
    let dims = Array(0..<x.rank)
    let order = isRowMajor
      ? dims : dims.sorted { (-x.layout.strides[$0], $0) < (-x.layout.strides[$1], $1) }
    shape = Shape(order.map { x.shape[$0] })
    var positions = dims
    for (position, dim) in order.enumerated() { positions[dim] = position }
    self.positions = positions
  }

  /// Numbers in memory order, seen in the tensor's shape.
  func arranged(_ numbers: Tensor) -> Tensor {
    if isRowMajor || ThreadMode.hasFailed { return numbers }
    return Tensor(numbers.storage, layout: numbers.permute(positions).layout, dtype: numbers.dtype)
  }

  /// A tensor's elements in this order, row-major.
  func listed(_ x: Tensor) -> Tensor {
    if isRowMajor { return x.contiguous() }
    var order = positions
    for (dim, position) in positions.enumerated() { order[position] = dim }
    return x.permute(order).contiguous()
  }
}
