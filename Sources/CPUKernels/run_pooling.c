// Pooling: planes shared out to threads, and the gradients, which scatter within a plane in order of outputs.
#include <stdatomic.h>
#include <string.h>

#include "kernel_table.h"
// Only the average's window: the kernels need an ISA's vocabulary.
#include "bodies/pooling.h"

typedef struct pool_work {
  const mk_pooling *geometry;
  int64_t each, plane, outputs;
  const void *input;    // or the output's gradient
  void *output;         // or the input's gradient
  int64_t *indices;
  const int64_t *picked;
  bool averages;        // for integers
  int32_t (*planes)(const struct pool_work *work, int64_t begin, int64_t end);
  _Atomic int32_t status;
} pool_work;

static void run_planes(void *context, int64_t chunk) {
  pool_work *work = context;
  const int64_t begin = chunk * work->each, rest = work->geometry->planes - begin;
  const int32_t status = work->planes(work, begin, begin + (rest < work->each ? rest : work->each));
  if (status != MK_OK) atomic_store_explicit(&work->status, status, memory_order_relaxed);
}

static int32_t share(pool_work *work) {
  const mk_pooling *g = work->geometry;
  if (g->dtype != MK_float32 && g->dtype != MK_float64 && g->dtype != MK_int64) return MK_UNSUPPORTED;
  work->plane = g->input[0] * g->input[1] * g->input[2];
  work->outputs = g->output[0] * g->output[1] * g->output[2];
  // Chunks of some 10 µs.
  const int64_t cells = work->plane + work->outputs * g->kernel[0] * g->kernel[1] * g->kernel[2];
  work->each = cells >= 1 << 15 ? 1 : (1 << 15) / (cells + 1) + 1;
  mk_parallel((g->planes + work->each - 1) / work->each, run_planes, work);
  return work->status;
}

// Integers, plainly.
static int32_t integer_planes(const pool_work *work, int64_t begin, int64_t end) {
  const mk_pooling *g = work->geometry;
  for (int64_t p = begin; p < end; p++) {
    const int64_t *in = (const int64_t *)work->input + p * work->plane;
    int64_t *out = (int64_t *)work->output + p * work->outputs, at[3], start[3], stop[3], o = 0;
    for (at[0] = 0; at[0] < g->output[0]; at[0]++)
      for (at[1] = 0; at[1] < g->output[1]; at[1]++)
        for (at[2] = 0; at[2] < g->output[2]; at[2]++, o++) {
          int64_t divisor = 0, best = INT64_MIN, place = -1;
          uint64_t sum = 0;
          if (work->averages) divisor = pool_window(g, at, start, stop);
          else
            for (int d = 0; d < 3; d++) max_pool_window(g, d, at[d], start, stop);
          const bool dilated = !work->averages && !g->adaptive;
          for (int64_t z = start[0]; z < stop[0]; z += dilated ? g->dilation[0] : 1)
            for (int64_t y = start[1]; y < stop[1]; y += dilated ? g->dilation[1] : 1)
              for (int64_t x = start[2]; x < stop[2]; x += dilated ? g->dilation[2] : 1) {
                const int64_t cell = (z * g->input[1] + y) * g->input[2] + x;
                sum += (uint64_t)in[cell];
                if (place < 0 || in[cell] > best) best = in[cell], place = cell;
              }
          // Dividing the smallest number by -1 overflows; it stays what it is.
          out[o] = !work->averages ? best : divisor == 0 ? 0 : divisor == -1 ? (int64_t)(0 - sum) : (int64_t)sum / divisor;
          if (!work->averages && work->indices) work->indices[p * work->outputs + o] = place;
        }
  }
  return MK_OK;
}

static int32_t max_planes(const pool_work *work, int64_t begin, int64_t end) {
  return mk_kernels()->max_pool(work->geometry, begin, end, work->input, work->output, work->indices);
}

int32_t mk_run_max_pool(const mk_pooling *geometry, const void *input, void *output, int64_t *indices) {
  pool_work work = {.geometry = geometry, .input = input, .output = output, .indices = indices,
                    .planes = geometry->dtype == MK_int64 ? integer_planes : max_planes};
  return share(&work);
}

static int32_t average_planes(const pool_work *work, int64_t begin, int64_t end) {
  return mk_kernels()->average_pool(work->geometry, begin, end, work->input, work->output);
}

int32_t mk_run_average_pool(const mk_pooling *geometry, const void *input, void *output) {
  pool_work work = {.geometry = geometry, .input = input, .output = output, .averages = true,
                    .planes = geometry->dtype == MK_int64 ? integer_planes : average_planes};
  return share(&work);
}

// ---- Picking ----

#define PICK(BITS)                                                                                                              \
  static int32_t pick_##BITS(const pool_work *work, int64_t begin, int64_t end) {                                               \
    for (int64_t i = begin * work->outputs; i < end * work->outputs; i++) {                                                     \
      const int64_t at = work->picked[i];                                                                                       \
      if (at >= work->plane) return MK_INDEX_OUT_OF_RANGE;                                                                      \
      ((uint##BITS##_t *)work->output)[i] = at < 0 ? 0 : ((const uint##BITS##_t *)work->input)[i / work->outputs * work->plane + at]; \
    }                                                                                                                           \
    return MK_OK;                                                                                                               \
  }
PICK(8)
PICK(16)
PICK(32)
PICK(64)

int32_t mk_run_max_pool_pick(const mk_pooling *geometry, int64_t item, const void *input, const int64_t *indices, void *output) {
  pool_work work = {.geometry = geometry, .input = input, .output = output, .picked = indices,
                    .planes = item == 8 ? pick_64 : item == 4 ? pick_32 : item == 2 ? pick_16 : pick_8};
  return share(&work);
}

// ---- Gradients ----

// Windows of 2 × 2 without overlap or padding, all inside.
static bool windows_are_pairs(const mk_pooling *g) {
  bool pairs = !g->adaptive && g->kernel[0] == 1 && g->stride[0] == 1 && g->padding[0] == 0;
  for (int d = 1; d < 3; d++) pairs = pairs && g->kernel[d] == 2 && g->stride[d] == 2 && g->padding[d] == 0 && 2 * g->output[d] <= g->input[d];
  return pairs;
}

#define SCATTER(NAME, TYPE)                                                                                                     \
  static int32_t scatter_##NAME(const pool_work *work, int64_t begin, int64_t end) {                                            \
    for (int64_t p = begin; p < end; p++) {                                                                                     \
      const TYPE *gradient = (const TYPE *)work->input + p * work->outputs;                                                     \
      const int64_t *picked = work->picked + p * work->outputs;                                                                 \
      TYPE *result = (TYPE *)work->output + p * work->plane;                                                                    \
      memset(result, 0, (size_t)work->plane * sizeof(TYPE));                                                                    \
      for (int64_t i = 0; i < work->outputs; i++) {                                                                             \
        if (picked[i] < 0) continue; /* a window without a cell inside */                                                       \
        if (picked[i] >= work->plane) return MK_INDEX_OUT_OF_RANGE;                                                             \
        result[picked[i]] += gradient[i];                                                                                       \
      }                                                                                                                         \
    }                                                                                                                           \
    return MK_OK;                                                                                                               \
  }                                                                                                                             \
  static int32_t spread_##NAME(const pool_work *work, int64_t begin, int64_t end) {                                             \
    const mk_pooling *g = work->geometry;                                                                                       \
    const bool pairs = windows_are_pairs(g);                                                                                    \
    const TYPE pair_divisor = g->divisor_override ? (TYPE)g->divisor_override : 4;                                              \
    for (int64_t p = begin; p < end; p++) {                                                                                     \
      const TYPE *gradient = (const TYPE *)work->input + p * work->outputs;                                                     \
      TYPE *result = (TYPE *)work->output + p * work->plane;                                                                    \
      memset(result, 0, (size_t)work->plane * sizeof(TYPE));                                                                    \
      if (pairs) {                                                                                                              \
        for (int64_t y = 0; y < g->output[0] * g->output[1]; y++) {                                                             \
          TYPE *upper = result + (y / g->output[1] * g->input[1] + y % g->output[1] * 2) * g->input[2];                         \
          TYPE *lower = upper + g->input[2];                                                                                    \
          for (int64_t x = 0; x < g->output[2]; x++)                                                                            \
            upper[2 * x] = upper[2 * x + 1] = lower[2 * x] = lower[2 * x + 1] = *gradient++ / pair_divisor;                     \
        }                                                                                                                       \
        continue;                                                                                                               \
      }                                                                                                                         \
      int64_t at[3], start[3], stop[3];                                                                                         \
      for (at[0] = 0; at[0] < g->output[0]; at[0]++)                                                                            \
        for (at[1] = 0; at[1] < g->output[1]; at[1]++)                                                                          \
          for (at[2] = 0; at[2] < g->output[2]; at[2]++, gradient++) {                                                          \
            const int64_t divisor = pool_window(g, at, start, stop);                                                            \
            if (divisor == 0) continue;                                                                                         \
            const TYPE share = *gradient / (TYPE)divisor;                                                                       \
            for (int64_t z = start[0]; z < stop[0]; z++)                                                                        \
              for (int64_t y = start[1]; y < stop[1]; y++) {                                                                    \
                TYPE *row = result + (z * g->input[1] + y) * g->input[2];                                                       \
                for (int64_t x = start[2]; x < stop[2]; x++) row[x] += share;                                                   \
              }                                                                                                                 \
          }                                                                                                                     \
    }                                                                                                                           \
    return MK_OK;                                                                                                               \
  }
SCATTER(f32, float)
SCATTER(f64, double)

int32_t mk_run_max_pool_gradient(const mk_pooling *geometry, const void *output_gradient, const int64_t *indices, void *input_gradient) {
  pool_work work = {.geometry = geometry, .input = output_gradient, .output = input_gradient, .picked = indices,
                    .planes = geometry->dtype == MK_float64 ? scatter_f64 : scatter_f32};
  return share(&work);
}

int32_t mk_run_average_pool_gradient(const mk_pooling *geometry, const void *output_gradient, void *input_gradient) {
  pool_work work = {.geometry = geometry, .input = output_gradient, .output = input_gradient,
                    .planes = geometry->dtype == MK_float64 ? spread_f64 : spread_f32};
  return share(&work);
}
