internal import CPUKernels

/// The element type of a tensor (PyTorch's `torch.dtype`).
///
/// The raw values are the kernels' numbering. ``float32`` is the default for literals with a fraction, ``int64`` for
/// whole ones.
public enum DType: UInt8, CaseIterable, Sendable, Hashable, CustomStringConvertible {
  /// IEEE 754 single precision, 4 bytes.
  case float32
  /// IEEE 754 double precision, 8 bytes.
  case float64
  /// IEEE 754 half precision, 2 bytes. Computed in ``float32`` and rounded once.
  case float16
  /// The upper half of a ``float32``, 2 bytes: its range with 8 bits of precision. Computed in ``float32``.
  case bfloat16
  /// A signed integer of 1 byte.
  case int8
  /// A signed integer of 2 bytes.
  case int16
  /// A signed integer of 4 bytes.
  case int32
  /// A signed integer of 8 bytes: PyTorch's `long`, the type of indices.
  case int64
  /// An unsigned integer of 1 byte.
  case uint8
  /// True or false, 1 byte.
  case bool

  /// Bytes of one element.
  public var itemSize: Int {
    switch self {
    case .int8, .uint8, .bool: 1
    case .float16, .bfloat16, .int16: 2
    case .float32, .int32: 4
    case .float64, .int64: 8
    }
  }

  /// True for the four floating-point types, the only ones that can carry gradients.
  public var isFloatingPoint: Bool { rawValue <= DType.bfloat16.rawValue }

  /// True for the signed and unsigned integers; false for ``bool``.
  public var isInteger: Bool { rawValue > DType.bfloat16.rawValue && self != .bool }

  /// PyTorch's name without the `torch.` prefix.
  public var description: String {
    switch self {
    case .float32: "float32"
    case .float64: "float64"
    case .float16: "float16"
    case .bfloat16: "bfloat16"
    case .int8: "int8"
    case .int16: "int16"
    case .int32: "int32"
    case .int64: "int64"
    case .uint8: "uint8"
    case .bool: "bool"
    }
  }

  /// The smallest type that holds values of both (PyTorch's `promote_types`).
  public static func promoted(_ a: DType, _ b: DType) -> DType {
    if a == b { return a }
    if a == .bool { return b }
    if b == .bool { return a }
    switch (a.isFloatingPoint, b.isFloatingPoint) {
    case (true, false): return a
    case (false, true): return b
    case (true, true):
      if a == .float64 || b == .float64 { return .float64 }
      return .float32  // float16 with bfloat16 too: neither holds the other
    case (false, false):
      if a == .uint8 || b == .uint8 {
        let other = a == .uint8 ? b : a
        return other == .int8 ? .int16 : other
      }
      return a.itemSize > b.itemSize ? a : b
    }
  }

  /// True if a result of one type may be written into a tensor of the other: not to a lower category (bool, integer,
  /// floating point), as PyTorch's `can_cast`.
  public static func canCast(from: DType, to target: DType) -> Bool {
    let category = { (dtype: DType) in dtype.isFloatingPoint ? 2 : dtype.isInteger ? 1 : 0 }
    return category(from) <= category(target)
  }

  /// The largest finite number of a floating-point type (PyTorch's `finfo(dtype).max`); infinity for others.
  package var largestFinite: Double {
    switch self {
    case .float32: 0x1.fffffep127
    case .float64: 0x1.fffffffffffffp1023
    case .float16: 65504
    case .bfloat16: 0x1.fep127
    default: .infinity
    }
  }

  /// The type in which kernels compute values of this type: half precisions go through ``float32``.
  package var computeType: DType { self == .float16 || self == .bfloat16 ? .float32 : self }

  /// This type if it is floating-point, else the default ``float32``: the result type of `exp`, `/`, `mean` …
  package var floatingPoint: DType { isFloatingPoint ? self : .float32 }

  /// The kernels' number.
  package var code: Int32 { Int32(rawValue) }
}

/// How much an operand's type counts in promotion (PyTorch's rule): tensors with dimensions decide; 0-d tensors and
/// plain numbers only raise the category (bool, integer, floating point).
package struct PromotionState {
  private var dimensioned: DType?
  private var zeroDimensional: DType?
  private var number: DType?

  package init() {}

  package mutating func include(_ tensor: borrowing Tensor) {
    if tensor.isWrappedNumber {
      number = Self.merge(number, tensor.dtype)
    } else if tensor.layout.rank == 0 {
      zeroDimensional = Self.merge(zeroDimensional, tensor.dtype)
    } else {
      dimensioned = Self.merge(dimensioned, tensor.dtype)
    }
  }

  /// The result type of what was included.
  package var result: DType {
    // Numbers among themselves keep their precision; only beside a tensor do they become its default type.
    if dimensioned == nil && zeroDimensional == nil { return number ?? .float32 }
    let plainNumber = number.map { $0.isFloatingPoint ? DType.float32 : $0 }
    return Self.raise(Self.raise(dimensioned, zeroDimensional), plainNumber) ?? .float32
  }

  private static func merge(_ a: DType?, _ b: DType) -> DType { a.map { DType.promoted($0, b) } ?? b }

  private static func raise(_ higher: DType?, _ lower: DType?) -> DType? {
    guard let higher else { return lower }
    guard let lower, !higher.isFloatingPoint else { return higher }
    return higher == .bool || lower.isFloatingPoint ? DType.promoted(higher, lower) : higher
  }
}
