internal import Autograd
internal import TensorModule

/// One convolution that computes what a convolution and the batch normalization after it compute in evaluation (PyTorch's
/// `nn.utils.fusion.fuse_conv_bn_eval`). Both must be in evaluation, and the normalization have running statistics.
public func fuseConvBNEval(_ conv: Conv2d, _ norm: BatchNorm) -> Conv2d {
  fused("fuseConvBNEval", conv, norm) {
    Conv2d(
      conv.inChannels, conv.outChannels, kernelSize: conv.kernelSize, stride: conv.stride, padding: conv.padding,
      dilation: conv.dilation, groups: conv.groups, paddingMode: conv.paddingMode, device: conv.weight.device,
      dtype: conv.weight.dtype)
  }
}

/// The same for a 1-d convolution.
public func fuseConvBNEval(_ conv: Conv1d, _ norm: BatchNorm) -> Conv1d {
  fused("fuseConvBNEval", conv, norm) {
    Conv1d(
      conv.inChannels, conv.outChannels, kernelSize: conv.kernelSize, stride: conv.stride, padding: conv.padding,
      dilation: conv.dilation, groups: conv.groups, paddingMode: conv.paddingMode, device: conv.weight.device,
      dtype: conv.weight.dtype)
  }
}

/// The same for a 3-d convolution.
public func fuseConvBNEval(_ conv: Conv3d, _ norm: BatchNorm) -> Conv3d {
  fused("fuseConvBNEval", conv, norm) {
    Conv3d(
      conv.inChannels, conv.outChannels, kernelSize: conv.kernelSize, stride: conv.stride, padding: conv.padding,
      dilation: conv.dilation, groups: conv.groups, paddingMode: conv.paddingMode, device: conv.weight.device,
      dtype: conv.weight.dtype)
  }
}

private func fused<C: Convolution>(_ name: String, _ conv: C, _ norm: BatchNorm, _ make: () -> C) -> C {
  if ThreadMode.hasFailed { return conv }
  guard !norm.isTraining else {
    fail(TensorError(name, rule: "the normalization is training: only in evaluation is it a fixed factor and addend", hint: "eval() it first"))
    return conv
  }
  guard let mean = norm.runningMean, let variance = norm.runningVar else {
    fail(TensorError(name, rule: "the normalization has no running statistics"))
    return conv
  }
  guard norm.numFeatures == conv.outChannels else {
    fail(
      TensorError(name, rule: "the normalization is of \(norm.numFeatures) channels, the convolution gives \(conv.outChannels)"))
    return conv
  }
  // The new layer's initial values are replaced at once, and no random numbers may be missing for them.
  let state = Generator.default.savedState
  let result = make()
  Generator.default.savedState = state
  withNoGrad {
    let scale = (variance + norm.eps).rsqrt() * (norm.weight ?? Tensor.onesLike(variance))
    let sizes = Shape([conv.outChannels] + [Int](repeating: 1, count: conv.weight.rank - 1))
    result.weight.copy_(conv.weight * scale.reshape(sizes))
    let shift = (conv.bias.map { $0 - mean } ?? -mean) * scale
    result.bias?.copy_(norm.bias.map { shift + $0 } ?? shift)
  }
  result.weight.requiresGrad = conv.weight.requiresGrad
  result.bias?.requiresGrad = conv.bias?.requiresGrad ?? conv.weight.requiresGrad
  return result
}
