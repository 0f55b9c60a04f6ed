// Cuts softmax into runs of rows.
#include "kernel_table.h"

enum { GRAIN = 16384 };  // elements worth a chunk

typedef struct softmax_job {
  bool logarithm, backward;
  int32_t dtype;
  int64_t outer, count, inner, step;
  const void *first, *second;
  void *result;
} softmax_job;

static int32_t run(const softmax_job *job, int64_t begin, int64_t end) {
  const mk_kernel_table *table = mk_kernels();
  return job->backward
    ? table->softmax_gradient(job->logarithm, job->dtype, begin, end, job->count, job->inner, job->first, job->second, job->result)
    : table->softmax(job->logarithm, job->dtype, begin, end, job->count, job->inner, job->first, job->result);
}

static void run_chunk(void *context, int64_t chunk) {
  const softmax_job *job = context;
  const int64_t begin = chunk * job->step;
  run(job, begin, begin + job->step < job->outer ? begin + job->step : job->outer);
}

static int32_t run_all(softmax_job *job) {
  if (job->dtype != MK_float32 && job->dtype != MK_float64) return MK_UNSUPPORTED;
  const int64_t size = job->count * job->inner;
  if (job->outer <= 0 || size <= 0) return MK_OK;
  if (job->outer * size < 2 * GRAIN) return run(job, 0, job->outer);
  job->step = GRAIN / size + 1;
  mk_parallel((job->outer + job->step - 1) / job->step, run_chunk, job);
  return MK_OK;
}

int32_t mk_run_softmax(bool logarithm, int32_t dtype, int64_t outer, int64_t count, int64_t inner, const void *input, void *output) {
  softmax_job job = {logarithm, false, dtype, outer, count, inner, 0, input, NULL, output};
  return run_all(&job);
}

int32_t mk_run_softmax_gradient(bool logarithm, int32_t dtype, int64_t outer, int64_t count, int64_t inner,
                                const void *gradient, const void *output, void *result) {
  softmax_job job = {logarithm, true, dtype, outer, count, inner, 0, gradient, output, result};
  return run_all(&job);
}
