// The rarer elementary functions in float64, and what is made of bits. See math.h.

// c[0] + c[1]·x + … + c[count - 1]·x^(count - 1)
MK_INLINE vf64 polynomial_f64(vf64 x, const double *c, int32_t count) {
  vf64 y = splat_f64(c[count - 1]);
#pragma clang loop unroll(full)
  for (int32_t i = count - 2; i >= 0; i--) y = fma_f64(y, x, splat_f64(c[i]));
  return y;
}
#define MK_POLYNOMIAL(x, c) polynomial_f64(x, c, (int32_t)(sizeof(c) / sizeof(c[0])))

// ---- Powers of two and logarithms ----------------------------------------------------------------------------------
MK_INLINE vf64 exp2_f64(vf64 x) {
  const double shift = 0x1.8p52;
  x = select_f64(x > 1025.0, splat_f64(1025.0), x);  // NaN fails the comparisons and stays
  x = select_f64(x < -1080.0, splat_f64(-1080.0), x);
  const vf64 shifted = x + shift, r = (x - (shifted - shift)) * 0.693147180559945309417;
  const vf64 y = fma_f64(r * r, exp_polynomial_f64(r), r) + 1.0;
  return scale_f64(y, (vi64)shifted - (vi64)splat_f64(shift));
}
MK_INLINE vf32 exp2_f32(vf32 x) {
  const float shift = 0x1.8p23f;
  x = select_f32(x > 129.0f, splat_f32(129.0f), x);
  x = select_f32(x < -152.0f, splat_f32(-152.0f), x);
  const vf32 shifted = x + shift, r = (x - (shifted - shift)) * 0.693147181f;
  return scale_f32(exp_reduced_f32(r), (vi32)shifted - (vi32)splat_f32(shift));
}

// x = m·2^e, and log(m)
MK_INLINE vf64 log_parts_f64(vf64 x, vf64 *e) {
  const vi64 small = x < DBL_MIN;
  const vf64 m = split_f64(select_f64(small, x * 0x1p54, x), e);
  *e -= select_f64(small, splat_f64(54.0), splat_f64(0.0));
  return log_sum_f64(m - 1.0, splat_f64(0.0));
}
// Powers of two come out exactly.
MK_INLINE vf64 log2_f64(vf64 x) {
  vf64 e;
  const vf64 l = log_parts_f64(x, &e);
  return log_special_f64(x, fma_f64(l, splat_f64(1.44269504088896340736), e));
}
MK_INLINE vf64 log10_f64(vf64 x) {
  vf64 e;
  const vf64 l = log_parts_f64(x, &e);
  // the first part of log10(2) has 40 bits: its product with e is exact
  const vf64 low = fma_f64(l, splat_f64(0.434294481903251827651), e * 3.694239077158931e-13);
  return log_special_f64(x, fma_f64(e, splat_f64(0.30102999566361177), low));
}

// ---- Hyperbolic functions and their inverses -------------------------------------------------------------------------
// Beyond 709 e^x is no number where its half is: by way of e^(x/2).
MK_INLINE vf64 sinh_f64(vf64 x) {
  const vf64 a = absolute_f64(x), t = expm1_f64(a), half = exp_f64(a * 0.5);
  return copysign_f64(select_f64(a > 709.0, 0.5 * half * half, 0.5 * (t + t / (t + 1.0))), x);
}
MK_INLINE vf64 cosh_f64(vf64 x) {
  const vf64 a = absolute_f64(x), t = exp_f64(a), half = exp_f64(a * 0.5);
  return select_f64(a > 709.0, 0.5 * half * half, 0.5 * t + 0.5 / t);
}
MK_INLINE vf64 atanh_f64(vf64 x) {
  const vf64 a = absolute_f64(x);
  return copysign_f64(0.5 * log1p_f64(2.0 * a / (1.0 - a)), x);
}
MK_INLINE vf64 asinh_f64(vf64 x) {
  const vf64 a = absolute_f64(x);
  const vi64 large = a > 1e8;
  const vf64 y = asinh_narrow(select_f64(large, splat_f64(1.0), a));
  return copysign_f64(select_f64(large, log_f64(a) + 0.693147180559945309417, y), x);
}
MK_INLINE vf64 acosh_f64(vf64 x) {
  const vi64 large = x > 1e8;
  return select_f64(large, log_f64(x) + 0.693147180559945309417, acosh_narrow(select_f64(large, splat_f64(1.0), x)));
}

// ---- Inverse trigonometric functions ---------------------------------------------------------------------------------
// (atan u - u)/u³ in u² for u ≤ tan(π/8). Relative error 2^-52.
static const double atan_series[] = {
    -0.3333333333333333, 0.19999999999999804, -0.14285714285659806, 0.11111111105153429, -0.09090908753400499,
    0.07692296372129964, -0.06666424833613552, 0.05878928398517232, -0.052304498567092406, 0.04551573086664191,
    -0.034570044186095536, 0.016285183029865667,
};

// From |x| > 1 by 1/|x|, from above tan(π/8) by (u - 1)/(u + 1), which takes off π/4.
MK_INLINE vf64 atan_f64(vf64 x) {
  const vf64 a = absolute_f64(x);
  const vi64 beyond = a > 1.0;
  vf64 u = select_f64(beyond, 1.0 / a, a);
  const vi64 upper = u > 0.41421356237309503;
  u = select_f64(upper, (u - 1.0) / (u + 1.0), u);
  const vf64 z = u * u, series = MK_POLYNOMIAL(z, atan_series) * z * u;
  vf64 angle = select_f64(upper, 0.78539816339744830962 + (3.061616997868383e-17 + series + u), u + series);
  angle = select_f64(beyond, 1.57079632679489661923 - (angle - 6.123233995736766e-17), angle);
  return copysign_f64(angle, x);
}
MK_INLINE vf64 asin_f64(vf64 x) { return atan_f64(x / __builtin_elementwise_sqrt((1.0 - x) * (1.0 + x))); }
MK_INLINE vf64 acos_f64(vf64 x) { return 2.0 * atan_f64(__builtin_elementwise_sqrt((1.0 - x) / (1.0 + x))); }
MK_INLINE vf64 atan2_f64(vf64 y, vf64 x) {
  const vf64 up = absolute_f64(y), across = absolute_f64(x);
  vf64 slope = select_f64((up == 0.0) & (across == 0.0), up, up / across);
  slope = select_f64((up == INFINITY) & (across == INFINITY), splat_f64(1.0), slope);
  vf64 angle = atan_f64(slope);
  angle = select_f64((vi64)x < 0, 3.14159265358979323846 - (angle - 1.2246467991473532e-16), angle);
  return copysign_f64(select_f64((x != x) | (y != y), splat_f64(NAN), angle), y);
}

// ---- Two operands ------------------------------------------------------------------------------------------------------
// √(x² + y²) without overflow: the larger times √(1 + ratio²). An infinity wins over NaN.
MK_INLINE vf64 hypot_f64(vf64 x, vf64 y) {
  const vf64 a = absolute_f64(x), b = absolute_f64(y);
  const vi64 first = a > b;
  const vf64 large = select_f64(first, a, b), ratio = select_f64(first, b, a) / large;
  vf64 result = large * __builtin_elementwise_sqrt(fma_f64(ratio, ratio, splat_f64(1.0)));
  result = select_f64((a == 0.0) & (b == 0.0), splat_f64(0.0), result);
  result = select_f64((a != a) | (b != b), splat_f64(NAN), result);
  return select_f64((a == INFINITY) | (b == INFINITY), splat_f64(INFINITY), result);
}
// The squares of float32 are exact in float64, and none overflows.
MK_INLINE vf32 hypot_f32(vf32 x, vf32 y) {
  vf32 result;
  vf64 a = __builtin_convertvector(x.lo, vf64), b = __builtin_convertvector(y.lo, vf64);
  result.lo = __builtin_convertvector(__builtin_elementwise_sqrt(a * a + b * b), half_of_vf32);
  a = __builtin_convertvector(x.hi, vf64), b = __builtin_convertvector(y.hi, vf64);
  result.hi = __builtin_convertvector(__builtin_elementwise_sqrt(a * a + b * b), half_of_vf32);
  return select_f32((absolute_f32(x) == INFINITY) | (absolute_f32(y) == INFINITY), splat_f32(INFINITY), result);
}

// The neighbour: one more or one less as an integer, away from 0 or towards it.
#define MK_NEXTAFTER(width)                                                                                           \
  MK_INLINE vf##width nextafter_f##width(vf##width x, vf##width y) {                                                  \
    const vi##width away = (x < y) == (x > 0);                                                                        \
    vf##width result = (vf##width)((vi##width)x + ((away & 2) - 1));                                                  \
    result = select_f##width(x == 0, copysign_f##width((vf##width)(vi##width)(1), y), result);                         \
    result = select_f##width(x == y, y, result);                                                                      \
    return select_f##width((x != x) | (y != y), x + y, result);                                                       \
  }
MK_NEXTAFTER(32)
MK_NEXTAFTER(64)

#if MK_HAS_FMA
// (log((1 + s)/(1 - s))/2 - s - s³/3)/s⁵ in s², for the s of √½ ≤ m < √2. Relative error 2^-52.
static const double power_series[] = {
    0.2, 0.14285714285714685, 0.11111111110827367, 0.0909090916782708, 0.07692297467298959, 0.06667403106050301,
    0.05853097844940682, 0.058618018114527055,
};

// x^y = e^(y·log|x|), the logarithm in two parts of together about 65 bits: with s = f/(2 + f), log(1 + f) = 2(s + s³·Q(s²)),
// of which all but the tail of Q is carried in two parts. What is not a plain number goes through libm.
MK_INLINE vf64 pow_f64(vf64 x, vf64 y) {
  const vf64 a = absolute_f64(x);
  const vi64 hard = ~((a >= DBL_MIN) & (a < INFINITY) & (absolute_f64(y) < 0x1p52));
  vf64 e;
  const vf64 m = split_f64(select_f64(hard, splat_f64(1.0), a), &e);
  const vf64 f = m - 1.0, t = f + 2.0, t_low = f - (t - 2.0);
  const vf64 s = f / t, s_low = (fma_f64(-s, t, f) - s * t_low) / t;
  const vf64 z = s * s, z_low = fma_f64(s, s, -z) + 2.0 * s * s_low;
  const vf64 cube = s * z, cube_low = fma_f64(s, z, -cube) + s * z_low + s_low * z;
  const vf64 tail = z * MK_POLYNOMIAL(z, power_series);
  const vf64 q = 0.33333333333333331483 + tail, q_low = (0.33333333333333331483 - q) + tail + 1.850371707708594e-17;
  const vf64 term = cube * q, term_low = fma_f64(cube, q, -term) + cube * q_low + cube_low * q;
  // e·ln 2 + 2(s + term); the first part of ln 2 has 32 bits
  const vf64 whole = e * 6.93147180369123816490e-01, sum = s + term, sum_low = (s - sum) + term + (s_low + term_low);
  const vf64 log_high = fma_f64(sum, splat_f64(2.0), whole);
  const vi64 big = absolute_f64(whole) > absolute_f64(sum);
  const vf64 larger = select_f64(big, whole, 2.0 * sum), smaller = select_f64(big, 2.0 * sum, whole);
  const vf64 rest = (larger - log_high) + smaller + 2.0 * sum_low + e * 1.90821492927058770002e-10;
  const vf64 logarithm = log_high + rest, log_low = rest - (logarithm - log_high);
  const vf64 power = y * logarithm, power_low = fma_f64(y, logarithm, -power) + y * log_low;
  vf64 result = exp_f64(power);
  result = select_f64(result < INFINITY, fma_f64(result, power_low, result), result);
  // below 2^52 an odd integer shows in its lowest bit after the shift
  const vf64 magnitude = absolute_f64(y), rounded = (magnitude + 0x1p52) - 0x1p52;
  const vi64 fractional = rounded != magnitude, odd = ((vi64)(magnitude + 0x1p52) << 63) < 0;
  result = (vf64)((vi64)result | (sign_bits_f64(x) & odd & ~fractional));
  result = select_f64((x < 0.0) & fractional, splat_f64(NAN), result);
  if (__builtin_expect(any_i64(hard), 0))
    for (int lane = 0; lane < MK_F64; lane++)
      if (hard[lane]) result[lane] = pow(x[lane], y[lane]);
  return result;
}
#else
MK_LANES2_F64(pow, pow)
#endif
