public import TensorModule

/// How much a convolution's input grows at its borders: a number (`1`), one for each spatial dimension (`[1, 2]`),
/// ``same`` or ``valid``.
public enum Padding: Sendable, Hashable, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral {
  /// So many elements on both sides of each dimension; one number stands for all dimensions.
  case size([Int])
  /// As many as keep the size; an odd one goes to the end (PyTorch's `'same'`). Only with a stride of 1.
  case same
  /// None (PyTorch's `'valid'`).
  case valid

  /// The same number for all dimensions.
  public init(_ value: Int) { self = .size([value]) }
  /// The same number for all dimensions.
  public init(integerLiteral value: Int) { self = .size([value]) }
  /// One number for each dimension: `[height, width]`.
  public init(arrayLiteral values: Int...) { self = .size(values) }
}

/// What a convolution's input grows by.
public enum PaddingMode: String, Sendable, Hashable, CaseIterable {
  /// Zeros.
  case zeros
  /// The input mirrored at its border, which is not repeated.
  case reflect
  /// The border repeated.
  case replicate
  /// The opposite side.
  case circular

  /// What `pad` calls it; zeros are left to the convolution.
  fileprivate var padMode: PadMode? {
    switch self {
    case .zeros: nil
    case .reflect: .reflect
    case .replicate: .replicate
    case .circular: .circular
    }
  }
}

// Unchecked because a class that has subclasses cannot be checked: all properties here and in the subclasses are
// constants of Sendable types, and subclasses exist in this module only.
/// What ``Conv1d``, ``Conv2d``, ``Conv3d`` and the transposed ones have in common (PyTorch's `_ConvNd`).
///
/// Weight and bias start uniform in ±1/√(number of inputs to an output), PyTorch's numbers for the same seed.
public class Convolution: Layer, @unchecked Sendable {
  /// C, the input's channels.
  public final let inChannels: Int
  /// K, the output's channels.
  public final let outChannels: Int
  /// What is added at the input's borders, with one number for each dimension if it is numbers.
  public final let padding: Padding
  /// Into how many parts the channels are split that do not see each other.
  public final let groups: Int
  /// What the padding consists of.
  public final let paddingMode: PaddingMode
  /// `[K, C/groups, k…]`; of a transposed convolution `[C, K/groups, k…]`.
  public final let weight: Parameter
  /// `[K]`, or nil.
  public final let bias: Parameter?

  /// One number for each spatial dimension.
  final let kernelSizes: [Int]
  final let strides: [Int]
  final let dilations: [Int]
  final let outputPaddings: [Int]
  private let name: String
  private let isTransposed: Bool

  init(
    _ name: String, _ inChannels: Int, _ outChannels: Int, kernel: [Int], stride: [Int], padding: Padding, dilation: [Int],
    groups: Int, bias: Bool, paddingMode: PaddingMode, outputPadding: [Int]? = nil, device: Device, dtype: DType
  ) {
    self.name = name
    self.inChannels = inChannels
    self.outChannels = outChannels
    self.groups = groups
    self.paddingMode = paddingMode
    kernelSizes = kernel
    strides = stride
    dilations = dilation
    outputPaddings = outputPadding ?? kernel.map { _ in 0 }
    isTransposed = outputPadding != nil
    var padding = padding
    if case .size(let sizes) = padding {
      if sizes.count != 1 && sizes.count != kernel.count {
        fail(TensorError(name, rule: "padding \(sizes) needs one number, or \(kernel.count)"))
      }
      padding = .size(sizes.count == kernel.count ? sizes : kernel.map { _ in sizes.first ?? 0 })
    }
    self.padding = padding
    if let rule = Self.brokenRule(inChannels, outChannels, kernel, stride, padding, dilation, groups) {
      fail(TensorError(name, rule: rule))
    }
    let parts = max(groups, 1)
    let channels = isTransposed ? [inChannels, outChannels / parts] : [outChannels, inChannels / parts]
    (weight, self.bias) = Init.weightAndBias(
      name, Shape(channels + kernel), biasSize: bias ? outChannels : nil, device: device, dtype: dtype)
  }

  private static func brokenRule(
    _ inChannels: Int, _ outChannels: Int, _ kernel: [Int], _ stride: [Int], _ padding: Padding, _ dilation: [Int],
    _ groups: Int
  ) -> String? {
    if groups <= 0 || inChannels % groups != 0 || outChannels % groups != 0 {
      return "\(inChannels) input and \(outChannels) output channels must both be divisible by groups \(groups)"
    }
    if padding == .same && stride.contains(where: { $0 != 1 }) {
      return "padding .same is not supported for strided convolutions: use stride 1"
    }
    if case .size(let sizes) = padding, sizes.contains(where: { $0 < 0 }) {
      return "padding \(tupleText(sizes)) must not be negative"
    }
    for (size, distance) in zip(kernel, dilation) where size > 1 && distance >= (1 << 30) / (size - 1) {
      return "kernel size \(size) with dilation \(distance) is too large"
    }
    return nil
  }

  /// The convolution of `x`.
  public func forward(_ x: Tensor) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard let mode = paddingMode.padMode, x.rank == kernelSizes.count + 1 || x.rank == kernelSizes.count + 2 else {
      switch padding {
      case .size(let sizes): return convolved(x, sizes)
      case .same: return convolved(x, .same)
      case .valid: return convolved(x, .valid)
      }
    }
    // The last dimension comes first.
    let borders = kernelSizes.indices.reversed().flatMap { (dim: Int) -> [Int] in
      switch padding {
      case .valid: return [0, 0]
      case .size(let sizes): return [sizes[dim], sizes[dim]]
      case .same:
        // Cannot overflow in a layer that was not refused.
        let total = dilations[dim] &* (kernelSizes[dim] &- 1)
        return [total / 2, total - total / 2]
      }
    }
    return convolved(borders.allSatisfy { $0 == 0 } ? x : x.pad(borders, mode: mode), .valid)
  }

  private final func convolved(_ x: Tensor, _ padding: [Int]) -> Tensor {
    switch kernelSizes.count {
    case 1:
      x.conv1d(weight, bias: bias, stride: strides[0], padding: padding[0], dilation: dilations[0], groups: groups)
    case 2:
      x.conv2d(
        weight, bias: bias, stride: IntPair(strides), padding: IntPair(padding), dilation: IntPair(dilations), groups: groups)
    default:
      x.conv3d(
        weight, bias: bias, stride: IntTriple(strides), padding: IntTriple(padding), dilation: IntTriple(dilations),
        groups: groups)
    }
  }

  private final func convolved(_ x: Tensor, _ padding: ConvolutionPadding) -> Tensor {
    switch kernelSizes.count {
    case 1: x.conv1d(weight, bias: bias, stride: strides[0], padding: padding, dilation: dilations[0], groups: groups)
    case 2:
      x.conv2d(weight, bias: bias, stride: IntPair(strides), padding: padding, dilation: IntPair(dilations), groups: groups)
    default:
      x.conv3d(
        weight, bias: bias, stride: IntTriple(strides), padding: padding, dilation: IntTriple(dilations), groups: groups)
    }
  }

  /// PyTorch's.
  public final var extraDescription: String {
    var text = "\(inChannels), \(outChannels), kernel_size=\(tupleText(kernelSizes)), stride=\(tupleText(strides))"
    switch padding {
    case .size(let sizes): if sizes.contains(where: { $0 != 0 }) { text += ", padding=\(tupleText(sizes))" }
    case .same: text += ", padding=same"
    case .valid: text += ", padding=valid"
    }
    if dilations.contains(where: { $0 != 1 }) { text += ", dilation=\(tupleText(dilations))" }
    if outputPaddings.contains(where: { $0 != 0 }) { text += ", output_padding=\(tupleText(outputPaddings))" }
    if groups != 1 { text += ", groups=\(groups)" }
    if bias == nil { text += ", bias=False" }
    if paddingMode != .zeros { text += ", padding_mode=\(paddingMode)" }
    return text
  }
}

extension IntPair {
  init(_ sizes: [Int]) { self.init(sizes[0], sizes[1]) }
}

extension IntTriple {
  init(_ sizes: [Int]) { self.init(sizes[0], sizes[1], sizes[2]) }
}
