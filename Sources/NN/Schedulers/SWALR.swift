/// The rates from where they are to a constant in `annealEpochs` steps, for averaging the parameters met along the way
/// (PyTorch's `swa_utils.SWALR`; Izmailov et al., 2018). See ``AveragedModel``.
public final class SWALR: LRScheduler {
  private var annealEpochs: Int
  private var strategy: AnnealStrategy

  /// `annealEpochs` 0 sets the rate at once.
  public init(
    _ optimizer: any Optimizer, swaLR: PerGroup, annealEpochs: Int = 10, annealStrategy: AnnealStrategy = .cos,
    lastEpoch: Int = -1
  ) {
    optionCheck("SWALR", annealEpochs >= 0, "annealEpochs \(annealEpochs) must not be negative")
    for (index, rate) in swaLR.values(for: optimizer.groupCount, "SWALR", "swaLR").enumerated() {
      optimizer.setScheduleEntry("swa_lr", ofGroup: index, to: rate)
    }
    self.annealEpochs = max(0, annealEpochs)
    strategy = annealStrategy
    super.init(optimizer, lastEpoch: lastEpoch)
  }

  /// The share of the constant after so many steps.
  private func share(_ step: Int) -> Double {
    let t = max(0, min(1, Double(step) / Double(max(1, annealEpochs))))
    return strategy == .linear ? t : (1 - ScalarMath.cos(.pi * t)) / 2
  }

  public override func learningRates() -> [Double] {
    let step = annealEpochs == 0 ? max(1, countOfSteps - 1) : countOfSteps - 1
    let before = share(step - 1), now = share(step)
    return optimizer.learningRates.enumerated().map { index, rate in
      let constant = optimizer.scheduleEntry("swa_lr", ofGroup: index) ?? rate
      // What the rate would be without the constant's share.
      let own = before == 1 ? constant : (rate - before * constant) / (1 - before)
      return constant * now + own * (1 - now)
    }
  }

  override var fields: [SchedulerField] {
    super.fields + [.int("anneal_epochs", self, \.annealEpochs), .name("_anneal_strategy", self, \.strategy)]
  }
}
