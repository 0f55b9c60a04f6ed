// Windows as columns and back, and elements moved between channels and planes.

extension Tensor {
  /// The windows of an image as columns, also called im2col (PyTorch's `F.unfold`, `nn.Unfold`).
  ///
  /// Self is `[N, C, H, W]` or `[C, H, W]`; the result `[N, C·kH·kW, L]`, one column for each of the L windows, row by
  /// row. No window at all is an error. (The windows of one dimension as a view: `unfold(dim:size:step:)`.)
  public func unfold(_ kernelSize: IntPair, dilation: IntPair = 1, padding: IntPair = 0, stride: IntPair = 1) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard rank == 3 || rank == 4 else {
      return failing(TensorError("unfold", of: self, rule: "expected 3 (unbatched) or 4 (batched) dimensions, got \(rank)"))
    }
    if rank == 3 { return unsqueeze(0).unfold(kernelSize, dilation: dilation, padding: padding, stride: stride).squeeze(0) }
    guard let blocks = checkedBlocks("unfold", [shape[2], shape[3]], kernelSize, dilation, padding, stride) else { return standIn() }
    let padded = padding == 0 ? self : constantPadded([padding.width, padding.width, padding.height, padding.height], .integer(0))
    let windows = padded.windows(
      kernel: [kernelSize.height, kernelSize.width], stride: [stride.height, stride.width],
      dilation: [dilation.height, dilation.width])
    let columns = windows.permute(0, 1, 4, 5, 2, 3)
    guard let rows = Shape([shape[1], kernelSize.height, kernelSize.width]).checkedElementCount else {
      return failing(TensorError("unfold", of: self, rule: "windows of \(kernelSize.height) × \(kernelSize.width) are too large"))
    }
    return columns.reshape([shape[0], rows, blocks.height * blocks.width])
  }

  /// The adjoint of ``unfold(_:dilation:padding:stride:)``: columns added up where their windows are (PyTorch's
  /// `F.fold`, `nn.Fold`).
  ///
  /// Self is `[N, C·kH·kW, L]` or `[C·kH·kW, L]`, L the number of windows in an image of the output size; the result
  /// `[N, C, H, W]` or `[C, H, W]`.
  public func fold(
    outputSize: IntPair, kernelSize: IntPair, dilation: IntPair = 1, padding: IntPair = 0, stride: IntPair = 1
  ) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard rank == 2 || rank == 3 else {
      return failing(TensorError("fold", of: self, rule: "expected 2 (unbatched) or 3 (batched) dimensions, got \(rank)"))
    }
    if rank == 2 {
      return unsqueeze(0).fold(outputSize: outputSize, kernelSize: kernelSize, dilation: dilation, padding: padding, stride: stride)
        .squeeze(0)
    }
    guard let blocks = checkedBlocks("fold", [outputSize.height, outputSize.width], kernelSize, dilation, padding, stride) else {
      return standIn()
    }
    let taps = kernelSize.height * kernelSize.width
    guard shape[1] > 0, shape[1] % taps == 0 else {
      return failing(
        TensorError(
          "fold", of: self, rule: "dimension 1 of size \(shape[1]) must be divisible by the \(taps) elements of a window"))
    }
    guard shape[2] == blocks.height * blocks.width else {
      return failing(
        TensorError(
          "fold", of: self,
          rule: "expected \(blocks.height) · \(blocks.width) = \(blocks.height * blocks.width) columns, got \(shape[2])"))
    }
    let channels = shape[1] / taps
    var result = reshape([shape[0], channels, kernelSize.height, kernelSize.width, blocks.height, blocks.width])
      .permute(0, 1, 4, 5, 2, 3)
    // Backwards through the views of `unfold`: first the width, then the height.
    let padded = [outputSize.height + 2 * padding.height, outputSize.width + 2 * padding.width]
    let steps = [stride.height, stride.width], spread = [dilation.height, dilation.width]
    for i in [1, 0] {
      let kernel = i == 0 ? kernelSize.height : kernelSize.width
      let span = spread[i] * (kernel - 1) + 1
      if spread[i] > 1 {
        var wide = result.shape
        wide[-1] = span
        result = applyPlacement(.slice(dim: wide.rank - 1, start: 0, step: spread[i]), result, baseShape: wide)
      }
      var base = result.shape
      base.dimensions.remove(at: base.rank - 1)
      base[2 + i] = padded[i]
      result = applyPlacement(.unfold(dim: 2 + i, size: span, step: steps[i]), result, baseShape: base)
    }
    if padding.height > 0 { result = result.narrow(dim: 2, start: padding.height, length: outputSize.height) }
    if padding.width > 0 { result = result.narrow(dim: 3, start: padding.width, length: outputSize.width) }
    return result.contiguous()
  }

  /// The number of windows in an image, or nil after failing.
  private final func checkedBlocks(
    _ name: String, _ size: [Int], _ kernel: IntPair, _ dilation: IntPair, _ padding: IntPair, _ stride: IntPair
  ) -> IntPair? {
    let sizes = zip(size, [(kernel.height, dilation.height, padding.height, stride.height), (kernel.width, dilation.width, padding.width, stride.width)])
    var counts: [Int] = []
    for (size, (kernel, dilation, padding, stride)) in sizes {
      guard kernel > 0, dilation > 0, stride > 0, padding >= 0 else {
        fail(
          TensorError(
            name, of: self,
            rule:
              "kernel size \(kernel), dilation \(dilation) and stride \(stride) must be positive, padding \(padding) not negative"))
        return nil
      }
      guard Swift.max(size, kernel, dilation, stride, padding) <= Int32.max else {
        fail(TensorError(name, of: self, rule: "a size, kernel size, dilation, stride or padding is larger than \(Int32.max)"))
        return nil
      }
      let span = size + 2 * padding - dilation * (kernel - 1) - 1
      counts.append(span < 0 ? 0 : span / stride + 1)
    }
    guard counts.allSatisfy({ $0 > 0 }) else {
      fail(TensorError(name, of: self, rule: "no window of \(kernel.height) × \(kernel.width) fits into an image of \(size[0]) × \(size[1])"))
      return nil
    }
    guard Shape(counts).checkedElementCount != nil else {
      fail(TensorError(name, of: self, rule: "\(counts[0]) · \(counts[1]) windows are too many"))
      return nil
    }
    return IntPair(counts[0], counts[1])
  }

  /// Channels laid out as pixels: `[…, C·r², H, W]` to `[…, C, H·r, W·r]` (PyTorch's `F.pixel_shuffle`).
  public func pixelShuffle(_ upscaleFactor: Int) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    let (r, name) = (upscaleFactor, "pixelShuffle")
    guard rank >= 3, r > 0, r < 1 << 31 else {
      return failing(TensorError(name, of: self, rule: "needs at least 3 dimensions and a positive factor, not \(rank) and \(r)"))
    }
    let lead = Array(shape.dropLast(3)), channels = shape[-3], height = shape[-2], width = shape[-1]
    guard channels % (r * r) == 0 else {
      return failing(TensorError(name, of: self, rule: "the \(channels) channels must be divisible by the factor's square, \(r * r)"))
    }
    let n = lead.count
    let parts = Shape(lead + [channels / (r * r), r, r, height, width])
    guard parts.checkedElementCount != nil else {
      return failing(TensorError(name, of: self, rule: "the factor \(r) is too large for \(height) × \(width) pixels"))
    }
    let split = reshape(parts)
    let order = Array(0..<n) + [n, n + 3, n + 1, n + 4, n + 2]
    // A copy even where nothing moves, as in PyTorch.
    return split.permute(order).clone().reshape(Shape(lead + [channels / (r * r), height * r, width * r]))
  }

  /// Pixels laid out as channels: `[…, C, H·r, W·r]` to `[…, C·r², H, W]` (PyTorch's `F.pixel_unshuffle`).
  public func pixelUnshuffle(_ downscaleFactor: Int) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    let (r, name) = (downscaleFactor, "pixelUnshuffle")
    guard rank >= 3, r > 0, r < 1 << 31 else {
      return failing(TensorError(name, of: self, rule: "needs at least 3 dimensions and a positive factor, not \(rank) and \(r)"))
    }
    let lead = Array(shape.dropLast(3)), channels = shape[-3], height = shape[-2], width = shape[-1]
    guard height % r == 0, width % r == 0 else {
      return failing(TensorError(name, of: self, rule: "height \(height) and width \(width) must be divisible by the factor \(r)"))
    }
    let n = lead.count
    let parts = Shape(lead + [channels, height / r, r, width / r, r])
    guard parts.checkedElementCount != nil else {
      return failing(TensorError(name, of: self, rule: "the factor \(r) is too large for \(channels) channels"))
    }
    let split = reshape(parts)
    let order = Array(0..<n) + [n, n + 2, n + 4, n + 1, n + 3]
    return split.permute(order).clone().reshape(Shape(lead + [channels * r * r, height / r, width / r]))
  }

  /// Channels dealt out from groups in turn: `[N, groups·c, …]`, c from each (PyTorch's `F.channel_shuffle`).
  public func channelShuffle(_ groups: Int) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard rank > 2, groups > 0 else {
      return failing(TensorError("channelShuffle", of: self, rule: "needs more than 2 dimensions and a positive number of groups"))
    }
    guard shape[1] % groups == 0 else {
      return failing(
        TensorError("channelShuffle", of: self, rule: "the \(shape[1]) channels must be divisible by the \(groups) groups"))
    }
    let rest = Array(shape.dropFirst(2))
    let parts = Shape([shape[0], groups, shape[1] / groups] + rest)
    guard parts.checkedElementCount != nil else {
      return failing(TensorError("channelShuffle", of: self, rule: "\(groups) groups are too many"))
    }
    return reshape(parts).transpose(1, 2).reshape(shape)
  }
}
