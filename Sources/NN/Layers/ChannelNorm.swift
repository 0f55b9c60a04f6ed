internal import Autograd
public import TensorModule

// Unchecked because a class that has subclasses cannot be checked: all properties are constants of Sendable types, the
// momentum behind a lock, and the subclasses, in this module only, add none.
/// What ``BatchNorm`` and ``InstanceNorm`` have in common (PyTorch's `_NormBase`): a factor and an addend for each
/// channel, and running statistics.
public class ChannelNorm: Layer, ModeDependent, @unchecked Sendable {
  /// C, the number of channels.
  public final let numFeatures: Int
  /// What is added to the variance.
  public final let eps: Double
  /// How far the running statistics move towards those of a batch; nil makes them the means over all batches.
  public final var momentum: Double? {
    get { storedMomentum.withLock { $0 } }
    set { storedMomentum.withLock { $0 = newValue } }
  }
  private let storedMomentum: Guarded<Double?>
  /// Whether there is a weight.
  public final let affine: Bool
  /// Whether there are running statistics.
  public final let trackRunningStats: Bool
  /// `[C]`, ones at first; nil unless `affine`.
  public final let weight: Parameter?
  /// `[C]`, zeros at first; nil without `affine` or `bias`.
  public final let bias: Parameter?
  /// `[C]`, zeros at first; nil without `trackRunningStats`.
  public final let runningMean: Buffer?
  /// `[C]`, ones at first, of unbiased variances; nil without `trackRunningStats`.
  public final let runningVar: Buffer?
  /// How many batches the running statistics have seen: one int64; nil without `trackRunningStats`.
  public final let numBatchesTracked: Buffer?
  private let mode = TrainingMode()
  final let name: String
  final let ranks: [Int]

  init(
    _ name: String, ranks: [Int], _ numFeatures: Int, _ eps: Double, _ momentum: Double?, affine: Bool, bias: Bool,
    trackRunningStats: Bool, _ device: Device, _ dtype: DType
  ) {
    self.name = name
    self.ranks = ranks
    self.numFeatures = numFeatures
    self.eps = eps
    storedMomentum = Guarded(momentum)
    self.affine = affine
    self.trackRunningStats = trackRunningStats
    Init.checkSizes(name, [numFeatures], dtype)
    func vector(_ value: Double) -> Tensor { Tensor.full([numFeatures], value, dtype: dtype, device: device) }
    weight = affine ? Parameter(vector(1)) : nil
    self.bias = affine && bias ? Parameter(vector(0)) : nil
    runningMean = trackRunningStats ? Buffer(vector(0)) : nil
    runningVar = trackRunningStats ? Buffer(vector(1)) : nil
    numBatchesTracked = trackRunningStats ? Buffer(Tensor.zeros([], dtype: .int64, device: device)) : nil
  }

  /// True while training.
  public final var isTraining: Bool {
    get { mode.isOn }
    set { mode.isOn = newValue }
  }

  /// The running statistics as at first (PyTorch's `reset_running_stats`).
  public final func resetRunningStats() {
    withNoGrad {
      runningMean?.zero_()
      runningVar?.fill_(1)
      numBatchesTracked?.zero_()
    }
  }

  /// `x` normalized.
  public func forward(_ x: Tensor) -> Tensor { x }

  /// False after failing.
  final func checkRank(_ x: Tensor) -> Bool {
    if ThreadMode.hasFailed { return false }
    if ranks.contains(x.rank) { return true }
    let expected = ranks.map(String.init).joined(separator: " or ")
    fail(TensorError(name, of: x, rule: "expected an input of \(expected) dimensions, got \(x.rank)"))
    return false
  }

  /// PyTorch's.
  public final var extraDescription: String {
    "\(numFeatures), eps=\(eps), momentum=\(momentum.map { "\($0)" } ?? "None"), affine=\(affine.pythonDescription), "
      + "bias=\((bias != nil).pythonDescription), track_running_stats=\(trackRunningStats.pythonDescription)"
  }
}
