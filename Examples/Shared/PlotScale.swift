/// One direction of a chart: from numbers to places, and the ticks.
struct PlotScale {
  let low: Double
  let high: Double
  /// The places of `low` and `high`, in the drawing's units.
  let start: Double
  let end: Double
  let ticks: [Double]
  /// How many decimals the ticks' labels need.
  let decimals: Int

  /// A scale that holds the values, with room at both ends and about `tickCount` ticks at round numbers.
  init(_ values: [Double], from start: Double, to end: Double, tickCount: Int) {
    let finite = values.filter(\.isFinite)
    var low = finite.min() ?? 0
    var high = finite.max() ?? 1
    if low == high {
      let room = low == 0 ? 1 : low.magnitude * 0.1
      low -= room
      high += room
    }
    let margin = (high - low) * 0.04
    // Losses, accuracies and counts are seen best from zero on, if that is near.
    low = low >= 0 && low < (high - low) * 0.2 ? 0 : low - margin
    high += margin

    let (step, decimals) = Self.roundStep((high - low) / Double(max(1, tickCount)))
    let first = (low / step).rounded(.up)
    let last = (high / step).rounded(.down)
    ticks = last >= first && last - first < 100 ? stride(from: first, through: last, by: 1).map { $0 * step } : []
    self.low = low
    self.high = high
    self.start = start
    self.end = end
    self.decimals = decimals
  }

  /// The place of a value.
  func place(_ value: Double) -> Double { start + (value - low) / (high - low) * (end - start) }

  /// A tick's label.
  func label(_ tick: Double) -> String {
    let magnitude = max(low.magnitude, high.magnitude)
    return magnitude >= 1e7 || magnitude < 1e-5 ? NumberText.short(tick) : NumberText.fixed(tick, decimals)
  }

  /// 1, 2 or 5 times a power of ten, not below `step`, and the decimals that it needs.
  private static func roundStep(_ step: Double) -> (step: Double, decimals: Int) {
    guard step > 0, step.isFinite else { return (1, 0) }
    var power = 1.0
    var exponent = 0
    while power > step && exponent > -300 {
      power /= 10
      exponent -= 1
    }
    while power * 10 <= step && exponent < 300 {
      power *= 10
      exponent += 1
    }
    // Steps below one are computed as 1 / 10ⁿ, which is nearer to the decimal than n divisions.
    if exponent < 0 && exponent >= -15 { power = 1 / (0..<(-exponent)).reduce(1.0) { product, _ in product * 10 } }
    for factor in [1.0, 2, 5] where power * factor >= step { return (power * factor, max(0, -exponent)) }
    return (power * 10, max(0, -exponent - 1))
  }
}
