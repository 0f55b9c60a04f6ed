/// Several schedules at once: each changes the rates that the one before it has set (PyTorch's `ChainedScheduler`).
public final class ChainedScheduler: LRScheduler {
  private let schedulers: [LRScheduler]

  /// Schedulers of one optimizer.
  public init(_ schedulers: [LRScheduler], optimizer: any Optimizer) {
    self.schedulers = schedulers
    super.init(composing: optimizer, lastEpoch: 0)
    _ = checkParts(schedulers)
  }

  /// Schedulers of one optimizer; at least one.
  public convenience init(_ first: LRScheduler, _ others: LRScheduler...) {
    self.init([first] + others, optimizer: first.optimizer)
  }

  public override func step() {
    lastEpoch += 1
    for scheduler in schedulers { scheduler.step() }
    lastLearningRates = optimizer.learningRates
  }

  override func startAgain() { for scheduler in schedulers { scheduler.startAgain() } }

  /// Begins anew from the starting rates: the parts' own formulas would each forget the others.
  override func jump(to epoch: Int) {
    optimizer.resetLearningRates()
    for scheduler in schedulers {
      scheduler.lastEpoch = epoch - 1
      scheduler.startAgain()
    }
    lastLearningRates = optimizer.learningRates
  }

  override func undoFirstStep() { for scheduler in schedulers { scheduler.undoFirstStep() } }

  public override func stateDict() -> [String: StateValue] {
    var state = super.stateDict()
    state["_schedulers"] = .list(schedulers.map { .dictionary($0.stateDict()) })
    return state
  }

  public override func loadStateDict(_ state: [String: StateValue]) throws(OptimizerStateError) {
    try loadParts(state, schedulers)
    try super.loadStateDict(state)
  }

  override var fields: [SchedulerField] { [.doubles("_last_lr", self, \.lastLearningRates)] }
}
