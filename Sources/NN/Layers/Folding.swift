public import TensorModule

/// The blocks of an image as columns (PyTorch's `nn.Unfold`): input `[N, C, H, W]` or `[C, H, W]`, output
/// `[N, C·kH·kW, L]` for L places of the window.
public final class Unfold: Layer {
  /// The window.
  public let kernelSize: IntPair
  /// The distance of neighbouring elements in a window.
  public let dilation: IntPair
  /// How many zeros are added at the borders.
  public let padding: IntPair
  /// The distance of neighbouring windows.
  public let stride: IntPair

  /// Windows of `kernelSize`.
  public init(_ kernelSize: IntPair, dilation: IntPair = 1, padding: IntPair = 0, stride: IntPair = 1) {
    self.kernelSize = kernelSize
    self.dilation = dilation
    self.padding = padding
    self.stride = stride
  }

  /// The same with numbers that are not literals.
  public convenience init(_ kernelSize: Int, dilation: Int = 1, padding: Int = 0, stride: Int = 1) {
    self.init(IntPair(kernelSize), dilation: IntPair(dilation), padding: IntPair(padding), stride: IntPair(stride))
  }

  /// The columns.
  public func forward(_ x: Tensor) -> Tensor {
    x.unfold(kernelSize, dilation: dilation, padding: padding, stride: stride)
  }

  /// PyTorch's.
  public var extraDescription: String {
    "kernel_size=\(sizesText(kernelSize.sizes)), dilation=\(sizesText(dilation.sizes)), "
      + "padding=\(sizesText(padding.sizes)), stride=\(sizesText(stride.sizes))"
  }
}

/// Columns added up to an image, the adjoint of ``Unfold`` (PyTorch's `nn.Fold`): input `[N, C·kH·kW, L]` or
/// `[C·kH·kW, L]`, output `[N, C, H, W]` or `[C, H, W]`.
public final class Fold: Layer {
  /// H and W.
  public let outputSize: IntPair
  /// The window.
  public let kernelSize: IntPair
  /// The distance of neighbouring elements in a window.
  public let dilation: IntPair
  /// How far windows reach over the borders.
  public let padding: IntPair
  /// The distance of neighbouring windows.
  public let stride: IntPair

  /// Windows of `kernelSize` in images of `outputSize`.
  public init(
    _ outputSize: IntPair, _ kernelSize: IntPair, dilation: IntPair = 1, padding: IntPair = 0, stride: IntPair = 1
  ) {
    self.outputSize = outputSize
    self.kernelSize = kernelSize
    self.dilation = dilation
    self.padding = padding
    self.stride = stride
  }

  /// The image.
  public func forward(_ x: Tensor) -> Tensor {
    x.fold(outputSize: outputSize, kernelSize: kernelSize, dilation: dilation, padding: padding, stride: stride)
  }

  /// PyTorch's.
  public var extraDescription: String {
    "output_size=\(sizesText(outputSize.sizes)), kernel_size=\(sizesText(kernelSize.sizes)), "
      + "dilation=\(sizesText(dilation.sizes)), padding=\(sizesText(padding.sizes)), stride=\(sizesText(stride.sizes))"
  }
}

/// Channels laid out as pixels (PyTorch's `nn.PixelShuffle`): `[…, C·r², H, W]` becomes `[…, C, H·r, W·r]`.
public final class PixelShuffle: Layer {
  /// r.
  public let upscaleFactor: Int

  /// Images that are larger by the factor.
  public init(_ upscaleFactor: Int) { self.upscaleFactor = upscaleFactor }
  /// The larger image.
  public func forward(_ x: Tensor) -> Tensor { x.pixelShuffle(upscaleFactor) }
  /// PyTorch's.
  public var extraDescription: String { "upscale_factor=\(upscaleFactor)" }
}

/// Pixels laid out as channels, undoing ``PixelShuffle`` (PyTorch's `nn.PixelUnshuffle`): `[…, C, H·r, W·r]` becomes
/// `[…, C·r², H, W]`.
public final class PixelUnshuffle: Layer {
  /// r.
  public let downscaleFactor: Int

  /// Images that are smaller by the factor.
  public init(_ downscaleFactor: Int) { self.downscaleFactor = downscaleFactor }
  /// The smaller image.
  public func forward(_ x: Tensor) -> Tensor { x.pixelUnshuffle(downscaleFactor) }
  /// PyTorch's.
  public var extraDescription: String { "downscale_factor=\(downscaleFactor)" }
}

/// Channels in groups, taken from each group in turn (PyTorch's `nn.ChannelShuffle`): `[N, C, …]`.
public final class ChannelShuffle: Layer {
  /// How many groups there are.
  public let groups: Int

  /// In `groups` groups, which must divide the channels.
  public init(_ groups: Int) { self.groups = groups }
  /// The channels in their new order.
  public func forward(_ x: Tensor) -> Tensor { x.channelShuffle(groups) }
  /// PyTorch's.
  public var extraDescription: String { "groups=\(groups)" }
}
