// Shares the outer indices of a resampling out to threads.
#include <string.h>

#include "kernel_table.h"

enum { GRAIN = 16384 };  // multiplications worth a chunk

typedef struct resample_job {
  const mk_resampling *work;
  int64_t step;
  const void *input;
  void *output;
} resample_job;

static void run_chunk(void *context, int64_t chunk) {
  const resample_job *job = context;
  const int64_t begin = chunk * job->step, rest = job->work->outer - begin;
  mk_kernels()->resample(job->work, begin, begin + (rest < job->step ? rest : job->step), job->input, job->output);
}

int32_t mk_run_resample(const mk_resampling *work, const void *input, void *output) {
  if (work->dtype != MK_float32 && work->dtype != MK_float64) return MK_UNSUPPORTED;
  for (int64_t i = 0; i < work->taps * work->picked; i++)
    if (work->indices[i] < 0 || work->indices[i] >= work->count) return MK_INDEX_OUT_OF_RANGE;
  if (work->outer <= 0 || work->inner <= 0 || work->taps <= 0) return MK_OK;
  const int64_t size = (work->picked * work->taps + work->count) * work->inner;
  resample_job job = {work, GRAIN / (size > 0 ? size : 1) + 1, input, output};
  mk_parallel((work->outer + job.step - 1) / job.step, run_chunk, &job);
  return MK_OK;
}
