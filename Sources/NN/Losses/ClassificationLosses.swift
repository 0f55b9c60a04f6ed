public import TensorModule

/// The cross-entropy of logits and classes (PyTorch's `nn.CrossEntropyLoss`).
///
/// Input `[C]`, `[N, C]` or `[N, C, d1, …]`; target int64 class numbers of that shape without C, or probabilities of
/// the input's shape.
public final class CrossEntropyLoss: Module {
  /// A factor for each class, or nil.
  public let weight: Buffer?
  /// The class number whose elements do not count.
  public let ignoreIndex: Int
  /// What becomes of the elements' losses.
  public let reduction: Reduction
  /// How much probability is spread over all classes.
  public let labelSmoothing: Double

  /// The mean over all elements unless told otherwise.
  public init(weight: Tensor? = nil, ignoreIndex: Int = -100, reduction: Reduction = .mean, labelSmoothing: Double = 0) {
    self.weight = weight.map { Buffer($0) }
    self.ignoreIndex = ignoreIndex
    self.reduction = reduction
    self.labelSmoothing = labelSmoothing
  }

  /// The loss of logits against classes.
  public func callAsFunction(_ input: Tensor, _ target: Tensor) -> Tensor {
    inCall(input, target) { input, target in
      Functional.crossEntropy(
        input, target, weight: weight, ignoreIndex: ignoreIndex, reduction: reduction, labelSmoothing: labelSmoothing)
    }
  }
}

/// The negative log-likelihood of classes (PyTorch's `nn.NLLLoss`): ``CrossEntropyLoss`` for an input of logarithms of
/// probabilities.
public final class NLLLoss: Module {
  /// A factor for each class, or nil.
  public let weight: Buffer?
  /// The class number whose elements do not count.
  public let ignoreIndex: Int
  /// What becomes of the elements' losses.
  public let reduction: Reduction

  /// The mean over all elements unless told otherwise.
  public init(weight: Tensor? = nil, ignoreIndex: Int = -100, reduction: Reduction = .mean) {
    self.weight = weight.map { Buffer($0) }
    self.ignoreIndex = ignoreIndex
    self.reduction = reduction
  }

  /// The loss of log-probabilities against classes.
  public func callAsFunction(_ input: Tensor, _ target: Tensor) -> Tensor {
    inCall(input, target) { input, target in
      Functional.nllLoss(input, target, weight: weight, ignoreIndex: ignoreIndex, reduction: reduction)
    }
  }
}

/// The cross-entropy of probabilities and 0 or 1 (PyTorch's `nn.BCELoss`); shapes must be equal.
public final class BCELoss: Module {
  /// A factor for each element, broadcast, or nil.
  public let weight: Buffer?
  /// What becomes of the elements' losses.
  public let reduction: Reduction

  /// The mean unless told otherwise.
  public init(weight: Tensor? = nil, reduction: Reduction = .mean) {
    self.weight = weight.map { Buffer($0) }
    self.reduction = reduction
  }

  /// The loss of probabilities.
  public func callAsFunction(_ input: Tensor, _ target: Tensor) -> Tensor {
    inCall(input, target) { input, target in
      Functional.binaryCrossEntropy(input, target, weight: weight, reduction: reduction)
    }
  }
}

/// The cross-entropy of logits and 0 or 1 (PyTorch's `nn.BCEWithLogitsLoss`); shapes must be equal.
public final class BCEWithLogitsLoss: Module {
  /// A factor for each element, broadcast, or nil.
  public let weight: Buffer?
  /// A factor for the positive class, broadcast against the last dimensions, or nil.
  public let posWeight: Buffer?
  /// What becomes of the elements' losses.
  public let reduction: Reduction

  /// The mean unless told otherwise.
  public init(weight: Tensor? = nil, posWeight: Tensor? = nil, reduction: Reduction = .mean) {
    self.weight = weight.map { Buffer($0) }
    self.posWeight = posWeight.map { Buffer($0) }
    self.reduction = reduction
  }

  /// The loss of logits.
  public func callAsFunction(_ input: Tensor, _ target: Tensor) -> Tensor {
    inCall(input, target) { input, target in
      Functional.binaryCrossEntropyWithLogits(input, target, weight: weight, posWeight: posWeight, reduction: reduction)
    }
  }
}
