// The convolution's two kernels for one type; convolution.h includes this once for float and once for double. Both read the
// image in place: what a product with gathered columns would copy, a table of offsets points at.

// c[rows × 2 vectors] = (c +) a·b: a a packed panel, row p of b at b + offsets[p].
MK_INLINE void REAL_FN(correlate_tile)(const int rows, int64_t k, const REAL *a, const REAL *b, const int64_t *offsets, REAL *c, int64_t c_row,
                                       bool accumulate) {
  REAL_VECTOR sums[REAL_ROWS][2];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) sums[i][0] = sums[i][1] = (REAL_VECTOR)(REAL)0;
#pragma clang loop unroll(disable)
  for (int64_t p = 0; p < k; p++, a += REAL_ROWS) {
    const REAL *row = b + offsets[p];
    const REAL_VECTOR low = REAL_FN(gemm_load)(row), high = REAL_FN(gemm_load)(row + REAL_LANES);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
      const REAL_VECTOR x = (REAL_VECTOR)a[i];
      sums[i][0] = REAL_FN(fma)(x, low, sums[i][0]);
      sums[i][1] = REAL_FN(fma)(x, high, sums[i][1]);
    }
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (int j = 0; j < 2; j++) {
      REAL *to = c + i * c_row + j * REAL_LANES;
      REAL_FN(gemm_store)(to, accumulate ? sums[i][j] + REAL_FN(gemm_load)(to) : sums[i][j]);
    }
}

// The same for one row and four panels at once: eight sums hide the latency that two cannot.
MK_INLINE void REAL_FN(correlate_wide)(int64_t k, const REAL *a, const REAL *b, const int64_t *offsets, REAL *c, bool accumulate) {
  REAL_VECTOR sums[8];
#pragma clang loop unroll(full)
  for (int j = 0; j < 8; j++) sums[j] = (REAL_VECTOR)(REAL)0;
#pragma clang loop unroll(disable)
  for (int64_t p = 0; p < k; p++) {
    const REAL *row = b + offsets[p];
    const REAL_VECTOR x = (REAL_VECTOR)a[p * REAL_ROWS];
#pragma clang loop unroll(full)
    for (int j = 0; j < 8; j++) sums[j] = REAL_FN(fma)(x, REAL_FN(gemm_load)(row + j * REAL_LANES), sums[j]);
  }
#pragma clang loop unroll(full)
  for (int j = 0; j < 8; j++) {
    REAL *to = c + j * REAL_LANES;
    REAL_FN(gemm_store)(to, accumulate ? sums[j] + REAL_FN(gemm_load)(to) : sums[j]);
  }
}

// c[i] = (c[i] +) the sum of a's row i times b: rows as in correlate_weights_tile, b contiguous; c's elements c_row apart.
MK_INLINE void REAL_FN(correlate_dots_tile)(const int rows, int64_t outer, int64_t inner, const REAL *a, const int64_t *offsets,
                                            int64_t outer_stride, const REAL *b, REAL *c, int64_t c_row, bool accumulate) {
  REAL_VECTOR sums[REAL_ROWS];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) sums[i] = (REAL_VECTOR)(REAL)0;
  for (int64_t y = 0; y < outer; y++, a += outer_stride, b += inner) {
    int64_t x = 0;
    for (; x + REAL_LANES <= inner; x += REAL_LANES) {
      const REAL_VECTOR v = REAL_FN(gemm_load)(b + x);
#pragma clang loop unroll(full)
      for (int i = 0; i < rows; i++) sums[i] = REAL_FN(fma)(REAL_FN(gemm_load)(a + offsets[i] + x), v, sums[i]);
    }
    if (x < inner) {
      const int lanes = (int)(inner - x);
      const REAL_VECTOR v = REAL_FN(load_part)(b + x, lanes);
#pragma clang loop unroll(full)
      for (int i = 0; i < rows; i++) sums[i] = REAL_FN(fma)(REAL_FN(load_part)(a + offsets[i] + x, lanes), v, sums[i]);
    }
  }
  for (int i = 0; i < rows; i++) {
    REAL halves[REAL_LANES];
    REAL_FN(gemm_store)(halves, sums[i]);
    for (int width = REAL_LANES / 2; width > 0; width /= 2)
      for (int lane = 0; lane < width; lane++) halves[lane] += halves[lane + width];
    c[i * c_row] = accumulate ? c[i * c_row] + halves[0] : halves[0];
  }
}

// c[rows × 2 vectors] = (c +) a·b: row i of a is `outer` runs of `inner` elements, outer_stride apart, from a + offsets[i] on;
// b is a packed panel of outer·inner steps.
MK_INLINE void REAL_FN(correlate_weights_tile)(const int rows, const int vectors, int64_t outer, int64_t inner, const REAL *a,
                                               const int64_t *offsets, int64_t outer_stride, const REAL *b, REAL *c, int64_t c_row,
                                               bool accumulate) {
  REAL_VECTOR sums[REAL_ROWS][2];
  const REAL *from[REAL_ROWS];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) {
    sums[i][0] = sums[i][1] = (REAL_VECTOR)(REAL)0;
    from[i] = a + offsets[i];
  }
  for (int64_t y = 0; y < outer; y++) {
#pragma clang loop unroll(disable)
    for (int64_t x = 0; x < inner; x++, b += 2 * REAL_LANES) {
      REAL_VECTOR row[2];
#pragma clang loop unroll(full)
      for (int j = 0; j < vectors; j++) row[j] = REAL_FN(gemm_load)(b + j * REAL_LANES);
#pragma clang loop unroll(full)
      for (int i = 0; i < rows; i++) {
        const REAL_VECTOR v = (REAL_VECTOR)from[i][x];
#pragma clang loop unroll(full)
        for (int j = 0; j < vectors; j++) sums[i][j] = REAL_FN(fma)(v, row[j], sums[i][j]);
      }
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) from[i] += outer_stride;
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (int j = 0; j < vectors; j++) {
      REAL *to = c + i * c_row + j * REAL_LANES;
      REAL_FN(gemm_store)(to, accumulate ? sums[i][j] + REAL_FN(gemm_load)(to) : sums[i][j]);
    }
}

#define CORRELATE_FUNCTIONS(rows)                                                                                               \
  static void REAL_FN(correlate_##rows)(int64_t k, const REAL *a, const REAL *b, const int64_t *offsets, REAL *c, int64_t c_row, \
                                        bool accumulate) {                                                                      \
    REAL_FN(correlate_tile)(rows, k, a, b, offsets, c, c_row, accumulate);                                                      \
  }                                                                                                                             \
  static void REAL_FN(correlate_weights_##rows)(int vectors, int64_t outer, int64_t inner, const REAL *a, const int64_t *offsets, \
                                                int64_t outer_stride, const REAL *b, REAL *c, int64_t c_row, bool accumulate) { \
    if (vectors == 1)                                                                                                           \
      REAL_FN(correlate_weights_tile)(rows, 1, outer, inner, a, offsets, outer_stride, b, c, c_row, accumulate);                \
    else                                                                                                                        \
      REAL_FN(correlate_weights_tile)(rows, 2, outer, inner, a, offsets, outer_stride, b, c, c_row, accumulate);                \
  }
TILE_ROWS(CORRELATE_FUNCTIONS)
#undef CORRELATE_FUNCTIONS

static void REAL_FN(correlate)(int64_t m, int64_t panels, int64_t k, const void *a_start, int64_t a_panel, const void *b, const int64_t *offsets,
                               void *c, int64_t c_row, bool accumulate) {
  typedef void (*tile)(int64_t, const REAL *, const REAL *, const int64_t *, REAL *, int64_t, bool);
#define CORRELATE_ENTRY(rows) REAL_FN(correlate_##rows),
  static const tile tiles[REAL_ROWS] = {TILE_ROWS(CORRELATE_ENTRY)};
#undef CORRELATE_ENTRY
  int64_t j = 0;
  if (m == 1)
    for (; j + 4 <= panels; j += 4)
      REAL_FN(correlate_wide)(k, a_start, (const REAL *)b + j * 2 * REAL_LANES, offsets, (REAL *)c + j * 2 * REAL_LANES, accumulate);
  for (; j < panels; j++)
    for (int64_t i = 0; i < m; i += REAL_ROWS) {
      const int64_t rows = m - i < REAL_ROWS ? m - i : REAL_ROWS;
      tiles[rows - 1](k, (const REAL *)a_start + i / REAL_ROWS * a_panel, (const REAL *)b + j * 2 * REAL_LANES, offsets,
                      (REAL *)c + i * c_row + j * 2 * REAL_LANES, c_row, accumulate);
    }
}

static void REAL_FN(correlate_weights)(int64_t m, int64_t n, int64_t outer, int64_t inner, const void *image, const int64_t *offsets,
                                       int64_t outer_stride, const void *b, int64_t b_panel, void *c, int64_t c_row, bool accumulate) {
  typedef void (*tile)(int, int64_t, int64_t, const REAL *, const int64_t *, int64_t, const REAL *, REAL *, int64_t, bool);
#define CORRELATE_ENTRY(rows) REAL_FN(correlate_weights_##rows),
  static const tile tiles[REAL_ROWS] = {TILE_ROWS(CORRELATE_ENTRY)};
#undef CORRELATE_ENTRY
  for (int64_t j = 0; j < n; j += 2 * REAL_LANES)
    for (int64_t i = 0; i < m; i += REAL_ROWS) {
      const int64_t rows = m - i < REAL_ROWS ? m - i : REAL_ROWS;
      tiles[rows - 1](n - j > REAL_LANES ? 2 : 1, outer, inner, image, offsets + i, outer_stride,
                      (const REAL *)b + j / (2 * REAL_LANES) * b_panel, (REAL *)c + i * c_row + j, c_row, accumulate);
    }
}

static void REAL_FN(correlate_dots)(int64_t m, int64_t outer, int64_t inner, const void *image, const int64_t *offsets, int64_t outer_stride,
                                    const void *b, void *c, int64_t c_row, bool accumulate) {
  int64_t i = 0;
  // Nine taps at a time where there are registers for them, three where not; then one.
  for (; i + 3 * (REAL_ROWS / 4) <= m; i += 3 * (REAL_ROWS / 4))
    REAL_FN(correlate_dots_tile)(3 * (REAL_ROWS / 4), outer, inner, image, offsets + i, outer_stride, b, (REAL *)c + i * c_row, c_row, accumulate);
  for (; i < m; i++)
    REAL_FN(correlate_dots_tile)(1, outer, inner, image, offsets + i, outer_stride, b, (REAL *)c + i * c_row, c_row, accumulate);
}
