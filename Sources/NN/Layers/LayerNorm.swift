internal import Autograd
public import TensorModule

/// Each set of the last dimensions with mean 0 and variance 1, scaled and shifted element by element (PyTorch's
/// `nn.LayerNorm`): (x - mean) / √(variance + eps) · weight + bias, the variance biased. Input and output
/// `[…, normalizedShape]`; training and evaluation compute the same.
///
/// ```swift
/// let words = LayerNorm(512)          // over the last dimension
/// let images = LayerNorm([3, 32, 32]) // over the last three
/// ```
public final class LayerNorm: Layer {
  /// The sizes of the last dimensions, over which mean and variance are taken.
  public let normalizedShape: Shape
  /// What is added to the variance.
  public let eps: Double
  /// Whether there is a weight.
  public let elementwiseAffine: Bool
  /// Of the normalized shape, ones at first; nil without `elementwiseAffine`.
  public let weight: Parameter?
  /// Of the normalized shape, zeros at first; nil without `elementwiseAffine` or `bias`.
  public let bias: Parameter?

  /// Over the last dimensions, whose sizes are `normalizedShape`; at least one.
  public init(
    _ normalizedShape: Shape, eps: Double = 1e-5, elementwiseAffine: Bool = true, bias: Bool = true,
    device: Device = .cpu, dtype: DType = .float32
  ) {
    self.normalizedShape = normalizedShape
    self.eps = eps
    self.elementwiseAffine = elementwiseAffine
    Init.checkSizes("LayerNorm", normalizedShape, dtype)
    weight = elementwiseAffine ? Parameter(Tensor.ones(normalizedShape, dtype: dtype, device: device)) : nil
    self.bias = elementwiseAffine && bias ? Parameter(Tensor.zeros(normalizedShape, dtype: dtype, device: device)) : nil
  }

  /// Over the last dimension, of `size` elements.
  public convenience init(
    _ size: Int, eps: Double = 1e-5, elementwiseAffine: Bool = true, bias: Bool = true, device: Device = .cpu,
    dtype: DType = .float32
  ) {
    self.init([size], eps: eps, elementwiseAffine: elementwiseAffine, bias: bias, device: device, dtype: dtype)
  }

  /// A second layer that begins with the values of the first.
  init(copying other: LayerNorm) {
    normalizedShape = other.normalizedShape
    eps = other.eps
    elementwiseAffine = other.elementwiseAffine
    weight = other.weight?.copied()
    bias = other.bias?.copied()
  }

  /// `x` normalized.
  public func forward(_ x: Tensor) -> Tensor {
    Functional.layerNorm(x, normalizedShape, weight: weight, bias: bias, eps: eps)
  }

  /// PyTorch's.
  public var extraDescription: String {
    "\(normalizedShape.tupleDescription), eps=\(eps), elementwise_affine=\(elementwiseAffine.pythonDescription), "
      + "bias=\((bias != nil).pythonDescription)"
  }
}
