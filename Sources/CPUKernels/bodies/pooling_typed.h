// Pooling of planes for one type; pooling.h includes this once for float and once for double, with
//   REAL, REAL_VECTOR, REAL_MASK, REAL_LANES, REAL_FN(x) as in gemm_typed.h
//   REAL_EVEN, REAL_ODD     the shuffles that take the even and the odd lanes of two vectors
//   REAL_HALF_LANES_64      the vector of 64-bit integers with REAL_LANES lanes

// Takes `value` where it is larger or NaN: PyTorch's rule, by which the first of equal values stays and a NaN wins.
#define POOL_TAKE(value, number)                               \
  {                                                            \
    const REAL_MASK taken = (REAL_MASK)(value > best) | (REAL_MASK)(value != value); \
    best = REAL_FN(select)(taken, value, best);                \
    place = (taken & (number)) | (~taken & place);             \
  }

// `count` elements from p on as the even and the odd lanes of two vectors: a row of pairs, zero past the end.
MK_INLINE void REAL_FN(pool_pairs)(const REAL *p, int64_t count, REAL_VECTOR *even, REAL_VECTOR *odd) {
  REAL_VECTOR low, high = (REAL_VECTOR)(REAL)0;
  if (count == 2 * REAL_LANES) {
    low = REAL_FN(gemm_load)(p);
    high = REAL_FN(gemm_load)(p + REAL_LANES);
  } else {
    low = REAL_FN(load_part)(p, count < REAL_LANES ? (int)count : REAL_LANES);
    if (count > REAL_LANES) high = REAL_FN(load_part)(p + REAL_LANES, (int)(count - REAL_LANES));
  }
  *even = __builtin_shufflevector(low, high, REAL_EVEN);
  *odd = __builtin_shufflevector(low, high, REAL_ODD);
}

// Windows of 2 × 2 without overlap, padding or dilation: one row of outputs. The index is first + (0, 1, width, width + 1) + 2·column.
MK_INLINE void REAL_FN(max_pool_pairs)(const REAL *upper, const REAL *lower, int64_t outputs, int64_t first, int64_t width, REAL *output,
                                       int64_t *indices) {
  REAL_MASK steps;
  for (int lane = 0; lane < REAL_LANES; lane++) steps[lane] = 2 * lane;
  const REAL_MASK zero = steps - steps, down = zero + (REAL_INTEGER)width;
  for (int64_t x = 0; x < outputs; x += REAL_LANES) {
    const int64_t lanes = outputs - x < REAL_LANES ? outputs - x : REAL_LANES;
    REAL_VECTOR best, second, third, fourth;
    REAL_FN(pool_pairs)(upper + 2 * x, 2 * lanes, &best, &second);
    REAL_FN(pool_pairs)(lower + 2 * x, 2 * lanes, &third, &fourth);
    REAL_MASK place = zero;
    POOL_TAKE(second, zero + 1)
    POOL_TAKE(third, down)
    POOL_TAKE(fourth, down + 1)
    place += steps;
    typedef int64_t wide __attribute__((ext_vector_type(REAL_LANES), aligned(8)));
    const wide numbers = __builtin_convertvector(place, wide) + (first + 2 * x);
    if (lanes == REAL_LANES) {
      REAL_FN(gemm_store)(output + x, best);
      if (indices) *(wide *)(indices + x) = numbers;
    } else {
      REAL_FN(store_part)(output + x, best, (int)lanes);
      int64_t buffer[REAL_LANES];
      *(wide *)buffer = numbers;
      if (indices) memcpy(indices + x, buffer, (size_t)lanes * sizeof(int64_t));
    }
  }
}
#undef POOL_TAKE

// One cell of each of a row's windows: cells `stride` apart, numbered from `first` on.
MK_INLINE void REAL_FN(max_pool_cells)(const REAL *restrict cells, const int64_t stride, int64_t count, int64_t first, REAL *restrict best,
                                       int64_t *restrict place) {
  if (place)
    for (int64_t i = 0; i < count; i++) {
      const REAL value = cells[i * stride], old = best[i];
      const bool taken = (value > old) | (value != value);
      best[i] = taken ? value : old;
      place[i] = taken ? first + i * stride : place[i];
    }
  else
    for (int64_t i = 0; i < count; i++) {
      const REAL value = cells[i * stride], old = best[i];
      best[i] = ((value > old) | (value != value)) ? value : old;
    }
}

// Windows of differing sizes: output by output.
static void REAL_FN(adaptive_max_pool)(const mk_pooling *g, int64_t begin, int64_t end, const REAL *input, REAL *output, int64_t *indices) {
  const int64_t plane = g->input[0] * g->input[1] * g->input[2], outputs = g->output[0] * g->output[1] * g->output[2];
  for (int64_t p = begin; p < end; p++) {
    const REAL *in = input + p * plane;
    int64_t at[3], start[3], stop[3], o = p * outputs;
    for (at[0] = 0; at[0] < g->output[0]; at[0]++)
      for (at[1] = 0; at[1] < g->output[1]; at[1]++)
        for (at[2] = 0; at[2] < g->output[2]; at[2]++, o++) {
          for (int d = 0; d < 3; d++) adaptive_window(g, d, at[d], start, stop);
          REAL best = -(REAL)INFINITY;
          int64_t place = (start[0] * g->input[1] + start[1]) * g->input[2] + start[2];
          for (int64_t z = start[0]; z < stop[0]; z++)
            for (int64_t y = start[1]; y < stop[1]; y++)
              for (int64_t x = start[2]; x < stop[2]; x++) {
                const int64_t cell = (z * g->input[1] + y) * g->input[2] + x;
                const REAL value = in[cell];
                const bool taken = (value > best) | (value != value);
                best = taken ? value : best;
                place = taken ? cell : place;
              }
          output[o] = best;
          if (indices) indices[o] = place;
        }
  }
}

static void REAL_FN(max_pool)(const mk_pooling *g, int64_t begin, int64_t end, const REAL *input, REAL *output, int64_t *indices) {
  if (g->adaptive) {
    REAL_FN(adaptive_max_pool)(g, begin, end, input, output, indices);
    return;
  }
  const int64_t plane = g->input[0] * g->input[1] * g->input[2], outputs = g->output[0] * g->output[1] * g->output[2];
  bool pairs = !g->adaptive && g->kernel[0] == 1 && g->stride[0] == 1 && g->padding[0] == 0 && plane <= INT32_MAX;
  for (int d = 1; d < 3; d++)
    pairs = pairs && g->kernel[d] == 2 && g->stride[d] == 2 && g->padding[d] == 0 && g->dilation[d] == 1 && 2 * g->output[d] <= g->input[d];
  for (int64_t p = begin; p < end; p++) {
    const REAL *in = input + p * plane;
    REAL *out = output + p * outputs;
    int64_t *where = indices ? indices + p * outputs : NULL;
    for (int64_t oz = 0; oz < g->output[0]; oz++)
      for (int64_t oy = 0; oy < g->output[1]; oy++) {
        const int64_t row = (oz * g->output[1] + oy) * g->output[2];
        if (pairs) {
          const int64_t first = (oz * g->input[1] + 2 * oy) * g->input[2];
          REAL_FN(max_pool_pairs)(in + first, in + first + g->input[2], g->output[2], first, g->input[2], out + row, where ? where + row : NULL);
          continue;
        }
        int64_t start[3], stop[3];
        max_pool_window(g, 0, oz, start, stop);
        max_pool_window(g, 1, oy, start, stop);
        for (int64_t ox = 0; ox < g->output[2]; ox++) {
          max_pool_window(g, 2, ox, start, stop);
          const bool empty = start[0] >= stop[0] || start[1] >= stop[1] || start[2] >= stop[2];
          out[row + ox] = -(REAL)INFINITY;
          if (where) where[row + ox] = empty ? -1 : (start[0] * g->input[1] + start[1]) * g->input[2] + start[2];
        }
        // Cell by cell of the window, over all outputs of the row that have it inside: loops that become vectors.
        for (int64_t z = start[0]; z < stop[0]; z += g->dilation[0])
          for (int64_t y = start[1]; y < stop[1]; y += g->dilation[1])
            for (int64_t tap = 0; tap < g->kernel[2]; tap++) {
              const int64_t shift = tap * g->dilation[2] - g->padding[2], stride = g->stride[2];
              const int64_t low = shift >= 0 ? 0 : (-shift + stride - 1) / stride;
              int64_t high = g->input[2] - 1 - shift < 0 ? 0 : (g->input[2] - 1 - shift) / stride + 1;
              if (high > g->output[2]) high = g->output[2];
              if (low >= high) continue;
              const int64_t first = (z * g->input[1] + y) * g->input[2] + shift + low * stride;
              REAL *best = out + row + low;
              int64_t *place = where ? where + row + low : NULL;
              if (stride == 1) REAL_FN(max_pool_cells)(in + first, 1, high - low, first, best, place);
              else if (stride == 2) REAL_FN(max_pool_cells)(in + first, 2, high - low, first, best, place);
              else REAL_FN(max_pool_cells)(in + first, stride, high - low, first, best, place);
            }
      }
  }
}

static void REAL_FN(average_pool)(const mk_pooling *g, int64_t begin, int64_t end, const REAL *input, REAL *output) {
  const int64_t plane = g->input[0] * g->input[1] * g->input[2], outputs = g->output[0] * g->output[1] * g->output[2];
  bool pairs = !g->adaptive && g->kernel[0] == 1 && g->stride[0] == 1 && g->padding[0] == 0;
  for (int d = 1; d < 3; d++) pairs = pairs && g->kernel[d] == 2 && g->stride[d] == 2 && g->padding[d] == 0 && 2 * g->output[d] <= g->input[d];
  const REAL pair_divisor = g->divisor_override ? (REAL)g->divisor_override : 4;
  for (int64_t p = begin; p < end; p++) {
    const REAL *in = input + p * plane;
    REAL *out = output + p * outputs;
    for (int64_t oz = 0; oz < g->output[0]; oz++)
      for (int64_t oy = 0; oy < g->output[1]; oy++) {
        REAL *row = out + (oz * g->output[1] + oy) * g->output[2];
        int64_t ox = 0;
        if (pairs) {
          const REAL *upper = in + (oz * g->input[1] + 2 * oy) * g->input[2], *lower = upper + g->input[2];
          for (; ox < g->output[2]; ox += REAL_LANES) {
            const int64_t lanes = g->output[2] - ox < REAL_LANES ? g->output[2] - ox : REAL_LANES;
            REAL_VECTOR first, second, third, fourth;
            REAL_FN(pool_pairs)(upper + 2 * ox, 2 * lanes, &first, &second);
            REAL_FN(pool_pairs)(lower + 2 * ox, 2 * lanes, &third, &fourth);
            const REAL_VECTOR mean = (first + second + third + fourth) / pair_divisor;
            if (lanes == REAL_LANES) REAL_FN(gemm_store)(row + ox, mean);
            else REAL_FN(store_part)(row + ox, mean, (int)lanes);
          }
        }
        for (; ox < g->output[2]; ox++) {
          int64_t start[3], stop[3];
          const int64_t at[3] = {oz, oy, ox};
          const int64_t divisor = pool_window(g, at, start, stop);
          REAL sum = 0;
          for (int64_t z = start[0]; z < stop[0]; z++)
            for (int64_t y = start[1]; y < stop[1]; y++)
              for (int64_t x = start[2]; x < stop[2]; x++) sum += in[(z * g->input[1] + y) * g->input[2] + x];
          row[ox] = divisor ? sum / (REAL)divisor : 0;
        }
      }
  }
}
