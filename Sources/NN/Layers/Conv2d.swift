internal import Autograd
public import TensorModule

/// 2-d convolution, in fact cross-correlation (PyTorch's `nn.Conv2d`): input `[N, C, H, W]` or `[C, H, W]`, output
/// `[N, K, H′, W′]` or `[K, H′, W′]`.
///
/// Weight and bias start as in ``Linear``, with C/groups·kH·kW inputs; PyTorch's numbers for the same seed.
public final class Conv2d: Layer {
  /// C, the input's channels.
  public let inChannels: Int
  /// K, the output's channels.
  public let outChannels: Int
  /// The window.
  public let kernelSize: IntPair
  /// The distance of neighbouring windows.
  public let stride: IntPair
  /// What is added at the input's borders.
  public let padding: Padding
  /// The distance of neighbouring elements in a window.
  public let dilation: IntPair
  /// Into how many parts the channels are split that do not see each other.
  public let groups: Int
  /// What the padding consists of.
  public let paddingMode: PaddingMode
  /// `[K, C/groups, kH, kW]`.
  public let weight: Parameter
  /// `[K]`, or nil.
  public let bias: Parameter?

  /// A convolution from `inChannels` to `outChannels`. Both must be divisible by `groups`; `.same` needs stride 1.
  public init(
    _ inChannels: Int, _ outChannels: Int, kernelSize: IntPair, stride: IntPair = 1, padding: Padding = 0,
    dilation: IntPair = 1, groups: Int = 1, bias: Bool = true, paddingMode: PaddingMode = .zeros, device: Device = .cpu,
    dtype: DType = .float32
  ) {
    if groups <= 0 || inChannels % groups != 0 || outChannels % groups != 0 {
      fail(
        TensorError(
          "Conv2d", rule: "\(inChannels) input and \(outChannels) output channels must both be divisible by groups \(groups)"))
    } else if padding == .same && stride != 1 {
      fail(TensorError("Conv2d", rule: "padding .same is not supported for strided convolutions", hint: "use stride 1"))
    }
    if case .size(let sizes) = padding, sizes.height < 0 || sizes.width < 0 {
      fail(TensorError("Conv2d", rule: "padding (\(sizes.height), \(sizes.width)) must not be negative"))
    }
    for (kernel, distance) in [(kernelSize.height, dilation.height), (kernelSize.width, dilation.width)]
    where kernel > 1 && distance >= (1 << 30) / (kernel - 1) {
      fail(TensorError("Conv2d", rule: "kernel size \(kernel) with dilation \(distance) is too large"))
    }
    self.inChannels = inChannels
    self.outChannels = outChannels
    self.kernelSize = kernelSize
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
    self.paddingMode = paddingMode
    (weight, self.bias) = Init.weightAndBias(
      "Conv2d", [outChannels, inChannels / max(groups, 1), kernelSize.height, kernelSize.width],
      biasSize: bias ? outChannels : nil, device: device, dtype: dtype)
  }

  /// The same with numbers that are not literals.
  public convenience init(
    _ inChannels: Int, _ outChannels: Int, kernelSize: Int, stride: Int = 1, padding: Int = 0, dilation: Int = 1,
    groups: Int = 1, bias: Bool = true, paddingMode: PaddingMode = .zeros, device: Device = .cpu, dtype: DType = .float32
  ) {
    self.init(
      inChannels, outChannels, kernelSize: IntPair(kernelSize), stride: IntPair(stride),
      padding: .size(IntPair(padding)), dilation: IntPair(dilation), groups: groups, bias: bias, paddingMode: paddingMode,
      device: device, dtype: dtype)
  }

  /// The convolution of `x`.
  public func forward(_ x: Tensor) -> Tensor {
    if paddingMode == .zeros, let padding = evenPadding {
      return x.conv2d(weight, bias: bias, stride: stride, padding: padding, dilation: dilation, groups: groups)
    }
    let rows = borders(kernelSize.height, dilation.height) { $0.height }
    let columns = borders(kernelSize.width, dilation.width) { $0.width }
    guard x.rank == 3 || x.rank == 4 else { return x.conv2d(weight, bias: bias) }  // fails with the right text
    let input = x.padded(dim: x.rank - 2, before: rows.before, after: rows.after, mode: paddingMode)
      .padded(dim: x.rank - 1, before: columns.before, after: columns.after, mode: paddingMode)
    return input.conv2d(weight, bias: bias, stride: stride, padding: 0, dilation: dilation, groups: groups)
  }

  /// The padding as one number a dimension, or nil if its two sides differ.
  private var evenPadding: IntPair? {
    let rows = borders(kernelSize.height, dilation.height) { $0.height }
    let columns = borders(kernelSize.width, dilation.width) { $0.width }
    return rows.before == rows.after && columns.before == columns.after ? IntPair(rows.before, columns.before) : nil
  }

  private func borders(_ kernel: Int, _ dilation: Int, _ side: (IntPair) -> Int) -> (before: Int, after: Int) {
    switch padding {
    case .valid: return (0, 0)
    case .size(let sizes): return (side(sizes), side(sizes))
    case .same:
      // Cannot overflow in a layer that was not refused.
      let total = dilation &* (kernel &- 1)
      return (total / 2, total - total / 2)
    }
  }

  /// PyTorch's.
  public var extraDescription: String {
    func pair(_ value: IntPair) -> String { "(\(value.height), \(value.width))" }
    var text = "\(inChannels), \(outChannels), kernel_size=\(pair(kernelSize)), stride=\(pair(stride))"
    switch padding {
    case .size(let size): if size != 0 { text += ", padding=\(pair(size))" }
    case .same: text += ", padding=same"
    case .valid: text += ", padding=valid"
    }
    if dilation != 1 { text += ", dilation=\(pair(dilation))" }
    if groups != 1 { text += ", groups=\(groups)" }
    if bias == nil { text += ", bias=False" }
    if paddingMode != .zeros { text += ", padding_mode=\(paddingMode)" }
    return text
  }
}
