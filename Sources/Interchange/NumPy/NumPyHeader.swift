internal import TensorModule

/// What stands before the elements of a `.npy` array: their type, order and shape.
///
/// The format: `\x93NUMPY`, a version (two bytes), the length of the header (2 bytes in version 1.0, 4 in 2.0 and 3.0),
/// the header, which is a Python dictionary in text: `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }`.
/// (NumPy, `numpy.lib.format`.)
struct NumPyHeader: Equatable {
  var dtype: DType
  var isBigEndian = false
  /// Whether the first dimension varies fastest.
  var isFortranOrder: Bool
  var shape: [Int]

  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
  /// The longest header that is read. NumPy's own limit for files that it does not trust is 10,000.
  private static let longest = 1 << 20

  private static let types: [(DType, String)] = [
    (.float16, "f2"), (.float32, "f4"), (.float64, "f8"), (.int8, "i1"), (.int16, "i2"), (.int32, "i4"), (.int64, "i8"),
    (.uint8, "u1"), (.bool, "b1"),
  ]

  // MARK: Reading

  /// Reads the header from the start of an array.
  static func read(_ stream: ByteStream) throws -> NumPyHeader {
    let start = try stream.bytes(min(8, stream.remaining))
    guard start.count == 8, Array(start[..<6]) == magic else {
      throw FormatFault.damaged(
        "not a NumPy array: it does not start with \\x93NUMPY"
          + (start.prefix(2) == [0x80, 2] || start.first == 0x80 ? " (a pickle? only arrays are read)" : ""))
    }
    guard (1...3).contains(start[6]), start[7] == 0 else {
      throw FormatFault.unsupported("version \(start[6]).\(start[7]) of NumPy's format; 1.0, 2.0 and 3.0 are read")
    }
    let count = Int(try stream.bytes(start[6] == 1 ? 2 : 4).number(0, start[6] == 1 ? 2 : 4))
    guard count <= longest else { throw FormatFault.damaged("a header of \(count) bytes is too long") }
    return try NumPyHeader(text: try stream.bytes(count))
  }

  init(text: [UInt8]) throws(FormatFault) {
    var parser = PythonLiteralParser(text)
    guard case .dictionary(let entries) = try parser.parse() else {
      throw .damaged("the header is not a dictionary")
    }
    guard let description = entries["descr"], case .bool(let isFortranOrder)? = entries["fortran_order"],
      case .tuple(let sizes)? = entries["shape"], entries.count == 3
    else { throw .damaged("the header should name descr, fortran_order and shape, and nothing else") }
    shape = []
    for size in sizes {
      guard case .int(let extent) = size, extent >= 0 else { throw .damaged("the header's shape is not made of sizes") }
      shape.append(extent)
    }
    self.isFortranOrder = isFortranOrder
    guard case .string(let type) = description else {
      throw .unsupported("a structured array of several fields; save each field as an array of its own")
    }
    (dtype, isBigEndian) = try Self.type(type)
  }

  /// The type of NumPy's name, and whether it is big-endian.
  private static func type(_ name: String) throws(FormatFault) -> (DType, Bool) {
    var code = Substring(name)
    var isBigEndian = false
    if let order = code.first, "<>=|".contains(order) {
      isBigEndian = order == ">"
      code = code.dropFirst()
    }
    if code == "?" { code = "b1" }
    if let known = types.first(where: { $0.1 == code }) { return (known.0, isBigEndian) }
    let hint: String
    switch code.first {
    case "u": hint = "convert it to a signed type first: .astype('int64')"
    case "c": hint = "save the real and imaginary parts"
    case "O": hint = "it is made of Python objects, which would have to be run; only numbers are read"
    case "U", "S", "a": hint = "it is text; only numbers are read"
    case "M", "m": hint = "convert dates to numbers first: .astype('int64')"
    case "V" where code == "V2": hint = "if it is bfloat16, convert it first: .astype('float32')"
    case "f": hint = "convert it first: .astype('float64')"
    default: hint = "only numbers are read"
    }
    throw .unsupported("no tensor has the type '\(name)'; \(hint)")
  }

  // MARK: Writing

  init(dtype: DType, isFortranOrder: Bool, shape: [Int]) {
    self.dtype = dtype
    self.isFortranOrder = isFortranOrder
    self.shape = shape
  }

  /// The bytes before the elements, a multiple of 64 long.
  func bytes() throws(FormatFault) -> [UInt8] {
    guard let type = Self.types.first(where: { $0.0 == dtype })?.1 else {
      throw .unsupported("NumPy has no \(dtype); convert it first: to(.float32)")
    }
    let order = dtype.itemSize == 1 ? "|" : "<"
    let sizes = shape.count == 1 ? "(\(shape[0]),)" : "(\(shape.map(String.init).joined(separator: ", ")))"
    var text = Array("{'descr': '\(order)\(type)', 'fortran_order': \(isFortranOrder ? "True" : "False"), 'shape': \(sizes), }".utf8)
    // Tensors have too few dimensions for a header that needs more than version 1.0.
    let unpadded = Self.magic.count + 4 + text.count + 1
    text += Array(repeating: UInt8(ascii: " "), count: (64 - unpadded % 64) % 64) + [UInt8(ascii: "\n")]
    var result = Self.magic + [1, 0]
    result.append(UInt64(text.count), bytes: 2)
    return result + text
  }
}
