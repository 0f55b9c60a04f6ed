/// One schedule after the other, each from its milestone on (PyTorch's `SequentialLR`).
public final class SequentialLR: LRScheduler {
  private let schedulers: [LRScheduler]
  private var milestones: [Int]

  /// Schedulers of the same optimizer, and the steps at which the second and all later ones take over.
  public init(_ optimizer: any Optimizer, schedulers: [LRScheduler], milestones: [Int], lastEpoch: Int = -1) {
    self.schedulers = schedulers
    self.milestones = milestones
    super.init(composing: optimizer, lastEpoch: lastEpoch + 1)
    guard checkParts(schedulers) else { return }
    guard milestones.count == schedulers.count - 1 else {
      optionFailure(
        name, "there are \(schedulers.count) schedulers and \(milestones.count) milestones", hint: "one less than schedulers")
      return
    }
    // Making the schedulers has set rates already; only the first one's shall count.
    optimizer.resetLearningRates()
    undoFirstStep()
    let first = schedulers[part(of: 0)]
    first.startAgain()
    lastLearningRates = first.lastLearningRates
  }

  /// The scheduler in charge at a step.
  private func part(of epoch: Int) -> Int { milestones.firstIndex { epoch < $0 } ?? milestones.count }

  public override func step() {
    guard milestones.count < schedulers.count else { return }
    lastEpoch += 1
    let number = part(of: lastEpoch), scheduler = schedulers[number]
    if number > 0 && milestones[number - 1] == lastEpoch { scheduler.jump(to: 0) } else { scheduler.step() }
    lastLearningRates = scheduler.lastLearningRates
  }

  override func startAgain() {
    lastEpoch = 0
    let first = schedulers[part(of: 0)]
    first.startAgain()
    lastLearningRates = first.lastLearningRates
  }

  override func jump(to epoch: Int) {
    lastEpoch = epoch
    let first = schedulers[part(of: epoch)]
    first.jump(to: epoch)
    lastLearningRates = first.lastLearningRates
  }

  override func undoFirstStep() { for scheduler in schedulers { scheduler.undoFirstStep() } }

  public override func stateDict() -> [String: StateValue] {
    var state = super.stateDict()
    state["_milestones"] = .list(milestones.map { .int($0) })
    state["_schedulers"] = .list(schedulers.map { .dictionary($0.stateDict()) })
    return state
  }

  public override func loadStateDict(_ state: [String: StateValue]) throws(OptimizerStateError) {
    guard let steps = state["_milestones"]?.list?.compactMap(\.int), steps.count == schedulers.count - 1 else {
      throw OptimizerStateError(name, "_milestones do not fit \(schedulers.count) schedulers")
    }
    try loadParts(state, schedulers)
    try super.loadStateDict(state)
    milestones = steps
  }

  override var fields: [SchedulerField] { composedFields }
}

extension LRScheduler {
  /// What schedules made of others save of their own.
  var composedFields: [SchedulerField] {
    [.int("last_epoch", self, \.lastEpoch), .doubles("_last_lr", self, \.lastLearningRates)]
  }

  /// Whether there are schedulers, all of this optimizer; fails otherwise.
  func checkParts(_ schedulers: [LRScheduler]) -> Bool {
    if schedulers.isEmpty {
      optionFailure(name, "there are no schedulers")
      return false
    }
    for (index, scheduler) in schedulers.enumerated() where scheduler.optimizer !== optimizer {
      optionFailure(name, "scheduler \(index), \(scheduler.name), belongs to another optimizer")
      return false
    }
    return true
  }

  func loadParts(_ state: [String: StateValue], _ schedulers: [LRScheduler]) throws(OptimizerStateError) {
    guard let parts = state["_schedulers"]?.list, parts.count == schedulers.count else {
      throw OptimizerStateError(name, "_schedulers does not hold the states of \(schedulers.count) schedulers")
    }
    for (scheduler, part) in zip(schedulers, parts) {
      guard let entries = part.dictionary else { throw OptimizerStateError(name, "_schedulers holds \(part)") }
      try scheduler.loadStateDict(entries)
    }
  }
}
