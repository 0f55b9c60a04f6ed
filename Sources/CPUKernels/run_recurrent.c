// Cuts recurrent cells into runs of batch rows.
#include "kernel_table.h"

enum { GRAIN = 4096 };  // hidden units worth a chunk: five transcendental functions each

typedef enum recurrent_kernel { LSTM, LSTM_GRADIENT, GRU, GRU_GRADIENT } recurrent_kernel;

typedef struct recurrent_job {
  recurrent_kernel kernel;
  int32_t dtype;
  int64_t batch, hidden, step;
  const void *inputs[5];
  void *outputs[3];
} recurrent_job;

static int32_t run(const recurrent_job *job, int64_t begin, int64_t end) {
  const mk_kernel_table *table = mk_kernels();
  const void *const *in = job->inputs;
  void *const *out = job->outputs;
  switch (job->kernel) {
    case LSTM: return table->lstm_cell(job->dtype, begin, end, job->hidden, in[0], in[1], out[0], out[1], out[2]);
    case LSTM_GRADIENT:
      return table->lstm_cell_gradient(job->dtype, begin, end, job->hidden, in[0], in[1], in[2], in[3], in[4], out[0], out[1]);
    case GRU: return table->gru_cell(job->dtype, begin, end, job->hidden, in[0], in[1], in[2], out[0], out[1]);
    case GRU_GRADIENT: return table->gru_cell_gradient(job->dtype, begin, end, job->hidden, in[0], in[1], in[2], out[0], out[1], out[2]);
  }
  return MK_UNSUPPORTED;
}

static void run_chunk(void *context, int64_t chunk) {
  const recurrent_job *job = context;
  const int64_t begin = chunk * job->step;
  run(job, begin, begin + job->step < job->batch ? begin + job->step : job->batch);
}

static int32_t run_all(recurrent_job *job) {
  if (job->dtype != MK_float32 && job->dtype != MK_float64) return MK_UNSUPPORTED;
  if (job->batch <= 0 || job->hidden <= 0) return MK_OK;
  if (job->batch * job->hidden < 2 * GRAIN) return run(job, 0, job->batch);
  job->step = GRAIN / job->hidden + 1;
  mk_parallel((job->batch + job->step - 1) / job->step, run_chunk, job);
  return MK_OK;
}

int32_t mk_run_lstm_cell(int32_t dtype, int64_t batch, int64_t hidden, const void *gates, const void *previous_cell, void *activations, void *cell, void *hidden_state) {
  recurrent_job job = {LSTM, dtype, batch, hidden, 0, {gates, previous_cell}, {activations, cell, hidden_state}};
  return run_all(&job);
}

int32_t mk_run_lstm_cell_gradient(int32_t dtype, int64_t batch, int64_t hidden, const void *hidden_gradient, const void *cell_gradient,
                                  const void *activations, const void *previous_cell, const void *cell, void *gates_gradient, void *previous_cell_gradient) {
  recurrent_job job = {
    LSTM_GRADIENT, dtype, batch, hidden, 0, {hidden_gradient, cell_gradient, activations, previous_cell, cell}, {gates_gradient, previous_cell_gradient}};
  return run_all(&job);
}

int32_t mk_run_gru_cell(int32_t dtype, int64_t batch, int64_t hidden, const void *input_gates, const void *hidden_gates, const void *previous,
                        void *activations, void *hidden_state) {
  recurrent_job job = {GRU, dtype, batch, hidden, 0, {input_gates, hidden_gates, previous}, {activations, hidden_state}};
  return run_all(&job);
}

int32_t mk_run_gru_cell_gradient(int32_t dtype, int64_t batch, int64_t hidden, const void *gradient, const void *activations, const void *previous,
                                 void *input_gradient, void *hidden_gradient, void *previous_gradient) {
  recurrent_job job = {
    GRU_GRADIENT, dtype, batch, hidden, 0, {gradient, activations, previous}, {input_gradient, hidden_gradient, previous_gradient}};
  return run_all(&job);
}
