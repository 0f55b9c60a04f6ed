// Reductions of one type, included by reduction.h once each for float, double and int64_t with
//   R(x)  x with the type's suffix      T, V, M  element, vector and mask     W  what totals are kept in
//   LANES, LOAD, CONVERT (loading with conversion), EXP, HUGE (largest finite), DTYPE, INTEGER (1 for int64_t), INDEX (lane-wide integer for indices), LOWEST, HIGHEST
// Lines are contiguous and of type T here; loading and walking are reduction.h's business.

MK_INLINE V R(pick)(M mask, V a, V b) { return (V)((mask & (M)a) | (~mask & (M)b)); }
#if INTEGER
MK_INLINE V R(vadd)(V a, V b) { return (V)((vu64)a + (vu64)b); }
MK_INLINE V R(vmultiply)(V a, V b) { return (V)((vu64)a * (vu64)b); }
MK_INLINE V R(vabsolute)(V a) { const V m = a < 0; return (V)(((vu64)a ^ (vu64)m) - (vu64)m); }
MK_INLINE T R(add)(T a, T b) { return (T)((uint64_t)a + (uint64_t)b); }
MK_INLINE T R(multiply)(T a, T b) { return (T)((uint64_t)a * (uint64_t)b); }
MK_INLINE T R(absolute)(T a) { return a < 0 ? (T)(0 - (uint64_t)a) : a; }
MK_INLINE bool R(is_nan)(T a) { (void)a; return false; }
#else
MK_INLINE V R(vadd)(V a, V b) { return a + b; }
MK_INLINE V R(vmultiply)(V a, V b) { return a * b; }
MK_INLINE V R(vabsolute)(V a) { return __builtin_elementwise_abs(a); }
MK_INLINE T R(add)(T a, T b) { return a + b; }
MK_INLINE T R(multiply)(T a, T b) { return a * b; }
MK_INLINE T R(absolute)(T a) { return __builtin_elementwise_abs(a); }
MK_INLINE bool R(is_nan)(T a) { return a != a; }
#endif
MK_INLINE V R(vsquare)(V a) { return R(vmultiply)(a, a); }
MK_INLINE V R(vsame)(V a) { return a; }
#if INTEGER
MK_INLINE V R(vknown)(V a) { return a; }
MK_INLINE T R(known)(T a) { return a; }
#else
MK_INLINE V R(vknown)(V a) { return R(pick)(a == a, a, (V)(T)0); }
MK_INLINE T R(known)(T a) { return a == a ? a : 0; }
#endif
MK_INLINE T R(square)(T a) { return R(multiply)(a, a); }
MK_INLINE T R(same)(T a) { return a; }
// NaN beats everything, itself included: the accumulator turns NaN and stays so.
#if INTEGER
MK_INLINE V R(vmaximum)(V a, V x) { return R(pick)(x > a, x, a); }
MK_INLINE V R(vminimum)(V a, V x) { return R(pick)(x < a, x, a); }
#else
MK_INLINE V R(vmaximum)(V a, V x) { return R(pick)((x > a) | (x != x), x, a); }
MK_INLINE V R(vminimum)(V a, V x) { return R(pick)((x < a) | (x != x), x, a); }
#endif
MK_INLINE T R(maximum)(T a, T x) { return x > a || R(is_nan)(x) ? x : a; }
MK_INLINE T R(minimum)(T a, T x) { return x < a || R(is_nan)(x) ? x : a; }

// join(map(x[0]), map(x[1]), …): eight vectors at a time, then one, then a tree over the lanes, then the odd elements.
#define REDUCE_LINE(NAME, IDENTITY, JOIN, MAP)                                                                        \
  MK_INLINE T R(NAME)(const T *x, int64_t n) {                                                                        \
    T result = IDENTITY;                                                                                              \
    int64_t i = 0;                                                                                                    \
    if (n >= LANES) {                                                                                                 \
      V a[8];                                                                                                         \
      a[0] = (V)(T)(IDENTITY);                                                                                        \
      if (n >= 8 * LANES) {                                                                                           \
        for (int k = 0; k < 8; k++) a[k] = a[0];                                                                      \
        for (; i + 8 * LANES <= n; i += 8 * LANES)                                                                    \
          for (int k = 0; k < 8; k++) {                                                                               \
            __builtin_prefetch(x + i + k * LANES + REDUCE_AHEAD / sizeof(T));                                         \
            a[k] = R(v##JOIN)(a[k], R(v##MAP)(LOAD(x + i + k * LANES)));                                              \
          }                                                                                                           \
        for (int w = 4; w; w /= 2)                                                                                    \
          for (int k = 0; k < w; k++) a[k] = R(v##JOIN)(a[k], a[k + w]);                                              \
      }                                                                                                               \
      for (; i + LANES <= n; i += LANES) a[0] = R(v##JOIN)(a[0], R(v##MAP)(LOAD(x + i)));                             \
      T lanes[LANES];                                                                                                 \
      memcpy(lanes, &a[0], sizeof lanes);                                                                             \
      for (int w = LANES / 2; w; w /= 2)                                                                              \
        for (int k = 0; k < w; k++) lanes[k] = R(JOIN)(lanes[k], lanes[k + w]);                                       \
      result = lanes[0];                                                                                              \
    }                                                                                                                 \
    for (; i < n; i++) result = R(JOIN)(result, R(MAP)(x[i]));                                                        \
    return result;                                                                                                    \
  }
REDUCE_LINE(line_sum, 0, add, same)
REDUCE_LINE(line_known, 0, add, known)
REDUCE_LINE(line_squares, 0, add, square)
REDUCE_LINE(line_absolutes, 0, add, absolute)
REDUCE_LINE(line_product, 1, multiply, same)
#if INTEGER
REDUCE_LINE(line_maximum, LOWEST, maximum, same)
REDUCE_LINE(line_minimum, HIGHEST, minimum, same)
#else
// Extremes of floats: a comparison that passes NaN by, and apart whether there was one, asked of two vectors at a time.
#define REDUCE_EXTREME(NAME, IDENTITY, COMPARE)                                                                       \
  MK_INLINE T R(NAME)(const T *x, int64_t n) {                                                                        \
    T result = IDENTITY;                                                                                              \
    bool strange = false;                                                                                             \
    int64_t i = 0;                                                                                                    \
    if (n >= 2 * LANES) {                                                                                             \
      V a[8];                                                                                                         \
      M unordered[2] = {0, 0};                                                                                        \
      a[0] = a[1] = (V)(T)(IDENTITY);                                                                                 \
      if (n >= 8 * LANES) {                                                                                           \
        for (int k = 2; k < 8; k++) a[k] = a[0];                                                                      \
        for (; i + 8 * LANES <= n; i += 8 * LANES)                                                                    \
          for (int k = 0; k < 8; k += 2) {                                                                            \
            __builtin_prefetch(x + i + k * LANES + REDUCE_AHEAD / sizeof(T));                                         \
            __builtin_prefetch(x + i + (k + 1) * LANES + REDUCE_AHEAD / sizeof(T));                                   \
            const V p = LOAD(x + i + k * LANES), q = LOAD(x + i + (k + 1) * LANES);                                   \
            unordered[k / 2 % 2] |= (p != p) | (q != q);                                                              \
            a[k] = R(pick)(p COMPARE a[k], p, a[k]);                                                                  \
            a[k + 1] = R(pick)(q COMPARE a[k + 1], q, a[k + 1]);                                                      \
          }                                                                                                           \
        for (int k = 2; k < 8; k++) a[k % 2] = R(pick)(a[k] COMPARE a[k % 2], a[k], a[k % 2]);                        \
      }                                                                                                               \
      for (; i + LANES <= n; i += LANES) {                                                                            \
        const V p = LOAD(x + i);                                                                                      \
        unordered[0] |= p != p;                                                                                       \
        a[0] = R(pick)(p COMPARE a[0], p, a[0]);                                                                      \
      }                                                                                                               \
      a[0] = R(pick)(a[1] COMPARE a[0], a[1], a[0]);                                                                  \
      strange = __builtin_reduce_or(unordered[0] | unordered[1]) != 0;                                                \
      T lanes[LANES];                                                                                                 \
      memcpy(lanes, &a[0], sizeof lanes);                                                                             \
      for (int w = LANES / 2; w; w /= 2)                                                                              \
        for (int k = 0; k < w; k++) lanes[k] = lanes[k + w] COMPARE lanes[k] ? lanes[k + w] : lanes[k];               \
      result = lanes[0];                                                                                              \
    }                                                                                                                 \
    for (; i < n; i++) {                                                                                              \
      strange |= x[i] != x[i];                                                                                        \
      result = x[i] COMPARE result ? x[i] : result;                                                                   \
    }                                                                                                                 \
    return strange ? (T)NAN : result;                                                                                 \
  }
REDUCE_EXTREME(line_maximum, LOWEST, >)
REDUCE_EXTREME(line_minimum, HIGHEST, <)
#undef REDUCE_EXTREME
#endif
#undef REDUCE_LINE

static int64_t R(line_nonzero)(const T *x, int64_t n) {
  INDEX count = 0;  // a line is short: 32 bits do
  for (int64_t i = 0; i < n; i++) count += x[i] != 0;
  return count;
}

// The first position of `value` (of a NaN if it is one); it is there.
static int64_t R(line_find)(const T *x, int64_t n, T value) {
  int64_t i = 0;
  if (R(is_nan)(value)) {
    while (i < n && !R(is_nan)(x[i])) i++;
    return i;
  }
  for (; i + 4 * LANES <= n; i += 4 * LANES) {
    const M hit = (LOAD(x + i) == value) | (LOAD(x + i + LANES) == value) | (LOAD(x + i + 2 * LANES) == value) | (LOAD(x + i + 3 * LANES) == value);
    if (__builtin_reduce_or(hit)) break;
  }
  while (i + LANES <= n && !__builtin_reduce_or((M)(LOAD(x + i) == value))) i += LANES;
  while (i < n && x[i] != value) i++;
  return i;
}

MK_INLINE void R(start)(int32_t operation, reduce_state *s) {
  *s = (reduce_state){.index = -1};
  switch (operation) {
#if INTEGER
    case MK_REDUCE_product: s->integer = 1; break;
    case MK_REDUCE_maximum: case MK_REDUCE_argMax: case MK_REDUCE_maxWithIndex: s->integer = LOWEST; break;
    case MK_REDUCE_minimum: case MK_REDUCE_argMin: case MK_REDUCE_minWithIndex: s->integer = HIGHEST; break;
#else
    case MK_REDUCE_product: s->value = 1; break;
    case MK_REDUCE_maximum: case MK_REDUCE_argMax: case MK_REDUCE_maxWithIndex: case MK_REDUCE_logSumExp: s->value = LOWEST; break;
    case MK_REDUCE_minimum: case MK_REDUCE_argMin: case MK_REDUCE_minWithIndex: s->value = HIGHEST; break;
#endif
  }
}

#if INTEGER
#define VALUE integer
#else
#define VALUE value
// Moves a running Σ exp(x - maximum) to the greater of two maxima, and adds.
static void R(join_exponentials)(reduce_state *s, double maximum, double sum) {
  if (maximum != maximum || s->value != s->value) { s->value = NAN; return; }
  if (maximum == -INFINITY) return;
  if (s->value == -INFINITY) { s->value = maximum; s->second = sum; return; }
  const double top = maximum > s->value ? maximum : s->value;
  if (top == INFINITY) { s->value = top; s->second = 1; return; }
  s->second = s->second * exp(s->value - top) + sum * exp(maximum - top);
  s->value = top;
}
// Joins means and squared distances of two sets (Chan, Golub and LeVeque).
static void R(join_moments)(reduce_state *s, double mean, double squares, int64_t count) {
  if (s->count == 0) { s->value = mean; s->second = squares; return; }
  const double n = (double)s->count, m = (double)count, difference = mean - s->value;
  s->value += difference * (m / (n + m));
  s->second += squares + difference * difference * (n * m / (n + m));
}
static void R(line_moments)(reduce_state *s, const T *x, int64_t n) {
  const T center = (T)(R(line_sum)(x, n) / (T)n);
  V sums[4] = {0, 0, 0, 0}, squares[4] = {0, 0, 0, 0};
  int64_t i = 0;
  for (; i + 4 * LANES <= n; i += 4 * LANES)
    for (int k = 0; k < 4; k++) {
      const V d = LOAD(x + i + k * LANES) - center;
      sums[k] += d;
      squares[k] += d * d;
    }
  sums[0] = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  squares[0] = (squares[0] + squares[1]) + (squares[2] + squares[3]);
  double sum = 0, square = 0;
  for (int k = 0; k < LANES; k++) { sum += sums[0][k]; square += squares[0][k]; }
  for (; i < n; i++) { const double d = (double)x[i] - center; sum += d; square += d * d; }
  R(join_moments)(s, center + sum / (double)n, square - sum * sum / (double)n, n);
}
static void R(line_exponentials)(reduce_state *s, const T *x, int64_t n) {
  const T maximum = R(line_maximum)(x, n);
  if (!(R(absolute)(maximum) <= (T)HUGE)) { R(join_exponentials)(s, maximum, 1); return; }
  V sums[2] = {0, 0};
  int64_t i = 0;
  for (; i + 2 * LANES <= n; i += 2 * LANES)
    for (int k = 0; k < 2; k++) sums[k] += EXP(LOAD(x + i + k * LANES) - maximum);
  for (; i < n; i += LANES) {
    T padded[LANES];
    const int64_t left = n - i < LANES ? n - i : LANES;
    for (int64_t k = 0; k < LANES; k++) padded[k] = k < left ? x[i + k] : -INFINITY;
    sums[0] += EXP(LOAD(padded) - maximum);
  }
  double sum = 0;
  for (int k = 0; k < LANES; k++) sum += (double)sums[0][k] + (double)sums[1][k];
  R(join_exponentials)(s, maximum, sum);
}
#endif

MK_INLINE void R(join_extreme)(reduce_state *s, bool greatest, T value, int64_t index) {
  const bool better = greatest ? value > (T)s->VALUE : value < (T)s->VALUE;
  if (s->index < 0 || better || (R(is_nan)(value) && !R(is_nan)((T)s->VALUE))) { s->VALUE = value; s->index = index; }
}

// Takes a line of n ≥ 1 elements, the first of which is number s->count.
static void R(take)(int32_t operation, reduce_state *s, const T *x, int64_t n) {
  switch (operation) {
#if INTEGER
    case MK_REDUCE_sum: case MK_REDUCE_mean: s->integer = R(add)(s->integer, R(line_sum)(x, n)); break;
    case MK_REDUCE_nanSum: s->integer = R(add)(s->integer, R(line_known)(x, n)); break;
    case MK_REDUCE_sumOfSquares: s->integer = R(add)(s->integer, R(line_squares)(x, n)); break;
    case MK_REDUCE_sumOfAbsolutes: s->integer = R(add)(s->integer, R(line_absolutes)(x, n)); break;
    case MK_REDUCE_product: s->integer = R(multiply)(s->integer, R(line_product)(x, n)); break;
    case MK_REDUCE_maximum: { const T m = R(line_maximum)(x, n); if (m > s->integer) s->integer = m; break; }
    case MK_REDUCE_minimum: { const T m = R(line_minimum)(x, n); if (m < s->integer) s->integer = m; break; }
#else
    case MK_REDUCE_sum: case MK_REDUCE_mean: s->value += (double)R(line_sum)(x, n); break;
    case MK_REDUCE_nanSum: s->value += (double)R(line_known)(x, n); break;
    case MK_REDUCE_sumOfSquares: s->value += (double)R(line_squares)(x, n); break;
    case MK_REDUCE_sumOfAbsolutes: s->value += (double)R(line_absolutes)(x, n); break;
    case MK_REDUCE_product: s->value *= (double)R(line_product)(x, n); break;
    case MK_REDUCE_maximum: s->value = (double)R(maximum)((T)s->value, R(line_maximum)(x, n)); break;
    case MK_REDUCE_minimum: s->value = (double)R(minimum)((T)s->value, R(line_minimum)(x, n)); break;
    case MK_REDUCE_variance: R(line_moments)(s, x, n); break;
    case MK_REDUCE_logSumExp: R(line_exponentials)(s, x, n); break;
#endif
    case MK_REDUCE_all: case MK_REDUCE_any: case MK_REDUCE_countNonZero: s->integer += R(line_nonzero)(x, n); break;
    case MK_REDUCE_argMax: case MK_REDUCE_maxWithIndex: case MK_REDUCE_argMin: case MK_REDUCE_minWithIndex: {
      const bool greatest = operation == MK_REDUCE_argMax || operation == MK_REDUCE_maxWithIndex;
      const T extreme = greatest ? R(line_maximum)(x, n) : R(line_minimum)(x, n);
      const bool better = greatest ? extreme > (T)s->VALUE : extreme < (T)s->VALUE;
      if (s->index < 0 || better || (R(is_nan)(extreme) && !R(is_nan)((T)s->VALUE)))
        R(join_extreme)(s, greatest, extreme, s->count + R(line_find)(x, n, extreme));
      break;
    }
  }
  s->count += n;
}

// Joins a later run of elements; indices already count from the first element of all.
static void R(join)(int32_t operation, reduce_state *s, const reduce_state *later) {
  if (later->count == 0) return;
  switch (operation) {
#if INTEGER
    case MK_REDUCE_sum: case MK_REDUCE_mean: case MK_REDUCE_nanSum: case MK_REDUCE_sumOfSquares: case MK_REDUCE_sumOfAbsolutes:
      s->integer = R(add)(s->integer, later->integer); break;
    case MK_REDUCE_product: s->integer = R(multiply)(s->integer, later->integer); break;
#else
    case MK_REDUCE_sum: case MK_REDUCE_mean: case MK_REDUCE_nanSum: case MK_REDUCE_sumOfSquares: case MK_REDUCE_sumOfAbsolutes:
      s->value += later->value; break;
    case MK_REDUCE_product: s->value *= later->value; break;
    case MK_REDUCE_variance: R(join_moments)(s, later->value, later->second, later->count); break;
    case MK_REDUCE_logSumExp: R(join_exponentials)(s, later->value, later->second); break;
#endif
    case MK_REDUCE_maximum: s->VALUE = R(maximum)((T)s->VALUE, (T)later->VALUE); break;
    case MK_REDUCE_minimum: s->VALUE = R(minimum)((T)s->VALUE, (T)later->VALUE); break;
    case MK_REDUCE_all: case MK_REDUCE_any: case MK_REDUCE_countNonZero: s->integer += later->integer; break;
    case MK_REDUCE_argMax: case MK_REDUCE_maxWithIndex: R(join_extreme)(s, true, (T)later->VALUE, later->index); break;
    case MK_REDUCE_argMin: case MK_REDUCE_minWithIndex: R(join_extreme)(s, false, (T)later->VALUE, later->index); break;
  }
  s->count += later->count;
}

// Writes output `i`.
MK_INLINE void R(finish)(const mk_reduction *work, const reduce_state *s, int64_t i) {
  switch (work->operation) {
    case MK_REDUCE_all: reduce_store_integer(work->output, work->output_dtype, i, s->integer == s->count); return;
    case MK_REDUCE_any: reduce_store_integer(work->output, work->output_dtype, i, s->integer != 0); return;
    case MK_REDUCE_countNonZero: reduce_store_integer(work->output, work->output_dtype, i, s->integer); return;
    case MK_REDUCE_argMax: case MK_REDUCE_argMin: ((int64_t *)work->output)[i] = s->index < 0 ? 0 : s->index; return;
    case MK_REDUCE_maxWithIndex: case MK_REDUCE_minWithIndex: if (work->indices) work->indices[i] = s->index < 0 ? 0 : s->index; break;
  }
#if INTEGER
  if (work->operation == MK_REDUCE_mean) reduce_store_real(work->output, work->output_dtype, i, (double)s->integer / (double)s->count);
  else reduce_store_integer(work->output, work->output_dtype, i, s->integer);
#else
  double value = s->value;
  if (work->operation == MK_REDUCE_mean) value /= (double)s->count;
  if (work->operation == MK_REDUCE_variance) {
    const double divisor = (double)s->count - work->parameter;
    value = s->count == 0 ? NAN : s->second / (divisor > 0 ? divisor : 0);
  }
  if (work->operation == MK_REDUCE_logSumExp) value += isfinite(value) ? log(s->second) : 0;
  if (work->output_dtype == MK_float32) ((float *)work->output)[i] = (float)value;  // the everyday case first
  else reduce_store_real(work->output, work->output_dtype, i, value);
#endif
}

// The line of n ≤ REDUCE_BUFFER elements at `offset`: in place if it is contiguous and of type T, else converted.
MK_INLINE const T *R(line)(const mk_reduction *work, int64_t offset, int64_t stride, int64_t n, T *buffer) {
  const char *source = (const char *)work->input + offset * reduce_item(work->input_dtype);
  if (stride == 1 && work->input_dtype == DTYPE) return (const T *)source;
  CONVERT(buffer, source, work->input_dtype, stride, n);
  return buffer;
}

// Reduced elements [begin, end) of the output whose first element is at `base`.
static void R(run)(const mk_reduction *work, int64_t base, int64_t begin, int64_t end, reduce_state *s) {
  const int32_t rank = work->reduced_rank, operation = work->operation;
  const int64_t *sizes = work->reduced_sizes, *strides = work->input_reduced_strides;
  const int64_t line = rank ? sizes[0] : 1, stride = rank ? strides[0] : 1;
  T buffer[REDUCE_BUFFER];
#if INTEGER
  if (rank <= 1 && stride == 1 && end > begin && reduce_is_narrow(work)) {
    reduce_take_narrow(work, base + begin, end - begin, s);
    return;
  }
#endif
  if (rank <= 1) {  // one line
    const int64_t step = stride == 1 && work->input_dtype == DTYPE ? REDUCE_BLOCK : REDUCE_BUFFER;
    for (int64_t i = begin; i < end; i += step) {
      const int64_t n = end - i < step ? end - i : step;
      R(take)(operation, s, R(line)(work, base + i * stride, stride, n, buffer), n);
    }
    return;
  }
  reduce_walk walk = reduce_walk_at(rank, sizes, strides, begin);
  const bool in_place = stride == 1 && work->input_dtype == DTYPE && line >= 256;
  for (int64_t i = begin, filled = 0; i < end;) {
    int64_t n = line - walk.index[0] < end - i ? line - walk.index[0] : end - i;
    if (in_place) {
      n = n < REDUCE_BLOCK ? n : REDUCE_BLOCK;
      R(take)(operation, s, R(line)(work, base + walk.offset, 1, n, buffer), n);
    } else {  // short lines gather in the buffer
      n = n < REDUCE_BUFFER - filled ? n : REDUCE_BUFFER - filled;
      CONVERT(buffer + filled, (const char *)work->input + (base + walk.offset) * reduce_item(work->input_dtype), work->input_dtype, stride, n);
      filled += n;
      if (filled == REDUCE_BUFFER || i + n == end) {
        R(take)(operation, s, buffer, filled);
        filled = 0;
      }
    }
    i += n;
    reduce_walk_advance(&walk, rank, sizes, strides, n);
  }
}

// ---- Columns: many outputs side by side, rows of the reduced dimensions swept into a tile of accumulators in L1 ----------

MK_INLINE bool R(column_operation)(int32_t operation) { return operation != MK_REDUCE_variance && operation != MK_REDUCE_logSumExp; }

#define REDUCE_SWEEP(EXPRESSION) for (int64_t j = 0; j < width; j++) { const T x = row[j], a = accumulator[j]; accumulator[j] = EXPRESSION; }
#define REDUCE_SWEEP_EXTREME(COMPARE)                                                                                 \
  for (int64_t j = 0; j < width; j++) {                                                                               \
    const T x = row[j], a = accumulator[j];                                                                           \
    const bool better = (x COMPARE a) | (R(is_nan)(x) & !R(is_nan)(a)) | (number == 0);                                        \
    accumulator[j] = better ? x : a;                                                                                  \
    position[j] = better ? number : position[j];                                                                      \
  }

static void R(sweep)(int32_t operation, int64_t width, const T *restrict row, T *restrict accumulator, INDEX *restrict position, INDEX number) {
  switch (operation) {
    case MK_REDUCE_sum: case MK_REDUCE_mean: REDUCE_SWEEP(R(add)(a, x)) break;
    case MK_REDUCE_nanSum: REDUCE_SWEEP(R(add)(a, R(known)(x))) break;
    case MK_REDUCE_sumOfSquares: REDUCE_SWEEP(R(add)(a, R(square)(x))) break;
    case MK_REDUCE_sumOfAbsolutes: REDUCE_SWEEP(R(add)(a, R(absolute)(x))) break;
    case MK_REDUCE_product: REDUCE_SWEEP(R(multiply)(a, x)) break;
    case MK_REDUCE_all: case MK_REDUCE_any: case MK_REDUCE_countNonZero: REDUCE_SWEEP(a + (x != 0 ? (T)1 : (T)0)) break;
    case MK_REDUCE_maximum: REDUCE_SWEEP(((x > a) | R(is_nan)(x)) ? x : a) break;
    case MK_REDUCE_minimum: REDUCE_SWEEP(((x < a) | R(is_nan)(x)) ? x : a) break;
    case MK_REDUCE_argMax: case MK_REDUCE_maxWithIndex: REDUCE_SWEEP_EXTREME(>) break;
    case MK_REDUCE_argMin: case MK_REDUCE_minWithIndex: REDUCE_SWEEP_EXTREME(<) break;
  }
}
#undef REDUCE_SWEEP
#undef REDUCE_SWEEP_EXTREME

// Four rows at once, for sums: fewer trips to the accumulators.
static void R(sweep_four)(int64_t width, const T *row, int64_t stride, T *restrict accumulator) {
  const T *r0 = row, *r1 = row + stride, *r2 = r1 + stride, *r3 = r2 + stride;
  for (int64_t j = 0; j < width; j++) accumulator[j] = R(add)(accumulator[j], R(add)(R(add)(r0[j], r1[j]), R(add)(r2[j], r3[j])));
}

// Outputs output ..< output + width, whose elements lie `kept_stride` apart from `base` on.
static void R(columns)(const mk_reduction *work, int64_t base, int64_t kept_stride, int64_t output, int64_t width) {
  const int32_t rank = work->reduced_rank, operation = work->operation;
  const int64_t *sizes = work->reduced_sizes, *strides = work->input_reduced_strides;
#if INTEGER
  const bool extreme = operation == MK_REDUCE_maximum || operation == MK_REDUCE_minimum;
  if ((extreme || operation == MK_REDUCE_all || operation == MK_REDUCE_any) && rank == 1 && kept_stride == 1 && reduce_is_narrow(work)) {
    int64_t results[REDUCE_TILE];
    reduce_columns_narrow(work, base, width, results);
    for (int64_t j = 0; j < width; j++) {
      const reduce_state s = {.integer = operation == MK_REDUCE_all ? results[j] * sizes[0] : results[j], .count = sizes[0]};
      R(finish)(work, &s, output + j);
    }
    return;
  }
#endif
  T accumulator[REDUCE_TILE], buffer[REDUCE_TILE];
  W total[REDUCE_TILE];
  INDEX position[REDUCE_TILE];
  reduce_state start;
  R(start)(operation, &start);
  const bool counts = operation == MK_REDUCE_all || operation == MK_REDUCE_any || operation == MK_REDUCE_countNonZero;
  const bool multiplies = operation == MK_REDUCE_product;
  const bool flushes = counts || multiplies || operation == MK_REDUCE_sum || operation == MK_REDUCE_mean || operation == MK_REDUCE_nanSum ||
                       operation == MK_REDUCE_sumOfSquares || operation == MK_REDUCE_sumOfAbsolutes;
  const T identity = counts ? 0 : (T)start.VALUE;
  for (int64_t j = 0; j < width; j++) { accumulator[j] = identity; total[j] = identity; position[j] = 0; }
  int64_t count = 1;
  for (int32_t d = 0; d < rank; d++) count *= sizes[d];
  const bool in_place = kept_stride == 1 && work->input_dtype == DTYPE;
  const bool sums = in_place && rank && (operation == MK_REDUCE_sum || operation == MK_REDUCE_mean);
  reduce_walk walk = {.offset = 0};
  for (int64_t number = 0; number < count;) {
    const int64_t offset = base + walk.offset, left = REDUCE_FLUSH - number % REDUCE_FLUSH;
    int64_t rows = 1;
    if (sums && left >= 4 && sizes[0] - walk.index[0] >= 4) {
      rows = 4;
      R(sweep_four)(width, (const T *)work->input + offset, strides[0], accumulator);
    } else {
      R(sweep)(operation, width, R(line)(work, offset, kept_stride, width, buffer), accumulator, position, (INDEX)number);
    }
    number += rows;
    reduce_walk_advance(&walk, rank, sizes, strides, rows);
    if (flushes && (number % REDUCE_FLUSH == 0 || number == count))
      for (int64_t j = 0; j < width; j++) {
        if (multiplies) total[j] = W_MULTIPLY(total[j], accumulator[j]);
        else total[j] = W_ADD(total[j], accumulator[j]);
        accumulator[j] = identity;
      }
  }
  reduce_state s = {.count = count};
  for (int64_t j = 0; j < width; j++) {
    if (counts) s.integer = (int64_t)total[j];
    else s.VALUE = flushes ? total[j] : (W)accumulator[j];
    s.index = position[j];
    R(finish)(work, &s, output + j);
  }
}

// Outputs output ..< output + width ≤ REDUCE_GATHER of operations that have no sweep: the columns are turned into lines, a
// block at a time, so that memory is read row by row.
static void R(gathered_columns)(const mk_reduction *work, int64_t base, int64_t kept_stride, int64_t output, int64_t width, int64_t count) {
  T lines[REDUCE_GATHER][REDUCE_GATHER_LINE], row[REDUCE_GATHER];
  reduce_state states[REDUCE_GATHER];
  for (int64_t j = 0; j < width; j++) R(start)(work->operation, &states[j]);
  reduce_walk walk = {.offset = 0};
  for (int64_t i = 0; i < count;) {
    const int64_t n = count - i < REDUCE_GATHER_LINE ? count - i : REDUCE_GATHER_LINE;
    for (int64_t k = 0; k < n; k++) {
      const T *x = R(line)(work, base + walk.offset, kept_stride, width, row);
      for (int64_t j = 0; j < width; j++) lines[j][k] = x[j];
      reduce_walk_advance(&walk, work->reduced_rank, work->reduced_sizes, work->input_reduced_strides, 1);
    }
    for (int64_t j = 0; j < width; j++) R(take)(work->operation, &states[j], lines[j], n);
    i += n;
  }
  for (int64_t j = 0; j < width; j++) R(finish)(work, &states[j], output + j);
}

// Outputs [begin, end).
static void R(reduce)(const mk_reduction *work, int64_t begin, int64_t end) {
  const int32_t kept = work->kept_rank, reduced = work->reduced_rank;
  int64_t count = 1;
  for (int32_t d = 0; d < reduced; d++) count *= work->reduced_sizes[d];
  const bool rows_contiguous = reduced && work->input_reduced_strides[0] == 1 && work->reduced_sizes[0] > 1;
  // Side by side pays where the outputs lie together, or where each is too small to be worth a line of its own.
  const bool together = kept && work->kept_sizes[0] >= 4 && work->input_kept_strides[0] == 1 && !rows_contiguous;
  const bool small = kept && work->kept_sizes[0] >= 16 && count <= 24;
  const bool side_by_side = (together || small) && count > 0 && count <= INT32_MAX;
  const bool sweeps = R(column_operation)(work->operation);
  reduce_walk walk = reduce_walk_at(kept, work->kept_sizes, work->input_kept_strides, begin);
  for (int64_t i = begin; i < end;) {
    int64_t n = 1;
    if (side_by_side) {
      const int64_t most = sweeps ? REDUCE_TILE : REDUCE_GATHER;
      n = work->kept_sizes[0] - walk.index[0];
      n = n < end - i ? n : end - i;
      n = n < most ? n : most;
      if (sweeps) R(columns)(work, walk.offset, work->input_kept_strides[0], i, n);
      else R(gathered_columns)(work, walk.offset, work->input_kept_strides[0], i, n, count);
    } else {
      reduce_state s;
      R(start)(work->operation, &s);
      R(run)(work, walk.offset, 0, count, &s);
      R(finish)(work, &s, i);
    }
    i += n;
    reduce_walk_advance(&walk, kept, work->kept_sizes, work->input_kept_strides, n);
  }
}
#undef VALUE
