// Normalization of one type; normalization.h includes this once for float and once for double, with
//   N(x)            the name
//   T, V, LANES     element, vector, lanes
//   LOAD, STORE, FMA
//
// Sums are taken lane by lane in blocks, each block's into a double: long sets keep their digits, and the order depends on
// sizes alone.

MK_INLINE V N(part)(const T *p, int64_t n) {
  T lanes[LANES] = {0};
  memcpy(lanes, p, (size_t)n * sizeof(T));
  return LOAD(lanes);
}
MK_INLINE double N(lane_sum)(V v) {
  T lanes[LANES];
  memcpy(lanes, &v, sizeof lanes);
  for (int w = LANES / 2; w; w /= 2)
    for (int k = 0; k < w; k++) lanes[k] += lanes[k + w];
  return (double)lanes[0];
}

static double N(sum)(const T *x, int64_t n) {
  double total = 0;
  const int64_t whole = n / LANES * LANES;
  for (int64_t block = 0; block < whole; block += NORMALIZATION_BLOCK) {
    const int64_t stop = block + NORMALIZATION_BLOCK < whole ? block + NORMALIZATION_BLOCK : whole;
    V sums[4] = {0, 0, 0, 0};
    int64_t i = block;
    for (; i + 4 * LANES <= stop; i += 4 * LANES)
      for (int k = 0; k < 4; k++) sums[k] += LOAD(x + i + k * LANES);
    for (; i < stop; i += LANES) sums[0] += LOAD(x + i);
    total += N(lane_sum)((sums[0] + sums[1]) + (sums[2] + sums[3]));
  }
  for (int64_t i = whole; i < n; i++) total += (double)x[i];
  return total;
}

// Σ (x - mean)²
static double N(squares)(const T *x, int64_t n, T mean) {
  double total = 0;
  const int64_t whole = n / LANES * LANES;
  for (int64_t block = 0; block < whole; block += NORMALIZATION_BLOCK) {
    const int64_t stop = block + NORMALIZATION_BLOCK < whole ? block + NORMALIZATION_BLOCK : whole;
    V sums[4] = {0, 0, 0, 0};
    int64_t i = block;
    for (; i + 4 * LANES <= stop; i += 4 * LANES)
      for (int k = 0; k < 4; k++) {
        const V d = LOAD(x + i + k * LANES) - mean;
        sums[k] = FMA(d, d, sums[k]);
      }
    for (; i < stop; i += LANES) {
      const V d = LOAD(x + i) - mean;
      sums[0] = FMA(d, d, sums[0]);
    }
    total += N(lane_sum)((sums[0] + sums[1]) + (sums[2] + sums[3]));
  }
  for (int64_t i = whole; i < n; i++) total += ((double)x[i] - (double)mean) * ((double)x[i] - (double)mean);
  return total;
}

// Σ g·w and Σ g·w·(x - mean); w NULL for 1
static void N(products)(const T *g, const T *x, const T *w, int64_t n, T mean, double *plain, double *weighted) {
  const int64_t whole = n / LANES * LANES;
  for (int64_t block = 0; block < whole; block += NORMALIZATION_BLOCK) {
    const int64_t stop = block + NORMALIZATION_BLOCK < whole ? block + NORMALIZATION_BLOCK : whole;
    V sums[2] = {0, 0}, products[2] = {0, 0};
    int64_t i = block;
    for (; i + 2 * LANES <= stop; i += 2 * LANES)
      for (int k = 0; k < 2; k++) {
        const V v = w ? LOAD(g + i + k * LANES) * LOAD(w + i + k * LANES) : LOAD(g + i + k * LANES);
        sums[k] += v;
        products[k] = FMA(v, LOAD(x + i + k * LANES) - mean, products[k]);
      }
    for (; i < stop; i += LANES) {
      const V v = w ? LOAD(g + i) * LOAD(w + i) : LOAD(g + i);
      sums[0] += v;
      products[0] = FMA(v, LOAD(x + i) - mean, products[0]);
    }
    *plain += N(lane_sum)(sums[0] + sums[1]);
    *weighted += N(lane_sum)(products[0] + products[1]);
  }
  for (int64_t i = whole; i < n; i++) {
    const double v = (double)g[i] * (w ? (double)w[i] : 1);
    *plain += v;
    *weighted += v * ((double)x[i] - (double)mean);
  }
}

// y = (x - mean)·scale + shift
static void N(scaled)(const T *x, int64_t n, T mean, T scale, T shift, T *y) {
  int64_t i = 0;
  for (; i + LANES <= n; i += LANES) STORE(y + i, FMA(LOAD(x + i) - mean, (V)scale, (V)shift));
  for (; i < n; i++) y[i] = (x[i] - mean) * scale + shift;
}

// result = g·a - (x - mean)·b - c
static void N(combined)(const T *g, const T *x, int64_t n, T mean, T a, T b, T c, T *result) {
  int64_t i = 0;
  for (; i + LANES <= n; i += LANES) STORE(result + i, LOAD(g + i) * a - FMA(LOAD(x + i) - mean, (V)b, (V)c));
  for (; i < n; i++) result[i] = g[i] * a - ((x[i] - mean) * b + c);
}

// ---- Rows ----

static void N(rows)(const mk_normalization *work, int64_t begin, int64_t end, const T *input, const T *weight, const T *bias, T *output,
                    T *means, T *variances) {
  const int64_t n = work->length, segments = n / work->run;
  for (int64_t r = begin; r < end; r++) {
    const T *x = input + r * n, *w = weight ? weight + r % work->period * segments : NULL;
    const T *b = bias ? bias + r % work->period * segments : NULL;
    T *y = output + r * n;
    const T mean = work->centered ? (T)(N(sum)(x, n) / (double)n) : 0;
    const double variance = N(squares)(x, n, mean) / (double)n;
    const T scale = (T)(1 / sqrt(variance + work->epsilon));
    means[r] = mean;
    variances[r] = (T)variance;
    if (work->run > 1 || (!w && !b)) {
      const int64_t run = w || b ? work->run : n;
      for (int64_t s = 0; s < n / run; s++)
        N(scaled)(x + s * run, run, mean, w ? scale * w[s] : scale, b ? b[s] : 0, y + s * run);
      continue;
    }
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES) {
      const V v = (LOAD(x + i) - mean) * scale;
      STORE(y + i, w ? (b ? FMA(v, LOAD(w + i), LOAD(b + i)) : v * LOAD(w + i)) : v + LOAD(b + i));
    }
    for (; i < n; i++) {
      const T v = (x[i] - mean) * scale;
      y[i] = (w ? v * w[i] : v) + (b ? b[i] : 0);
    }
  }
}

// Adds to the weight's and the bias's gradients, which may be NULL.
static void N(rows_gradient)(const mk_normalization *work, int64_t begin, int64_t end, const T *gradient, const T *input, const T *means,
                             const T *variances, const T *weight, T *result, T *weight_gradient, T *bias_gradient) {
  const int64_t n = work->length, run = work->run, segments = n / run;
  for (int64_t r = begin; r < end; r++) {
    const T *g = gradient + r * n, *x = input + r * n;
    const int64_t first = r % work->period * segments;
    const T *w = weight ? weight + first : NULL;
    T *dw = weight_gradient ? weight_gradient + first : NULL, *db = bias_gradient ? bias_gradient + first : NULL;
    T *to = result + r * n;
    const T mean = means[r];
    const double root = 1 / sqrt((double)variances[r] + work->epsilon);
    double plain = 0, weighted = 0;
    if (run == 1) N(products)(g, x, w, n, mean, &plain, &weighted);
    else
      for (int64_t s = 0; s < segments; s++) {
        double sum = 0, product = 0;
        N(products)(g + s * run, x + s * run, NULL, run, mean, &sum, &product);
        if (dw) dw[s] += (T)(product * root);
        if (db) db[s] += (T)sum;
        plain += w ? sum * (double)w[s] : sum;
        weighted += w ? product * (double)w[s] : product;
      }
    const T scale = (T)root, slope = (T)(root * root * root * weighted / (double)n);
    const T shift = work->centered ? (T)(root * plain / (double)n) : 0;
    if (run > 1) {
      for (int64_t s = 0; s < segments; s++)
        N(combined)(g + s * run, x + s * run, run, mean, w ? scale * w[s] : scale, slope, shift, to + s * run);
      continue;
    }
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES) {
      const V v = LOAD(g + i), d = LOAD(x + i) - mean;
      STORE(to + i, (w ? v * LOAD(w + i) : v) * scale - FMA(d, (V)slope, (V)shift));
      if (dw) STORE(dw + i, FMA(v, d * scale, LOAD(dw + i)));
      if (db) STORE(db + i, LOAD(db + i) + v);
    }
    for (; i < n; i++) {
      const T v = g[i], d = x[i] - mean;
      to[i] = (w ? v * w[i] : v) * scale - (d * slope + shift);
      if (dw) dw[i] += v * (d * scale);
      if (db) db[i] += v;
    }
  }
}

// ---- Channels ----

// Channels of single elements are columns: up to NORMALIZATION_COLUMNS of them side by side, summed in double.
static void N(columns)(const mk_normalization *work, int64_t begin, int64_t end, const T *input, const T *weight, const T *bias, T *output,
                       T *means, T *variances) {
  const int64_t width = work->sets, count = work->outer;
  for (int64_t first = begin; first < end; first += NORMALIZATION_COLUMNS) {
    const int64_t n = end - first < NORMALIZATION_COLUMNS ? end - first : NORMALIZATION_COLUMNS;
    double sums[NORMALIZATION_COLUMNS] = {0}, squares[NORMALIZATION_COLUMNS] = {0};
    T mean[NORMALIZATION_COLUMNS], scale[NORMALIZATION_COLUMNS], shift[NORMALIZATION_COLUMNS];
    for (int64_t o = 0; o < count; o++) {
      const T *x = input + o * width + first;
      for (int64_t j = 0; j < n; j++) sums[j] += (double)x[j];
    }
    for (int64_t j = 0; j < n; j++) mean[j] = work->centered ? (T)(sums[j] / (double)count) : 0;
    for (int64_t o = 0; o < count; o++) {
      const T *x = input + o * width + first;
      for (int64_t j = 0; j < n; j++) {
        const double d = (double)x[j] - (double)mean[j];
        squares[j] += d * d;
      }
    }
    for (int64_t j = 0; j < n; j++) {
      const double variance = squares[j] / (double)count;
      means[first + j] = mean[j];
      variances[first + j] = (T)variance;
      scale[j] = (T)(1 / sqrt(variance + work->epsilon)) * (weight ? weight[first + j] : 1);
      shift[j] = bias ? bias[first + j] : 0;
    }
    for (int64_t o = 0; o < count; o++) {
      const T *x = input + o * width + first;
      T *y = output + o * width + first;
      for (int64_t j = 0; j < n; j++) y[j] = (x[j] - mean[j]) * scale[j] + shift[j];
    }
  }
}

static void N(columns_gradient)(const mk_normalization *work, int64_t begin, int64_t end, const T *gradient, const T *input, const T *means,
                                const T *variances, const T *weight, T *result, T *weight_gradient, T *bias_gradient) {
  const int64_t width = work->sets, count = work->outer;
  for (int64_t first = begin; first < end; first += NORMALIZATION_COLUMNS) {
    const int64_t n = end - first < NORMALIZATION_COLUMNS ? end - first : NORMALIZATION_COLUMNS;
    double sums[NORMALIZATION_COLUMNS] = {0}, products[NORMALIZATION_COLUMNS] = {0};
    T scale[NORMALIZATION_COLUMNS], slope[NORMALIZATION_COLUMNS], shift[NORMALIZATION_COLUMNS];
    const T *mean = means + first;
    for (int64_t o = 0; o < count; o++) {
      const T *g = gradient + o * width + first, *x = input + o * width + first;
      for (int64_t j = 0; j < n; j++) {
        sums[j] += (double)g[j];
        products[j] += (double)g[j] * ((double)x[j] - (double)mean[j]);
      }
    }
    for (int64_t j = 0; j < n; j++) {
      const double root = 1 / sqrt((double)variances[first + j] + work->epsilon);
      const double a = root * (weight ? (double)weight[first + j] : 1);
      if (weight_gradient) weight_gradient[first + j] = (T)(products[j] * root);
      if (bias_gradient) bias_gradient[first + j] = (T)sums[j];
      scale[j] = (T)a;
      slope[j] = (T)(a * root * root * products[j] / (double)count);
      shift[j] = work->centered ? (T)(a * sums[j] / (double)count) : 0;
    }
    for (int64_t o = 0; o < count; o++) {
      const T *g = gradient + o * width + first, *x = input + o * width + first;
      T *to = result + o * width + first;
      for (int64_t j = 0; j < n; j++) to[j] = g[j] * scale[j] - ((x[j] - mean[j]) * slope[j] + shift[j]);
    }
  }
}

static void N(channels)(const mk_normalization *work, int64_t begin, int64_t end, const T *input, const T *weight, const T *bias, T *output,
                        T *means, T *variances) {
  const int64_t run = work->run, step = work->sets * run;
  const double count = (double)(work->outer * run);
  for (int64_t c = begin; c < end; c++) {
    double sum = 0, squares = 0;
    if (work->centered)
      for (int64_t o = 0; o < work->outer; o++) sum += N(sum)(input + o * step + c * run, run);
    const T mean = (T)(sum / count);
    for (int64_t o = 0; o < work->outer; o++) squares += N(squares)(input + o * step + c * run, run, mean);
    const double variance = squares / count;
    means[c] = mean;
    variances[c] = (T)variance;
    const T scale = (T)(1 / sqrt(variance + work->epsilon)) * (weight ? weight[c] : 1);
    for (int64_t o = 0; o < work->outer; o++)
      N(scaled)(input + o * step + c * run, run, mean, scale, bias ? bias[c] : 0, output + o * step + c * run);
  }
}

static void N(channels_gradient)(const mk_normalization *work, int64_t begin, int64_t end, const T *gradient, const T *input, const T *means,
                                 const T *variances, const T *weight, T *result, T *weight_gradient, T *bias_gradient) {
  const int64_t run = work->run, step = work->sets * run;
  const double count = (double)(work->outer * run);
  for (int64_t c = begin; c < end; c++) {
    double sum = 0, product = 0;
    for (int64_t o = 0; o < work->outer; o++)
      N(products)(gradient + o * step + c * run, input + o * step + c * run, NULL, run, means[c], &sum, &product);
    const double root = 1 / sqrt((double)variances[c] + work->epsilon), a = root * (weight ? (double)weight[c] : 1);
    if (weight_gradient) weight_gradient[c] = (T)(product * root);
    if (bias_gradient) bias_gradient[c] = (T)sum;
    const T scale = (T)a, slope = (T)(a * root * root * product / count), shift = work->centered ? (T)(a * sum / count) : 0;
    for (int64_t o = 0; o < work->outer; o++)
      N(combined)(gradient + o * step + c * run, input + o * step + c * run, run, means[c], scale, slope, shift, result + o * step + c * run);
  }
}
