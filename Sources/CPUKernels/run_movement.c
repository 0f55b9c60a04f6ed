// Movements that are more than a strided copy.
#include <string.h>

#include "kernel_table.h"

enum { ROWS_GRAIN = 65536 };  // bytes worth a chunk

typedef struct triangle_job {
  int64_t item, total, rows, columns, diagonal, step;
  bool upper;
  const char *input;
  char *output;
} triangle_job;

static void triangle_rows(void *context, int64_t chunk) {
  const triangle_job *job = context;
  const int64_t begin = chunk * job->step;
  const int64_t end = begin + job->step < job->total ? begin + job->step : job->total;
  const size_t item = (size_t)job->item, bytes = (size_t)job->columns * item;
  for (int64_t i = begin; i < end; i++) {
    // The first column that is kept (upper) or left out (lower).
    int64_t split = i % job->rows + job->diagonal + (job->upper ? 0 : 1);
    split = split < 0 ? 0 : split > job->columns ? job->columns : split;
    const size_t edge = (size_t)split * item;
    const char *in = job->input + (size_t)i * bytes;
    char *out = job->output + (size_t)i * bytes;
    if (job->upper) {
      memset(out, 0, edge);
      if (in != out) memcpy(out + edge, in + edge, bytes - edge);
    } else {
      if (in != out) memcpy(out, in, edge);
      memset(out + edge, 0, bytes - edge);
    }
  }
}

void mk_run_triangle(int64_t item, int64_t batch, int64_t rows, int64_t columns, bool upper, int64_t diagonal, const void *input, void *output) {
  const int64_t total = batch * rows;
  if (total <= 0 || columns <= 0) return;
  // Diagonals far outside are cut, so that adding to them cannot overflow.
  if (diagonal > columns) diagonal = columns;
  if (diagonal < -rows - 1) diagonal = -rows - 1;
  triangle_job job = {.item = item, .total = total, .rows = rows, .columns = columns, .diagonal = diagonal, .upper = upper, .input = input, .output = output};
  const int64_t bytes = columns * item;
  job.step = total * bytes < 2 * ROWS_GRAIN ? total : ROWS_GRAIN / bytes + 1;
  mk_parallel((total + job.step - 1) / job.step, triangle_rows, &job);
}
