// Conversions of contiguous blocks between all element types: convert_block(from, to)(count, source, target).
// Floating point to integer truncates, through int32 (int64 for the wide); what that cannot hold, NaN too, becomes its lowest
// number, as the x86 instructions and so PyTorch have it; then it is cut to 8 or 16 bits. Narrowing floats rounds to nearest even. To bool: not zero.

typedef void (*convert_function)(int64_t count, const void *source, void *target);

// Loops whose iterations are independent, whatever the pointers: a target may be its own source.
// Sanitised and unoptimised builds do not make vectors of them and need not say so.
#pragma clang diagnostic ignored "-Wpass-failed"
#define MK_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")

MK_INLINE int32_t to_int32_f32(float x) { return (int32_t)(x >= -0x1p31f && x < 0x1p31f ? x : -0x1p31f); }
MK_INLINE int32_t to_int32_f64(double x) { return (int32_t)(x >= -0x1p31 && x < 0x1p31 ? x : -0x1p31); }
MK_INLINE int64_t to_int64_f32(float x) { return (int64_t)(x >= -0x1p63f && x < 0x1p63f ? x : -0x1p63f); }
MK_INLINE int64_t to_int64_f64(double x) { return (int64_t)(x >= -0x1p63 && x < 0x1p63 ? x : -0x1p63); }

// ---- float16 and bfloat16 -----------------------------------------------------------------------------------------

MK_INLINE float bfloat16_to_float(uint16_t bits) {
  const uint32_t wide = (uint32_t)bits << 16;
  float x;
  memcpy(&x, &wide, 4);
  return x;
}

MK_INLINE uint16_t float_to_bfloat16(float x) {
  uint32_t bits;
  memcpy(&bits, &x, 4);
  const uint32_t rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  return (uint16_t)((bits & 0x7fffffff) > 0x7f800000 ? (bits >> 16) | 0x40 : rounded);
}

#if !MK_HAS_FMA
// Bit by bit, for ISAs without the conversion instructions. Denormals go through float arithmetic, which rounds as wanted.
MK_INLINE float float16_to_float(uint16_t bits) {
  const uint32_t magnitude = (uint32_t)(bits & 0x7fff) << 13;
  uint32_t wide = magnitude >= 0x7c00u << 13 ? magnitude + 0x70000000 : magnitude;  // infinity and NaN: exponent 31 → 255
  float x;
  memcpy(&x, &wide, 4);
  x = magnitude >= 0x7c00u << 13 ? x : x * 0x1p112f;  // exponent bias 15 → 127; denormals come out normal
  memcpy(&wide, &x, 4);
  wide |= (uint32_t)(bits & 0x8000) << 16;
  memcpy(&x, &wide, 4);
  return x;
}

MK_INLINE uint16_t float_to_float16(float x) {
  uint32_t bits;
  memcpy(&bits, &x, 4);
  const uint32_t sign = bits >> 16 & 0x8000, magnitude = bits & 0x7fffffff;
  const uint32_t normal = (magnitude + 0xc8000fff + (magnitude >> 13 & 1)) >> 13;  // bias 127 → 15, nearest even
  float a;
  memcpy(&a, &magnitude, 4);
  a += 0.5f;  // the last bit of 0.5 as a float32 is 2^-24: the sum rounds to float16's denormals
  uint32_t denormal;
  memcpy(&denormal, &a, 4);
  denormal -= 0x3f000000;
  const uint32_t special = magnitude > 0x7f800000 ? 0x7e00 | (magnitude >> 13 & 0x3ff) : 0x7c00;
  const uint32_t result = magnitude >= 0x477ff000 ? special : magnitude < 0x38800000 ? denormal : normal;
  return (uint16_t)(sign | result);
}
#else
MK_INLINE float float16_to_float(uint16_t bits) {
  _Float16 x;
  memcpy(&x, &bits, 2);
  return (float)x;
}
MK_INLINE uint16_t float_to_float16(float x) {
  const _Float16 narrow = (_Float16)x;
  uint16_t bits;
  memcpy(&bits, &narrow, 2);
  return bits;
}
#endif

// ---- The functions ------------------------------------------------------------------------------------------------

#define MK_CONVERT(from, to, From, To, formula)                                         \
  static void convert_##from##_##to(int64_t count, const void *source, void *target) {  \
    const From *s = source;                                                             \
    To *t = target;                                                                     \
    MK_INDEPENDENT for (int64_t i = 0; i < count; i++) {                                \
      const From x = s[i];                                                              \
      t[i] = (formula);                                                                 \
    }                                                                                   \
  }
#define MK_CONVERT_NUMBER(from, to, From, To) MK_CONVERT(from, to, From, To, (To)x)
#define MK_CONVERT_BOOL(from, From) MK_CONVERT(from, bool, From, uint8_t, x != 0)

#define MK_CONVERT_FROM_INTEGER(from, From)        \
  MK_CONVERT_NUMBER(from, float32, From, float)    \
  MK_CONVERT_NUMBER(from, float64, From, double)   \
  MK_CONVERT_NUMBER(from, int8, From, int8_t)      \
  MK_CONVERT_NUMBER(from, int16, From, int16_t)    \
  MK_CONVERT_NUMBER(from, int32, From, int32_t)    \
  MK_CONVERT_NUMBER(from, int64, From, int64_t)    \
  MK_CONVERT_NUMBER(from, uint8, From, uint8_t)    \
  MK_CONVERT_BOOL(from, From)
#define MK_CONVERT_FROM_FLOAT(from, From, suffix)                            \
  MK_CONVERT_NUMBER(from, float32, From, float)                              \
  MK_CONVERT_NUMBER(from, float64, From, double)                             \
  MK_CONVERT(from, int8, From, int8_t, (int8_t)to_int32_##suffix(x))         \
  MK_CONVERT(from, int16, From, int16_t, (int16_t)to_int32_##suffix(x))      \
  MK_CONVERT(from, int32, From, int32_t, to_int32_##suffix(x))               \
  MK_CONVERT(from, int64, From, int64_t, to_int64_##suffix(x))               \
  MK_CONVERT(from, uint8, From, uint8_t, (uint8_t)to_int32_##suffix(x))      \
  MK_CONVERT_BOOL(from, From)

MK_CONVERT_FROM_FLOAT(float32, float, f32)
MK_CONVERT_FROM_FLOAT(float64, double, f64)
MK_CONVERT_FROM_INTEGER(int8, int8_t)
MK_CONVERT_FROM_INTEGER(int16, int16_t)
MK_CONVERT_FROM_INTEGER(int32, int32_t)
MK_CONVERT_FROM_INTEGER(int64, int64_t)
MK_CONVERT_FROM_INTEGER(uint8, uint8_t)

// A bool is a byte, 0 or not.
#define MK_CONVERT_FROM_BOOL(to, To) MK_CONVERT(bool, to, uint8_t, To, (To)(x != 0))
MK_CONVERT_FROM_BOOL(float32, float)
MK_CONVERT_FROM_BOOL(float64, double)
MK_CONVERT_FROM_BOOL(int8, int8_t)
MK_CONVERT_FROM_BOOL(int16, int16_t)
MK_CONVERT_FROM_BOOL(int32, int32_t)
MK_CONVERT_FROM_BOOL(int64, int64_t)
MK_CONVERT_FROM_BOOL(uint8, uint8_t)
MK_CONVERT_FROM_BOOL(bool, uint8_t)

MK_CONVERT(float16, float32, uint16_t, float, float16_to_float(x))
MK_CONVERT(bfloat16, float32, uint16_t, float, bfloat16_to_float(x))
MK_CONVERT(float32, float16, float, uint16_t, float_to_float16(x))
MK_CONVERT(float32, bfloat16, float, uint16_t, float_to_bfloat16(x))
MK_CONVERT(float16, float16, uint16_t, uint16_t, x)
MK_CONVERT(bfloat16, bfloat16, uint16_t, uint16_t, x)

// The 16-bit floats and every other type meet in float32, a few hundred elements at a time.
#define MK_CONVERT_THROUGH_FLOAT(from, to, From, To)                                    \
  static void convert_##from##_##to(int64_t count, const void *source, void *target) {  \
    const From *s = source;                                                             \
    To *t = target;                                                                     \
    float middle[256];                                                                  \
    for (int64_t i = 0; i < count; i += 256) {                                          \
      const int64_t piece = count - i < 256 ? count - i : 256;                          \
      convert_##from##_float32(piece, s + i, middle);                                   \
      convert_float32_##to(piece, middle, t + i);                                       \
    }                                                                                   \
  }
#define MK_CONVERT_SHORT_FLOAT(half)                                  \
  MK_CONVERT_THROUGH_FLOAT(half, float64, uint16_t, double)           \
  MK_CONVERT_THROUGH_FLOAT(half, int8, uint16_t, int8_t)              \
  MK_CONVERT_THROUGH_FLOAT(half, int16, uint16_t, int16_t)            \
  MK_CONVERT_THROUGH_FLOAT(half, int32, uint16_t, int32_t)            \
  MK_CONVERT_THROUGH_FLOAT(half, int64, uint16_t, int64_t)            \
  MK_CONVERT_THROUGH_FLOAT(half, uint8, uint16_t, uint8_t)            \
  MK_CONVERT_THROUGH_FLOAT(half, bool, uint16_t, uint8_t)             \
  MK_CONVERT_THROUGH_FLOAT(float64, half, double, uint16_t)           \
  MK_CONVERT_THROUGH_FLOAT(int8, half, int8_t, uint16_t)              \
  MK_CONVERT_THROUGH_FLOAT(int16, half, int16_t, uint16_t)            \
  MK_CONVERT_THROUGH_FLOAT(int32, half, int32_t, uint16_t)            \
  MK_CONVERT_THROUGH_FLOAT(int64, half, int64_t, uint16_t)            \
  MK_CONVERT_THROUGH_FLOAT(uint8, half, uint8_t, uint16_t)            \
  MK_CONVERT_THROUGH_FLOAT(bool, half, uint8_t, uint16_t)
MK_CONVERT_SHORT_FLOAT(float16)
MK_CONVERT_SHORT_FLOAT(bfloat16)
MK_CONVERT_THROUGH_FLOAT(float16, bfloat16, uint16_t, uint16_t)
MK_CONVERT_THROUGH_FLOAT(bfloat16, float16, uint16_t, uint16_t)

#define MK_CONVERT_ROW(from)                                                                                             \
  {convert_##from##_float32, convert_##from##_float64, convert_##from##_float16, convert_##from##_bfloat16,              \
   convert_##from##_int8, convert_##from##_int16, convert_##from##_int32, convert_##from##_int64, convert_##from##_uint8, \
   convert_##from##_bool},
static const convert_function convert_table[MK_DTYPE_COUNT][MK_DTYPE_COUNT] = {MK_DTYPES(MK_CONVERT_ROW)};
_Static_assert(MK_DTYPE_COUNT == 10, "MK_CONVERT_ROW lists every element type, in DType's order");

static const uint8_t dtype_bytes[MK_DTYPE_COUNT] = {4, 8, 2, 2, 1, 2, 4, 8, 1, 1};

// The conversion of contiguous blocks from one element type to another.
MK_INLINE convert_function convert_block(int32_t from, int32_t to) { return convert_table[from][to]; }
