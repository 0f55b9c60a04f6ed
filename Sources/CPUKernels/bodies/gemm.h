// The matrix product on one thread: tiles, blocks of tiles, packing, matrix times vector, and the exact integer product.
// run_gemm.c cuts the work. The loops for float and double are in
// gemm_typed.h.

#include "gemm_parts.h"

#define REAL float
#define REAL_VECTOR vf32
#define REAL_LANES MK_F32
#define REAL_FN(x) x##_f32
#define REAL_ROWS GEMM_MR_F32
#include "gemm_typed.h"
#undef REAL
#undef REAL_VECTOR
#undef REAL_LANES
#undef REAL_FN
#undef REAL_ROWS
#define REAL double
#define REAL_VECTOR vf64
#define REAL_LANES MK_F64
#define REAL_FN(x) x##_f64
#define REAL_ROWS GEMM_MR_F64
#include "gemm_typed.h"
#undef REAL
#undef REAL_VECTOR
#undef REAL_LANES
#undef REAL_FN
#undef REAL_ROWS

// ---- Packing of the half types ----

// Bits of a float16 to float: the exponent is moved by a product, which also makes denormals right.
MK_INLINE float gemm_from_float16(uint16_t bits) {
  const uint32_t magnitude = (uint32_t)(bits & 0x7fff) << 13;
  union { uint32_t u; float f; } value = {.u = magnitude};
  value.f *= 0x1p112f;
  value.u = (bits & 0x7c00) == 0x7c00 ? magnitude | 0x7f800000u : value.u;
  value.u |= (uint32_t)(bits & 0x8000) << 16;
  return value.f;
}
MK_INLINE float gemm_from_bfloat16(uint16_t bits) {
  union { uint32_t u; float f; } value = {.u = (uint32_t)bits << 16};
  return value.f;
}

static void gemm_widen(int32_t dtype, int64_t count, const uint16_t *source, int64_t stride, float *target) {
  if (dtype == MK_bfloat16) {
    if (stride == 1)
      for (int64_t i = 0; i < count; i++) target[i] = gemm_from_bfloat16(source[i]);
    else
      for (int64_t i = 0; i < count; i++) target[i] = gemm_from_bfloat16(source[i * stride]);
  } else {
    for (int64_t i = 0; i < count; i++) target[i] = gemm_from_float16(source[i * stride]);
  }
}

static void gemm_pack_f32(int32_t width, int32_t source_dtype, int64_t lanes, int64_t k, const void *source, int64_t lane_stride,
                          int64_t k_stride, void *panel_start) {
  float *panel = panel_start;
  if (source_dtype == MK_float32) {
    gemm_pack_same_f32(width, lanes, k, source, lane_stride, k_stride, panel);
    return;
  }
  // Widened in pieces that stay in the first cache, then packed like floats.
  enum { piece = 64, most_lanes = 32 };
  const uint16_t *from = source;
  float buffer[piece * most_lanes];
  for (int64_t p = 0; p < k; p += piece) {
    const int64_t steps = k - p < piece ? k - p : piece;
    if (lane_stride == 1) {
      for (int64_t q = 0; q < steps; q++) gemm_widen(source_dtype, lanes, from + (p + q) * k_stride, 1, buffer + q * most_lanes);
      gemm_pack_same_f32(width, lanes, steps, buffer, 1, most_lanes, panel + p * width);
    } else {
      for (int64_t lane = 0; lane < lanes; lane++)
        gemm_widen(source_dtype, steps, from + lane * lane_stride + p * k_stride, k_stride, buffer + lane * piece);
      gemm_pack_same_f32(width, lanes, steps, buffer, piece, 1, panel + p * width);
    }
  }
}

static void gemm_pack_f64(int32_t width, int32_t source_dtype, int64_t lanes, int64_t k, const void *source, int64_t lane_stride,
                          int64_t k_stride, void *panel) {
  (void)source_dtype;
  gemm_pack_same_f64(width, lanes, k, source, lane_stride, k_stride, panel);
}

// MK_UNSUPPORTED unless the type is float or double and A has contiguous columns, or contiguous rows and x too.
static int32_t gemv(int32_t dtype, int64_t m, int64_t n, const void *a, int64_t a_row, int64_t a_column, const void *x, int64_t x_stride,
                    void *y, int64_t y_stride, bool accumulate) {
  if (dtype == MK_float32) return gemv_f32(m, n, a, a_row, a_column, x, x_stride, y, y_stride, accumulate);
  if (dtype == MK_float64) return gemv_f64(m, n, a, a_row, a_column, x, x_stride, y, y_stride, accumulate);
  return MK_UNSUPPORTED;
}

// ---- Integers ----

// c[m × n] = (c +) a·b (+ bias) modulo 2^bits, sums kept in WIDE. Panels of b, widened, then four rows at a time: inner loops
// over contiguous arrays of fixed length, which the compiler makes vectors of.
#define GEMM_INTEGER(NAME, TYPE, WIDE, COMBINE, ADD)                                                                            \
  static void gemm_##NAME(const mk_gemm *work, const TYPE *a, const TYPE *b, TYPE *c, int64_t begin, int64_t end) {             \
    enum { width = 32, depth = 128, height = 4 };                                                                               \
    const TYPE *bias = work->bias;                                                                                              \
    for (int64_t j = 0; j < work->n; j += width) {                                                                              \
      const int64_t columns = work->n - j < width ? work->n - j : width;                                                        \
      for (int64_t p = 0; p == 0 || p < work->k; p += depth) {                                                                  \
        const int64_t steps = work->k - p < depth ? work->k - p : depth;                                                        \
        WIDE panel[depth][width];                                                                                               \
        for (int64_t s = 0; s < steps; s++)                                                                                     \
          for (int64_t q = 0; q < width; q++)                                                                                   \
            panel[s][q] = q < columns ? (WIDE)b[(p + s) * work->b_row + (j + q) * work->b_column] : (WIDE)0;                    \
        for (int64_t i = begin; i < end; i += height) {                                                                         \
          const int64_t rows = end - i < height ? end - i : height;                                                             \
          WIDE sums[height][width] = {{0}};                                                                                     \
          for (int64_t s = 0; s < steps; s++)                                                                                   \
            for (int64_t r = 0; r < rows; r++) {                                                                                \
              const WIDE x = (WIDE)a[(i + r) * work->a_row + (p + s) * work->a_column];                                         \
              for (int64_t q = 0; q < width; q++) sums[r][q] = ADD(sums[r][q], COMBINE(x, panel[s][q]));                        \
            }                                                                                                                   \
          for (int64_t r = 0; r < rows; r++)                                                                                    \
            for (int64_t q = 0; q < columns; q++) {                                                                             \
              TYPE *to = c + (i + r) * work->c_row + (j + q) * work->c_column;                                                  \
              WIDE value = sums[r][q];                                                                                          \
              if (p > 0 || work->accumulate) value = ADD(value, (WIDE)*to);                                                     \
              if (p == 0 && bias) value = ADD(value, (WIDE)bias[j + q]);                                                        \
              *to = (TYPE)value;                                                                                                \
            }                                                                                                                   \
        }                                                                                                                       \
      }                                                                                                                         \
    }                                                                                                                           \
  }
#define GEMM_TIMES(x, y) ((x) * (y))
#define GEMM_PLUS(x, y) ((x) + (y))
#define GEMM_AND(x, y) ((x) & (y))
#define GEMM_OR(x, y) ((x) | (y))
GEMM_INTEGER(int8, int8_t, uint32_t, GEMM_TIMES, GEMM_PLUS)
GEMM_INTEGER(int16, int16_t, uint32_t, GEMM_TIMES, GEMM_PLUS)
GEMM_INTEGER(int32, int32_t, uint32_t, GEMM_TIMES, GEMM_PLUS)
GEMM_INTEGER(int64, int64_t, uint64_t, GEMM_TIMES, GEMM_PLUS)
GEMM_INTEGER(uint8, uint8_t, uint32_t, GEMM_TIMES, GEMM_PLUS)
GEMM_INTEGER(bool, uint8_t, uint8_t, GEMM_AND, GEMM_OR)

// Rows [begin, end) of one batch element whose matrices start at a, b, c.
static int32_t gemm_integer(const mk_gemm *work, const void *a, const void *b, void *c, int64_t begin, int64_t end) {
  switch (work->dtype) {
    case MK_int8: gemm_int8(work, a, b, c, begin, end); return MK_OK;
    case MK_int16: gemm_int16(work, a, b, c, begin, end); return MK_OK;
    case MK_int32: gemm_int32(work, a, b, c, begin, end); return MK_OK;
    case MK_int64: gemm_int64(work, a, b, c, begin, end); return MK_OK;
    case MK_uint8: gemm_uint8(work, a, b, c, begin, end); return MK_OK;
    case MK_bool: gemm_bool(work, a, b, c, begin, end); return MK_OK;
    default: return MK_UNSUPPORTED;
  }
}
