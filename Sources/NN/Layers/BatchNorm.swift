internal import Autograd
public import TensorModule

/// What ``BatchNorm1d``, ``BatchNorm2d`` and ``BatchNorm3d`` have in common (PyTorch's `_BatchNorm`): each channel over
/// all samples with mean 0 and variance 1, scaled and shifted: (x - mean) / √(variance + eps) · weight + bias.
///
/// While training, mean and (biased) variance are those of the batch, and the running statistics move towards them; in
/// evaluation the running statistics take their place, if there are any.
public class BatchNorm: ChannelNorm, RunningStatistics, @unchecked Sendable {
  /// `x` normalized.
  public override final func forward(_ x: Tensor) -> Tensor {
    guard checkRank(x) else { return standIn() }
    var factor = momentum ?? 0
    if isTraining, momentum == nil, let numBatchesTracked {
      // A mean over all batches, this one included.
      factor = 1 / (numBatchesTracked.item() + 1)
    }
    let result = Functional.batchNorm(
      x, runningMean: runningMean, runningVar: runningVar, weight: weight, bias: bias,
      training: isTraining || runningMean == nil, momentum: factor, eps: eps)
    if isTraining, let numBatchesTracked, !ThreadMode.hasFailed { withNoGrad { _ = numBatchesTracked.add_(1) } }
    return result
  }
}

/// ``BatchNorm`` of `[N, C]` or `[N, C, L]` (PyTorch's `nn.BatchNorm1d`).
public final class BatchNorm1d: BatchNorm, @unchecked Sendable {
  /// For `numFeatures` channels. Without `trackRunningStats` evaluation uses the batch's statistics, too.
  public init(
    _ numFeatures: Int, eps: Double = 1e-5, momentum: Double? = 0.1, affine: Bool = true, trackRunningStats: Bool = true,
    bias: Bool = true, device: Device = .cpu, dtype: DType = .float32
  ) {
    super.init(
      "BatchNorm1d", ranks: [2, 3], numFeatures, eps, momentum, affine: affine, bias: bias,
      trackRunningStats: trackRunningStats, device, dtype)
  }
}

/// ``BatchNorm`` of `[N, C, H, W]` (PyTorch's `nn.BatchNorm2d`).
public final class BatchNorm2d: BatchNorm, @unchecked Sendable {
  /// For `numFeatures` channels. Without `trackRunningStats` evaluation uses the batch's statistics, too.
  public init(
    _ numFeatures: Int, eps: Double = 1e-5, momentum: Double? = 0.1, affine: Bool = true, trackRunningStats: Bool = true,
    bias: Bool = true, device: Device = .cpu, dtype: DType = .float32
  ) {
    super.init(
      "BatchNorm2d", ranks: [4], numFeatures, eps, momentum, affine: affine, bias: bias,
      trackRunningStats: trackRunningStats, device, dtype)
  }
}

/// ``BatchNorm`` of `[N, C, D, H, W]` (PyTorch's `nn.BatchNorm3d`).
public final class BatchNorm3d: BatchNorm, @unchecked Sendable {
  /// For `numFeatures` channels. Without `trackRunningStats` evaluation uses the batch's statistics, too.
  public init(
    _ numFeatures: Int, eps: Double = 1e-5, momentum: Double? = 0.1, affine: Bool = true, trackRunningStats: Bool = true,
    bias: Bool = true, device: Device = .cpu, dtype: DType = .float32
  ) {
    super.init(
      "BatchNorm3d", ranks: [5], numFeatures, eps, momentum, affine: affine, bias: bias,
      trackRunningStats: trackRunningStats, device, dtype)
  }
}
