public import TensorModule

extension Functional {
  /// Each set of the last dimensions with mean 0 and variance 1, scaled and shifted (PyTorch's `F.layer_norm`):
  /// (x - mean) / √(variance + eps) · weight + bias, the variance biased.
  ///
  /// - Parameters:
  ///   - input: `[…, normalizedShape]`, floating point.
  ///   - normalizedShape: the sizes of the last dimensions; at least one.
  ///   - weight, bias: of the normalized shape, or nil; for half precisions they may be float32.
  public static func layerNorm(
    _ input: Tensor, _ normalizedShape: Shape, weight: Tensor? = nil, bias: Tensor? = nil, eps: Double = 1e-5
  ) -> Tensor {
    normalizedRows("layerNorm", input, normalizedShape, weight, bias, eps, isCentered: true)
  }

  /// Each set of the last dimensions divided by the root of its mean square, and scaled (PyTorch's `F.rms_norm`).
  ///
  /// - Parameters:
  ///   - input: `[…, normalizedShape]`, floating point.
  ///   - normalizedShape: the sizes of the last dimensions; at least one.
  ///   - weight: of the normalized shape, or nil.
  ///   - eps: added to the mean square; by default the distance from 1 to the next number of the type that is computed in.
  public static func rmsNorm(_ input: Tensor, _ normalizedShape: Shape, weight: Tensor? = nil, eps: Double? = nil) -> Tensor {
    normalizedRows(
      "rmsNorm", input, normalizedShape, weight, nil, eps ?? (input.dtype == .float64 ? 0x1p-52 : 0x1p-23), isCentered: false)
  }

  private static func normalizedRows(
    _ name: String, _ input: Tensor, _ normalizedShape: Shape, _ weight: Tensor?, _ bias: Tensor?, _ eps: Double, isCentered: Bool
  ) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    let count = normalizedShape.rank
    guard count > 0 else {
      return failing(TensorError(name, of: input, rule: "the normalized shape must have at least one dimension"))
    }
    guard input.rank >= count, Array(input.shape.suffix(count)) == Array(normalizedShape) else {
      return failing(
        TensorError(
          name, of: input,
          rule: "expected an input whose last dimensions are \(normalizedShape.tupleDescription), the normalized shape"))
    }
    for (what, parameter) in [("weight", weight), ("bias", bias)] {
      if let parameter, parameter.shape != normalizedShape {
        return failing(
          TensorError(
            name, of: input, parameter,
            rule: "the \(what) must have the normalized shape \(normalizedShape.tupleDescription), not \(parameter.shape.tupleDescription)"))
      }
    }
    var attributes = NormalizationAttributes(isOverChannels: false, epsilon: eps)
    attributes.isCentered = isCentered
    attributes.length = normalizedShape.elementCount
    return normalized(name, input, attributes, weight, bias)
  }

  /// Channels in groups, each group of each sample with mean 0 and variance 1, scaled and shifted by channel (PyTorch's
  /// `F.group_norm`).
  ///
  /// - Parameters:
  ///   - input: `[N, C, …]`, floating point, C divisible by `groupCount`.
  ///   - weight, bias: `[C]`, or nil.
  public static func groupNorm(
    _ input: Tensor, _ groupCount: Int, weight: Tensor? = nil, bias: Tensor? = nil, eps: Double = 1e-5
  ) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard input.rank >= 2 else {
      return failing(TensorError("groupNorm", of: input, rule: "expected at least 2 dimensions, got \(input.rank)"))
    }
    let channels = input.shape[1]
    guard groupCount > 0, channels % groupCount == 0 else {
      return failing(
        TensorError("groupNorm", of: input, rule: "the \(channels) channels must be divisible by the \(groupCount) groups"))
    }
    guard checkChannels("groupNorm", input, channels, weight: weight, bias: bias) else { return standIn() }
    let run = input.shape.dropFirst(2).reduce(1, *)
    guard input.elementCount == 0 || channels / groupCount * run * input.shape[0] > 1 else {
      return failing(
        TensorError("groupNorm", of: input, rule: "expected more than 1 value per group when training: one alone has no variance"))
    }
    var attributes = NormalizationAttributes(isOverChannels: false, epsilon: eps)
    attributes.length = channels / groupCount * run
    attributes.period = groupCount
    attributes.run = run
    return normalized("groupNorm", input, attributes, weight, bias)
  }

  /// Each channel over all samples with mean 0 and variance 1, scaled and shifted (PyTorch's `F.batch_norm`).
  ///
  /// - Parameters:
  ///   - input: `[N, C, …]`, floating point.
  ///   - runningMean, runningVar: `[C]`, or nil. In training they are moved towards the batch's mean and (unbiased)
  ///     variance, in place; otherwise they are used in place of these, and must be there.
  ///   - weight, bias: `[C]`, or nil.
  ///   - momentum: how far the running numbers are moved.
  ///   - eps: added to the variance; positive in training.
  public static func batchNorm(
    _ input: Tensor, runningMean: Tensor?, runningVar: Tensor?, weight: Tensor? = nil, bias: Tensor? = nil,
    training: Bool = false, momentum: Double = 0.1, eps: Double = 1e-5
  ) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard input.rank >= 2 || input.elementCount == 0 else {
      return failing(TensorError("batchNorm", of: input, rule: "expected at least 2 dimensions, got \(input.rank)"))
    }
    guard input.dtype.isFloatingPoint else {
      return failing(
        TensorError(
          "batchNorm", of: input, rule: "needs a floating-point tensor, not \(input.dtype)", hint: "convert it with to(.float32)"))
    }
    let channels = input.rank < 2 ? 0 : input.shape[1]
    guard checkChannels("batchNorm", input, channels, weight: weight, bias: bias),
      checkChannels("batchNorm", input, channels, runningMean: runningMean, runningVar: runningVar)
    else { return standIn() }
    if input.elementCount == 0 && (training || (runningMean != nil && runningVar != nil)) {
      return scaledNothing(input, weight, bias)
    }
    guard training else {
      guard let runningMean, let runningVar else {
        return failing(TensorError("batchNorm", of: input, rule: "running mean and variance must be given in evaluation mode"))
      }
      return scaledByRunning(input, runningMean, runningVar, weight, bias, eps)
    }
    guard eps > 0 else {
      return failing(TensorError("batchNorm", of: input, rule: "eps must be positive during training, not \(eps)"))
    }
    let count = channels == 0 ? 0 : input.elementCount / channels
    guard count != 1 else {
      return failing(
        TensorError("batchNorm", of: input, rule: "expected more than 1 value per channel when training: one alone has no variance"))
    }
    let attributes = NormalizationAttributes(isOverChannels: true, epsilon: eps)
    let (result, mean, variance) = normalizedWithMoments(input, attributes, weight, bias)
    move(runningMean, momentum, mean)
    move(runningVar, momentum, variance * (Double(count) / Double(count - 1)))
    return result
  }

  /// Each channel of each sample with mean 0 and variance 1, scaled and shifted by channel (PyTorch's
  /// `F.instance_norm`).
  ///
  /// - Parameters:
  ///   - input: `[N, C, …]` with more than one element a channel, floating point.
  ///   - runningMean, runningVar: `[C]`, or nil: moved towards the means over the samples, or used if `useInputStats` is
  ///     false.
  ///   - weight, bias: `[C]`, or nil.
  public static func instanceNorm(
    _ input: Tensor, runningMean: Tensor? = nil, runningVar: Tensor? = nil, weight: Tensor? = nil, bias: Tensor? = nil,
    useInputStats: Bool = true, momentum: Double = 0.1, eps: Double = 1e-5
  ) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard input.rank >= 2 else {
      return failing(TensorError("instanceNorm", of: input, rule: "expected at least 2 dimensions, got \(input.rank)"))
    }
    let channels = input.shape[1], run = input.shape.dropFirst(2).reduce(1, *)
    guard checkChannels("instanceNorm", input, channels, weight: weight, bias: bias),
      checkChannels("instanceNorm", input, channels, runningMean: runningMean, runningVar: runningVar)
    else { return standIn() }
    guard useInputStats else {
      guard let runningMean, let runningVar else {
        return failing(TensorError("instanceNorm", of: input, rule: "running mean and variance must be given unless the input's are used"))
      }
      return scaledByRunning(input, runningMean, runningVar, weight, bias, eps)
    }
    guard run != 1 else {
      return failing(
        TensorError("instanceNorm", of: input, rule: "expected more than 1 spatial element when training: one alone has no variance"))
    }
    if input.elementCount == 0 { return scaledNothing(input, weight, bias) }
    var attributes = NormalizationAttributes(isOverChannels: false, epsilon: eps)
    attributes.length = run
    attributes.period = channels
    attributes.run = run
    let (result, mean, variance) = normalizedWithMoments(input, attributes, weight, bias)
    move(runningMean, momentum, mean.reshape([input.shape[0], channels]).mean(dim: 0))
    move(runningVar, momentum, variance.reshape([input.shape[0], channels]).mean(dim: 0) * (Double(run) / Double(run - 1)))
    return result
  }

  /// Each element divided by a power of the mean square of its neighbours among the channels (PyTorch's
  /// `F.local_response_norm`): x / (k + alpha·mean)^beta, over `size` channels, zeros beyond the ends.
  public static func localResponseNorm(
    _ input: Tensor, _ size: Int, alpha: Double = 1e-4, beta: Double = 0.75, k: Double = 1
  ) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard input.rank >= 3 else {
      return failing(TensorError("localResponseNorm", of: input, rule: "expected at least 3 dimensions, got \(input.rank)"))
    }
    guard size > 0 else { return failing(TensorError("localResponseNorm", of: input, rule: "size \(size) must be positive")) }
    if input.elementCount == 0 { return input }
    // Channels as the rows of one image a sample.
    var square = input.mul(input).reshape([input.shape[0], 1, input.shape[1], input.shape.dropFirst(2).reduce(1, *)])
    // In PyTorch a 3-d pooling from four dimensions on, which mixed precision computes in float32.
    if input.rank > 3 { square = Autocast.full(square) }
    let mean = square.pad([0, 0, size / 2, (size - 1) / 2]).avgPool2d(IntPair(size, 1), stride: 1).reshape(input.shape)
    return input / (mean * alpha + k).pow(beta)
  }

  // MARK: Parts

  private static func normalized(
    _ name: String, _ input: Tensor, _ attributes: NormalizationAttributes, _ weight: Tensor?, _ bias: Tensor?
  ) -> Tensor {
    guard input.dtype.isFloatingPoint else {
      return failing(
        TensorError(name, of: input, rule: "needs a floating-point tensor, not \(input.dtype)", hint: "convert it with to(.float32)"))
    }
    for parameter in [weight, bias] {
      if let parameter, parameter.dtype != input.dtype, parameter.dtype != input.dtype.computeType {
        return failing(
          TensorError(
            name, of: input, parameter, rule: "the input is \(input.dtype), the weight or bias \(parameter.dtype)",
            hint: "convert one with to(_:)"))
      }
    }
    return normalizedWithMoments(input, attributes, weight, bias).result
  }

  private static func normalizedWithMoments(
    _ input: Tensor, _ attributes: NormalizationAttributes, _ weight: Tensor?, _ bias: Tensor?
  ) -> (result: Tensor, mean: Tensor, variance: Tensor) {
    var attributes = attributes
    attributes.hasWeight = weight != nil
    attributes.hasBias = bias != nil
    var operands = [input]
    if let weight { operands.append(weight.rank == 1 ? weight : weight.reshape([-1])) }
    if let bias { operands.append(bias.rank == 1 ? bias : bias.reshape([-1])) }
    let results = applyToAll(.normalization(attributes), Operands(operands), resultCount: 3)
    return (results[0], results[1], results[2])
  }

  /// (x - mean)/√(variance + eps)·weight + bias with given moments: one multiplication and one addition an element.
  private static func scaledByRunning(
    _ input: Tensor, _ mean: Tensor, _ variance: Tensor, _ weight: Tensor?, _ bias: Tensor?, _ eps: Double
  ) -> Tensor {
    let compute = input.dtype.computeType
    var scale = (variance.to(compute) + eps).rsqrt()
    if let weight { scale = scale * weight.to(compute) }
    var shift = -(mean.to(compute) * scale)
    if let bias { shift = shift + bias.to(compute) }
    let sides = Shape([1, input.shape[1]] + [Int](repeating: 1, count: input.rank - 2))
    return shift.reshape(sides).addcmul(input.to(compute), scale.reshape(sides)).to(input.dtype)
  }

  /// Of an input without elements: a result that weight and bias have a gradient from, zeros.
  private static func scaledNothing(_ input: Tensor, _ weight: Tensor?, _ bias: Tensor?) -> Tensor {
    // Two dimensions at least: otherwise there are no channels, and the weight has no elements, either.
    let sides = input.rank < 2 ? [0] : Shape([1, input.shape[1]] + [Int](repeating: 1, count: input.rank - 2))
    var result = input.clone()
    if let weight { result = result * weight.reshape(sides) }
    if let bias { result = result + bias.reshape(sides) }
    return result.to(input.dtype)
  }

  /// running ← (1 - momentum)·running + momentum·value, in place and unrecorded.
  private static func move(_ running: Tensor?, _ momentum: Double, _ value: Tensor) {
    guard let running, !ThreadMode.hasFailed else { return }
    ThreadMode.with(adding: .noGradient) {
      _ = running.copy_(running.detach() * (1 - momentum) + value.detach().to(running.dtype) * momentum)
    }
  }

  private static func checkChannels(
    _ name: String, _ input: Tensor, _ channels: Int, weight: Tensor? = nil, bias: Tensor? = nil, runningMean: Tensor? = nil,
    runningVar: Tensor? = nil
  ) -> Bool {
    for (what, tensor) in [("weight", weight), ("bias", bias), ("running mean", runningMean), ("running variance", runningVar)] {
      guard let tensor else { continue }
      guard tensor.rank == 1, tensor.elementCount == channels else {
        fail(TensorError(name, of: input, tensor, rule: "the \(what) must have \(channels) elements, one for each channel"))
        return false
      }
      guard tensor.dtype.isFloatingPoint, tensor.dtype == input.dtype || tensor.dtype == input.dtype.computeType else {
        fail(
          TensorError(
            name, of: input, tensor, rule: "the input is \(input.dtype), the \(what) \(tensor.dtype)", hint: "convert one with to(_:)"))
        return false
      }
    }
    return true
  }
}
