internal import TensorModule

/// A point on the line that a search walks along.
struct LineTrial {
  /// How far along the direction.
  var distance: Double
  /// The objective there.
  var value: Double
  /// Its gradient.
  var gradient: Tensor
  /// Its slope along the direction.
  var slope: Double
}

/// A search for a step that satisfies the strong Wolfe conditions: the objective falls enough, and the slope's magnitude
/// falls enough (Nocedal and Wright, *Numerical Optimization*, algorithms 3.5 and 3.6, with cubic interpolation and the
/// safeguards of minFunc, whose constants PyTorch uses).
struct StrongWolfe {
  /// The largest magnitude in the direction.
  let directionSize: Double
  /// How small, in the parameters, a bracket may become.
  let tolerance: Double
  /// How often the objective may be evaluated after the first time.
  let maxIterations: Int
  /// The objective at a distance.
  let evaluate: (Double) -> LineTrial

  private let decrease = 1e-4
  private let curvature = 0.9

  init(directionSize: Double, tolerance: Double, maxIterations: Int, evaluate: @escaping (Double) -> LineTrial) {
    self.directionSize = directionSize
    self.tolerance = tolerance
    self.maxIterations = maxIterations
    self.evaluate = evaluate
  }

  /// The point found from `start`, at distance 0, trying `first` first, and how often the objective was evaluated.
  func search(from start: LineTrial, first: Double) -> (found: LineTrial, evaluations: Int) {
    var trial = evaluate(first), previous = start, iteration = 0
    func isTooHigh(_ trial: LineTrial) -> Bool { trial.value > start.value + decrease * trial.distance * start.slope }
    func isFlatEnough(_ trial: LineTrial) -> Bool { abs(trial.slope) <= -curvature * start.slope }

    // Go on until two points hold an acceptable one between them.
    var bracket: [LineTrial] = []
    while iteration < maxIterations {
      if isTooHigh(trial) || (iteration > 1 && trial.value >= previous.value) {
        bracket = [previous, trial]
        break
      }
      if isFlatEnough(trial) { return (trial, iteration + 1) }
      if trial.slope >= 0 {
        bracket = [previous, trial]
        break
      }
      let bounds = (trial.distance + 0.01 * (trial.distance - previous.distance), trial.distance * 10)
      let next = Self.minimum(previous, trial, within: bounds)
      previous = trial
      trial = evaluate(next)
      iteration += 1
    }
    if bracket.isEmpty { bracket = [start, trial] }

    // Narrow the bracket down.
    var low = bracket[0].value <= bracket[1].value ? 0 : 1
    var wasCloseToEnd = false
    while iteration < maxIterations {
      if abs(bracket[1].distance - bracket[0].distance) * directionSize < tolerance { break }
      let lower = min(bracket[0].distance, bracket[1].distance), upper = max(bracket[0].distance, bracket[1].distance)
      var distance = Self.minimum(bracket[0], bracket[1], within: (lower, upper))
      // A guess twice in a row close to an end, or at it, makes too little progress: move a tenth inwards.
      let margin = 0.1 * (upper - lower)
      if min(upper - distance, distance - lower) < margin {
        if wasCloseToEnd || distance >= upper || distance <= lower {
          distance = abs(distance - upper) < abs(distance - lower) ? upper - margin : lower + margin
          wasCloseToEnd = false
        } else {
          wasCloseToEnd = true
        }
      } else {
        wasCloseToEnd = false
      }
      trial = evaluate(distance)
      iteration += 1
      let high = 1 - low
      if isTooHigh(trial) || trial.value >= bracket[low].value {
        bracket[high] = trial
        low = bracket[0].value <= bracket[1].value ? 0 : 1
      } else {
        let isFound = isFlatEnough(trial)
        if !isFound && trial.slope * (bracket[high].distance - bracket[low].distance) >= 0 { bracket[high] = bracket[low] }
        bracket[low] = trial
        if isFound { break }
      }
    }
    return (bracket[low], iteration + 1)
  }

  /// Where the cubic through two points with their slopes is smallest within bounds; the middle if it has no minimum.
  private static func minimum(_ a: LineTrial, _ b: LineTrial, within bounds: (Double, Double)) -> Double {
    let d = a.slope + b.slope - 3 * (a.value - b.value) / (a.distance - b.distance)
    let square = d * d - a.slope * b.slope
    guard square >= 0 else { return (bounds.0 + bounds.1) / 2 }
    let root = square.squareRoot()
    let (near, far) = a.distance <= b.distance ? (a, b) : (b, a)
    let ratio = (far.slope + root - d) / (far.slope - near.slope + 2 * root)
    return min(max(far.distance - (far.distance - near.distance) * ratio, bounds.0), bounds.1)
  }
}
