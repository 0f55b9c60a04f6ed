/// Indexing by tensors: the indexed dimensions are brought to the front and flattened, so that one index into them is
/// left.
struct AdvancedIndex {
  private let target: Tensor
  /// The indexed dimensions first, then the others in order.
  private let order: [Int]
  /// Indices into the flattened indexed dimensions, of the broadcast shape of the index tensors.
  private let flat: Tensor
  private let indexedCount: Int
  /// Where the index tensors' dimensions go in the result: the place of the indexed ones if they are neighbours, else
  /// the front.
  private let insertion: Int

  init?(_ view: Tensor, _ picks: [Tensor?]) {
    target = view
    let indexed = picks.indices.filter { picks[$0] != nil }
    order = indexed + picks.indices.filter { picks[$0] == nil }
    indexedCount = indexed.count
    let areNeighbours = indexed.last! - indexed.first! + 1 == indexed.count
    insertion = areNeighbours ? indexed.first! : 0
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
      let size = view.shape[dim]
      let pick = picks[dim]!.to(view.device)
      let low = (pick.elementCount > 0 ? pick.min().item(as: Int.self) : 0)
      let high = (pick.elementCount > 0 ? pick.max().item(as: Int.self) : -1)
      guard low >= -size, high < size else {
        fail(
          TensorError(
            "index", of: view, pick,
            rule: "index \(high >= size ? high : low) is out of range for dimension \(dim) of size \(size)"))
        return nil
      }
      let positive = low < 0 ? Tensor.where(pick .< 0, pick + size, pick) : pick
      linear = linear.map { $0 * size + positive } ?? positive
    }
    flat = linear!.expand(shape).contiguous()
  }

  /// Elements of the target with the indexed dimensions merged into the first.
  private func merged(_ x: Tensor) -> Tensor {
    let permuted = x.permute(order)
    let rest = permuted.shape[indexedCount...]
    return permuted.reshape(Shape([permuted.shape[..<indexedCount].reduce(1, *)] + rest))
  }

  func read() -> Tensor {
    let rows = merged(target)
    let picked = rows.indexSelect(dim: 0, index: flat.reshape([-1]))
    return placed(picked.reshape(Shape(Array(flat.shape) + rows.shape[1...])))
  }

  /// The index dimensions, in front now, moved to where they belong.
  private func placed(_ x: Tensor) -> Tensor {
    if insertion == 0 { return x }
    let k = flat.rank
    let order = Array(k..<(k + insertion)) + Array(0..<k) + Array((k + insertion)..<x.rank)
    return x.permute(order)
  }

  func write(_ value: Tensor) {
    let rows = merged(target)
    let resultShape = placed(Tensor.empty(Shape(Array(flat.shape) + rows.shape[1...]), dtype: .bool)).shape
    let full = value.to(target.dtype).to(target.device).expand(resultShape)
    if ThreadMode.hasFailed { return }
    // The index dimensions back to the front.
    let k = flat.rank
    let front = insertion == 0 ? full : full.permute(Array(insertion..<(insertion + k)) + Array(0..<insertion) + Array((insertion + k)..<full.rank))
    let inner = rows.shape[1...].reduce(1, *)
    let source = front.reshape([flat.elementCount, inner])
    let index = flat.reshape([-1, 1]).expand([flat.elementCount, inner])
    let table = rows.reshape([rows.shape[0], inner]).scatter(dim: 0, index: index, source)
    let permutedShape = Shape(order.map { target.shape[$0] })
    var inverse = [Int](repeating: 0, count: order.count)
    for (i, axis) in order.enumerated() { inverse[axis] = i }
    target.copy_(table.reshape(permutedShape).permute(inverse))
  }
}
