public import TensorModule

// Unchecked because a class that has subclasses cannot be checked: all properties are constants of Sendable types, and
// the subclasses, in this module only, add none.
/// What the layers that lay something around their input have in common.
public class PaddingLayer: Layer, @unchecked Sendable {
  /// How many elements before and after each dimension, the last dimension first: `[left, right, top, bottom]`.
  /// Negative numbers cut off.
  public final let padding: [Int]
  fileprivate let mode: PadMode
  fileprivate let number: Double

  fileprivate init(_ name: String, _ rank: Int, _ padding: [Int], _ mode: PadMode, number: Double = 0) {
    if padding.count != 2 * rank {
      fail(TensorError(name, rule: "padding \(padding) needs \(2 * rank) numbers, two for each dimension, or one for all"))
    }
    self.padding = padding
    self.mode = mode
    self.number = number
  }

  /// `x` with its surroundings.
  public final func forward(_ x: Tensor) -> Tensor { x.pad(padding, mode: mode, value: number) }

  /// PyTorch's.
  public var extraDescription: String { tupleText(padding) }
}

/// Zeros laid around `[N, C, L]` or `[C, L]` (PyTorch's `nn.ZeroPad1d`).
public final class ZeroPad1d: PaddingLayer, @unchecked Sendable {
  /// So many elements: `[left, right]`.
  public init(_ padding: [Int]) { super.init("ZeroPad1d", 1, padding, .constant) }
  /// The same number on all sides.
  public convenience init(_ padding: Int) { self.init([Int](repeating: padding, count: 2)) }
}

/// Zeros laid around `[N, C, H, W]` or `[C, H, W]` (PyTorch's `nn.ZeroPad2d`).
public final class ZeroPad2d: PaddingLayer, @unchecked Sendable {
  /// So many elements: `[left, right, top, bottom]`.
  public init(_ padding: [Int]) { super.init("ZeroPad2d", 2, padding, .constant) }
  /// The same number on all sides.
  public convenience init(_ padding: Int) { self.init([Int](repeating: padding, count: 4)) }
}

/// Zeros laid around `[N, C, D, H, W]` or `[C, D, H, W]` (PyTorch's `nn.ZeroPad3d`).
public final class ZeroPad3d: PaddingLayer, @unchecked Sendable {
  /// So many elements: `[left, right, top, bottom, front, back]`.
  public init(_ padding: [Int]) { super.init("ZeroPad3d", 3, padding, .constant) }
  /// The same number on all sides.
  public convenience init(_ padding: Int) { self.init([Int](repeating: padding, count: 6)) }
}

/// The input, mirrored at its borders, which are not repeated, laid around `[N, C, L]` or `[C, L]` (PyTorch's `nn.ReflectionPad1d`). Each number must be smaller than its dimension.
public final class ReflectionPad1d: PaddingLayer, @unchecked Sendable {
  /// So many elements: `[left, right]`.
  public init(_ padding: [Int]) { super.init("ReflectionPad1d", 1, padding, .reflect) }
  /// The same number on all sides.
  public convenience init(_ padding: Int) { self.init([Int](repeating: padding, count: 2)) }
}

/// The input, mirrored at its borders, which are not repeated, laid around `[N, C, H, W]` or `[C, H, W]` (PyTorch's `nn.ReflectionPad2d`). Each number must be smaller than its dimension.
public final class ReflectionPad2d: PaddingLayer, @unchecked Sendable {
  /// So many elements: `[left, right, top, bottom]`.
  public init(_ padding: [Int]) { super.init("ReflectionPad2d", 2, padding, .reflect) }
  /// The same number on all sides.
  public convenience init(_ padding: Int) { self.init([Int](repeating: padding, count: 4)) }
}

/// The input, mirrored at its borders, which are not repeated, laid around `[N, C, D, H, W]` or `[C, D, H, W]` (PyTorch's `nn.ReflectionPad3d`). Each number must be smaller than its dimension.
public final class ReflectionPad3d: PaddingLayer, @unchecked Sendable {
  /// So many elements: `[left, right, top, bottom, front, back]`.
  public init(_ padding: [Int]) { super.init("ReflectionPad3d", 3, padding, .reflect) }
  /// The same number on all sides.
  public convenience init(_ padding: Int) { self.init([Int](repeating: padding, count: 6)) }
}

/// The borders, repeated, laid around `[N, C, L]` or `[C, L]` (PyTorch's `nn.ReplicationPad1d`).
public final class ReplicationPad1d: PaddingLayer, @unchecked Sendable {
  /// So many elements: `[left, right]`.
  public init(_ padding: [Int]) { super.init("ReplicationPad1d", 1, padding, .replicate) }
  /// The same number on all sides.
  public convenience init(_ padding: Int) { self.init([Int](repeating: padding, count: 2)) }
}

/// The borders, repeated, laid around `[N, C, H, W]` or `[C, H, W]` (PyTorch's `nn.ReplicationPad2d`).
public final class ReplicationPad2d: PaddingLayer, @unchecked Sendable {
  /// So many elements: `[left, right, top, bottom]`.
  public init(_ padding: [Int]) { super.init("ReplicationPad2d", 2, padding, .replicate) }
  /// The same number on all sides.
  public convenience init(_ padding: Int) { self.init([Int](repeating: padding, count: 4)) }
}

/// The borders, repeated, laid around `[N, C, D, H, W]` or `[C, D, H, W]` (PyTorch's `nn.ReplicationPad3d`).
public final class ReplicationPad3d: PaddingLayer, @unchecked Sendable {
  /// So many elements: `[left, right, top, bottom, front, back]`.
  public init(_ padding: [Int]) { super.init("ReplicationPad3d", 3, padding, .replicate) }
  /// The same number on all sides.
  public convenience init(_ padding: Int) { self.init([Int](repeating: padding, count: 6)) }
}

/// The opposite sides laid around `[N, C, L]` or `[C, L]` (PyTorch's `nn.CircularPad1d`). No number may be larger than its dimension.
public final class CircularPad1d: PaddingLayer, @unchecked Sendable {
  /// So many elements: `[left, right]`.
  public init(_ padding: [Int]) { super.init("CircularPad1d", 1, padding, .circular) }
  /// The same number on all sides.
  public convenience init(_ padding: Int) { self.init([Int](repeating: padding, count: 2)) }
}

/// The opposite sides laid around `[N, C, H, W]` or `[C, H, W]` (PyTorch's `nn.CircularPad2d`). No number may be larger than its dimension.
public final class CircularPad2d: PaddingLayer, @unchecked Sendable {
  /// So many elements: `[left, right, top, bottom]`.
  public init(_ padding: [Int]) { super.init("CircularPad2d", 2, padding, .circular) }
  /// The same number on all sides.
  public convenience init(_ padding: Int) { self.init([Int](repeating: padding, count: 4)) }
}

/// The opposite sides laid around `[N, C, D, H, W]` or `[C, D, H, W]` (PyTorch's `nn.CircularPad3d`). No number may be larger than its dimension.
public final class CircularPad3d: PaddingLayer, @unchecked Sendable {
  /// So many elements: `[left, right, top, bottom, front, back]`.
  public init(_ padding: [Int]) { super.init("CircularPad3d", 3, padding, .circular) }
  /// The same number on all sides.
  public convenience init(_ padding: Int) { self.init([Int](repeating: padding, count: 6)) }
}

/// A number laid around `[N, C, L]` or `[C, L]` (PyTorch's `nn.ConstantPad1d`).
public final class ConstantPad1d: PaddingLayer, @unchecked Sendable {
  /// The number.
  public var value: Double { number }

  /// So many elements: `[left, right]`.
  public init(_ padding: [Int], _ value: Double) { super.init("ConstantPad1d", 1, padding, .constant, number: value) }
  /// The same count on all sides.
  public convenience init(_ padding: Int, _ value: Double) { self.init([Int](repeating: padding, count: 2), value) }

  /// PyTorch's.
  public override var extraDescription: String { "padding=\(tupleText(padding)), value=\(value.shortDescription)" }
}

/// A number laid around `[N, C, H, W]` or `[C, H, W]` (PyTorch's `nn.ConstantPad2d`).
public final class ConstantPad2d: PaddingLayer, @unchecked Sendable {
  /// The number.
  public var value: Double { number }

  /// So many elements: `[left, right, top, bottom]`.
  public init(_ padding: [Int], _ value: Double) { super.init("ConstantPad2d", 2, padding, .constant, number: value) }
  /// The same count on all sides.
  public convenience init(_ padding: Int, _ value: Double) { self.init([Int](repeating: padding, count: 4), value) }

  /// PyTorch's.
  public override var extraDescription: String { "padding=\(tupleText(padding)), value=\(value.shortDescription)" }
}

/// A number laid around `[N, C, D, H, W]` or `[C, D, H, W]` (PyTorch's `nn.ConstantPad3d`).
public final class ConstantPad3d: PaddingLayer, @unchecked Sendable {
  /// The number.
  public var value: Double { number }

  /// So many elements: `[left, right, top, bottom, front, back]`.
  public init(_ padding: [Int], _ value: Double) { super.init("ConstantPad3d", 3, padding, .constant, number: value) }
  /// The same count on all sides.
  public convenience init(_ padding: Int, _ value: Double) { self.init([Int](repeating: padding, count: 6), value) }

  /// PyTorch's.
  public override var extraDescription: String { "padding=\(tupleText(padding)), value=\(value.shortDescription)" }
}
