/// The rates times `factor` for the first `totalIters` steps, then the rates themselves (PyTorch's `ConstantLR`).
public final class ConstantLR: LRScheduler {
  private var factor: Double
  private var totalIters: Int

  /// `factor` from 0 to 1.
  public init(_ optimizer: any Optimizer, factor: Double = 1.0 / 3, totalIters: Int = 5, lastEpoch: Int = -1) {
    optionCheck("ConstantLR", (0...1).contains(factor), "factor \(factor) is not between 0 and 1")
    self.factor = factor
    self.totalIters = totalIters
    super.init(optimizer, lastEpoch: lastEpoch)
  }

  public override func learningRates() -> [Double] {
    let rates = optimizer.learningRates
    if lastEpoch == 0 { return rates.map { $0 * factor } }
    return lastEpoch == totalIters ? rates.map { $0 * (1 / factor) } : rates
  }

  public override func closedFormLearningRates() -> [Double]? {
    baseLearningRates.map { $0 * (factor + (lastEpoch >= totalIters ? 1 - factor : 0)) }
  }

  override var fields: [SchedulerField] {
    super.fields + [.double("factor", self, \.factor), .int("total_iters", self, \.totalIters)]
  }
}
