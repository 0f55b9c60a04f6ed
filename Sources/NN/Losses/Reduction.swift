internal import TensorModule

/// How the losses of the elements become one (PyTorch's `reduction`).
public enum Reduction: Sendable, Hashable {
  /// They do not: one loss each.
  case none
  /// Their mean.
  case mean
  /// Their sum.
  case sum

  func callAsFunction(_ losses: consuming Tensor) -> Tensor {
    switch self {
    case .none: losses
    case .mean: losses.mean()
    case .sum: losses.sum()
    }
  }
}
