/// A set of dimensions as a bit mask: what a reduction runs over. 64 dimensions fit exactly.
package struct AxisSet: Sendable, Hashable {
  package var bits: UInt64

  package init(bits: UInt64 = 0) { self.bits = bits }
  package init(_ axis: Int) { bits = 1 << UInt64(axis) }

  /// Dimensions 0 ..< rank.
  package static func all(rank: Int) -> AxisSet {
    AxisSet(bits: rank >= 64 ? .max : (1 << UInt64(rank)) - 1)
  }

  @inline(__always)
  package func contains(_ axis: Int) -> Bool { bits >> UInt64(axis) & 1 != 0 }
  package mutating func insert(_ axis: Int) { bits |= 1 << UInt64(axis) }
  package var count: Int { bits.nonzeroBitCount }
  package var isEmpty: Bool { bits == 0 }
}
