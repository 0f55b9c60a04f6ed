public import TensorModule

/// x limited to a range (PyTorch's `nn.Hardtanh`).
public final class Hardtanh: Layer {
  /// The least result.
  public let minVal: Double
  /// The greatest result.
  public let maxVal: Double
  /// Whether the input's elements are overwritten.
  public let inplace: Bool

  /// PyTorch's defaults unless told otherwise.
  public init(minVal: Double = -1, maxVal: Double = 1, inplace: Bool = false) {
    self.minVal = minVal
    self.maxVal = maxVal
    self.inplace = inplace
  }
  /// x limited to `minVal ... maxVal`.
  public func forward(_ x: Tensor) -> Tensor {
    inplace ? x.hardtanh_(min: minVal, max: maxVal) : x.hardtanh(min: minVal, max: maxVal)
  }
  /// PyTorch's.
  public var extraDescription: String { "min_val=\(minVal), max_val=\(maxVal)" + (inplace ? ", inplace=True" : "") }
}

/// min(max(x + 3, 0), 6)/6 (PyTorch's `nn.Hardsigmoid`).
public final class Hardsigmoid: Layer {
  /// Whether the input's elements are overwritten.
  public let inplace: Bool

  /// PyTorch's defaults unless told otherwise.
  public init(inplace: Bool = false) {
    self.inplace = inplace
  }
  /// min(max(x + 3, 0), 6)/6.
  public func forward(_ x: Tensor) -> Tensor { inplace ? x.hardsigmoid_() : x.hardsigmoid() }
}

/// x·hardsigmoid(x) (PyTorch's `nn.Hardswish`).
public final class Hardswish: Layer {
  /// Whether the input's elements are overwritten.
  public let inplace: Bool

  /// PyTorch's defaults unless told otherwise.
  public init(inplace: Bool = false) {
    self.inplace = inplace
  }
  /// x·hardsigmoid(x).
  public func forward(_ x: Tensor) -> Tensor { inplace ? x.hardswish_() : x.hardswish() }
}

/// x, and 0 where it is small (PyTorch's `nn.Hardshrink`).
public final class Hardshrink: Layer {
  /// What counts as small.
  public let lambd: Double

  /// PyTorch's defaults unless told otherwise.
  public init(_ lambd: Double = 0.5) {
    self.lambd = lambd
  }
  /// x where |x| > `lambd`, else 0.
  public func forward(_ x: Tensor) -> Tensor { x.hardshrink(lambda: lambd) }
  /// PyTorch's.
  public var extraDescription: String { "\(lambd)" }
}

/// x moved towards 0, and 0 where it is small (PyTorch's `nn.Softshrink`).
public final class Softshrink: Layer {
  /// What counts as small, and how far others move.
  public let lambd: Double

  /// PyTorch's defaults unless told otherwise.
  public init(_ lambd: Double = 0.5) {
    self.lambd = lambd
  }
  /// x moved by `lambd` towards 0.
  public func forward(_ x: Tensor) -> Tensor { x.softshrink(lambda: lambd) }
  /// PyTorch's.
  public var extraDescription: String { "\(lambd)" }
}

/// x - tanh(x) (PyTorch's `nn.Tanhshrink`).
public final class Tanhshrink: Layer {
  /// The function has no options.
  public init() {}
  /// x - tanh(x).
  public func forward(_ x: Tensor) -> Tensor { x.tanhshrink() }
}

/// x / (1 + |x|) (PyTorch's `nn.Softsign`).
public final class Softsign: Layer {
  /// The function has no options.
  public init() {}
  /// x / (1 + |x|).
  public func forward(_ x: Tensor) -> Tensor { x.softsign() }
}

/// x where above a threshold, else a value (PyTorch's `nn.Threshold`).
public final class Threshold: Layer {
  /// The threshold.
  public let threshold: Double
  /// What stands for elements up to the threshold.
  public let value: Double
  /// Whether the input's elements are overwritten.
  public let inplace: Bool

  /// The layer.
  public init(_ threshold: Double, _ value: Double, inplace: Bool = false) {
    self.threshold = threshold
    self.value = value
    self.inplace = inplace
  }
  /// x where above the threshold, else the value.
  public func forward(_ x: Tensor) -> Tensor {
    inplace ? x.threshold_(threshold, value) : x.threshold(threshold, value)
  }
  /// PyTorch's.
  public var extraDescription: String { "threshold=\(threshold), value=\(value)" + (inplace ? ", inplace=True" : "") }
}

/// The first half along a dimension times the sigmoid of the second (PyTorch's `nn.GLU`).
public final class GLU: Layer {
  /// The dimension, of even size.
  public let dim: Int

  /// PyTorch's defaults unless told otherwise.
  public init(dim: Int = -1) {
    self.dim = dim
  }
  /// The gated half.
  public func forward(_ x: Tensor) -> Tensor { x.glu(dim: dim) }
  /// PyTorch's.
  public var extraDescription: String { "dim=\(dim)" }
}

/// exp(x) / Σ exp(x) along a dimension (PyTorch's `nn.Softmax`).
public final class Softmax: Layer {
  /// The dimension whose elements add up to 1.
  public let dim: Int

  /// The layer.
  public init(dim: Int) {
    self.dim = dim
  }
  /// The probabilities.
  public func forward(_ x: Tensor) -> Tensor { x.softmax(dim: dim) }
  /// PyTorch's.
  public var extraDescription: String { "dim=\(dim)" }
}

/// The logarithm of ``Softmax``, without overflow (PyTorch's `nn.LogSoftmax`).
public final class LogSoftmax: Layer {
  /// The dimension whose probabilities add up to 1.
  public let dim: Int

  /// The layer.
  public init(dim: Int) {
    self.dim = dim
  }
  /// The logarithms of the probabilities.
  public func forward(_ x: Tensor) -> Tensor { x.logSoftmax(dim: dim) }
  /// PyTorch's.
  public var extraDescription: String { "dim=\(dim)" }
}

/// ``Softmax`` of -x: small numbers get large shares (PyTorch's `nn.Softmin`).
public final class Softmin: Layer {
  /// The dimension whose elements add up to 1.
  public let dim: Int

  /// The layer.
  public init(dim: Int) {
    self.dim = dim
  }
  /// The probabilities.
  public func forward(_ x: Tensor) -> Tensor { (-x).softmax(dim: dim) }
  /// PyTorch's.
  public var extraDescription: String { "dim=\(dim)" }
}

/// ``Softmax`` over the channels at each place of images, `[N, C, H, W]` or `[C, H, W]` (PyTorch's `nn.Softmax2d`).
public final class Softmax2d: Layer {
  /// The function has no options.
  public init() {}
  /// The probabilities of the channels.
  public func forward(_ x: Tensor) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard x.rank == 3 || x.rank == 4 else {
      return failing(TensorError("Softmax2d", of: x, rule: "expected an input of 3 or 4 dimensions, not \(x.rank)"))
    }
    return x.softmax(dim: -3)
  }
}
