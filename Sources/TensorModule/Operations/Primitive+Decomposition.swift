extension Primitive {
  /// The same computation in smaller primitives, for backends without the kernel; nil for those that have none.
  package func decomposed(_ operands: Operands) -> [Tensor]? {
    let x = operands.first
    switch self {
    case .softmax(let dim, let logarithm):
      if x.elementCount == 0 { return [x] }  // nothing has no maximum
      let maximum = x.amax(dim: dim, keepDim: true)
      let shifted = x - maximum
      let exponentials = shifted.exp()
      let total = exponentials.sum(dim: dim, keepDim: true)
      return [logarithm ? shifted - total.log() : exponentials / total]
    case .softmaxGradient(let dim, let logarithm):
      let y = operands[1]
      if logarithm { return [x - y.exp() * x.sum(dim: dim, keepDim: true)] }
      return [y * (x - (x * y).sum(dim: dim, keepDim: true))]
    case .linear:
      let weight = operands[1]
      let product = x.matmul(weight.transpose(0, 1))
      return [operands.count > 2 ? product + operands[2] : product]
    case .lstmCell:
      let previous = operands[1]
      let gates = x.chunk(4, dim: 1)
      let i = gates[0].sigmoid(), f = gates[1].sigmoid(), g = gates[2].tanh(), o = gates[3].sigmoid()
      let cell = f * previous + i * g
      return [o * cell.tanh(), cell, Tensor.cat([i, f, g, o], dim: 1)]
    case .lstmCellGradient:
      let hiddenGradient = x, previous = operands[3]
      let gates = operands[2].chunk(4, dim: 1)
      let i = gates[0], f = gates[1], g = gates[2], o = gates[3]
      let squashed = operands[4].tanh()
      let cellGradient = operands[1] + hiddenGradient * o * (1 - squashed * squashed)
      let parts = [
        cellGradient * g * i * (1 - i), cellGradient * previous * f * (1 - f), cellGradient * i * (1 - g * g),
        hiddenGradient * squashed * o * (1 - o),
      ]
      return [Tensor.cat(parts, dim: 1), cellGradient * f]
    case .normalization(let attributes):
      return attributes.normalized(operands)
    case .normalizationGradient(let attributes):
      return attributes.gradients(operands)
    case .resample(let attributes):
      return [attributes.resampled(x, indices: operands[1], weights: operands[2])]
    case .linearAlgebra(let operation):
      return operation.decomposed(operands)
    default:
      return nil
    }
  }
}
