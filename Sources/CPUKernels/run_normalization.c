// Cuts normalization into runs of sets. The gradients of a row's weights are summed over rows: in a number of parts that the
// sizes decide, each on its own, which are then added in order.
#include <string.h>

#include "kernel_table.h"

enum { GRAIN = 16384, PARTS = 32 };  // elements worth a chunk; the most parts of a sum over rows

typedef struct normalization_job {
  const mk_normalization *work;
  int64_t step, width;  // sets in a chunk; weights
  bool backward;
  const void *gradient, *input, *weight, *bias;
  void *mean, *variance, *output;
  char *weight_sums, *bias_sums;  // [chunks, width], or the gradients themselves
} normalization_job;

static void run_chunk(void *context, int64_t chunk) {
  const normalization_job *job = context;
  const mk_normalization *work = job->work;
  const int64_t begin = chunk * job->step, end = begin + job->step < work->sets ? begin + job->step : work->sets;
  if (!job->backward) {
    mk_kernels()->normalization(work, begin, end, job->input, job->weight, job->bias, job->output, job->mean, job->variance);
    return;
  }
  const size_t bytes = work->channels ? 0 : (size_t)job->width * (work->dtype == MK_float64 ? 8 : 4);
  char *weight_sums = job->weight_sums ? job->weight_sums + (size_t)chunk * bytes : NULL;
  char *bias_sums = job->bias_sums ? job->bias_sums + (size_t)chunk * bytes : NULL;
  if (weight_sums && bytes) memset(weight_sums, 0, bytes);
  if (bias_sums && bytes) memset(bias_sums, 0, bytes);
  mk_kernels()->normalization_gradient(work, begin, end, job->gradient, job->input, job->mean, job->variance, job->weight, job->output,
                                       weight_sums, bias_sums);
}

static int32_t check(const mk_normalization *work) {
  return work->dtype == MK_float32 || work->dtype == MK_float64 ? MK_OK : MK_UNSUPPORTED;
}

static int64_t set_size(const mk_normalization *work) { return work->channels ? work->outer * work->run : work->length; }

int32_t mk_run_normalization(const mk_normalization *work, const void *input, const void *weight, const void *bias, void *output, void *mean, void *variance) {
  if (check(work) != MK_OK) return MK_UNSUPPORTED;
  const int64_t size = set_size(work);
  if (work->sets <= 0 || size <= 0) return MK_OK;
  normalization_job job = {.work = work, .input = input, .weight = weight, .bias = bias, .output = output, .mean = mean, .variance = variance};
  job.step = work->sets * size < 2 * GRAIN ? work->sets : GRAIN / size + 1;
  // Columns are worth while side by side.
  if (work->channels && work->run == 1 && job.step < 32) job.step = 32;
  mk_parallel((work->sets + job.step - 1) / job.step, run_chunk, &job);
  return MK_OK;
}

// sums[0] += sums[1] … , element by element.
static void add_parts(int32_t dtype, int64_t parts, int64_t width, const char *sums, void *result) {
  memcpy(result, sums, (size_t)width * (dtype == MK_float64 ? 8 : 4));
  for (int64_t part = 1; part < parts; part++)
    if (dtype == MK_float64)
      for (int64_t i = 0; i < width; i++) ((double *)result)[i] += ((const double *)(const void *)sums)[part * width + i];
    else
      for (int64_t i = 0; i < width; i++) ((float *)result)[i] += ((const float *)(const void *)sums)[part * width + i];
}

int32_t mk_run_normalization_gradient(const mk_normalization *work, const void *gradient, const void *input, const void *mean, const void *variance,
                                      const void *weight, void *input_gradient, void *weight_gradient, void *bias_gradient) {
  if (check(work) != MK_OK) return MK_UNSUPPORTED;
  const int64_t size = set_size(work);
  const size_t item = work->dtype == MK_float64 ? 8 : 4;
  normalization_job job = {.work = work, .backward = true, .gradient = gradient, .input = input, .weight = weight, .mean = (void *)(uintptr_t)mean,
                           .variance = (void *)(uintptr_t)variance, .output = input_gradient};
  job.width = work->channels ? work->sets : work->period * (work->run > 0 ? work->length / work->run : 0);
  if (work->sets <= 0 || size <= 0) {
    if (weight_gradient) memset(weight_gradient, 0, (size_t)job.width * item);
    if (bias_gradient) memset(bias_gradient, 0, (size_t)job.width * item);
    return MK_OK;
  }
  job.step = work->sets * size < 2 * GRAIN ? work->sets : GRAIN / size + 1;
  if (work->channels) {
    if (work->run == 1 && job.step < 32) job.step = 32;
    job.weight_sums = weight_gradient;
    job.bias_sums = bias_gradient;
    mk_parallel((work->sets + job.step - 1) / job.step, run_chunk, &job);
    return MK_OK;
  }
  const int64_t least = (work->sets + PARTS - 1) / PARTS;
  if (job.step < least) job.step = least;
  const int64_t parts = (work->sets + job.step - 1) / job.step;
  const size_t bytes = (size_t)(parts * job.width) * item;
  if (weight_gradient) job.weight_sums = mk_allocate(bytes);
  if (bias_gradient) job.bias_sums = mk_allocate(bytes);
  int32_t status = MK_OUT_OF_MEMORY;
  if ((!weight_gradient || job.weight_sums) && (!bias_gradient || job.bias_sums)) {
    mk_parallel(parts, run_chunk, &job);
    if (weight_gradient) add_parts(work->dtype, parts, job.width, job.weight_sums, weight_gradient);
    if (bias_gradient) add_parts(work->dtype, parts, job.width, job.bias_sums, bias_gradient);
    status = MK_OK;
  }
  if (job.weight_sums) mk_free(job.weight_sums, bytes);
  if (job.bias_sums) mk_free(job.bias_sums, bytes);
  return status;
}
