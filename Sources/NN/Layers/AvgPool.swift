public import TensorModule

/// The mean of each window (PyTorch's `nn.AvgPool1d`): input `[N, C, L]` or `[C, L]`.
public final class AvgPool1d: Layer {
  /// The window.
  public let kernelSize: Int
  /// The distance of neighbouring windows.
  public let stride: Int
  /// How far windows may reach over the borders; at most half of the window.
  public let padding: Int
  /// Whether windows that reach over the far borders count.
  public let ceilMode: Bool
  /// Whether the zeros of the padding count as elements.
  public let countIncludePad: Bool

  /// Windows of `kernelSize`, side by side unless a stride is given.
  public init(
    _ kernelSize: Int, stride: Int? = nil, padding: Int = 0, ceilMode: Bool = false, countIncludePad: Bool = true
  ) {
    self.kernelSize = kernelSize
    self.stride = stride ?? kernelSize
    self.padding = padding
    self.ceilMode = ceilMode
    self.countIncludePad = countIncludePad
  }

  /// The means.
  public func forward(_ x: Tensor) -> Tensor {
    x.avgPool1d(
      kernelSize, stride: stride, padding: padding, ceilMode: ceilMode, countIncludePad: countIncludePad)
  }

  /// PyTorch's.
  public var extraDescription: String {
    "kernel_size=\(tupleText([kernelSize])), stride=\(tupleText([stride])), padding=\(tupleText([padding]))"
  }
}

/// The mean of each window (PyTorch's `nn.AvgPool2d`): input `[N, C, H, W]` or `[C, H, W]`.
public final class AvgPool2d: Layer {
  /// The window.
  public let kernelSize: IntPair
  /// The distance of neighbouring windows.
  public let stride: IntPair
  /// How far windows may reach over the borders; at most half of the window.
  public let padding: IntPair
  /// Whether windows that reach over the far borders count.
  public let ceilMode: Bool
  /// Whether the zeros of the padding count as elements.
  public let countIncludePad: Bool
  /// What sums are divided by instead of the number of elements, or nil.
  public let divisorOverride: Int?

  /// Windows of `kernelSize`, side by side unless a stride is given.
  public init(
    _ kernelSize: IntPair, stride: IntPair? = nil, padding: IntPair = 0, ceilMode: Bool = false, countIncludePad: Bool = true,
    divisorOverride: Int? = nil
  ) {
    self.kernelSize = kernelSize
    self.stride = stride ?? kernelSize
    self.padding = padding
    self.ceilMode = ceilMode
    self.countIncludePad = countIncludePad
    self.divisorOverride = divisorOverride
  }

  /// The same with numbers that are not literals.
  public convenience init(
    _ kernelSize: Int, stride: Int? = nil, padding: Int = 0, ceilMode: Bool = false, countIncludePad: Bool = true,
    divisorOverride: Int? = nil
  ) {
    self.init(
      IntPair(kernelSize), stride: stride.map { IntPair($0) }, padding: IntPair(padding), ceilMode: ceilMode,
      countIncludePad: countIncludePad, divisorOverride: divisorOverride)
  }

  /// The means.
  public func forward(_ x: Tensor) -> Tensor {
    x.avgPool2d(
      kernelSize, stride: stride, padding: padding, ceilMode: ceilMode, countIncludePad: countIncludePad,
      divisorOverride: divisorOverride)
  }

  /// PyTorch's.
  public var extraDescription: String {
    "kernel_size=\(sizesText(kernelSize.sizes)), stride=\(sizesText(stride.sizes)), padding=\(sizesText(padding.sizes))"
  }
}

/// The mean of each window (PyTorch's `nn.AvgPool3d`): input `[N, C, D, H, W]` or `[C, D, H, W]`.
public final class AvgPool3d: Layer {
  /// The window.
  public let kernelSize: IntTriple
  /// The distance of neighbouring windows.
  public let stride: IntTriple
  /// How far windows may reach over the borders; at most half of the window.
  public let padding: IntTriple
  /// Whether windows that reach over the far borders count.
  public let ceilMode: Bool
  /// Whether the zeros of the padding count as elements.
  public let countIncludePad: Bool
  /// What sums are divided by instead of the number of elements, or nil.
  public let divisorOverride: Int?

  /// Windows of `kernelSize`, side by side unless a stride is given.
  public init(
    _ kernelSize: IntTriple, stride: IntTriple? = nil, padding: IntTriple = 0, ceilMode: Bool = false, countIncludePad: Bool = true,
    divisorOverride: Int? = nil
  ) {
    self.kernelSize = kernelSize
    self.stride = stride ?? kernelSize
    self.padding = padding
    self.ceilMode = ceilMode
    self.countIncludePad = countIncludePad
    self.divisorOverride = divisorOverride
  }

  /// The same with numbers that are not literals.
  public convenience init(
    _ kernelSize: Int, stride: Int? = nil, padding: Int = 0, ceilMode: Bool = false, countIncludePad: Bool = true,
    divisorOverride: Int? = nil
  ) {
    self.init(
      IntTriple(kernelSize), stride: stride.map { IntTriple($0) }, padding: IntTriple(padding), ceilMode: ceilMode,
      countIncludePad: countIncludePad, divisorOverride: divisorOverride)
  }

  /// The means.
  public func forward(_ x: Tensor) -> Tensor {
    x.avgPool3d(
      kernelSize, stride: stride, padding: padding, ceilMode: ceilMode, countIncludePad: countIncludePad,
      divisorOverride: divisorOverride)
  }

  /// PyTorch's.
  public var extraDescription: String {
    "kernel_size=\(sizesText(kernelSize.sizes)), stride=\(sizesText(stride.sizes)), padding=\(sizesText(padding.sizes))"
  }
}
