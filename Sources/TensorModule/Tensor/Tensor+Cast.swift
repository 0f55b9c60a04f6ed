// Conversions by PyTorch's names. Each gives the tensor itself if it already is of the type.

extension Tensor {
  /// The tensor as float32 (PyTorch's `float()`).
  public func float() -> Tensor { to(.float32) }
  /// The tensor as float64 (PyTorch's `double()`).
  public func double() -> Tensor { to(.float64) }
  /// The tensor as float16 (PyTorch's `half()`).
  public func half() -> Tensor { to(.float16) }
  /// The tensor as bfloat16 (PyTorch's `bfloat16()`).
  public func bfloat16() -> Tensor { to(.bfloat16) }
  /// The tensor as int8 (PyTorch's `char()`).
  public func char() -> Tensor { to(.int8) }
  /// The tensor as int16 (PyTorch's `short()`).
  public func short() -> Tensor { to(.int16) }
  /// The tensor as int32 (PyTorch's `int()`).
  public func int() -> Tensor { to(.int32) }
  /// The tensor as int64 (PyTorch's `long()`).
  public func long() -> Tensor { to(.int64) }
  /// The tensor as uint8 (PyTorch's `byte()`).
  public func byte() -> Tensor { to(.uint8) }
  /// The tensor as bool: true where it is not zero (PyTorch's `bool()`).
  public func bool() -> Tensor { to(.bool) }
  /// The tensor in the type of another (PyTorch's `type_as`).
  public func typeAs(_ other: Tensor) -> Tensor { to(other.dtype) }
}
