public import TensorModule

/// Zeroes elements at random while training and scales the others by 1/(1 - p); does nothing in evaluation (PyTorch's
/// `nn.Dropout`).
public final class Dropout: Layer, ModeDependent {
  /// The probability of being dropped, 0 ... 1.
  public let p: Double
  /// Whether the input's elements are overwritten.
  public let inplace: Bool
  private let mode = TrainingMode()

  /// PyTorch's defaults unless told otherwise.
  public init(_ p: Double = 0.5, inplace: Bool = false) {
    Init.checkProbability("Dropout", p)
    self.p = p
    self.inplace = inplace
  }

  /// True while training.
  public var isTraining: Bool {
    get { mode.isOn }
    set { mode.isOn = newValue }
  }

  /// `x` with elements dropped, or `x` itself in evaluation.
  public func forward(_ x: Tensor) -> Tensor {
    inplace ? x.dropout_(p, training: isTraining) : x.dropout(p, training: isTraining)
  }
  /// PyTorch's.
  public var extraDescription: String { "p=\(p), inplace=\(inplace.pythonDescription)" }
}

/// ``Dropout`` of whole channels of `[N, C, L]` or `[C, L]` (PyTorch's `nn.Dropout1d`).
public final class Dropout1d: Layer, ModeDependent {
  /// The probability of being dropped, 0 ... 1.
  public let p: Double
  private let mode = TrainingMode()

  /// PyTorch's defaults unless told otherwise.
  public init(_ p: Double = 0.5) {
    Init.checkProbability("Dropout1d", p)
    self.p = p
  }

  /// True while training.
  public var isTraining: Bool {
    get { mode.isOn }
    set { mode.isOn = newValue }
  }

  /// `x` with channels dropped, or `x` itself in evaluation.
  public func forward(_ x: Tensor) -> Tensor { x.dropout1d(p, training: isTraining) }
  /// PyTorch's.
  public var extraDescription: String { "p=\(p), inplace=False" }
}

/// ``Dropout`` of whole channels of `[N, C, H, W]` (PyTorch's `nn.Dropout2d`).
public final class Dropout2d: Layer, ModeDependent {
  /// The probability of being dropped, 0 ... 1.
  public let p: Double
  private let mode = TrainingMode()

  /// PyTorch's defaults unless told otherwise.
  public init(_ p: Double = 0.5) {
    Init.checkProbability("Dropout2d", p)
    self.p = p
  }

  /// True while training.
  public var isTraining: Bool {
    get { mode.isOn }
    set { mode.isOn = newValue }
  }

  /// `x` with channels dropped, or `x` itself in evaluation.
  public func forward(_ x: Tensor) -> Tensor { x.dropout2d(p, training: isTraining) }
  /// PyTorch's.
  public var extraDescription: String { "p=\(p), inplace=False" }
}

/// ``Dropout`` of whole channels of `[N, C, D, H, W]` or `[C, D, H, W]` (PyTorch's `nn.Dropout3d`).
public final class Dropout3d: Layer, ModeDependent {
  /// The probability of being dropped, 0 ... 1.
  public let p: Double
  private let mode = TrainingMode()

  /// PyTorch's defaults unless told otherwise.
  public init(_ p: Double = 0.5) {
    Init.checkProbability("Dropout3d", p)
    self.p = p
  }

  /// True while training.
  public var isTraining: Bool {
    get { mode.isOn }
    set { mode.isOn = newValue }
  }

  /// `x` with channels dropped, or `x` itself in evaluation.
  public func forward(_ x: Tensor) -> Tensor { x.dropout3d(p, training: isTraining) }
  /// PyTorch's.
  public var extraDescription: String { "p=\(p), inplace=False" }
}

/// Dropout that keeps mean and variance after ``SELU`` (PyTorch's `nn.AlphaDropout`).
public final class AlphaDropout: Layer, ModeDependent {
  /// The probability of being dropped, 0 ... 1.
  public let p: Double
  /// Whether the input's elements are overwritten.
  public let inplace: Bool
  private let mode = TrainingMode()

  /// PyTorch's defaults unless told otherwise.
  public init(_ p: Double = 0.5, inplace: Bool = false) {
    Init.checkProbability("AlphaDropout", p)
    self.p = p
    self.inplace = inplace
  }

  /// True while training.
  public var isTraining: Bool {
    get { mode.isOn }
    set { mode.isOn = newValue }
  }

  /// `x` with elements dropped, or `x` itself in evaluation.
  public func forward(_ x: Tensor) -> Tensor {
    inplace ? x.alphaDropout_(p, training: isTraining) : x.alphaDropout(p, training: isTraining)
  }
  /// PyTorch's.
  public var extraDescription: String { "p=\(p), inplace=\(inplace.pythonDescription)" }
}

/// ``AlphaDropout`` of whole channels of `[N, C, …]` (PyTorch's `nn.FeatureAlphaDropout`).
public final class FeatureAlphaDropout: Layer, ModeDependent {
  /// The probability of being dropped, 0 ... 1.
  public let p: Double
  private let mode = TrainingMode()

  /// PyTorch's defaults unless told otherwise.
  public init(_ p: Double = 0.5) {
    Init.checkProbability("FeatureAlphaDropout", p)
    self.p = p
  }

  /// True while training.
  public var isTraining: Bool {
    get { mode.isOn }
    set { mode.isOn = newValue }
  }

  /// `x` with channels dropped, or `x` itself in evaluation.
  public func forward(_ x: Tensor) -> Tensor { x.featureAlphaDropout(p, training: isTraining) }
  /// PyTorch's.
  public var extraDescription: String { "p=\(p), inplace=False" }
}

extension Init {
  /// Fails if a probability is none.
  static func checkProbability(_ name: String, _ p: Double) {
    if !(p >= 0 && p <= 1) {
      fail(TensorError(name, rule: "the probability has to be between 0 and 1, but got \(p)"))
    }
  }
}
