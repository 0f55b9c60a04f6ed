internal import Autograd
public import TensorModule

/// y = x·Wᵀ + b (PyTorch's `nn.Linear`): input `[…, in]`, output `[…, out]`.
///
/// The weight and the bias start uniform in ±1/√in, PyTorch's numbers for the same seed.
public final class Linear: Layer {
  /// The size of the input's last dimension.
  public let inFeatures: Int
  /// The size of the output's last dimension.
  public let outFeatures: Int
  /// `[out, in]`.
  public let weight: Parameter
  /// `[out]`, or nil.
  public let bias: Parameter?

  /// A layer from `inFeatures` to `outFeatures`.
  public init(_ inFeatures: Int, _ outFeatures: Int, bias: Bool = true, device: Device = .cpu, dtype: DType = .float32) {
    self.inFeatures = inFeatures
    self.outFeatures = outFeatures
    (weight, self.bias) = Init.weightAndBias(
      "Linear", [outFeatures, inFeatures], biasSize: bias ? outFeatures : nil, device: device, dtype: dtype)
  }

  /// A second layer that begins with the values of the first.
  init(copying other: Linear) {
    inFeatures = other.inFeatures
    outFeatures = other.outFeatures
    weight = other.weight.copied()
    bias = other.bias?.copied()
  }

  /// x·Wᵀ + b.
  public func forward(_ x: Tensor) -> Tensor { x.linear(weight, bias) }

  /// PyTorch's.
  public var extraDescription: String {
    "in_features=\(inFeatures), out_features=\(outFeatures), bias=\((bias != nil).pythonDescription)"
  }
}
