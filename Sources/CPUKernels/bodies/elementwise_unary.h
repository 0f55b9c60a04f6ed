// The row kernels of one operand and their table.

// ---- Activations as PyTorch writes them ---------------------------------------------------------------------------
#define MK_ACTIVATIONS(w)                                                                                                  \
  MK_INLINE vf##w gelu_f##w(vf##w x) {                                                                                     \
    return x * 0.5f * (1.0f + erf_f##w(x * splat_f##w(0.70710678118654752440)));                                           \
  }                                                                                                                        \
  /* √(2/π)·(x + 0.044715·x³) */                                                                                           \
  MK_INLINE vf##w gelu_inner_f##w(vf##w x) {                                                                               \
    return splat_f##w(0.79788456080286535588) * (x + splat_f##w(0.044715) * (x * x * x));                                  \
  }                                                                                                                        \
  MK_INLINE vf##w gelu_tanh_f##w(vf##w x) { return 0.5f * x * (1.0f + tanh_f##w(gelu_inner_f##w(x))); }                    \
  MK_INLINE vf##w silu_f##w(vf##w x) { return x / (1.0f + exp_f##w(-x)); }                                                 \
  /* tanh(log(1 + n)) = n(n + 2)/(n(n + 2) + 2) with n = e^x; from 20 on it is 1 */                                        \
  MK_INLINE vf##w mish_f##w(vf##w x) {                                                                                     \
    const vf##w n = exp_f##w(select_f##w(x > 20.0f, splat_f##w(20.0f), x)), t = n * (n + 2.0f);                            \
    return x * (t / (t + 2.0f));                                                                                           \
  }                                                                                                                        \
  MK_INLINE vf##w log_sigmoid_f##w(vf##w x) {                                                                              \
    return select_f##w(x > 0.0f, splat_f##w(0.0f), x) - log1p_f##w(exp_f##w(-absolute_f##w(x)));                           \
  }                                                                                                                        \
  MK_INLINE vf##w softplus_f##w(vf##w x, vf##w beta, vf##w threshold) {                                                    \
    const vf##w t = x * beta;                                                                                              \
    return select_f##w(t > threshold, x, log1p_f##w(exp_f##w(t)) / beta);                                                  \
  }                                                                                                                        \
  MK_INLINE vf##w selu_f##w(vf##w x) {                                                                                     \
    return splat_f##w(SELU_SCALE) * select_f##w(x > 0, x, splat_f##w(SELU_ALPHA) * expm1_f##w(x));                         \
  }
// of Klambauer and others' Self-Normalizing Neural Networks
#define SELU_ALPHA 1.6732632423543772848170429916717
#define SELU_SCALE 1.0507009873554804934193349852946
MK_ACTIVATIONS(32)
MK_ACTIVATIONS(64)

// ---- Vector formulas of the floats --------------------------------------------------------------------------------
#define MK_UNARY_VECTORS(X)                                                                                              \
  X(exp, exp_f) X(exp2, exp2_f) X(expm1, expm1_f) X(log, log_f) X(log2, log2_f) X(log10, log10_f) X(log1p, log1p_f)       \
  X(sin, sin_f) X(cos, cos_f) X(tan, tan_f) X(asin, asin_f) X(acos, acos_f) X(atan, atan_f) X(sinh, sinh_f)               \
  X(cosh, cosh_f) X(tanh, tanh_f) X(asinh, asinh_f) X(acosh, acosh_f) X(atanh, atanh_f) X(sigmoid, sigmoid_f)             \
  X(logSigmoid, log_sigmoid_f) X(gelu, gelu_f) X(geluTanh, gelu_tanh_f) X(silu, silu_f) X(mish, mish_f) X(erf, erf_f)     \
  X(erfc, erfc_f) X(erfinv, erfinv_f) X(lgamma, lgamma_f) X(digamma, digamma_f) X(besselI0, bessel_i0_f)                 \
  X(besselI0e, bessel_i0e_f) X(besselI1, bessel_i1_f) X(besselI1e, bessel_i1e_f) X(erfcx, erfcx_f) X(ndtr, ndtr_f)        \
  X(logNdtr, log_ndtr_f) X(ndtri, ndtri_f) X(entr, entr_f) X(sinc, sinc_f) X(selu, selu_f)                \
  X(sphericalBesselJ0, spherical_bessel_j0_f)
#define MK_DEFINE(name, function)                                               \
  MK_ROW_VECTOR1(unary_##name##_float32, float, 32, function##32(x))            \
  MK_ROW_VECTOR1(unary_##name##_float64, double, 64, function##64(x))
MK_UNARY_VECTORS(MK_DEFINE)
#undef MK_DEFINE
#define MK_DEFINE(type, T, w, ...)                                                                                             \
  MK_ROW_VECTOR1(unary_elu_##type, T, w, select_f##w(x > 0, x, p0 * expm1_f##w(x * p1)))                                       \
  MK_ROW_VECTOR1(unary_softplus_##type, T, w, softplus_f##w(x, p0, p1))                                                        \
  MK_ROW_VECTOR1(unary_logit_##type, T, w, logit_f##w(x, p[0]))                                                                \
  MK_ROW_VECTOR1(unary_polygamma_##type, T, w, polygamma_f##w(x, p[0]))
MK_FLOATS(MK_DEFINE, )
#undef MK_DEFINE

// ---- Loops of the floats ------------------------------------------------------------------------------------------
#define MK_UNARY_FLOAT_LOOPS(X)                                    \
  X(negate, -x)                                                    \
  X(absolute, __builtin_elementwise_abs(x))                        \
  X(sign, (x > 0) - (x < 0))                                       \
  X(square, x * x)                                                 \
  X(squareRoot, __builtin_elementwise_sqrt(x))                     \
  X(reciprocalSquareRoot, 1 / __builtin_elementwise_sqrt(x))       \
  X(reciprocal, 1 / x)                                             \
  X(relu, x < 0 ? 0 : x)                                           \
  X(softsign, x / (1 + __builtin_elementwise_abs(x)))              \
  X(floor, __builtin_elementwise_floor(x))                         \
  X(ceil, __builtin_elementwise_ceil(x))                           \
  X(round, __builtin_elementwise_roundeven(x))                     \
  X(trunc, __builtin_elementwise_trunc(x))                         \
  X(frac, x - __builtin_elementwise_trunc(x))                      \
  X(hardsigmoid, six_steps(x) / 6)                                 \
  X(hardswish, x * six_steps(x) / 6)
// x + 3 limited to 0 ... 6; NaN stays
#define six_steps(x) ((x) + 3 < 0 ? 0 : (x) + 3 > 6 ? 6 : (x) + 3)
#define MK_DEFINE_FLOAT(type, T, w, name, formula) MK_ROW_LOOP1(unary_##name##_##type, T, T, formula)
#define MK_DEFINE(name, formula) MK_FLOATS(MK_DEFINE_FLOAT, name, formula)
MK_UNARY_FLOAT_LOOPS(MK_DEFINE)
#undef MK_DEFINE
#undef MK_DEFINE_FLOAT

#define MK_DEFINE(type, T, w, ...)                                                                      \
  MK_ROW_LOOP1(unary_logicalNot_##type, T, uint8_t, x == 0)                                             \
  MK_ROW_LOOP1(unary_isNaN_##type, T, uint8_t, x != x)                                                  \
  MK_ROW_LOOP1(unary_isInfinite_##type, T, uint8_t, __builtin_elementwise_abs(x) == (T)INFINITY)        \
  MK_ROW_LOOP1(unary_isFinite_##type, T, uint8_t, __builtin_elementwise_abs(x) < (T)INFINITY)           \
  MK_ROW_LOOP1(unary_signbit_##type, T, uint8_t, __builtin_signbit(x) != 0)                             \
  MK_ROW_LOOP1P(unary_leakyRelu_##type, T, parameter_##type, x > 0 ? x : p0 * x)                        \
  MK_ROW_LOOP1P(unary_hardshrink_##type, T, parameter_##type, ((x >= -p0) & (x <= p0)) ? 0 : x)         \
  /* times 0, so that NaN stays */                                                                      \
  MK_ROW_LOOP1P(unary_softshrink_##type, T, parameter_##type, x > p0 ? x - p0 : x < -p0 ? x + p0 : x * 0) \
  MK_ROW_LOOP1P(unary_threshold_##type, T, parameter_##type, x <= p0 ? p1 : x)                          \
  /* comparisons that NaN fails, so it stays */                                                         \
  MK_ROW_LOOP1P(unary_clamp_##type, T, parameter_##type, clamp_bounds(x, p0, p1))
// min(max(x, low), high): with the bounds crossed the upper one wins
#define clamp_bounds(x, low, high) ((x < low ? low : x) > high ? high : (x < low ? low : x))
MK_FLOATS(MK_DEFINE, )
#undef MK_DEFINE

// ---- Loops of the integers ----------------------------------------------------------------------------------------
#define MK_UNARY_INTEGER_LOOPS(X)     \
  X(negate, 0 - (W)x)                 \
  X(absolute, x < 0 ? 0 - (W)x : (W)x) \
  X(sign, (x > 0) - (x < 0))          \
  X(square, (W)x * (W)x)              \
  X(relu, x < 0 ? 0 : x)              \
  X(floor, x)                         \
  X(ceil, x)                          \
  X(round, x)                         \
  X(trunc, x)                         \
  X(bitwiseNot, ~x)
#define MK_DEFINE_INTEGER(type, T, w, name, formula) MK_ROW_LOOP1(unary_##name##_##type, T, T, formula)
#define W uint64_t
#define MK_DEFINE(name, formula) MK_INTEGERS(MK_DEFINE_INTEGER, name, formula)
MK_UNARY_INTEGER_LOOPS(MK_DEFINE)
#undef MK_DEFINE
#undef W
#undef MK_DEFINE_INTEGER

#define MK_DEFINE(type, T, w, ...)                                                \
  MK_ROW_LOOP1(unary_logicalNot_##type, T, uint8_t, x == 0)                       \
  MK_ROW_LOOP1(unary_isNaN_##type, T, uint8_t, 0)                                 \
  MK_ROW_LOOP1(unary_isInfinite_##type, T, uint8_t, 0)                            \
  MK_ROW_LOOP1(unary_isFinite_##type, T, uint8_t, 1)                              \
  MK_ROW_LOOP1(unary_signbit_##type, T, uint8_t, x < 0)                           \
  MK_ROW_LOOP1P(unary_threshold_##type, T, parameter_##type, x <= p0 ? p1 : x)    \
  MK_ROW_LOOP1P(unary_clamp_##type, T, parameter_##type, clamp_bounds(x, p0, p1))
MK_INTEGERS(MK_DEFINE, )
#undef MK_DEFINE
#undef clamp_bounds
#undef six_steps

MK_ROW_LOOP1(unary_same_bool, uint8_t, uint8_t, x)
MK_ROW_LOOP1(unary_not_bool, uint8_t, uint8_t, x == 0)
MK_ROW_LOOP1(unary_zero_bool, uint8_t, uint8_t, 0)
MK_ROW_LOOP1(unary_one_bool, uint8_t, uint8_t, 1)

// ---- The table ----------------------------------------------------------------------------------------------------
// Copies are conversions and are not here: elementwise.h makes them of convert.h. NULL is MK_UNSUPPORTED.
#define MK_FLOAT_ENTRIES(name) [MK_float32] = unary_##name##_float32, [MK_float64] = unary_##name##_float64
#define MK_INTEGER_ENTRIES(name)                                                                            \
  [MK_int8] = unary_##name##_int8, [MK_int16] = unary_##name##_int16, [MK_int32] = unary_##name##_int32,    \
  [MK_int64] = unary_##name##_int64, [MK_uint8] = unary_##name##_uint8
#define MK_FLOATS_ONLY(name, ...) [MK_UNARY_##name] = {MK_FLOAT_ENTRIES(name)},
#define MK_NUMBERS(name) [MK_UNARY_##name] = {MK_FLOAT_ENTRIES(name), MK_INTEGER_ENTRIES(name)},
#define MK_PREDICATE(name, boolean) [MK_UNARY_##name] = {MK_FLOAT_ENTRIES(name), MK_INTEGER_ENTRIES(name), [MK_bool] = boolean},
static const row_kernel unary_table[MK_UNARY_COUNT][MK_DTYPE_COUNT] = {
  MK_UNARY_VECTORS(MK_FLOATS_ONLY)
  MK_FLOATS_ONLY(elu) MK_FLOATS_ONLY(softplus) MK_FLOATS_ONLY(logit) MK_FLOATS_ONLY(polygamma) MK_FLOATS_ONLY(leakyRelu) MK_FLOATS_ONLY(softsign)
  MK_FLOATS_ONLY(squareRoot) MK_FLOATS_ONLY(reciprocalSquareRoot) MK_FLOATS_ONLY(reciprocal)
  MK_NUMBERS(negate) MK_NUMBERS(absolute) MK_NUMBERS(square) MK_NUMBERS(relu)
  MK_NUMBERS(floor) MK_NUMBERS(ceil) MK_NUMBERS(round) MK_NUMBERS(trunc) MK_NUMBERS(clamp)
  MK_FLOATS_ONLY(frac) MK_FLOATS_ONLY(hardshrink) MK_FLOATS_ONLY(softshrink) MK_FLOATS_ONLY(hardsigmoid) MK_FLOATS_ONLY(hardswish)
  MK_NUMBERS(threshold)
  MK_PREDICATE(sign, unary_same_bool)
  [MK_UNARY_bitwiseNot] = {MK_INTEGER_ENTRIES(bitwiseNot), [MK_bool] = unary_not_bool},
  MK_PREDICATE(logicalNot, unary_not_bool) MK_PREDICATE(isNaN, unary_zero_bool) MK_PREDICATE(isInfinite, unary_zero_bool)
  MK_PREDICATE(isFinite, unary_one_bool) MK_PREDICATE(signbit, unary_zero_bool)
};
#undef MK_FLOAT_ENTRIES
#undef MK_INTEGER_ENTRIES
#undef MK_FLOATS_ONLY
#undef MK_NUMBERS
#undef MK_PREDICATE
_Static_assert(MK_UNARY_selu == MK_UNARY_COUNT - 1 && MK_UNARY_COUNT == 74, "a new unary operation wants its entry above");

// logicalNot … signbit answer bool.
MK_INLINE bool unary_is_predicate(int32_t operation) {
  _Static_assert(MK_UNARY_signbit - MK_UNARY_logicalNot == 4, "the predicates stand together");
  return operation >= MK_UNARY_logicalNot && operation <= MK_UNARY_signbit;
}
