public import TensorModule

/// The adjoint of a 1-d convolution in its input (PyTorch's `nn.ConvTranspose1d`): input `[N, C, L]` or `[C, L]`,
/// output `[N, K, L′]` or `[K, L′]`, weight `[C, K/groups, k]`.
///
/// Weight and bias start uniform in ±1/√(K/groups·window), PyTorch's numbers for the same seed.
public final class ConvTranspose1d: TransposedConvolution, @unchecked Sendable {
  /// The window.
  public var kernelSize: Int { kernelSizes[0] }
  /// The distance of neighbouring windows in the output.
  public var stride: Int { strides[0] }
  /// What the output grows by at the end, to choose among the sizes that the convolution maps to one.
  public var outputPadding: Int { outputPaddings[0] }
  /// The distance of neighbouring elements in a window.
  public var dilation: Int { dilations[0] }

  /// A transposed convolution from `inChannels` to `outChannels`. Both must be divisible by `groups`. `padding` is what a
  /// convolution would add: here the output is smaller by it.
  public init(
    _ inChannels: Int, _ outChannels: Int, kernelSize: Int, stride: Int = 1, padding: Int = 0,
    outputPadding: Int = 0, groups: Int = 1, bias: Bool = true, dilation: Int = 1, device: Device = .cpu,
    dtype: DType = .float32
  ) {
    super.init(
      "ConvTranspose1d", inChannels, outChannels, kernel: [kernelSize], stride: [stride],
      padding: .size([padding]), dilation: [dilation], groups: groups, bias: bias, paddingMode: .zeros,
      outputPadding: [outputPadding], device: device, dtype: dtype)
  }
}

/// The adjoint of a 2-d convolution in its input (PyTorch's `nn.ConvTranspose2d`): input `[N, C, H, W]` or `[C, H, W]`,
/// output `[N, K, H′, W′]` or `[K, H′, W′]`, weight `[C, K/groups, kH, kW]`.
///
/// Weight and bias start uniform in ±1/√(K/groups·window), PyTorch's numbers for the same seed.
public final class ConvTranspose2d: TransposedConvolution, @unchecked Sendable {
  /// The window.
  public var kernelSize: IntPair { IntPair(kernelSizes) }
  /// The distance of neighbouring windows in the output.
  public var stride: IntPair { IntPair(strides) }
  /// What the output grows by at the end, to choose among the sizes that the convolution maps to one.
  public var outputPadding: IntPair { IntPair(outputPaddings) }
  /// The distance of neighbouring elements in a window.
  public var dilation: IntPair { IntPair(dilations) }

  /// A transposed convolution from `inChannels` to `outChannels`. Both must be divisible by `groups`. `padding` is what a
  /// convolution would add: here the output is smaller by it.
  public init(
    _ inChannels: Int, _ outChannels: Int, kernelSize: IntPair, stride: IntPair = 1, padding: IntPair = 0,
    outputPadding: IntPair = 0, groups: Int = 1, bias: Bool = true, dilation: IntPair = 1, device: Device = .cpu,
    dtype: DType = .float32
  ) {
    super.init(
      "ConvTranspose2d", inChannels, outChannels, kernel: kernelSize.sizes, stride: stride.sizes,
      padding: .size(padding.sizes), dilation: dilation.sizes, groups: groups, bias: bias, paddingMode: .zeros,
      outputPadding: outputPadding.sizes, device: device, dtype: dtype)
  }

  /// The same with numbers that are not literals.
  public convenience init(
    _ inChannels: Int, _ outChannels: Int, kernelSize: Int, stride: Int = 1, padding: Int = 0, outputPadding: Int = 0,
    groups: Int = 1, bias: Bool = true, dilation: Int = 1, device: Device = .cpu, dtype: DType = .float32
  ) {
    self.init(
      inChannels, outChannels, kernelSize: IntPair(kernelSize), stride: IntPair(stride), padding: IntPair(padding),
      outputPadding: IntPair(outputPadding), groups: groups, bias: bias, dilation: IntPair(dilation), device: device, dtype: dtype)
  }
}

/// The adjoint of a 3-d convolution in its input (PyTorch's `nn.ConvTranspose3d`): input `[N, C, D, H, W]` or `[C, D, H, W]`,
/// output `[N, K, D′, H′, W′]` or `[K, D′, H′, W′]`, weight `[C, K/groups, kD, kH, kW]`.
///
/// Weight and bias start uniform in ±1/√(K/groups·window), PyTorch's numbers for the same seed.
public final class ConvTranspose3d: TransposedConvolution, @unchecked Sendable {
  /// The window.
  public var kernelSize: IntTriple { IntTriple(kernelSizes) }
  /// The distance of neighbouring windows in the output.
  public var stride: IntTriple { IntTriple(strides) }
  /// What the output grows by at the end, to choose among the sizes that the convolution maps to one.
  public var outputPadding: IntTriple { IntTriple(outputPaddings) }
  /// The distance of neighbouring elements in a window.
  public var dilation: IntTriple { IntTriple(dilations) }

  /// A transposed convolution from `inChannels` to `outChannels`. Both must be divisible by `groups`. `padding` is what a
  /// convolution would add: here the output is smaller by it.
  public init(
    _ inChannels: Int, _ outChannels: Int, kernelSize: IntTriple, stride: IntTriple = 1, padding: IntTriple = 0,
    outputPadding: IntTriple = 0, groups: Int = 1, bias: Bool = true, dilation: IntTriple = 1, device: Device = .cpu,
    dtype: DType = .float32
  ) {
    super.init(
      "ConvTranspose3d", inChannels, outChannels, kernel: kernelSize.sizes, stride: stride.sizes,
      padding: .size(padding.sizes), dilation: dilation.sizes, groups: groups, bias: bias, paddingMode: .zeros,
      outputPadding: outputPadding.sizes, device: device, dtype: dtype)
  }

  /// The same with numbers that are not literals.
  public convenience init(
    _ inChannels: Int, _ outChannels: Int, kernelSize: Int, stride: Int = 1, padding: Int = 0, outputPadding: Int = 0,
    groups: Int = 1, bias: Bool = true, dilation: Int = 1, device: Device = .cpu, dtype: DType = .float32
  ) {
    self.init(
      inChannels, outChannels, kernelSize: IntTriple(kernelSize), stride: IntTriple(stride), padding: IntTriple(padding),
      outputPadding: IntTriple(outputPadding), groups: groups, bias: bias, dilation: IntTriple(dilation), device: device, dtype: dtype)
  }
}
