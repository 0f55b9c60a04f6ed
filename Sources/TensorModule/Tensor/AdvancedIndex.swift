/// Indexing by tensors: the indexed dimensions, brought side by side and flattened, are one dimension with one index.
struct AdvancedIndex {
  /// The indexed tensor; if the indexed dimensions are not neighbours, with those in front.
  private let target: Tensor
  /// Where the indexed dimensions begin in `target`, and the index tensors' dimensions in the result.
  private let first: Int
  private let indexedCount: Int
  /// Indices into the flattened indexed dimensions, of the broadcast shape of the index tensors.
  private let flat: Tensor

  init?(_ view: Tensor, _ picks: [Tensor?]) {
    let indexed = picks.indices.filter { picks[$0] != nil }
    guard let lowest = indexed.first, let highest = indexed.last else { return nil }
    let areNeighbours = highest - lowest + 1 == indexed.count
    first = areNeighbours ? lowest : 0
    target = areNeighbours ? view : view.permute(indexed + picks.indices.filter { picks[$0] == nil })
    indexedCount = indexed.count
    var shape = Shape()
    for pick in picks {
      guard let pick else { continue }
      guard let joined = broadcastShape(shape, pick.shape) else {
        fail(
          TensorError(
            "index", of: view, pick, rule: "index tensors of shapes \(shape.tupleDescription) and \(pick.shape.tupleDescription) cannot be broadcast together"))
        return nil
      }
      shape = joined
    }
    var linear: Tensor?
    for dim in indexed {
      guard let pick = picks[dim] else { continue }
      let size = view.shape[dim]
      guard let positive = pick.to(view.device).positions(in: size, "index", dim: dim, of: view) else { return nil }
      linear = linear.map { $0 * size + positive } ?? positive
    }
    guard let linear else { return nil }
    flat = linear.expand(shape).contiguous()
  }

  /// `target` with the indexed dimensions as one; a view where one can be had.
  private var merged: Tensor {
    indexedCount == 1 ? target : target.flatten(startDim: first, endDim: first + indexedCount - 1)
  }

  func read() -> Tensor {
    let picked = merged.indexSelect(dim: first, index: flat.reshape([-1]))
    return flat.rank == 1 ? picked : picked.reshape(resultShape)
  }

  private var resultShape: Shape {
    let sizes = Array(target.shape)
    return Shape(sizes[..<first] + Array(flat.shape) + sizes[(first + indexedCount)...])
  }

  /// Writes a value, broadcast and converted, in place.
  func write(_ value: Tensor, _ operation: ScatterOperation) {
    let whole = value.to(target.dtype).to(target.device).expand(resultShape)
    if ThreadMode.hasFailed { return }
    let rows = merged
    var shape = rows.shape
    shape[first] = flat.elementCount
    let source = whole.reshape(shape), index = flat.reshape([-1])
    let isView = rows.base == target.base
    if isView {
      applyInPlace(.indexScatter(operation, dim: first), rows, index, source)
    } else {
      let written = apply(.indexScatter(operation, dim: first), Operands(rows, index, source))
      target.copy_(written.reshape(target.shape))
    }
  }
}

extension Tensor {
  /// An index tensor with negative numbers counted from the end of a dimension of `size`; nil after failing, if one is out
  /// of range.
  final func positions(in size: Int, _ operation: String, dim: Int, of target: Tensor) -> Tensor? {
    if ThreadMode.hasFailed { return nil }
    guard elementCount > 0 else { return self }
    let low = min().item(as: Int.self), high = max().item(as: Int.self)
    guard low >= -size, high < size else {
      fail(
        TensorError(
          operation, of: target, self,
          rule: "index \(high >= size ? high : low) is out of range for dimension \(dim) of size \(size)"))
      return nil
    }
    return low < 0 ? Tensor.where(self .< 0, self + size, self) : self
  }

  /// The row-major positions of the true elements.
  final var flatPositions: Tensor { reshape([-1]).nonzero().squeeze(1) }
}
