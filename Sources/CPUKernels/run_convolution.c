// Convolution as a matrix product that reads the image in place.
//
// The image is laid out once, zero-padded and, for a stride, sorted by phase: then the elements that one tap of the kernel
// multiplies for neighbouring outputs are neighbours, and a row of the product's right side is nothing but an offset into the
// layout. Outputs are computed over whole layout rows, the few past a row's end are dropped: no columns are gathered.
//   forward          one product: weights [K/g, C/g·taps] by the image
//   input gradient   the same with the output gradient as the image, once for every phase of the stride: inputs of a phase
//                    meet the same taps
//   weight gradient  image rows at the taps' offsets, times the transposed output gradient
// Each element is summed in a fixed order; threads share images or blocks of outputs.
#include <stdatomic.h>
#include <string.h>

#include "convolution_layout.h"
#include "kernel_table.h"

// ---- Correlation: forward and input gradient ----

// A product over the laid out image.
typedef struct pass {
  int64_t steps;          // channels · taps
  int64_t *offsets;       // of each step in the layout
  char *weights;          // packed, of all groups: for each kc steps the panels of mr rows
  int64_t grid[3];        // outputs; neighbours in the last dimension are neighbours in the layout
  int64_t first, stride[3];  // where they go in an output channel
} pass;

typedef struct correlation {
  const struct mk_gemm_kernel *kernel;
  const struct mk_convolution_kernel *convolution;
  int32_t dtype;
  int64_t item, batch, groups, in_channels, rows;  // channels in and out of a group
  mk_layout image;
  pass *passes;
  int64_t pass_count;
  const char *input, *bias;
  char *output;
  int64_t output_channel;  // elements
  bool images_apart;       // threads take images, else blocks of one image
  _Atomic int32_t status;
} correlation;

typedef struct block_work {
  correlation *work;
  const pass *pass;
  int64_t group, span, row_width, runs;  // outputs of a layout plane: `runs` of row_width, each `span` apart
  const char *image;
  char *output;
  int64_t block_panels, blocks, block_rows, row_blocks;
} block_work;

// Copies block columns [first, first + count) of one row to the output, dropping what lies past the ends of layout rows.
static void store_outputs(const block_work *block, const char *from, char *to, int64_t first, int64_t count, double bias) {
  const pass *pass = block->pass;
  const bool wide = block->work->item == 8;
  for (int64_t y = first / block->span; y < block->runs && y * block->span < first + count; y++) {
    const int64_t begin = maximum(first, y * block->span), end = minimum(first + count, y * block->span + block->row_width);
    const int64_t target = y * pass->stride[1] + (begin - y * block->span) * pass->stride[2];
    const int64_t stride = pass->stride[2];
    if (wide) {
      const double *v = (const double *)(const void *)from + (begin - first);
      double *out = (double *)(void *)to + target;
      if (stride == 1)
        for (int64_t i = 0; i < end - begin; i++) out[i] = v[i] + bias;
      else
        for (int64_t i = 0; i < end - begin; i++) out[i * stride] = v[i] + bias;
    } else {
      const float *v = (const float *)(const void *)from + (begin - first), added = (float)bias;
      float *out = (float *)(void *)to + target;
      if (stride == 1)
        for (int64_t i = 0; i < end - begin; i++) out[i] = v[i] + added;
      else
        for (int64_t i = 0; i < end - begin; i++) out[i * stride] = v[i] + added;
    }
  }
}

static void correlate_block(void *context, int64_t chunk) {
  const block_work *block = context;
  correlation *work = block->work;
  const pass *pass = block->pass;
  const struct mk_gemm_kernel *kernel = work->kernel;
  const int64_t row = chunk % block->row_blocks * block->block_rows, rows = minimum(block->block_rows, work->rows - row);
  const int64_t part = chunk / block->row_blocks, plane = part / block->blocks;
  const int64_t outputs = (block->runs - 1) * block->span + block->row_width;
  const int64_t first = part % block->blocks * block->block_panels * kernel->nr;
  const int64_t panels = minimum(block->block_panels, quotient_up(outputs - first, kernel->nr)), width = panels * kernel->nr;
  const int64_t padded_rows = quotient_up(work->rows, kernel->mr) * kernel->mr;
  const size_t bytes = (size_t)(rows * width * work->item);
  char *sums = mk_allocate(bytes);
  if (!sums) {
    atomic_store_explicit(&work->status, MK_OUT_OF_MEMORY, memory_order_relaxed);
    return;
  }
  const char *image = block->image + (plane * work->image.size[1] * work->image.size[2] + first) * work->item;
  const char *weights = pass->weights + block->group * padded_rows * pass->steps * work->item;
  for (int64_t p = 0; p == 0 || p < pass->steps; p += kernel->kc) {
    const int64_t steps = minimum(kernel->kc, pass->steps - p);
    work->convolution->correlate(rows, panels, steps, weights + (p * padded_rows + row * steps) * work->item, kernel->mr * steps, image,
                                 pass->offsets + p, sums, width, p > 0);
  }
  for (int64_t r = 0; r < rows; r++) {
    const int64_t channel = block->group * work->rows + row + r;
    const double bias = !work->bias ? 0 : work->item == 8 ? ((const double *)(const void *)work->bias)[channel] : ((const float *)(const void *)work->bias)[channel];
    store_outputs(block, sums + r * width * work->item,
                  block->output + ((row + r) * work->output_channel + pass->first + plane * pass->stride[0]) * work->item, first,
                  minimum(width, outputs - first), bias);
  }
  mk_free(sums, bytes);
}

static void correlate_image(void *context, int64_t index) {
  correlation *work = context;
  const struct mk_gemm_kernel *kernel = work->kernel;
  const int64_t in_image = work->groups * work->in_channels * volume(work->image.source) * work->item;
  const int64_t in_group = work->in_channels * volume(work->image.source) * work->item;
  const char *input_end = work->input + work->batch * in_image;
  const size_t bytes = (size_t)((work->in_channels * work->image.channel + 2 * kernel->nr) * work->item);
  char *scratch = mk_allocate(bytes);
  if (!scratch) {
    atomic_store_explicit(&work->status, MK_OUT_OF_MEMORY, memory_order_relaxed);
    return;
  }
  // What panels read past the layout's end counts for nothing, but is defined.
  memset(scratch + bytes - (size_t)(2 * kernel->nr * work->item), 0, (size_t)(2 * kernel->nr * work->item));
  const int64_t threads = work->images_apart ? 1 : mk_thread_count();
  for (int64_t group = 0; group < work->groups; group++) {
    block_work block = {.work = work, .group = group};
    block.image = mk_lay_out(&work->image, work->item, work->in_channels, work->input + index * in_image + group * in_group, input_end, kernel->nr, scratch);
    block.output = work->output + (index * work->groups + group) * work->rows * work->output_channel * work->item;
    for (int64_t i = 0; i < work->pass_count; i++) {
      const pass *pass = &work->passes[i];
      if (volume(pass->grid) == 0) continue;
      block.pass = pass;
      block.span = work->image.size[2];
      block.row_width = pass->grid[2];
      block.runs = pass->grid[1];
      if (block.span == block.row_width && pass->stride[1] == block.row_width * pass->stride[2]) {
        block.row_width *= block.runs;  // nothing to drop: the plane is one run
        block.span = block.row_width;
        block.runs = 1;
      }
      const int64_t panels = quotient_up((block.runs - 1) * block.span + block.row_width, kernel->nr);
      // Sums of a block stay in the second cache; blocks are cut finer for threads.
      block.block_panels = maximum(4, ((int64_t)256 << 10) / (work->rows * kernel->nr * work->item));
      block.block_rows = work->rows;
      if (threads > 1) {
        block.block_panels = minimum(block.block_panels, maximum(2, panels * pass->grid[0] / (4 * threads)));
        const int64_t parts = quotient_up(panels, block.block_panels) * pass->grid[0];
        if (parts < 2 * threads)
          block.block_rows = maximum(1, quotient_up(quotient_up(work->rows, kernel->mr), quotient_up(2 * threads, parts))) * kernel->mr;
      }
      block.blocks = quotient_up(panels, block.block_panels);
      block.row_blocks = quotient_up(work->rows, block.block_rows);
      const int64_t chunks = pass->grid[0] * block.blocks * block.row_blocks;
      if (threads > 1 && work->rows * volume(pass->grid) * pass->steps >= 1 << 19) mk_parallel(chunks, correlate_block, &block);
      else
        for (int64_t chunk = 0; chunk < chunks; chunk++) correlate_block(&block, chunk);
    }
  }
  mk_free(scratch, bytes);
}

static int32_t run_correlation(correlation *work) {
  const int64_t threads = mk_thread_count();
  work->images_apart = threads == 1 || work->batch >= 2 * threads || work->batch % threads == 0;
  if (work->images_apart) mk_parallel(work->batch, correlate_image, work);
  else
    for (int64_t index = 0; index < work->batch; index++) correlate_image(work, index);
  return atomic_load_explicit(&work->status, memory_order_relaxed);
}

// Packs matrix[rows × steps] of each group, `matrix` group by group.
static void pack_weights(const correlation *work, const pass *pass, int64_t group, const char *matrix) {
  const struct mk_gemm_kernel *kernel = work->kernel;
  const int64_t padded = quotient_up(work->rows, kernel->mr) * kernel->mr;
  char *target = pass->weights + group * padded * pass->steps * work->item;
  for (int64_t p = 0; p < pass->steps; p += kernel->kc) {
    const int64_t steps = minimum(kernel->kc, pass->steps - p);
    for (int64_t row = 0; row < work->rows; row += kernel->mr)
      kernel->pack(kernel->mr, work->dtype, minimum(kernel->mr, work->rows - row), steps, matrix + (row * pass->steps + p) * work->item, pass->steps, 1,
                   target + (p * padded + row * steps) * work->item);
  }
}

static size_t weight_bytes(const correlation *work, const pass *pass) {
  return (size_t)(work->groups * quotient_up(work->rows, work->kernel->mr) * work->kernel->mr * maximum(pass->steps, 1) * work->item);
}

static bool supported(const mk_convolution *geometry) { return geometry->dtype == MK_float32 || geometry->dtype == MK_float64; }

static void choose_kernels(int32_t dtype, const struct mk_gemm_kernel **kernel, const struct mk_convolution_kernel **convolution) {
  const mk_kernel_table *table = mk_kernels();
  *kernel = dtype == MK_float64 ? &table->gemm_f64 : &table->gemm_f32;
  *convolution = dtype == MK_float64 ? &table->convolution_f64 : &table->convolution_f32;
}

int32_t mk_run_convolution(const mk_convolution *geometry, const void *input, const void *weight, const void *bias, void *output) {
  if (!supported(geometry)) return MK_UNSUPPORTED;
  if (geometry->batch * geometry->out_channels * volume(geometry->output) == 0) return MK_OK;
  const int64_t groups = geometry->groups;
  pass forward = {.steps = geometry->in_channels / groups * volume(geometry->kernel)};
  correlation work = {.dtype = geometry->dtype, .item = geometry->dtype == MK_float64 ? 8 : 4, .batch = geometry->batch, .groups = groups,
                      .in_channels = geometry->in_channels / groups, .rows = geometry->out_channels / groups, .image = mk_input_layout(geometry),
                      .passes = &forward, .pass_count = 1, .input = input, .bias = bias, .output = output,
                      .output_channel = volume(geometry->output)};
  choose_kernels(geometry->dtype, &work.kernel, &work.convolution);
  memcpy(forward.grid, geometry->output, sizeof forward.grid);
  forward.stride[0] = geometry->output[1] * geometry->output[2];
  forward.stride[1] = geometry->output[2];
  forward.stride[2] = 1;
  const size_t offset_bytes = (size_t)maximum(forward.steps, 1) * sizeof(int64_t);
  forward.offsets = mk_allocate(offset_bytes);
  forward.weights = mk_allocate(weight_bytes(&work, &forward));
  int32_t status = MK_OUT_OF_MEMORY;
  if (forward.offsets && forward.weights) {
    mk_input_offsets(geometry, &work.image, work.in_channels, forward.offsets);
    for (int64_t group = 0; group < groups; group++)
      pack_weights(&work, &forward, group, (const char *)weight + group * work.rows * forward.steps * work.item);
    status = run_correlation(&work);
  }
  mk_free(forward.offsets, offset_bytes);
  mk_free(forward.weights, weight_bytes(&work, &forward));
  return status;
}

// ---- Input gradient ----

// What a tap adds to an input of a phase: inputs at first + i·stride get output gradients at index[tap] + i.
typedef struct phase_taps { int64_t first, count, taps, *tap, *index; } phase_taps;

// One dimension's phases; arrays of kernel size in `storage`. Widens [*low, *high], the output positions that are read.
static void find_taps(const mk_convolution *geometry, int d, int64_t phase, phase_taps *result, int64_t *low, int64_t *high) {
  const int64_t stride = geometry->stride[d];
  result->first = phase;
  result->count = geometry->input[d] > phase ? (geometry->input[d] - phase - 1) / stride + 1 : 0;
  result->taps = 0;
  for (int64_t tap = 0; tap < geometry->kernel[d]; tap++) {
    const int64_t distance = phase + geometry->padding[d] - tap * geometry->dilation[d];
    if (distance % stride != 0) continue;
    const int64_t index = distance / stride;
    result->tap[result->taps] = tap;
    result->index[result->taps++] = index;
    if (result->count == 0) continue;
    *low = minimum(*low, index);
    *high = maximum(*high, index + result->count - 1);
  }
}

static void copy_element(int64_t item, char *to, int64_t to_index, const char *from, int64_t from_index) {
  if (item == 4) ((uint32_t *)(void *)to)[to_index] = ((const uint32_t *)(const void *)from)[from_index];
  else ((uint64_t *)(void *)to)[to_index] = ((const uint64_t *)(const void *)from)[from_index];
}

// Fills a pass: offsets, and the weights [C/g, K/g·taps] of its taps.
static int32_t prepare_phase(const mk_convolution *geometry, const correlation *work, const int64_t low[3], phase_taps *const taps[3],
                             const char *weight, pass *target) {
  const int64_t all_taps = volume(geometry->kernel), count = taps[0]->taps * taps[1]->taps * taps[2]->taps;
  target->steps = work->in_channels * count;
  const int64_t *input = geometry->input;
  for (int d = 0; d < 3; d++) target->grid[d] = taps[d]->count;
  target->first = (taps[0]->first * input[1] + taps[1]->first) * input[2] + taps[2]->first;
  target->stride[0] = geometry->stride[0] * input[1] * input[2];
  target->stride[1] = geometry->stride[1] * input[2];
  target->stride[2] = geometry->stride[2];
  target->offsets = mk_allocate((size_t)maximum(target->steps, 1) * sizeof(int64_t));
  target->weights = mk_allocate(weight_bytes(work, target));
  const size_t matrix_bytes = (size_t)(work->rows * maximum(target->steps, 1) * work->item);
  char *matrix = mk_allocate(matrix_bytes);
  if (!target->offsets || !target->weights || !matrix) {
    mk_free(matrix, matrix_bytes);
    return MK_OUT_OF_MEMORY;
  }
  for (int64_t group = 0; group < work->groups; group++) {
    int64_t step = 0;
    for (int64_t channel = 0; channel < work->in_channels; channel++)
      for (int64_t z = 0; z < taps[0]->taps; z++)
        for (int64_t y = 0; y < taps[1]->taps; y++)
          for (int64_t x = 0; x < taps[2]->taps; x++, step++) {
            const int64_t tap = (taps[0]->tap[z] * geometry->kernel[1] + taps[1]->tap[y]) * geometry->kernel[2] + taps[2]->tap[x];
            target->offsets[step] = channel * work->image.channel +
                                    ((taps[0]->index[z] - low[0]) * work->image.size[1] + taps[1]->index[y] - low[1]) * work->image.size[2] +
                                    taps[2]->index[x] - low[2];
            const int64_t source = (group * work->in_channels + channel) * work->rows * all_taps + tap;
            for (int64_t row = 0; row < work->rows; row++)
              copy_element(work->item, matrix, row * target->steps + step, weight, source + row * all_taps);
          }
    pack_weights(work, target, group, matrix);
  }
  mk_free(matrix, matrix_bytes);
  return MK_OK;
}

int32_t mk_run_convolution_input_gradient(const mk_convolution *geometry, const void *output_gradient, const void *weight, void *input_gradient) {
  if (!supported(geometry)) return MK_UNSUPPORTED;
  const int64_t item = geometry->dtype == MK_float64 ? 8 : 4, groups = geometry->groups;
  const int64_t total = geometry->batch * geometry->in_channels * volume(geometry->input);
  if (total == 0) return MK_OK;
  if (geometry->out_channels * volume(geometry->output) == 0) {
    memset(input_gradient, 0, (size_t)(total * item));
    return MK_OK;
  }
  correlation work = {.dtype = geometry->dtype, .item = item, .batch = geometry->batch, .groups = groups,
                      .in_channels = geometry->out_channels / groups, .rows = geometry->in_channels / groups, .input = output_gradient,
                      .output = input_gradient, .output_channel = volume(geometry->input)};
  choose_kernels(geometry->dtype, &work.kernel, &work.convolution);

  // The taps of every phase of every dimension; a phase past the input's end has nothing to do.
  int64_t phases[3], low[3], high[3], first_phase[3], phase_sum = 0, tap_sum = 0;
  for (int d = 0; d < 3; d++) {
    phases[d] = minimum(geometry->stride[d], geometry->input[d]);
    first_phase[d] = phase_sum;
    phase_sum += phases[d];
    tap_sum += phases[d] * geometry->kernel[d];
    low[d] = INT64_MAX / 4, high[d] = INT64_MIN / 4;
  }
  const int64_t pass_count = volume(phases);
  const size_t taps_bytes = (size_t)phase_sum * sizeof(phase_taps), index_bytes = (size_t)tap_sum * 2 * sizeof(int64_t);
  const size_t pass_bytes = (size_t)pass_count * sizeof(pass);
  phase_taps *taps = mk_allocate(taps_bytes);
  int64_t *indices = mk_allocate(index_bytes);
  work.passes = mk_allocate(pass_bytes);
  int32_t status = MK_OUT_OF_MEMORY;
  int64_t prepared = 0;
  if (taps && indices && work.passes) {
    int64_t *next = indices;
    for (int d = 0; d < 3; d++)
      for (int64_t phase = 0; phase < phases[d]; phase++) {
        phase_taps *one = &taps[first_phase[d] + phase];
        one->tap = next, one->index = next + geometry->kernel[d];
        next += 2 * geometry->kernel[d];
        find_taps(geometry, d, phase, one, &low[d], &high[d]);
      }
    for (int d = 0; d < 3; d++) {
      if (low[d] > high[d]) low[d] = high[d] = 0;
      work.image.source[d] = geometry->output[d];
      work.image.start[d] = low[d];
      work.image.step[d] = work.image.phases[d] = 1;
      // Rows as long as a phase's even where it meets no tap.
      work.image.size[d] = maximum(high[d] - low[d] + 1, taps[first_phase[d]].count);
    }
    mk_finish_layout(&work.image);
    status = MK_OK;
    for (; prepared < pass_count && status == MK_OK; prepared++) {
      phase_taps *const three[3] = {&taps[first_phase[0] + prepared / (phases[1] * phases[2])],
                                    &taps[first_phase[1] + prepared / phases[2] % phases[1]], &taps[first_phase[2] + prepared % phases[2]]};
      status = prepare_phase(geometry, &work, low, three, weight, &work.passes[prepared]);
    }
    work.pass_count = pass_count;
    if (status == MK_OK) status = run_correlation(&work);
  }
  for (int64_t i = 0; i < prepared; i++) {
    mk_free(work.passes[i].offsets, (size_t)maximum(work.passes[i].steps, 1) * sizeof(int64_t));
    mk_free(work.passes[i].weights, weight_bytes(&work, &work.passes[i]));
  }
  mk_free(taps, taps_bytes);
  mk_free(indices, index_bytes);
  mk_free(work.passes, pass_bytes);
  return status;
}
