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
    case .histogram(.numbers(let count)):
      let ones = Tensor.ones([1], dtype: .int64, device: x.device).expand([x.elementCount])
      return [Tensor.zeros([count], dtype: .int64, device: x.device).indexAdd(dim: 0, index: x.reshape([-1]).to(.int64), ones)]
    case .histogram(.intervals(let count, let low, let high)):
      let numbers = x.reshape([-1]).to(x.dtype.computeType)  // half precisions would be sorted by rounded quotients
      let counts = (numbers .>= low).logicalAnd(numbers .<= high)
      let places = ((numbers - low) * Double(count) / (high - low)).to(.int64).clamp(min: 0, max: count - 1)
      let zeros = Tensor.zeros([count], dtype: numbers.dtype, device: x.device)
      return [zeros.indexAdd(dim: 0, index: places, counts.to(numbers.dtype)).to(x.dtype)]
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
    case .gruCell:
      let previous = operands[2]
      let input = x.chunk(3, dim: 1), hidden = operands[1].chunk(3, dim: 1)
      let r = (input[0] + hidden[0]).sigmoid(), z = (input[1] + hidden[1]).sigmoid()
      let n = (input[2] + r * hidden[2]).tanh()
      return [n + z * (previous - n), Tensor.cat([r, z, n, hidden[2]], dim: 1)]
    case .gruCellGradient:
      let parts = operands[1].chunk(4, dim: 1)
      let r = parts[0], z = parts[1], n = parts[2]
      let newGradient = x * (1 - z) * (1 - n * n)
      let updateGradient = x * (operands[2] - n) * z * (1 - z)
      let resetGradient = newGradient * parts[3] * r * (1 - r)
      return [
        Tensor.cat([resetGradient, updateGradient, newGradient], dim: 1),
        Tensor.cat([resetGradient, updateGradient, newGradient * r], dim: 1), x * z,
      ]
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
