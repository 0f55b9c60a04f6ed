internal import Autograd
public import TensorModule

/// Each set of the last dimensions divided by the root of its mean square, scaled element by element (PyTorch's
/// `nn.RMSNorm`): input and output `[…, normalizedShape]`.
public final class RMSNorm: Layer {
  /// The sizes of the last dimensions, over which the mean square is taken.
  public let normalizedShape: Shape
  /// What is added to the mean square; nil for the distance from 1 to the next number of the type that is computed in.
  public let eps: Double?
  /// Whether there is a weight.
  public let elementwiseAffine: Bool
  /// Of the normalized shape, ones at first; nil without `elementwiseAffine`.
  public let weight: Parameter?

  /// Over the last dimensions, whose sizes are `normalizedShape`; at least one.
  public init(
    _ normalizedShape: Shape, eps: Double? = nil, elementwiseAffine: Bool = true, device: Device = .cpu,
    dtype: DType = .float32
  ) {
    self.normalizedShape = normalizedShape
    self.eps = eps
    self.elementwiseAffine = elementwiseAffine
    Init.checkSizes("RMSNorm", normalizedShape, dtype)
    weight = elementwiseAffine ? Parameter(Tensor.ones(normalizedShape, dtype: dtype, device: device)) : nil
  }

  /// Over the last dimension, of `size` elements.
  public convenience init(
    _ size: Int, eps: Double? = nil, elementwiseAffine: Bool = true, device: Device = .cpu, dtype: DType = .float32
  ) {
    self.init([size], eps: eps, elementwiseAffine: elementwiseAffine, device: device, dtype: dtype)
  }

  /// `x` normalized.
  public func forward(_ x: Tensor) -> Tensor { Functional.rmsNorm(x, normalizedShape, weight: weight, eps: eps) }

  /// PyTorch's.
  public var extraDescription: String {
    "\(normalizedShape.tupleDescription), eps=\(eps.map { "\($0)" } ?? "None"), "
      + "elementwise_affine=\(elementwiseAffine.pythonDescription)"
  }
}
