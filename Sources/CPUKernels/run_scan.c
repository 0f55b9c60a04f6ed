// Running totals and extremes along a dimension. A line is one chain of steps; lines and blocks of columns are done at the
// same time. Totals of float32 are kept in double, so that a sum of millions keeps its digits.
#include <math.h>

#include "kernel_table.h"

#pragma STDC FP_CONTRACT OFF

enum { SCAN_SUM, SCAN_PRODUCT, SCAN_LOG_SUM_EXP, SCAN_MAXIMUM, SCAN_MINIMUM };
enum {
  TILE = 256,    // columns side by side
  LINES = 4,     // lines side by side
  GRAIN = 32768, // elements worth a chunk
};

typedef struct scan_job {
  int32_t operation, dtype;
  int64_t outer, count, inner, blocks, step;
  const void *input;
  void *output;
  int64_t *indices;
} scan_job;

// log(exp(a) + exp(b)); equal infinities stay.
static double log_add(double a, double b) {
  if (a != a || b != b) return NAN;
  const double low = a < b ? a : b, high = a < b ? b : a;
  return isinf(high) ? high : high + log1p(exp(low - high));
}

#define T float
#define A double
#define S(x) x##_f32
#define ADD(a, b) ((a) + (b))
#define MULTIPLY(a, b) ((a) * (b))
#define LOG_ADD(a, b) log_add(a, b)
#define LOWEST (-INFINITY)
#define IS_NAN(x) ((x) != (x))
#include "scan_typed.h"
#undef T
#undef S
#define T double
#define S(x) x##_f64
#include "scan_typed.h"
#undef T
#undef A
#undef S
#undef ADD
#undef MULTIPLY
#undef LOG_ADD
#undef LOWEST
#undef IS_NAN
#define T int64_t
#define A int64_t
#define S(x) x##_i64
#define ADD(a, b) ((int64_t)((uint64_t)(a) + (uint64_t)(b)))
#define MULTIPLY(a, b) ((int64_t)((uint64_t)(a) * (uint64_t)(b)))
#define LOG_ADD(a, b) ((void)(a), (b))  // refused beforehand
#define LOWEST INT64_MIN
#define IS_NAN(x) false
#include "scan_typed.h"

static void run_blocks(void *context, int64_t chunk) {
  const scan_job *job = context;
  const int64_t all = job->outer * job->blocks, begin = chunk * job->step, end = begin + job->step < all ? begin + job->step : all;
  int64_t i = begin;
  if (job->inner == 1 && job->operation < SCAN_MAXIMUM)
    for (; i + LINES <= end; i += LINES) {
      if (job->dtype == MK_float32) scan_lines_f32(job, i);
      else if (job->dtype == MK_float64) scan_lines_f64(job, i);
      else scan_lines_i64(job, i);
    }
  for (; i < end; i++) {
    const int64_t outer = i / job->blocks, first = i % job->blocks * TILE;
    const int64_t width = job->inner - first < TILE ? job->inner - first : TILE;
    if (job->dtype == MK_float32) scan_f32(job, outer, first, width);
    else if (job->dtype == MK_float64) scan_f64(job, outer, first, width);
    else scan_i64(job, outer, first, width);
  }
}

int32_t mk_run_scan(int32_t operation, int32_t dtype, int64_t outer, int64_t count, int64_t inner, const void *input, void *output, int64_t *indices) {
  if (operation < SCAN_SUM || operation > SCAN_MINIMUM || (dtype != MK_float32 && dtype != MK_float64 && dtype != MK_int64)) return MK_UNSUPPORTED;
  if (operation == SCAN_LOG_SUM_EXP && dtype == MK_int64) return MK_UNSUPPORTED;
  if (operation >= SCAN_MAXIMUM && !indices) return MK_UNSUPPORTED;
  if (outer <= 0 || count <= 0 || inner <= 0) return MK_OK;
  scan_job job = {operation, dtype, outer, count, inner, (inner + TILE - 1) / TILE, 0, input, output, indices};
  const int64_t width = inner < TILE ? inner : TILE;
  job.step = GRAIN / (count * width) + 1;
  mk_parallel((outer * job.blocks + job.step - 1) / job.step, run_blocks, &job);
  return MK_OK;
}
