public import TensorModule

/// The largest element of each window (PyTorch's `nn.MaxPool1d`): input `[N, C, L]` or `[C, L]`.
public final class MaxPool1d: Layer {
  /// The window.
  public let kernelSize: Int
  /// The distance of neighbouring windows.
  public let stride: Int
  /// How far windows may reach over the borders; at most half of the window.
  public let padding: Int
  /// The distance of neighbouring elements in a window.
  public let dilation: Int
  /// Whether windows that reach over the far borders count.
  public let ceilMode: Bool

  /// Windows of `kernelSize`, side by side unless a stride is given.
  public init(
    _ kernelSize: Int, stride: Int? = nil, padding: Int = 0, dilation: Int = 1, ceilMode: Bool = false
  ) {
    self.kernelSize = kernelSize
    self.stride = stride ?? kernelSize
    self.padding = padding
    self.dilation = dilation
    self.ceilMode = ceilMode
  }

  /// The maxima.
  public func forward(_ x: Tensor) -> Tensor {
    x.maxPool1d(kernelSize, stride: stride, padding: padding, dilation: dilation, ceilMode: ceilMode)
  }

  /// The maxima and where they are in their planes, int64, counted row-major (PyTorch's `return_indices=True`): what
  /// ``MaxUnpool1d`` takes.
  public func withIndices(_ x: Tensor) -> (values: Tensor, indices: Tensor) {
    inCall(x) { x in
      x.maxPool1dWithIndices(kernelSize, stride: stride, padding: padding, dilation: dilation, ceilMode: ceilMode)
    }
  }

  /// PyTorch's.
  public var extraDescription: String {
    "kernel_size=\(kernelSize), stride=\(stride), padding=\(padding), "
      + "dilation=\(dilation), ceil_mode=\(ceilMode.pythonDescription)"
  }
}

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
      IntPair(kernelSize), stride: stride.map { IntPair($0) }, padding: IntPair(padding), dilation: IntPair(dilation), ceilMode: ceilMode)
  }

  /// The maxima.
  public func forward(_ x: Tensor) -> Tensor {
    x.maxPool2d(kernelSize, stride: stride, padding: padding, dilation: dilation, ceilMode: ceilMode)
  }

  /// The maxima and where they are in their planes, int64, counted row-major (PyTorch's `return_indices=True`): what
  /// ``MaxUnpool2d`` takes.
  public func withIndices(_ x: Tensor) -> (values: Tensor, indices: Tensor) {
    inCall(x) { x in
      x.maxPool2dWithIndices(kernelSize, stride: stride, padding: padding, dilation: dilation, ceilMode: ceilMode)
    }
  }

  /// PyTorch's.
  public var extraDescription: String {
    "kernel_size=\(sizesText(kernelSize.sizes)), stride=\(sizesText(stride.sizes)), padding=\(sizesText(padding.sizes)), "
      + "dilation=\(sizesText(dilation.sizes)), ceil_mode=\(ceilMode.pythonDescription)"
  }
}

/// The largest element of each window (PyTorch's `nn.MaxPool3d`): input `[N, C, D, H, W]` or `[C, D, H, W]`.
public final class MaxPool3d: Layer {
  /// The window.
  public let kernelSize: IntTriple
  /// The distance of neighbouring windows.
  public let stride: IntTriple
  /// How far windows may reach over the borders; at most half of the window.
  public let padding: IntTriple
  /// The distance of neighbouring elements in a window.
  public let dilation: IntTriple
  /// Whether windows that reach over the far borders count.
  public let ceilMode: Bool

  /// Windows of `kernelSize`, side by side unless a stride is given.
  public init(
    _ kernelSize: IntTriple, stride: IntTriple? = nil, padding: IntTriple = 0, dilation: IntTriple = 1, ceilMode: Bool = false
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
      IntTriple(kernelSize), stride: stride.map { IntTriple($0) }, padding: IntTriple(padding), dilation: IntTriple(dilation), ceilMode: ceilMode)
  }

  /// The maxima.
  public func forward(_ x: Tensor) -> Tensor {
    x.maxPool3d(kernelSize, stride: stride, padding: padding, dilation: dilation, ceilMode: ceilMode)
  }

  /// The maxima and where they are in their planes, int64, counted row-major (PyTorch's `return_indices=True`): what
  /// ``MaxUnpool3d`` takes.
  public func withIndices(_ x: Tensor) -> (values: Tensor, indices: Tensor) {
    inCall(x) { x in
      x.maxPool3dWithIndices(kernelSize, stride: stride, padding: padding, dilation: dilation, ceilMode: ceilMode)
    }
  }

  /// PyTorch's.
  public var extraDescription: String {
    "kernel_size=\(sizesText(kernelSize.sizes)), stride=\(sizesText(stride.sizes)), padding=\(sizesText(padding.sizes)), "
      + "dilation=\(sizesText(dilation.sizes)), ceil_mode=\(ceilMode.pythonDescription)"
  }
}
