// Element-wise work cut into chunks for the pool. Chunk borders come from sizes alone, so results do not depend on threads.
#include <stdatomic.h>
#include <string.h>

#include "elementwise_plan.h"
#include "kernel_table.h"

// Elements that are worth handing to another thread: about 10 µs of work.
enum { grain_cheap = 32768, grain_costly = 4096, most_chunks = 256 };

static bool is_costly(const mk_elementwise *work) {
  const int32_t operation = work->operation;
  switch (work->arity) {
    case 1:
      return (operation >= MK_UNARY_exp && operation <= MK_UNARY_polygamma && operation != MK_UNARY_relu) ||
             operation == MK_UNARY_elu || operation == MK_UNARY_softplus;
    case 2:
      return (operation >= MK_BINARY_floorDivide && operation <= MK_BINARY_power) ||
             (operation >= MK_BINARY_atan2 && operation <= MK_BINARY_zeta && operation != MK_BINARY_copysign) ||
             operation == MK_BINARY_gcd || operation == MK_BINARY_lcm ||
             (operation >= MK_BINARY_geluGradient && operation <= MK_BINARY_softplusGradient);
    default: return false;
  }
}

typedef struct elementwise_job {
  const mk_elementwise *work;
  int32_t (*kernel)(const mk_elementwise *work, int64_t begin, int64_t end);
  int64_t count, chunk;
  _Atomic int32_t status;
} elementwise_job;

static void run_chunk(void *context, int64_t index) {
  elementwise_job *job = context;
  const int64_t begin = index * job->chunk;
  const int64_t end = begin + job->chunk < job->count ? begin + job->chunk : job->count;
  const int32_t status = job->kernel(job->work, begin, end);
  if (status != MK_OK) atomic_fetch_or_explicit(&job->status, status, memory_order_relaxed);
}

static int64_t round_up(int64_t value, int64_t multiple) { return (value + multiple - 1) / multiple * multiple; }

int32_t mk_run_elementwise(const mk_elementwise *work) {
  int64_t count = 1;
  for (int32_t d = 0; d < work->rank; d++) count *= work->sizes[d];
  const mk_kernel_table *kernels = mk_kernels();
  if (count <= grain_costly) return kernels->elementwise(work, 0, count);
  const int64_t grain = is_costly(work) ? grain_costly : grain_cheap;
  if (count <= grain) return kernels->elementwise(work, 0, count);

  int64_t chunk = (count + most_chunks - 1) / most_chunks;
  chunk = round_up(chunk < grain ? grain : chunk, 64);
  // whole rows, or whole rows of tiles, where that does not leave too few chunks
  const int32_t k = mk_row_dimension(work);
  int64_t unit = 1;
  for (int32_t d = 0; d < k; d++) unit *= work->sizes[d];
  if (k > 1 || (k == 1 && work->sizes[0] >= 64)) unit *= MK_TILE_ROWS;
  chunk = round_up(chunk, unit);
  if (chunk >= count) return kernels->elementwise(work, 0, count);
  elementwise_job job = {work, kernels->elementwise, count, chunk, MK_OK};
  mk_parallel((count + chunk - 1) / chunk, run_chunk, &job);
  return atomic_load_explicit(&job.status, memory_order_relaxed);
}

int32_t mk_run_flat(int32_t arity, int32_t operation, int32_t dtype, int64_t count, void *output, const void *a,
                    const void *b, double p0, double p1) {
  // Only what a loop of one dimension reads is set: this is the path of tiny tensors, where clearing the rest would show.
  mk_elementwise work;
  work.arity = arity;
  work.operation = operation;
  work.compute = dtype;
  work.rank = 1;
  work.sizes[0] = count;
  work.output.data = output;
  work.output.strides[0] = 1;
  work.output.dtype = dtype;
  const void *sources[2] = {a, b};
  for (int32_t i = 0; i < arity; i++) {
    work.inputs[i].data = (void *)sources[i];
    work.inputs[i].strides[0] = 1;
    work.inputs[i].dtype = dtype;
  }
  work.parameters[0] = p0;
  work.parameters[1] = p1;
  return mk_run_elementwise(&work);
}

int32_t mk_run_flat_number(int32_t operation, int32_t dtype, int64_t count, void *output, const void *tensor, double number,
                           bool number_first, double p0, double p1) {
  mk_elementwise work;
  work.arity = 2;
  work.operation = operation;
  work.compute = dtype;
  work.rank = 1;
  work.sizes[0] = count;
  work.output.data = output;
  work.output.strides[0] = 1;
  work.output.dtype = dtype;
  float single = (float)number;
  mk_operand *at = &work.inputs[number_first ? 1 : 0], *scalar = &work.inputs[number_first ? 0 : 1];
  at->data = (void *)tensor;
  at->strides[0] = 1;
  at->dtype = dtype;
  scalar->data = dtype == MK_float32 ? (void *)&single : (void *)&number;
  scalar->strides[0] = 0;
  scalar->dtype = dtype;
  work.parameters[0] = p0;
  work.parameters[1] = p1;
  return mk_run_elementwise(&work);
}

// ---- Fill -----------------------------------------------------------------------------------------------------------

typedef struct fill_job {
  char *output;
  int64_t bytes, chunk;
  uint64_t pattern;
} fill_job;

// Bytes that are a multiple of the element size, set to the pattern's bytes.
static void fill_bytes(char *output, int64_t bytes, uint64_t pattern) {
  uint64_t first;
  memset(&first, (int)(pattern & 0xff), sizeof first);
  if (first == pattern) {
    memset(output, (int)(pattern & 0xff), (size_t)bytes);
    return;
  }
  int64_t i = 0;
  for (; i + 8 <= bytes; i += 8) memcpy(output + i, &pattern, 8);
  memcpy(output + i, &pattern, (size_t)(bytes - i));
}

static void fill_chunk(void *context, int64_t index) {
  const fill_job *job = context;
  const int64_t begin = index * job->chunk, left = job->bytes - begin;
  fill_bytes(job->output + begin, left < job->chunk ? left : job->chunk, job->pattern);
}

void mk_run_fill(void *output, int32_t dtype, int64_t count, const void *value) {
  static const uint8_t item_bytes[MK_DTYPE_COUNT] = {4, 8, 2, 2, 1, 2, 4, 8, 1, 1};
  if (dtype < 0 || dtype >= MK_DTYPE_COUNT || count <= 0) return;
  const size_t item = item_bytes[dtype];
  uint64_t pattern;
  for (size_t at = 0; at < 8; at += item) memcpy((char *)&pattern + at, value, item);
  fill_job job = {output, count * (int64_t)item, 1 << 18, pattern};
  if (job.bytes <= 2 * job.chunk) {
    fill_bytes(output, job.bytes, pattern);
    return;
  }
  mk_parallel((job.bytes + job.chunk - 1) / job.chunk, fill_chunk, &job);
}
