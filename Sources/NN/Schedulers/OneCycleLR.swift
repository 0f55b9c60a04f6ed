/// The rates up to a maximum and down to almost nothing, once, stepped after every batch; the momentum the other way
/// round (PyTorch's `OneCycleLR`; Smith and Topin, 2018).
public final class OneCycleLR: LRScheduler {
  /// A stretch of the schedule: where it ends and which of a group's numbers it goes between.
  private struct Phase {
    var end: Double
    var rates: (from: String, to: String)
    var momentums: (from: String, to: String)
  }

  private var totalSteps: Int
  private var phases: [Phase]
  private var strategy: AnnealStrategy
  private var cycleMomentum: Bool
  private let momentum: CycledMomentum?

  /// Starts at `maxLR / divFactor`.
  /// - Parameters:
  ///   - maxLR: the highest rates.
  ///   - totalSteps: the length of the schedule; nil: `epochs` times `stepsPerEpoch`.
  ///   - pctStart: the share of the schedule that goes up.
  ///   - cycleMomentum: whether the momentum, or the first beta, goes from `maxMomentum` to `baseMomentum` and back.
  ///   - divFactor: the highest rate over the first.
  ///   - finalDivFactor: the first rate over the last.
  ///   - threePhase: whether the fall to the first rate takes as long as the rise, and a third stretch goes to the last.
  public init(
    _ optimizer: any Optimizer, maxLR: PerGroup, totalSteps: Int? = nil, epochs: Int? = nil, stepsPerEpoch: Int? = nil,
    pctStart: Double = 0.3, annealStrategy: AnnealStrategy = .cos, cycleMomentum: Bool = true,
    baseMomentum: PerGroup = 0.85, maxMomentum: PerGroup = 0.95, divFactor: Double = 25, finalDivFactor: Double = 1e4,
    threePhase: Bool = false, lastEpoch: Int = -1
  ) {
    let owner = "OneCycleLR", count = optimizer.groupCount
    var total = totalSteps ?? 0
    if totalSteps == nil, let epochs, let stepsPerEpoch {
      optionCheck(owner, epochs > 0 && stepsPerEpoch > 0, "epochs \(epochs) and stepsPerEpoch \(stepsPerEpoch) must be positive")
      total = epochs * stepsPerEpoch
    } else if totalSteps == nil {
      optionFailure(owner, "neither totalSteps nor epochs and stepsPerEpoch are given")
    } else {
      optionCheck(owner, total > 0, "totalSteps \(total) must be positive")
    }
    optionCheck(owner, (0...1).contains(pctStart), "pctStart \(pctStart) is not between 0 and 1")
    self.totalSteps = total
    let share = pctStart * Double(total)
    let rise = Phase(end: share - 1, rates: ("initial_lr", "max_lr"), momentums: ("max_momentum", "base_momentum"))
    if threePhase {
      phases = [
        rise,
        Phase(end: 2 * share - 2, rates: ("max_lr", "initial_lr"), momentums: ("base_momentum", "max_momentum")),
        Phase(end: Double(total - 1), rates: ("initial_lr", "min_lr"), momentums: ("max_momentum", "max_momentum")),
      ]
    } else {
      phases = [
        rise, Phase(end: Double(total - 1), rates: ("max_lr", "min_lr"), momentums: ("base_momentum", "max_momentum")),
      ]
    }
    strategy = annealStrategy
    self.cycleMomentum = cycleMomentum
    momentum = cycleMomentum ? CycledMomentum.required(optimizer, owner) : nil
    let highest = maxLR.values(for: count, owner, "maxLR")
    let momentums = (
      base: baseMomentum.values(for: count, owner, "baseMomentum"), max: maxMomentum.values(for: count, owner, "maxMomentum")
    )
    if lastEpoch == -1 {
      for index in 0..<count {
        let first = highest[index] / divFactor
        optimizer.setScheduleEntry("initial_lr", ofGroup: index, to: first)
        optimizer.setScheduleEntry("max_lr", ofGroup: index, to: highest[index])
        optimizer.setScheduleEntry("min_lr", ofGroup: index, to: first / finalDivFactor)
        if let momentum {
          momentum.set(momentums.max[index], optimizer, group: index)
          optimizer.setScheduleEntry("max_momentum", ofGroup: index, to: momentums.max[index])
          optimizer.setScheduleEntry("base_momentum", ofGroup: index, to: momentums.base[index])
        }
      }
    }
    super.init(optimizer, lastEpoch: lastEpoch)
  }

  private func anneal(_ start: Double, _ end: Double, _ share: Double) -> Double {
    switch strategy {
    case .cos: end + (start - end) / 2 * (ScalarMath.cos(.pi * share) + 1)
    case .linear: (end - start) * share + start
    }
  }

  public override func learningRates() -> [Double] {
    let rates = optimizer.learningRates
    guard lastEpoch <= totalSteps else {
      optionFailure("OneCycleLR", "step \(lastEpoch) of a schedule of \(totalSteps) steps")
      return rates
    }
    let step = Double(lastEpoch)
    let number = phases.firstIndex { step <= $0.end } ?? phases.count - 1
    let phase = phases[number], start = number == 0 ? 0 : phases[number - 1].end
    let share = (step - start) / (phase.end - start)
    return rates.enumerated().map { index, rate in
      func entry(_ key: String) -> Double { optimizer.scheduleEntry(key, ofGroup: index) ?? rate }
      if cycleMomentum, let momentum {
        momentum.set(anneal(entry(phase.momentums.from), entry(phase.momentums.to), share), optimizer, group: index)
      }
      return anneal(entry(phase.rates.from), entry(phase.rates.to), share)
    }
  }

  override var fields: [SchedulerField] {
    let phases = SchedulerField(
      key: "_schedule_phases",
      read: { [unowned self] in .list(self.phases.map { Self.written($0) }) },
      write: { [unowned self] value in
        guard let items = value.list else { return false }
        let read = items.compactMap { Self.phase($0) }
        guard read.count == items.count, !read.isEmpty else { return false }
        self.phases = read
        return true
      })
    return super.fields + [
      .int("total_steps", self, \.totalSteps), phases, .name("_anneal_func_type", self, \.strategy),
      .bool("cycle_momentum", self, \.cycleMomentum),
    ]
  }

  private static func written(_ phase: Phase) -> StateValue {
    .dictionary([
      "end_step": .double(phase.end), "start_lr": .string(phase.rates.from), "end_lr": .string(phase.rates.to),
      "start_momentum": .string(phase.momentums.from), "end_momentum": .string(phase.momentums.to),
    ])
  }

  private static func phase(_ value: StateValue) -> Phase? {
    guard let entries = value.dictionary, let end = entries["end_step"]?.double,
      let fromRate = entries["start_lr"]?.string, let toRate = entries["end_lr"]?.string,
      let fromMomentum = entries["start_momentum"]?.string, let toMomentum = entries["end_momentum"]?.string
    else { return nil }
    return Phase(end: end, rates: (fromRate, toRate), momentums: (fromMomentum, toMomentum))
  }
}
