/// A brain floating-point number: the upper 16 bits of a `Float`. Same range, 8 bits of precision.
public struct BFloat16: Sendable, Hashable, BitwiseCopyable, CustomStringConvertible {
  /// The bits: sign, 8 of exponent, 7 of fraction.
  public var bitPattern: UInt16

  /// The value with these bits.
  public init(bitPattern: UInt16) { self.bitPattern = bitPattern }

  /// The nearest value, ties to even; NaN stays NaN.
  public init(_ value: Float) {
    let bits = value.bitPattern
    if value.isNaN {
      bitPattern = UInt16(truncatingIfNeeded: bits >> 16) | 0x40
    } else {
      bitPattern = UInt16(truncatingIfNeeded: (bits &+ 0x7FFF &+ ((bits >> 16) & 1)) >> 16)
    }
  }

  /// The same value as a `Float`, exactly.
  public var float: Float { Float(bitPattern: UInt32(bitPattern) << 16) }

  /// The value in decimal.
  public var description: String { float.description }
}

extension Float {
  /// The same value, exactly.
  public init(_ value: BFloat16) { self = value.float }
}
