// Cuts optimizer steps into runs of elements.
#include "kernel_table.h"

enum { GRAIN = 16384 };

typedef struct step_job {
  const mk_sgd *sgd;    // one of the three
  const mk_adam *adam;
  const mk_step *step;
  int32_t dtype;
  int64_t count;
  void *parameter;
  const void *gradient;
  void *state[3];
} step_job;

static int32_t run(const step_job *job, int64_t begin, int64_t end) {
  const mk_kernel_table *table = mk_kernels();
  if (job->sgd) return table->sgd(job->sgd, job->dtype, begin, end, job->parameter, job->gradient, job->state[0]);
  if (job->adam) return table->adam(job->adam, job->dtype, begin, end, job->parameter, job->gradient, job->state[0], job->state[1], job->state[2]);
  return table->step(job->step, job->dtype, begin, end, job->parameter, job->gradient, job->state[0], job->state[1], job->state[2]);
}

static void run_chunk(void *context, int64_t chunk) {
  const step_job *job = context;
  const int64_t begin = chunk * GRAIN;
  run(job, begin, begin + GRAIN < job->count ? begin + GRAIN : job->count);
}

static int32_t run_all(const step_job *job) {
  if (job->dtype != MK_float32 && job->dtype != MK_float64) return MK_UNSUPPORTED;
  if (job->count < 2 * GRAIN) return run(job, 0, job->count);
  mk_parallel((job->count + GRAIN - 1) / GRAIN, run_chunk, (void *)job);
  return MK_OK;
}

int32_t mk_run_sgd(const mk_sgd *options, int32_t dtype, int64_t count, void *parameter, const void *gradient, void *momentum_buffer) {
  const step_job job = {options, NULL, NULL, dtype, count, parameter, gradient, {momentum_buffer}};
  return run_all(&job);
}

int32_t mk_run_adam(const mk_adam *options, int32_t dtype, int64_t count, void *parameter, const void *gradient, void *m, void *v, void *v_max) {
  const step_job job = {NULL, options, NULL, dtype, count, parameter, gradient, {m, v, v_max}};
  return run_all(&job);
}

int32_t mk_run_step(const mk_step *options, int32_t dtype, int64_t count, void *parameter, const void *gradient, void *state0, void *state1, void *state2) {
  const step_job job = {NULL, NULL, options, dtype, count, parameter, gradient, {state0, state1, state2}};
  return run_all(&job);
}
