// Normalization and resampling in smaller primitives.

extension NormalizationAttributes {
  /// `[…, period, length]`, or `[outer, channels, run]`.
  private func folded(_ x: Tensor) -> Tensor {
    isOverChannels
      ? x.reshape([x.shape[0], x.shape[1], x.shape.dropFirst(2).reduce(1, *)])
      : x.reshape([length == 0 ? 0 : x.elementCount / (length * period), period, length])
  }

  /// Over which dimensions of the folded input the means go.
  private var dims: [Int] { isOverChannels ? [0, 2] : [2] }

  /// A number for each weight, laid beside the folded input.
  private func spread(_ weight: Tensor) -> Tensor {
    isOverChannels
      ? weight.reshape([1, weight.elementCount, 1])
      : weight.reshape([1, period, length / run, 1]).expand([1, period, length / run, run]).reshape([1, period, length])
  }

  /// A number for each element of the folded input, summed for each weight.
  private func gathered(_ x: Tensor) -> Tensor {
    isOverChannels ? x.sum(dims: [0, 2]) : x.reshape([x.shape[0], period, length / run, run]).sum(dims: [0, 3]).reshape([-1])
  }

  private func moments(_ x: Tensor) -> (deviation: Tensor, mean: Tensor, variance: Tensor) {
    let mean = isCentered ? x.mean(dims: dims, keepDim: true) : Tensor.zerosLike(x.detach().mean(dims: dims, keepDim: true))
    let deviation = isCentered ? x - mean : x
    return (deviation, mean, deviation.square().mean(dims: dims, keepDim: true))
  }

  /// Empty inputs have no means.
  private func nothing(_ x: Tensor) -> [Tensor] {
    let moments = Tensor.zeros([sets(of: x.shape)], dtype: x.dtype.computeType, device: x.device)
    return [x, moments, moments]
  }

  func normalized(_ operands: Operands) -> [Tensor] {
    let x = operands.first
    if x.elementCount == 0 { return nothing(x) }
    let compute = x.dtype.computeType
    let (deviation, mean, variance) = moments(folded(x.to(compute)))
    var y = deviation * (variance + epsilon).rsqrt()
    if hasWeight { y = y * spread(operands[1].to(compute)) }
    if hasBias { y = y + spread(operands[hasWeight ? 2 : 1].to(compute)) }
    return [y.reshape(x.shape).to(x.dtype), mean.reshape([-1]), variance.reshape([-1])]
  }

  /// The moments are computed anew, so that this can be differentiated.
  func gradients(_ operands: Operands) -> [Tensor] {
    let compute = operands[1].dtype.computeType
    let shape = operands[1].shape, count = weightCount(of: operands[1].shape)
    let weight = hasWeight ? operands[4] : nil
    let weightType = weight?.dtype ?? operands.first.dtype
    if operands[1].elementCount == 0 {
      let zeros = { (wanted: Bool) in Tensor.zeros([wanted ? count : 0], dtype: weightType, device: operands.first.device) }
      return [operands.first, zeros(hasWeight), zeros(hasBias)]
    }
    let g = folded(operands.first.to(compute))
    let (deviation, _, variance) = moments(folded(operands[1].to(compute)))
    let scale = (variance + epsilon).rsqrt()
    let unit = deviation * scale
    let weighted = weight.map { g * spread($0.to(compute)) } ?? g
    var inner = weighted - unit * (weighted * unit).mean(dims: dims, keepDim: true)
    if isCentered { inner = inner - weighted.mean(dims: dims, keepDim: true) }
    let empty = Tensor.zeros([0], dtype: weightType, device: g.device)
    return [
      (inner * scale).reshape(shape).to(operands.first.dtype), hasWeight ? gathered(g * unit).to(weightType) : empty,
      hasBias ? gathered(g).to(weightType) : empty,
    ]
  }
}

extension ResampleAttributes {
  func resampled(_ x: Tensor, indices: Tensor, weights: Tensor) -> Tensor {
    var result: Tensor?
    var shape = [Int](repeating: 1, count: x.rank)
    shape[dim] = indices.shape[1]
    for tap in 0..<indices.shape[0] {
      let index = indices.select(dim: 0, index: tap), weight = weights.select(dim: 0, index: tap).to(x.dtype).reshape(Shape(shape))
      if isTransposed {
        var target = x.shape
        target[dim] = extent
        let base = result ?? Tensor.zeros(target, dtype: x.dtype, device: x.device)
        result = base.indexAdd(dim: dim, index: index, x * weight)
      } else {
        let part = x.indexSelect(dim: dim, index: index) * weight
        result = result.map { $0 + part } ?? part
      }
    }
    return result ?? x
  }
}
