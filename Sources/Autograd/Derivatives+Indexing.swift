internal import TensorModule

extension ScatterOperation {
  var savedValues: SavedMask {
    switch self {
    case .replace, .add: .operands(1)
    case .multiply: .operands(0, 1, 2)
    case .maximum, .minimum: SavedMask(operands: .of(0, 1, 2), outputs: 1)
    }
  }
}

extension Primitive {
  func deriveIndexing(_ context: inout DerivativeContext) throws(TensorError) {
    let g = context.takeGradient()
    let index = try context.operand(1)
    switch self {
    case .indexSelect(let dim):
      let zeros = Tensor.zeros(context.shape(ofOperand: 0), dtype: g.dtype, device: g.device)
      context.give(zeros.indexAdd(dim: dim, index: index, g), to: 0)
    case .gather(let dim):
      context.give(placed(g, at: index, dim: dim, in: context.shape(ofOperand: 0)), to: 0)
    case .indexScatter(let operation, let dim):
      var shape = g.shape
      if shape.rank > 0 { shape[dim] = index.elementCount }
      let places = Places(index: index, dim: dim, isShared: true, shape: shape)
      try places.derive(operation, g, &context)
    case .scatter(let operation, let dim):
      let places = Places(index: index, dim: dim, isShared: false, shape: index.shape)
      try places.derive(operation, g, &context)
    default:
      return
    }
  }
}

/// Where the elements of a scatter's source go.
private struct Places {
  let index: Tensor
  let dim: Int
  /// One index for a whole slice; else one for each element.
  let isShared: Bool
  /// The shape of the part of the source that is used.
  let shape: Shape

  /// For each element of the source what stands at its place.
  func pick(_ x: Tensor) -> Tensor {
    isShared ? x.indexSelect(dim: dim, index: index).reshape(shape) : x.gather(dim: dim, index: index)
  }
  /// `x` with elements combined in at their places.
  func combine(_ operation: ScatterOperation, _ x: Tensor, _ source: Tensor) -> Tensor {
    let operands = Operands(x, index, source)
    return apply(isShared ? .indexScatter(operation, dim: dim) : .scatter(operation, dim: dim), operands)
  }

  func derive(_ operation: ScatterOperation, _ g: Tensor, _ context: inout DerivativeContext) throws(TensorError) {
    switch operation {
    case .add:
      if context.needs(0) { context.give(g, to: 0) }
      if context.needs(2) { give(pick(g), &context) }
    case .replace:
      if context.needs(0) { context.give(combine(.replace, g, Tensor.zeros(shape, dtype: g.dtype, device: g.device)), to: 0) }
      if context.needs(2) { give(pick(g), &context) }
    case .multiply:
      try deriveProduct(g, &context)
    case .maximum, .minimum:
      // Equals share the gradient, the target's own element among them.
      let result = try context.output()
      let isTarget = try context.operand(0) .== result
      let isSource = try used(context.operand(2)) .== pick(result)
      let share = g / combine(.add, isTarget.to(g.dtype), isSource.to(g.dtype))
      if context.needs(0) { context.give(Tensor.where(isTarget, share, 0), to: 0) }
      if context.needs(2) { give(Tensor.where(isSource, pick(share), 0), &context) }
    }
  }

  /// The gradient of a product is that of the result times the product of the other factors. Factors of zero are left out
  /// of the products and counted; what they contribute stays in sums, so that gradients of gradients are right as well.
  private func deriveProduct(_ g: Tensor, _ context: inout DerivativeContext) throws(TensorError) {
    let x = try context.operand(0), source = used(try context.operand(2))
    let isZero = source .== 0
    let safe = Tensor.where(isZero, 1, source)
    let nothing = Tensor.zerosLike(x.detach())
    let product = combine(.multiply, Tensor.onesLike(x.detach()), safe)
    let zeroCount = combine(.add, nothing, isZero.to(x.dtype))
    let zeroSum = combine(.add, nothing, Tensor.where(isZero, source, 0))
    /// 1 without zeros, the one zero, or 0 for two or more.
    func factor(_ count: Tensor, _ zero: Tensor) -> Tensor {
      Tensor.where(count .== 0, 1, Tensor.where(count .== 1, zero, 0))
    }
    if context.needs(0) { context.give(g * product * factor(zeroCount, zeroSum), to: 0) }
    guard context.needs(2) else { return }
    let count = pick(zeroCount), sum = pick(zeroSum)
    let others = Tensor.where(isZero, factor(count - 1, sum - source), factor(count, sum) / safe)
    give(pick(g * x) * pick(product) * others, &context)
  }

  /// The part of the source that the index reaches.
  private func used(_ source: Tensor) -> Tensor {
    var part = source
    for axis in 0..<shape.rank where part.shape[axis] > shape[axis] { part = part.narrow(dim: axis, start: 0, length: shape[axis]) }
    return part
  }

  /// The gradient of the source: zero beyond what the index reached.
  private func give(_ gradient: Tensor, _ context: inout DerivativeContext) {
    var result = gradient
    // Asked for, so it is known.
    let whole = context.shape(ofOperand: 2)
    for axis in 0..<whole.rank where result.shape[axis] < whole[axis] {
      var padding = result.shape
      padding[axis] = whole[axis] - result.shape[axis]
      result = Tensor.cat([result, Tensor.zeros(padding, dtype: gradient.dtype, device: gradient.device)], dim: axis)
    }
    context.give(result, to: 2)
  }
}
