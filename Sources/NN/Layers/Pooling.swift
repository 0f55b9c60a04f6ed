public import TensorModule

/// The largest element of each window (PyTorch's `nn.MaxPool2d`): input `[N, C, H, W]` or `[C, H, W]`.
public final class MaxPool2d: Layer {
  /// The window.
  public let kernelSize: IntPair
  /// The distance of neighbouring windows.
  public let stride: IntPair
  /// How far windows may reach over the borders; at most half of the window.
  public let padding: IntPair
  /// The distance of neighbouring elements in a window.
  public let dilation: IntPair
  /// Whether windows that reach over the far borders count.
  public let ceilMode: Bool

  /// Windows of `kernelSize`, side by side unless a stride is given.
  public init(
    _ kernelSize: IntPair, stride: IntPair? = nil, padding: IntPair = 0, dilation: IntPair = 1, ceilMode: Bool = false
  ) {
    self.kernelSize = kernelSize
    self.stride = stride ?? kernelSize
    self.padding = padding
    self.dilation = dilation
    self.ceilMode = ceilMode
  }

  /// The same with numbers that are not literals.
  public convenience init(
    _ kernelSize: Int, stride: Int? = nil, padding: Int = 0, dilation: Int = 1, ceilMode: Bool = false
  ) {
    self.init(
      IntPair(kernelSize), stride: stride.map { IntPair($0) }, padding: IntPair(padding), dilation: IntPair(dilation),
      ceilMode: ceilMode)
  }

  /// The maxima.
  public func forward(_ x: Tensor) -> Tensor {
    x.maxPool2d(kernelSize, stride: stride, padding: padding, dilation: dilation, ceilMode: ceilMode)
  }

  /// PyTorch's.
  public var extraDescription: String {
    func text(_ pair: IntPair) -> String { pair.height == pair.width ? "\(pair.height)" : "(\(pair.height), \(pair.width))" }
    return "kernel_size=\(text(kernelSize)), stride=\(text(stride)), padding=\(text(padding)), "
      + "dilation=\(text(dilation)), ceil_mode=\(ceilMode.pythonDescription)"
  }
}
