// What every reduction needs: the state of one running reduction, loading with conversion, storing with one rounding.

// 32 bytes, the size of a partial. Sums and products of float32 run in double, so that a sum of millions keeps its digits.
typedef struct reduce_state {
  union { double value; int64_t integer; };  // sum, product, extreme, mean so far, maximum so far
  double second;   // variance: Σ(x - mean)²; logSumExp: Σ exp(x - maximum)
  int64_t count;   // elements so far
  int64_t index;   // of the extreme; -1: none yet
} reduce_state;

enum { REDUCE_BUFFER = 1024, REDUCE_BLOCK = 4096, REDUCE_TILE = 1024, REDUCE_FLUSH = 64,
       REDUCE_GATHER = 32, REDUCE_GATHER_LINE = 256, REDUCE_AHEAD = 2048 };

MK_INLINE int64_t reduce_item(int32_t dtype) {
  static const uint8_t items[MK_DTYPE_COUNT] = {4, 8, 2, 2, 1, 2, 4, 8, 1, 1};
  return items[dtype];
}

// destination[i] = source[i · stride] as TYPE. The contiguous case is a loop of its own for the vectoriser.
#define REDUCE_LOAD_CASE(tag, S, EXPRESSION)                                                                          \
  case MK_##tag: {                                                                                                    \
    const S *restrict s = source;                                                                                     \
    if (stride == 1)                                                                                                  \
      for (int64_t i = 0; i < n; i++) { const S x = s[i]; destination[i] = EXPRESSION; }                              \
    else                                                                                                              \
      for (int64_t i = 0; i < n; i++) { const S x = s[i * stride]; destination[i] = EXPRESSION; }                     \
    break;                                                                                                            \
  }
#define REDUCE_LOADER(NAME, TYPE)                                                                                     \
  static void NAME(TYPE *restrict destination, const void *source, int32_t dtype, int64_t stride, int64_t n) {        \
    switch (dtype) {                                                                                                  \
      REDUCE_LOAD_CASE(float32, float, (TYPE)x)                                                                       \
      REDUCE_LOAD_CASE(float64, double, (TYPE)x)                                                                      \
      REDUCE_LOAD_CASE(float16, uint16_t, (TYPE)float16_to_float(x))                                                 \
      REDUCE_LOAD_CASE(bfloat16, uint16_t, (TYPE)bfloat16_to_float(x))                                              \
      REDUCE_LOAD_CASE(int8, int8_t, (TYPE)x)                                                                         \
      REDUCE_LOAD_CASE(int16, int16_t, (TYPE)x)                                                                       \
      REDUCE_LOAD_CASE(int32, int32_t, (TYPE)x)                                                                       \
      REDUCE_LOAD_CASE(int64, int64_t, (TYPE)x)                                                                       \
      REDUCE_LOAD_CASE(uint8, uint8_t, (TYPE)x)                                                                       \
      REDUCE_LOAD_CASE(bool, uint8_t, (TYPE)(x != 0))                                                                 \
    }                                                                                                                 \
  }
REDUCE_LOADER(reduce_load_f32, float)
REDUCE_LOADER(reduce_load_f64, double)
REDUCE_LOADER(reduce_load_i64, int64_t)
#undef REDUCE_LOADER
#undef REDUCE_LOAD_CASE

static void reduce_store_real(void *output, int32_t dtype, int64_t i, double value) {
  switch (dtype) {
    case MK_float32: ((float *)output)[i] = (float)value; break;
    case MK_float64: ((double *)output)[i] = value; break;
    case MK_float16: ((uint16_t *)output)[i] = float_to_float16((float)value); break;
    case MK_bfloat16: ((uint16_t *)output)[i] = float_to_bfloat16((float)value); break;
    case MK_bool: ((uint8_t *)output)[i] = value != 0; break;
    case MK_int8: ((int8_t *)output)[i] = (int8_t)value; break;
    case MK_int16: ((int16_t *)output)[i] = (int16_t)value; break;
    case MK_int32: ((int32_t *)output)[i] = (int32_t)value; break;
    case MK_int64: ((int64_t *)output)[i] = (int64_t)value; break;
    case MK_uint8: ((uint8_t *)output)[i] = (uint8_t)value; break;
  }
}
static void reduce_store_integer(void *output, int32_t dtype, int64_t i, int64_t value) {
  switch (dtype) {
    case MK_int8: ((int8_t *)output)[i] = (int8_t)value; break;
    case MK_int16: ((int16_t *)output)[i] = (int16_t)value; break;
    case MK_int32: ((int32_t *)output)[i] = (int32_t)value; break;
    case MK_int64: ((int64_t *)output)[i] = value; break;
    case MK_uint8: ((uint8_t *)output)[i] = (uint8_t)value; break;
    case MK_bool: ((uint8_t *)output)[i] = value != 0; break;
    case MK_float64: ((double *)output)[i] = (double)value; break;
    default: reduce_store_real(output, dtype, i, (double)value);
  }
}

// A walk over the reduced dimensions in row-major order: `offset` is that of the current element.
typedef struct reduce_walk {
  int64_t index[MK_MAX_RANK];
  int64_t offset;
} reduce_walk;

MK_INLINE reduce_walk reduce_walk_at(int32_t rank, const int64_t *sizes, const int64_t *strides, int64_t position) {
  reduce_walk walk;
  walk.offset = 0;
  for (int32_t d = 0; d < rank; d++) {
    walk.index[d] = sizes[d] > 0 ? position % sizes[d] : 0;
    position /= sizes[d] > 0 ? sizes[d] : 1;
    walk.offset += walk.index[d] * strides[d];
  }
  return walk;
}
// Advances by `n`, which does not leave the innermost line except to land on its end.
MK_INLINE void reduce_walk_advance(reduce_walk *walk, int32_t rank, const int64_t *sizes, const int64_t *strides, int64_t n) {
  if (rank == 0) return;
  walk->index[0] += n;
  walk->offset += n * strides[0];
  for (int32_t d = 0; walk->index[d] == sizes[d]; d++) {
    walk->offset -= sizes[d] * strides[d];
    walk->index[d] = 0;
    if (d + 1 == rank) return;
    walk->index[d + 1]++;
    walk->offset += strides[d + 1];
  }
}
