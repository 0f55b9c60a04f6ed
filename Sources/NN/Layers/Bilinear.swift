internal import Autograd
public import TensorModule

/// y[k] = x₁ᵀ·W[k]·x₂ + b[k] (PyTorch's `nn.Bilinear`): inputs `[…, in1]` and `[…, in2]` of the same leading sizes, output
/// `[…, out]`.
///
/// The weight and the bias start uniform in ±1/√in1, PyTorch's numbers for the same seed.
public final class Bilinear: Module {
  /// The size of the first input's last dimension.
  public let in1Features: Int
  /// The size of the second input's last dimension.
  public let in2Features: Int
  /// The size of the output's last dimension.
  public let outFeatures: Int
  /// `[out, in1, in2]`.
  public let weight: Parameter
  /// `[out]`, or nil.
  public let bias: Parameter?

  /// A layer from `in1Features` and `in2Features` to `outFeatures`.
  public init(
    _ in1Features: Int, _ in2Features: Int, _ outFeatures: Int, bias: Bool = true, device: Device = .cpu,
    dtype: DType = .float32
  ) {
    if in1Features <= 0 { fail(TensorError("Bilinear", rule: "the first input's size \(in1Features) must be positive")) }
    self.in1Features = in1Features
    self.in2Features = in2Features
    self.outFeatures = outFeatures
    Init.checkSizes("Bilinear", [outFeatures, in1Features, in2Features], dtype)
    let bound = 1 / Double(max(in1Features, 1)).squareRoot()
    func parameter(_ shape: Shape) -> Parameter {
      Parameter(Init.uniform_(Tensor.empty(shape, dtype: dtype, device: device), from: -bound, to: bound))
    }
    weight = parameter([outFeatures, in1Features, in2Features])
    self.bias = bias ? parameter([outFeatures]) : nil
  }

  /// The products of the inputs, summed with the weights.
  public func callAsFunction(_ x1: Tensor, _ x2: Tensor) -> Tensor {
    inCall(x1, x2) { x1, x2 in Functional.bilinear(x1, x2, weight, bias) }
  }

  /// PyTorch's.
  public var extraDescription: String {
    "in1_features=\(in1Features), in2_features=\(in2Features), out_features=\(outFeatures), "
      + "bias=\((bias != nil).pythonDescription)"
  }
}
