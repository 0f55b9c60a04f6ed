public import TensorModule

/// The cosine of the angle between vectors along a dimension (PyTorch's `nn.CosineSimilarity`).
public final class CosineSimilarity: Module {
  /// The dimension of the vectors, which disappears.
  public let dim: Int
  /// The least length that is divided by.
  public let eps: Double

  /// PyTorch's defaults unless told otherwise.
  public init(dim: Int = 1, eps: Double = 1e-8) {
    self.dim = dim
    self.eps = eps
  }

  /// The cosines.
  public func callAsFunction(_ x1: Tensor, _ x2: Tensor) -> Tensor {
    inCall(x1, x2) { x1, x2 in Functional.cosineSimilarity(x1, x2, dim: dim, eps: eps) }
  }
}

/// The p-norm distance of vectors along the last dimension (PyTorch's `nn.PairwiseDistance`).
public final class PairwiseDistance: Module {
  /// The norm.
  public let p: Double
  /// Added to each difference.
  public let eps: Double
  /// Whether the last dimension stays, of size 1.
  public let keepDim: Bool

  /// PyTorch's defaults unless told otherwise.
  public init(p: Double = 2, eps: Double = 1e-6, keepDim: Bool = false) {
    self.p = p
    self.eps = eps
    self.keepDim = keepDim
  }

  /// The distances.
  public func callAsFunction(_ x1: Tensor, _ x2: Tensor) -> Tensor {
    inCall(x1, x2) { x1, x2 in Functional.pairwiseDistance(x1, x2, p: p, eps: eps, keepDim: keepDim) }
  }
}
