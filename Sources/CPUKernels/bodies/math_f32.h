// float32 exponentials and logarithms. See math.h.

// The sign bit of each lane.
MK_INLINE vi32 sign_bits_f32(vf32 x) { return (vi32)x & (vi32)(INT32_MIN); }
MK_INLINE vf32 absolute_f32(vf32 x) { return (vf32)((vi32)x & (vi32)(INT32_MAX)); }
MK_INLINE vf32 copysign_f32(vf32 magnitude, vf32 sign) { return (vf32)((vi32)absolute_f32(magnitude) | sign_bits_f32(sign)); }

// x = n·ln 2 + r with |r| ≤ ln 2 / 2. Adding 1.5·2^23 rounds to an integer and leaves it in the low bits.
MK_INLINE vf32 reduce_exp_f32(vf32 x, vi32 *n) {
  const float shift = 0x1.8p23f;
  const vf32 shifted = fma_f32(x, splat_f32(1.44269504f), splat_f32(shift));
  const vf32 rounded = shifted - shift;
  *n = (vi32)shifted - (vi32)splat_f32(shift);
  // the first part of ln 2 has 9 bits, so its product with n is exact with or without a fused multiply
  const vf32 r = fma_f32(rounded, splat_f32(-0.693359375f), x);
  return fma_f32(rounded, splat_f32(2.12194440e-4f), r);
}

// 2^n for -126 ≤ n ≤ 127.
MK_INLINE vf32 power_of_two_f32(vi32 n) { return (vf32)((vu32)(n + 127) << 23); }

// x·2^n for -250 ≤ n ≤ 250, rounded once: in two steps, so that 2^128 and the denormals come right.
MK_INLINE vf32 scale_f32(vf32 x, vi32 n) {
  const vi32 half = n >> 1;
  return x * power_of_two_f32(half) * power_of_two_f32(n - half);
}

// e^r for |r| ≤ ln 2 / 2; relative error of the polynomial 2^-28.3.
MK_INLINE vf32 exp_reduced_f32(vf32 r) {
  vf32 q = splat_f32(0.0013814454432576895f);  // (e^r - 1 - r)/r²
  q = fma_f32(q, r, splat_f32(0.00836878176778555f));
  q = fma_f32(q, r, splat_f32(0.04166839271783829f));
  q = fma_f32(q, r, splat_f32(0.1666651964187622f));
  q = fma_f32(q, r, splat_f32(0.4999999403953552f));
  return fma_f32(r * r, q, r) + 1.0f;
}

MK_INLINE vf32 exp_f32(vf32 x) {
  x = select_f32(x > 89.0f, splat_f32(89.0f), x);  // NaN fails the comparisons and stays
  x = select_f32(x < -104.0f, splat_f32(-104.0f), x);
  vi32 n;
  const vf32 r = reduce_exp_f32(x, &n);
  return scale_f32(exp_reduced_f32(r), n);
}

// e^x where -87 ≤ x ≤ 88: nothing to clamp, one scaling.
MK_INLINE vf32 exp_bounded_f32(vf32 x) {
  vi32 n;
  const vf32 r = reduce_exp_f32(x, &n);
  return exp_reduced_f32(r) * power_of_two_f32(n);
}

// e^x where x ≤ 0: 2^n through 2^(n + 64), which is always a normal number.
MK_INLINE vf32 exp_negative_f32(vf32 x) {
  x = select_f32(x < -104.0f, splat_f32(-104.0f), x);
  vi32 n;
  const vf32 r = reduce_exp_f32(x, &n);
  return exp_reduced_f32(r) * power_of_two_f32(n + 64) * 0x1p-64f;
}

// e^x - 1 = 2^n·(e^r - 1) + (2^n - 1).
MK_INLINE vf32 expm1_f32(vf32 x) {
  vf32 c = select_f32(x > 89.0f, splat_f32(89.0f), x);
  c = select_f32(c < -20.0f, splat_f32(-20.0f), c);
  vi32 n;
  const vf32 r = reduce_exp_f32(c, &n);
  vf32 q = splat_f32(0.00019846245413646102f);  // (e^r - 1 - r)/r²; relative error of the e^r - 1 made from it 2^-31.9
  q = fma_f32(q, r, splat_f32(0.001394073013216257f));
  q = fma_f32(q, r, splat_f32(0.008333388715982437f));
  q = fma_f32(q, r, splat_f32(0.04166635870933533f));
  q = fma_f32(q, r, splat_f32(0.1666666567325592f));
  q = fma_f32(q, r, splat_f32(0.5f));
  const vf32 y = fma_f32(r * r, q, r);
  // one power less than wanted and a doubling at the end: 2^128 is no number
  const vf32 half = power_of_two_f32(n - 1);
  const vf32 result = fma_f32(half, y, half - 0.5f) * 2.0f;
  return select_f32(x == 0.0f, x, result);
}

// x = m·2^e with √½ ≤ m < √2, for positive normal x; e as a float32.
MK_INLINE vf32 split_f32(vf32 x, vf32 *e) {
  const int32_t root_half = 0x3f3504f3;
  const vi32 bits = (vi32)x - root_half;
  *e = __builtin_convertvector(bits >> 23, vf32);
  return (vf32)((bits & 0x007fffff) + root_half);
}

// log(1 + f) + e·ln 2 for √½ - 1 ≤ f < √2 - 1; log(1 + f) = f - f²/2 + f³·q(f).
MK_INLINE vf32 log_sum_f32(vf32 f, vf32 e) {
  const vf32 z = f * f;
  vf32 q = splat_f32(-0.07634107768535614f);  // relative error 2^-27.3
  q = fma_f32(q, f, splat_f32(0.12761420011520386f));
  q = fma_f32(q, f, splat_f32(-0.13160255551338196f));
  q = fma_f32(q, f, splat_f32(0.14201784133911133f));
  q = fma_f32(q, f, splat_f32(-0.16623352468013763f));
  q = fma_f32(q, f, splat_f32(0.20001225173473358f));
  q = fma_f32(q, f, splat_f32(-0.250008225440979f));
  q = fma_f32(q, f, splat_f32(0.3333333134651184f));
  vf32 y = fma_f32(q, f * z, e * -2.12194440e-4f);
  y = fma_f32(z, splat_f32(-0.5f), y);
  return fma_f32(e, splat_f32(0.693359375f), f + y);
}

// What a logarithm gives outside the positive finite numbers: -inf at 0, NaN below, inf and NaN themselves.
MK_INLINE vf32 log_special_f32(vf32 x, vf32 result) {
  const vf32 special = select_f32(x == 0.0f, splat_f32(-INFINITY), select_f32(x < 0.0f, splat_f32(NAN), x));
  return select_f32((x > 0.0f) & (x < INFINITY), result, special);
}

MK_INLINE vf32 log_f32(vf32 x) {
  const vi32 small = x < FLT_MIN;  // denormals (and what log_special_f32 replaces)
  vf32 e;
  const vf32 m = split_f32(select_f32(small, x * 0x1p24f, x), &e);
  e -= select_f32(small, splat_f32(24.0f), splat_f32(0.0f));
  return log_special_f32(x, log_sum_f32(m - 1.0f, e));
}

// log of u = 1 + x rounded, with what the rounding lost added to the reduced argument.
MK_INLINE vf32 log1p_f32(vf32 x) {
  const vf32 u = x + 1.0f;
  vf32 e;
  const vf32 m = split_f32(u, &e);
  const vf32 lost = select_f32(x > 1.0f, 1.0f - (u - x), x - (u - 1.0f));
  // lost·2^-e: m/u is that power, exactly
  const vf32 f = fma_f32(lost, m / u, m - 1.0f);
  const vf32 result = log_special_f32(u, log_sum_f32(f, e));
  return select_f32((x == 0.0f) | (x == INFINITY), x, result);
}

// Near 0 an odd polynomial, x + x³·P(x²); from 0.55 on 1 - 2/(e^2|x| + 1).
MK_INLINE vf32 tanh_f32(vf32 x) {
  const vf32 a = absolute_f32(x), z = x * x;
  vf32 p = splat_f32(-0.006207390688359737f);  // relative error 2^-29.6
  p = fma_f32(p, z, splat_f32(0.021027186885476112f));
  p = fma_f32(p, z, splat_f32(-0.053842268884181976f));
  p = fma_f32(p, z, splat_f32(0.1333249807357788f));
  p = fma_f32(p, z, splat_f32(-0.33333316445350647f));
  const vf32 near = fma_f32(a * z, p, a);
  const vf32 power = exp_bounded_f32(select_f32(a > 10.0f, splat_f32(10.0f), a) * 2.0f);
  const vf32 far = 1.0f - 2.0f / (power + 1.0f);
  return copysign_f32(select_f32(a < 0.55f, near, far), x);
}

// 1/(1 + e^-x), from e^-|x| so that the lower tail keeps its digits.
MK_INLINE vf32 sigmoid_f32(vf32 x) {
  const vf32 t = exp_negative_f32(-absolute_f32(x));
  return select_f32(x < 0.0f, t, splat_f32(1.0f)) / (t + 1.0f);
}

// Near 0 an odd polynomial; from 0.9 on 1 - e^P(|x|), P an approximation of log(erfc).
MK_INLINE vf32 erf_f32(vf32 x) {
  vf32 a = absolute_f32(x);
  a = select_f32(a > 3.95f, splat_f32(3.95f), a);
  const vf32 z = a * a;
  vf32 p = splat_f32(8.215409616241232e-05f);  // erf(x)/x - 1; relative error 2^-30.6
  p = fma_f32(p, z, splat_f32(-0.0008105961023829877f));
  p = fma_f32(p, z, splat_f32(0.00519779697060585f));
  p = fma_f32(p, z, splat_f32(-0.026858104392886162f));
  p = fma_f32(p, z, splat_f32(0.11283672600984573f));
  p = fma_f32(p, z, splat_f32(-0.37612631916999817f));
  p = fma_f32(p, z, splat_f32(0.12837916612625122f));
  const vf32 near = fma_f32(a, p, a);
  vf32 l = splat_f32(-2.0829091226914898e-05f);  // log(erfc(a)); what it costs erf is 2^-34
  l = fma_f32(l, a, splat_f32(0.0004313986864872277f));
  l = fma_f32(l, a, splat_f32(-0.004156278446316719f));
  l = fma_f32(l, a, splat_f32(0.025080673396587372f));
  l = fma_f32(l, a, splat_f32(-0.10822046548128128f));
  l = fma_f32(l, a, splat_f32(-0.6334007978439331f));
  l = fma_f32(l, a, splat_f32(-1.129488468170166f));
  l = fma_f32(l, a, splat_f32(0.00016921144560910761f));
  const vf32 far = 1.0f - exp_bounded_f32(select_f32(a < 0.9f, splat_f32(-1.0f), l));
  return copysign_f32(select_f32(a < 0.9f, near, far), x);
}
