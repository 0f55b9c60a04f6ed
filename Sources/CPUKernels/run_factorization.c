// Goes over a batch of matrices: small ones several to a chunk, each on one thread; a single large one with all threads in its
// matrix products.
#include <stdatomic.h>

#include "kernel_table.h"

typedef struct batch_job {
  const mk_factorization *factorization;
  const mk_triangular_system *triangle;
  int64_t item, count, step;
  _Atomic int32_t status;
} batch_job;

static int32_t factorize_element(const mk_factorization *work, int64_t item, int64_t i) {
  const mk_kernel_table *table = mk_kernels();
  void *out[3];
  for (int q = 0; q < 3; q++) out[q] = work->outputs[q] ? (char *)work->outputs[q] + i * work->output_items[q] * item : NULL;
  int32_t ignored, *info = work->info ? work->info + i : &ignored;
  int32_t *integers = work->integers ? work->integers + i * work->integer_items : NULL;
  void *in = (char *)work->input + i * work->m * work->n * item;
  return work->dtype == MK_float64 ? table->factorize_f64(work, in, out, integers, info) : table->factorize_f32(work, in, out, integers, info);
}

static int32_t solve_element(const mk_triangular_system *work, int64_t item, int64_t i) {
  const mk_kernel_table *table = mk_kernels();
  int64_t rest = i, offset = 0;
  for (int32_t d = 0; d < work->batch_rank; d++) {
    offset += rest % work->batch_sizes[d] * work->a_batch[d];
    rest /= work->batch_sizes[d];
  }
  const void *a = (const char *)work->a + offset * item;
  void *b = (char *)work->b + i * work->t * work->n * item;
  return work->dtype == MK_float64 ? table->solve_triangle_f64(work->t, work->n, work->upper, work->unit, a, work->a_row, work->a_column, b)
                                   : table->solve_triangle_f32(work->t, work->n, work->upper, work->unit, a, work->a_row, work->a_column, b);
}

static void run_chunk(void *context, int64_t chunk) {
  batch_job *job = context;
  const int64_t begin = chunk * job->step, end = begin + job->step < job->count ? begin + job->step : job->count;
  for (int64_t i = begin; i < end; i++) {
    const int32_t status = job->factorization ? factorize_element(job->factorization, job->item, i) : solve_element(job->triangle, job->item, i);
    if (status != MK_OK) atomic_store_explicit(&job->status, status, memory_order_relaxed);
  }
}

// `volume`: about how many multiplications one matrix takes.
static int32_t run_batch(batch_job *job, double volume) {
  enum { GRAIN = 1 << 16, LARGE = 1 << 24 };
  const int64_t threads = mk_thread_count();
  job->step = job->count;
  // Few large matrices are better off with all threads in each product.
  if (job->count >= threads || volume < LARGE) job->step = volume >= GRAIN ? 1 : (int64_t)(GRAIN / (volume + 1)) + 1;
  if (job->count == 1 || job->step >= job->count) {
    job->step = job->count;
    run_chunk(job, 0);
  } else {
    mk_parallel((job->count + job->step - 1) / job->step, run_chunk, job);
  }
  return job->status;
}

int32_t mk_run_factorization(const mk_factorization *work) {
  if (work->dtype != MK_float32 && work->dtype != MK_float64) return MK_UNSUPPORTED;
  if (work->batch <= 0) return MK_OK;
  batch_job job = {.factorization = work, .item = work->dtype == MK_float64 ? 8 : 4, .count = work->batch};
  const int64_t least = work->m < work->n ? work->m : work->n;
  return run_batch(&job, (double)work->m * (double)work->n * (double)least);
}

int32_t mk_run_triangular_system(const mk_triangular_system *work) {
  if (work->dtype != MK_float32 && work->dtype != MK_float64) return MK_UNSUPPORTED;
  batch_job job = {.triangle = work, .item = work->dtype == MK_float64 ? 8 : 4, .count = 1};
  for (int32_t d = 0; d < work->batch_rank; d++) job.count *= work->batch_sizes[d];
  if (job.count == 0 || work->t == 0 || work->n == 0) return MK_OK;
  return run_batch(&job, (double)work->t * (double)work->t * (double)work->n);
}

bool mk_run_permutation(int64_t batch, int64_t count, int64_t m, const int32_t *pivots, int64_t *order) {
  for (int64_t b = 0; b < batch; b++, pivots += count, order += m) {
    for (int64_t i = 0; i < m; i++) order[i] = i;
    for (int64_t i = 0; i < count; i++) {
      const int64_t other = (int64_t)pivots[i] - 1;
      if (other < 0 || other >= m) return false;
      const int64_t kept = order[i];
      order[i] = order[other];
      order[other] = kept;
    }
  }
  return true;
}
