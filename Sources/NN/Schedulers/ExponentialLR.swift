/// The rates times `gamma` at every step (PyTorch's `ExponentialLR`).
public final class ExponentialLR: LRScheduler {
  private var gamma: Double

  /// A schedule of an optimizer: `gamma` is the factor of each step, `lastEpoch` the step to go on from (-1: the beginning).
  public init(_ optimizer: any Optimizer, gamma: Double, lastEpoch: Int = -1) {
    self.gamma = gamma
    super.init(optimizer, lastEpoch: lastEpoch)
  }

  public override func learningRates() -> [Double] {
    isInitial ? optimizer.learningRates : optimizer.learningRates.map { $0 * gamma }
  }

  public override func closedFormLearningRates() -> [Double]? {
    baseLearningRates.map { $0 * ScalarMath.pow(gamma, lastEpoch) }
  }

  override var fields: [SchedulerField] { super.fields + [.double("gamma", self, \.gamma)] }
}
