public import TensorModule

// Sendable: its properties are never changed after `init`, but for the mode, which is atomic; the subclasses, all in this
// file, have none.
/// What the dropout layers share: a probability, and the mode that they depend on. Make one of ``Dropout``,
/// ``Dropout1d``, ``Dropout2d``, ``Dropout3d``, ``AlphaDropout``, ``FeatureAlphaDropout``.
public class DropoutLayer: Layer, ModeDependent, @unchecked Sendable {
  /// The probability of being dropped, 0 ... 1.
  public final let p: Double
  /// Whether the input's elements are overwritten.
  public final let inplace: Bool
  private let mode = TrainingMode()

  /// PyTorch's defaults unless told otherwise. A probability outside 0 ... 1 fails.
  public init(_ p: Double = 0.5, inplace: Bool = false) {
    self.p = p
    self.inplace = inplace
    Init.checkProbability(_typeName(type(of: self), qualified: false), p)
  }

  /// True while training.
  public final var isTraining: Bool {
    get { mode.isOn }
    set { mode.isOn = newValue }
  }

  /// `x` with elements or channels dropped, or `x` itself in evaluation.
  public final func forward(_ x: Tensor) -> Tensor { dropped(x, training: isTraining) }

  /// What a subclass does.
  func dropped(_ x: Tensor, training: Bool) -> Tensor { x }

  /// PyTorch's.
  public final var extraDescription: String { "p=\(p), inplace=\(inplace.pythonDescription)" }
}

/// Zeroes elements at random while training and scales the others by 1/(1 - p); does nothing in evaluation (PyTorch's
/// `nn.Dropout`).
public final class Dropout: DropoutLayer, @unchecked Sendable {
  override func dropped(_ x: Tensor, training: Bool) -> Tensor {
    inplace ? x.dropout_(p, training: training) : x.dropout(p, training: training)
  }
}

/// ``Dropout`` of whole channels of `[N, C, L]` or `[C, L]` (PyTorch's `nn.Dropout1d`).
public final class Dropout1d: DropoutLayer, @unchecked Sendable {
  override func dropped(_ x: Tensor, training: Bool) -> Tensor {
    inplace ? x.dropout1d_(p, training: training) : x.dropout1d(p, training: training)
  }
}

/// ``Dropout`` of whole channels of `[N, C, H, W]` (PyTorch's `nn.Dropout2d`).
public final class Dropout2d: DropoutLayer, @unchecked Sendable {
  override func dropped(_ x: Tensor, training: Bool) -> Tensor {
    inplace ? x.dropout2d_(p, training: training) : x.dropout2d(p, training: training)
  }
}

/// ``Dropout`` of whole channels of `[N, C, D, H, W]` or `[C, D, H, W]` (PyTorch's `nn.Dropout3d`).
public final class Dropout3d: DropoutLayer, @unchecked Sendable {
  override func dropped(_ x: Tensor, training: Bool) -> Tensor {
    inplace ? x.dropout3d_(p, training: training) : x.dropout3d(p, training: training)
  }
}

/// Dropout that keeps mean and variance after ``SELU`` (PyTorch's `nn.AlphaDropout`).
public final class AlphaDropout: DropoutLayer, @unchecked Sendable {
  override func dropped(_ x: Tensor, training: Bool) -> Tensor {
    inplace ? x.alphaDropout_(p, training: training) : x.alphaDropout(p, training: training)
  }
}

/// ``AlphaDropout`` of whole channels of `[N, C, …]` (PyTorch's `nn.FeatureAlphaDropout`).
public final class FeatureAlphaDropout: DropoutLayer, @unchecked Sendable {
  override func dropped(_ x: Tensor, training: Bool) -> Tensor {
    inplace ? x.featureAlphaDropout_(p, training: training) : x.featureAlphaDropout(p, training: training)
  }
}

extension Init {
  /// Fails if a probability is none.
  static func checkProbability(_ name: String, _ p: Double) {
    if !(p >= 0 && p <= 1) {
      fail(TensorError(name, rule: "the probability has to be between 0 and 1, but got \(p)"))
    }
  }
}
