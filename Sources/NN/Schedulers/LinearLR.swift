/// The rates times a factor that goes in equal steps from `startFactor` to `endFactor` in `totalIters` steps (PyTorch's
/// `LinearLR`): a warm-up by default.
public final class LinearLR: LRScheduler {
  private var startFactor: Double
  private var endFactor: Double
  private var totalIters: Int

  /// `startFactor` above 0 and at most 1, `endFactor` from 0 to 1.
  public init(
    _ optimizer: any Optimizer, startFactor: Double = 1.0 / 3, endFactor: Double = 1, totalIters: Int = 5,
    lastEpoch: Int = -1
  ) {
    optionCheck("LinearLR", startFactor > 0 && startFactor <= 1, "startFactor \(startFactor) is not above 0 and at most 1")
    optionCheck("LinearLR", (0...1).contains(endFactor), "endFactor \(endFactor) is not between 0 and 1")
    self.startFactor = startFactor
    self.endFactor = endFactor
    self.totalIters = totalIters
    super.init(optimizer, lastEpoch: lastEpoch)
  }

  public override func learningRates() -> [Double] {
    let rates = optimizer.learningRates
    if lastEpoch == 0 { return rates.map { $0 * startFactor } }
    if isInitial || lastEpoch > totalIters { return rates }
    let change = endFactor - startFactor
    let previous = Double(totalIters) * startFactor + Double(lastEpoch - 1) * change
    return rates.map { $0 * (1 + change / previous) }
  }

  public override func closedFormLearningRates() -> [Double]? {
    let share = (endFactor - startFactor) * Double(min(totalIters, lastEpoch)) / Double(totalIters)
    return baseLearningRates.map { $0 * (startFactor + share) }
  }

  override var fields: [SchedulerField] {
    super.fields + [
      .double("start_factor", self, \.startFactor), .double("end_factor", self, \.endFactor),
      .int("total_iters", self, \.totalIters),
    ]
  }
}
