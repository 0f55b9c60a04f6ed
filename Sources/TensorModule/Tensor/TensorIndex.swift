/// Something that stands between the brackets of `x[…]`: an integer, a Swift range, `.all`, `.ellipsis`, `.newAxis`,
/// `.slice(1, -1)`, `.stride(from: 0, to: 8, by: 2)`, a tensor or an array of indices, a bool tensor as a mask.
public protocol TensorIndex {
  /// The index in the form that the subscript works on.
  var asIndexItem: IndexItem { get }
}

/// One item of an index.
public struct IndexItem: TensorIndex, Sendable {
  package enum Kind: Sendable {
    case integer(Int)
    case slice(start: Int?, end: Int?, step: Int)
    case ellipsis
    case newAxis
    case tensor(Tensor)
  }
  package let kind: Kind
  package init(_ kind: Kind) { self.kind = kind }
  /// Itself.
  public var asIndexItem: IndexItem { self }
}

extension TensorIndex where Self == IndexItem {
  /// A whole dimension, Python's `:`.
  public static var all: IndexItem { IndexItem(.slice(start: nil, end: nil, step: 1)) }
  /// All dimensions that no other item names, Python's `...`.
  public static var ellipsis: IndexItem { IndexItem(.ellipsis) }
  /// A new dimension of size 1, Python's `None`.
  public static var newAxis: IndexItem { IndexItem(.newAxis) }
  /// Python's `start:end:step`: either end may be nil or negative, counted from the end; step must be positive.
  public static func slice(_ start: Int?, _ end: Int?, step: Int = 1) -> IndexItem {
    IndexItem(.slice(start: start, end: end, step: step))
  }
  /// Every `by`-th element from `from` to before `to`.
  public static func stride(from: Int, to: Int?, by step: Int) -> IndexItem {
    IndexItem(.slice(start: from, end: to, step: step))
  }
}

extension Int: TensorIndex {
  /// One element; the dimension disappears.
  public var asIndexItem: IndexItem { IndexItem(.integer(self)) }
}
extension Range: TensorIndex where Bound == Int {
  /// The elements of the range.
  public var asIndexItem: IndexItem { IndexItem(.slice(start: lowerBound, end: upperBound, step: 1)) }
}
extension ClosedRange: TensorIndex where Bound == Int {
  /// The elements of the range, its end included.
  public var asIndexItem: IndexItem {
    // -1 as the last element is the whole rest.
    IndexItem(.slice(start: lowerBound, end: upperBound == -1 || upperBound == .max ? nil : upperBound + 1, step: 1))
  }
}
extension PartialRangeFrom: TensorIndex where Bound == Int {
  /// The elements from the bound on.
  public var asIndexItem: IndexItem { IndexItem(.slice(start: lowerBound, end: nil, step: 1)) }
}
extension PartialRangeUpTo: TensorIndex where Bound == Int {
  /// The elements before the bound.
  public var asIndexItem: IndexItem { IndexItem(.slice(start: nil, end: upperBound, step: 1)) }
}
extension PartialRangeThrough: TensorIndex where Bound == Int {
  /// The elements up to the bound, included.
  public var asIndexItem: IndexItem {
    IndexItem(.slice(start: nil, end: upperBound == -1 || upperBound == .max ? nil : upperBound + 1, step: 1))
  }
}
extension Tensor: TensorIndex {
  /// An int64 tensor picks elements, a bool tensor masks them.
  public var asIndexItem: IndexItem { IndexItem(.tensor(self)) }
}
extension Array: TensorIndex where Element == Int {
  /// The elements with these indices.
  public var asIndexItem: IndexItem { IndexItem(.tensor(Tensor(self, shape: [count]))) }
}
