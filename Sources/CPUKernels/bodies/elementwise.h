// The element-wise loop: any strides and element types, brought block by block into contiguous rows of the compute type that
// the row kernels want. Operands that already are such rows are read and written in place.
//
// The loop runs over boxes: some rows, along one dimension, of columns along the innermost one. Large contiguous work is one
// box of one row. Short rows are taken several at once. Where an operand is contiguous along another dimension than the
// innermost, boxes are tiles of the two dimensions, and that operand is transposed while it is packed.
#include "../elementwise_plan.h"
#include "elementwise_rows.h"
#include "elementwise_unary.h"
#include "elementwise_binary.h"
#include "elementwise_ternary.h"
#include "elementwise_pack.h"

// Elements of a box when something is packed: its buffers stay in the first-level cache.
enum { box_elements = 1024, tile_elements = 2048 };
// Results go past the caches where operands and result together have more bytes than this (measured with a 32 MiB last-level
// cache: float32 addition of 16 MiB arrays 1.15 times, of 64 MiB arrays 1.3 times as fast; in cache it is slower).
#define MK_STREAM_BYTES ((int64_t)40 << 20)

// What a box does with one operand.
typedef struct packed_operand {
  char *data;         // the operand's first element of the loop
  const int64_t *strides;
  int32_t dtype;      // in memory
  int32_t wanted;     // what the kernel reads or writes
  int64_t item;       // bytes of an element in memory
  char *buffer;
  // the box that `buffer` holds: it is packed anew only if it differs
  const char *packed_from;
  int64_t packed_rows, packed_columns;
} packed_operand;

typedef struct box_loop {
  row_kernel kernel;
  convert_function copy;  // instead of a kernel: the operation is a copy, from dtype to dtype
  int32_t inputs;
  int32_t row_dimension;
  bool stream;
  const double *parameters;
  packed_operand output;
  packed_operand input[3];
  char *raw;              // between a gather and a conversion
} box_loop;

// The type whose kernel runs: the wanted one, but for the arithmetic that has kernels of its own for the 16-bit floats, which
// compute in float32 and round without a buffer between.
MK_INLINE int32_t kernel_dtype(const mk_elementwise *work) {
  const int32_t dtype = work->output.dtype;
  if (dtype != MK_float16 && dtype != MK_bfloat16) return work->compute;
  const bool own = work->arity == 2 && work->compute == MK_float32 && binary_is_arithmetic(work->operation) &&
                   work->inputs[0].dtype == dtype && work->inputs[1].dtype == dtype;
  return own ? dtype : work->compute;
}

// The kernel of an operation, or NULL.
MK_INLINE row_kernel kernel_of(const mk_elementwise *work) {
  const int32_t dtype = kernel_dtype(work);
  if (dtype < 0 || dtype >= MK_DTYPE_COUNT || work->operation < 0) return NULL;
  switch (work->arity) {
    case 1: return work->operation < MK_UNARY_COUNT ? unary_table[work->operation][dtype] : NULL;
    case 2: return work->operation < MK_BINARY_COUNT ? binary_table[work->operation][dtype] : NULL;
    case 3: return work->operation < MK_TERNARY_COUNT ? ternary_table[work->operation][dtype] : NULL;
    default: return NULL;
  }
}

MK_INLINE bool is_copy(const mk_elementwise *work) { return work->arity == 1 && work->operation == MK_UNARY_copy; }

// The type that the kernel writes.
MK_INLINE int32_t result_dtype(const mk_elementwise *work) {
  const bool predicate = (work->arity == 1 && unary_is_predicate(work->operation)) ||
                         (work->arity == 2 && binary_is_predicate(work->operation));
  return predicate ? MK_bool : kernel_dtype(work);
}
// The type that the kernel reads as its operand `index`.
MK_INLINE int32_t operand_dtype(const mk_elementwise *work, int32_t index) {
  return work->arity == 3 && index == 0 && work->operation == MK_TERNARY_select ? MK_bool : kernel_dtype(work);
}

// Packs an input's box of rows × columns, starting at `from`, into its buffer in the wanted type.
static void pack(const box_loop *loop, packed_operand *operand, const char *from, int64_t rows, int64_t columns,
                 int64_t row_stride, int64_t column_stride) {
  const bool same = operand->packed_from == from &&
                    ((columns == operand->packed_columns && rows <= operand->packed_rows) ||
                     (rows == 1 && operand->packed_rows == 1 && columns <= operand->packed_columns));
  if (same) return;
  operand->packed_from = from, operand->packed_rows = rows, operand->packed_columns = columns;
  if (operand->dtype == operand->wanted) {
    gather_box(operand->item, rows, columns, from, row_stride, column_stride, operand->buffer, columns);
    return;
  }
  const convert_function convert = convert_block(operand->dtype, operand->wanted);
  if (column_stride == 1 && (rows == 1 || row_stride == columns)) {
    convert(rows * columns, from, operand->buffer);
  } else {
    gather_box(operand->item, rows, columns, from, row_stride, column_stride, loop->raw, columns);
    convert(rows * columns, loop->raw, operand->buffer);
  }
}

// A box of rows × columns at the given element offsets of the operands.
static int32_t run_box(box_loop *loop, int64_t rows, int64_t columns, const int64_t offsets[4]) {
  const int32_t k = loop->row_dimension;
  packed_operand *output = &loop->output;
  char *to = output->data + offsets[3] * output->item;
  const int64_t out_row = output->strides[k], out_column = output->strides[0];
  // rows that are long enough may be written and read in place though they do not follow each other
  const bool row_by_row = columns >= 64;
  const bool out_flat = out_column == 1 && (rows == 1 || out_row == columns);
  const bool out_direct = output->dtype == output->wanted && (out_flat || (row_by_row && out_column == 1)) && !loop->stream;

  if (loop->copy && out_column == 1 && output->dtype == loop->input[0].dtype) {
    // bits from place to place, nothing between
    packed_operand *input = &loop->input[0];
    const char *from = input->data + offsets[0] * input->item;
    if (from == to) return MK_OK;
    if (input->strides[0] == 1 && (rows == 1 || (out_flat && input->strides[k] == columns))) {
      if (loop->stream) stream_copy(rows * columns * input->item, from, to);
      else memcpy(to, from, (size_t)(rows * columns * input->item));
    } else {
      gather_box(input->item, rows, columns, from, input->strides[k], input->strides[0], to, out_row);
    }
    return MK_OK;
  }

  const char *source[3] = {NULL, NULL, NULL};
  int64_t source_row[3] = {0, 0, 0};  // bytes; 0 in a flat box
  bool flat = out_flat || !out_direct;
  for (int32_t i = 0; i < loop->inputs; i++) {
    packed_operand *input = &loop->input[i];
    const char *from = input->data + offsets[i] * input->item;
    const int64_t row_stride = input->strides[k], column_stride = input->strides[0];
    const bool in_rows = input->dtype == input->wanted && (column_stride == 1 || columns == 1);
    const bool input_flat = rows == 1 || row_stride == columns;
    if (in_rows && (input_flat || row_by_row)) {
      source[i] = from, source_row[i] = row_stride * input->item;
      flat &= input_flat;
    } else {
      pack(loop, input, from, rows, columns, row_stride, column_stride);
      source[i] = input->buffer, source_row[i] = columns * dtype_bytes[input->wanted];
    }
  }

  const int64_t result_item = dtype_bytes[output->wanted];
  char *result = out_direct ? to : output->buffer;
  const int64_t result_row = (out_direct ? out_row : columns) * result_item;
  int32_t status = MK_OK;
  const int64_t calls = flat ? 1 : rows, count = flat ? rows * columns : columns;
  for (int64_t r = 0; r < calls; r++) {
    char *row = result + r * result_row;
    if (loop->copy)
      loop->copy(count, source[0] + r * source_row[0], row);
    else
      status |= loop->kernel(count, row, source[0] + r * source_row[0], source[1] + r * source_row[1],
                             source[2] + r * source_row[2], loop->parameters);
  }
  if (out_direct) return status;

  // the result is packed in the buffer: convert it, straight to its place where that is contiguous
  if (output->dtype == output->wanted) {
    if (loop->stream && out_flat) stream_copy(rows * columns * result_item, result, to);
    else if (out_column == 1) gather_box(result_item, rows, columns, result, columns, 1, to, out_row);
    else scatter_box(result_item, rows, columns, result, to, out_row, out_column);
    return status;
  }
  const convert_function convert = convert_block(output->wanted, output->dtype);
  if (out_flat && !loop->stream) {
    convert(rows * columns, result, to);
  } else {
    convert(rows * columns, result, loop->raw);
    if (loop->stream && out_flat) stream_copy(rows * columns * output->item, loop->raw, to);
    else scatter_box(output->item, rows, columns, loop->raw, to, out_row, out_column);
  }
  return status;
}

// The box's row dimension is `row_dimension`; `position` is the element where it begins, in row-major order.
MK_INLINE void offsets_at(const mk_elementwise *work, int64_t position, int64_t index[MK_MAX_RANK], int64_t offsets[4]) {
  offsets[0] = offsets[1] = offsets[2] = offsets[3] = 0;
  for (int32_t d = 0; d < work->rank; d++) {
    index[d] = position % work->sizes[d];
    position /= work->sizes[d];
    for (int32_t i = 0; i < work->arity; i++) offsets[i] += index[d] * work->inputs[i].strides[d];
    offsets[3] += index[d] * work->output.strides[d];
  }
}

// One step along dimension d, carried outwards.
MK_INLINE void step_outwards(const mk_elementwise *work, int32_t d, int32_t stop, int64_t index[MK_MAX_RANK], int64_t offsets[4]) {
  for (; d < stop; d++) {
    const int64_t back = ++index[d] == work->sizes[d] ? work->sizes[d] : 0;
    for (int32_t i = 0; i < work->arity; i++) offsets[i] += (1 - back) * work->inputs[i].strides[d];
    offsets[3] += (1 - back) * work->output.strides[d];
    if (back == 0) return;
    index[d] = 0;
  }
}

// Elements [begin, end), one row after the other in blocks of at most `block` columns.
static int32_t run_rows(box_loop *loop, const mk_elementwise *work, int64_t begin, int64_t end, int64_t block) {
  int64_t index[MK_MAX_RANK], offsets[4];
  int32_t status = MK_OK;
  offsets_at(work, begin, index, offsets);
  const int32_t row_dimension = loop->row_dimension;
  loop->row_dimension = 0;
  while (begin < end) {
    int64_t left = work->rank ? work->sizes[0] - index[0] : 1;
    if (left > end - begin) left = end - begin;
    for (int64_t done = 0; done < left; done += block) {
      const int64_t columns = left - done < block ? left - done : block;
      int64_t at[4] = {0, 0, 0, offsets[3] + done * work->output.strides[0]};
      for (int32_t i = 0; i < work->arity; i++) at[i] = offsets[i] + done * work->inputs[i].strides[0];
      status |= run_box(loop, 1, columns, at);
    }
    begin += left;
    // to the first column of the next row
    for (int32_t i = 0; i < work->arity; i++) offsets[i] -= index[0] * work->inputs[i].strides[0];
    offsets[3] -= index[0] * work->output.strides[0];
    index[0] = 0;
    step_outwards(work, 1, work->rank, index, offsets);
  }
  loop->row_dimension = row_dimension;
  return status;
}

// Units [begin, end) of the row dimension k, counted over it and the dimensions outside it: boxes of rows along k and columns
// along the innermost dimension, for every index of the dimensions between.
static int32_t run_tiles(box_loop *loop, const mk_elementwise *work, int64_t begin, int64_t end, int64_t unit) {
  const int32_t k = loop->row_dimension;
  const int64_t width = work->sizes[0], middle = unit / width;
  int32_t status = MK_OK;
  // the shape of a box: short rows whole and many; else tiles
  int64_t box_columns = width, box_rows;
  if (width < MK_SHORT_ROW && k == 1 && width * 8 <= box_elements) {
    box_rows = box_elements / width;
    if (box_rows > 8) box_rows &= ~(int64_t)7;
  } else {
    box_rows = MK_TILE_ROWS;
    if (box_columns > tile_elements / MK_TILE_ROWS) box_columns = tile_elements / MK_TILE_ROWS;
  }
  while (begin < end) {
    const int64_t at_k = begin % work->sizes[k];
    int64_t rows_left = work->sizes[k] - at_k;
    if (rows_left > end - begin) rows_left = end - begin;
    int64_t index[MK_MAX_RANK], offsets[4];
    offsets_at(work, begin * unit, index, offsets);
    for (int64_t m = 0; m < middle; m++) {
      for (int64_t r = 0; r < rows_left; r += box_rows) {
        const int64_t rows = rows_left - r < box_rows ? rows_left - r : box_rows;
        for (int64_t c = 0; c < width; c += box_columns) {
          const int64_t columns = width - c < box_columns ? width - c : box_columns;
          int64_t at[4] = {0, 0, 0, offsets[3] + r * work->output.strides[k] + c * work->output.strides[0]};
          for (int32_t i = 0; i < work->arity; i++)
            at[i] = offsets[i] + r * work->inputs[i].strides[k] + c * work->inputs[i].strides[0];
          status |= run_box(loop, rows, columns, at);
        }
      }
      step_outwards(work, 1, k, index, offsets);
    }
    begin += rows_left;
  }
  return status;
}

// Everything that is not one call of a kernel. Apart, for its buffers on the stack.
static __attribute__((noinline)) int32_t elementwise_boxes(const mk_elementwise *work, row_kernel kernel, int64_t begin,
                                                           int64_t end) {
  _Alignas(64) char buffers[4][tile_elements * 8];
  _Alignas(64) char raw[tile_elements * 8];
  box_loop loop = {.kernel = kernel, .inputs = work->arity, .parameters = work->parameters, .raw = raw};
  const bool copy = is_copy(work);
  int64_t total = 1;
  bool packs = false, in_place = false;
  for (int32_t d = 0; d < work->rank; d++) total *= work->sizes[d];
  for (int32_t i = 0; i < work->arity; i++) {
    const mk_operand *operand = &work->inputs[i];
    const int32_t wanted = copy ? operand->dtype : operand_dtype(work, i);
    loop.input[i] = (packed_operand){
      .data = operand->data, .strides = operand->strides, .dtype = operand->dtype, .wanted = wanted,
      .item = dtype_bytes[operand->dtype], .buffer = buffers[i]};
    packs |= operand->dtype != wanted || operand->strides[0] != 1;
    in_place |= operand->data == work->output.data;
  }
  const mk_operand *output = &work->output;
  const int32_t written = copy ? output->dtype : result_dtype(work);
  if (copy) loop.copy = convert_block(work->inputs[0].dtype, output->dtype);
  loop.output = (packed_operand){
    .data = output->data, .strides = output->strides, .dtype = output->dtype, .wanted = written,
    .item = dtype_bytes[output->dtype], .buffer = buffers[3]};
  packs |= output->dtype != written || output->strides[0] != 1;
  const int32_t k = mk_row_dimension(work);
  loop.row_dimension = k;
  loop.stream = k == 0 && !in_place && output->strides[0] == 1 && total * loop.output.item * (work->arity + 1) > MK_STREAM_BYTES;
  packs |= loop.stream;

  const int64_t block = packs ? box_elements : INT64_MAX / 2;
  int32_t status = MK_OK;
  if (k == 0) {
    status = run_rows(&loop, work, begin, end, block);
  } else {
    int64_t unit = 1;
    for (int32_t d = 0; d < k; d++) unit *= work->sizes[d];
    // ragged ends row by row, whole units between them
    int64_t first = (begin + unit - 1) / unit, last = end / unit;
    if (first >= last) {
      status = run_rows(&loop, work, begin, end, box_elements);
    } else {
      if (begin < first * unit) status |= run_rows(&loop, work, begin, first * unit, box_elements);
      status |= run_tiles(&loop, work, first, last, unit);
      if (last * unit < end) status |= run_rows(&loop, work, last * unit, end, box_elements);
    }
  }
  if (loop.stream) __atomic_thread_fence(__ATOMIC_SEQ_CST);
  return status;
}

// One contiguous row with repeated operands (x + 2): their value fills a short buffer, once.
static __attribute__((noinline)) int32_t repeated_row(const mk_elementwise *work, row_kernel kernel, int64_t begin, int64_t end) {
  enum { piece = 512 };
  _Alignas(64) char buffers[3][piece * 8];
  const char *source[3] = {NULL, NULL, NULL};
  int64_t step[3] = {0, 0, 0};  // bytes an element
  const int64_t longest = end - begin < piece ? end - begin : piece;
  for (int32_t i = 0; i < work->arity; i++) {
    const mk_operand *input = &work->inputs[i];
    const int64_t item = dtype_bytes[input->dtype];
    if (input->strides[0] == 0) {
      gather_box(item, 1, longest, input->data, 0, 0, buffers[i], longest);
      source[i] = buffers[i];
    } else {
      source[i] = (const char *)input->data + begin * item, step[i] = item;
    }
  }
  const int64_t out_step = dtype_bytes[work->output.dtype];
  char *out = (char *)work->output.data + begin * out_step;
  int32_t status = MK_OK;
  for (int64_t done = 0; done < end - begin; done += piece) {
    const int64_t count = end - begin - done < piece ? end - begin - done : piece;
    status |= kernel(count, out + done * out_step, source[0] + done * step[0], source[1] + done * step[1],
                     source[2] + done * step[2], work->parameters);
  }
  return status;
}

// Elements [begin, end) of the loop, in row-major order.
static int32_t elementwise(const mk_elementwise *work, int64_t begin, int64_t end) {
  const row_kernel kernel = kernel_of(work);
  if (!kernel && !is_copy(work)) return MK_UNSUPPORTED;
  if (begin >= end) return MK_OK;
  // the common case first: one contiguous row of the right types, one call
  const mk_operand *output = &work->output;
  if (kernel && work->rank == 1 && output->strides[0] == 1 && output->dtype == result_dtype(work) &&
      work->sizes[0] * dtype_bytes[output->dtype] * (work->arity + 1) <= MK_STREAM_BYTES) {
    const char *source[3] = {NULL, NULL, NULL};
    bool direct = true, repeated = false;
    for (int32_t i = 0; i < work->arity; i++) {
      const mk_operand *input = &work->inputs[i];
      direct &= (uint64_t)input->strides[0] <= 1 && input->dtype == operand_dtype(work, i);
      repeated |= input->strides[0] == 0;
      source[i] = (const char *)input->data + begin * dtype_bytes[input->dtype];
    }
    if (direct && !repeated)
      return kernel(end - begin, (char *)output->data + begin * dtype_bytes[output->dtype], source[0], source[1], source[2],
                    work->parameters);
    if (direct) return repeated_row(work, kernel, begin, end);
  }
  return elementwise_boxes(work, kernel, begin, end);
}
