internal import Autograd
public import TensorModule

/// Channels in groups, each group of each sample with mean 0 and variance 1, scaled and shifted by channel (PyTorch's
/// `nn.GroupNorm`): input and output `[N, C, …]`; training and evaluation compute the same.
public final class GroupNorm: Layer {
  /// How many groups there are.
  public let numGroups: Int
  /// C, a multiple of the number of groups.
  public let numChannels: Int
  /// What is added to the variance.
  public let eps: Double
  /// Whether there is a weight.
  public let affine: Bool
  /// `[C]`, ones at first; nil unless `affine`.
  public let weight: Parameter?
  /// `[C]`, zeros at first; nil without `affine` or `bias`.
  public let bias: Parameter?

  /// `numChannels` channels in `numGroups` groups, which must divide them.
  public init(
    _ numGroups: Int, _ numChannels: Int, eps: Double = 1e-5, affine: Bool = true, bias: Bool = true,
    device: Device = .cpu, dtype: DType = .float32
  ) {
    if numGroups <= 0 || numChannels % numGroups != 0 {
      fail(
        TensorError("GroupNorm", rule: "the number of channels \(numChannels) must be divisible by the number of groups \(numGroups)"))
    }
    self.numGroups = numGroups
    self.numChannels = numChannels
    self.eps = eps
    self.affine = affine
    Init.checkSizes("GroupNorm", [numChannels], dtype)
    weight = affine ? Parameter(Tensor.ones([numChannels], dtype: dtype, device: device)) : nil
    self.bias = affine && bias ? Parameter(Tensor.zeros([numChannels], dtype: dtype, device: device)) : nil
  }

  /// `x` normalized.
  public func forward(_ x: Tensor) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard affine || x.rank < 2 || x.shape[1] == numChannels else {
      return failing(
        TensorError("GroupNorm", of: x, rule: "the layer is made for \(numChannels) channels, the input has \(x.shape[1])"))
    }
    return Functional.groupNorm(x, numGroups, weight: weight, bias: bias, eps: eps)
  }

  /// PyTorch's.
  public var extraDescription: String {
    "\(numGroups), \(numChannels), eps=\(eps), affine=\(affine.pythonDescription), bias=\((bias != nil).pythonDescription)"
  }
}
