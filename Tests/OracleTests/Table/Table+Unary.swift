import Martlet
import TensorModule

extension OracleTable {
  /// The functions of one tensor.
  mutating func addUnary() {
    one("abs") { try $0.tensor(0).abs() }
    one("abs_") { try $0.tensor(0).abs_() }
    one("acos") { try $0.tensor(0).acos() }
    one("acos_") { try $0.tensor(0).acos_() }
    one("acosh") { try $0.tensor(0).acosh() }
    one("acosh_") { try $0.tensor(0).acosh_() }
    one("asin") { try $0.tensor(0).asin() }
    one("asin_") { try $0.tensor(0).asin_() }
    one("asinh") { try $0.tensor(0).asinh() }
    one("asinh_") { try $0.tensor(0).asinh_() }
    one("atan") { try $0.tensor(0).atan() }
    one("atan_") { try $0.tensor(0).atan_() }
    one("atanh") { try $0.tensor(0).atanh() }
    one("atanh_") { try $0.tensor(0).atanh_() }
    one("ceil") { try $0.tensor(0).ceil() }
    one("ceil_") { try $0.tensor(0).ceil_() }
    one("cos") { try $0.tensor(0).cos() }
    one("cos_") { try $0.tensor(0).cos_() }
    one("cosh") { try $0.tensor(0).cosh() }
    one("cosh_") { try $0.tensor(0).cosh_() }
    one("deg2rad") { try $0.tensor(0).deg2rad() }
    one("deg2rad_") { try $0.tensor(0).deg2rad_() }
    one("digamma") { try $0.tensor(0).digamma() }
    one("digamma_") { try $0.tensor(0).digamma_() }
    one("erf") { try $0.tensor(0).erf() }
    one("erf_") { try $0.tensor(0).erf_() }
    one("erfc") { try $0.tensor(0).erfc() }
    one("erfc_") { try $0.tensor(0).erfc_() }
    one("erfinv") { try $0.tensor(0).erfinv() }
    one("erfinv_") { try $0.tensor(0).erfinv_() }
    one("exp") { try $0.tensor(0).exp() }
    one("exp_") { try $0.tensor(0).exp_() }
    one("exp2") { try $0.tensor(0).exp2() }
    one("exp2_") { try $0.tensor(0).exp2_() }
    one("expm1") { try $0.tensor(0).expm1() }
    one("expm1_") { try $0.tensor(0).expm1_() }
    one("floor") { try $0.tensor(0).floor() }
    one("floor_") { try $0.tensor(0).floor_() }
    one("frac") { try $0.tensor(0).frac() }
    one("frac_") { try $0.tensor(0).frac_() }
    one("i0") { try $0.tensor(0).i0() }
    one("i0_") { try $0.tensor(0).i0_() }
    one("lgamma") { try $0.tensor(0).lgamma() }
    one("lgamma_") { try $0.tensor(0).lgamma_() }
    one("log") { try $0.tensor(0).log() }
    one("log_") { try $0.tensor(0).log_() }
    one("log10") { try $0.tensor(0).log10() }
    one("log10_") { try $0.tensor(0).log10_() }
    one("log1p") { try $0.tensor(0).log1p() }
    one("log1p_") { try $0.tensor(0).log1p_() }
    one("log2") { try $0.tensor(0).log2() }
    one("log2_") { try $0.tensor(0).log2_() }
    one("neg") { try $0.tensor(0).neg() }
    one("neg_") { try $0.tensor(0).neg_() }
    one("rad2deg") { try $0.tensor(0).rad2deg() }
    one("rad2deg_") { try $0.tensor(0).rad2deg_() }
    one("reciprocal") { try $0.tensor(0).reciprocal() }
    one("reciprocal_") { try $0.tensor(0).reciprocal_() }
    one("rsqrt") { try $0.tensor(0).rsqrt() }
    one("rsqrt_") { try $0.tensor(0).rsqrt_() }
    one("sgn") { try $0.tensor(0).sgn() }
    one("sgn_") { try $0.tensor(0).sgn_() }
    one("sigmoid") { try $0.tensor(0).sigmoid() }
    one("sigmoid_") { try $0.tensor(0).sigmoid_() }
    one("sign") { try $0.tensor(0).sign() }
    one("sign_") { try $0.tensor(0).sign_() }
    one("sin") { try $0.tensor(0).sin() }
    one("sin_") { try $0.tensor(0).sin_() }
    one("sinc") { try $0.tensor(0).sinc() }
    one("sinc_") { try $0.tensor(0).sinc_() }
    one("sinh") { try $0.tensor(0).sinh() }
    one("sinh_") { try $0.tensor(0).sinh_() }
    one("sqrt") { try $0.tensor(0).sqrt() }
    one("sqrt_") { try $0.tensor(0).sqrt_() }
    one("square") { try $0.tensor(0).square() }
    one("square_") { try $0.tensor(0).square_() }
    one("tan") { try $0.tensor(0).tan() }
    one("tan_") { try $0.tensor(0).tan_() }
    one("tanh") { try $0.tensor(0).tanh() }
    one("tanh_") { try $0.tensor(0).tanh_() }
    one("trunc") { try $0.tensor(0).trunc() }
    one("trunc_") { try $0.tensor(0).trunc_() }
    one("bitwise_not") { try $0.tensor(0).bitwiseNot() }
    one("bitwise_not_") { try $0.tensor(0).bitwiseNot_() }
    one("logical_not") { try $0.tensor(0).logicalNot() }
    one("logical_not_") { try $0.tensor(0).logicalNot_() }
    one("isfinite") { try $0.tensor(0).isFinite() }
    one("isinf") { try $0.tensor(0).isInf() }
    one("isnan") { try $0.tensor(0).isNaN() }
    one("isneginf") { try $0.tensor(0).isNegInf() }
    one("isposinf") { try $0.tensor(0).isPosInf() }
    one("positive") { try $0.tensor(0).positive() }
    one("signbit") { try $0.tensor(0).signbit() }
    one("logit") { try $0.tensor(0).logit(eps: try $0.optionalDouble(1, "eps")) }
    one("logit_") { try $0.tensor(0).logit_(eps: try $0.optionalDouble(1, "eps")) }
    one("nan_to_num") { c in
      try c.tensor(0).nanToNum(
        nan: try c.double(1, "nan", 0), posinf: try c.optionalDouble(2, "posinf"), neginf: try c.optionalDouble(3, "neginf"))
    }
    one("nan_to_num_") { c in
      try c.tensor(0).nanToNum_(
        nan: try c.double(1, "nan", 0), posinf: try c.optionalDouble(2, "posinf"), neginf: try c.optionalDouble(3, "neginf"))
    }
    one("polygamma") { try $0.tensor(1).polygamma(try $0.int(0)) }
    one("round") { c in
      guard let decimals = try c.optionalInt(1, "decimals") else { return try c.tensor(0).round() }
      return try c.tensor(0).round(decimals: decimals)
    }
    one("round_") { c in
      guard let decimals = try c.optionalInt(1, "decimals") else { return try c.tensor(0).round_() }
      return try c.tensor(0).round_(decimals: decimals)
    }
    one("special.entr") { Special.entr(try $0.tensor(0)) }
    one("special.erfcx") { Special.erfcx(try $0.tensor(0)) }
    one("special.i0e") { Special.i0e(try $0.tensor(0)) }
    one("special.i1") { Special.i1(try $0.tensor(0)) }
    one("special.log_ndtr") { Special.logNdtr(try $0.tensor(0)) }
    one("special.ndtr") { Special.ndtr(try $0.tensor(0)) }
  }
}
