// The loops of the random generator, included by run_random.c once per ISA. Every ISA gives the same bits: polynomials are
// plain products and sums, and what PyTorch rounds once is a true fused multiply-add everywhere (a library call on the
// baseline). RANDOM_NAME(x) carries the ISA's suffix; RANDOM_LOOPS is the table to fill.

// A small fixed width, whatever the register: a Box–Muller block is eight pairs.
typedef float RANDOM_NAME(f8) __attribute__((ext_vector_type(8)));
typedef int32_t RANDOM_NAME(i8) __attribute__((ext_vector_type(8)));
typedef RANDOM_NAME(f8) RANDOM_NAME(f8_u) __attribute__((aligned(4)));
#define F8 RANDOM_NAME(f8)
#define F8_U RANDOM_NAME(f8_u)
#define I8 RANDOM_NAME(i8)

// The next 624 words of the state. The first loop reads 397 ahead, the second 227 behind: both may be vectors.
static void RANDOM_NAME(regenerate)(uint32_t *restrict s) {
  for (int i = 0; i < 227; i++) s[i] = s[i + 397] ^ twist(s[i], s[i + 1]);
  // Three runs of at most 227, so that the compiler sees that no run reads what it writes.
  for (int i = 0; i < 198; i++) s[227 + i] = s[i] ^ twist(s[227 + i], s[228 + i]);
  for (int i = 0; i < 198; i++) s[425 + i] = s[198 + i] ^ twist(s[425 + i], s[426 + i]);
  s[623] = s[396] ^ twist(s[623], s[0]);
}

static void RANDOM_NAME(temper)(const uint32_t *restrict state, int64_t count, uint32_t *restrict words) {
  for (int64_t i = 0; i < count; i++) words[i] = tempered(state[i]);
}

static void RANDOM_NAME(uniform32)(const uint32_t *restrict words, int64_t count, float *restrict output) {
  for (int64_t i = 0; i < count; i++) output[i] = (float)(int32_t)(words[i] & 0xFFFFFF) * 0x1p-24f;
}

static void RANDOM_NAME(uniform64)(const uint32_t *restrict words, int64_t count, double *restrict output) {
  for (int64_t i = 0; i < count; i++) output[i] = unit_double(words[2 * i], words[2 * i + 1]);
}

static void RANDOM_NAME(scale32)(float *values, int64_t count, float factor, float offset) {
  for (int64_t i = 0; i < count; i++) values[i] = __builtin_elementwise_fma(values[i], factor, offset);
}

static void RANDOM_NAME(scale64)(double *values, int64_t count, double factor, double offset) {
  for (int64_t i = 0; i < count; i++) values[i] = __builtin_elementwise_fma(values[i], factor, offset);
}

// ln x for normal positive x: x = m·2^e with m within a factor √2 of 1; ln m = f - f²/2 + f³·P(f), f = m - 1.
static inline __attribute__((always_inline)) F8 RANDOM_NAME(log8)(F8 x) {
  const I8 bits = (I8)x;
  const I8 e = (bits - 0x3F3504F3) >> 23;
  const F8 f = (F8)(bits - (e << 23)) - 1.0f;
  const F8 scale = __builtin_convertvector(e, F8);
  F8 p = 0.0674655139f;
  p = p * f - 0.116756283f;
  p = p * f + 0.118881904f;
  p = p * f - 0.124055944f;
  p = p * f + 0.142195493f;
  p = p * f - 0.166679949f;
  p = p * f + 0.200021192f;
  p = p * f - 0.250000089f;
  p = p * f + 0.333333135f;
  const F8 square = f * f;
  F8 y = p * f * square + scale * -2.12194440e-4f;  // ln 2 = 0.693359375 - 2.1219444e-4
  y = y - 0.5f * square;
  return (f + y) + scale * 0.693359375f;
}

// Box–Muller over `blocks` blocks of 16 uniforms: PyTorch's arrangement, first half radii, second half angles.
static void RANDOM_NAME(normal32)(float *values, int64_t blocks) {
  for (int64_t b = 0; b < blocks; b++, values += 16) {
    const F8 u1 = 1.0f - *(const F8_U *)values;
    const F8 angle = *(const F8_U *)(values + 8) * 6.2831855f;
    const F8 radius = __builtin_elementwise_sqrt(-2.0f * RANDOM_NAME(log8)(u1));
    // The angle is in [0, 2π]: q quarter turns, remainder in ±π/4 with π/2 in three parts (q·part is exact).
    const I8 q = __builtin_convertvector(angle * 0.636619747f + 0.5f, I8);
    const F8 turns = __builtin_convertvector(q, F8);
    const F8 r = ((angle - turns * 1.5703125f) - turns * 0x1.fb4p-12f) - turns * 7.54979013e-8f;
    const F8 z = r * r;
    const F8 sine = r + r * z * (-0.166666552f + z * (0.00833215471f + z * -0.000195140819f));
    const F8 cosine = (1.0f - 0.5f * z) + z * z * (0.0416666456f + z * (-0.00138873374f + z * 2.44348412e-05f));
    const I8 odd = -(q & 1);
    const I8 a = (odd & (I8)sine) | (~odd & (I8)cosine), c = (odd & (I8)cosine) | (~odd & (I8)sine);
    // cos changes sign in quarters 1 and 2, sin in 2 and 3.
    const F8 cos_full = (F8)(a ^ (((q + 1) & 2) << 30)), sin_full = (F8)(c ^ ((q & 2) << 30));
    *(F8_U *)values = radius * cos_full;
    *(F8_U *)(values + 8) = radius * sin_full;
  }
}

static const random_loops RANDOM_NAME(loops) = {
  RANDOM_NAME(regenerate), RANDOM_NAME(temper), RANDOM_NAME(uniform32), RANDOM_NAME(uniform64),
  RANDOM_NAME(scale32), RANDOM_NAME(scale64), RANDOM_NAME(normal32),
};
#undef F8
#undef F8_U
#undef I8
#undef RANDOM_NAME
