// Extremes and truth of small integers in their own type: several times as many in a vector as of int64_t, in which all
// other reductions of integers run.

// What one line of n ≥ 1 elements gives: the extreme, or whether all are or any is not zero.
#define REDUCE_NARROW(NAME, T)                                                                                        \
  static int64_t reduce_line_##NAME(int32_t operation, const T *x, int64_t n) {                                       \
    T a = x[0];                                                                                                       \
    switch (operation) {                                                                                              \
      case MK_REDUCE_maximum: case MK_REDUCE_argMax: case MK_REDUCE_maxWithIndex:                                     \
        for (int64_t i = 1; i < n; i++) a = x[i] > a ? x[i] : a;                                                      \
        return a;                                                                                                     \
      case MK_REDUCE_minimum: case MK_REDUCE_argMin: case MK_REDUCE_minWithIndex:                                     \
        for (int64_t i = 1; i < n; i++) a = x[i] < a ? x[i] : a;                                                      \
        return a;                                                                                                     \
      case MK_REDUCE_any:                                                                                             \
        for (int64_t i = 1; i < n; i++) a |= x[i];                                                                    \
        return a != 0;                                                                                                \
      default: {                                                                                                      \
        T zero = 0;                                                                                                   \
        for (int64_t i = 0; i < n; i++) zero |= (T)(x[i] == 0);                                                       \
        return zero == 0;                                                                                             \
      }                                                                                                               \
    }                                                                                                                 \
  }                                                                                                                   \
  static int64_t reduce_find_##NAME(const T *x, int64_t n, int64_t value) {                                           \
    const T wanted = (T)value;                                                                                        \
    int64_t i = 0;                                                                                                    \
    for (; i + 64 <= n; i += 64) {                                                                                    \
      T hit = 0;                                                                                                      \
      for (int64_t j = i; j < i + 64; j++) hit |= (T)(x[j] == wanted);                                                \
      if (hit) break;                                                                                                 \
    }                                                                                                                 \
    while (i < n && x[i] != wanted) i++;                                                                              \
    return i;                                                                                                         \
  }                                                                                                                   \
  /* Columns, `width` ≤ REDUCE_TILE of them, of `count` ≥ 1 rows `stride` apart. */                                   \
  static void reduce_columns_##NAME(int32_t operation, const T *x, int64_t count, int64_t stride, int64_t width, int64_t *result) { \
    T a[REDUCE_TILE];                                                                                                 \
    const bool truth = operation == MK_REDUCE_all || operation == MK_REDUCE_any;                                      \
    for (int64_t j = 0; j < width; j++) a[j] = truth ? (T)(x[j] != 0) : x[j];                                         \
    for (int64_t i = 1; i < count; i++) {                                                                             \
      const T *restrict row = x + i * stride;                                                                         \
      switch (operation) {                                                                                            \
        case MK_REDUCE_maximum: for (int64_t j = 0; j < width; j++) a[j] = row[j] > a[j] ? row[j] : a[j]; break;      \
        case MK_REDUCE_minimum: for (int64_t j = 0; j < width; j++) a[j] = row[j] < a[j] ? row[j] : a[j]; break;      \
        case MK_REDUCE_any: for (int64_t j = 0; j < width; j++) a[j] |= (T)(row[j] != 0); break;                      \
        default: for (int64_t j = 0; j < width; j++) a[j] &= (T)(row[j] != 0); break;                                 \
      }                                                                                                               \
    }                                                                                                                 \
    for (int64_t j = 0; j < width; j++) result[j] = a[j];                                                             \
  }
REDUCE_NARROW(int8, int8_t)
REDUCE_NARROW(int16, int16_t)
REDUCE_NARROW(int32, int32_t)
REDUCE_NARROW(uint8, uint8_t)
#undef REDUCE_NARROW

// True for the operations and types that the above are for. The bytes of a bool are 0 and 1.
static bool reduce_is_narrow(const mk_reduction *work) {
  switch (work->input_dtype) {
    case MK_int8: case MK_int16: case MK_int32: case MK_uint8: case MK_bool: break;
    default: return false;
  }
  switch (work->operation) {
    case MK_REDUCE_maximum: case MK_REDUCE_minimum: case MK_REDUCE_argMax: case MK_REDUCE_argMin:
    case MK_REDUCE_maxWithIndex: case MK_REDUCE_minWithIndex: case MK_REDUCE_all: case MK_REDUCE_any: return true;
    default: return false;
  }
}

#define REDUCE_NARROW_CALL(CALL)                                                                                      \
  switch (work->input_dtype) {                                                                                        \
    case MK_int8: CALL(int8, int8_t)                                                                                  \
    case MK_int16: CALL(int16, int16_t)                                                                               \
    case MK_int32: CALL(int32, int32_t)                                                                               \
    default: CALL(uint8, uint8_t)                                                                                     \
  }

// Takes the line of n ≥ 1 elements at `offset` into the state.
static void reduce_take_narrow(const mk_reduction *work, int64_t offset, int64_t n, reduce_state *s) {
  const int32_t operation = work->operation;
  int64_t result = 0, place = 0;
  const bool greatest = operation == MK_REDUCE_maximum || operation == MK_REDUCE_argMax || operation == MK_REDUCE_maxWithIndex;
  const bool positions = operation != MK_REDUCE_maximum && operation != MK_REDUCE_minimum;
#define REDUCE_CALL(NAME, T) result = reduce_line_##NAME(operation, (const T *)work->input + offset, n); break;
  REDUCE_NARROW_CALL(REDUCE_CALL)
#undef REDUCE_CALL
  if (operation == MK_REDUCE_all) s->integer += result ? n : 0;
  else if (operation == MK_REDUCE_any) s->integer += result;
  else if (s->index < 0 || (greatest ? result > s->integer : result < s->integer)) {
#define REDUCE_CALL(NAME, T) place = reduce_find_##NAME((const T *)work->input + offset, n, result); break;
    if (positions) REDUCE_NARROW_CALL(REDUCE_CALL)
#undef REDUCE_CALL
    s->integer = result;
    s->index = s->count + place;
  }
  s->count += n;
}

// The columns from `offset` on, of one dimension of rows.
static void reduce_columns_narrow(const mk_reduction *work, int64_t offset, int64_t width, int64_t *result) {
  const int64_t count = work->reduced_sizes[0], stride = work->input_reduced_strides[0];
#define REDUCE_CALL(NAME, T) reduce_columns_##NAME(work->operation, (const T *)work->input + offset, count, stride, width, result); break;
  REDUCE_NARROW_CALL(REDUCE_CALL)
#undef REDUCE_CALL
}
#undef REDUCE_NARROW_CALL
