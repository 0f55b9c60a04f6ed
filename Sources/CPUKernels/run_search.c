// Where values belong in sorted lines.
#include "kernel_table.h"

enum { GRAIN = 4096 };  // values worth a chunk

typedef struct search_job {
  bool right, narrow;
  int32_t dtype;
  int64_t rows, n, per_row, lines, step;
  const void *sorted, *values;
  void *output;
} search_job;

// Halves the stretch in which the place must be; no branch depends on the data. Asked with
// `not`, so that a NaN goes to the end.
#define SEARCH(T, AFTER)                                                                                              \
  for (int64_t i = begin; i < end; i++) {                                                                             \
    const T value = ((const T *)job->values)[i];                                                                      \
    const T *line = (const T *)job->sorted + (job->lines > 1 ? i / job->per_row * job->n : 0), *at = line;            \
    int64_t found = 0;                                                                                                \
    if (job->n > 0) {                                                                                                 \
      for (int64_t left = job->n; left > 1;) {                                                                        \
        const int64_t half = left / 2;                                                                                \
        at += !(at[half - 1] AFTER value) ? half : 0;                                                                \
        left -= half;                                                                                                 \
      }                                                                                                               \
      found = at - line + !(*at AFTER value);                                                                        \
    }                                                                                                                 \
    if (job->narrow) ((int32_t *)job->output)[i] = (int32_t)found;                                                    \
    else ((int64_t *)job->output)[i] = found;                                                                         \
  }
#define SEARCH_BOTH(T) { if (job->right) SEARCH(T, >) else SEARCH(T, >=) break; }

static void run_values(void *context, int64_t chunk) {
  const search_job *job = context;
  const int64_t all = job->rows * job->per_row, begin = chunk * job->step, end = begin + job->step < all ? begin + job->step : all;
  switch (job->dtype) {
    case MK_float32: SEARCH_BOTH(float)
    case MK_float64: SEARCH_BOTH(double)
    case MK_int64: SEARCH_BOTH(int64_t)
  }
}

int32_t mk_run_search(bool right, int32_t dtype, int64_t lines, int64_t n, int64_t rows, int64_t per_row, const void *sorted, const void *values, bool narrow, void *output) {
  if (dtype != MK_float32 && dtype != MK_float64 && dtype != MK_int64) return MK_UNSUPPORTED;
  if (rows <= 0 || per_row <= 0) return MK_OK;
  search_job job = {right, narrow, dtype, rows, n, per_row, lines, GRAIN, sorted, values, output};
  mk_parallel((rows * per_row + GRAIN - 1) / GRAIN, run_values, &job);
  return MK_OK;
}
