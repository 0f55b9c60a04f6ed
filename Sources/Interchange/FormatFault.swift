internal import TensorModule

/// What is wrong in a file, before the reader of its format adds the path: the error that the parts shared by several
/// formats throw.
package struct FormatFault: Error, Equatable {
  /// What kind of fault it is.
  package enum Kind: Sendable, Equatable {
    /// The bytes are not what the format says.
    case damaged
    /// The file is sound but holds what this library has not.
    case unsupported
    /// The file wants to run something.
    case forbidden
  }

  package let kind: Kind
  package let reason: String

  package init(_ kind: Kind, _ reason: String) {
    self.kind = kind
    self.reason = reason
  }

  package static func damaged(_ reason: String) -> FormatFault { FormatFault(.damaged, reason) }
  package static func unsupported(_ reason: String) -> FormatFault { FormatFault(.unsupported, reason) }

  /// Told where a part is looked at: `entry data.pkl: …`.
  func within(_ part: String) -> FormatFault { FormatFault(kind, "\(part): \(reason)") }

  /// Reading or writing after a failure in a catching scope, whose tensors are stand-ins.
  static func refuseInFailedScope() throws(FormatFault) {
    if ThreadMode.hasFailed { throw .unsupported("is left alone: an operation has failed before in this scope") }
  }
}

/// Sums and products of numbers that a file names, which may be anything.
extension Int {
  /// The sum, or the fault.
  func adding(_ other: Int, _ what: @autoclosure () -> String) throws(FormatFault) -> Int {
    let (sum, overflow) = addingReportingOverflow(other)
    if overflow { throw .damaged("\(what()) is too large") }
    return sum
  }

  /// The number of a file's unsigned 64 bits, or the fault.
  init(fileNumber value: UInt64, _ what: @autoclosure () -> String) throws(FormatFault) {
    guard let number = Int(exactly: value) else { throw .damaged("\(what()) of \(value) is too large") }
    self = number
  }
}

/// Numbers in arrays of bytes, little-endian.
extension [UInt8] {
  /// The unsigned number of so many bytes at a place that is known to be there.
  func number(_ position: Int, _ count: Int) -> UInt64 {
    var result: UInt64 = 0
    for i in 0..<count { result |= UInt64(self[position + i]) << UInt64(8 * i) }
    return result
  }

  /// Appends an unsigned number in so many bytes.
  mutating func append(_ number: UInt64, bytes count: Int) {
    for i in 0..<count { append(UInt8(truncatingIfNeeded: number >> UInt64(8 * i))) }
  }
}
