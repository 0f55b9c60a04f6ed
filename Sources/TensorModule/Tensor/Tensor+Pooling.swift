// Pooling of the last dimensions; a missing batch dimension is allowed and stays missing.

extension Tensor {
  private final func maxPooled(_ attributes: PoolAttributes) -> (values: Tensor, indices: Tensor) {
    let results = applyToAll(.maxPool(attributes), Operands(self), resultCount: 2)
    return (results[0], results[1])
  }

  // MARK: 1-d

  /// The largest element of each window and where it is in its plane, int64, counted row-major (PyTorch's
  /// `F.max_pool1d` with `return_indices=True`). Parameters and errors as for `maxPool1d`.
  public func maxPool1dWithIndices(
    _ kernelSize: Int, stride: Int? = nil, padding: Int = 0, dilation: Int = 1, ceilMode: Bool = false
  ) -> (values: Tensor, indices: Tensor) {
    maxPooled(
      PoolAttributes(
        rank: 1, kernel: Spatial([kernelSize], filler: 1), stride: Spatial([stride ?? kernelSize], filler: 1),
        padding: Spatial([padding], filler: 0), dilation: Spatial([dilation], filler: 1), ceilMode: ceilMode))
  }

  /// The largest element of each window (PyTorch's `F.max_pool1d`): self `[N, C, L]` or `[C, L]`, of
  /// floating-point or integer type.
  ///
  /// The stride is the kernel size unless given. Windows may reach over the borders by `padding`, at most half of the
  /// kernel size, where nothing counts. `ceilMode` keeps a last window that reaches over the far border. A NaN wins.
  /// A kernel size, stride or dilation that is not positive, and a window larger than the padded input fail.
  public func maxPool1d(
    _ kernelSize: Int, stride: Int? = nil, padding: Int = 0, dilation: Int = 1, ceilMode: Bool = false
  ) -> Tensor {
    maxPool1dWithIndices(kernelSize, stride: stride, padding: padding, dilation: dilation, ceilMode: ceilMode).values
  }

  /// The mean of each window (PyTorch's `F.avg_pool1d`): self `[N, C, L]` or `[C, L]`, floating-point or int64
  /// (then truncated).
  ///
  /// The stride is the kernel size unless given. `countIncludePad`: the zeros of the padding count as elements.
  /// `divisorOverride`: what sums are divided by instead of the number of elements; not 0.
  public func avgPool1d(
    _ kernelSize: Int, stride: Int? = nil, padding: Int = 0, ceilMode: Bool = false, countIncludePad: Bool = true,
    divisorOverride: Int? = nil
  ) -> Tensor {
    if divisorOverride == 0 { return failing(TensorError("avgPool1d", of: self, rule: "the divisor must not be 0")) }
    return apply(
      .averagePool(
        PoolAttributes(
          rank: 1, kernel: Spatial([kernelSize], filler: 1), stride: Spatial([stride ?? kernelSize], filler: 1),
          padding: Spatial([padding], filler: 0), ceilMode: ceilMode, countIncludesPadding: countIncludePad,
          divisorOverride: divisorOverride ?? 0)), self)
  }

  /// Power means without the division: (Σ xᵖ)^(1/p) over each window, without padding (PyTorch's `F.lp_pool1d`). As
  /// there, a sum that is not positive gives 0 with an infinite slope.
  public func lpPool1d(_ normType: Double, _ kernelSize: Int, stride: Int? = nil, ceilMode: Bool = false) -> Tensor {
    let count = kernelSize
    let mean = pow(normType).avgPool1d(kernelSize, stride: stride, ceilMode: ceilMode)
    return ((mean.sign() * mean.abs().relu()) * count).pow(1 / normType)
  }

  /// Each element at its position in a plane of zeros: undoes `maxPool1d` as far as that can be (PyTorch's
  /// `F.max_unpool1d`).
  ///
  /// - Parameters:
  ///   - indices: int64, of self's shape: positions in the result's planes, as `maxPool1dWithIndices` gives them.
  ///   - outputSize: the result's spatial sizes (or its whole shape); by default (size - 1)·stride - 2·padding + kernel
  ///     size, from which it may differ by less than a stride.
  public func maxUnpool1d(
    _ indices: Tensor, _ kernelSize: Int, stride: Int? = nil, padding: Int = 0, outputSize: [Int]? = nil
  ) -> Tensor {
    unpooled(
      indices, rank: 1, kernel: Spatial([kernelSize], filler: 1), stride: Spatial([stride ?? kernelSize], filler: 1), padding: Spatial([padding], filler: 0),
      outputSize: outputSize)
  }

  // MARK: 2-d

  /// The largest element of each window and where it is in its plane, int64, counted row-major (PyTorch's
  /// `F.max_pool2d` with `return_indices=True`). Parameters and errors as for `maxPool2d`.
  public func maxPool2dWithIndices(
    _ kernelSize: IntPair, stride: IntPair? = nil, padding: IntPair = 0, dilation: IntPair = 1, ceilMode: Bool = false
  ) -> (values: Tensor, indices: Tensor) {
    maxPooled(
      PoolAttributes(
        rank: 2, kernel: kernelSize.spatial(1), stride: (stride ?? kernelSize).spatial(1),
        padding: padding.spatial(0), dilation: dilation.spatial(1), ceilMode: ceilMode))
  }

  /// The largest element of each window (PyTorch's `F.max_pool2d`): self `[N, C, H, W]` or `[C, H, W]`, of
  /// floating-point or integer type.
  ///
  /// The stride is the kernel size unless given. Windows may reach over the borders by `padding`, at most half of the
  /// kernel size, where nothing counts. `ceilMode` keeps a last window that reaches over the far border. A NaN wins.
  /// A kernel size, stride or dilation that is not positive, and a window larger than the padded input fail.
  public func maxPool2d(
    _ kernelSize: IntPair, stride: IntPair? = nil, padding: IntPair = 0, dilation: IntPair = 1, ceilMode: Bool = false
  ) -> Tensor {
    maxPool2dWithIndices(kernelSize, stride: stride, padding: padding, dilation: dilation, ceilMode: ceilMode).values
  }

  /// The mean of each window (PyTorch's `F.avg_pool2d`): self `[N, C, H, W]` or `[C, H, W]`, floating-point or int64
  /// (then truncated).
  ///
  /// The stride is the kernel size unless given. `countIncludePad`: the zeros of the padding count as elements.
  /// `divisorOverride`: what sums are divided by instead of the number of elements; not 0.
  public func avgPool2d(
    _ kernelSize: IntPair, stride: IntPair? = nil, padding: IntPair = 0, ceilMode: Bool = false, countIncludePad: Bool = true,
    divisorOverride: Int? = nil
  ) -> Tensor {
    if divisorOverride == 0 { return failing(TensorError("avgPool2d", of: self, rule: "the divisor must not be 0")) }
    return apply(
      .averagePool(
        PoolAttributes(
          rank: 2, kernel: kernelSize.spatial(1), stride: (stride ?? kernelSize).spatial(1),
          padding: padding.spatial(0), ceilMode: ceilMode, countIncludesPadding: countIncludePad,
          divisorOverride: divisorOverride ?? 0)), self)
  }

  /// Power means without the division: (Σ xᵖ)^(1/p) over each window, without padding (PyTorch's `F.lp_pool2d`). As
  /// there, a sum that is not positive gives 0 with an infinite slope.
  public func lpPool2d(_ normType: Double, _ kernelSize: IntPair, stride: IntPair? = nil, ceilMode: Bool = false) -> Tensor {
    let count = Double(kernelSize.height) * Double(kernelSize.width)
    let mean = pow(normType).avgPool2d(kernelSize, stride: stride, ceilMode: ceilMode)
    return ((mean.sign() * mean.abs().relu()) * count).pow(1 / normType)
  }

  /// Each element at its position in a plane of zeros: undoes `maxPool2d` as far as that can be (PyTorch's
  /// `F.max_unpool2d`).
  ///
  /// - Parameters:
  ///   - indices: int64, of self's shape: positions in the result's planes, as `maxPool2dWithIndices` gives them.
  ///   - outputSize: the result's spatial sizes (or its whole shape); by default (size - 1)·stride - 2·padding + kernel
  ///     size, from which it may differ by less than a stride.
  public func maxUnpool2d(
    _ indices: Tensor, _ kernelSize: IntPair, stride: IntPair? = nil, padding: IntPair = 0, outputSize: [Int]? = nil
  ) -> Tensor {
    unpooled(
      indices, rank: 2, kernel: kernelSize.spatial(1), stride: (stride ?? kernelSize).spatial(1), padding: padding.spatial(0),
      outputSize: outputSize)
  }

  // MARK: 3-d

  /// The largest element of each window and where it is in its plane, int64, counted row-major (PyTorch's
  /// `F.max_pool3d` with `return_indices=True`). Parameters and errors as for `maxPool3d`.
  public func maxPool3dWithIndices(
    _ kernelSize: IntTriple, stride: IntTriple? = nil, padding: IntTriple = 0, dilation: IntTriple = 1, ceilMode: Bool = false
  ) -> (values: Tensor, indices: Tensor) {
    maxPooled(
      PoolAttributes(
        rank: 3, kernel: kernelSize.spatial(1), stride: (stride ?? kernelSize).spatial(1),
        padding: padding.spatial(0), dilation: dilation.spatial(1), ceilMode: ceilMode))
  }

  /// The largest element of each window (PyTorch's `F.max_pool3d`): self `[N, C, D, H, W]` or `[C, D, H, W]`, of
  /// floating-point or integer type.
  ///
  /// The stride is the kernel size unless given. Windows may reach over the borders by `padding`, at most half of the
  /// kernel size, where nothing counts. `ceilMode` keeps a last window that reaches over the far border. A NaN wins.
  /// A kernel size, stride or dilation that is not positive, and a window larger than the padded input fail.
  public func maxPool3d(
    _ kernelSize: IntTriple, stride: IntTriple? = nil, padding: IntTriple = 0, dilation: IntTriple = 1, ceilMode: Bool = false
  ) -> Tensor {
    maxPool3dWithIndices(kernelSize, stride: stride, padding: padding, dilation: dilation, ceilMode: ceilMode).values
  }

  /// The mean of each window (PyTorch's `F.avg_pool3d`): self `[N, C, D, H, W]` or `[C, D, H, W]`, floating-point or int64
  /// (then truncated).
  ///
  /// The stride is the kernel size unless given. `countIncludePad`: the zeros of the padding count as elements.
  /// `divisorOverride`: what sums are divided by instead of the number of elements; not 0.
  public func avgPool3d(
    _ kernelSize: IntTriple, stride: IntTriple? = nil, padding: IntTriple = 0, ceilMode: Bool = false, countIncludePad: Bool = true,
    divisorOverride: Int? = nil
  ) -> Tensor {
    if divisorOverride == 0 { return failing(TensorError("avgPool3d", of: self, rule: "the divisor must not be 0")) }
    return apply(
      .averagePool(
        PoolAttributes(
          rank: 3, kernel: kernelSize.spatial(1), stride: (stride ?? kernelSize).spatial(1),
          padding: padding.spatial(0), ceilMode: ceilMode, countIncludesPadding: countIncludePad,
          divisorOverride: divisorOverride ?? 0)), self)
  }

  /// Power means without the division: (Σ xᵖ)^(1/p) over each window, without padding (PyTorch's `F.lp_pool3d`). As
  /// there, a sum that is not positive gives 0 with an infinite slope.
  public func lpPool3d(_ normType: Double, _ kernelSize: IntTriple, stride: IntTriple? = nil, ceilMode: Bool = false) -> Tensor {
    let count = Double(kernelSize.depth) * Double(kernelSize.height) * Double(kernelSize.width)
    let mean = pow(normType).avgPool3d(kernelSize, stride: stride, ceilMode: ceilMode)
    return ((mean.sign() * mean.abs().relu()) * count).pow(1 / normType)
  }

  /// Each element at its position in a plane of zeros: undoes `maxPool3d` as far as that can be (PyTorch's
  /// `F.max_unpool3d`).
  ///
  /// - Parameters:
  ///   - indices: int64, of self's shape: positions in the result's planes, as `maxPool3dWithIndices` gives them.
  ///   - outputSize: the result's spatial sizes (or its whole shape); by default (size - 1)·stride - 2·padding + kernel
  ///     size, from which it may differ by less than a stride.
  public func maxUnpool3d(
    _ indices: Tensor, _ kernelSize: IntTriple, stride: IntTriple? = nil, padding: IntTriple = 0, outputSize: [Int]? = nil
  ) -> Tensor {
    unpooled(
      indices, rank: 3, kernel: kernelSize.spatial(1), stride: (stride ?? kernelSize).spatial(1), padding: padding.spatial(0),
      outputSize: outputSize)
  }

  private final func unpooled(
    _ indices: Tensor, rank spatialRank: Int, kernel: Spatial, stride: Spatial, padding: Spatial, outputSize: [Int]?
  ) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    let name = "maxUnpool\(spatialRank)d"
    guard rank == spatialRank + 1 || rank == spatialRank + 2 else {
      return failing(
        TensorError(
          name, of: self, indices,
          rule: "expected \(spatialRank + 1) (unbatched) or \(spatialRank + 2) (batched) dimensions, got \(rank)"))
    }
    guard indices.dtype == .int64 else {
      return failing(
        TensorError(name, of: self, indices, rule: "indices must be int64, not \(indices.dtype)", hint: "convert them with to(.int64)"))
    }
    guard indices.shape == shape else {
      return failing(TensorError(name, of: self, indices, rule: "indices must have the shape of the input"))
    }
    let lead = rank - spatialRank
    var sizes: [Int] = []
    for i in 0..<spatialRank {
      let (span, overflow) = (shape[lead + i] - 1).multipliedReportingOverflow(by: stride[i])
      guard !overflow, span.magnitude <= 1 << 60 else {
        return failing(
          TensorError(name, of: self, rule: "a size of \(shape[lead + i]) is too large for a stride of \(stride[i])"))
      }
      sizes.append(span - 2 * padding[i] + kernel[i])
    }
    if let outputSize {
      let wanted = outputSize.count == rank ? Array(outputSize.suffix(spatialRank)) : outputSize
      guard wanted.count == spatialRank else {
        return failing(
          TensorError(name, of: self, rule: "outputSize \(outputSize) needs \(spatialRank) numbers, or those of the whole shape"))
      }
      for i in 0..<spatialRank {
        guard wanted[i] > sizes[i] - stride[i], wanted[i] < sizes[i] + stride[i] else {
          return failing(
            TensorError(
              name, of: self,
              rule: "output size \(wanted[i]) at spatial dimension \(i) must be between \(sizes[i] - stride[i]) and \(sizes[i] + stride[i])"))
        }
      }
      sizes = wanted
    }
    guard sizes.allSatisfy({ $0 > 0 }) else {
      return failing(TensorError(name, of: self, rule: "the result would have the sizes \(sizes)"))
    }
    guard let places = Shape(sizes).checkedElementCount else {
      return failing(TensorError(name, of: self, rule: "a result of sizes \(sizes) is too large"))
    }
    let lines = Shape(Array(shape.prefix(lead)) + [shape.suffix(spatialRank).reduce(1, *)])
    let values = Autocast.full(self)
    let planes = Tensor.zeros(Shape(Array(shape.prefix(lead)) + [places]), dtype: values.dtype, device: device)
    let filled = planes.scatter(dim: -1, index: indices.reshape(lines), values.reshape(lines))
    return filled.reshape(Shape(Array(shape.prefix(lead)) + sizes))
  }
}
