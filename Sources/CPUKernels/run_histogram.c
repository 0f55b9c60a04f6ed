// Counting into bins.
//
// Work is cut into parts of the elements; each counts for itself, and the counts are added up: integers, so the order does not
// matter. With many bins a part's table would cost more than it saves, and one part does it all.
#include <math.h>
#include <stdatomic.h>
#include <string.h>

#include "kernel_table.h"

#pragma STDC FP_CONTRACT OFF

enum {
  PART = 65536,      // least elements of a part
  MOST_PARTS = 16,
  FEW_BINS = 1024,   // of which a part keeps several tables, so that equal neighbours need not wait for each other
  TABLES = 4,
  BLOCK = 1024,      // elements whose bins are worked out before they are counted
};

typedef struct histogram_job {
  int32_t dtype;
  int64_t n, step, bins;
  const void *input;
  double low, high;
  int64_t *counts;     // parts tables of `bins`
  _Atomic bool strayed;
} histogram_job;

// The bins of up to BLOCK elements; those that belong to none get `bins`, one past the last.
#define INTEGER_BINS(T)                                                                                               \
  for (int64_t i = 0; i < n; i++) {                                                                                   \
    const int64_t x = ((const T *)job->input)[begin + i];                                                             \
    place[i] = x >= 0 && x < bins ? x : bins;                                                                         \
  }
// A quotient that is no number, of bounds that are one in this type, counts as the end.
#define FLOAT_BINS(T, WIDE)                                                                                           \
  {                                                                                                                   \
    const T low = (T)job->low, high = (T)job->high, width = high - low, number = (T)bins;                             \
    const WIDE last = (WIDE)bins - 1;                                                                                 \
    for (int64_t i = 0; i < n; i++) {                                                                                 \
      const T x = ((const T *)job->input)[begin + i], at = (x - low) * number / width;                                \
      const bool inside = (x >= low) & (x <= high);                                                                   \
      const WIDE bin = (WIDE)(inside ? at < number ? at : number : 0);                                                \
      place[i] = inside ? (bin < last ? bin : last) : (WIDE)bins;                                                     \
    }                                                                                                                 \
  }
static void find_bins(const histogram_job *job, int64_t begin, int64_t n, int64_t *restrict place) {
  const int64_t bins = job->bins;
  switch (job->dtype) {
    case MK_float32:
      if (bins < INT32_MAX / 2) FLOAT_BINS(float, int32_t)
      else FLOAT_BINS(float, int64_t)
      break;
    case MK_float64: FLOAT_BINS(double, int64_t) break;
    case MK_int8: INTEGER_BINS(int8_t) break;
    case MK_int16: INTEGER_BINS(int16_t) break;
    case MK_int32: INTEGER_BINS(int32_t) break;
    case MK_int64: INTEGER_BINS(int64_t) break;
    default: INTEGER_BINS(uint8_t) break;
  }
}

static bool is_real(int32_t dtype) { return dtype == MK_float32 || dtype == MK_float64; }

static void count_part(void *context, int64_t part) {
  histogram_job *job = context;
  const int64_t bins = job->bins, begin = part * job->step;
  const int64_t end = begin + job->step < job->n ? begin + job->step : job->n;
  int64_t *counts = job->counts + part * bins, outside = 0;
  int64_t place[BLOCK];
  uint32_t tables[TABLES][FEW_BINS + 1];
  const bool few = bins <= FEW_BINS;
  memset(counts, 0, (size_t)bins * sizeof *counts);
  if (few)
    for (int t = 0; t < TABLES; t++) memset(tables[t], 0, (size_t)(bins + 1) * sizeof tables[t][0]);
  int64_t unread = 0;  // elements in the tables, whose counts have 32 bits
  for (int64_t i = begin; i < end; i += BLOCK) {
    const int64_t n = end - i < BLOCK ? end - i : BLOCK;
    find_bins(job, i, n, place);
    if (!few) {
      for (int64_t j = 0; j < n; j++) {
        if (place[j] < bins) counts[place[j]]++;
        else outside++;
      }
      continue;
    }
    int64_t j = 0;
    for (; j + TABLES <= n; j += TABLES)
      for (int t = 0; t < TABLES; t++) tables[t][place[j + t]]++;
    for (; j < n; j++) tables[0][place[j]]++;
    unread += n;
    if (unread < UINT32_MAX - BLOCK && i + n < end) continue;
    for (int t = 0; t < TABLES; t++) {
      for (int64_t b = 0; b < bins; b++) counts[b] += tables[t][b];
      outside += tables[t][bins];
      memset(tables[t], 0, (size_t)(bins + 1) * sizeof tables[t][0]);
    }
    unread = 0;
  }
  if (outside && !is_real(job->dtype)) atomic_store_explicit(&job->strayed, true, memory_order_relaxed);
}

int32_t mk_run_histogram(int32_t dtype, int64_t n, const void *input, double low, double high, int64_t bins, int64_t *counts) {
  switch (dtype) {
    case MK_float32: case MK_float64: case MK_int8: case MK_int16: case MK_int32: case MK_int64: case MK_uint8: break;
    default: return MK_UNSUPPORTED;
  }
  if (bins <= 0) return n > 0 && !is_real(dtype) ? MK_INDEX_OUT_OF_RANGE : MK_OK;
  histogram_job job = {.dtype = dtype, .n = n, .bins = bins, .input = input, .low = low, .high = high, .counts = counts};
  int64_t parts = bins <= PART / 4 ? n / PART : 1;
  parts = parts < 1 ? 1 : parts > MOST_PARTS ? MOST_PARTS : parts;
  int64_t *tables = parts > 1 ? mk_allocate((size_t)(parts * bins) * sizeof *tables) : counts;
  if (!tables) { tables = counts; parts = 1; }
  job.counts = tables;
  job.step = (n + parts - 1) / parts;
  if (parts > 1) mk_parallel(parts, count_part, &job);
  else count_part(&job, 0);
  if (tables != counts) {
    for (int64_t b = 0; b < bins; b++) counts[b] = tables[b];
    for (int64_t p = 1; p < parts; p++)
      for (int64_t b = 0; b < bins; b++) counts[b] += tables[p * bins + b];
    mk_free(tables, (size_t)(parts * bins) * sizeof *tables);
  }
  return atomic_load_explicit(&job.strayed, memory_order_relaxed) ? MK_INDEX_OUT_OF_RANGE : MK_OK;
}
