public import TensorModule

/// 1-d convolution, in fact cross-correlation (PyTorch's `nn.Conv1d`): input `[N, C, L]` or `[C, L]`, output
/// `[N, K, L′]` or `[K, L′]`, weight `[K, C/groups, k]`.
///
/// Weight and bias start uniform in ±1/√(number of inputs to an output), PyTorch's numbers for the same seed.
public final class Conv1d: Convolution, @unchecked Sendable {
  /// The window.
  public var kernelSize: Int { kernelSizes[0] }
  /// The distance of neighbouring windows.
  public var stride: Int { strides[0] }
  /// The distance of neighbouring elements in a window.
  public var dilation: Int { dilations[0] }

  /// A convolution from `inChannels` to `outChannels`. Both must be divisible by `groups`; `.same` needs stride 1.
  public init(
    _ inChannels: Int, _ outChannels: Int, kernelSize: Int, stride: Int = 1, padding: Padding, dilation: Int = 1,
    groups: Int = 1, bias: Bool = true, paddingMode: PaddingMode = .zeros, device: Device = .cpu, dtype: DType = .float32
  ) {
    super.init(
      "Conv1d", inChannels, outChannels, kernel: [kernelSize], stride: [stride], padding: padding, dilation: [dilation],
      groups: groups, bias: bias, paddingMode: paddingMode, device: device, dtype: dtype)
  }

  /// The same with a number as the padding.
  public convenience init(
    _ inChannels: Int, _ outChannels: Int, kernelSize: Int, stride: Int = 1, padding: Int = 0, dilation: Int = 1,
    groups: Int = 1, bias: Bool = true, paddingMode: PaddingMode = .zeros, device: Device = .cpu, dtype: DType = .float32
  ) {
    self.init(
      inChannels, outChannels, kernelSize: kernelSize, stride: stride, padding: Padding(padding), dilation: dilation,
      groups: groups, bias: bias, paddingMode: paddingMode, device: device, dtype: dtype)
  }
}
