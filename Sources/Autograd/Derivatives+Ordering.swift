internal import TensorModule

/// Zeros with gradients added at positions along a dimension: the gradient of what was picked there.
func placed(_ g: Tensor, at index: Tensor, dim: Int, in shape: Shape) -> Tensor {
  let zeros = Tensor.zeros(shape, dtype: g.dtype, device: g.device)
  if shape.rank == 0 { return g.elementCount == 0 ? zeros : g.reshape(shape) }
  return zeros.scatterAdd(dim: dim, index: index, g)
}

extension CumulativeOperation {
  var savedValues: SavedMask {
    switch self {
    case .sum: .nothing
    case .product, .logSumExp: SavedMask(operands: .of(0), outputs: 1)
    case .maximum, .minimum: SavedMask(outputs: 2)
    }
  }

  func derive(_ context: inout DerivativeContext, dim: Int) throws(TensorError) {
    let g = context.takeGradient()
    if g.rank == 0 { return context.give(g, to: 0) }
    switch self {
    case .sum:
      context.give(Self.totalAfter(g, dim), to: 0)
    case .product:
      context.give(try Self.productGradient(g, try context.operand(0), try context.output(), dim), to: 0)
    case .logSumExp:
      // Σ over i ≥ j of g_i·exp(x_j - y_i), by logarithms, so that no exponential overflows: gains and losses apart.
      let x = try context.operand(0), y = try context.output()
      func part(_ g: Tensor, _ isMine: Tensor) -> Tensor {
        let logarithm = Tensor.where(isMine, Tensor.where(isMine, g, 1).log() - y, -Double.infinity)
        return (logarithm.flip(dim).logcumsumexp(dim: dim).flip(dim) + x).exp()
      }
      context.give(part(g, g .> 0) - part(-g, g .< 0), to: 0)
    case .maximum, .minimum:
      context.give(placed(g, at: try context.output(1), dim: dim, in: g.shape), to: 0)
    }
  }

  /// The sum of each element and all after it.
  private static func totalAfter(_ x: Tensor, _ dim: Int) -> Tensor { x.flip(dim).cumsum(dim: dim).flip(dim) }

  private static func productGradient(_ g: Tensor, _ x: Tensor, _ y: Tensor, _ dim: Int) throws(TensorError) -> Tensor {
    let count = x.shape[dim]
    guard x.elementCount > 0 else { return g }
    let isZero = x.detach() .== 0
    guard isZero.any().item(as: Bool.self) else { return totalAfter(g * y, dim) / x }
    if !isGradEnabled {
      // Before a line's first zero as above; at it, the products with the zero left out; after it nothing.
      let zerosSoFar = isZero.cumsum(dim: dim)
      let isFirst = isZero.logicalAnd(zerosSoFar .== 1)
      let withoutFirst = Tensor.where(isFirst, 1, x).cumprod(dim: dim)
      // What precedes the zero is in those products for all that follow it.
      let atZero = totalAfter(g * Tensor.where(zerosSoFar .> 0, withoutFirst, 0), dim)
      let before = totalAfter(g * y, dim) / Tensor.where(isZero, 1, x)
      return Tensor.where(isFirst, atZero, Tensor.where(zerosSoFar .== 0, before, 0))
    }
    // For the gradient's gradient, without a division: with p the product before i and s_i = g_i + x_{i+1}·s_{i+1}, the
    // gradient at i is p·s_i.
    let one = Tensor.onesLike(x.detach().slice(dim: dim, start: 0, end: 1))
    let before = Tensor.cat([one, x.slice(dim: dim, end: count - 1)], dim: dim).cumprod(dim: dim)
    var sums: [Tensor] = [g.select(dim: dim, index: count - 1)]
    for i in (0..<(count - 1)).reversed() {
      sums.append(g.select(dim: dim, index: i) + x.select(dim: dim, index: i + 1) * sums[sums.count - 1])
    }
    return before * Tensor.stack(sums.reversed(), dim: dim)
  }
}
