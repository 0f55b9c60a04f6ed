public import TensorModule

/// Each element divided by a power of the mean square of its neighbours among the channels (PyTorch's
/// `nn.LocalResponseNorm`): x / (k + alpha·mean)^beta over `size` channels. Input and output `[N, C, …]`.
public final class LocalResponseNorm: Layer {
  /// How many channels are neighbours.
  public let size: Int
  /// The factor of the mean square.
  public let alpha: Double
  /// The power.
  public let beta: Double
  /// The addend.
  public let k: Double

  /// Over `size` channels, zeros beyond the ends.
  public init(_ size: Int, alpha: Double = 1e-4, beta: Double = 0.75, k: Double = 1) {
    self.size = size
    self.alpha = alpha
    self.beta = beta
    self.k = k
  }

  /// `x` normalized.
  public func forward(_ x: Tensor) -> Tensor {
    Functional.localResponseNorm(x, size, alpha: alpha, beta: beta, k: k)
  }

  /// PyTorch's.
  public var extraDescription: String { "\(size), alpha=\(alpha), beta=\(beta), k=\(k)" }
}
