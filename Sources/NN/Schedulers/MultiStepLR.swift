/// The rates times `gamma` at each of the steps `milestones`, in any order; one named twice counts twice (PyTorch's
/// `MultiStepLR`).
public final class MultiStepLR: LRScheduler {
  private var milestones: [Int]
  private var gamma: Double

  /// A schedule of an optimizer, with PyTorch's defaults; `lastEpoch` is the step to go on from (-1: the beginning).
  public init(_ optimizer: any Optimizer, milestones: [Int], gamma: Double = 0.1, lastEpoch: Int = -1) {
    self.milestones = milestones
    self.gamma = gamma
    super.init(optimizer, lastEpoch: lastEpoch)
  }

  public override func learningRates() -> [Double] {
    let rates = optimizer.learningRates, count = milestones.count { $0 == lastEpoch }
    return count == 0 ? rates : rates.map { $0 * ScalarMath.pow(gamma, count) }
  }

  public override func closedFormLearningRates() -> [Double]? {
    let count = milestones.count { $0 <= lastEpoch }
    return baseLearningRates.map { $0 * ScalarMath.pow(gamma, count) }
  }

  override var fields: [SchedulerField] {
    let milestones = SchedulerField(
      key: "milestones",
      // PyTorch keeps them as a table of counts; a list reads the same whichever way it is written down.
      read: { [unowned self] in .list(self.milestones.map { .int($0) }) },
      write: { [unowned self] value in
        guard let items = value.list else { return false }
        let steps = items.compactMap(\.int)
        guard steps.count == items.count else { return false }
        self.milestones = steps
        return true
      })
    return super.fields + [milestones, .double("gamma", self, \.gamma)]
  }
}
