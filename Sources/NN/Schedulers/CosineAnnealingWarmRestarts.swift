/// The rates along half a cosine down to `etaMin`, again and again; each time `tMult` times as long, the first time `t0`
/// steps (PyTorch's `CosineAnnealingWarmRestarts`; Loshchilov and Hutter, 2017).
public final class CosineAnnealingWarmRestarts: LRScheduler {
  private var t0: Int
  private var tMult: Int
  private var etaMin: Double
  /// The length of the cycle, and how far in it the schedule stands.
  private var length: Double
  private var position: Double

  /// `t0` and `tMult` above 0.
  public init(_ optimizer: any Optimizer, t0: Int, tMult: Int = 1, etaMin: Double = 0, lastEpoch: Int = -1) {
    optionCheck("CosineAnnealingWarmRestarts", t0 > 0, "t0 \(t0) must be positive")
    optionCheck("CosineAnnealingWarmRestarts", tMult >= 1, "tMult \(tMult) must be at least 1")
    self.t0 = max(1, t0)
    self.tMult = max(1, tMult)
    self.etaMin = etaMin
    length = Double(self.t0)
    position = Double(lastEpoch)
    super.init(optimizer, lastEpoch: lastEpoch)
  }

  public override func learningRates() -> [Double] {
    baseLearningRates.map { etaMin + ($0 - etaMin) * (1 + ScalarMath.cos(.pi * position / length)) / 2 }
  }

  public override func step() {
    if lastEpoch < 0 { return step(0) }
    position += 1
    if position >= length {
      position = position.truncatingRemainder(dividingBy: length)
      length *= Double(tMult)
    }
    lastEpoch += 1
    apply(learningRates())
  }

  /// Goes to an epoch, which may have a fraction: `scheduler.step(Double(epoch) + Double(batch) / Double(batches))`.
  public func step(_ epoch: Double) {
    guard epoch >= 0 else { return optionFailure("CosineAnnealingWarmRestarts", "epoch \(epoch) must not be negative") }
    let first = Double(t0), growth = Double(tMult)
    if epoch < first {
      length = first
      position = epoch
    } else if tMult == 1 {
      position = epoch.truncatingRemainder(dividingBy: first)
    } else {
      let cycle = (ScalarMath.log(epoch / first * (growth - 1) + 1) / ScalarMath.log(growth)).rounded(.down)
      position = epoch - first * (ScalarMath.pow(growth, cycle) - 1) / (growth - 1)
      length = first * ScalarMath.pow(growth, cycle)
    }
    lastEpoch = Int(epoch.rounded(.down))
    apply(learningRates())
  }

  override var fields: [SchedulerField] {
    super.fields + [
      .int("T_0", self, \.t0), .int("T_mult", self, \.tMult), .double("eta_min", self, \.etaMin),
      .double("T_i", self, \.length), .double("T_cur", self, \.position),
    ]
  }
}
