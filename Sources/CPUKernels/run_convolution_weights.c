// The weight gradient: for every image, rows of the laid out input at the taps' offsets [C/g·taps, outputs] times the transposed
// output gradient [outputs, K/g]. Images are summed in order, within a fixed number of parts that are then added in order.
#include <stdatomic.h>
#include <string.h>

#include "convolution_layout.h"
#include "kernel_table.h"

typedef struct weight_gradient {
  const mk_convolution *geometry;
  const struct mk_gemm_kernel *kernel;
  const struct mk_convolution_kernel *convolution;
  int64_t item, rows, columns, padded_columns, outputs;  // of a group: rows = C/g·taps, columns = K/g
  mk_layout image;
  int64_t *offsets;
  const char *input, *output_gradient;
  char *sums;                // parts × groups × rows × padded_columns
  int64_t parts;
  _Atomic int32_t status;
} weight_gradient;

typedef struct image_work {
  weight_gradient *work;
  const char *image, *source;  // the laid out group of the input; the group of the output gradient
  char *transposed, *sums;
  bool accumulate;
  int64_t block_rows, row_blocks;
} image_work;

static void transpose_panel(void *context, int64_t panel) {
  const image_work *image = context;
  const weight_gradient *work = image->work;
  const int64_t nr = work->kernel->nr, first = panel * nr;
  work->kernel->pack((int32_t)nr, work->geometry->dtype, minimum(nr, work->columns - first), work->outputs,
                     image->source + first * work->outputs * work->item, work->outputs, 1,
                     image->transposed + first * work->outputs * work->item);
}

// Some rows of the sums by one panel of columns, over all outputs of the image.
static void sum_block(void *context, int64_t chunk) {
  const image_work *image = context;
  const weight_gradient *work = image->work;
  const int64_t nr = work->kernel->nr, *output = work->geometry->output;
  const int64_t row = chunk % image->row_blocks * image->block_rows, column = chunk / image->row_blocks * nr;
  int64_t runs = output[1], width = output[2];
  if (width == work->image.size[2]) width *= runs, runs = 1;
  // Some 256 outputs at a time, so that their panel stays in the first cache.
  const int64_t rows_each = maximum(1, 256 / width), width_each = rows_each > 1 ? width : 256;
  bool accumulate = image->accumulate;
  for (int64_t z = 0; z < output[0]; z++)
    for (int64_t y = 0; y < runs; y += rows_each)
      for (int64_t x = 0; x < width; x += width_each) {
        const int64_t outer = minimum(rows_each, runs - y), inner = minimum(width_each, width - x);
        work->convolution->correlate_weights(
            minimum(image->block_rows, work->rows - row), minimum(nr, work->columns - column), outer, inner,
            image->image + ((z * work->image.size[1] + y) * work->image.size[2] + x) * work->item, work->offsets + row, work->image.size[2],
            image->transposed + (column * work->outputs + (z * output[1] * output[2] + y * width + x) * nr) * work->item, 0,
            image->sums + (row * work->padded_columns + column) * work->item, work->padded_columns, accumulate);
        accumulate = true;
      }
}

static void sum_part(void *context, int64_t part) {
  weight_gradient *work = context;
  const mk_convolution *geometry = work->geometry;
  const int64_t channels = geometry->in_channels / geometry->groups, in_group = channels * volume(geometry->input);
  const int64_t nr = work->kernel->nr, panels = work->padded_columns / nr;
  const size_t image_bytes = (size_t)((channels * work->image.channel + nr) * work->item);
  const size_t transposed_bytes = (size_t)(work->outputs * work->padded_columns * work->item);
  char *laid = mk_allocate(image_bytes), *transposed = mk_allocate(transposed_bytes);
  if (laid && transposed) {
    const int64_t each = quotient_up(geometry->batch, work->parts), last = minimum((part + 1) * each, geometry->batch);
    const char *end = work->input + geometry->batch * geometry->groups * in_group * work->item;
    for (int64_t index = part * each; index < last; index++)
      for (int64_t group = 0; group < geometry->groups; group++) {
        const int64_t which = index * geometry->groups + group;
        image_work image = {.work = work, .transposed = transposed, .accumulate = index > part * each,
                            .source = work->output_gradient + which * work->columns * work->outputs * work->item,
                            .sums = work->sums + (part * geometry->groups + group) * work->rows * work->padded_columns * work->item};
        image.image = mk_lay_out(&work->image, work->item, channels, work->input + which * in_group * work->item, end, 0, laid);
        image.block_rows = 8 * work->kernel->mr;
        image.row_blocks = quotient_up(work->rows, image.block_rows);
        mk_parallel(panels, transpose_panel, &image);
        mk_parallel(image.row_blocks * panels, sum_block, &image);
      }
  } else {
    atomic_store_explicit(&work->status, MK_OUT_OF_MEMORY, memory_order_relaxed);
  }
  mk_free(laid, image_bytes);
  mk_free(transposed, transposed_bytes);
}

// Few columns (a depthwise convolution has one): plain sums of products, since panels of columns would be mostly padding.
static void sum_group(void *context, int64_t chunk) {
  weight_gradient *work = context;
  const mk_convolution *geometry = work->geometry;
  const int64_t group = chunk % geometry->groups, part = chunk / geometry->groups, *output = geometry->output;
  const int64_t channels = geometry->in_channels / geometry->groups, in_group = channels * volume(geometry->input);
  const size_t bytes = (size_t)(channels * work->image.channel * work->item);
  char *laid = mk_allocate(bytes);
  if (!laid) {
    atomic_store_explicit(&work->status, MK_OUT_OF_MEMORY, memory_order_relaxed);
    return;
  }
  const int64_t each = quotient_up(geometry->batch, work->parts), last = minimum((part + 1) * each, geometry->batch);
  const char *end = work->input + geometry->batch * geometry->groups * in_group * work->item;
  for (int64_t index = part * each; index < last; index++) {
    const int64_t which = index * geometry->groups + group;
    const char *image = mk_lay_out(&work->image, work->item, channels, work->input + which * in_group * work->item, end, 0, laid);
    for (int64_t column = 0; column < work->columns; column++)
      for (int64_t z = 0; z < output[0]; z++)
        work->convolution->correlate_dots(
            work->rows, output[1], output[2], image + z * work->image.size[1] * work->image.size[2] * work->item, work->offsets, work->image.size[2],
            work->output_gradient + ((which * work->columns + column) * work->outputs + z * output[1] * output[2]) * work->item,
            work->sums + (chunk * work->rows * work->padded_columns + column) * work->item, work->padded_columns, index > part * each || z > 0);
  }
  mk_free(laid, bytes);
}

typedef struct addition { const weight_gradient *work; char *target; } addition;

// Adds the parts of one group in order and turns the sums: gradient[k, row] = Σ sums[part][row, k].
static void add_parts(void *context, int64_t group) {
  const addition *job = context;
  const weight_gradient *work = job->work;
  const int64_t part_size = work->geometry->groups * work->rows * work->padded_columns;
  for (int64_t row = 0; row < work->rows; row++) {
    const int64_t from = (group * work->rows + row) * work->padded_columns;
    const int64_t to = group * work->columns * work->rows + row;
    if (work->item == 8) {
      const double *sums = (const double *)(const void *)work->sums + from;
      double *target = (double *)(void *)job->target + to;
      for (int64_t k = 0; k < work->columns; k++) {
        double sum = sums[k];
        for (int64_t part = 1; part < work->parts; part++) sum += sums[part * part_size + k];
        target[k * work->rows] = sum;
      }
    } else {
      const float *sums = (const float *)(const void *)work->sums + from;
      float *target = (float *)(void *)job->target + to;
      for (int64_t k = 0; k < work->columns; k++) {
        float sum = sums[k];
        for (int64_t part = 1; part < work->parts; part++) sum += sums[part * part_size + k];
        target[k * work->rows] = sum;
      }
    }
  }
}

int32_t mk_run_convolution_weight_gradient(const mk_convolution *geometry, const void *input, const void *output_gradient, void *weight_gradient_out) {
  if (geometry->dtype != MK_float32 && geometry->dtype != MK_float64) return MK_UNSUPPORTED;
  const mk_kernel_table *table = mk_kernels();
  const bool wide = geometry->dtype == MK_float64;
  const int64_t channels = geometry->in_channels / geometry->groups, rows = channels * volume(geometry->kernel);
  weight_gradient work = {.geometry = geometry, .kernel = wide ? &table->gemm_f64 : &table->gemm_f32,
                          .convolution = wide ? &table->convolution_f64 : &table->convolution_f32, .item = wide ? 8 : 4, .rows = rows,
                          .columns = geometry->out_channels / geometry->groups, .outputs = volume(geometry->output), .input = input,
                          .output_gradient = output_gradient};
  if (geometry->out_channels * rows == 0) return MK_OK;
  if (geometry->batch * work.outputs == 0) {
    memset(weight_gradient_out, 0, (size_t)(geometry->out_channels * rows * work.item));
    return MK_OK;
  }
  const bool few = work.columns < 4;
  work.padded_columns = few ? work.columns : quotient_up(work.columns, work.kernel->nr) * work.kernel->nr;
  work.image = mk_input_layout(geometry);
  // Small sums: parts of the batch apart, for threads to share. Large ones: one part, whose blocks they share.
  const int64_t part_bytes = geometry->groups * rows * work.padded_columns * work.item;
  work.parts = part_bytes <= (int64_t)512 << 10 ? minimum(geometry->batch, 8) : 1;
  work.parts = quotient_up(geometry->batch, quotient_up(geometry->batch, work.parts));  // none without an image
  const size_t sum_bytes = (size_t)(work.parts * part_bytes), offset_bytes = (size_t)rows * sizeof(int64_t);
  work.sums = mk_allocate(sum_bytes);
  work.offsets = mk_allocate(offset_bytes);
  if (work.sums && work.offsets) {
    mk_input_offsets(geometry, &work.image, channels, work.offsets);
    if (few) mk_parallel(work.parts * geometry->groups, sum_group, &work);
    else mk_parallel(work.parts, sum_part, &work);
    addition job = {&work, weight_gradient_out};
    if (work.status == MK_OK) mk_parallel(geometry->groups, add_parts, &job);
  } else {
    work.status = MK_OUT_OF_MEMORY;
  }
  mk_free(work.sums, sum_bytes);
  mk_free(work.offsets, offset_bytes);
  return work.status;
}
