// Softmax of one type, included by softmax.h with S(x) (the name), T, V, M (element, vector, mask), LANES, LOAD, STORE, EXP, LOG.
//
// Lanes of a row are summed in an order that its length alone decides; the last, partial vector is padded in a buffer, so
// that every element goes through the same vector function wherever it stands.

MK_INLINE V S(load_some)(const T *p, int64_t n, T padding) {
  T lanes[LANES];
  for (int k = 0; k < LANES; k++) lanes[k] = padding;
  memcpy(lanes, p, (size_t)n * sizeof(T));
  return LOAD(lanes);
}
MK_INLINE void S(store_some)(T *p, int64_t n, V v) { memcpy(p, &v, (size_t)n * sizeof(T)); }
// A NaN anywhere stays.
MK_INLINE V S(greater)(V a, V x) {
  const M take = (x > a) | (x != x);
  return (V)((take & (M)x) | (~take & (M)a));
}
MK_INLINE T S(greatest_lane)(V v) {
  T lanes[LANES];
  memcpy(lanes, &v, sizeof lanes);
  for (int w = LANES / 2; w; w /= 2)
    for (int k = 0; k < w; k++) lanes[k] = lanes[k + w] > lanes[k] || lanes[k + w] != lanes[k + w] ? lanes[k + w] : lanes[k];
  return lanes[0];
}
MK_INLINE T S(lane_sum)(V v) {
  T lanes[LANES];
  memcpy(lanes, &v, sizeof lanes);
  for (int w = LANES / 2; w; w /= 2)
    for (int k = 0; k < w; k++) lanes[k] += lanes[k + w];
  return lanes[0];
}

static void S(row)(bool logarithm, int64_t n, const T *x, T *y) {
  const int64_t whole = n / LANES * LANES, left = n - whole;
  V top[4];
  for (int k = 0; k < 4; k++) top[k] = (V)(T)-INFINITY;
  int64_t i = 0;
  for (; i + 4 * LANES <= whole; i += 4 * LANES)
    for (int k = 0; k < 4; k++) top[k] = S(greater)(top[k], LOAD(x + i + k * LANES));
  for (; i < whole; i += LANES) top[0] = S(greater)(top[0], LOAD(x + i));
  const V last = left ? S(load_some)(x + whole, left, (T)-INFINITY) : (V)(T)-INFINITY;
  top[0] = S(greater)(S(greater)(S(greater)(top[0], top[1]), S(greater)(top[2], top[3])), last);
  const T maximum = S(greatest_lane)(top[0]);
  // Sums of long rows go block by block into a double, so that a vocabulary of 100,000 keeps its digits.
  double total = 0;
  for (int64_t block = 0; block < whole; block += SOFTMAX_BLOCK) {
    const int64_t stop = block + SOFTMAX_BLOCK < whole ? block + SOFTMAX_BLOCK : whole;
    V sums[2] = {0, 0};
    for (i = block; i + 2 * LANES <= stop; i += 2 * LANES)
      for (int k = 0; k < 2; k++) {
        const V e = EXP(LOAD(x + i + k * LANES) - maximum);
        sums[k] += e;
        if (!logarithm) STORE(y + i + k * LANES, e);
      }
    if (i < stop) {
      const V e = EXP(LOAD(x + i) - maximum);
      sums[0] += e;
      if (!logarithm) STORE(y + i, e);
    }
    total += (double)S(lane_sum)(sums[0] + sums[1]);
  }
  const V e = left ? EXP(last - maximum) : (V)(T)0;
  if (left) total += (double)S(lane_sum)(e);
  if (logarithm) {
    const T logsum = (T)LOG(total);
    for (i = 0; i < whole; i += LANES) STORE(y + i, (LOAD(x + i) - maximum) - logsum);
    if (left) S(store_some)(y + whole, left, (last - maximum) - logsum);
  } else {
    const T sum = (T)total;
    for (i = 0; i < whole; i += LANES) STORE(y + i, LOAD(y + i) / sum);
    if (left) S(store_some)(y + whole, left, e / sum);
  }
}

// `width` ≤ SOFTMAX_INNER neighbouring columns; element (i, j) at x[i·stride + j].
static void S(columns)(bool logarithm, int64_t n, int64_t stride, int64_t width, const T *x, T *y) {
  T top[SOFTMAX_INNER], sum[SOFTMAX_INNER];
  const int64_t whole = width / LANES * LANES, left = width - whole;
  for (int64_t j = 0; j < SOFTMAX_INNER; j++) { top[j] = (T)-INFINITY; sum[j] = 0; }
  for (int64_t i = 0; i < n; i++) {
    const T *row = x + i * stride;
    for (int64_t j = 0; j < width; j++) { const T v = row[j]; top[j] = ((v > top[j]) | (v != v)) ? v : top[j]; }
  }
  for (int64_t i = 0; i < n; i++) {
    const T *row = x + i * stride;
    T *to = y + i * stride;
    for (int64_t j = 0; j < whole; j += LANES) {
      const V e = EXP(LOAD(row + j) - LOAD(top + j));
      STORE(sum + j, LOAD(sum + j) + e);
      if (!logarithm) STORE(to + j, e);
    }
    if (left) {
      const V e = EXP(S(load_some)(row + whole, left, 0) - S(load_some)(top + whole, left, 0));
      S(store_some)(sum + whole, left, S(load_some)(sum + whole, left, 0) + e);
      if (!logarithm) S(store_some)(to + whole, left, e);
    }
  }
  if (logarithm) for (int64_t j = 0; j < width; j++) sum[j] = (T)LOG((double)sum[j]);
  for (int64_t i = 0; i < n; i++) {
    const T *row = x + i * stride;
    T *to = y + i * stride;
    if (logarithm) for (int64_t j = 0; j < width; j++) to[j] = (row[j] - top[j]) - sum[j];
    else for (int64_t j = 0; j < width; j++) to[j] /= sum[j];
  }
}

static void S(forward)(bool logarithm, int64_t begin, int64_t end, int64_t count, int64_t inner, const T *input, T *output) {
  for (int64_t o = begin; o < end; o++) {
    const T *x = input + o * count * inner;
    T *y = output + o * count * inner;
    if (inner == 1) S(row)(logarithm, count, x, y);
    else for (int64_t j = 0; j < inner; j += SOFTMAX_INNER) S(columns)(logarithm, count, inner, inner - j < SOFTMAX_INNER ? inner - j : SOFTMAX_INNER, x + j, y + j);
  }
}

// softmax: y·(g - Σ g·y); log: g - exp(y)·Σ g
static void S(row_gradient)(bool logarithm, int64_t n, const T *g, const T *y, T *result) {
  const int64_t whole = n / LANES * LANES, left = n - whole;
  int64_t i = 0;
  double total = 0;
  for (int64_t block = 0; block < whole; block += SOFTMAX_BLOCK) {
    const int64_t stop = block + SOFTMAX_BLOCK < whole ? block + SOFTMAX_BLOCK : whole;
    V sums[4] = {0, 0, 0, 0};
    for (i = block; i + 4 * LANES <= stop; i += 4 * LANES)
      for (int k = 0; k < 4; k++) {
        const V v = LOAD(g + i + k * LANES);
        sums[k] += logarithm ? v : v * LOAD(y + i + k * LANES);
      }
    for (; i < stop; i += LANES) sums[0] += logarithm ? LOAD(g + i) : LOAD(g + i) * LOAD(y + i);
    total += (double)S(lane_sum)((sums[0] + sums[1]) + (sums[2] + sums[3]));
  }
  const V last_g = left ? S(load_some)(g + whole, left, 0) : (V)(T)0, last_y = left ? S(load_some)(y + whole, left, 0) : (V)(T)0;
  if (left) total += (double)S(lane_sum)(logarithm ? last_g : last_g * last_y);
  const T sum = (T)total;
  if (logarithm) {
    for (i = 0; i < whole; i += LANES) STORE(result + i, LOAD(g + i) - EXP(LOAD(y + i)) * sum);
    if (left) S(store_some)(result + whole, left, last_g - EXP(last_y) * sum);
  } else {
    for (i = 0; i < whole; i += LANES) STORE(result + i, LOAD(y + i) * (LOAD(g + i) - sum));
    if (left) S(store_some)(result + whole, left, last_y * (last_g - sum));
  }
}

static void S(column_gradient)(bool logarithm, int64_t n, int64_t stride, int64_t width, const T *g, const T *y, T *result) {
  T sum[SOFTMAX_INNER];
  for (int64_t j = 0; j < SOFTMAX_INNER; j++) sum[j] = 0;
  for (int64_t i = 0; i < n; i++) {
    const T *a = g + i * stride, *b = y + i * stride;
    if (logarithm) for (int64_t j = 0; j < width; j++) sum[j] += a[j];
    else for (int64_t j = 0; j < width; j++) sum[j] += a[j] * b[j];
  }
  for (int64_t i = 0; i < n; i++) {
    const T *a = g + i * stride, *b = y + i * stride;
    T *to = result + i * stride;
    if (!logarithm) {
      for (int64_t j = 0; j < width; j++) to[j] = b[j] * (a[j] - sum[j]);
      continue;
    }
    for (int64_t j = 0; j < width; j += LANES) {
      const int64_t left = width - j;
      if (left >= LANES) STORE(to + j, LOAD(a + j) - EXP(LOAD(b + j)) * LOAD(sum + j));
      else S(store_some)(to + j, left, S(load_some)(a + j, left, 0) - EXP(S(load_some)(b + j, left, 0)) * S(load_some)(sum + j, left, 0));
    }
  }
}

static void S(backward)(bool logarithm, int64_t begin, int64_t end, int64_t count, int64_t inner, const T *gradient, const T *output, T *result) {
  for (int64_t o = begin; o < end; o++) {
    const int64_t at = o * count * inner;
    if (inner == 1) S(row_gradient)(logarithm, count, gradient + at, output + at, result + at);
    else for (int64_t j = 0; j < inner; j += SOFTMAX_INNER)
      S(column_gradient)(logarithm, count, inner, inner - j < SOFTMAX_INNER ? inner - j : SOFTMAX_INNER, gradient + at + j, output + at + j, result + at + j);
  }
}
