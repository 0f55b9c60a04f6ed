// Picking and placing along the middle of contiguous [outer, count, inner] tensors.
//
// Every index is checked before it is used: all of them first where elements are placed, a chunk at a time where they are
// picked into a fresh result. Destinations that several sources share are written in the order of
// the sources: work is cut along outer and inner, never along the picked positions.
#include <stdatomic.h>
#include <string.h>

#include "bodies/narrow.h"
#include "kernel_table.h"

#pragma STDC FP_CONTRACT OFF

enum { GRAIN = 16384 };  // elements worth a chunk

typedef struct index_job {
  int64_t item, outer, count, inner, picked;
  const int64_t *index;
  const char *input;
  char *output;
  int32_t operation, dtype;
  int64_t step;                  // select and gather: rows a chunk
  int64_t blocks, block;         // scatter and add: runs of `inner` a chunk
  _Atomic bool strayed;          // gather: a chunk met an index out of range
} index_job;

static inline int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

// False, with the first offender in bad, if an index is not in 0 ..< count.
static bool in_range(const int64_t *index, int64_t n, int64_t count, int64_t bad[2]) {
  for (int64_t i = 0; i < n; i += 1024) {
    const int64_t end = smaller(n, i + 1024);
    // One of the two is negative if the index is out of range: the sign of them all tells, without comparisons, which vectors
    // of 64-bit numbers need not have.
    uint64_t signs = 0;
    for (int64_t j = i; j < end; j++) signs |= (uint64_t)index[j] | (uint64_t)(count - 1) - (uint64_t)index[j];
    if (signs >> 63 == 0) continue;
    for (int64_t j = i; j < end; j++)
      if (index[j] < 0 || index[j] >= count) {
        bad[0] = j;
        bad[1] = index[j];
        return false;
      }
  }
  return true;
}

// ---- Select and gather ------------------------------------------------------------------------------------------------

// Single elements, line by line: index, from INDEX on, starts anew with every line of a select.
#define PICK_ITEMS(T, INDEX)                                                                                          \
  for (int64_t r = begin; r < end;) {                                                                                 \
    const int64_t o = r / job->picked, j = r % job->picked, n = smaller(job->picked - j, end - r);                    \
    const T *in = (const T *)job->input + o * job->count;                                                             \
    const int64_t *index = job->index + (INDEX);                                                                      \
    T *out = (T *)job->output + r;                                                                                    \
    for (int64_t i = 0; i < n; i++) out[i] = in[index[i]];                                                            \
    r += n;                                                                                                           \
  }

static void select_rows(void *context, int64_t chunk) {
  const index_job *job = context;
  const int64_t begin = chunk * job->step, end = smaller(begin + job->step, job->outer * job->picked);
  if (job->inner == 1 && job->item == 4) { PICK_ITEMS(uint32_t, j) return; }
  if (job->inner == 1 && job->item == 8) { PICK_ITEMS(uint64_t, j) return; }
  const size_t bytes = (size_t)(job->inner * job->item);
  int64_t o = begin / job->picked, j = begin % job->picked;
  for (int64_t r = begin; r < end; r++) {
    memcpy(job->output + (size_t)r * bytes, job->input + (size_t)(o * job->count + job->index[j]) * bytes, bytes);
    if (++j == job->picked) { j = 0; o++; }
  }
}

int32_t mk_run_index_select(int64_t item, int64_t outer, int64_t count, int64_t inner, int64_t picked, const int64_t *index, const void *input, void *output, int64_t bad[2]) {
  if (!in_range(index, picked, count, bad)) return MK_INDEX_OUT_OF_RANGE;
  const int64_t rows = outer * picked;
  if (rows <= 0 || inner <= 0) return MK_OK;
  index_job job = {.item = item, .outer = outer, .count = count, .inner = inner, .picked = picked, .index = index, .input = input, .output = output};
  job.step = rows * inner < 2 * GRAIN ? rows : GRAIN / inner + 1;
  mk_parallel((rows + job.step - 1) / job.step, select_rows, &job);
  return MK_OK;
}

#define GATHER_ITEMS(T)                                                                                               \
  if (inner == 1) PICK_ITEMS(T, r)                                                                                    \
  else for (int64_t r = begin; r < end; r++) {                                                                        \
    const T *in = (const T *)job->input + r / job->picked * job->count * inner;                                       \
    const int64_t *index = job->index + r * inner;                                                                    \
    T *out = (T *)job->output + r * inner;                                                                            \
    for (int64_t i = 0; i < inner; i++) out[i] = in[index[i] * inner + i];                                            \
  }

static void gather_rows(void *context, int64_t chunk) {
  index_job *job = context;
  const int64_t begin = chunk * job->step, end = smaller(begin + job->step, job->outer * job->picked), inner = job->inner;
  int64_t bad[2];
  if (!in_range(job->index + begin * inner, (end - begin) * inner, job->count, bad)) {
    atomic_store_explicit(&job->strayed, true, memory_order_relaxed);
    return;
  }
  switch (job->item) {
    case 1: GATHER_ITEMS(uint8_t) break;
    case 2: GATHER_ITEMS(uint16_t) break;
    case 4: GATHER_ITEMS(uint32_t) break;
    case 8: GATHER_ITEMS(uint64_t) break;
  }
}

int32_t mk_run_gather(int64_t item, int64_t outer, int64_t count, int64_t inner, int64_t picked, const int64_t *index, const void *input, void *output, int64_t bad[2]) {
  if (item != 1 && item != 2 && item != 4 && item != 8) return MK_UNSUPPORTED;
  const int64_t rows = outer * picked;
  if (rows <= 0 || inner <= 0) return MK_OK;
  index_job job = {.item = item, .outer = outer, .count = count, .inner = inner, .picked = picked, .index = index, .input = input, .output = output};
  job.step = rows * inner < 2 * GRAIN ? rows : GRAIN / inner + 1;
  mk_parallel((rows + job.step - 1) / job.step, gather_rows, &job);
  if (!atomic_load_explicit(&job.strayed, memory_order_relaxed)) return MK_OK;
  // Which is the first is asked of all of them, so that the answer does not depend on who met one.
  in_range(index, rows * inner, count, bad);
  return MK_INDEX_OUT_OF_RANGE;
}

// ---- Scatter and add --------------------------------------------------------------------------------------------------

enum { SCATTER_SET, SCATTER_ADD, SCATTER_MULTIPLY, SCATTER_MAXIMUM, SCATTER_MINIMUM };

#define SAME(x) (x)
#define TRUTH(x) ((x) != 0)
#define PLACE(T, C, WIDEN, NARROW, EXPRESSION)                                                                        \
  for (int64_t j = 0; j < job->picked; j++) {                                                                         \
    const T *from = (const T *)job->input + (o * job->picked + j) * inner;                                            \
    T *base = (T *)job->output + o * job->count * inner;                                                              \
    if (shared) {                                                                                                     \
      T *to = base + job->index[j] * inner;                                                                           \
      for (int64_t i = begin; i < end; i++) { const C a = WIDEN(to[i]), b = WIDEN(from[i]); (void)a; to[i] = (T)NARROW(EXPRESSION); } \
    } else {                                                                                                          \
      const int64_t *index = job->index + (o * job->picked + j) * inner;                                              \
      for (int64_t i = begin; i < end; i++) {                                                                         \
        T *to = base + index[i] * inner + i;                                                                          \
        const C a = WIDEN(*to), b = WIDEN(from[i]);                                                                   \
        (void)a;                                                                                                      \
        *to = (T)NARROW(EXPRESSION);                                                                                  \
      }                                                                                                               \
    }                                                                                                                 \
  }
// C: the type of arithmetic (unsigned for integers, so that overflow wraps); ORDER: the type of comparison.
#define PLACER(NAME, T, C, ORDER, WIDEN, NARROW)                                                                      \
  static void place_##NAME(const index_job *job, bool shared, int64_t o, int64_t begin, int64_t end) {                \
    const int64_t inner = job->inner;                                                                                 \
    switch (job->operation) {                                                                                         \
      case SCATTER_SET: PLACE(T, C, WIDEN, NARROW, b) break;                                                          \
      case SCATTER_ADD: PLACE(T, C, WIDEN, NARROW, a + b) break;                                                      \
      case SCATTER_MULTIPLY: PLACE(T, C, WIDEN, NARROW, a * b) break;                                                 \
      case SCATTER_MAXIMUM: PLACE(T, ORDER, WIDEN, NARROW, a >= b || UNORDERED(a) ? a : b) break;                     \
      case SCATTER_MINIMUM: PLACE(T, ORDER, WIDEN, NARROW, a <= b || UNORDERED(a) ? a : b) break;                     \
    }                                                                                                                 \
  }
#define UNORDERED(a) ((a) != (a))
PLACER(float32, float, float, float, SAME, SAME)
PLACER(float64, double, double, double, SAME, SAME)
PLACER(float16, uint16_t, float, float, mk_widen_half, mk_narrow_half)
PLACER(bfloat16, uint16_t, float, float, mk_widen_bfloat, mk_narrow_bfloat)
#undef UNORDERED
#define UNORDERED(a) false
PLACER(int8, int8_t, uint32_t, int8_t, SAME, SAME)
PLACER(int16, int16_t, uint32_t, int16_t, SAME, SAME)
PLACER(int32, int32_t, uint32_t, int32_t, SAME, SAME)
PLACER(int64, int64_t, uint64_t, int64_t, SAME, SAME)
PLACER(uint8, uint8_t, uint32_t, uint8_t, SAME, SAME)
PLACER(bool, uint8_t, uint32_t, uint8_t, TRUTH, TRUTH)
#undef UNORDERED

// One run of `inner` under one outer index, for an index shared by all (index_add) or one of each element (scatter).
static void place(const index_job *job, bool shared, int64_t chunk) {
  const int64_t o = chunk / job->blocks, begin = chunk % job->blocks * job->block, end = smaller(begin + job->block, job->inner);
#define PLACE_CASE(name) case MK_##name: place_##name(job, shared, o, begin, end); break;
  switch (job->dtype) { MK_DTYPES(PLACE_CASE) }
#undef PLACE_CASE
}
static void place_shared(void *context, int64_t chunk) { place(context, true, chunk); }
static void place_each(void *context, int64_t chunk) { place(context, false, chunk); }

static int32_t run_place(index_job *job, bool shared) {
  if (job->outer <= 0 || job->inner <= 0 || job->picked <= 0) return MK_OK;
  job->blocks = 1;
  if (job->outer < 8 && job->outer * job->picked * job->inner >= 2 * GRAIN && job->inner >= 128)
    job->blocks = smaller(8, job->inner / 64);
  job->block = ((job->inner + job->blocks - 1) / job->blocks + 63) / 64 * 64;  // whole cache lines
  job->blocks = (job->inner + job->block - 1) / job->block;
  const int64_t chunks = job->outer * job->blocks;
  if (job->outer * job->picked * job->inner < 2 * GRAIN)
    for (int64_t i = 0; i < chunks; i++) place(job, shared, i);
  else mk_parallel(chunks, shared ? place_shared : place_each, job);
  return MK_OK;
}

int32_t mk_run_index_scatter(int32_t operation, int32_t dtype, int64_t outer, int64_t count, int64_t inner, int64_t picked, const int64_t *index, const void *source, void *output, int64_t bad[2]) {
  if ((uint32_t)dtype >= MK_DTYPE_COUNT || (uint32_t)operation > SCATTER_MINIMUM) return MK_UNSUPPORTED;
  if (!in_range(index, picked, count, bad)) return MK_INDEX_OUT_OF_RANGE;
  index_job job = {.outer = outer, .count = count, .inner = inner, .picked = picked, .index = index, .input = source, .output = output, .operation = operation, .dtype = dtype};
  return run_place(&job, true);
}

int32_t mk_run_scatter(int32_t operation, int32_t dtype, int64_t outer, int64_t count, int64_t inner, int64_t picked, const int64_t *index, const void *source, void *output, int64_t bad[2]) {
  if ((uint32_t)dtype >= MK_DTYPE_COUNT || (uint32_t)operation > SCATTER_MINIMUM) return MK_UNSUPPORTED;
  if (!in_range(index, outer * picked * inner, count, bad)) return MK_INDEX_OUT_OF_RANGE;
  index_job job = {.outer = outer, .count = count, .inner = inner, .picked = picked, .index = index, .input = source, .output = output, .operation = operation, .dtype = dtype};
  return run_place(&job, false);
}

// ---- Positions of what is not zero --------------------------------------------------------------------------------------

int64_t mk_run_nonzero(int32_t rank, const int64_t *sizes, const uint8_t *mask, int64_t found, int64_t *positions) {
  int64_t place[64] = {0}, lines = 1, taken = 0;  // the place of the line
  if (rank <= 0 || rank > 64) return 0;
  const int64_t line = sizes[rank - 1];
  for (int32_t d = 0; d + 1 < rank; d++) lines *= sizes[d];
  for (int64_t row = 0; row < lines && taken < found; row++, mask += line) {
    for (int64_t i = 0; i < line && taken < found;) {
      uint64_t eight = 0;
      if (i + 8 <= line) {
        memcpy(&eight, mask + i, 8);
        if (eight == 0) { i += 8; continue; }
      }
      for (const int64_t end = smaller(i + 8, line); i < end && taken < found; i++) {
        if (!mask[i]) continue;
        int64_t *to = positions + taken++ * rank;
        for (int32_t d = 0; d + 1 < rank; d++) to[d] = place[d];
        to[rank - 1] = i;
      }
    }
    for (int32_t d = rank - 2; d >= 0; d--) {
      if (++place[d] < sizes[d]) break;
      place[d] = 0;
    }
  }
  return taken;
}
