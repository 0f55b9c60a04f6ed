// Convolution and pooling over `[N, C, spatial…]`; a missing batch dimension is allowed and stays missing.

extension Tensor {
  private final func convolution(
    rank spatialRank: Int, _ weight: Tensor, _ bias: Tensor?, stride: Spatial, padding: Spatial, dilation: Spatial, groups: Int
  ) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    let isUnbatched = rank == spatialRank + 1
    let input = isUnbatched ? unsqueeze(0) : self
    let primitive = Primitive.convolution(
      ConvolutionAttributes(rank: spatialRank, stride: stride, padding: padding, dilation: dilation, groups: groups))
    let result = bias.map { apply(primitive, Operands(input, weight, $0)) } ?? apply(primitive, Operands(input, weight))
    return isUnbatched ? result.squeeze(0) : result
  }

  /// 1-d cross-correlation (PyTorch's `F.conv1d`): self `[N, C, L]`, weight `[K, C/groups, k]`, bias `[K]`.
  public func conv1d(
    _ weight: Tensor, bias: Tensor? = nil, stride: Int = 1, padding: Int = 0, dilation: Int = 1, groups: Int = 1
  ) -> Tensor {
    convolution(
      rank: 1, weight, bias, stride: Spatial([stride], filler: 1), padding: Spatial([padding], filler: 0),
      dilation: Spatial([dilation], filler: 1), groups: groups)
  }

  /// 2-d cross-correlation (PyTorch's `F.conv2d`): self `[N, C, H, W]`, weight `[K, C/groups, kH, kW]`, bias `[K]`.
  public func conv2d(
    _ weight: Tensor, bias: Tensor? = nil, stride: IntPair = 1, padding: IntPair = 0, dilation: IntPair = 1, groups: Int = 1
  ) -> Tensor {
    convolution(
      rank: 2, weight, bias, stride: stride.spatial(1), padding: padding.spatial(0), dilation: dilation.spatial(1), groups: groups)
  }

  /// 3-d cross-correlation (PyTorch's `F.conv3d`): self `[N, C, D, H, W]`, weight `[K, C/groups, kD, kH, kW]`.
  public func conv3d(
    _ weight: Tensor, bias: Tensor? = nil, stride: Int = 1, padding: Int = 0, dilation: Int = 1, groups: Int = 1
  ) -> Tensor {
    convolution(
      rank: 3, weight, bias, stride: Spatial(stride), padding: Spatial(padding), dilation: Spatial(dilation), groups: groups)
  }

  /// The largest element of each window, and where it is in its plane, int64 (PyTorch's `F.max_pool2d` with
  /// `return_indices`).
  public func maxPool2dWithIndices(
    _ kernelSize: IntPair, stride: IntPair? = nil, padding: IntPair = 0, dilation: IntPair = 1, ceilMode: Bool = false
  ) -> (values: Tensor, indices: Tensor) {
    let attributes = PoolAttributes(
      rank: 2, kernel: kernelSize.spatial(1), stride: (stride ?? kernelSize).spatial(1), padding: padding.spatial(0),
      dilation: dilation.spatial(1), ceilMode: ceilMode)
    let results = applyToAll(.maxPool(attributes), Operands(self), resultCount: 2)
    return (results[0], results[1])
  }

  /// The largest element of each window (PyTorch's `F.max_pool2d`): self `[N, C, H, W]` or `[C, H, W]`; the stride is
  /// the kernel size unless given.
  public func maxPool2d(
    _ kernelSize: IntPair, stride: IntPair? = nil, padding: IntPair = 0, dilation: IntPair = 1, ceilMode: Bool = false
  ) -> Tensor {
    maxPool2dWithIndices(kernelSize, stride: stride, padding: padding, dilation: dilation, ceilMode: ceilMode).values
  }

  /// The mean of each window (PyTorch's `F.avg_pool2d`).
  public func avgPool2d(
    _ kernelSize: IntPair, stride: IntPair? = nil, padding: IntPair = 0, ceilMode: Bool = false,
    countIncludePad: Bool = true, divisorOverride: Int? = nil
  ) -> Tensor {
    if divisorOverride == 0 { return failing(TensorError("avgPool2d", of: self, rule: "the divisor must not be 0")) }
    return apply(
      .averagePool(
        PoolAttributes(
          rank: 2, kernel: kernelSize.spatial(1), stride: (stride ?? kernelSize).spatial(1), padding: padding.spatial(0),
          ceilMode: ceilMode, countIncludesPadding: countIncludePad, divisorOverride: divisorOverride ?? 0)), self)
  }
}

/// One number for height and width, or one each: `3` or `[3, 5]`.
public struct IntPair: Sendable, Hashable, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral {
  /// The number for the height.
  public let height: Int
  /// The number for the width.
  public let width: Int

  /// A number for the height and one for the width.
  public init(_ height: Int, _ width: Int) {
    self.height = height
    self.width = width
  }
  /// The same number for both.
  public init(_ both: Int) { self.init(both, both) }
  /// The same number for both.
  public init(integerLiteral value: Int) { self.init(value) }
  /// `[height, width]`; one number stands for both.
  public init(arrayLiteral values: Int...) {
    if values.count != 1 && values.count != 2 {
      fail(TensorError("IntPair", rule: "needs one or two numbers, got \(values.count)"))
    }
    self.init(values.first ?? 1, values.last ?? 1)
  }

  func spatial(_ filler: Int) -> Spatial { Spatial([height, width], filler: filler) }
}
