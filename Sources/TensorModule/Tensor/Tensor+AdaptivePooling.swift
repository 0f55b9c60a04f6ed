// Pooling to a given size: window i of n covers the elements from ⌊i·size/n⌋ to before ⌈(i + 1)·size/n⌉.

extension Tensor {
  /// Nil after failing. Where the sizes divide, the windows are ordinary ones, whose kernels are faster.
  private final func adaptiveAttributes(_ name: String, _ spatialRank: Int, _ outputSize: [Int?]) -> PoolAttributes? {
    if ThreadMode.hasFailed { return nil }
    guard outputSize.count == spatialRank else {
      fail(TensorError(name, of: self, rule: "the output size needs \(spatialRank) numbers, got \(outputSize.count)"))
      return nil
    }
    guard rank == spatialRank + 1 || rank == spatialRank + 2 else {
      fail(
        TensorError(
          name, of: self, rule: "expected \(spatialRank + 1) (unbatched) or \(spatialRank + 2) (batched) dimensions, got \(rank)"))
      return nil
    }
    let input = shape.suffix(spatialRank).map { $0 }
    let output = zip(outputSize, input).map { $0 ?? $1 }
    var attributes = PoolAttributes(rank: spatialRank, kernel: Spatial(output, filler: 1), stride: Spatial(1), padding: Spatial(0))
    attributes.isAdaptive = true
    if zip(input, output).allSatisfy({ $0 > 0 && $1 > 0 && $0 % $1 == 0 }) && dtype.isFloatingPoint {
      attributes.kernel = Spatial(zip(input, output).map { $0 / $1 }, filler: 1)
      attributes.stride = attributes.kernel
      attributes.isAdaptive = false
    }
    return attributes
  }

  /// Means of windows that share the input evenly so that the result has the given sizes (PyTorch's
  /// `F.adaptive_avg_pool1d`): self `[N, C, L]` or `[C, L]`. `nil` keeps a size: `[5]`.
  public func adaptiveAvgPool1d(_ outputSize: [Int?]) -> Tensor {
    guard let attributes = adaptiveAttributes("adaptiveAvgPool1d", 1, outputSize) else { return standIn() }
    return apply(.averagePool(attributes), self)
  }
  /// ``adaptiveAvgPool1d(_:)-([Int?])`` with one number for all sizes.
  public func adaptiveAvgPool1d(_ outputSize: Int) -> Tensor { adaptiveAvgPool1d([Int?](repeating: outputSize, count: 1)) }

  /// The largest elements of windows that share the input evenly, and where they are in their planes, int64 (PyTorch's
  /// `F.adaptive_max_pool1d` with `return_indices=True`).
  public func adaptiveMaxPool1dWithIndices(_ outputSize: [Int?]) -> (values: Tensor, indices: Tensor) {
    guard let attributes = adaptiveAttributes("adaptiveMaxPool1d", 1, outputSize) else { return (standIn(), standIn()) }
    let results = applyToAll(.maxPool(attributes), Operands(self), resultCount: 2)
    return (results[0], results[1])
  }
  /// The largest elements of windows that share the input evenly (PyTorch's `F.adaptive_max_pool1d`): self `[N, C, L]` or `[C, L]`.
  /// `nil` keeps a size.
  public func adaptiveMaxPool1d(_ outputSize: [Int?]) -> Tensor { adaptiveMaxPool1dWithIndices(outputSize).values }
  /// ``adaptiveMaxPool1d(_:)-([Int?])`` with one number for all sizes.
  public func adaptiveMaxPool1d(_ outputSize: Int) -> Tensor { adaptiveMaxPool1d([Int?](repeating: outputSize, count: 1)) }

  /// Means of windows that share the input evenly so that the result has the given sizes (PyTorch's
  /// `F.adaptive_avg_pool2d`): self `[N, C, H, W]` or `[C, H, W]`. `nil` keeps a size: `[5, nil]`.
  public func adaptiveAvgPool2d(_ outputSize: [Int?]) -> Tensor {
    guard let attributes = adaptiveAttributes("adaptiveAvgPool2d", 2, outputSize) else { return standIn() }
    return apply(.averagePool(attributes), self)
  }
  /// ``adaptiveAvgPool2d(_:)-([Int?])`` with one number for all sizes.
  public func adaptiveAvgPool2d(_ outputSize: Int) -> Tensor { adaptiveAvgPool2d([Int?](repeating: outputSize, count: 2)) }

  /// The largest elements of windows that share the input evenly, and where they are in their planes, int64 (PyTorch's
  /// `F.adaptive_max_pool2d` with `return_indices=True`).
  public func adaptiveMaxPool2dWithIndices(_ outputSize: [Int?]) -> (values: Tensor, indices: Tensor) {
    guard let attributes = adaptiveAttributes("adaptiveMaxPool2d", 2, outputSize) else { return (standIn(), standIn()) }
    let results = applyToAll(.maxPool(attributes), Operands(self), resultCount: 2)
    return (results[0], results[1])
  }
  /// The largest elements of windows that share the input evenly (PyTorch's `F.adaptive_max_pool2d`): self `[N, C, H, W]` or `[C, H, W]`.
  /// `nil` keeps a size.
  public func adaptiveMaxPool2d(_ outputSize: [Int?]) -> Tensor { adaptiveMaxPool2dWithIndices(outputSize).values }
  /// ``adaptiveMaxPool2d(_:)-([Int?])`` with one number for all sizes.
  public func adaptiveMaxPool2d(_ outputSize: Int) -> Tensor { adaptiveMaxPool2d([Int?](repeating: outputSize, count: 2)) }

  /// Means of windows that share the input evenly so that the result has the given sizes (PyTorch's
  /// `F.adaptive_avg_pool3d`): self `[N, C, D, H, W]` or `[C, D, H, W]`. `nil` keeps a size: `[5, nil, nil]`.
  public func adaptiveAvgPool3d(_ outputSize: [Int?]) -> Tensor {
    guard let attributes = adaptiveAttributes("adaptiveAvgPool3d", 3, outputSize) else { return standIn() }
    return apply(.averagePool(attributes), self)
  }
  /// ``adaptiveAvgPool3d(_:)-([Int?])`` with one number for all sizes.
  public func adaptiveAvgPool3d(_ outputSize: Int) -> Tensor { adaptiveAvgPool3d([Int?](repeating: outputSize, count: 3)) }

  /// The largest elements of windows that share the input evenly, and where they are in their planes, int64 (PyTorch's
  /// `F.adaptive_max_pool3d` with `return_indices=True`).
  public func adaptiveMaxPool3dWithIndices(_ outputSize: [Int?]) -> (values: Tensor, indices: Tensor) {
    guard let attributes = adaptiveAttributes("adaptiveMaxPool3d", 3, outputSize) else { return (standIn(), standIn()) }
    let results = applyToAll(.maxPool(attributes), Operands(self), resultCount: 2)
    return (results[0], results[1])
  }
  /// The largest elements of windows that share the input evenly (PyTorch's `F.adaptive_max_pool3d`): self `[N, C, D, H, W]` or `[C, D, H, W]`.
  /// `nil` keeps a size.
  public func adaptiveMaxPool3d(_ outputSize: [Int?]) -> Tensor { adaptiveMaxPool3dWithIndices(outputSize).values }
  /// ``adaptiveMaxPool3d(_:)-([Int?])`` with one number for all sizes.
  public func adaptiveMaxPool3d(_ outputSize: Int) -> Tensor { adaptiveMaxPool3d([Int?](repeating: outputSize, count: 3)) }
}
