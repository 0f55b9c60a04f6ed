// Element-wise functions of one tensor. Integer tensors become float32 where the result is not an integer.

extension Tensor {
  /// The negated elements.
  public consuming func neg() -> Tensor { apply(.unary(.negate), self) }
  /// The absolute values. The gradient at 0 is 0.
  public consuming func abs() -> Tensor { apply(.unary(.absolute), self) }
  /// -1, 0 or 1 by the sign of each element.
  public consuming func sign() -> Tensor { apply(.unary(.sign), self) }
  /// The elements squared.
  public consuming func square() -> Tensor { apply(.unary(.square), self) }
  /// The square roots; NaN for negative elements. The gradient at 0 is infinite.
  public consuming func sqrt() -> Tensor { apply(.unary(.squareRoot), self) }
  /// One over the square roots.
  public consuming func rsqrt() -> Tensor { apply(.unary(.reciprocalSquareRoot), self) }
  /// One over the elements.
  public consuming func reciprocal() -> Tensor { apply(.unary(.reciprocal), self) }
  /// e to the power of each element.
  public consuming func exp() -> Tensor { apply(.unary(.exp), self) }
  /// 2 to the power of each element.
  public consuming func exp2() -> Tensor { apply(.unary(.exp2), self) }
  /// exp(x) - 1, exact for small x.
  public consuming func expm1() -> Tensor { apply(.unary(.expm1), self) }
  /// The natural logarithms.
  public consuming func log() -> Tensor { apply(.unary(.log), self) }
  /// The logarithms to base 2.
  public consuming func log2() -> Tensor { apply(.unary(.log2), self) }
  /// The logarithms to base 10.
  public consuming func log10() -> Tensor { apply(.unary(.log10), self) }
  /// log(1 + x), exact for small x.
  public consuming func log1p() -> Tensor { apply(.unary(.log1p), self) }
  /// The sines of angles in radians.
  public consuming func sin() -> Tensor { apply(.unary(.sin), self) }
  /// The cosines of angles in radians.
  public consuming func cos() -> Tensor { apply(.unary(.cos), self) }
  /// The tangents of angles in radians.
  public consuming func tan() -> Tensor { apply(.unary(.tan), self) }
  /// The inverse sines, in radians.
  public consuming func asin() -> Tensor { apply(.unary(.asin), self) }
  /// The inverse cosines, in radians.
  public consuming func acos() -> Tensor { apply(.unary(.acos), self) }
  /// The inverse tangents, in radians.
  public consuming func atan() -> Tensor { apply(.unary(.atan), self) }
  /// The hyperbolic sines.
  public consuming func sinh() -> Tensor { apply(.unary(.sinh), self) }
  /// The hyperbolic cosines.
  public consuming func cosh() -> Tensor { apply(.unary(.cosh), self) }
  /// The hyperbolic tangents.
  public consuming func tanh() -> Tensor { apply(.unary(.tanh), self) }
  /// The inverse hyperbolic sines.
  public consuming func asinh() -> Tensor { apply(.unary(.asinh), self) }
  /// The inverse hyperbolic cosines.
  public consuming func acosh() -> Tensor { apply(.unary(.acosh), self) }
  /// The inverse hyperbolic tangents.
  public consuming func atanh() -> Tensor { apply(.unary(.atanh), self) }
  /// 1 / (1 + exp(-x)).
  public consuming func sigmoid() -> Tensor { apply(.unary(.sigmoid), self) }
  /// log(sigmoid(x)), without overflow (PyTorch's `F.logsigmoid`).
  public consuming func logSigmoid() -> Tensor { apply(.unary(.logSigmoid), self) }
  /// max(x, 0). The gradient at 0 is 0.
  public consuming func relu() -> Tensor { apply(.unary(.relu), self) }
  /// x·tanh(softplus(x)).
  public consuming func mish() -> Tensor { apply(.unary(.mish), self) }
  /// x·sigmoid(x), also called swish.
  public consuming func silu() -> Tensor { apply(.unary(.silu), self) }
  /// x / (1 + |x|) (PyTorch's `F.softsign`).
  public consuming func softsign() -> Tensor {
    dtype.isFloatingPoint ? apply(.unary(.softsign), self) : apply(.unary(.softsign), to(.float32))
  }
  /// The error function.
  public consuming func erf() -> Tensor { apply(.unary(.erf), self) }
  /// 1 - erf(x), exact in the tail.
  public consuming func erfc() -> Tensor { apply(.unary(.erfc), self) }
  /// The inverse error function on (-1, 1).
  public consuming func erfinv() -> Tensor { apply(.unary(.erfinv), self) }
  /// The logarithm of |Γ(x)|.
  public consuming func lgamma() -> Tensor { apply(.unary(.lgamma), self) }
  /// The derivative of lgamma.
  public consuming func digamma() -> Tensor { apply(.unary(.digamma), self) }
  /// The next integers below.
  public consuming func floor() -> Tensor { apply(.unary(.floor), self) }
  /// The next integers above.
  public consuming func ceil() -> Tensor { apply(.unary(.ceil), self) }
  /// The nearest integers, halves to even.
  public consuming func round() -> Tensor { apply(.unary(.round), self) }
  /// The integer parts.
  public consuming func trunc() -> Tensor { apply(.unary(.trunc), self) }
  /// The bitwise complements (logical not for bool).
  public consuming func bitwiseNot() -> Tensor { apply(.unary(.bitwiseNot), self) }
  /// True where an element is zero.
  public consuming func logicalNot() -> Tensor { apply(.unary(.logicalNot), self) }
  /// True where an element is not a number (PyTorch's `isnan`).
  public consuming func isNaN() -> Tensor { apply(.unary(.isNaN), self) }
  /// True where an element is infinite (PyTorch's `isinf`).
  public consuming func isInf() -> Tensor { apply(.unary(.isInfinite), self) }
  /// True where an element is neither infinite nor NaN (PyTorch's `isfinite`).
  public consuming func isFinite() -> Tensor { apply(.unary(.isFinite), self) }
  /// True where the sign bit is set.
  public consuming func signbit() -> Tensor { apply(.unary(.signbit), self) }

  /// How `gelu` is computed.
  public enum GELUApproximation: String, Sendable {
    /// By the error function: x·Φ(x).
    case none
    /// By a hyperbolic tangent, as GPT-2 does.
    case tanh
  }

  /// x·Φ(x), Φ the normal distribution function (PyTorch's `F.gelu`, `approximate='none'` by default).
  public consuming func gelu(approximate: GELUApproximation = .none) -> Tensor {
    apply(.unary(approximate == .none ? .gelu : .geluTanh), self)
  }

  /// x where positive, else `negativeSlope`·x (PyTorch's `F.leaky_relu`).
  public consuming func leakyRelu(negativeSlope: Double = 0.01) -> Tensor {
    apply(.unary(.leakyRelu, Parameters(negativeSlope)), self)
  }

  /// x where positive, else `alpha`·(exp(x) - 1) (PyTorch's `F.elu`).
  public consuming func elu(alpha: Double = 1) -> Tensor { apply(.unary(.elu, Parameters(alpha, 1)), self) }

  /// log(1 + exp(beta·x)) / beta; x itself where beta·x > threshold (PyTorch's `F.softplus`).
  public consuming func softplus(beta: Double = 1, threshold: Double = 20) -> Tensor {
    apply(.unary(.softplus, Parameters(beta, threshold)), self)
  }

  /// The elements limited to `min ... max`; either may be left out (PyTorch's `clamp`, `clip`). The gradient is 0 at
  /// and beyond a bound.
  public consuming func clamp(min: Double? = nil, max: Double? = nil) -> Tensor {
    guard min != nil || max != nil else {
      return failing(TensorError("clamp", of: self, rule: "needs min, max or both"))
    }
    let isWhole = (min ?? 0).rounded() == (min ?? 0) && (max ?? 0).rounded() == (max ?? 0)
    if !dtype.isFloatingPoint && !isWhole {
      return apply(.unary(.clamp, Parameters(min ?? -.infinity, max ?? .infinity)), to(.float32))
    }
    return apply(.unary(.clamp, Parameters(min ?? -.infinity, max ?? .infinity)), self)
  }
}
