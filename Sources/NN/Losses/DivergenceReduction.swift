internal import TensorModule

/// How the elements of a divergence become one number (PyTorch's `reduction` of `nn.KLDivLoss`).
public enum DivergenceReduction: String, Sendable, Hashable {
  /// They do not: one number each.
  case none
  /// Their mean over all elements, which is not the divergence.
  case mean
  /// Their sum over the size of the first dimension: the mean divergence of the batch's distributions.
  case batchMean = "batchmean"
  /// Their sum.
  case sum

  /// From PyTorch's spelling; a text that is none is an error.
  public init(named name: String) {
    if let known = DivergenceReduction(rawValue: name) {
      self = known
      return
    }
    fail(TensorError("reduction", rule: "\(name) is not a valid value for reduction", hint: "use none, mean, batchmean or sum"))
    self = .mean
  }
}
