// Element-wise functions of one tensor. Integer tensors become float32 where the result is not an integer.

extension Tensor {
  /// The negated elements.
  public consuming func neg() -> Tensor { apply(.unary(.negate), self) }
  /// The absolute values. The gradient at 0 is 0.
  public consuming func abs() -> Tensor { apply(.unary(.absolute), self) }
  /// -1, 0 or 1 by the sign of each element.
  public consuming func sign() -> Tensor { apply(.unary(.sign), self) }
  /// The same as ``sign()``: there are no complex tensors.
  public consuming func sgn() -> Tensor { apply(.unary(.sign), self) }
  /// The tensor itself (PyTorch's `positive`, `+x`); not defined for bool.
  public consuming func positive() -> Tensor {
    if dtype == .bool { return failing(TensorError("positive", of: self, rule: "is not defined for bool")) }
    return self
  }
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
  /// The modified Bessel function of the first kind, order 0; others are in ``Special``.
  public consuming func i0() -> Tensor { apply(.unary(.besselI0), self) }
  /// sin(πx)/(πx), 1 at 0.
  public consuming func sinc() -> Tensor { apply(.unary(.sinc), self) }
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

  /// log(x/(1 - x)), with x limited to [eps, 1 - eps] if `eps` is given (PyTorch's `logit`). The gradient is 0 beyond
  /// those bounds; without `eps` it is NaN outside of [0, 1].
  public consuming func logit(eps: Double? = nil) -> Tensor { apply(.unary(.logit, Parameters(eps ?? -1)), self) }

  /// The derivative of digamma of an order, digamma itself for 0 (PyTorch's `polygamma`).
  public consuming func polygamma(_ order: Int) -> Tensor {
    guard order >= 0 else {
      return failing(TensorError("polygamma", of: self, rule: "the order \(order) must not be negative"))
    }
    return apply(.unary(.polygamma, Parameters(order.polygammaOrder)), self)
  }

  /// The logarithm of the multivariate gamma function of dimension `p` (PyTorch's `mvlgamma`); elements must be greater
  /// than (p - 1)/2.
  public func mvlgamma(_ p: Int) -> Tensor {
    guard p >= 1 else { return failing(TensorError("mvlgamma", of: self, rule: "the dimension \(p) must be at least 1")) }
    let x = dtype.isFloatingPoint ? self : to(.float32)
    let halves = Tensor.arange(p).to(x.dtype).to(x.device) * -0.5
    let terms = (x.unsqueeze(-1) + halves).lgamma().sum(dim: -1)
    return terms + Double(p) * Double(p - 1) * 0.25 * 1.144729885849400174143  // log π
  }

  /// The part after the point, of the element's sign (PyTorch's `frac`).
  public consuming func frac() -> Tensor { apply(.unary(.frac), self) }
  /// Degrees to radians.
  public consuming func deg2rad() -> Tensor { self * 0.0174532925199432957692 }
  /// Radians to degrees.
  public consuming func rad2deg() -> Tensor { self * 57.2957795130823208768 }
  /// True where an element is plus infinity (PyTorch's `isposinf`).
  public func isPosInf() -> Tensor { self .== Double.infinity }
  /// True where an element is minus infinity (PyTorch's `isneginf`).
  public func isNegInf() -> Tensor { self .== -Double.infinity }

  /// The nearest numbers of so many decimals, halves to even; negative `decimals` round before the point (PyTorch's
  /// `round`).
  public func round(decimals: Int) -> Tensor {
    if decimals == 0 { return round() }
    guard dtype.isFloatingPoint else {
      return failing(TensorError("round", of: self, rule: "decimals need a floating-point tensor, not \(dtype)"))
    }
    var power = 1.0
    for _ in 0..<Swift.min(decimals.magnitude, 400) { power *= 10 }
    return decimals > 0 ? (self * power).round() / power : (self / power).round() * power
  }

  /// Each number as mantissa·2^exponent with ½ ≤ |mantissa| < 1 (PyTorch's `frexp`); exponents are int32. 0, infinities and
  /// NaN are their own mantissas, with the exponent 0.
  public func frexp() -> (mantissa: Tensor, exponent: Tensor) {
    guard dtype.isFloatingPoint else {
      let failure = failing(TensorError("frexp", of: self, rule: "needs a floating-point tensor, not \(dtype)"))
      return (failure, failure)
    }
    let magnitude = detach().to(dtype.computeType).abs()
    let isPlain = magnitude.isFinite() & (magnitude .> 0)
    let guess = Tensor.where(isPlain, magnitude, 1).log2().floor() + 1
    // The logarithm may have been rounded over a power of two.
    func scaled(_ x: Tensor, _ exponent: Tensor) -> Tensor {
      let half = (exponent * 0.5).floor()
      return x / half.exp2() / (exponent - half).exp2()  // 2^exponent itself may be no number
    }
    let first = scaled(Tensor.where(isPlain, magnitude, 0.5), guess)
    let exponent = Tensor.where(isPlain, guess + (first .>= 1).to(guess.dtype) + (first .< 0.5).to(guess.dtype) * -1, 0)
    return (scaled(to(dtype.computeType), exponent).to(dtype), exponent.to(.int32))
  }

  /// NaN replaced by `nan`, infinities by `posinf` and `neginf`, by default the type's largest and smallest finite numbers
  /// (PyTorch's `nan_to_num`). Integers have none of these. The gradient is 0 at what was replaced.
  public func nanToNum(nan: Double = 0, posinf: Double? = nil, neginf: Double? = nil) -> Tensor {
    guard dtype.isFloatingPoint else { return clone() }
    let high = posinf ?? dtype.largestFinite, low = neginf ?? -dtype.largestFinite
    return apply(.replaceNonFinite, self, number: nan.scalar, parameters: Parameters(high, low))
  }
}

extension Int {
  /// An order of `polygamma` as a parameter. Beyond 2³⁰ all are alike, infinite or 0; so the next order exists, too.
  var polygammaOrder: Double { Double(Swift.min(self, 1 << 30)) }
}
