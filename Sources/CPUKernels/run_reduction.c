// Cuts reductions into chunks whose borders depend on sizes alone.
#include "kernel_table.h"

enum { PART = 65536 };  // elements of one output that a chunk takes; also the work worth a chunk of outputs

typedef struct reduction_job {
  const mk_reduction *work;
  int64_t count, step;
  char *partials;
} reduction_job;

static void run_part(void *context, int64_t chunk) {
  const reduction_job *job = context;
  const int64_t begin = chunk * PART, end = begin + PART < job->count ? begin + PART : job->count;
  mk_kernels()->reduce_part(job->work, begin, end, job->partials + 32 * chunk);
}

static void run_outputs(void *context, int64_t chunk) {
  const reduction_job *job = context;
  const int64_t begin = chunk * job->step, end = begin + job->step < job->count ? begin + job->step : job->count;
  mk_kernels()->reduce(job->work, begin, end);
}

// One output of `count` elements: partial states of equal parts, joined in a tree.
static int32_t run_single(const mk_reduction *work, int64_t count) {
  const int64_t parts = (count + PART - 1) / PART;
  char local[32 * 256] __attribute__((aligned(32)));
  char *partials = parts <= 256 ? local : mk_allocate((size_t)(32 * parts));
  if (!partials) return mk_kernels()->reduce(work, 0, 1);
  reduction_job job = {work, count, 0, partials};
  mk_parallel(parts, run_part, &job);
  const int32_t status = mk_kernels()->reduce_combine(work, parts, partials);
  if (partials != local) mk_free(partials, (size_t)(32 * parts));
  return status;
}

static int64_t item_size(int32_t dtype) {
  static const uint8_t items[MK_DTYPE_COUNT] = {4, 8, 2, 2, 1, 2, 4, 8, 1, 1};
  return items[dtype];
}

int32_t mk_run_reduction(const mk_reduction *work) {
  const mk_kernel_table *table = mk_kernels();
  int64_t outputs = 1, count = 1;
  for (int32_t d = 0; d < work->kept_rank; d++) outputs *= work->kept_sizes[d];
  for (int32_t d = 0; d < work->reduced_rank; d++) count *= work->reduced_sizes[d];
  if (outputs == 0) return MK_OK;
  // An empty call, so that what is unsupported is known before the work is cut.
  const int32_t status = table->reduce(work, 0, 0);
  if (status != MK_OK) return status;
  const bool lines = work->reduced_rank > 0 && work->input_reduced_strides[0] == 1;
  if (count >= 2 * PART && (outputs == 1 || (outputs <= 16 && lines))) {
    for (int64_t i = 0; i < outputs; i++) {
      mk_reduction one = *work;
      int64_t offset = 0, rest = i;
      for (int32_t d = 0; d < work->kept_rank; d++) {
        offset += rest % work->kept_sizes[d] * work->input_kept_strides[d];
        rest /= work->kept_sizes[d];
      }
      const bool index_result = work->operation == MK_REDUCE_argMax || work->operation == MK_REDUCE_argMin;
      one.kept_rank = 0;
      one.input = (const char *)work->input + offset * item_size(work->input_dtype);
      one.output = (char *)work->output + i * (index_result ? 8 : item_size(work->output_dtype));
      one.indices = work->indices ? work->indices + i : NULL;
      const int32_t answer = run_single(&one, count);
      if (answer != MK_OK) return answer;
    }
    return MK_OK;
  }
  if (outputs == 1 || count * outputs < 2 * PART || mk_thread_count() == 1) return table->reduce(work, 0, outputs);
  // Each output is made by one chunk, the same way wherever the borders fall.
  reduction_job job = {work, outputs, PART / (count > 0 ? count : 1) + 1, NULL};
  if (!lines) {  // columns are swept side by side: keep chunks wide
    const int64_t wide = outputs / 8 < 1024 ? outputs / 8 : 1024;
    if (job.step < wide) job.step = wide;
    job.step = (job.step + 63) / 64 * 64;
  }
  mk_parallel((outputs + job.step - 1) / job.step, run_outputs, &job);
  return MK_OK;
}
