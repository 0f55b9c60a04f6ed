/// The rates going up and down between two bounds, after every batch, and the momentum the other way round (PyTorch's
/// `CyclicLR`; Smith, 2017).
public final class CyclicLR: LRScheduler {
  /// How the height of the cycles changes.
  public enum Mode: String, Sendable {
    /// It does not.
    case triangular
    /// It halves after each cycle.
    case triangular2
    /// It falls with `gamma` to the power of the step.
    case expRange = "exp_range"
  }

  /// What a scaling function is called with.
  public enum ScaleMode: String, Sendable {
    /// The number of the cycle, from 1.
    case cycle
    /// The number of the step, from 0.
    case iterations
  }

  private var mode: Mode
  private var gamma: Double
  private let scaleFn: ((Double) -> Double)?
  private var scaleMode: ScaleMode
  private var totalSize: Double
  private var stepRatio: Double
  private var maxLearningRates: [Double]
  private var cycleMomentum: Bool
  private let momentum: CycledMomentum?
  private var baseMomentums: [Double]
  private var maxMomentums: [Double]

  /// Starts at the lower bound.
  /// - Parameters:
  ///   - baseLR: the lower bounds.
  ///   - maxLR: the upper bounds.
  ///   - stepSizeUp: how many steps a rise takes.
  ///   - stepSizeDown: how many steps a fall takes; nil: as many.
  ///   - scaleFn: a height of your own in place of the mode's, of what `scaleMode` says.
  ///   - cycleMomentum: whether the momentum, or the first beta, goes from `maxMomentum` to `baseMomentum` and back.
  public init(
    _ optimizer: any Optimizer, baseLR: PerGroup, maxLR: PerGroup, stepSizeUp: Int = 2000, stepSizeDown: Int? = nil,
    mode: Mode = .triangular, gamma: Double = 1, scaleFn: ((Double) -> Double)? = nil, scaleMode: ScaleMode = .cycle,
    cycleMomentum: Bool = true, baseMomentum: PerGroup = 0.8, maxMomentum: PerGroup = 0.9, lastEpoch: Int = -1
  ) {
    let count = optimizer.groupCount
    let base = baseLR.values(for: count, "CyclicLR", "baseLR")
    optionCheck("CyclicLR", stepSizeUp > 0 && (stepSizeDown ?? 1) >= 0, "the numbers of steps must be positive")
    if lastEpoch == -1 { optimizer.learningRates = base }
    maxLearningRates = maxLR.values(for: count, "CyclicLR", "maxLR")
    let up = Double(max(1, stepSizeUp))
    totalSize = up + (stepSizeDown.map { Double($0) } ?? up)
    stepRatio = up / totalSize
    self.mode = mode
    self.gamma = gamma
    self.scaleFn = scaleFn
    self.scaleMode = scaleFn != nil ? scaleMode : mode == .expRange ? .iterations : .cycle
    momentum = cycleMomentum ? CycledMomentum.required(optimizer, "CyclicLR") : nil
    self.cycleMomentum = cycleMomentum
    baseMomentums = baseMomentum.values(for: count, "CyclicLR", "baseMomentum")
    maxMomentums = maxMomentum.values(for: count, "CyclicLR", "maxMomentum")
    if let momentum, lastEpoch == -1 {
      for index in 0..<count {
        momentum.set(maxMomentums[index], optimizer, group: index)
        optimizer.setScheduleEntry("max_momentum", ofGroup: index, to: maxMomentums[index])
        optimizer.setScheduleEntry("base_momentum", ofGroup: index, to: baseMomentums[index])
      }
    }
    super.init(optimizer, lastEpoch: lastEpoch)
    baseLearningRates = base
  }

  private func scale(_ x: Double) -> Double {
    if let scaleFn { return scaleFn(x) }
    return switch mode {
    case .triangular: 1
    case .triangular2: 1 / ScalarMath.pow(2, x - 1)
    case .expRange: ScalarMath.pow(gamma, x)
    }
  }

  public override func learningRates() -> [Double] {
    let place = Double(lastEpoch) / totalSize, cycle = (1 + place).rounded(.down), x = 1 + place - cycle
    let height = x <= stepRatio ? x / stepRatio : (x - 1) / (stepRatio - 1)
    let scale = scale(scaleMode == .cycle ? cycle : Double(lastEpoch))
    if let momentum, cycleMomentum {
      for (index, bounds) in zip(baseMomentums, maxMomentums).enumerated() {
        momentum.set(bounds.1 - (bounds.1 - bounds.0) * height * scale, optimizer, group: index)
      }
    }
    return zip(baseLearningRates, maxLearningRates).map { $0 + ($1 - $0) * height * scale }
  }

  override var fields: [SchedulerField] {
    super.fields + [
      .doubles("max_lrs", self, \.maxLearningRates), .double("total_size", self, \.totalSize),
      .double("step_ratio", self, \.stepRatio), .name("mode", self, \.mode), .double("gamma", self, \.gamma),
      .name("scale_mode", self, \.scaleMode), .bool("cycle_momentum", self, \.cycleMomentum),
      .doubles("base_momentums", self, \.baseMomentums), .doubles("max_momentums", self, \.maxMomentums),
    ]
  }
}
