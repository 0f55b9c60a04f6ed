// The functions of one tensor in place. The result must be of the tensor's own type or of a lower category: `exp_` of
// integers fails. Methods ending in `_` change the tensor and return it, as in PyTorch.

extension Tensor {
  /// `neg` in place.
  @discardableResult
  public func neg_() -> Tensor { applyInPlace(.unary(.negate), self) }
  /// `abs` in place.
  @discardableResult
  public func abs_() -> Tensor { applyInPlace(.unary(.absolute), self) }
  /// `sign` in place.
  @discardableResult
  public func sign_() -> Tensor { applyInPlace(.unary(.sign), self) }
  /// `square` in place.
  @discardableResult
  public func square_() -> Tensor { applyInPlace(.unary(.square), self) }
  /// `sqrt` in place.
  @discardableResult
  public func sqrt_() -> Tensor { applyInPlace(.unary(.squareRoot), self) }
  /// `rsqrt` in place.
  @discardableResult
  public func rsqrt_() -> Tensor { applyInPlace(.unary(.reciprocalSquareRoot), self) }
  /// `reciprocal` in place.
  @discardableResult
  public func reciprocal_() -> Tensor { applyInPlace(.unary(.reciprocal), self) }
  /// `exp` in place.
  @discardableResult
  public func exp_() -> Tensor { applyInPlace(.unary(.exp), self) }
  /// `exp2` in place.
  @discardableResult
  public func exp2_() -> Tensor { applyInPlace(.unary(.exp2), self) }
  /// `expm1` in place.
  @discardableResult
  public func expm1_() -> Tensor { applyInPlace(.unary(.expm1), self) }
  /// `log` in place.
  @discardableResult
  public func log_() -> Tensor { applyInPlace(.unary(.log), self) }
  /// `log2` in place.
  @discardableResult
  public func log2_() -> Tensor { applyInPlace(.unary(.log2), self) }
  /// `log10` in place.
  @discardableResult
  public func log10_() -> Tensor { applyInPlace(.unary(.log10), self) }
  /// `log1p` in place.
  @discardableResult
  public func log1p_() -> Tensor { applyInPlace(.unary(.log1p), self) }
  /// `sin` in place.
  @discardableResult
  public func sin_() -> Tensor { applyInPlace(.unary(.sin), self) }
  /// `cos` in place.
  @discardableResult
  public func cos_() -> Tensor { applyInPlace(.unary(.cos), self) }
  /// `tan` in place.
  @discardableResult
  public func tan_() -> Tensor { applyInPlace(.unary(.tan), self) }
  /// `asin` in place.
  @discardableResult
  public func asin_() -> Tensor { applyInPlace(.unary(.asin), self) }
  /// `acos` in place.
  @discardableResult
  public func acos_() -> Tensor { applyInPlace(.unary(.acos), self) }
  /// `atan` in place.
  @discardableResult
  public func atan_() -> Tensor { applyInPlace(.unary(.atan), self) }
  /// `sinh` in place.
  @discardableResult
  public func sinh_() -> Tensor { applyInPlace(.unary(.sinh), self) }
  /// `cosh` in place.
  @discardableResult
  public func cosh_() -> Tensor { applyInPlace(.unary(.cosh), self) }
  /// `tanh` in place.
  @discardableResult
  public func tanh_() -> Tensor { applyInPlace(.unary(.tanh), self) }
  /// `asinh` in place.
  @discardableResult
  public func asinh_() -> Tensor { applyInPlace(.unary(.asinh), self) }
  /// `acosh` in place.
  @discardableResult
  public func acosh_() -> Tensor { applyInPlace(.unary(.acosh), self) }
  /// `atanh` in place.
  @discardableResult
  public func atanh_() -> Tensor { applyInPlace(.unary(.atanh), self) }
  /// `sigmoid` in place.
  @discardableResult
  public func sigmoid_() -> Tensor { applyInPlace(.unary(.sigmoid), self) }
  /// `relu` in place.
  @discardableResult
  public func relu_() -> Tensor { applyInPlace(.unary(.relu), self) }
  /// `erf` in place.
  @discardableResult
  public func erf_() -> Tensor { applyInPlace(.unary(.erf), self) }
  /// `erfc` in place.
  @discardableResult
  public func erfc_() -> Tensor { applyInPlace(.unary(.erfc), self) }
  /// `erfinv` in place.
  @discardableResult
  public func erfinv_() -> Tensor { applyInPlace(.unary(.erfinv), self) }
  /// `lgamma` in place.
  @discardableResult
  public func lgamma_() -> Tensor { applyInPlace(.unary(.lgamma), self) }
  /// `digamma` in place.
  @discardableResult
  public func digamma_() -> Tensor { applyInPlace(.unary(.digamma), self) }
  /// `i0` in place.
  @discardableResult
  public func i0_() -> Tensor { applyInPlace(.unary(.besselI0), self) }
  /// `sinc` in place.
  @discardableResult
  public func sinc_() -> Tensor { applyInPlace(.unary(.sinc), self) }
  /// `floor` in place.
  @discardableResult
  public func floor_() -> Tensor { applyInPlace(.unary(.floor), self) }
  /// `ceil` in place.
  @discardableResult
  public func ceil_() -> Tensor { applyInPlace(.unary(.ceil), self) }
  /// `round` in place.
  @discardableResult
  public func round_() -> Tensor { applyInPlace(.unary(.round), self) }
  /// `trunc` in place.
  @discardableResult
  public func trunc_() -> Tensor { applyInPlace(.unary(.trunc), self) }
  /// `bitwiseNot` in place.
  @discardableResult
  public func bitwiseNot_() -> Tensor { applyInPlace(.unary(.bitwiseNot), self) }
  /// `logicalNot` in place.
  @discardableResult
  public func logicalNot_() -> Tensor { applyInPlace(.unary(.logicalNot), self) }
  /// `sgn` in place.
  @discardableResult
  public func sgn_() -> Tensor { applyInPlace(.unary(.sign), self) }
  /// `logit` in place.
  @discardableResult
  public func logit_(eps: Double? = nil) -> Tensor { applyInPlace(.unary(.logit, Parameters(eps ?? -1)), self) }
  /// `polygamma` in place.
  @discardableResult
  public func polygamma_(_ order: Int) -> Tensor {
    guard order >= 0 else { return polygamma(order) }
    return applyInPlace(.unary(.polygamma, Parameters(order.polygammaOrder)), self)
  }
  /// `mvlgamma` in place.
  @discardableResult
  public func mvlgamma_(_ p: Int) -> Tensor { replaceElements("mvlgamma_") { $0.mvlgamma(p) } }
  /// `round` to so many decimals, in place.
  @discardableResult
  public func round_(decimals: Int) -> Tensor { replaceElements("round_") { $0.round(decimals: decimals) } }
  /// `frac` in place.
  @discardableResult
  public func frac_() -> Tensor { applyInPlace(.unary(.frac), self) }
  /// `deg2rad` in place.
  @discardableResult
  public func deg2rad_() -> Tensor { replaceElements("deg2rad_") { $0.deg2rad() } }
  /// `rad2deg` in place.
  @discardableResult
  public func rad2deg_() -> Tensor { replaceElements("rad2deg_") { $0.rad2deg() } }
  /// `nanToNum` in place.
  @discardableResult
  public func nanToNum_(nan: Double = 0, posinf: Double? = nil, neginf: Double? = nil) -> Tensor {
    replaceElements("nanToNum_") { $0.nanToNum(nan: nan, posinf: posinf, neginf: neginf) }
  }
}
