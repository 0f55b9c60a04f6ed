/// The rates times `gamma` after every `stepSize` steps (PyTorch's `StepLR`).
public final class StepLR: LRScheduler {
  private var stepSize: Int
  private var gamma: Double

  /// `stepSize` above 0.
  public init(_ optimizer: any Optimizer, stepSize: Int, gamma: Double = 0.1, lastEpoch: Int = -1) {
    optionCheck("StepLR", stepSize > 0, "stepSize \(stepSize) must be positive")
    self.stepSize = max(1, stepSize)
    self.gamma = gamma
    super.init(optimizer, lastEpoch: lastEpoch)
  }

  public override func learningRates() -> [Double] {
    let rates = optimizer.learningRates
    return lastEpoch == 0 || lastEpoch % stepSize != 0 ? rates : rates.map { $0 * gamma }
  }

  public override func closedFormLearningRates() -> [Double]? {
    baseLearningRates.map { $0 * ScalarMath.pow(gamma, lastEpoch / stepSize) }
  }

  override var fields: [SchedulerField] {
    super.fields + [.int("step_size", self, \.stepSize), .double("gamma", self, \.gamma)]
  }
}
