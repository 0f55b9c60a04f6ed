public import TensorModule

/// What ``InstanceNorm1d``, ``InstanceNorm2d`` and ``InstanceNorm3d`` have in common (PyTorch's `_InstanceNorm`): each
/// channel of each sample with mean 0 and variance 1, scaled and shifted by channel.
///
/// Mean and (biased) variance are always those of the sample, unless there are running statistics: these take their place
/// in evaluation.
public class InstanceNorm: ChannelNorm, @unchecked Sendable {
  /// `x` normalized.
  public override final func forward(_ x: Tensor) -> Tensor {
    guard checkRank(x) else { return standIn() }
    let isSample = x.rank == ranks[0]
    let channels = x.shape[isSample ? 0 : 1]
    guard !affine || channels == numFeatures else {
      return failing(
        TensorError(name, of: x, rule: "the layer is made for \(numFeatures) channels, the input has \(channels)"))
    }
    let result = Functional.instanceNorm(
      isSample ? x.unsqueeze(0) : x, runningMean: runningMean, runningVar: runningVar, weight: weight, bias: bias,
      useInputStats: isTraining || !trackRunningStats, momentum: momentum ?? 0, eps: eps)
    return isSample ? result.squeeze(0) : result
  }
}

/// ``InstanceNorm`` of `[N, C, L]` or `[C, L]` (PyTorch's `nn.InstanceNorm1d`).
public final class InstanceNorm1d: InstanceNorm, @unchecked Sendable {
  /// For `numFeatures` channels; without parameters and running statistics unless asked for. Without a weight the number
  /// of channels is not checked.
  public init(
    _ numFeatures: Int, eps: Double = 1e-5, momentum: Double? = 0.1, affine: Bool = false, trackRunningStats: Bool = false,
    bias: Bool = true, device: Device = .cpu, dtype: DType = .float32
  ) {
    super.init(
      "InstanceNorm1d", ranks: [2, 3], numFeatures, eps, momentum, affine: affine, bias: bias,
      trackRunningStats: trackRunningStats, device, dtype)
  }
}

/// ``InstanceNorm`` of `[N, C, H, W]` or `[C, H, W]` (PyTorch's `nn.InstanceNorm2d`).
public final class InstanceNorm2d: InstanceNorm, @unchecked Sendable {
  /// For `numFeatures` channels; without parameters and running statistics unless asked for. Without a weight the number
  /// of channels is not checked.
  public init(
    _ numFeatures: Int, eps: Double = 1e-5, momentum: Double? = 0.1, affine: Bool = false, trackRunningStats: Bool = false,
    bias: Bool = true, device: Device = .cpu, dtype: DType = .float32
  ) {
    super.init(
      "InstanceNorm2d", ranks: [3, 4], numFeatures, eps, momentum, affine: affine, bias: bias,
      trackRunningStats: trackRunningStats, device, dtype)
  }
}

/// ``InstanceNorm`` of `[N, C, D, H, W]` or `[C, D, H, W]` (PyTorch's `nn.InstanceNorm3d`).
public final class InstanceNorm3d: InstanceNorm, @unchecked Sendable {
  /// For `numFeatures` channels; without parameters and running statistics unless asked for. Without a weight the number
  /// of channels is not checked.
  public init(
    _ numFeatures: Int, eps: Double = 1e-5, momentum: Double? = 0.1, affine: Bool = false, trackRunningStats: Bool = false,
    bias: Bool = true, device: Device = .cpu, dtype: DType = .float32
  ) {
    super.init(
      "InstanceNorm3d", ranks: [4, 5], numFeatures, eps, momentum, affine: affine, bias: bias,
      trackRunningStats: trackRunningStats, device, dtype)
  }
}
