internal import TensorModule

extension ReduceOperation {
  var isRecorded: Bool {
    switch self {
    case .all, .any, .argMax, .argMin, .countNonZero: false
    default: true
    }
  }

  var savedValues: SavedMask {
    switch self {
    case .sum, .mean, .all, .any, .argMax, .argMin, .countNonZero: .nothing
    case .maximum, .minimum, .logSumExp: SavedMask(operands: .of(0), outputs: 1)
    case .maxWithIndex, .minWithIndex: SavedMask(outputs: 2)
    case .product, .variance, .nanSum, .sumOfSquares, .sumOfAbsolutes: .operands(0)
    }
  }

  func derive(
    _ context: inout DerivativeContext, _ axes: AxisSet, keepDim: Bool, parameter: Double
  ) throws(TensorError) {
    let shape = context.shape(ofOperand: 0)
    // The shape with the reduced dimensions kept at size 1.
    var kept = shape
    for i in 0..<shape.rank where axes.contains(i) { kept[i] = 1 }
    let g = context.takeGradient().reshape(kept)
    let count = (0..<shape.rank).reduce(1) { axes.contains($1) ? $0 * shape[$1] : $0 }
    switch self {
    case .sum:
      context.give(g.expand(shape), to: 0)
    case .mean:
      context.give((g / Double(count)).expand(shape), to: 0)
    case .maximum, .minimum:
      // Equals share the gradient.
      let mask = try context.operand(0) .== (try context.output().reshape(kept))
      let ties = mask.sum(dims: reducedDims(axes, shape), keepDim: true)
      context.give(Tensor.where(mask, g / ties, 0), to: 0)
    case .maxWithIndex, .minWithIndex:
      let dim = (0..<shape.rank).first { axes.contains($0) }
      guard let dim else { return context.give(g.reshape(shape), to: 0) }
      let index = try context.output(1).reshape(kept)
      context.give(Tensor.zeros(shape, dtype: g.dtype, device: g.device).scatterAdd(dim: dim, index: index, g), to: 0)
    case .product:
      context.give(g * (try Self.productsOfOthers(context.operand(0), axes)), to: 0)
    case .variance:
      let x = try context.operand(0)
      let centred = x - x.mean(dims: reducedDims(axes, shape), keepDim: true)
      context.give(g * centred * (2 / Swift.max(0, Double(count) - parameter)), to: 0)
    case .sumOfSquares:
      context.give(g * (try context.operand(0) * 2), to: 0)
    case .nanSum:
      context.give(Tensor.where(try context.operand(0).isNaN(), 0, g), to: 0)
    case .sumOfAbsolutes:
      context.give(g * (try context.operand(0).sign()), to: 0)
    case .logSumExp:
      let x = try context.operand(0)
      context.give(g * (x - (try context.output().reshape(kept))).exp(), to: 0)
    case .all, .any, .argMax, .argMin, .countNonZero:
      return
    }
  }

  /// An empty list would mean all dimensions; of a 0-d tensor that is right.
  private func reducedDims(_ axes: AxisSet, _ shape: Shape) -> [Int] { (0..<shape.rank).filter { axes.contains($0) } }

  /// For each element the product of all others in its group: right where elements are zero, too.
  private static func productsOfOthers(_ x: Tensor, _ axes: AxisSet) throws(TensorError) -> Tensor {
    if x.rank == 0 { return Tensor.onesLike(x) }
    let reduced = (0..<x.rank).filter { axes.contains($0) }
    let order = (0..<x.rank).filter { !axes.contains($0) } + reduced
    let moved = x.permute(order)
    let rows = moved.flatten(startDim: x.rank - reduced.count)
    let one = Tensor.onesLike(rows.detach().slice(dim: -1, start: 0, end: 1))
    let count = rows.shape[-1]
    guard count > 0 else { return x }
    let before = Tensor.cat([one, rows.slice(dim: -1, end: count - 1)], dim: -1).cumprod(dim: -1)
    let after = Tensor.cat([rows.slice(dim: -1, start: 1), one], dim: -1).flip(-1).cumprod(dim: -1).flip(-1)
    var inverse = [Int](repeating: 0, count: x.rank)
    for (i, axis) in order.enumerated() { inverse[axis] = i }
    return (before * after).reshape(moved.shape).permute(inverse)
  }
}
