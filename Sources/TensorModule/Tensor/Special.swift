/// Special functions (PyTorch's `torch.special`). Integer tensors become float32.
///
/// Functions that PyTorch has as methods too (`erf`, `lgamma`, `sigmoid` …) are methods of ``Tensor`` here; the names
/// under which `torch.special` repeats them are here beside the others.
public enum Special {
  /// The modified Bessel function of the first kind, order 0.
  public static func i0(_ x: Tensor) -> Tensor { apply(.unary(.besselI0), x) }
  /// exp(-|x|)·i0(x), which does not overflow.
  public static func i0e(_ x: Tensor) -> Tensor { apply(.unary(.besselI0e), x) }
  /// The modified Bessel function of the first kind, order 1.
  public static func i1(_ x: Tensor) -> Tensor { apply(.unary(.besselI1), x) }
  /// exp(-|x|)·i1(x), which does not overflow.
  public static func i1e(_ x: Tensor) -> Tensor { apply(.unary(.besselI1e), x) }
  /// exp(x²)·erfc(x), which does not underflow in the upper tail.
  public static func erfcx(_ x: Tensor) -> Tensor { apply(.unary(.erfcx), x) }
  /// The normal distribution function: the area under the normal density up to x.
  public static func ndtr(_ x: Tensor) -> Tensor { apply(.unary(.ndtr), x) }
  /// The logarithm of ``ndtr(_:)``, without loss in the lower tail.
  public static func logNdtr(_ x: Tensor) -> Tensor { apply(.unary(.logNdtr), x) }
  /// The inverse of ``ndtr(_:)`` on [0, 1]; NaN elsewhere.
  public static func ndtri(_ x: Tensor) -> Tensor { apply(.unary(.ndtri), x) }
  /// The entropy -x·log(x): 0 at 0, minus infinity below.
  public static func entr(_ x: Tensor) -> Tensor { apply(.unary(.entr), x) }
  /// sin(πx)/(πx), 1 at 0.
  public static func sinc(_ x: Tensor) -> Tensor { x.sinc() }
  /// The spherical Bessel function of the first kind, order 0: sin(x)/x, 1 at 0.
  public static func sphericalBesselJ0(_ x: Tensor) -> Tensor { apply(.unary(.sphericalBesselJ0), x) }
  /// log(x/(1 - x)); see ``Tensor/logit(eps:)``.
  public static func logit(_ x: Tensor, eps: Double? = nil) -> Tensor { x.logit(eps: eps) }
  /// 1/(1 + exp(-x)): ``Tensor/sigmoid()``.
  public static func expit(_ x: Tensor) -> Tensor { x.sigmoid() }
  /// 2 to the power of each element.
  public static func exp2(_ x: Tensor) -> Tensor { x.exp2() }
  /// exp(x) - 1, exact for small x.
  public static func expm1(_ x: Tensor) -> Tensor { x.expm1() }
  /// log(1 + x), exact for small x.
  public static func log1p(_ x: Tensor) -> Tensor { x.log1p() }
  /// The error function.
  public static func erf(_ x: Tensor) -> Tensor { x.erf() }
  /// 1 - erf(x), exact in the tail.
  public static func erfc(_ x: Tensor) -> Tensor { x.erfc() }
  /// The inverse error function.
  public static func erfinv(_ x: Tensor) -> Tensor { x.erfinv() }
  /// The logarithm of |Γ(x)|: ``Tensor/lgamma()``.
  public static func gammaln(_ x: Tensor) -> Tensor { x.lgamma() }
  /// The derivative of the logarithm of Γ: ``Tensor/digamma()``.
  public static func digamma(_ x: Tensor) -> Tensor { x.digamma() }
  /// The same as ``digamma(_:)``.
  public static func psi(_ x: Tensor) -> Tensor { x.digamma() }
  /// The derivative of digamma of an order; see ``Tensor/polygamma(_:)``.
  public static func polygamma(_ order: Int, _ x: Tensor) -> Tensor { x.polygamma(order) }
  /// The nearest numbers of so many decimals; see ``Tensor/round(decimals:)``.
  public static func round(_ x: Tensor, decimals: Int = 0) -> Tensor { x.round(decimals: decimals) }

  /// The logarithm of the multivariate gamma function of dimension `p`; see ``Tensor/mvlgamma(_:)``.
  public static func multigammaln(_ x: Tensor, _ p: Int) -> Tensor { x.mvlgamma(p) }

  /// Hurwitz's zeta function Σ (q + k)^-x over k ≥ 0, broadcast. Differentiable in q only.
  public static func zeta(_ x: Tensor, _ q: Tensor) -> Tensor { apply(.binary(.zeta), x, q) }
  /// The same with a number as the exponent.
  public static func zeta(_ x: some TensorScalar, _ q: Tensor) -> Tensor { apply(.zeta, q, number: x.scalar, isReversed: true) }
  /// The same with a number as the start.
  public static func zeta(_ x: Tensor, _ q: some TensorScalar) -> Tensor { apply(.zeta, x, number: q.scalar) }

  /// x·log(1 + y), 0 where x is 0 (and y is not NaN), broadcast.
  public static func xlog1py(_ x: Tensor, _ y: Tensor) -> Tensor { apply(.binary(.xlog1py), x, y) }
  /// The same of a number and a tensor.
  public static func xlog1py(_ x: some TensorScalar, _ y: Tensor) -> Tensor { apply(.xlog1py, y, number: x.scalar, isReversed: true) }
  /// The same of a tensor and a number.
  public static func xlog1py(_ x: Tensor, _ y: some TensorScalar) -> Tensor { apply(.xlog1py, x, number: y.scalar) }
  /// x·log(y), 0 where x is 0: ``Tensor/xlogy(_:)-(Tensor)``.
  public static func xlogy(_ x: Tensor, _ y: Tensor) -> Tensor { x.xlogy(y) }
}
