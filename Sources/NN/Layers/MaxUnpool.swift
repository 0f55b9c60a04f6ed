public import TensorModule

/// Undoes ``MaxPool1d`` as far as that can be (PyTorch's `nn.MaxUnpool1d`): maxima go back to where they were,
/// everything else is zero.
///
/// ```swift
/// let pool = MaxPool1d(2), unpool = MaxUnpool1d(2)
/// let (values, indices) = pool.withIndices(x)
/// let y = unpool(values, indices, outputSize: Array(x.shape))
/// ```
public final class MaxUnpool1d: Module {
  /// The window of the pooling.
  public let kernelSize: Int
  /// The distance of its neighbouring windows.
  public let stride: Int
  /// How far its windows reached over the borders.
  public let padding: Int

  /// Windows of `kernelSize`, side by side unless a stride is given.
  public init(_ kernelSize: Int, stride: Int? = nil, padding: Int = 0) {
    self.kernelSize = kernelSize
    self.stride = stride ?? kernelSize
    self.padding = padding
  }

  /// The values at their places.
  /// - Parameters:
  ///   - indices: int64, of the values' shape, as ``MaxPool1d/withIndices(_:)`` gives them.
  ///   - outputSize: the result's spatial sizes, or its whole shape; by default (size - 1)·stride - 2·padding + kernel
  ///     size, from which it may differ by less than a stride.
  public func callAsFunction(_ values: Tensor, _ indices: Tensor, outputSize: [Int]? = nil) -> Tensor {
    inCall(values, indices) { values, indices in
      values.maxUnpool1d(indices, kernelSize, stride: stride, padding: padding, outputSize: outputSize)
    }
  }

  /// PyTorch's.
  public var extraDescription: String {
    "kernel_size=\(tupleText([kernelSize])), stride=\(tupleText([stride])), padding=\(tupleText([padding]))"
  }
}

/// Undoes ``MaxPool2d`` as far as that can be (PyTorch's `nn.MaxUnpool2d`): maxima go back to where they were,
/// everything else is zero.
///
/// ```swift
/// let pool = MaxPool2d(2), unpool = MaxUnpool2d(2)
/// let (values, indices) = pool.withIndices(x)
/// let y = unpool(values, indices, outputSize: Array(x.shape))
/// ```
public final class MaxUnpool2d: Module {
  /// The window of the pooling.
  public let kernelSize: IntPair
  /// The distance of its neighbouring windows.
  public let stride: IntPair
  /// How far its windows reached over the borders.
  public let padding: IntPair

  /// Windows of `kernelSize`, side by side unless a stride is given.
  public init(_ kernelSize: IntPair, stride: IntPair? = nil, padding: IntPair = 0) {
    self.kernelSize = kernelSize
    self.stride = stride ?? kernelSize
    self.padding = padding
  }

  /// The same with numbers that are not literals.
  public convenience init(_ kernelSize: Int, stride: Int? = nil, padding: Int = 0) {
    self.init(IntPair(kernelSize), stride: stride.map { IntPair($0) }, padding: IntPair(padding))
  }

  /// The values at their places.
  /// - Parameters:
  ///   - indices: int64, of the values' shape, as ``MaxPool2d/withIndices(_:)`` gives them.
  ///   - outputSize: the result's spatial sizes, or its whole shape; by default (size - 1)·stride - 2·padding + kernel
  ///     size, from which it may differ by less than a stride.
  public func callAsFunction(_ values: Tensor, _ indices: Tensor, outputSize: [Int]? = nil) -> Tensor {
    inCall(values, indices) { values, indices in
      values.maxUnpool2d(indices, kernelSize, stride: stride, padding: padding, outputSize: outputSize)
    }
  }

  /// PyTorch's.
  public var extraDescription: String {
    "kernel_size=\(tupleText(kernelSize.sizes)), stride=\(tupleText(stride.sizes)), padding=\(tupleText(padding.sizes))"
  }
}

/// Undoes ``MaxPool3d`` as far as that can be (PyTorch's `nn.MaxUnpool3d`): maxima go back to where they were,
/// everything else is zero.
///
/// ```swift
/// let pool = MaxPool3d(2), unpool = MaxUnpool3d(2)
/// let (values, indices) = pool.withIndices(x)
/// let y = unpool(values, indices, outputSize: Array(x.shape))
/// ```
public final class MaxUnpool3d: Module {
  /// The window of the pooling.
  public let kernelSize: IntTriple
  /// The distance of its neighbouring windows.
  public let stride: IntTriple
  /// How far its windows reached over the borders.
  public let padding: IntTriple

  /// Windows of `kernelSize`, side by side unless a stride is given.
  public init(_ kernelSize: IntTriple, stride: IntTriple? = nil, padding: IntTriple = 0) {
    self.kernelSize = kernelSize
    self.stride = stride ?? kernelSize
    self.padding = padding
  }

  /// The same with numbers that are not literals.
  public convenience init(_ kernelSize: Int, stride: Int? = nil, padding: Int = 0) {
    self.init(IntTriple(kernelSize), stride: stride.map { IntTriple($0) }, padding: IntTriple(padding))
  }

  /// The values at their places.
  /// - Parameters:
  ///   - indices: int64, of the values' shape, as ``MaxPool3d/withIndices(_:)`` gives them.
  ///   - outputSize: the result's spatial sizes, or its whole shape; by default (size - 1)·stride - 2·padding + kernel
  ///     size, from which it may differ by less than a stride.
  public func callAsFunction(_ values: Tensor, _ indices: Tensor, outputSize: [Int]? = nil) -> Tensor {
    inCall(values, indices) { values, indices in
      values.maxUnpool3d(indices, kernelSize, stride: stride, padding: padding, outputSize: outputSize)
    }
  }

  /// PyTorch's.
  public var extraDescription: String {
    "kernel_size=\(tupleText(kernelSize.sizes)), stride=\(tupleText(stride.sizes)), padding=\(tupleText(padding.sizes))"
  }
}
