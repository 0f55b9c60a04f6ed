public import TensorModule

/// 3-d convolution, in fact cross-correlation (PyTorch's `nn.Conv3d`): input `[N, C, D, H, W]` or `[C, D, H, W]`, output
/// `[N, K, D′, H′, W′]` or `[K, D′, H′, W′]`, weight `[K, C/groups, kD, kH, kW]`.
///
/// Weight and bias start uniform in ±1/√(number of inputs to an output), PyTorch's numbers for the same seed.
public final class Conv3d: Convolution, @unchecked Sendable {
  /// The window.
  public var kernelSize: IntTriple { IntTriple(kernelSizes) }
  /// The distance of neighbouring windows.
  public var stride: IntTriple { IntTriple(strides) }
  /// The distance of neighbouring elements in a window.
  public var dilation: IntTriple { IntTriple(dilations) }

  /// A convolution from `inChannels` to `outChannels`. Both must be divisible by `groups`; `.same` needs stride 1.
  public init(
    _ inChannels: Int, _ outChannels: Int, kernelSize: IntTriple, stride: IntTriple = 1, padding: Padding = 0,
    dilation: IntTriple = 1, groups: Int = 1, bias: Bool = true, paddingMode: PaddingMode = .zeros, device: Device = .cpu,
    dtype: DType = .float32
  ) {
    super.init(
      "Conv3d", inChannels, outChannels, kernel: kernelSize.sizes, stride: stride.sizes, padding: padding,
      dilation: dilation.sizes, groups: groups, bias: bias, paddingMode: paddingMode, device: device, dtype: dtype)
  }

  /// The same with numbers that are not literals.
  public convenience init(
    _ inChannels: Int, _ outChannels: Int, kernelSize: Int, stride: Int = 1, padding: Int = 0, dilation: Int = 1,
    groups: Int = 1, bias: Bool = true, paddingMode: PaddingMode = .zeros, device: Device = .cpu, dtype: DType = .float32
  ) {
    self.init(
      inChannels, outChannels, kernelSize: IntTriple(kernelSize), stride: IntTriple(stride), padding: Padding(padding),
      dilation: IntTriple(dilation), groups: groups, bias: bias, paddingMode: paddingMode, device: device, dtype: dtype)
  }
}
