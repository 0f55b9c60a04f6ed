internal import TensorModule

/// A rule that changes an optimizer's learning rates as training goes on (PyTorch's `lr_scheduler.LRScheduler`).
///
/// ```swift
/// let scheduler = CosineAnnealingLR(optimizer, tMax: epochs)
/// for epoch in 0..<epochs {
///   for (x, y) in loader { … optimizer.step() }
///   scheduler.step()
/// }
/// ```
/// Making a scheduler sets the first rates. To write one of your own, override ``learningRates()``, and ``stateDict()``
/// and ``loadStateDict(_:)`` if it has a state. Not to be used by several tasks at once.
open class LRScheduler {
  /// The optimizer whose rates it sets.
  public let optimizer: any Optimizer
  /// How often it stepped; 0 after creation.
  public internal(set) var lastEpoch: Int
  /// The rates of the groups that the schedule starts from (PyTorch's `base_lrs`).
  public internal(set) var baseLearningRates: [Double]
  /// The rates that were set last (PyTorch's `get_last_lr()`).
  public internal(set) var lastLearningRates: [Double]
  /// Whether ``learningRates()`` is asked for the rates at the very start, not for those after a step.
  public internal(set) var isInitial = false
  private var stepCount = 0

  /// Starts a schedule, or, with a `lastEpoch` other than -1, goes on with one whose starting rates the optimizer's state
  /// holds.
  public init(_ optimizer: any Optimizer, lastEpoch: Int = -1) {
    self.optimizer = optimizer
    self.lastEpoch = lastEpoch
    let rates = optimizer.learningRates
    for (index, rate) in rates.enumerated() where optimizer.scheduleEntry("initial_lr", ofGroup: index) == nil {
      if lastEpoch == -1 {
        optimizer.setScheduleEntry("initial_lr", ofGroup: index, to: rate)
      } else {
        fail(
          TensorError(
            "LRScheduler", rule: "group \(index) has no starting rate, so the schedule cannot go on from step \(lastEpoch)",
            hint: "load the optimizer's state first, or start with lastEpoch: -1"))
        break
      }
    }
    baseLearningRates = rates.enumerated().map { optimizer.scheduleEntry("initial_lr", ofGroup: $0) ?? $1 }
    lastLearningRates = rates
    startAgain()
  }

  /// A schedule that is made of others and sets no rates of its own.
  init(composing optimizer: any Optimizer, lastEpoch: Int) {
    self.optimizer = optimizer
    self.lastEpoch = lastEpoch
    baseLearningRates = []
    lastLearningRates = optimizer.learningRates
  }

  /// The rates of the groups in step ``lastEpoch`` (PyTorch's `get_lr`): those of the step before, in
  /// `optimizer.learningRates`, changed as the schedule says. The same rates unless overridden.
  open func learningRates() -> [Double] { optimizer.learningRates }

  /// The rates in step ``lastEpoch`` without those of the step before, if there is a formula for them. Used where a
  /// schedule begins in the middle of others.
  open func closedFormLearningRates() -> [Double]? { nil }

  /// Sets the rates of the next step. After the optimizer's step.
  open func step() {
    stepCount += 1
    lastEpoch += 1
    apply(learningRates())
  }

  /// Number of steps, the one at the start included, that a schedule for averaging counts by.
  var countOfSteps: Int { stepCount }

  /// Steps as at the start.
  func startAgain() {
    stepCount = 0
    isInitial = true
    step()
    isInitial = false
  }

  /// Goes to a step without counting it.
  func jump(to epoch: Int) {
    lastEpoch = epoch
    apply(closedFormLearningRates() ?? learningRates())
  }

  /// Takes back the step that creation made.
  func undoFirstStep() { lastEpoch -= 1 }

  func apply(_ rates: [Double]) {
    guard rates.count == optimizer.groupCount else {
      return fail(
        TensorError(
          name, rule: "the schedule has rates for \(rates.count) groups, the optimizer \(optimizer.groupCount) groups"))
    }
    optimizer.learningRates = rates
    lastLearningRates = rates
  }

  /// The class's name, for errors.
  var name: String { _typeName(type(of: self), qualified: false) }

  // MARK: State

  /// What a saved schedule consists of, under PyTorch's names.
  var fields: [SchedulerField] {
    [
      .int("last_epoch", self, \.lastEpoch), .int("_step_count", self, \.stepCount),
      .doubles("base_lrs", self, \.baseLearningRates), .doubles("_last_lr", self, \.lastLearningRates),
    ]
  }

  /// The schedule's numbers and where it stands (PyTorch's `state_dict`); functions are not part of it.
  open func stateDict() -> [String: StateValue] {
    Dictionary(fields.map { ($0.key, $0.read()) }, uniquingKeysWith: { $1 })
  }

  /// Takes over a saved schedule (PyTorch's `load_state_dict`). It does not change the optimizer: load that one's state,
  /// too. Entries of other names are left alone.
  /// - Throws: ``OptimizerStateError`` if an entry is missing or of the wrong type.
  open func loadStateDict(_ state: [String: StateValue]) throws(OptimizerStateError) {
    let fields = fields
    for field in fields where state[field.key] == nil { throw OptimizerStateError(name, "\(field.key) is missing") }
    for field in fields {
      if let value = state[field.key], !field.write(value) {
        throw OptimizerStateError(name, "\(field.key) cannot be \(value)")
      }
    }
  }
}
