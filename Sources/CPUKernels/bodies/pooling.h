// Pooling of whole planes on one thread; gradients, which scatter, are in run_pooling.c.
#ifndef MK_POOL_WINDOW
#define MK_POOL_WINDOW
// The cells [start, stop) that an adaptive window shares evenly.
static inline void adaptive_window(const mk_pooling *g, int d, int64_t at, int64_t start[3], int64_t stop[3]) {
  start[d] = at * g->input[d] / g->output[d];
  stop[d] = ((at + 1) * g->input[d] + g->output[d] - 1) / g->output[d];
}

// The cells [start, stop) of an average's window that lie inside, and what their sum is divided by; 0 if there are none.
// As PyTorch counts: the window ends at input + padding at the latest, also where a ceiling made it stick out.
static inline int64_t pool_window(const mk_pooling *g, const int64_t at[3], int64_t start[3], int64_t stop[3]) {
  int64_t padded = 1, inside = 1;
  if (g->adaptive) {
    for (int d = 0; d < 3; d++) {
      adaptive_window(g, d, at[d], start, stop);
      inside *= stop[d] - start[d];
    }
    return inside;
  }
  for (int d = 0; d < 3; d++) {
    start[d] = at[d] * g->stride[d] - g->padding[d];
    stop[d] = start[d] + g->kernel[d];
    if (stop[d] > g->input[d] + g->padding[d]) stop[d] = g->input[d] + g->padding[d];
    padded *= stop[d] - start[d];
    if (start[d] < 0) start[d] = 0;
    if (stop[d] > g->input[d]) stop[d] = g->input[d];
    inside *= stop[d] > start[d] ? stop[d] - start[d] : 0;
  }
  if (inside == 0) return 0;
  return g->divisor_override ? g->divisor_override : g->count_include_pad ? padded : inside;
}

// A maximum's window in one dimension: the first cell inside and the end.
static inline void max_pool_window(const mk_pooling *g, int d, int64_t at, int64_t start[3], int64_t stop[3]) {
  if (g->adaptive) {
    adaptive_window(g, d, at, start, stop);
    return;
  }
  start[d] = at * g->stride[d] - g->padding[d];
  stop[d] = start[d] + (g->kernel[d] - 1) * g->dilation[d] + 1;
  if (stop[d] > g->input[d]) stop[d] = g->input[d];
  if (start[d] < 0) start[d] += (-start[d] + g->dilation[d] - 1) / g->dilation[d] * g->dilation[d];
}
#endif

#ifdef MK_BYTES
#define POOL_EVEN_2 0, 2
#define POOL_ODD_2 1, 3
#define POOL_EVEN_4 0, 2, 4, 6
#define POOL_ODD_4 1, 3, 5, 7
#define POOL_EVEN_8 0, 2, 4, 6, 8, 10, 12, 14
#define POOL_ODD_8 1, 3, 5, 7, 9, 11, 13, 15
#define POOL_EVEN_16 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
#define POOL_ODD_16 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31

#define REAL float
#define REAL_VECTOR vf32
#define REAL_MASK vi32
#define REAL_INTEGER int32_t
#define REAL_LANES MK_F32
#define REAL_FN(x) x##_f32
#if MK_BYTES == 64
#define REAL_EVEN POOL_EVEN_16
#define REAL_ODD POOL_ODD_16
#elif MK_BYTES == 32
#define REAL_EVEN POOL_EVEN_8
#define REAL_ODD POOL_ODD_8
#else
#define REAL_EVEN POOL_EVEN_4
#define REAL_ODD POOL_ODD_4
#endif
#include "pooling_typed.h"
#undef REAL
#undef REAL_VECTOR
#undef REAL_MASK
#undef REAL_INTEGER
#undef REAL_LANES
#undef REAL_FN
#undef REAL_EVEN
#undef REAL_ODD
#define REAL double
#define REAL_VECTOR vf64
#define REAL_MASK vi64
#define REAL_INTEGER int64_t
#define REAL_LANES MK_F64
#define REAL_FN(x) x##_f64
#if MK_BYTES == 64
#define REAL_EVEN POOL_EVEN_8
#define REAL_ODD POOL_ODD_8
#elif MK_BYTES == 32
#define REAL_EVEN POOL_EVEN_4
#define REAL_ODD POOL_ODD_4
#else
#define REAL_EVEN POOL_EVEN_2
#define REAL_ODD POOL_ODD_2
#endif
#include "pooling_typed.h"
#undef REAL
#undef REAL_VECTOR
#undef REAL_MASK
#undef REAL_INTEGER
#undef REAL_LANES
#undef REAL_FN
#undef REAL_EVEN
#undef REAL_ODD

static int32_t max_pool(const mk_pooling *geometry, int64_t begin, int64_t end, const void *input, void *output, int64_t *indices) {
  if (geometry->dtype == MK_float32) max_pool_f32(geometry, begin, end, input, output, indices);
  else if (geometry->dtype == MK_float64) max_pool_f64(geometry, begin, end, input, output, indices);
  else return MK_UNSUPPORTED;
  return MK_OK;
}

static int32_t average_pool(const mk_pooling *geometry, int64_t begin, int64_t end, const void *input, void *output) {
  if (geometry->dtype == MK_float32) average_pool_f32(geometry, begin, end, input, output);
  else if (geometry->dtype == MK_float64) average_pool_f64(geometry, begin, end, input, output);
  else return MK_UNSUPPORTED;
  return MK_OK;
}
#endif
