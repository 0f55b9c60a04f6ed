public import TensorModule

/// 2-d convolution, in fact cross-correlation (PyTorch's `nn.Conv2d`): input `[N, C, H, W]` or `[C, H, W]`, output
/// `[N, K, H′, W′]` or `[K, H′, W′]`, weight `[K, C/groups, kH, kW]`.
///
/// Weight and bias start uniform in ±1/√(number of inputs to an output), PyTorch's numbers for the same seed.
public final class Conv2d: Convolution, @unchecked Sendable {
  /// The window.
  public var kernelSize: IntPair { IntPair(kernelSizes) }
  /// The distance of neighbouring windows.
  public var stride: IntPair { IntPair(strides) }
  /// The distance of neighbouring elements in a window.
  public var dilation: IntPair { IntPair(dilations) }

  /// A convolution from `inChannels` to `outChannels`. Both must be divisible by `groups`; `.same` needs stride 1.
  public init(
    _ inChannels: Int, _ outChannels: Int, kernelSize: IntPair, stride: IntPair = 1, padding: Padding = 0,
    dilation: IntPair = 1, groups: Int = 1, bias: Bool = true, paddingMode: PaddingMode = .zeros, device: Device = .cpu,
    dtype: DType = .float32
  ) {
    super.init(
      "Conv2d", inChannels, outChannels, kernel: kernelSize.sizes, stride: stride.sizes, padding: padding,
      dilation: dilation.sizes, groups: groups, bias: bias, paddingMode: paddingMode, device: device, dtype: dtype)
  }

  /// The same with numbers that are not literals.
  public convenience init(
    _ inChannels: Int, _ outChannels: Int, kernelSize: Int, stride: Int = 1, padding: Int = 0, dilation: Int = 1,
    groups: Int = 1, bias: Bool = true, paddingMode: PaddingMode = .zeros, device: Device = .cpu, dtype: DType = .float32
  ) {
    self.init(
      inChannels, outChannels, kernelSize: IntPair(kernelSize), stride: IntPair(stride), padding: Padding(padding),
      dilation: IntPair(dilation), groups: groups, bias: bias, paddingMode: paddingMode, device: device, dtype: dtype)
  }
}
