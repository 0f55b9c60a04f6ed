/// The rates times `factor` when a measure, the validation loss for example, has stopped improving (PyTorch's
/// `ReduceLROnPlateau`). Stepped with the measure, so it cannot be part of ``SequentialLR`` or ``ChainedScheduler``.
public final class ReduceLROnPlateau {
  /// Which way is better.
  public enum Mode: String, Sendable {
    case min, max
  }

  /// What `threshold` is compared with.
  public enum ThresholdMode: String, Sendable {
    /// The change relative to the best value.
    case relative = "rel"
    /// The change itself.
    case absolute = "abs"
  }

  /// The optimizer whose rates it sets.
  public let optimizer: any Optimizer
  /// How often it stepped.
  public private(set) var lastEpoch = 0
  /// The rates after the last step (PyTorch's `get_last_lr()`).
  public private(set) var lastLearningRates: [Double]
  /// The best measure so far.
  public private(set) var best: Double
  private var mode: Mode
  private var factor: Double
  private var patience: Int
  private var threshold: Double
  private var thresholdMode: ThresholdMode
  private var cooldown: Int
  private var minLearningRates: [Double]
  private let commonMinimum: Double?
  private var eps: Double
  private var cooldownCounter = 0
  private var badEpochCount = 0

  /// - Parameters:
  ///   - mode: which way is better.
  ///   - factor: what the rates are multiplied by; below 1.
  ///   - patience: how many steps without improvement are borne.
  ///   - threshold: how large an improvement must be to count.
  ///   - cooldown: for how many steps after a reduction nothing is counted.
  ///   - minLR: the least rates.
  ///   - eps: the least change of a rate that is made at all.
  public init(
    _ optimizer: any Optimizer, mode: Mode = .min, factor: Double = 0.1, patience: Int = 10, threshold: Double = 1e-4,
    thresholdMode: ThresholdMode = .relative, cooldown: Int = 0, minLR: PerGroup = 0, eps: Double = 1e-8
  ) {
    optionCheck("ReduceLROnPlateau", factor < 1, "factor \(factor) must be below 1")
    self.optimizer = optimizer
    self.mode = mode
    self.factor = factor
    self.patience = patience
    self.threshold = threshold
    self.thresholdMode = thresholdMode
    self.cooldown = cooldown
    minLearningRates = minLR.values(for: optimizer.groupCount, "ReduceLROnPlateau", "minLR")
    commonMinimum = minLR.common
    self.eps = eps
    lastLearningRates = optimizer.learningRates
    best = mode == .min ? .infinity : -.infinity
  }

  /// Takes a measure in, and reduces the rates if it has been too long since one was better.
  public func step(_ metric: Double) {
    lastEpoch += 1
    if isBetter(metric) {
      best = metric
      badEpochCount = 0
    } else {
      badEpochCount += 1
    }
    if cooldownCounter > 0 {
      cooldownCounter -= 1
      badEpochCount = 0
    }
    if badEpochCount > patience {
      reduce()
      cooldownCounter = cooldown
      badEpochCount = 0
    }
    lastLearningRates = optimizer.learningRates
  }

  private func isBetter(_ metric: Double) -> Bool {
    switch (mode, thresholdMode) {
    case (.min, .relative): metric < best * (1 - threshold)
    case (.min, .absolute): metric < best - threshold
    case (.max, .relative): metric > best * (1 + threshold)
    case (.max, .absolute): metric > best + threshold
    }
  }

  private func reduce() {
    var rates = optimizer.learningRates
    if minLearningRates.count != rates.count {
      guard let commonMinimum else {
        return optionFailure(
          "ReduceLROnPlateau", "there are \(minLearningRates.count) least rates for \(rates.count) groups",
          hint: "groups were added later; give one minLR for all")
      }
      minLearningRates = Array(repeating: commonMinimum, count: rates.count)
    }
    for (index, old) in rates.enumerated() {
      let new = max(old * factor, minLearningRates[index])
      if old - new > eps { rates[index] = new }
    }
    optimizer.learningRates = rates
  }

  // MARK: State

  private var fields: [SchedulerField] {
    [
      .int("last_epoch", self, \.lastEpoch), .doubles("_last_lr", self, \.lastLearningRates), .double("best", self, \.best),
      .name("mode", self, \.mode), .double("factor", self, \.factor), .int("patience", self, \.patience),
      .double("threshold", self, \.threshold), .name("threshold_mode", self, \.thresholdMode),
      .int("cooldown", self, \.cooldown), .doubles("min_lrs", self, \.minLearningRates), .double("eps", self, \.eps),
      .int("cooldown_counter", self, \.cooldownCounter), .int("num_bad_epochs", self, \.badEpochCount),
    ]
  }

  /// The schedule's numbers and where it stands (PyTorch's `state_dict`).
  public func stateDict() -> [String: StateValue] {
    Dictionary(fields.map { ($0.key, $0.read()) }, uniquingKeysWith: { $1 })
  }

  /// Takes over a saved schedule (PyTorch's `load_state_dict`).
  /// - Throws: ``OptimizerStateError`` if an entry is missing or of the wrong type.
  public func loadStateDict(_ state: [String: StateValue]) throws(OptimizerStateError) {
    for field in fields {
      guard let value = state[field.key] else { throw OptimizerStateError("ReduceLROnPlateau", "\(field.key) is missing") }
      guard field.write(value) else { throw OptimizerStateError("ReduceLROnPlateau", "\(field.key) cannot be \(value)") }
    }
  }
}
