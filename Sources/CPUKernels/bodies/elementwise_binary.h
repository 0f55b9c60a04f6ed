// The row kernels of two operands and their table.

// ---- Vector formulas of the floats --------------------------------------------------------------------------------
#define MK_BINARY_FORMULAS(w)                                                                                            \
  MK_INLINE vf##w logaddexp_f##w(vf##w x, vf##w y) {                                                                     \
    const vf##w larger = select_f##w(x > y, x, y); /* NaN comes back through the difference */                           \
    const vf##w sum = larger + log1p_f##w(exp_f##w(-absolute_f##w(x - y)));                                              \
    return select_f##w((x == y) & (absolute_f##w(x) == INFINITY), x, sum);                                               \
  }                                                                                                                      \
  MK_INLINE vf##w logaddexp2_f##w(vf##w x, vf##w y) {                                                                    \
    const vf##w larger = select_f##w(x > y, x, y);                                                                       \
    const vf##w sum =                                                                                                    \
        larger + log1p_f##w(exp2_f##w(-absolute_f##w(x - y))) * splat_f##w(1.4426950408889634);                          \
    return select_f##w((x == y) & (absolute_f##w(x) == INFINITY), x, sum);                                               \
  }                                                                                                                      \
  MK_INLINE vf##w xlogy_f##w(vf##w x, vf##w y) {                                                                         \
    const vf##w plain = x * log_f##w(y);                                                                                 \
    return select_f##w(y != y, y, select_f##w(x == 0, splat_f##w(0), plain));                                            \
  }                                                                                                                      \
  MK_INLINE vf##w xlog1py_f##w(vf##w x, vf##w y) {                                                                       \
    const vf##w plain = x * log1p_f##w(y);                                                                               \
    return select_f##w(y != y, y, select_f##w(x == 0, splat_f##w(0), plain));                                            \
  }                                                                                                                      \
  /* cdf + x·pdf of the normal distribution */                                                                           \
  MK_INLINE vf##w gelu_gradient_f##w(vf##w g, vf##w x) {                                                                 \
    const vf##w cdf = 0.5f * (1.0f + erf_f##w(x * splat_f##w(0.70710678118654752440)));                                  \
    const vf##w pdf = exp_f##w(x * x * -0.5f) * splat_f##w(0.39894228040143267794);                                      \
    return g * (cdf + x * pdf);                                                                                          \
  }                                                                                                                      \
  MK_INLINE vf##w gelu_tanh_gradient_f##w(vf##w g, vf##w x) {                                                            \
    const vf##w t = tanh_f##w(gelu_inner_f##w(x)), left = 0.5f * x, right = 1.0f + t;                                    \
    const vf##w inner = splat_f##w(0.79788456080286535588) * (1.0f + splat_f##w(3 * 0.044715) * (x * x));                \
    return g * (0.5f * right + left * ((1.0f - t) * right) * inner);                                                           \
  }                                                                                                                      \
  MK_INLINE vf##w silu_gradient_f##w(vf##w g, vf##w x) {                                                                 \
    const vf##w s = sigmoid_f##w(x);                                                                                     \
    return g * s * (1.0f + x * (1.0f - s));                                                                              \
  }                                                                                                                      \
  MK_INLINE vf##w selu_gradient_f##w(vf##w g, vf##w x) {                                                                 \
    return g * splat_f##w(SELU_SCALE) * select_f##w(x > 0, splat_f##w(1), splat_f##w(SELU_ALPHA) * exp_f##w(x));         \
  }                                                                                                                      \
  /* t + x·sigmoid(x)·(1 - t²) with n = e^x, w = n(n + 2), t = w/(w + 2); from 20 on t is 1 */                           \
  MK_INLINE vf##w mish_gradient_f##w(vf##w g, vf##w x) {                                                                 \
    const vf##w n = exp_f##w(select_f##w(x > 20.0f, splat_f##w(20.0f), x)), v = n * (n + 2.0f), q = v + 2.0f;            \
    return g * (v / q + x * (4.0f * n * (n + 1.0f) / (q * q)));                                                          \
  }                                                                                                                      \
  MK_INLINE vf##w log_sigmoid_gradient_f##w(vf##w g, vf##w x) { return g / (1.0f + exp_f##w(x)); }
MK_BINARY_FORMULAS(32)
MK_BINARY_FORMULAS(64)

#define MK_BINARY_VECTORS(X)                                                                                            \
  X(floorDivide, floor_divide_f) X(remainder, remainder_f) X(fmod, fmod_f) X(power, pow_f) X(atan2, atan2_f)             \
  X(hypot, hypot_f) X(copysign, copysign_f) X(nextafter, nextafter_f) X(logaddexp, logaddexp_f)                          \
  X(logaddexp2, logaddexp2_f) X(xlogy, xlogy_f) X(xlog1py, xlog1py_f) X(zeta, zeta_f)                                     \
  X(geluGradient, gelu_gradient_f) X(geluTanhGradient, gelu_tanh_gradient_f) X(siluGradient, silu_gradient_f)             \
  X(seluGradient, selu_gradient_f) X(mishGradient, mish_gradient_f) X(logSigmoidGradient, log_sigmoid_gradient_f)
#define MK_DEFINE(name, function)                                                 \
  MK_ROW_VECTOR2(binary_##name##_float32, float, 32, function##32(x, y))          \
  MK_ROW_VECTOR2(binary_##name##_float64, double, 64, function##64(x, y))
MK_BINARY_VECTORS(MK_DEFINE)
#undef MK_DEFINE
#define MK_DEFINE(type, T, w, ...)                                                                                     \
  MK_ROW_VECTOR2(binary_eluGradient_##type, T, w, select_f##w(y > 0, x, x * p0 * p1 * exp_f##w(y * p1)))               \
  MK_ROW_VECTOR2(binary_softplusGradient_##type, T, w, select_f##w(y * p0 > p1, x, x * sigmoid_f##w(p0 * y)))
MK_FLOATS(MK_DEFINE, )
#undef MK_DEFINE

// ---- Loops of the floats ------------------------------------------------------------------------------------------
// maximum and minimum give NaN where either is NaN; fmax and fmin give the other.
#define MK_BINARY_FLOAT_LOOPS(X)                       \
  X(add, x + y)                                        \
  X(subtract, x - y)                                   \
  X(multiply, x * y)                                   \
  X(divide, x / y)                                     \
  X(truncateDivide, __builtin_elementwise_trunc(x / y)) \
  X(maximum, ((x > y) | (x != x)) ? x : y)             \
  X(minimum, ((x < y) | (x != x)) ? x : y)             \
  X(fmax, ((x > y) | (y != y)) ? x : y)                \
  X(fmin, ((x < y) | (y != y)) ? x : y)                \
  X(heaviside, x == 0 ? y : x > 0)                     \
  X(reluGradient, y <= 0 ? 0 : x) /* NaN lets it pass */ \
  X(sigmoidGradient, x * (1 - y) * y)                  \
  X(tanhGradient, x * ((1 - y) * (1 + y)))             \
  X(hardswishGradient, y <= -3 ? 0 : y < 3 ? x * (y / 3 + (__typeof__(x))0.5) : x) \
  X(prelu, x > 0 ? x : x * y)
#define MK_DEFINE_FLOAT(type, T, w, name, formula) MK_ROW_LOOP2(binary_##name##_##type, T, T, formula)
#define MK_DEFINE(name, formula) MK_FLOATS(MK_DEFINE_FLOAT, name, formula)
MK_BINARY_FLOAT_LOOPS(MK_DEFINE)
#undef MK_DEFINE
#undef MK_DEFINE_FLOAT
#define MK_DEFINE(type, T, w, ...)                                                                              \
  MK_ROW_LOOP2P(binary_leakyReluGradient_##type, T, parameter_##type, y > 0 ? x : x * p0)                       \
  MK_ROW_LOOP2P(binary_clampGradient_##type, T, parameter_##type, ((y > p0) & (y < p1)) ? x : 0)                \
  MK_ROW_LOOP2P(binary_shrinkGradient_##type, T, parameter_##type, ((y >= -p0) & (y <= p0)) ? 0 : x)            \
  MK_ROW_LOOP2P(binary_thresholdGradient_##type, T, parameter_##type, y <= p0 ? 0 : x)                          \
  MK_ROW_LOOP2P(binary_replaceNonFinite_##type, T, parameter_##type,                                            \
                x != x ? y : x == (T)INFINITY ? p0 : x == -(T)INFINITY ? p1 : x)
MK_FLOATS(MK_DEFINE, )
#undef MK_DEFINE

// The plain arithmetic of the 16-bit floats, computed in float32 and rounded at once: no buffers of float32 between.
#define MK_DEFINE_SHORT(type, name, sign)                                            \
  MK_ROW_LOOP2(binary_##name##_##type, uint16_t, uint16_t,                           \
               float_to_##type(type##_to_float(x) sign type##_to_float(y)))
#define MK_DEFINE(name, sign) MK_DEFINE_SHORT(float16, name, sign) MK_DEFINE_SHORT(bfloat16, name, sign)
MK_DEFINE(add, +)
MK_DEFINE(subtract, -)
MK_DEFINE(multiply, *)
MK_DEFINE(divide, /)
#undef MK_DEFINE
#undef MK_DEFINE_SHORT
MK_INLINE bool binary_is_arithmetic(int32_t operation) {
  _Static_assert(MK_BINARY_add == 0 && MK_BINARY_divide == 3, "add, subtract, multiply, divide come first");
  return operation <= MK_BINARY_divide;
}

// ---- Integers -----------------------------------------------------------------------------------------------------
#define MK_BINARY_INTEGER_LOOPS(X)                                                     \
  X(add, (W)x + (W)y)                                                                  \
  X(subtract, (W)x - (W)y)                                                             \
  X(multiply, (W)x * (W)y)                                                             \
  X(maximum, x > y ? x : y)                                                            \
  X(minimum, x < y ? x : y)                                                            \
  X(heaviside, x == 0 ? y : x > 0)                                                     \
  X(bitwiseAnd, x & y)                                                                 \
  X(bitwiseOr, x | y)                                                                  \
  X(bitwiseXor, x ^ y)                                                                 \
  /* a shift by a negative count or by all the bits moves everything out */            \
  X(leftShift, (W)y < 8 * sizeof(x) ? (W)x << ((W)y & (8 * sizeof(x) - 1)) : 0)        \
  X(rightShift, x >> ((W)y < 8 * sizeof(x) ? (int)y : (int)(8 * sizeof(x)) - ((__typeof__(x))-1 < 0)))
#define MK_DEFINE_INTEGER(type, T, w, name, formula) MK_ROW_LOOP2(binary_##name##_##type, T, T, formula)
#define W uint64_t
#define MK_DEFINE(name, formula) MK_INTEGERS(MK_DEFINE_INTEGER, name, formula)
MK_BINARY_INTEGER_LOOPS(MK_DEFINE)
#undef MK_DEFINE
#undef MK_DEFINE_INTEGER

// x·…·x, y times, wrapping; for negative y 1/x^|y| as an integer: 0 but for x = ±1.
MK_INLINE int64_t power_integer(int64_t x, int64_t y) {
  if (y < 0) return x == 1 ? 1 : x == -1 ? ((y & 1) ? -1 : 1) : 0;
  uint64_t result = 1, base = (uint64_t)x;
  for (; y; y >>= 1, base *= base)
    if (y & 1) result *= base;
  return (int64_t)result;
}
MK_INLINE uint64_t gcd_integer(int64_t x, int64_t y) {
  uint64_t a = x < 0 ? 0 - (uint64_t)x : (uint64_t)x, b = y < 0 ? 0 - (uint64_t)y : (uint64_t)y;
  while (b) {
    const uint64_t r = a % b;
    a = b, b = r;
  }
  return a;
}
MK_INLINE uint64_t lcm_integer(int64_t x, int64_t y) {
  const uint64_t g = gcd_integer(x, y);
  if (g == 0) return 0;
  const uint64_t a = x < 0 ? 0 - (uint64_t)x : (uint64_t)x, b = y < 0 ? 0 - (uint64_t)y : (uint64_t)y;
  return a / g * b;
}
// As PyTorch wraps it: the product in 32 or 64 bits, then its absolute value, then the type.
MK_INLINE uint64_t lcm_wrapped(int64_t x, int64_t y, size_t bytes) {
  const uint64_t product = lcm_integer(x, y);
  const int64_t wrapped = bytes == 8 ? (int64_t)product : (int32_t)product;
  return wrapped < 0 ? 0 - (uint64_t)wrapped : (uint64_t)wrapped;
}
// Division: by 0 is an error; by -1 is a negation, which wraps where the processor's division would trap.
#define MK_DIVISION(quotient)                                 \
  if (y == 0) r = 0, status = MK_DIVISION_BY_ZERO;            \
  else if ((T)-1 < 0 && y == (T)-1) r = (T)(0 - (W)x);   \
  else quotient
#define MK_REMAINDER(rest)                                    \
  if (y == 0) r = 0, status = MK_DIVISION_BY_ZERO;            \
  else if ((T)-1 < 0 && y == (T)-1) r = 0;               \
  else rest
#define MK_DEFINE(type, T_, w, ...)                                                                                       \
  MK_ROW_SCALAR2(binary_truncateDivide_##type, T_, typedef T_ T; MK_DIVISION(r = (T)(x / y)))                             \
  MK_ROW_SCALAR2(binary_floorDivide_##type, T_, typedef T_ T;                                                             \
                 MK_DIVISION(r = (T)(x / y - ((x % y != 0) & ((x < 0) != (y < 0))))))                                     \
  MK_ROW_SCALAR2(binary_fmod_##type, T_, typedef T_ T; MK_REMAINDER(r = (T)(x % y)))                                      \
  MK_ROW_SCALAR2(binary_remainder_##type, T_, typedef T_ T;                                                               \
                 MK_REMAINDER({ r = (T)(x % y); if (r != 0 && (r < 0) != (y < 0)) r = (T)(r + y); }))                     \
  MK_ROW_SCALAR2(binary_power_##type, T_, r = (T_)power_integer(x, y))                                                    \
  MK_ROW_SCALAR2(binary_gcd_##type, T_, r = (T_)gcd_integer(x, y))                                                        \
  MK_ROW_SCALAR2(binary_lcm_##type, T_, r = (T_)lcm_wrapped(x, y, sizeof(T_)))
MK_INTEGERS(MK_DEFINE, )
#undef MK_DEFINE
#undef MK_DIVISION
#undef MK_REMAINDER
#undef W

// ---- Comparisons and logic ----------------------------------------------------------------------------------------
#define MK_BINARY_PREDICATES(X)                                                                                     \
  X(equal, x == y) X(notEqual, x != y) X(less, x < y) X(lessEqual, x <= y) X(greater, x > y) X(greaterEqual, x >= y) \
  X(logicalAnd, (x != 0) & (y != 0)) X(logicalOr, (x != 0) | (y != 0)) X(logicalXor, (x != 0) ^ (y != 0))
#define MK_DEFINE_TYPE(type, T, w, name, formula) MK_ROW_LOOP2(binary_##name##_##type, T, uint8_t, formula)
#define MK_DEFINE(name, formula)                  \
  MK_FLOATS(MK_DEFINE_TYPE, name, formula)        \
  MK_INTEGERS(MK_DEFINE_TYPE, name, formula)      \
  MK_DEFINE_TYPE(bool, uint8_t, 8, name, formula)
MK_BINARY_PREDICATES(MK_DEFINE)
#undef MK_DEFINE
#undef MK_DEFINE_TYPE
MK_ROW_LOOP2(binary_or_bool, uint8_t, uint8_t, (x | y) != 0)
MK_ROW_LOOP2(binary_and_bool, uint8_t, uint8_t, (x != 0) & (y != 0))
MK_ROW_LOOP2(binary_xor_bool, uint8_t, uint8_t, (x != 0) ^ (y != 0))

// ---- The table ----------------------------------------------------------------------------------------------------
#define MK_FLOAT_ENTRIES(name) [MK_float32] = binary_##name##_float32, [MK_float64] = binary_##name##_float64
#define MK_INTEGER_ENTRIES(name)                                                                               \
  [MK_int8] = binary_##name##_int8, [MK_int16] = binary_##name##_int16, [MK_int32] = binary_##name##_int32,    \
  [MK_int64] = binary_##name##_int64, [MK_uint8] = binary_##name##_uint8
#define MK_SHORT_ENTRIES(name) [MK_float16] = binary_##name##_float16, [MK_bfloat16] = binary_##name##_bfloat16
#define MK_FLOATS_ONLY(name) [MK_BINARY_##name] = {MK_FLOAT_ENTRIES(name)},
#define MK_NUMBERS(name) [MK_BINARY_##name] = {MK_FLOAT_ENTRIES(name), MK_INTEGER_ENTRIES(name)},
#define MK_INTEGERS_ONLY(name) [MK_BINARY_##name] = {MK_INTEGER_ENTRIES(name)},
#define MK_WITH_BOOL(name, boolean) [MK_BINARY_##name] = {MK_FLOAT_ENTRIES(name), MK_INTEGER_ENTRIES(name), [MK_bool] = boolean},
#define MK_PREDICATE(name, ...) MK_WITH_BOOL(name, binary_##name##_bool)
#define MK_BITS(name, boolean) [MK_BINARY_##name] = {MK_INTEGER_ENTRIES(name), [MK_bool] = boolean},
// Integers and bool have no NaN: their fmax and fmin are maximum and minimum.
#define binary_fmax_int8 binary_maximum_int8
#define binary_fmax_int16 binary_maximum_int16
#define binary_fmax_int32 binary_maximum_int32
#define binary_fmax_int64 binary_maximum_int64
#define binary_fmax_uint8 binary_maximum_uint8
#define binary_fmin_int8 binary_minimum_int8
#define binary_fmin_int16 binary_minimum_int16
#define binary_fmin_int32 binary_minimum_int32
#define binary_fmin_int64 binary_minimum_int64
#define binary_fmin_uint8 binary_minimum_uint8
static const row_kernel binary_table[MK_BINARY_COUNT][MK_DTYPE_COUNT] = {
  [MK_BINARY_add] = {MK_FLOAT_ENTRIES(add), MK_SHORT_ENTRIES(add), MK_INTEGER_ENTRIES(add), [MK_bool] = binary_or_bool},
  [MK_BINARY_subtract] = {MK_FLOAT_ENTRIES(subtract), MK_SHORT_ENTRIES(subtract), MK_INTEGER_ENTRIES(subtract)},
  [MK_BINARY_multiply] = {MK_FLOAT_ENTRIES(multiply), MK_SHORT_ENTRIES(multiply), MK_INTEGER_ENTRIES(multiply),
                          [MK_bool] = binary_and_bool},
  [MK_BINARY_divide] = {MK_FLOAT_ENTRIES(divide), MK_SHORT_ENTRIES(divide)},
  MK_NUMBERS(floorDivide) MK_NUMBERS(truncateDivide) MK_NUMBERS(remainder) MK_NUMBERS(fmod) MK_NUMBERS(power)
  MK_WITH_BOOL(maximum, binary_or_bool) MK_WITH_BOOL(minimum, binary_and_bool)
  MK_WITH_BOOL(fmax, binary_or_bool) MK_WITH_BOOL(fmin, binary_and_bool)
  MK_FLOATS_ONLY(atan2) MK_FLOATS_ONLY(hypot) MK_FLOATS_ONLY(copysign) MK_FLOATS_ONLY(nextafter)
  MK_FLOATS_ONLY(logaddexp) MK_FLOATS_ONLY(logaddexp2) MK_FLOATS_ONLY(xlogy)
  MK_FLOATS_ONLY(xlog1py) MK_FLOATS_ONLY(zeta) MK_WITH_BOOL(heaviside, binary_or_bool)
  MK_BITS(bitwiseAnd, binary_and_bool) MK_BITS(bitwiseOr, binary_or_bool) MK_BITS(bitwiseXor, binary_xor_bool)
  MK_INTEGERS_ONLY(leftShift) MK_INTEGERS_ONLY(rightShift) MK_INTEGERS_ONLY(gcd) MK_INTEGERS_ONLY(lcm)
  MK_BINARY_PREDICATES(MK_PREDICATE)
  MK_FLOATS_ONLY(reluGradient) MK_FLOATS_ONLY(sigmoidGradient) MK_FLOATS_ONLY(tanhGradient) MK_FLOATS_ONLY(geluGradient)
  MK_FLOATS_ONLY(geluTanhGradient) MK_FLOATS_ONLY(siluGradient) MK_FLOATS_ONLY(leakyReluGradient) MK_FLOATS_ONLY(eluGradient)
  MK_FLOATS_ONLY(softplusGradient) MK_FLOATS_ONLY(clampGradient)
  MK_FLOATS_ONLY(shrinkGradient) MK_FLOATS_ONLY(thresholdGradient) MK_FLOATS_ONLY(hardswishGradient)
  MK_FLOATS_ONLY(seluGradient) MK_FLOATS_ONLY(mishGradient) MK_FLOATS_ONLY(logSigmoidGradient) MK_FLOATS_ONLY(prelu)
  MK_FLOATS_ONLY(replaceNonFinite)
};
#undef MK_FLOAT_ENTRIES
#undef MK_SHORT_ENTRIES
#undef MK_INTEGER_ENTRIES
#undef MK_FLOATS_ONLY
#undef MK_NUMBERS
#undef MK_INTEGERS_ONLY
#undef MK_WITH_BOOL
#undef MK_PREDICATE
#undef MK_BITS
_Static_assert(MK_BINARY_replaceNonFinite == MK_BINARY_COUNT - 1 && MK_BINARY_COUNT == 57,
               "a new binary operation wants its entry above");

// equal … logicalXor answer bool.
MK_INLINE bool binary_is_predicate(int32_t operation) {
  _Static_assert(MK_BINARY_logicalXor - MK_BINARY_equal == 8, "the predicates stand together");
  return operation >= MK_BINARY_equal && operation <= MK_BINARY_logicalXor;
}
