// Cuts recurrent cells into runs of batch rows.
#include "kernel_table.h"

enum { GRAIN = 4096 };  // hidden units worth a chunk: five transcendental functions each

typedef struct lstm_job {
  bool backward;
  int32_t dtype;
  int64_t batch, hidden, step;
  const void *inputs[5];
  void *outputs[3];
} lstm_job;

static int32_t run(const lstm_job *job, int64_t begin, int64_t end) {
  const mk_kernel_table *table = mk_kernels();
  const void *const *in = job->inputs;
  void *const *out = job->outputs;
  return job->backward ? table->lstm_cell_gradient(job->dtype, begin, end, job->hidden, in[0], in[1], in[2], in[3], in[4], out[0], out[1])
                       : table->lstm_cell(job->dtype, begin, end, job->hidden, in[0], in[1], out[0], out[1], out[2]);
}

static void run_chunk(void *context, int64_t chunk) {
  const lstm_job *job = context;
  const int64_t begin = chunk * job->step;
  run(job, begin, begin + job->step < job->batch ? begin + job->step : job->batch);
}

static int32_t run_all(lstm_job *job) {
  if (job->dtype != MK_float32 && job->dtype != MK_float64) return MK_UNSUPPORTED;
  if (job->batch <= 0 || job->hidden <= 0) return MK_OK;
  if (job->batch * job->hidden < 2 * GRAIN) return run(job, 0, job->batch);
  job->step = GRAIN / job->hidden + 1;
  mk_parallel((job->batch + job->step - 1) / job->step, run_chunk, job);
  return MK_OK;
}

int32_t mk_run_lstm_cell(int32_t dtype, int64_t batch, int64_t hidden, const void *gates, const void *previous_cell, void *activations, void *cell, void *hidden_state) {
  lstm_job job = {false, dtype, batch, hidden, 0, {gates, previous_cell}, {activations, cell, hidden_state}};
  return run_all(&job);
}

int32_t mk_run_lstm_cell_gradient(int32_t dtype, int64_t batch, int64_t hidden, const void *hidden_gradient, const void *cell_gradient,
                                  const void *activations, const void *previous_cell, const void *cell, void *gates_gradient, void *previous_cell_gradient) {
  lstm_job job = {true, dtype, batch, hidden, 0, {hidden_gradient, cell_gradient, activations, previous_cell, cell}, {gates_gradient, previous_cell_gradient}};
  return run_all(&job);
}
