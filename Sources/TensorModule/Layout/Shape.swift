/// The sizes of a tensor, one a dimension, outermost first (PyTorch's `torch.Size`). `[]` is a single number.
///
/// A collection of `Int`, comparable with an array literal: `x.shape == [2, 3]`. At most 64 dimensions.
public struct Shape: Sendable, Hashable, BitwiseCopyable {
  package var dimensions: Dimensions

  @inline(__always)
  package init(_ dimensions: Dimensions) { self.dimensions = dimensions }

  /// The shape with these sizes.
  public init(_ sizes: some Collection<Int>) { dimensions = Dimensions(sizes) }

  /// The shape of a single number.
  public init() { dimensions = Dimensions() }

  /// True if all sizes are the same.
  @inline(__always)
  public static func == (a: Shape, b: Shape) -> Bool { a.dimensions == b.dimensions }

  /// The number of dimensions.
  public var rank: Int { dimensions.count }

  /// The number of elements: the product of the sizes, 1 for `[]`.
  public var elementCount: Int {
    var product = 1
    for i in 0..<dimensions.count { product &*= dimensions[i] }
    return product
  }

  /// The product of the sizes, or nil if a size is negative or the product is too large: then strides and offsets, too,
  /// can be counted. Sizes of 0 excuse no others, because strides count them as 1.
  package var checkedElementCount: Int? { Self.checkedProduct(rank) { dimensions[$0] } }

  /// The same of sizes that are no shape yet. A file may name many that never become one.
  package static func checkedElementCount(of sizes: [Int]) -> Int? { checkedProduct(sizes.count) { sizes[$0] } }

  @inline(__always)
  private static func checkedProduct(_ rank: Int, _ sizeAt: (Int) -> Int) -> Int? {
    var product = 1
    var isEmpty = false
    for i in 0..<rank {
      let size = sizeAt(i)
      if size < 0 { return nil }
      if size == 0 { isEmpty = true; continue }
      let (result, overflow) = product.multipliedReportingOverflow(by: size)
      if overflow || result > 1 << 60 { return nil }
      product = result
    }
    return isEmpty ? 0 : product
  }

  /// Python's spelling of a tuple: `(2, 3)`, `(3,)`, `()`. Error messages use it.
  package var tupleDescription: String {
    rank == 1 ? "(\(dimensions[0]),)" : "(" + map(String.init).joined(separator: ", ") + ")"
  }
}

extension Shape: RandomAccessCollection, MutableCollection {
  /// Where the dimensions begin: 0.
  public var startIndex: Int { 0 }
  /// The number of dimensions.
  public var endIndex: Int { dimensions.count }

  /// The size of a dimension; negative indices count from the end, as in PyTorch. An index out of range fails.
  public subscript(index: Int) -> Int {
    get {
      guard let position = normalized(index) else {
        fail(.dimensionOutOfRange(operation: "shape", shape: self, dim: index))
        return 0
      }
      return dimensions[position]
    }
    set {
      guard let position = normalized(index) else {
        fail(.dimensionOutOfRange(operation: "shape", shape: self, dim: index))
        return
      }
      dimensions[position] = newValue
    }
  }

  @inline(__always)
  private func normalized(_ index: Int) -> Int? {
    if index >= 0 && index < rank { return index }
    return index < 0 && index >= -rank ? index + rank : nil
  }
}

extension Shape: ExpressibleByArrayLiteral {
  /// The shape with these sizes.
  public init(arrayLiteral sizes: Int...) { self.init(sizes) }
}

extension Shape: CustomStringConvertible {
  /// `[2, 3]`.
  public var description: String { "[" + map(String.init).joined(separator: ", ") + "]" }
}
