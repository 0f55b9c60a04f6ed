// The matrix product's plan: which operands are packed, how the work is cut, and the batch. Every element is summed in order
// of k in steps of kc, whatever is packed and however the work is cut, so the number of threads changes nothing but time.
#include <stdatomic.h>
#include <string.h>

#include "kernel_table.h"

typedef struct mk_gemm_kernel gemm_kernel;

// One product of real matrices. `source` is the operands' dtype; c, bias and the sums have the kernel's type (float for
// float32, float16 and bfloat16), except that for the half types c is the target of the final rounding.
typedef struct product {
  const gemm_kernel *kernel;
  int32_t source;
  bool half, accumulate;
  int64_t source_item, item;
  int64_t m, n, k;
  const char *a, *b, *bias;
  char *c;
  int64_t a_row, a_column, b_row, b_column, c_row, c_column;
  // the plan
  bool a_in_place, b_in_place;
  int64_t block_rows, block_columns, row_blocks;  // chunks: row blocks fastest
  // the slab in work: columns [first_column, +columns), steps [first_step, +steps)
  int64_t first_column, columns, first_step, steps;
  char *packed_b;
  int64_t panels_a_chunk;
  _Atomic int32_t status;
} product;

static int64_t minimum(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t maximum(int64_t a, int64_t b) { return a > b ? a : b; }
static int64_t quotient_up(int64_t a, int64_t b) { return (a + b - 1) / b; }

// ---- Half types: C ----

static float widen(int32_t dtype, uint16_t bits) {
  union { uint32_t u; float f; } value;
  if (dtype == MK_bfloat16) {
    value.u = (uint32_t)bits << 16;
    return value.f;
  }
  value.u = (uint32_t)(bits & 0x7fff) << 13;
  value.f *= 0x1p112f;  // moves the exponent, denormals included
  if ((bits & 0x7c00) == 0x7c00) value.u = (uint32_t)(bits & 0x7fff) << 13 | 0x7f800000u;
  value.u |= (uint32_t)(bits & 0x8000) << 16;
  return value.f;
}

static inline uint16_t round_to_bfloat16(float x) {
  union { float f; uint32_t u; } value = {.f = x};
  const uint32_t rounded = (value.u + 0x7fff + ((value.u >> 16) & 1)) >> 16;
  return (uint16_t)(x != x ? value.u >> 16 | 0x40 : rounded);
}

static inline uint16_t round_to_float16(float x) {
  union { float f; uint32_t u; } value = {.f = x}, shifted;
  const uint16_t sign = (uint16_t)(value.u >> 16 & 0x8000);
  const uint32_t magnitude = value.u & 0x7fffffff;
  if (magnitude > 0x7f800000) return (uint16_t)(sign | 0x7e00);
  if (magnitude >= 0x47800000) return (uint16_t)(sign | 0x7c00);  // 65536 and more; what rounds to it carries below
  if (magnitude < 0x38800000) {  // below the smallest normal: the addition rounds to the denormals' grid
    shifted.u = magnitude;
    shifted.f += 0.5f;
    return (uint16_t)(sign | (shifted.u - 0x3f000000));
  }
  return (uint16_t)(sign | (magnitude - 0x38000000 + 0xfff + ((magnitude >> 13) & 1)) >> 13);
}

static void round_row(int32_t dtype, int64_t count, const float *from, uint16_t *to, int64_t stride) {
  if (dtype == MK_float16)
    for (int64_t i = 0; i < count; i++) to[i * stride] = round_to_float16(from[i]);
  else if (stride == 1)
    for (int64_t i = 0; i < count; i++) to[i] = round_to_bfloat16(from[i]);
  else
    for (int64_t i = 0; i < count; i++) to[i * stride] = round_to_bfloat16(from[i]);
}

// ---- One product ----

// Packs some panels of b's slab: for each kc steps all column panels, one after the other.
static void pack_b(void *context, int64_t chunk) {
  const product *work = context;
  const gemm_kernel *kernel = work->kernel;
  const int64_t panels = quotient_up(work->columns, kernel->nr);
  const int64_t last = minimum((chunk + 1) * work->panels_a_chunk, panels);
  for (int64_t panel = chunk * work->panels_a_chunk; panel < last; panel++)
    for (int64_t p = 0; p < work->steps; p += kernel->kc) {
      const int64_t steps = minimum(kernel->kc, work->steps - p), packed_steps = quotient_up(steps, kernel->pair);
      const int64_t column = work->first_column + panel * kernel->nr;
      kernel->pack(kernel->nr, work->source, minimum(kernel->nr, work->columns - panel * kernel->nr), steps,
                   work->b + ((work->first_step + p) * work->b_row + column * work->b_column) * work->source_item, work->b_column,
                   work->b_row, work->packed_b + (p / kernel->pair * panels + panel * packed_steps) * kernel->nr * work->item);
    }
}

// One block of c over the slab's steps.
static void multiply_block(void *context, int64_t chunk) {
  product *work = context;
  const gemm_kernel *kernel = work->kernel;
  const int64_t row = chunk % work->row_blocks * work->block_rows, rows = minimum(work->block_rows, work->m - row);
  const int64_t column = chunk / work->row_blocks * work->block_columns;  // within the slab
  const int64_t columns = minimum(work->block_columns, work->columns - column);
  const int64_t panels = quotient_up(work->columns, kernel->nr);
  char *c = work->c + (row * work->c_row + (work->first_column + column) * work->c_column) * (work->half ? 2 : work->item);
  const char *bias = work->bias ? work->bias + (work->first_column + column) * work->item : NULL;
  int64_t c_row = work->c_row, c_column = work->c_column;

  char *packed_a = NULL;
  size_t packed_a_bytes = 0, sums_bytes = 0;
  float *sums = NULL;
  if (!work->a_in_place) {
    packed_a_bytes = (size_t)(quotient_up(rows, kernel->mr) * kernel->mr * minimum(kernel->kc, maximum(work->steps, 1)) * work->item);
    packed_a = mk_allocate(packed_a_bytes);
  }
  if (work->half) {
    sums_bytes = (size_t)(rows * columns) * sizeof(float);
    sums = mk_allocate(sums_bytes);
  }
  if ((!work->a_in_place && !packed_a) || (work->half && !sums)) {
    atomic_store_explicit(&work->status, MK_OUT_OF_MEMORY, memory_order_relaxed);
    mk_free(packed_a, packed_a_bytes);
    mk_free(sums, sums_bytes);
    return;
  }
  if (sums) {
    if (work->accumulate)
      for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < columns; j++)
          sums[i * columns + j] = widen(work->source, ((const uint16_t *)c)[i * c_row + j * c_column]);
    c_row = columns;
    c_column = 1;
  }

  for (int64_t p = 0; p == 0 || p < work->steps; p += kernel->kc) {
    const int64_t steps = minimum(kernel->kc, work->steps - p), step = work->first_step + p;
    const int64_t packed_steps = quotient_up(steps, kernel->pair);
    const char *a = work->a + (row * work->a_row + step * work->a_column) * work->source_item;
    int64_t a_row = work->a_row, a_step = work->a_column, a_panel = 0;
    if (packed_a) {
      a_panel = kernel->mr * packed_steps;
      for (int64_t i = 0; i < rows; i += kernel->mr)
        kernel->pack(kernel->mr, work->source, minimum(kernel->mr, rows - i), steps, a + i * work->a_row * work->source_item,
                     work->a_row, work->a_column, packed_a + i / kernel->mr * a_panel * work->item);
      a = packed_a;
      a_row = 1;
      a_step = kernel->mr;
    }
    const char *b;
    int64_t b_step, b_panel;
    if (work->b_in_place) {
      b = work->b + (step * work->b_row + work->first_column + column) * work->item;
      b_step = work->b_row;
      b_panel = kernel->nr;
    } else {
      b_step = kernel->nr;
      b_panel = packed_steps * kernel->nr;
      b = work->packed_b + (p / kernel->pair * panels * kernel->nr + column / kernel->nr * b_panel) * work->item;
    }
    const bool first = step == 0;
    kernel->block(rows, columns, packed_steps, a, a_row, a_step, a_panel, b, b_step, b_panel, sums ? (char *)sums : c, c_row, c_column,
                  work->accumulate || !first, first ? bias : NULL);
  }
  if (sums)
    for (int64_t i = 0; i < rows; i++)
      round_row(work->source, columns, sums + i * columns, (uint16_t *)c + i * work->c_row, work->c_column);
  mk_free(packed_a, packed_a_bytes);
  mk_free(sums, sums_bytes);
}

// How large a slab of b may be when packed: it lives in the last cache.
static const int64_t slab_bytes = (int64_t)8 << 20;
// Products at least this large (m·n·k) are worth a second thread: some 10 µs.
static const int64_t parallel_work = (int64_t)1 << 20;

static int32_t multiply(product *work) {
  const gemm_kernel *kernel = work->kernel;
  const int64_t volume = work->m * work->n * maximum(work->k, 1);
  const int32_t threads = volume >= parallel_work ? mk_thread_count() : 1;

  // b stays in place when its rows are contiguous and too few rows of a would repay the copy; a, when few columns would.
  work->b_in_place = !work->half && work->b_column == 1 && (work->m <= 6 * kernel->mr || volume <= (int64_t)1 << 21 || work->k == 0);
  work->a_in_place = !work->half && (work->n <= 4 * kernel->nr || (work->m <= 6 * kernel->mr && work->b_in_place) || work->k == 0);

  // Chunks: mc rows by all columns; cut finer for several threads, first the rows to a third of mc, then the columns.
  int64_t rows = kernel->mc, columns_at_most = work->half ? 512 : INT64_MAX / 2;
  const int64_t wanted = threads == 1 ? 1 : 4 * (int64_t)threads;
  if (threads > 1) rows = minimum(rows, maximum(quotient_up(quotient_up(work->m, wanted), kernel->mr) * kernel->mr, kernel->mc / 3));
  else if (work->a_in_place) rows = INT64_MAX / 2;
  work->block_rows = minimum(rows, maximum(work->m, 1));
  work->row_blocks = quotient_up(work->m, work->block_rows);

  // Slabs of b. All of k in one slab where it fits, so that a chunk sums its block in one go.
  const int64_t slab_steps = work->half || work->b_in_place ? maximum(work->k, 1) : minimum(maximum(work->k, 1), 16 * kernel->kc);
  int64_t slab_columns = work->n;
  if (!work->b_in_place)
    slab_columns = minimum(work->n, maximum(slab_bytes / (slab_steps * work->item) / kernel->nr * kernel->nr, 16 * kernel->nr));
  char *packed_b = NULL;
  size_t packed_b_bytes = 0;
  if (!work->b_in_place) {
    packed_b_bytes = (size_t)(quotient_up(slab_columns, kernel->nr) * kernel->nr * slab_steps * work->item);
    packed_b = mk_allocate(packed_b_bytes);
    if (!packed_b) return MK_OUT_OF_MEMORY;
  }
  work->packed_b = packed_b;

  for (int64_t column = 0; column < work->n; column += slab_columns)
    for (int64_t step = 0; step == 0 || step < work->k; step += slab_steps) {
      work->first_column = column;
      work->columns = minimum(slab_columns, work->n - column);
      work->first_step = step;
      work->steps = minimum(slab_steps, work->k - step);
      const int64_t panels = quotient_up(work->columns, kernel->nr);
      int64_t groups = threads == 1 ? 1 : quotient_up(wanted, work->row_blocks);
      const int64_t least_panels = work->a_in_place ? 1 : 4;
      groups = maximum(1, minimum(groups, panels / least_panels));
      work->block_columns = minimum(quotient_up(panels, groups) * kernel->nr, columns_at_most);
      if (packed_b) {
        work->panels_a_chunk = threads == 1 ? panels : maximum(quotient_up(panels, wanted), quotient_up(1 << 14, work->steps * kernel->nr));
        mk_parallel(quotient_up(panels, work->panels_a_chunk), pack_b, work);
      }
      const int64_t chunks = work->row_blocks * quotient_up(work->columns, work->block_columns);
      if (threads == 1)
        for (int64_t chunk = 0; chunk < chunks; chunk++) multiply_block(work, chunk);
      else
        mk_parallel(chunks, multiply_block, work);
    }
  mk_free(packed_b, packed_b_bytes);
  return atomic_load_explicit(&work->status, memory_order_relaxed);
}

// ---- Matrix times vector ----

typedef struct vector_product {
  int32_t dtype;
  bool accumulate;
  int64_t item, m, n, rows;
  const char *a, *x;
  char *y;
  int64_t a_row, a_column, x_stride, y_stride;
} vector_product;

static void multiply_rows(void *context, int64_t chunk) {
  const vector_product *work = context;
  const int64_t row = chunk * work->rows;
  mk_kernels()->gemv(work->dtype, minimum(work->rows, work->m - row), work->n, work->a + row * work->a_row * work->item, work->a_row,
                     work->a_column, work->x, work->x_stride, work->y + row * work->y_stride * work->item, work->y_stride,
                     work->accumulate);
}

// True if the product was one of a matrix and a vector of real type, and has been done.
static bool multiply_vector(const product *work) {
  vector_product vector = {.dtype = work->source, .accumulate = work->accumulate, .item = work->item, .n = work->k, .y = work->c};
  if (work->half || work->k == 0) return false;
  if (work->n == 1) {
    vector.m = work->m;
    vector.a = work->a, vector.a_row = work->a_row, vector.a_column = work->a_column;
    vector.x = work->b, vector.x_stride = work->b_row, vector.y_stride = work->c_row;
  } else if (work->m == 1) {
    vector.m = work->n;
    vector.a = work->b, vector.a_row = work->b_column, vector.a_column = work->b_row;
    vector.x = work->a, vector.x_stride = work->a_column, vector.y_stride = work->c_column;
  } else {
    return false;
  }
  const bool by_columns = vector.a_row == 1 && (vector.a_column != 1 || vector.m > vector.n);
  if (!by_columns && (vector.a_column != 1 || vector.x_stride != 1)) return false;
  // By columns a chunk is kept wide, for runs of memory that the processor foresees.
  const int64_t volume = vector.m * vector.n;
  const int64_t chunks = volume < (int64_t)1 << 18 ? 1 : minimum(4 * (int64_t)mk_thread_count(), quotient_up(volume, 1 << 16));
  vector.rows = maximum(quotient_up(quotient_up(vector.m, chunks), 64) * 64, by_columns ? 512 : 4);
  if (mk_thread_count() == 1) vector.rows = vector.m;
  mk_parallel(quotient_up(vector.m, vector.rows), multiply_rows, &vector);
  if (work->bias)
    for (int64_t j = 0; j < work->n; j++)
      for (int64_t i = 0; i < work->m; i++) {
        char *to = work->c + (i * work->c_row + j * work->c_column) * work->item;
        if (work->source == MK_float64) *(double *)to += ((const double *)work->bias)[j];
        else *(float *)to += ((const float *)work->bias)[j];
      }
  return true;
}

// ---- Integers ----

typedef struct integer_product { const mk_gemm *work; const void *a, *b; void *c; int64_t rows; _Atomic int32_t status; } integer_product;

static void multiply_integer_rows(void *context, int64_t chunk) {
  integer_product *product = context;
  const int64_t begin = chunk * product->rows, end = minimum(begin + product->rows, product->work->m);
  const int32_t status = mk_kernels()->gemm_integer(product->work, product->a, product->b, product->c, begin, end);
  if (status != MK_OK) atomic_store_explicit(&product->status, status, memory_order_relaxed);
}

// ---- One batch element ----

static int64_t item_size(int32_t dtype) {
  switch (dtype) {
    case MK_float64: case MK_int64: return 8;
    case MK_float32: case MK_int32: return 4;
    case MK_float16: case MK_bfloat16: case MK_int16: return 2;
    default: return 1;
  }
}

static int32_t run_element(const mk_gemm *work, const char *a, const char *b, char *c, const void *bias) {
  if (work->dtype > MK_bfloat16) {
    integer_product integer = {work, a, b, c, work->m, MK_OK};
    const int64_t volume = work->m * work->n * work->k;
    if (volume >= 1 << 18) integer.rows = maximum(4, quotient_up(quotient_up(work->m, 4 * (int64_t)mk_thread_count()), 4) * 4);
    mk_parallel(quotient_up(work->m, integer.rows), multiply_integer_rows, &integer);
    return integer.status;
  }
  const mk_kernel_table *kernels = mk_kernels();
  product p = {
      .kernel = work->dtype == MK_float64 ? &kernels->gemm_f64 : &kernels->gemm_f32,
      .source = work->dtype, .half = work->dtype == MK_float16 || work->dtype == MK_bfloat16, .accumulate = work->accumulate,
      .source_item = item_size(work->dtype), .item = work->dtype == MK_float64 ? 8 : 4,
      .m = work->m, .n = work->n, .k = work->k, .a = a, .b = b, .bias = bias, .c = c,
      .a_row = work->a_row, .a_column = work->a_column, .b_row = work->b_row, .b_column = work->b_column,
      .c_row = work->c_row, .c_column = work->c_column};
  if (work->dtype == MK_bfloat16) {
    const gemm_kernel *pairs = mk_gemm_bfloat16();
    if (pairs && work->k > 0) p.kernel = pairs;
  }
  if (multiply_vector(&p)) return MK_OK;
  if (p.c_column != 1 && p.c_row == 1 && !bias) {
    // Cᵀ = Bᵀ·Aᵀ has contiguous rows.
    p.m = work->n, p.n = work->m;
    p.a = b, p.a_row = work->b_column, p.a_column = work->b_row;
    p.b = a, p.b_row = work->a_column, p.b_column = work->a_row;
    p.c_row = work->c_column, p.c_column = 1;
  }
  return multiply(&p);
}

// ---- The batch ----

typedef struct batch_product {
  const mk_gemm *work;
  const void *bias;
  int64_t item, count, elements_a_chunk;
  _Atomic int32_t status;
} batch_product;

static void run_elements(void *context, int64_t chunk) {
  batch_product *batch = context;
  const mk_gemm *work = batch->work;
  const int64_t last = minimum((chunk + 1) * batch->elements_a_chunk, batch->count);
  for (int64_t element = chunk * batch->elements_a_chunk; element < last; element++) {
    int64_t rest = element, a = 0, b = 0, c = 0;
    for (int32_t d = 0; d < work->batch_rank; d++) {
      const int64_t index = rest % work->batch_sizes[d];
      rest /= work->batch_sizes[d];
      a += index * work->a_batch[d], b += index * work->b_batch[d], c += index * work->c_batch[d];
    }
    const int32_t status = run_element(work, (const char *)work->a + a * batch->item, (const char *)work->b + b * batch->item,
                                       (char *)work->c + c * batch->item, batch->bias);
    if (status != MK_OK) atomic_store_explicit(&batch->status, status, memory_order_relaxed);
  }
}

// Batch dimensions over which b stands still and a and c go on as rows are rows: one larger product instead of many.
static void merge_rows(mk_gemm *work) {
  while (work->batch_rank > 0) {
    const int64_t size = work->batch_sizes[0];
    const bool rows_go_on = work->b_batch[0] == 0 && work->a_batch[0] == work->m * work->a_row && work->c_batch[0] == work->m * work->c_row;
    if (size != 1 && !rows_go_on) return;
    work->m *= size;
    work->batch_rank--;
    for (int32_t d = 0; d < work->batch_rank; d++) {
      work->batch_sizes[d] = work->batch_sizes[d + 1];
      work->a_batch[d] = work->a_batch[d + 1];
      work->b_batch[d] = work->b_batch[d + 1];
      work->c_batch[d] = work->c_batch[d + 1];
    }
  }
}

int32_t mk_run_gemm(const mk_gemm *original) {
  if (original->dtype < 0 || original->dtype >= MK_DTYPE_COUNT) return MK_UNSUPPORTED;
  mk_gemm work = *original;
  int64_t count = 1;
  for (int32_t d = 0; d < work.batch_rank; d++) count *= work.batch_sizes[d];
  if (count == 0 || work.m == 0 || work.n == 0) return MK_OK;
  merge_rows(&work);
  count = 1;
  for (int32_t d = 0; d < work.batch_rank; d++) count *= work.batch_sizes[d];

  batch_product batch = {.work = &work, .bias = work.bias, .item = item_size(work.dtype), .count = count, .elements_a_chunk = count};
  float *bias = NULL;
  const bool half = work.dtype == MK_float16 || work.dtype == MK_bfloat16;
  if (half && work.bias) {
    bias = mk_allocate((size_t)work.n * sizeof(float));
    if (!bias) return MK_OUT_OF_MEMORY;
    for (int64_t j = 0; j < work.n; j++) bias[j] = widen(work.dtype, ((const uint16_t *)work.bias)[j]);
    batch.bias = bias;
  }
  // Small products: several to a chunk, each on one thread. Large ones: one after the other, each on all.
  const int64_t volume = work.m * work.n * maximum(work.k, 1);
  if (count > 1 && volume < (int64_t)1 << 23 && volume * count >= parallel_work && (count >= 2 * (int64_t)mk_thread_count() || volume < parallel_work))
    batch.elements_a_chunk = maximum(quotient_up(parallel_work / 2, volume), quotient_up(count, 16 * (int64_t)mk_thread_count()));
  mk_parallel(quotient_up(count, batch.elements_a_chunk), run_elements, &batch);
  mk_free(bias, (size_t)work.n * sizeof(float));
  return batch.status;
}
