public import TensorModule

/// Zeroes elements at random while training and scales the others by 1/(1 - p); does nothing in evaluation (PyTorch's
/// `nn.Dropout`).
public final class Dropout: Layer, ModeDependent {
  /// The probability of an element to be zeroed.
  public let p: Double
  private let mode = TrainingMode()

  /// Drops with probability `p`, which must be in 0 ... 1.
  public init(_ p: Double = 0.5) {
    if !(p >= 0 && p <= 1) {
      fail(TensorError("Dropout", rule: "the probability has to be between 0 and 1, but got \(p)"))
    }
    self.p = p
  }

  /// True while training.
  public var isTraining: Bool {
    get { mode.isOn }
    set { mode.isOn = newValue }
  }

  /// `x` with elements dropped, or `x` itself in evaluation.
  public func forward(_ x: Tensor) -> Tensor { x.dropout(p, training: isTraining) }

  /// PyTorch's.
  public var extraDescription: String { "p=\(p), inplace=False" }
}
