// Comparison of whole tensors, and of floating-point numbers with a tolerance.

extension Tensor {
  /// True where |self - other| ≤ atol + rtol·|other|, broadcast; equal infinities are close (PyTorch's `isclose`). The
  /// types must be equal.
  public func isclose(_ other: Tensor, rtol: Double = 1e-5, atol: Double = 1e-8, equalNaN: Bool = false) -> Tensor {
    guard dtype == other.dtype else {
      return failing(
        TensorError(
          "isclose", of: self, other, rule: "the types \(dtype) and \(other.dtype) differ", hint: "convert one with to(_:)"))
    }
    guard rtol >= 0, atol >= 0 else {
      return failing(TensorError("isclose", of: self, other, rule: "tolerances must not be negative: \(rtol), \(atol)"))
    }
    var close = self .== other
    if equalNaN && dtype.isFloatingPoint { close = close | (isNaN() & other.isNaN()) }
    if rtol == 0 && atol == 0 { return close }
    let a = dtype.isFloatingPoint || dtype == .int64 ? self : to(.int64)
    let b = other.dtype.isFloatingPoint ? other : other.to(.float32)
    let allowed = (b * rtol).abs() + atol
    let actual = (a - (other.dtype.isFloatingPoint ? other : other.to(.int64))).abs()
    return close | (actual.isFinite() & (actual .<= allowed))
  }

  /// True if all elements are close: ``isclose(_:rtol:atol:equalNaN:)`` (PyTorch's `allclose`).
  public func allclose(_ other: Tensor, rtol: Double = 1e-5, atol: Double = 1e-8, equalNaN: Bool = false) -> Bool {
    isclose(other, rtol: rtol, atol: atol, equalNaN: equalNaN).all().item(as: Bool.self)
  }

  /// True if the shapes are equal and all elements are; NaN equals nothing (PyTorch's `equal`).
  public func equal(_ other: Tensor) -> Bool {
    if ThreadMode.hasFailed { return false }
    guard shape == other.shape else { return false }
    return (self .== other).all().item(as: Bool.self)
  }
}
