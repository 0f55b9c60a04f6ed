public import TensorModule

/// Dimensions merged into one (PyTorch's `nn.Flatten`): all but the batch's unless told otherwise.
public final class Flatten: Layer {
  /// The first dimension that is merged.
  public let startDim: Int
  /// The last.
  public let endDim: Int

  /// Merges `startDim ... endDim`.
  public init(startDim: Int = 1, endDim: Int = -1) {
    self.startDim = startDim
    self.endDim = endDim
  }

  /// The flattened tensor.
  public func forward(_ x: Tensor) -> Tensor { x.flatten(startDim: startDim, endDim: endDim) }

  /// PyTorch's.
  public var extraDescription: String { "start_dim=\(startDim), end_dim=\(endDim)" }
}

/// One dimension split into several (PyTorch's `nn.Unflatten`).
public final class Unflatten: Layer {
  /// The dimension that is split.
  public let dim: Int
  /// The sizes that it is split into; one may be -1.
  public let unflattenedSize: Shape

  /// Splits `dim` into `unflattenedSize`.
  public init(_ dim: Int, _ unflattenedSize: Shape) {
    self.dim = dim
    self.unflattenedSize = unflattenedSize
  }

  /// The unflattened tensor.
  public func forward(_ x: Tensor) -> Tensor { x.unflatten(dim: dim, unflattenedSize) }

  /// PyTorch's.
  public var extraDescription: String { "dim=\(dim), unflattened_size=\(unflattenedSize.tupleDescription)" }
}

/// The input itself (PyTorch's `nn.Identity`).
public final class Identity: Layer {
  /// A layer that does nothing.
  public init() {}

  /// `x`.
  public func forward(_ x: Tensor) -> Tensor { x }
}
