public import TensorModule

/// The distance of pairs that belong together (target 1), max(0, margin - distance) for others (target -1) (PyTorch's
/// `nn.HingeEmbeddingLoss`).
public final class HingeEmbeddingLoss: Module {
  /// How far apart is far enough.
  public let margin: Double
  /// What becomes of the elements' losses.
  public let reduction: Reduction

  /// The mean unless told otherwise, and PyTorch's defaults.
  public init(margin: Double = 1, reduction: Reduction = .mean) {
    self.margin = margin
    self.reduction = reduction
  }

  /// The loss of distances `input`.
  public func callAsFunction(_ input: Tensor, _ target: Tensor) -> Tensor {
    inCall(input, target) { input, target in
      Functional.hingeEmbeddingLoss(input, target, margin: margin, reduction: reduction)
    }
  }
}

/// 1 - cos for pairs of vectors that belong together (target 1), max(0, cos - margin) for others (target -1) (PyTorch's
/// `nn.CosineEmbeddingLoss`).
public final class CosineEmbeddingLoss: Module {
  /// How similar others may be.
  public let margin: Double
  /// What becomes of the elements' losses.
  public let reduction: Reduction

  /// The mean unless told otherwise, and PyTorch's defaults.
  public init(margin: Double = 0, reduction: Reduction = .mean) {
    self.margin = margin
    self.reduction = reduction
  }

  /// The loss of pairs of vectors, `[N, D]` each; the target is `[N]`.
  public func callAsFunction(_ input1: Tensor, _ input2: Tensor, _ target: Tensor) -> Tensor {
    inCall(input1, input2, target) { input1, input2, target in
      Functional.cosineEmbeddingLoss(input1, input2, target, margin: margin, reduction: reduction)
    }
  }
}

/// max(0, -target·(input1 - input2) + margin): the first should rank higher where the target is 1 (PyTorch's
/// `nn.MarginRankingLoss`).
public final class MarginRankingLoss: Module {
  /// How much higher.
  public let margin: Double
  /// What becomes of the elements' losses.
  public let reduction: Reduction

  /// The mean unless told otherwise, and PyTorch's defaults.
  public init(margin: Double = 0, reduction: Reduction = .mean) {
    self.margin = margin
    self.reduction = reduction
  }

  /// The loss of pairs of scores.
  public func callAsFunction(_ input1: Tensor, _ input2: Tensor, _ target: Tensor) -> Tensor {
    inCall(input1, input2, target) { input1, input2, target in
      Functional.marginRankingLoss(input1, input2, target, margin: margin, reduction: reduction)
    }
  }
}

/// log(1 + exp(-target·input)), target 1 or -1 (PyTorch's `nn.SoftMarginLoss`).
public final class SoftMarginLoss: Module {
  /// What becomes of the elements' losses.
  public let reduction: Reduction

  /// The mean unless told otherwise, and PyTorch's defaults.
  public init(reduction: Reduction = .mean) {
    self.reduction = reduction
  }

  /// The loss of scores against signs.
  public func callAsFunction(_ input: Tensor, _ target: Tensor) -> Tensor {
    inCall(input, target) { input, target in Functional.softMarginLoss(input, target, reduction: reduction) }
  }
}

/// For each sample the mean binary cross-entropy of its classes' logits (PyTorch's `nn.MultiLabelSoftMarginLoss`).
public final class MultiLabelSoftMarginLoss: Module {
  /// A factor for each class, or nil.
  public let weight: Buffer?
  /// What becomes of the elements' losses.
  public let reduction: Reduction

  /// The mean unless told otherwise, and PyTorch's defaults.
  public init(weight: Tensor? = nil, reduction: Reduction = .mean) {
    self.weight = weight.map { Buffer($0) }
    self.reduction = reduction
  }

  /// The loss of logits `[…, C]` against 0 or 1 for each.
  public func callAsFunction(_ input: Tensor, _ target: Tensor) -> Tensor {
    inCall(input, target) { input, target in
      Functional.multilabelSoftMarginLoss(input, target, weight: weight, reduction: reduction)
    }
  }
}

/// The sum over the other classes of max(0, margin - x[target] + x[i])^p, divided by their number (PyTorch's
/// `nn.MultiMarginLoss`).
public final class MultiMarginLoss: Module {
  /// 1 or 2.
  public let p: Int
  /// How far the right class has to be ahead.
  public let margin: Double
  /// A factor for each class, or nil.
  public let weight: Buffer?
  /// What becomes of the elements' losses.
  public let reduction: Reduction

  /// The mean unless told otherwise, and PyTorch's defaults.
  public init(p: Int = 1, margin: Double = 1, weight: Tensor? = nil, reduction: Reduction = .mean) {
    self.p = p
    self.margin = margin
    self.weight = weight.map { Buffer($0) }
    self.reduction = reduction
  }

  /// The loss of scores `[N, C]` against class numbers `[N]`.
  public func callAsFunction(_ input: Tensor, _ target: Tensor) -> Tensor {
    inCall(input, target) { input, target in
      Functional.multiMarginLoss(input, target, p: p, margin: margin, weight: weight, reduction: reduction)
    }
  }
}

/// The sum over right and wrong classes of max(0, 1 - (x[right] - x[wrong])), divided by the number of classes
/// (PyTorch's `nn.MultiLabelMarginLoss`).
public final class MultiLabelMarginLoss: Module {
  /// What becomes of the elements' losses.
  public let reduction: Reduction

  /// The mean unless told otherwise, and PyTorch's defaults.
  public init(reduction: Reduction = .mean) {
    self.reduction = reduction
  }

  /// The loss of scores `[N, C]` against lists of right classes, ended by -1.
  public func callAsFunction(_ input: Tensor, _ target: Tensor) -> Tensor {
    inCall(input, target) { input, target in
      Functional.multilabelMarginLoss(input, target, reduction: reduction)
    }
  }
}

/// max(0, margin + |anchor - positive| - |anchor - negative|) (PyTorch's `nn.TripletMarginLoss`).
public final class TripletMarginLoss: Module {
  /// How much farther the negative has to be.
  public let margin: Double
  /// The norm that measures distances.
  public let p: Double
  /// Added to each difference.
  public let eps: Double
  /// Whether the distance of positive and negative counts where it is smaller.
  public let swap: Bool
  /// What becomes of the elements' losses.
  public let reduction: Reduction

  /// The mean unless told otherwise, and PyTorch's defaults.
  public init(margin: Double = 1, p: Double = 2, eps: Double = 1e-6, swap: Bool = false, reduction: Reduction = .mean) {
    self.margin = margin
    self.p = p
    self.eps = eps
    self.swap = swap
    self.reduction = reduction
  }

  /// The loss of vectors `[N, D]`.
  public func callAsFunction(_ anchor: Tensor, _ positive: Tensor, _ negative: Tensor) -> Tensor {
    inCall(anchor, positive, negative) { anchor, positive, negative in
      Functional.tripletMarginLoss(
        anchor, positive, negative, margin: margin, p: p, eps: eps, swap: swap, reduction: reduction)
    }
  }
}

/// ``TripletMarginLoss`` with a distance of one's own (PyTorch's `nn.TripletMarginWithDistanceLoss`).
public final class TripletMarginWithDistanceLoss: Module {
  /// What measures distances; nil is the Euclidean.
  public let distanceFunction: (@Sendable (Tensor, Tensor) -> Tensor)?
  /// How much farther the negative has to be.
  public let margin: Double
  /// Whether the distance of positive and negative counts where it is smaller.
  public let swap: Bool
  /// What becomes of the elements' losses.
  public let reduction: Reduction

  /// The mean unless told otherwise, and PyTorch's defaults.
  public init(
    distanceFunction: (@Sendable (Tensor, Tensor) -> Tensor)? = nil, margin: Double = 1, swap: Bool = false,
    reduction: Reduction = .mean
  ) {
    self.distanceFunction = distanceFunction
    self.margin = margin
    self.swap = swap
    self.reduction = reduction
  }

  /// The loss of what the distance function takes.
  public func callAsFunction(_ anchor: Tensor, _ positive: Tensor, _ negative: Tensor) -> Tensor {
    inCall(anchor, positive, negative) { anchor, positive, negative in
      Functional.tripletMarginWithDistanceLoss(
        anchor, positive, negative, distanceFunction: distanceFunction, margin: margin, swap: swap, reduction: reduction)
    }
  }
}
