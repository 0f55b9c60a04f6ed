public import TensorModule

/// Sizes as PyTorch prints them: one number for all, or a tuple with None for those that are kept.
private func text(_ sizes: [Int?]) -> String {
  func one(_ size: Int?) -> String { size.map(String.init) ?? "None" }
  if let first = sizes.first, let first, sizes.allSatisfy({ $0 == first }) { return "\(first)" }
  return "(" + sizes.map(one).joined(separator: ", ") + (sizes.count == 1 ? ",)" : ")")
}

/// Means of windows that share the input evenly so that the result has given sizes (PyTorch's
/// `nn.AdaptiveAvgPool1d`): input `[N, C, L]` or `[C, L]`, of any size.
public final class AdaptiveAvgPool1d: Layer {
  /// The result's spatial sizes; nil keeps the input's.
  public let outputSize: [Int?]

  /// Results of this size, `[5]`; nil keeps the input's.
  public init(_ outputSize: [Int?]) {
    if outputSize.count != 1 {
      fail(TensorError("AdaptiveAvgPool1d", rule: "the output size needs 1 number, got \(outputSize.count)"))
    }
    self.outputSize = outputSize
  }

  /// The same number for all sizes.
  public convenience init(_ outputSize: Int) { self.init([Int?](repeating: outputSize, count: 1)) }

  /// The means.
  public func forward(_ x: Tensor) -> Tensor { x.adaptiveAvgPool1d(outputSize) }

  /// PyTorch's.
  public var extraDescription: String { "output_size=\(text(outputSize))" }
}

/// Means of windows that share the input evenly so that the result has given sizes (PyTorch's
/// `nn.AdaptiveAvgPool2d`): input `[N, C, H, W]` or `[C, H, W]`, of any size.
public final class AdaptiveAvgPool2d: Layer {
  /// The result's spatial sizes; nil keeps the input's.
  public let outputSize: [Int?]

  /// Results of these sizes, `[5, nil]`; nil keeps the input's.
  public init(_ outputSize: [Int?]) {
    if outputSize.count != 2 {
      fail(TensorError("AdaptiveAvgPool2d", rule: "the output size needs 2 numbers, got \(outputSize.count)"))
    }
    self.outputSize = outputSize
  }

  /// The same number for all sizes.
  public convenience init(_ outputSize: Int) { self.init([Int?](repeating: outputSize, count: 2)) }

  /// The means.
  public func forward(_ x: Tensor) -> Tensor { x.adaptiveAvgPool2d(outputSize) }

  /// PyTorch's.
  public var extraDescription: String { "output_size=\(text(outputSize))" }
}

/// Means of windows that share the input evenly so that the result has given sizes (PyTorch's
/// `nn.AdaptiveAvgPool3d`): input `[N, C, D, H, W]` or `[C, D, H, W]`, of any size.
public final class AdaptiveAvgPool3d: Layer {
  /// The result's spatial sizes; nil keeps the input's.
  public let outputSize: [Int?]

  /// Results of these sizes, `[5, nil, nil]`; nil keeps the input's.
  public init(_ outputSize: [Int?]) {
    if outputSize.count != 3 {
      fail(TensorError("AdaptiveAvgPool3d", rule: "the output size needs 3 numbers, got \(outputSize.count)"))
    }
    self.outputSize = outputSize
  }

  /// The same number for all sizes.
  public convenience init(_ outputSize: Int) { self.init([Int?](repeating: outputSize, count: 3)) }

  /// The means.
  public func forward(_ x: Tensor) -> Tensor { x.adaptiveAvgPool3d(outputSize) }

  /// PyTorch's.
  public var extraDescription: String { "output_size=\(text(outputSize))" }
}

/// The largest elements of windows that share the input evenly so that the result has given sizes (PyTorch's
/// `nn.AdaptiveMaxPool1d`): input `[N, C, L]` or `[C, L]`, of any size.
public final class AdaptiveMaxPool1d: Layer {
  /// The result's spatial sizes; nil keeps the input's.
  public let outputSize: [Int?]

  /// Results of this size, `[5]`; nil keeps the input's.
  public init(_ outputSize: [Int?]) {
    if outputSize.count != 1 {
      fail(TensorError("AdaptiveMaxPool1d", rule: "the output size needs 1 number, got \(outputSize.count)"))
    }
    self.outputSize = outputSize
  }

  /// The same number for all sizes.
  public convenience init(_ outputSize: Int) { self.init([Int?](repeating: outputSize, count: 1)) }

  /// The maxima.
  public func forward(_ x: Tensor) -> Tensor { x.adaptiveMaxPool1d(outputSize) }

  /// The maxima and where they are in their planes, int64, counted row-major (PyTorch's `return_indices=True`).
  public func withIndices(_ x: Tensor) -> (values: Tensor, indices: Tensor) {
    inCall(x) { x in x.adaptiveMaxPool1dWithIndices(outputSize) }
  }

  /// PyTorch's.
  public var extraDescription: String { "output_size=\(text(outputSize))" }
}

/// The largest elements of windows that share the input evenly so that the result has given sizes (PyTorch's
/// `nn.AdaptiveMaxPool2d`): input `[N, C, H, W]` or `[C, H, W]`, of any size.
public final class AdaptiveMaxPool2d: Layer {
  /// The result's spatial sizes; nil keeps the input's.
  public let outputSize: [Int?]

  /// Results of these sizes, `[5, nil]`; nil keeps the input's.
  public init(_ outputSize: [Int?]) {
    if outputSize.count != 2 {
      fail(TensorError("AdaptiveMaxPool2d", rule: "the output size needs 2 numbers, got \(outputSize.count)"))
    }
    self.outputSize = outputSize
  }

  /// The same number for all sizes.
  public convenience init(_ outputSize: Int) { self.init([Int?](repeating: outputSize, count: 2)) }

  /// The maxima.
  public func forward(_ x: Tensor) -> Tensor { x.adaptiveMaxPool2d(outputSize) }

  /// The maxima and where they are in their planes, int64, counted row-major (PyTorch's `return_indices=True`).
  public func withIndices(_ x: Tensor) -> (values: Tensor, indices: Tensor) {
    inCall(x) { x in x.adaptiveMaxPool2dWithIndices(outputSize) }
  }

  /// PyTorch's.
  public var extraDescription: String { "output_size=\(text(outputSize))" }
}

/// The largest elements of windows that share the input evenly so that the result has given sizes (PyTorch's
/// `nn.AdaptiveMaxPool3d`): input `[N, C, D, H, W]` or `[C, D, H, W]`, of any size.
public final class AdaptiveMaxPool3d: Layer {
  /// The result's spatial sizes; nil keeps the input's.
  public let outputSize: [Int?]

  /// Results of these sizes, `[5, nil, nil]`; nil keeps the input's.
  public init(_ outputSize: [Int?]) {
    if outputSize.count != 3 {
      fail(TensorError("AdaptiveMaxPool3d", rule: "the output size needs 3 numbers, got \(outputSize.count)"))
    }
    self.outputSize = outputSize
  }

  /// The same number for all sizes.
  public convenience init(_ outputSize: Int) { self.init([Int?](repeating: outputSize, count: 3)) }

  /// The maxima.
  public func forward(_ x: Tensor) -> Tensor { x.adaptiveMaxPool3d(outputSize) }

  /// The maxima and where they are in their planes, int64, counted row-major (PyTorch's `return_indices=True`).
  public func withIndices(_ x: Tensor) -> (values: Tensor, indices: Tensor) {
    inCall(x) { x in x.adaptiveMaxPool3dWithIndices(outputSize) }
  }

  /// PyTorch's.
  public var extraDescription: String { "output_size=\(text(outputSize))" }
}
