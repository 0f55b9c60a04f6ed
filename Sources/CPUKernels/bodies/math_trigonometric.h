// Trigonometric functions and their inverses. See math.h.

// quarter 0 for the sine, 1 for the cosine. x = n·π/2 + r in three fused steps, of which the first is exact; good while n has
// few bits. Larger arguments, and ISAs without a fused multiply-add, go through libm in float64.
MK_INLINE vf32 sine_f32(vf32 x, int32_t quarter) {
#if MK_HAS_FMA
  const vi32 large = ~(absolute_f32(x) <= 30000.0f);
  const vf32 bounded = select_f32(large, splat_f32(0.0f), x);
  const float shift = 0x1.8p23f;
  const vf32 shifted = fma_f32(bounded, splat_f32(0.636619772f), splat_f32(shift)), n = shifted - shift;
  const vi32 turn = (vi32)shifted + quarter;  // the low two bits count quarter turns
  vf32 r = fma_f32(n, splat_f32(-1.5707963705062866f), bounded);
  r = fma_f32(n, splat_f32(4.371138828673793e-08f), r);
  r = fma_f32(n, splat_f32(1.7151245100058819e-15f), r);
  const vf32 z = r * r;
  vf32 s = splat_f32(2.7182366011402337e-06f);  // (sin r - r)/r³; relative error 2^-37
  s = fma_f32(s, z, splat_f32(-0.00019839327433146536f));
  s = fma_f32(s, z, splat_f32(0.008333329111337662f));
  s = fma_f32(s, z, splat_f32(-0.1666666716337204f));
  s = fma_f32(s * z, r, r);
  vf32 c = splat_f32(2.4437718820990995e-05f);  // (cos r - 1 + r²/2)/r⁴; relative error 2^-33
  c = fma_f32(c, z, splat_f32(-0.001388736185617745f));
  c = fma_f32(c, z, splat_f32(0.04166664555668831f));
  c = fma_f32(c * z, z, fma_f32(z, splat_f32(-0.5f), splat_f32(1.0f)));
  vf32 result = select_f32((turn << 31) < 0, c, s);
  result = (vf32)((vi32)result ^ ((turn << 30) & (vi32)(INT32_MIN)));
  if (quarter == 0) result = select_f32(x == 0.0f, x, result);
  if (__builtin_expect(any_i32(large), 0))
    for (int lane = 0; lane < MK_F32; lane++)
      if (large[lane]) result[lane] = (float)(quarter ? cos((double)x[lane]) : sin((double)x[lane]));
  return result;
#else
  for (int lane = 0; lane < MK_F32; lane++) x[lane] = (float)(quarter ? cos((double)x[lane]) : sin((double)x[lane]));
  return x;
#endif
}
MK_INLINE vf32 sin_f32(vf32 x) { return sine_f32(x, 0); }
MK_INLINE vf32 cos_f32(vf32 x) { return sine_f32(x, 1); }

// ---- float64 ------------------------------------------------------------------------------------------------------
// The sine (in *s) and cosine (in *c) of x reduced to |r| ≤ π/4, and the number of quarter turns taken off, for |x| ≤ 10^6.
#if MK_HAS_FMA
#define MK_LARGEST_ANGLE 1e6
MK_INLINE vi64 quarter_turns_f64(vf64 x, vf64 *s, vf64 *c) {
  const double shift = 0x1.8p52;
  const vf64 shifted = fma_f64(x, splat_f64(0.63661977236758134308), splat_f64(shift)), n = shifted - shift;
  vf64 r = fma_f64(n, splat_f64(-1.5707963267948966), x);
  r = fma_f64(n, splat_f64(-6.123233995736766e-17), r);
  r = fma_f64(n, splat_f64(1.4973849048591833e-33), r);
  const vf64 z = r * r;
  vf64 p = splat_f64(1.5896499482710587e-10);  // (sin r - r)/r³; relative error 2^-58
  p = fma_f64(p, z, splat_f64(-2.505075315957215e-08));
  p = fma_f64(p, z, splat_f64(2.7557313661296212e-06));
  p = fma_f64(p, z, splat_f64(-0.0001984126982972264));
  p = fma_f64(p, z, splat_f64(0.00833333333332231));
  p = fma_f64(p, z, splat_f64(-0.16666666666666632));
  *s = fma_f64(p * z, r, r);
  vf64 q = splat_f64(-1.1359441060965443e-11);  // (cos r - 1 + r²/2)/r⁴; relative error 2^-64
  q = fma_f64(q, z, splat_f64(2.087571939968638e-09));
  q = fma_f64(q, z, splat_f64(-2.755731432475295e-07));
  q = fma_f64(q, z, splat_f64(2.4801587289390027e-05));
  q = fma_f64(q, z, splat_f64(-0.0013888888888873982));
  q = fma_f64(q, z, splat_f64(0.0416666666666666));
  // 1 - r²/2 rounds; what it loses is added again
  const vf64 half = z * 0.5, w = 1.0 - half;
  *c = w + fma_f64(q * z, z, (1.0 - w) - half);
  return (vi64)shifted;
}

MK_INLINE vf64 sine_f64(vf64 x, int64_t quarter) {
  const vi64 large = ~(absolute_f64(x) <= MK_LARGEST_ANGLE);
  vf64 s, c;
  const vi64 turn = quarter_turns_f64(select_f64(large, splat_f64(0.0), x), &s, &c) + quarter;
  vf64 result = select_f64((turn << 63) < 0, c, s);
  result = (vf64)((vi64)result ^ ((turn << 62) & (vi64)(INT64_MIN)));
  if (quarter == 0) result = select_f64(x == 0.0, x, result);
  if (__builtin_expect(any_i64(large), 0))
    for (int lane = 0; lane < MK_F64; lane++)
      if (large[lane]) result[lane] = quarter ? cos(x[lane]) : sin(x[lane]);
  return result;
}
MK_INLINE vf64 sin_f64(vf64 x) { return sine_f64(x, 0); }
MK_INLINE vf64 cos_f64(vf64 x) { return sine_f64(x, 1); }

// The tangent: two divisions' worth of rounding.
MK_INLINE vf64 tan_narrow(vf64 x) {
  const vi64 large = ~(absolute_f64(x) <= MK_LARGEST_ANGLE);
  vf64 s, c;
  const vi64 odd = (quarter_turns_f64(select_f64(large, splat_f64(0.0), x), &s, &c) << 63) < 0;
  vf64 result = select_f64(odd, -c, s) / select_f64(odd, s, c);
  result = select_f64(x == 0.0, x, result);
  if (__builtin_expect(any_i64(large), 0))
    for (int lane = 0; lane < MK_F64; lane++)
      if (large[lane]) result[lane] = tan(x[lane]);
  return result;
}
MK_THROUGH_F64(tan, tan_narrow(x))
MK_INLINE vf64 tan_f64(vf64 x) { return tan_narrow(x); }
#else
MK_LANES_F64(sin, sin)
MK_LANES_F64(cos, cos)
MK_LANES_F32(tan, tan)
MK_LANES_F64(tan, tan)
#endif

// ---- Inverses of float32, computed in float64 ---------------------------------------------------------------------
// The arctangent to float32's accuracy (2^-31): of 1/|x| where |x| > 1.
MK_INLINE vf64 atan_narrow(vf64 x) {
  const vf64 a = absolute_f64(x);
  const vi64 beyond = a > 1.0;
  const vf64 u = select_f64(beyond, 1.0 / a, a), z = u * u;
  vf64 p = splat_f64(0.001113514348722262);  // (atan u - u)/u³
  p = fma_f64(p, z, splat_f64(-0.007316586835688271));
  p = fma_f64(p, z, splat_f64(0.022536962809798368));
  p = fma_f64(p, z, splat_f64(-0.04468653491894806));
  p = fma_f64(p, z, splat_f64(0.06741355917417904));
  p = fma_f64(p, z, splat_f64(-0.0881098587962312));
  p = fma_f64(p, z, splat_f64(0.11058195703788362));
  p = fma_f64(p, z, splat_f64(-0.14279828825714533));
  p = fma_f64(p, z, splat_f64(0.199996708060816));
  p = fma_f64(p, z, splat_f64(-0.3333332689115275));
  const vf64 angle = fma_f64(p * z, u, u);
  return copysign_f64(select_f64(beyond, 1.5707963267948966 - angle, angle), x);
}
MK_THROUGH_F64(atan, atan_narrow(x))
MK_THROUGH_F64(asin, atan_narrow(x / __builtin_elementwise_sqrt((1.0 - x) * (1.0 + x))))
MK_THROUGH_F64(acos, 2.0 * atan_narrow(__builtin_elementwise_sqrt((1.0 - x) / (1.0 + x))))

MK_INLINE vf64 atan2_narrow(vf64 y, vf64 x) {
  const vf64 up = absolute_f64(y), across = absolute_f64(x);
  vf64 slope = select_f64((up == 0.0) & (across == 0.0), up, up / across);
  slope = select_f64((up == INFINITY) & (across == INFINITY), splat_f64(1.0), slope);
  vf64 angle = atan_narrow(slope);
  angle = select_f64((vi64)x < 0, 3.141592653589793 - angle, angle);
  return copysign_f64(select_f64((x != x) | (y != y), splat_f64(NAN), angle), y);
}
MK_INLINE vf32 atan2_f32(vf32 y, vf32 x) {
  vf32 result;
  result.lo = __builtin_convertvector(
      atan2_narrow(__builtin_convertvector(y.lo, vf64), __builtin_convertvector(x.lo, vf64)), half_of_vf32);
  result.hi = __builtin_convertvector(
      atan2_narrow(__builtin_convertvector(y.hi, vf64), __builtin_convertvector(x.hi, vf64)), half_of_vf32);
  return result;
}
