public import TensorModule

/// max(x, 0) (PyTorch's `nn.ReLU`).
public final class ReLU: Layer {
  /// A rectifier.
  public init() {}
  /// max(x, 0).
  public func forward(_ x: Tensor) -> Tensor { x.relu() }
}

/// 1 / (1 + exp(-x)) (PyTorch's `nn.Sigmoid`).
public final class Sigmoid: Layer {
  /// A logistic function.
  public init() {}
  /// 1 / (1 + exp(-x)).
  public func forward(_ x: Tensor) -> Tensor { x.sigmoid() }
}

/// The hyperbolic tangent (PyTorch's `nn.Tanh`).
public final class Tanh: Layer {
  /// A hyperbolic tangent.
  public init() {}
  /// tanh(x).
  public func forward(_ x: Tensor) -> Tensor { x.tanh() }
}

/// x·Φ(x), Φ the normal distribution function (PyTorch's `nn.GELU`).
public final class GELU: Layer {
  /// How Φ is computed.
  public let approximate: Tensor.GELUApproximation
  /// Exact unless told to approximate.
  public init(approximate: Tensor.GELUApproximation = .none) { self.approximate = approximate }
  /// x·Φ(x).
  public func forward(_ x: Tensor) -> Tensor { x.gelu(approximate: approximate) }
  /// PyTorch's.
  public var extraDescription: String { "approximate='\(approximate)'" }
}

/// x where positive, else a fraction of it (PyTorch's `nn.LeakyReLU`).
public final class LeakyReLU: Layer {
  /// The fraction.
  public let negativeSlope: Double
  /// A rectifier that lets a hundredth through unless told otherwise.
  public init(_ negativeSlope: Double = 0.01) { self.negativeSlope = negativeSlope }
  /// x where positive, else `negativeSlope`·x.
  public func forward(_ x: Tensor) -> Tensor { x.leakyRelu(negativeSlope: negativeSlope) }
  /// PyTorch's.
  public var extraDescription: String { "negative_slope=\(negativeSlope)" }
}

/// x·sigmoid(x) (PyTorch's `nn.SiLU`).
public final class SiLU: Layer {
  /// A swish.
  public init() {}
  /// x·sigmoid(x).
  public func forward(_ x: Tensor) -> Tensor { x.silu() }
}

/// exp(x) / Σ exp(x) along a dimension (PyTorch's `nn.Softmax`).
public final class Softmax: Layer {
  /// The dimension whose elements add up to 1.
  public let dim: Int
  /// A softmax along `dim`.
  public init(dim: Int) { self.dim = dim }
  /// The probabilities.
  public func forward(_ x: Tensor) -> Tensor { x.softmax(dim: dim) }
  /// PyTorch's.
  public var extraDescription: String { "dim=\(dim)" }
}

/// The logarithm of ``Softmax``, without overflow (PyTorch's `nn.LogSoftmax`).
public final class LogSoftmax: Layer {
  /// The dimension whose probabilities add up to 1.
  public let dim: Int
  /// A log-softmax along `dim`.
  public init(dim: Int) { self.dim = dim }
  /// The logarithms of the probabilities.
  public func forward(_ x: Tensor) -> Tensor { x.logSoftmax(dim: dim) }
  /// PyTorch's.
  public var extraDescription: String { "dim=\(dim)" }
}
