// The rarer functions: float32 functions computed in float64 vectors and rounded once, and lane-by-lane
// ones through libm, remainders. See math.h.

// float32 functions whose float64 formula is short: both halves in float64, rounded once, so right to about half a unit.
typedef float half_of_vf32 __attribute__((ext_vector_type(MK_F64)));
#define MK_THROUGH_F64(name, formula)                                        \
  MK_INLINE vf32 name##_f32(vf32 value) {                                    \
    vf32 result;                                                             \
    vf64 x = __builtin_convertvector(value.lo, vf64);                        \
    result.lo = __builtin_convertvector((formula), half_of_vf32);            \
    x = __builtin_convertvector(value.hi, vf64);                             \
    result.hi = __builtin_convertvector((formula), half_of_vf32);            \
    return result;                                                           \
  }

MK_INLINE vf64 sinh_narrow(vf64 x) {  // for |x| of float32's range: e^100 already rounds to infinity
  const vf64 a = absolute_f64(x), t = expm1_f64(select_f64(a > 100.0, splat_f64(100.0), a));
  return copysign_f64(0.5 * (t + t / (t + 1.0)), x);
}
MK_INLINE vf64 cosh_narrow(vf64 x) {
  const vf64 a = absolute_f64(x), t = exp_f64(select_f64(a > 100.0, splat_f64(100.0), a));
  return 0.5 * (t + 1.0 / t);
}
MK_INLINE vf64 asinh_narrow(vf64 x) {
  const vf64 a = absolute_f64(x), square = a * a;
  const vf64 y = log1p_f64(a + square / (1.0 + __builtin_elementwise_sqrt(1.0 + square)));
  return select_f64(a == INFINITY, x, copysign_f64(y, x));
}
MK_INLINE vf64 acosh_narrow(vf64 x) {
  const vf64 t = x - 1.0;
  return select_f64(x < 1.0, splat_f64(NAN), log1p_f64(t + __builtin_elementwise_sqrt(t * (t + 2.0))));
}
// |x|^y for float32 operands; signs and the cases where a logarithm says nothing are pow_f32's.
MK_INLINE vf64 pow_narrow(vf64 magnitude, vf64 y) { return exp_f64(y * log_f64(magnitude)); }

MK_THROUGH_F64(log2, log_f64(x) * 1.4426950408889634)
MK_THROUGH_F64(log10, log_f64(x) * 0.4342944819032518)
MK_THROUGH_F64(sinh, sinh_narrow(x))
MK_THROUGH_F64(cosh, cosh_narrow(x))
MK_THROUGH_F64(asinh, asinh_narrow(x))
MK_THROUGH_F64(acosh, acosh_narrow(x))
MK_THROUGH_F64(atanh, 0.5 * log1p_f64(2.0 * x / (1.0 - x)))

// e^-a²·Q(t), t = 1/(1 + a/2), for 0 ≤ a; beyond 10.2 it is below float32's range. Relative error 2^-33.
MK_INLINE vf64 erfc_narrow(vf64 x) {
  vf64 a = absolute_f64(x);
  a = select_f64(a > 10.2, splat_f64(10.2), a);
  const vf64 t = 2.0 / (2.0 + a);
  vf64 q = splat_f64(-0.034505537236681136);
  q = fma_f64(q, t, splat_f64(0.25519734680444706));
  q = fma_f64(q, t, splat_f64(-0.8097773959086434));
  q = fma_f64(q, t, splat_f64(1.4011508921873161));
  q = fma_f64(q, t, splat_f64(-1.3796288716624079));
  q = fma_f64(q, t, splat_f64(0.7709374926842175));
  q = fma_f64(q, t, splat_f64(-0.36510800460182535));
  q = fma_f64(q, t, splat_f64(0.19562231663703414));
  q = fma_f64(q, t, splat_f64(0.15169027899285592));
  q = fma_f64(q, t, splat_f64(0.250586661335627));
  q = fma_f64(q, t, splat_f64(0.28171832700009714));
  q = fma_f64(q, t, splat_f64(0.28211708280194003));
  q = fma_f64(q, t, splat_f64(-5.891095284248214e-07));
  const vf64 tail = exp_f64(-(a * a)) * q;
  return select_f64(x < 0.0, 2.0 - tail, tail);
}
MK_THROUGH_F64(erfc, erfc_narrow(x))

MK_INLINE vf32 pow_f32(vf32 x, vf32 y) {
  const vf32 magnitude = absolute_f32(x);
  vf32 result;
  result.lo = __builtin_convertvector(
      pow_narrow(__builtin_convertvector(magnitude.lo, vf64), __builtin_convertvector(y.lo, vf64)), half_of_vf32);
  result.hi = __builtin_convertvector(
      pow_narrow(__builtin_convertvector(magnitude.hi, vf64), __builtin_convertvector(y.hi, vf64)), half_of_vf32);
  // from 2^24 on every float32 is an even integer
  const vi32 small = absolute_f32(y) < 0x1p24f;
  const vf32 bounded = select_f32(small, y, splat_f32(0.0f));
  const vi32 truncated = __builtin_convertvector(bounded, vi32);
  const vi32 fractional = small & (__builtin_convertvector(truncated, vf32) != bounded);
  const vi32 odd = small & ~fractional & ((truncated << 31) < 0);
  result = (vf32)((vi32)result | (sign_bits_f32(x) & odd));
  result = select_f32((x < 0.0f) & (magnitude < INFINITY) & fractional, splat_f32(NAN), result);
  const vi32 one = (y == 0.0f) | (x == 1.0f) | ((magnitude == 1.0f) & (absolute_f32(y) == INFINITY));
  return select_f32(one, splat_f32(1.0f), result);
}

// ---- Lane by lane -------------------------------------------------------------------------------------------------
#define MK_LANES_F32(name, call)                                                    \
  MK_INLINE vf32 name##_f32(vf32 x) {                                               \
    for (int lane = 0; lane < MK_F32; lane++) x[lane] = (float)(call((double)x[lane])); \
    return x;                                                                       \
  }
#define MK_LANES_F64(name, call)                                           \
  MK_INLINE vf64 name##_f64(vf64 x) {                                      \
    for (int lane = 0; lane < MK_F64; lane++) x[lane] = call(x[lane]);     \
    return x;                                                              \
  }
#define MK_LANES2_F32(name, call)                                                             \
  MK_INLINE vf32 name##_f32(vf32 x, vf32 y) {                                                 \
    for (int lane = 0; lane < MK_F32; lane++) x[lane] = call(x[lane], y[lane]);               \
    return x;                                                                                 \
  }
#define MK_LANES2_F64(name, call)                                                             \
  MK_INLINE vf64 name##_f64(vf64 x, vf64 y) {                                                 \
    for (int lane = 0; lane < MK_F64; lane++) x[lane] = call(x[lane], y[lane]);               \
    return x;                                                                                 \
  }



// ---- Remainders ---------------------------------------------------------------------------------------------------
// C's fmod, exact. With a fused multiply-add the quotient, truncated, is at most one too large in size; then a - q·b is exact
// and tells. Quotients with too many bits, infinities and zero divisors go through libm. `step` is the sign-fixed divisor.
#if MK_HAS_FMA
#define MK_FMOD(width, type, limit, libm)                                                                                 \
  MK_INLINE vf##width fmod_f##width(vf##width x, vf##width y) {                                                           \
    const vf##width quotient = __builtin_elementwise_trunc(x / y);                                                        \
    vf##width r = fma_f##width(-quotient, y, x);                                                                          \
    const vi##width beyond = (r != 0) & ((sign_bits_f##width(r) ^ sign_bits_f##width(x)) != 0);                           \
    r = select_f##width(beyond, r + copysign_f##width(y, x), r);                                                          \
    r = copysign_f##width(r, x);                                                                                          \
    const vi##width hard = ~((absolute_f##width(quotient) < limit) & (absolute_f##width(y) < INFINITY));                  \
    if (__builtin_expect(any_i##width(hard), 0))                                                                          \
      for (int lane = 0; lane < (int)(MK_BYTES / sizeof(type)); lane++)                                                   \
        if (hard[lane]) r[lane] = libm(x[lane], y[lane]);                                                                 \
    return r;                                                                                                             \
  }
MK_FMOD(32, float, 0x1p22f, fmodf)
MK_FMOD(64, double, 0x1p51, fmod)
#else
MK_LANES2_F32(fmod, fmodf)
MK_LANES2_F64(fmod, fmod)
#endif

// Python's remainder (the divisor's sign) and floor division, PyTorch's formulas.
#define MK_PYTHON_DIVISION(width)                                                                                         \
  MK_INLINE vf##width remainder_f##width(vf##width x, vf##width y) {                                                      \
    const vf##width r = fmod_f##width(x, y);                                                                              \
    return select_f##width((r != 0) & ((y < 0) != (r < 0)), r + y, r);                                                    \
  }                                                                                                                       \
  MK_INLINE vf##width floor_divide_f##width(vf##width x, vf##width y) {                                                   \
    const vf##width r = fmod_f##width(x, y), plain = x / y;                                                               \
    vf##width d = (x - r) / y;                                                                                            \
    d = select_f##width((r != 0) & ((y < 0) != (r < 0)), d - 1, d);                                                       \
    vf##width whole = __builtin_elementwise_floor(d);                                                                     \
    whole = select_f##width(d - whole > 0.5f, whole + 1, whole);                                                          \
    whole = select_f##width(d == 0, copysign_f##width(splat_f##width(0), plain), whole);                                  \
    return select_f##width(y == 0, plain, whole);                                                                         \
  }
MK_PYTHON_DIVISION(32)
MK_PYTHON_DIVISION(64)
