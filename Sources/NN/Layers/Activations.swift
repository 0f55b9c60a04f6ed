internal import Autograd
public import TensorModule

/// max(x, 0) (PyTorch's `nn.ReLU`).
public final class ReLU: Layer {
  /// Whether the input's elements are overwritten.
  public let inplace: Bool

  /// PyTorch's defaults unless told otherwise.
  public init(inplace: Bool = false) {
    self.inplace = inplace
  }
  /// max(x, 0).
  public func forward(_ x: Tensor) -> Tensor { inplace ? x.relu_() : x.relu() }
  /// PyTorch's.
  public var extraDescription: String { inplace ? "inplace=True" : "" }
}

/// min(max(x, 0), 6) (PyTorch's `nn.ReLU6`).
public final class ReLU6: Layer {
  /// Whether the input's elements are overwritten.
  public let inplace: Bool

  /// PyTorch's defaults unless told otherwise.
  public init(inplace: Bool = false) {
    self.inplace = inplace
  }
  /// min(max(x, 0), 6).
  public func forward(_ x: Tensor) -> Tensor { inplace ? x.relu6_() : x.relu6() }
  /// PyTorch's.
  public var extraDescription: String { inplace ? "inplace=True" : "" }
}

/// x where positive, else a fraction of it (PyTorch's `nn.LeakyReLU`).
public final class LeakyReLU: Layer {
  /// The fraction.
  public let negativeSlope: Double
  /// Whether the input's elements are overwritten.
  public let inplace: Bool

  /// PyTorch's defaults unless told otherwise.
  public init(_ negativeSlope: Double = 0.01, inplace: Bool = false) {
    self.negativeSlope = negativeSlope
    self.inplace = inplace
  }
  /// x where positive, else `negativeSlope`·x.
  public func forward(_ x: Tensor) -> Tensor {
    inplace ? x.leakyRelu_(negativeSlope: negativeSlope) : x.leakyRelu(negativeSlope: negativeSlope)
  }
  /// PyTorch's.
  public var extraDescription: String { "negative_slope=\(negativeSlope)" + (inplace ? ", inplace=True" : "") }
}

/// x where positive, else a random fraction of it while training, their mean else (PyTorch's `nn.RReLU`).
public final class RReLU: Layer, ModeDependent {
  /// The least fraction.
  public let lower: Double
  /// The greatest fraction.
  public let upper: Double
  /// Whether the input's elements are overwritten.
  public let inplace: Bool
  private let mode = TrainingMode()

  /// PyTorch's defaults unless told otherwise.
  public init(lower: Double = 1.0 / 8, upper: Double = 1.0 / 3, inplace: Bool = false) {
    self.lower = lower
    self.upper = upper
    self.inplace = inplace
  }

  /// True while training.
  public var isTraining: Bool {
    get { mode.isOn }
    set { mode.isOn = newValue }
  }

  /// x where positive, else a fraction of it.
  public func forward(_ x: Tensor) -> Tensor {
    inplace ? x.rrelu_(lower: lower, upper: upper, training: isTraining) : x.rrelu(lower: lower, upper: upper, training: isTraining)
  }
  /// PyTorch's.
  public var extraDescription: String { "lower=\(lower), upper=\(upper)" + (inplace ? ", inplace=True" : "") }
}

/// x where positive, else alpha·(exp(x) - 1) (PyTorch's `nn.ELU`).
public final class ELU: Layer {
  /// The limit of the negative side, with its sign turned.
  public let alpha: Double
  /// Whether the input's elements are overwritten.
  public let inplace: Bool

  /// PyTorch's defaults unless told otherwise.
  public init(alpha: Double = 1, inplace: Bool = false) {
    self.alpha = alpha
    self.inplace = inplace
  }
  /// x where positive, else alpha·(exp(x) - 1).
  public func forward(_ x: Tensor) -> Tensor { inplace ? x.elu_(alpha: alpha) : x.elu(alpha: alpha) }
  /// PyTorch's.
  public var extraDescription: String { "alpha=\(alpha)" + (inplace ? ", inplace=True" : "") }
}

/// x where positive, else alpha·(exp(x/alpha) - 1) (PyTorch's `nn.CELU`).
public final class CELU: Layer {
  /// The limit of the negative side, with its sign turned.
  public let alpha: Double
  /// Whether the input's elements are overwritten.
  public let inplace: Bool

  /// PyTorch's defaults unless told otherwise.
  public init(alpha: Double = 1, inplace: Bool = false) {
    self.alpha = alpha
    self.inplace = inplace
  }
  /// x where positive, else alpha·(exp(x/alpha) - 1).
  public func forward(_ x: Tensor) -> Tensor { inplace ? x.celu_(alpha: alpha) : x.celu(alpha: alpha) }
  /// PyTorch's.
  public var extraDescription: String { "alpha=\(alpha)" + (inplace ? ", inplace=True" : "") }
}

/// λ·x where positive, else λ·α·(exp(x) - 1), with the constants that keep mean and variance (PyTorch's `nn.SELU`).
public final class SELU: Layer {
  /// Whether the input's elements are overwritten.
  public let inplace: Bool

  /// PyTorch's defaults unless told otherwise.
  public init(inplace: Bool = false) {
    self.inplace = inplace
  }
  /// The scaled exponential.
  public func forward(_ x: Tensor) -> Tensor { inplace ? x.selu_() : x.selu() }
  /// PyTorch's.
  public var extraDescription: String { inplace ? "inplace=True" : "" }
}

/// x·Φ(x), Φ the normal distribution function (PyTorch's `nn.GELU`).
public final class GELU: Layer {
  /// How Φ is computed.
  public let approximate: Tensor.GELUApproximation

  /// PyTorch's defaults unless told otherwise.
  public init(approximate: Tensor.GELUApproximation = .none) {
    self.approximate = approximate
  }
  /// x·Φ(x).
  public func forward(_ x: Tensor) -> Tensor { x.gelu(approximate: approximate) }
  /// PyTorch's.
  public var extraDescription: String { "approximate='\(approximate)'" }
}

/// x·sigmoid(x) (PyTorch's `nn.SiLU`).
public final class SiLU: Layer {
  /// Whether the input's elements are overwritten.
  public let inplace: Bool

  /// PyTorch's defaults unless told otherwise.
  public init(inplace: Bool = false) {
    self.inplace = inplace
  }
  /// x·sigmoid(x).
  public func forward(_ x: Tensor) -> Tensor { inplace ? x.silu_() : x.silu() }
  /// PyTorch's.
  public var extraDescription: String { inplace ? "inplace=True" : "" }
}

/// x·tanh(softplus(x)) (PyTorch's `nn.Mish`).
public final class Mish: Layer {
  /// Whether the input's elements are overwritten.
  public let inplace: Bool

  /// PyTorch's defaults unless told otherwise.
  public init(inplace: Bool = false) {
    self.inplace = inplace
  }
  /// x·tanh(softplus(x)).
  public func forward(_ x: Tensor) -> Tensor { inplace ? x.mish_() : x.mish() }
  /// PyTorch's.
  public var extraDescription: String { inplace ? "inplace=True" : "" }
}

/// log(1 + exp(beta·x))/beta (PyTorch's `nn.Softplus`).
public final class Softplus: Layer {
  /// How sharp the bend is.
  public let beta: Double
  /// Where beta·x is above it, the result is x.
  public let threshold: Double

  /// PyTorch's defaults unless told otherwise.
  public init(beta: Double = 1, threshold: Double = 20) {
    self.beta = beta
    self.threshold = threshold
  }
  /// log(1 + exp(beta·x))/beta.
  public func forward(_ x: Tensor) -> Tensor { x.softplus(beta: beta, threshold: threshold) }
  /// PyTorch's.
  public var extraDescription: String { "beta=\(beta), threshold=\(threshold)" }
}

/// 1 / (1 + exp(-x)) (PyTorch's `nn.Sigmoid`).
public final class Sigmoid: Layer {
  /// The function has no options.
  public init() {}
  /// 1 / (1 + exp(-x)).
  public func forward(_ x: Tensor) -> Tensor { x.sigmoid() }
}

/// log(sigmoid(x)), without overflow (PyTorch's `nn.LogSigmoid`).
public final class LogSigmoid: Layer {
  /// The function has no options.
  public init() {}
  /// log(sigmoid(x)).
  public func forward(_ x: Tensor) -> Tensor { x.logSigmoid() }
}

/// The hyperbolic tangent (PyTorch's `nn.Tanh`).
public final class Tanh: Layer {
  /// The function has no options.
  public init() {}
  /// tanh(x).
  public func forward(_ x: Tensor) -> Tensor { x.tanh() }
}

/// x where positive, else a learned fraction of it (PyTorch's `nn.PReLU`).
public final class PReLU: Layer {
  /// The number of fractions: 1, or one for each channel.
  public let numParameters: Int
  /// `[numParameters]`.
  public let weight: Parameter

  /// One fraction of a quarter unless told otherwise.
  public init(numParameters: Int = 1, initial: Double = 0.25, device: Device = .cpu, dtype: DType = .float32) {
    self.numParameters = numParameters
    Init.checkSizes("PReLU", [numParameters], dtype)
    weight = Parameter(Tensor.full([numParameters], initial, dtype: dtype, device: device))
  }

  /// x where positive, else `weight`·x; the channels are dimension 1.
  public func forward(_ x: Tensor) -> Tensor { x.prelu(weight) }
  /// PyTorch's.
  public var extraDescription: String { "num_parameters=\(numParameters)" }
}
