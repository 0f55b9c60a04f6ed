/// A plain number on its way into a tensor operation, with the category that promotion looks at.
package enum Scalar: Sendable, Equatable {
  case floating(Double)
  case integer(Int64)
  case boolean(Bool)

  /// The type that a 0-d tensor of it has. `Double` is held exactly and counts as Python's float in promotion.
  package var dtype: DType {
    switch self {
    case .floating: .float64
    case .integer: .int64
    case .boolean: .bool
    }
  }

  @inline(__always)
  package var isBoolean: Bool {
    if case .boolean = self { true } else { false }
  }

  package var double: Double {
    switch self {
    case .floating(let value): value
    case .integer(let value): Double(value)
    case .boolean(let value): value ? 1 : 0
    }
  }
}

/// A Swift number type that tensors can be made from and read as.
///
/// `Double` plays the part of Python's float: `Tensor([1.0])` is ``DType/float32`` unless `dtype:` says otherwise.
public protocol TensorScalar: Sendable, BitwiseCopyable {
  /// The dtype with this memory layout.
  static var dtype: DType { get }
  /// The dtype of a tensor made from such values when none is named.
  static var defaultDType: DType { get }
  /// The value as a plain number.
  var asScalar: ScalarValue { get }
  /// The value nearest to a plain number, converted as a cast would.
  init(_ scalar: ScalarValue)
}

/// A plain number of any type that tensors know, boxed for conversions.
public struct ScalarValue: Sendable {
  package let value: Scalar
  package init(_ value: Scalar) { self.value = value }
}

extension TensorScalar {
  /// The dtype with this memory layout.
  public static var defaultDType: DType { dtype }
  package var scalar: Scalar { asScalar.value }
}

extension TensorScalar where Self: BinaryInteger {
  /// The value as a plain integer.
  public var asScalar: ScalarValue { ScalarValue(.integer(Int64(truncatingIfNeeded: self))) }
  /// Truncates a fraction towards zero and wraps what is out of range.
  public init(_ scalar: ScalarValue) {
    switch scalar.value {
    case .floating(let x): self = Self(truncatingIfNeeded: Int64(clampingTowardsZero: x))
    case .integer(let x): self = Self(truncatingIfNeeded: x)
    case .boolean(let x): self = x ? 1 : 0
    }
  }
}

extension Int64 {
  /// Truncated towards zero; NaN is 0, what is out of range is the nearest bound.
  init(clampingTowardsZero x: Double) {
    self = x.isNaN ? 0 : x >= 0x1p63 ? .max : x < -0x1p63 ? .min : Int64(x)
  }
}

extension Double: TensorScalar {
  /// The dtype with this memory layout.
  public static var dtype: DType { .float64 }
  /// `Double` literals make float32 tensors, as Python's floats do in PyTorch.
  public static var defaultDType: DType { .float32 }
  /// The value as a plain number.
  public var asScalar: ScalarValue { ScalarValue(.floating(self)) }
  /// The value nearest to a plain number.
  public init(_ scalar: ScalarValue) { self = scalar.value.double }
}
extension Float: TensorScalar {
  /// The dtype with this memory layout.
  public static var dtype: DType { .float32 }
  /// The value as a plain number.
  public var asScalar: ScalarValue { ScalarValue(.floating(Double(self))) }
  /// The value nearest to a plain number.
  public init(_ scalar: ScalarValue) { self = Float(scalar.value.double) }
}
#if !(os(macOS) && arch(x86_64))
  extension Float16: TensorScalar {
    /// The dtype with this memory layout.
    public static var dtype: DType { .float16 }
    /// The value as a plain number.
    public var asScalar: ScalarValue { ScalarValue(.floating(Double(self))) }
    /// The value nearest to a plain number.
    public init(_ scalar: ScalarValue) { self = Float16(scalar.value.double) }
  }
#endif
extension BFloat16: TensorScalar {
  /// The dtype with this memory layout.
  public static var dtype: DType { .bfloat16 }
  /// The value as a plain number.
  public var asScalar: ScalarValue { ScalarValue(.floating(Double(float))) }
  /// The value nearest to a plain number.
  public init(_ scalar: ScalarValue) { self = BFloat16(Float(scalar.value.double)) }
}
extension Bool: TensorScalar {
  /// The dtype with this memory layout.
  public static var dtype: DType { .bool }
  /// The value as a plain number.
  public var asScalar: ScalarValue { ScalarValue(.boolean(self)) }
  /// The value nearest to a plain number.
  public init(_ scalar: ScalarValue) { self = scalar.value.double != 0 }
}
extension Int: TensorScalar {
  /// The dtype with this memory layout.
  public static var dtype: DType { .int64 }
}
extension Int64: TensorScalar {
  /// The dtype with this memory layout.
  public static var dtype: DType { .int64 }
}
extension Int32: TensorScalar {
  /// The dtype with this memory layout.
  public static var dtype: DType { .int32 }
}
extension Int16: TensorScalar {
  /// The dtype with this memory layout.
  public static var dtype: DType { .int16 }
}
extension Int8: TensorScalar {
  /// The dtype with this memory layout.
  public static var dtype: DType { .int8 }
}
extension UInt8: TensorScalar {
  /// The dtype with this memory layout.
  public static var dtype: DType { .uint8 }
}
