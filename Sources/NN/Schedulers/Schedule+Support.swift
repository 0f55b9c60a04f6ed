internal import TensorModule

/// Refuses an optimizer's or a schedule's numbers through the library's one door.
func optionFailure(_ owner: String, _ rule: String, hint: String? = nil) {
  fail(TensorError(owner, rule: rule, hint: hint))
}

/// Refuses an optimizer's or a schedule's numbers unless a condition holds.
func optionCheck(_ owner: String, _ condition: Bool, _ rule: @autoclosure () -> String) {
  if !condition { optionFailure(owner, rule()) }
}

/// How a number goes from one value to another.
public enum AnnealStrategy: String, Sendable {
  /// Along half a wave of the cosine.
  case cos
  /// Along a line.
  case linear
}

/// The number of an optimizer's options that cycles against the learning rate: the momentum, or the first of two betas.
enum CycledMomentum: Sendable {
  case momentum, firstBeta

  /// What the optimizer has, or nil.
  init?(_ optimizer: any Optimizer) {
    if optimizer.option("betas", ofGroup: 0) != nil {
      self = .firstBeta
    } else if optimizer.option("momentum", ofGroup: 0) != nil {
      self = .momentum
    } else {
      return nil
    }
  }

  func set(_ value: Double, _ optimizer: any Optimizer, group: Int) {
    switch self {
    case .momentum: optimizer.setOption("momentum", ofGroup: group, to: .double(value))
    case .firstBeta:
      guard let betas = optimizer.option("betas", ofGroup: group)?.doubles, betas.count == 2 else { return }
      optimizer.setOption("betas", ofGroup: group, to: .tuple([.double(value), .double(betas[1])]))
    }
  }

  /// The optimizer's number, after failing if it has none.
  static func required(_ optimizer: any Optimizer, _ owner: String) -> CycledMomentum? {
    let found = CycledMomentum(optimizer)
    if found == nil { optionFailure(owner, "the optimizer has neither momentum nor betas", hint: "cycleMomentum: false") }
    return found
  }
}

extension Optimizer {
  /// Sets the rates that the schedules start from.
  func resetLearningRates() {
    learningRates = learningRates.enumerated().map { scheduleEntry("initial_lr", ofGroup: $0) ?? $1 }
  }
}
