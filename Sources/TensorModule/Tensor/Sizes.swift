// Sizes with one number for each spatial dimension.

/// One number for height and width, or one each: `3` or `[3, 5]`.
public struct IntPair: Sendable, Hashable, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral {
  /// The number for the height.
  public let height: Int
  /// The number for the width.
  public let width: Int

  /// A number for the height and one for the width.
  public init(_ height: Int, _ width: Int) {
    self.height = height.clampedToSize
    self.width = width.clampedToSize
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

/// One number for depth, height and width, or one each: `3` or `[1, 3, 5]`.
public struct IntTriple: Sendable, Hashable, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral {
  /// The number for the depth.
  public let depth: Int
  /// The number for the height.
  public let height: Int
  /// The number for the width.
  public let width: Int

  /// A number for the depth, one for the height and one for the width.
  public init(_ depth: Int, _ height: Int, _ width: Int) {
    self.depth = depth.clampedToSize
    self.height = height.clampedToSize
    self.width = width.clampedToSize
  }
  /// The same number for all.
  public init(_ all: Int) { self.init(all, all, all) }
  /// The same number for all.
  public init(integerLiteral value: Int) { self.init(value) }
  /// `[depth, height, width]`; one number stands for all.
  public init(arrayLiteral values: Int...) {
    if values.count != 1 && values.count != 3 {
      fail(TensorError("IntTriple", rule: "needs one or three numbers, got \(values.count)"))
    }
    self.init(values.first ?? 1, values.count > 1 ? values[1] : values.first ?? 1, values.last ?? 1)
  }

  func spatial(_ filler: Int) -> Spatial { Spatial(depth, height, width) }
}

/// A padding that follows from the kernel.
public enum ConvolutionPadding: Sendable, Hashable {
  /// As many zeros as keep the size, an odd one at the end (PyTorch's `'same'`); only with a stride of 1.
  case same
  /// None (PyTorch's `'valid'`).
  case valid
}

extension Int {
  /// Within ±2³¹: products of these do not overflow, and 2³¹ is still refused as larger than 32 bits hold, by the
  /// operation that is given it.
  fileprivate var clampedToSize: Int { Swift.min(Swift.max(self, -1 << 31), 1 << 31) }
}
