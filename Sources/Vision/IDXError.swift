/// An IDX file that is not what it should be: which file, at which byte, and why.
public struct IDXError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What was wrong.
  public enum Reason: Sendable, Equatable {
    /// The first two bytes are not zero.
    case wrongMagic(found: [UInt8])
    /// The third byte names another element type than unsigned bytes (0x08).
    case wrongElementType(UInt8)
    /// The fourth byte, the number of dimensions, is zero or not the expected one.
    case wrongRank(expected: Int?, found: Int)
    /// The file ends inside the header, or before all elements that the header declares.
    case truncated(expected: Int, found: Int)
    /// More bytes follow than the header declares elements.
    case trailingBytes(expected: Int, found: Int)
    /// The dimensions multiply to more than memory can address.
    case tooLarge(shape: [Int])
    /// Images and labels that are not equally many.
    case countsDisagree(labels: Int, images: Int, imageFile: String)
  }

  /// The file's path, or the name given for bytes in memory.
  public let file: String
  /// The byte of the (decompressed) file at which the fault is.
  public let offset: Int
  /// What was wrong.
  public let reason: Reason

  /// File, byte and reason, in a line.
  public var description: String { "\(file): byte \(offset): \(text)" }

  private var text: String {
    switch reason {
    case .wrongMagic(let found):
      return "not an IDX file: it starts with \(found.map(Self.hex).joined(separator: " ")) instead of 00 00"
    case .wrongElementType(let type):
      let name = Self.elementTypes[type].map { " (\($0))" } ?? ""
      return "element type 0x\(Self.hex(type))\(name) is not supported; only 0x08 (unsigned bytes) is"
    case .wrongRank(let expected?, let found):
      return "\(found) dimensions where \(expected) \(expected == 1 ? "is" : "are") expected"
    case .wrongRank(nil, let found):
      return "\(found) dimensions"
    case .truncated(let expected, let found):
      return "truncated: \(expected) bytes are expected, the file has \(found)"
    case .trailingBytes(let expected, let found):
      return "\(found - expected) bytes follow after the \(expected) that the header declares"
    case .tooLarge(let shape):
      return "a shape of \(shape.map(String.init).joined(separator: " × ")) is too large"
    case .countsDisagree(let labels, let images, let imageFile):
      return "\(labels) labels for the \(images) images of \(imageFile)"
    }
  }

  private static let elementTypes: [UInt8: String] = [
    0x09: "signed bytes", 0x0b: "16-bit integers", 0x0c: "32-bit integers", 0x0d: "32-bit floats",
    0x0e: "64-bit floats",
  ]

  private static func hex(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }
}
