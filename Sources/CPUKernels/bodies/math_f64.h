// float64 exponentials and logarithms. See math.h.

// The sign bit of each lane.
MK_INLINE vi64 sign_bits_f64(vf64 x) { return (vi64)x & (vi64)(INT64_MIN); }
MK_INLINE vf64 absolute_f64(vf64 x) { return (vf64)((vi64)x & (vi64)(INT64_MAX)); }
MK_INLINE vf64 copysign_f64(vf64 magnitude, vf64 sign) { return (vf64)((vi64)absolute_f64(magnitude) | sign_bits_f64(sign)); }

// x = n·ln 2 + r with |r| ≤ ln 2 / 2. Adding 1.5·2^52 rounds to an integer and leaves it in the low bits.
MK_INLINE vf64 reduce_exp_f64(vf64 x, vi64 *n) {
  const double shift = 0x1.8p52;
  const vf64 shifted = fma_f64(x, splat_f64(1.4426950408889634), splat_f64(shift));
  const vf64 rounded = shifted - shift;
  *n = (vi64)shifted - (vi64)splat_f64(shift);
  // the first part of ln 2 has 32 bits, so its product with n is exact with or without a fused multiply
  const vf64 r = fma_f64(rounded, splat_f64(-6.93147180369123816490e-01), x);
  return fma_f64(rounded, splat_f64(-1.90821492927058770002e-10), r);
}

// (e^r - 1 - r)/r² for |r| ≤ ln 2 / 2; relative error of the e^r - 1 made from it 2^-61.7.
MK_INLINE vf64 exp_polynomial_f64(vf64 r) {
  vf64 q = splat_f64(2.0875269000030287e-09);
  q = fma_f64(q, r, splat_f64(2.5109085420267034e-08));
  q = fma_f64(q, r, splat_f64(2.7557403139425946e-07));
  q = fma_f64(q, r, splat_f64(2.7557244091642618e-06));
  q = fma_f64(q, r, splat_f64(2.4801587171600646e-05));
  q = fma_f64(q, r, splat_f64(0.00019841269886221728));
  q = fma_f64(q, r, splat_f64(0.001388888888896303));
  q = fma_f64(q, r, splat_f64(0.008333333333321601));
  q = fma_f64(q, r, splat_f64(0.041666666666666505));
  q = fma_f64(q, r, splat_f64(0.16666666666666677));
  return fma_f64(q, r, splat_f64(0.5));
}

// 2^n for -1022 ≤ n ≤ 1023.
MK_INLINE vf64 power_of_two_f64(vi64 n) { return (vf64)((vu64)(n + 1023) << 52); }

// x·2^n for -2000 ≤ n ≤ 2000, rounded once: in two steps, so that 2^1024 and the denormals come right.
MK_INLINE vf64 scale_f64(vf64 x, vi64 n) {
  const vi64 half = (vi64)((vu64)(n + 4096) >> 1) - 2048;
  return x * power_of_two_f64(half) * power_of_two_f64(n - half);
}

MK_INLINE vf64 exp_f64(vf64 x) {
  x = select_f64(x > 710.0, splat_f64(710.0), x);  // NaN fails the comparisons and stays
  x = select_f64(x < -746.0, splat_f64(-746.0), x);
  vi64 n;
  const vf64 r = reduce_exp_f64(x, &n);
  const vf64 y = fma_f64(r * r, exp_polynomial_f64(r), r) + 1.0;
  return scale_f64(y, n);
}

// e^x - 1 = 2^n·(e^r - 1) + (2^n - 1).
MK_INLINE vf64 expm1_f64(vf64 x) {
  vf64 c = select_f64(x > 710.0, splat_f64(710.0), x);
  c = select_f64(c < -40.0, splat_f64(-40.0), c);
  vi64 n;
  const vf64 r = reduce_exp_f64(c, &n);
  const vf64 y = fma_f64(r * r, exp_polynomial_f64(r), r);
  // one power less than wanted and a doubling at the end: 2^1024 is no number
  const vf64 half = power_of_two_f64(n - 1);
  const vf64 result = fma_f64(half, y, half - 0.5) * 2.0;
  return select_f64(x == 0.0, x, result);
}

// x = m·2^e with √½ ≤ m < √2, for positive normal x; e as a float64.
MK_INLINE vf64 split_f64(vf64 x, vf64 *e) {
  const int64_t root_half = 0x3fe6a09e00000000;
  const vi64 bits = (vi64)x + (0x3ff0000000000000 - root_half);
  // the biased exponent put into the low bits of 2^52: a conversion that every ISA has
  *e = (vf64)(((vu64)bits >> 52) | 0x4330000000000000u) - (0x1p52 + 1023);
  return (vf64)((bits & 0x000fffffffffffff) + root_half);
}

// log(1 + f) + e·ln 2 for √½ - 1 ≤ f < √2 - 1: with s = f/(2 + f), log(1 + f) = f - (f²/2 - s·(f²/2 + s²·P(s²))).
MK_INLINE vf64 log_sum_f64(vf64 f, vf64 e) {
  const vf64 s = f / (f + 2.0), z = s * s, half_square = f * f * 0.5;
  vf64 p = splat_f64(0.14797515802511715);
  p = fma_f64(p, z, splat_f64(0.15313902368984286));
  p = fma_f64(p, z, splat_f64(0.18183569777529277));
  p = fma_f64(p, z, splat_f64(0.22222198475173563));
  p = fma_f64(p, z, splat_f64(0.28571428743271776));
  p = fma_f64(p, z, splat_f64(0.39999999999411046));
  p = fma_f64(p, z, splat_f64(0.6666666666666735));
  const vf64 low = fma_f64(s, fma_f64(z, p, half_square), e * 1.90821492927058770002e-10);
  return fma_f64(e, splat_f64(6.93147180369123816490e-01), f - (half_square - low));
}

// What a logarithm gives outside the positive finite numbers: -inf at 0, NaN below, inf and NaN themselves.
MK_INLINE vf64 log_special_f64(vf64 x, vf64 result) {
  const vf64 special = select_f64(x == 0.0, splat_f64(-INFINITY), select_f64(x < 0.0, splat_f64(NAN), x));
  return select_f64((x > 0.0) & (x < INFINITY), result, special);
}

MK_INLINE vf64 log_f64(vf64 x) {
  const vi64 small = x < DBL_MIN;  // denormals (and what log_special_f64 replaces)
  vf64 e;
  const vf64 m = split_f64(select_f64(small, x * 0x1p54, x), &e);
  e -= select_f64(small, splat_f64(54.0), splat_f64(0.0));
  return log_special_f64(x, log_sum_f64(m - 1.0, e));
}

// log of u = 1 + x rounded, with what the rounding lost added to the reduced argument.
MK_INLINE vf64 log1p_f64(vf64 x) {
  const vf64 u = x + 1.0;
  vf64 e;
  const vf64 m = split_f64(u, &e);
  const vf64 lost = select_f64(x > 1.0, 1.0 - (u - x), x - (u - 1.0));
  // lost·2^-e: m/u is that power, exactly
  const vf64 f = fma_f64(lost, m / u, m - 1.0);
  const vf64 result = log_special_f64(u, log_sum_f64(f, e));
  return select_f64((x == 0.0) | (x == INFINITY), x, result);
}

// Near 0 an odd polynomial, x + x³·P(x²); from 0.55 on 1 - 2/(e^2|x| + 1).
MK_INLINE vf64 tanh_f64(vf64 x) {
  const vf64 a = absolute_f64(x), z = x * x;
  vf64 p = splat_f64(7.263608130361235e-06);  // relative error 2^-65
  p = fma_f64(p, z, splat_f64(-3.2640651287672935e-05));
  p = fma_f64(p, z, splat_f64(9.37179820140593e-05));
  p = fma_f64(p, z, splat_f64(-0.00023810474098984744));
  p = fma_f64(p, z, splat_f64(0.0005898027204490333));
  p = fma_f64(p, z, splat_f64(-0.0014558003202504637));
  p = fma_f64(p, z, splat_f64(0.003592124494417585));
  p = fma_f64(p, z, splat_f64(-0.008863235283491777));
  p = fma_f64(p, z, splat_f64(0.021869488525217928));
  p = fma_f64(p, z, splat_f64(-0.05396825396796906));
  p = fma_f64(p, z, splat_f64(0.1333333333333296));
  p = fma_f64(p, z, splat_f64(-0.3333333333333333));
  const vf64 near = fma_f64(a * z, p, a);
  vi64 n;
  const vf64 r = reduce_exp_f64(select_f64(a > 22.0, splat_f64(22.0), a) * 2.0, &n);
  const vf64 power = (fma_f64(r * r, exp_polynomial_f64(r), r) + 1.0) * power_of_two_f64(n);
  const vf64 far = 1.0 - 2.0 / (power + 1.0);
  return copysign_f64(select_f64(a < 0.55, near, far), x);
}

// 1/(1 + e^-x), from e^-|x| so that the lower tail keeps its digits.
MK_INLINE vf64 sigmoid_f64(vf64 x) {
  const vf64 t = exp_f64(-absolute_f64(x));
  return select_f64(x < 0.0, t, splat_f64(1.0)) / (t + 1.0);
}

// Near 0 an odd polynomial; from 1 on 1 - e^-a²·Q(t), t = 1/(1 + a/2).
MK_INLINE vf64 erf_f64(vf64 x) {
  vf64 a = absolute_f64(x);
  a = select_f64(a > 6.0, splat_f64(6.0), a);
  const vf64 z = a * a, t = 2.0 / (2.0 + a);
  vf64 p = splat_f64(-7.801141489770377e-10);  // erf(x)/x - 1; relative error 2^-57
  p = fma_f64(p, z, splat_f64(1.3722949051073762e-08));
  p = fma_f64(p, z, splat_f64(-1.6209169144983724e-07));
  p = fma_f64(p, z, splat_f64(1.644751672440562e-06));
  p = fma_f64(p, z, splat_f64(-1.4924744579653374e-05));
  p = fma_f64(p, z, splat_f64(0.0001205529531575977));
  p = fma_f64(p, z, splat_f64(-0.0008548325989524047));
  p = fma_f64(p, z, splat_f64(0.005223977607419522));
  p = fma_f64(p, z, splat_f64(-0.02686617064327569));
  p = fma_f64(p, z, splat_f64(0.1128379167094525));
  p = fma_f64(p, z, splat_f64(-0.3761263890318355));
  p = fma_f64(p, z, splat_f64(0.12837916709551256));
  const vf64 near = fma_f64(a, p, a);
  vf64 q = splat_f64(0.03577243983190121);  // what it costs erf is 2^-66
  q = fma_f64(q, t, splat_f64(-0.25788520252250474));
  q = fma_f64(q, t, splat_f64(0.8057693012569731));
  q = fma_f64(q, t, splat_f64(-1.3772128940499748));
  q = fma_f64(q, t, splat_f64(1.28905433858147));
  q = fma_f64(q, t, splat_f64(-0.47028899710436395));
  q = fma_f64(q, t, splat_f64(-0.20457211749112847));
  q = fma_f64(q, t, splat_f64(0.2583916024810754));
  q = fma_f64(q, t, splat_f64(-0.21952379719692475));
  q = fma_f64(q, t, splat_f64(0.17498422050421228));
  q = fma_f64(q, t, splat_f64(0.1498333036807828));
  q = fma_f64(q, t, splat_f64(0.25214271437951313));
  q = fma_f64(q, t, splat_f64(0.2813855364111906));
  q = fma_f64(q, t, splat_f64(0.28215186808822457));
  q = fma_f64(q, t, splat_f64(-2.1007005175152782e-06));
  const vf64 far = 1.0 - exp_f64(-z) * q;
  return copysign_f64(select_f64(a < 1.0, near, far), x);
}
