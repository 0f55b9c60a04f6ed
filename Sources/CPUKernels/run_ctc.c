// Connectionist temporal classification: the probability of a label sequence, summed over all its alignments with the
// frames, by dynamic programming in logarithms (Graves and others, 2006), and its gradient. One sample a chunk.
#include "kernel_table.h"
#include <math.h>

typedef struct ctc_job {
  int32_t dtype;
  bool zero_infinity;
  int64_t frames, batch, classes, width, blank; // width: labels a row of `targets`
  const int64_t *targets, *frame_counts, *label_counts;
  const void *log_probabilities, *gradient;
  void *losses, *alpha, *result, *scratch;
} ctc_job;

// The label at a place of the sequence with blanks around each label.
static int64_t label_at(const int64_t *labels, int64_t place, int64_t blank) { return place & 1 ? labels[place / 2] : blank; }

// alpha [frames, places]: the probability of all ways to a place at a frame. `loss` is what all ways to the end have.
// Then beta, the same from the end, meets alpha in the share that each class has in a frame; the gradient is what
// follows for the input of a log-softmax, exp(log_probability) - share.
#define DEFINE_CTC(T, suffix)                                                                                             \
  static T log_add_##suffix(T a, T b) {                                                                                   \
    const T top = a > b ? a : b;                                                                                          \
    return top == -(T)INFINITY ? top : top + (T)log1p(exp((double)((a > b ? b : a) - top)));                              \
  }                                                                                                                       \
  static void ctc_forward_##suffix(const ctc_job *j, int64_t n) {                                                         \
    const int64_t places = 2 * j->width + 1, used = 2 * j->label_counts[n] + 1, frames = j->frame_counts[n];              \
    const int64_t *labels = j->targets + n * j->width, step = j->batch * j->classes;                                      \
    const T *p = (const T *)j->log_probabilities + n * j->classes, none = -(T)INFINITY;                                   \
    T *alpha = (T *)j->alpha + n * j->frames * places, *loss = (T *)j->losses + n;                                        \
    for (int64_t i = 0; i < j->frames * places; i++) alpha[i] = none;                                                     \
    if (frames == 0) {                                                                                                    \
      *loss = used == 1 ? 0 : (T)INFINITY;                                                                                \
      return;                                                                                                             \
    }                                                                                                                     \
    alpha[0] = p[j->blank];                                                                                               \
    if (used > 1) alpha[1] = p[labels[0]];                                                                                \
    for (int64_t t = 1; t < frames; t++) {                                                                                \
      const T *before = alpha + (t - 1) * places, *now = p + t * step;                                                    \
      for (int64_t s = 0; s < used; s++) {                                                                                \
        const int64_t label = label_at(labels, s, j->blank);                                                              \
        T sum = before[s];                                                                                                \
        if (s > 0) sum = log_add_##suffix(sum, before[s - 1]);                                                            \
        if (s > 1 && label_at(labels, s - 2, j->blank) != label) sum = log_add_##suffix(sum, before[s - 2]);              \
        alpha[t * places + s] = sum + now[label];                                                                         \
      }                                                                                                                   \
    }                                                                                                                     \
    const T *last = alpha + (frames - 1) * places;                                                                        \
    *loss = -(used > 1 ? log_add_##suffix(last[used - 1], last[used - 2]) : last[0]);                                     \
  }                                                                                                                       \
  static void ctc_backward_##suffix(const ctc_job *j, int64_t n, T *beta, T *share) {                                     \
    const int64_t places = 2 * j->width + 1, used = 2 * j->label_counts[n] + 1, frames = j->frame_counts[n];              \
    const int64_t *labels = j->targets + n * j->width, step = j->batch * j->classes;                                      \
    const T *p = (const T *)j->log_probabilities + n * j->classes, none = -(T)INFINITY;                                   \
    const T *alpha = (const T *)j->alpha + n * j->frames * places, loss = ((const T *)j->losses)[n];                      \
    const T g = ((const T *)j->gradient)[n];                                                                              \
    T *out = (T *)j->result + n * j->classes;                                                                             \
    const int64_t counted = j->zero_infinity && loss == (T)INFINITY ? 0 : frames;                                         \
    for (int64_t t = counted; t < j->frames; t++)                                                                         \
      for (int64_t c = 0; c < j->classes; c++) out[t * step + c] = 0;                                                     \
    for (int64_t t = counted - 1; t >= 0; t--) {                                                                          \
      const T *now = p + t * step;                                                                                        \
      T *mine = beta + (t & 1) * places, *later = beta + (~t & 1) * places;                                               \
      for (int64_t c = 0; c < j->classes; c++) share[c] = none;                                                           \
      for (int64_t s = 0; s < used; s++) {                                                                                \
        const int64_t label = label_at(labels, s, j->blank);                                                              \
        T sum = none;                                                                                                     \
        if (t == frames - 1) {                                                                                            \
          if (s >= used - 2) sum = 0;                                                                                     \
        } else {                                                                                                          \
          sum = later[s];                                                                                                 \
          if (s + 1 < used) sum = log_add_##suffix(sum, later[s + 1]);                                                    \
          if (s + 2 < used && label_at(labels, s + 2, j->blank) != label) sum = log_add_##suffix(sum, later[s + 2]);      \
        }                                                                                                                 \
        mine[s] = sum + now[label];                                                                                       \
        share[label] = log_add_##suffix(share[label], alpha[t * places + s] + mine[s]);                                   \
      }                                                                                                                   \
      for (int64_t c = 0; c < j->classes; c++)                                                                            \
        out[t * step + c] = g * (T)(exp((double)now[c]) - exp((double)(share[c] + loss - now[c])));                       \
    }                                                                                                                     \
  }
DEFINE_CTC(float, f32)
DEFINE_CTC(double, f64)

static void run_forward(void *context, int64_t n) {
  const ctc_job *job = context;
  if (job->dtype == MK_float32) ctc_forward_f32(job, n);
  else ctc_forward_f64(job, n);
}

// Two rows of beta and one of shares.
static int64_t scratch_count(const ctc_job *job) { return 2 * (2 * job->width + 1) + job->classes; }

static void run_backward(void *context, int64_t n) {
  const ctc_job *job = context;
  const int64_t begin = n * scratch_count(job), rows = 2 * (2 * job->width + 1);
  if (job->dtype == MK_float32) ctc_backward_f32(job, n, (float *)job->scratch + begin, (float *)job->scratch + begin + rows);
  else ctc_backward_f64(job, n, (double *)job->scratch + begin, (double *)job->scratch + begin + rows);
}

int32_t mk_run_ctc_loss(int32_t dtype, const int64_t sizes[4], int64_t blank, const void *log_probabilities, const int64_t *targets,
                        const int64_t *frame_counts, const int64_t *label_counts, void *losses, void *alpha) {
  if (dtype != MK_float32 && dtype != MK_float64) return MK_UNSUPPORTED;
  ctc_job job = {.dtype = dtype, .frames = sizes[0], .batch = sizes[1], .classes = sizes[2], .width = sizes[3], .blank = blank,
                 .targets = targets, .frame_counts = frame_counts, .label_counts = label_counts,
                 .log_probabilities = log_probabilities, .losses = losses, .alpha = alpha};
  mk_parallel(job.batch, run_forward, &job);
  return MK_OK;
}

int32_t mk_run_ctc_loss_gradient(int32_t dtype, const int64_t sizes[4], int64_t blank, bool zero_infinity, const void *gradient,
                                 const void *log_probabilities, const int64_t *targets, const int64_t *frame_counts,
                                 const int64_t *label_counts, const void *losses, const void *alpha, void *result) {
  if (dtype != MK_float32 && dtype != MK_float64) return MK_UNSUPPORTED;
  ctc_job job = {.dtype = dtype, .zero_infinity = zero_infinity, .frames = sizes[0], .batch = sizes[1], .classes = sizes[2],
                 .width = sizes[3], .blank = blank, .targets = targets, .frame_counts = frame_counts, .label_counts = label_counts,
                 .log_probabilities = log_probabilities, .gradient = gradient, .losses = (void *)losses, .alpha = (void *)alpha,
                 .result = result};
  const size_t bytes = (size_t)(job.batch * scratch_count(&job)) * (dtype == MK_float32 ? sizeof(float) : sizeof(double));
  if (bytes == 0) return MK_OK;
  job.scratch = mk_allocate(bytes);
  if (!job.scratch) return MK_OUT_OF_MEMORY;
  mk_parallel(job.batch, run_backward, &job);
  mk_free(job.scratch, bytes);
  return MK_OK;
}
