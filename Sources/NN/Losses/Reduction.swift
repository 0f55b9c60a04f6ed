internal import TensorModule

/// How the losses of the elements become one (PyTorch's `reduction`).
public enum Reduction: String, Sendable, Hashable {
  /// They do not: one loss each.
  case none
  /// Their mean.
  case mean
  /// Their sum.
  case sum

  /// From PyTorch's spelling; a text that is none is an error.
  public init(named name: String) {
    if let known = Reduction(rawValue: name) {
      self = known
      return
    }
    fail(TensorError("reduction", rule: "\(name) is not a valid value for reduction", hint: "use none, mean or sum"))
    self = .mean
  }

  func callAsFunction(_ losses: consuming Tensor) -> Tensor {
    switch self {
    case .none: losses
    case .mean: losses.mean()
    case .sum: losses.sum()
    }
  }
}
