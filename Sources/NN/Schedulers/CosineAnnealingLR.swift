/// The rates along a cosine, down to `etaMin` in `tMax` steps, and up again after (PyTorch's `CosineAnnealingLR`).
public final class CosineAnnealingLR: LRScheduler {
  private var tMax: Int
  private var etaMin: Double

  /// `tMax` above 0.
  public init(_ optimizer: any Optimizer, tMax: Int, etaMin: Double = 0, lastEpoch: Int = -1) {
    optionCheck("CosineAnnealingLR", tMax > 0, "tMax \(tMax) must be positive")
    self.tMax = max(1, tMax)
    self.etaMin = etaMin
    super.init(optimizer, lastEpoch: lastEpoch)
  }

  private func wave(_ epoch: Int) -> Double { 1 + ScalarMath.cos(.pi * Double(epoch) / Double(tMax)) }

  public override func learningRates() -> [Double] {
    let rates = optimizer.learningRates
    if isInitial { return rates }
    // From the lowest point the ratio of two waves would be a division by zero.
    if (lastEpoch - 1 - tMax) % (2 * tMax) == 0 {
      let rise = 1 - ScalarMath.cos(.pi / Double(tMax))
      return zip(rates, baseLearningRates).map { $0 + ($1 - etaMin) * rise / 2 }
    }
    let ratio = wave(lastEpoch) / wave(lastEpoch - 1)
    return rates.map { ratio * ($0 - etaMin) + etaMin }
  }

  public override func closedFormLearningRates() -> [Double]? {
    baseLearningRates.map { etaMin + ($0 - etaMin) * wave(lastEpoch) / 2 }
  }

  override var fields: [SchedulerField] {
    super.fields + [.int("T_max", self, \.tMax), .double("eta_min", self, \.etaMin)]
  }
}
