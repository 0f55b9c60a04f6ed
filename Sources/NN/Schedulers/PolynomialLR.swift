/// The rates falling to 0 in `totalIters` steps, as a power of what is left to go (PyTorch's `PolynomialLR`).
public final class PolynomialLR: LRScheduler {
  private var totalIters: Int
  private var power: Double

  /// A schedule of an optimizer, with PyTorch's defaults; `lastEpoch` is the step to go on from (-1: the beginning).
  public init(_ optimizer: any Optimizer, totalIters: Int = 5, power: Double = 1, lastEpoch: Int = -1) {
    self.totalIters = totalIters
    self.power = power
    super.init(optimizer, lastEpoch: lastEpoch)
  }

  public override func learningRates() -> [Double] {
    let rates = optimizer.learningRates
    if isInitial || lastEpoch > totalIters { return rates }
    let total = Double(totalIters), epoch = Double(lastEpoch)
    let decay = ScalarMath.pow((1 - epoch / total) / (1 - (epoch - 1) / total), power)
    return rates.map { $0 * decay }
  }

  public override func closedFormLearningRates() -> [Double]? {
    let left = 1 - Double(min(totalIters, lastEpoch)) / Double(totalIters)
    return baseLearningRates.map { $0 * ScalarMath.pow(left, power) }
  }

  override var fields: [SchedulerField] {
    super.fields + [.int("total_iters", self, \.totalIters), .double("power", self, \.power)]
  }
}
