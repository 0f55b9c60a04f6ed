// Counting into bins.
//
// Work is cut into parts of the elements; each counts for itself, and the counts are added up: integers, so the order does not
// matter. With many bins a part's table would cost more than it saves, and one part does it all.
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
  RUN = 1 << 30,     // elements that counters of 32 bits hold
};

typedef struct histogram_job {
  int32_t dtype;
  int64_t n, step, bins;
  const void *input;
  double low, high;
  int64_t *counts;     // parts tables of `bins`
  _Atomic bool strayed;
} histogram_job;

// One past the last bin counts what belongs to none.
typedef uint32_t table[FEW_BINS + 1];

static bool is_real(int32_t dtype) { return dtype == MK_float32 || dtype == MK_float64; }

// ---- Few bins ---------------------------------------------------------------------------------------------------------

// Integers are bins themselves; as unsigned numbers the negative ones lie beyond all bins.
#define COUNT_INTEGERS(T, U)                                                                                          \
  {                                                                                                                   \
    const T *x = (const T *)job->input + begin;                                                                       \
    const uint64_t bins = (uint64_t)job->bins;                                                                        \
    int64_t i = 0;                                                                                                    \
    for (; i + TABLES <= n; i += TABLES)                                                                              \
      for (int t = 0; t < TABLES; t++) { const U bin = (U)x[i + t]; tables[t][bin < bins ? bin : bins]++; }           \
    for (; i < n; i++) { const U bin = (U)x[i]; tables[0][bin < bins ? bin : bins]++; }                               \
    break;                                                                                                            \
  }

// The bins of up to BLOCK floats. A quotient that is no number, of bounds that are one in this type, counts as the end.
#define FIND_BINS(T)                                                                                                  \
  {                                                                                                                   \
    const T low = (T)job->low, high = (T)job->high, width = high - low, number = (T)bins;                             \
    for (int64_t i = 0; i < n; i++) {                                                                                 \
      const T x = ((const T *)job->input)[begin + i], at = (x - low) * number / width;                                \
      const bool inside = (x >= low) & (x <= high);                                                                   \
      const int32_t bin = (int32_t)(inside ? at < number ? at : number : 0);                                          \
      place[i] = inside ? (bin < bins ? bin : bins - 1) : bins;                                                       \
    }                                                                                                                 \
  }
static void count_floats(const histogram_job *job, int64_t begin, int64_t n, table *tables) {
  const int32_t bins = (int32_t)job->bins;
  int32_t place[BLOCK];
  for (const int64_t end = begin + n; begin < end; begin += BLOCK) {
    n = end - begin < BLOCK ? end - begin : BLOCK;
    if (job->dtype == MK_float32) FIND_BINS(float)
    else FIND_BINS(double)
    int64_t i = 0;
    for (; i + TABLES <= n; i += TABLES)
      for (int t = 0; t < TABLES; t++) tables[t][place[i + t]]++;
    for (; i < n; i++) tables[0][place[i]]++;
  }
}

// Counts [begin, end) into `counts`; returns how many belong to no bin.
static int64_t count_few(const histogram_job *job, int64_t begin, int64_t end, int64_t *counts) {
  table tables[TABLES];
  const int64_t bins = job->bins;
  int64_t outside = 0;
  for (; begin < end; begin += RUN) {
    const int64_t n = end - begin < RUN ? end - begin : RUN;
    for (int t = 0; t < TABLES; t++) memset(tables[t], 0, (size_t)(bins + 1) * sizeof tables[t][0]);
    switch (job->dtype) {
      case MK_int8: COUNT_INTEGERS(int8_t, uint64_t)
      case MK_int16: COUNT_INTEGERS(int16_t, uint64_t)
      case MK_int32: COUNT_INTEGERS(int32_t, uint32_t)
      case MK_int64: COUNT_INTEGERS(int64_t, uint64_t)
      case MK_uint8: COUNT_INTEGERS(uint8_t, uint64_t)
      default: count_floats(job, begin, n, tables);
    }
    for (int t = 0; t < TABLES; t++) {
      for (int64_t b = 0; b < bins; b++) counts[b] += tables[t][b];
      outside += tables[t][bins];
    }
  }
  return outside;
}

// ---- Many bins --------------------------------------------------------------------------------------------------------

// The bin of one element, or -1.
static int64_t bin_of(const histogram_job *job, int64_t i) {
  int64_t bin = -1;
  switch (job->dtype) {
    case MK_int8: bin = ((const int8_t *)job->input)[i]; break;
    case MK_int16: bin = ((const int16_t *)job->input)[i]; break;
    case MK_int32: bin = ((const int32_t *)job->input)[i]; break;
    case MK_int64: bin = ((const int64_t *)job->input)[i]; break;
    case MK_uint8: bin = ((const uint8_t *)job->input)[i]; break;
#define FIND_BIN(T)                                                                                                   \
  {                                                                                                                   \
    const T low = (T)job->low, high = (T)job->high, x = ((const T *)job->input)[i];                                   \
    if (!(x >= low && x <= high)) return -1;                                                                          \
    const T at = (x - low) * (T)job->bins / (high - low);                                                             \
    const int64_t bin = at < (T)job->bins ? (int64_t)at : job->bins;                                                  \
    return bin < job->bins ? bin : job->bins - 1;                                                                     \
  }
    case MK_float32: FIND_BIN(float)
    default: FIND_BIN(double)
  }
  return bin >= 0 && bin < job->bins ? bin : -1;
}

static int64_t count_many(const histogram_job *job, int64_t begin, int64_t end, int64_t *counts) {
  int64_t outside = 0;
  for (int64_t i = begin; i < end; i++) {
    const int64_t bin = bin_of(job, i);
    if (bin >= 0) counts[bin]++;
    else outside++;
  }
  return outside;
}

// ---- The parts --------------------------------------------------------------------------------------------------------

static void count_part(void *context, int64_t part) {
  histogram_job *job = context;
  const int64_t begin = part * job->step, end = begin + job->step < job->n ? begin + job->step : job->n;
  int64_t *counts = job->counts + part * job->bins;
  memset(counts, 0, (size_t)job->bins * sizeof *counts);
  const int64_t outside = (job->bins <= FEW_BINS ? count_few : count_many)(job, begin, end, counts);
  if (outside && !is_real(job->dtype)) atomic_store_explicit(&job->strayed, true, memory_order_relaxed);
}

int32_t mk_run_histogram(int32_t dtype, int64_t n, const void *input, double low, double high, int64_t bins, int64_t *counts, int64_t *bad) {
  switch (dtype) {
    case MK_float32: case MK_float64: case MK_int8: case MK_int16: case MK_int32: case MK_int64: case MK_uint8: break;
    default: return MK_UNSUPPORTED;
  }
  if (bins <= 0) return MK_UNSUPPORTED;
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
  if (!atomic_load_explicit(&job.strayed, memory_order_relaxed)) return MK_OK;
  for (int64_t i = 0; i < n; i++)
    if (bin_of(&job, i) < 0) { *bad = i; break; }
  return MK_INDEX_OUT_OF_RANGE;
}
