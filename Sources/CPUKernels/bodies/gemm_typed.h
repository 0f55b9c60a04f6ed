// The matrix product's kernels for one type; gemm.h includes this once for float and once for double, with
//   REAL          the type              REAL_LANES    its lanes in a vector
//   REAL_VECTOR   the vector            REAL_FN(x)    x with the type's suffix
//   REAL_ROWS     rows of a tile (constant), TILE_ROWS(X) the list X(1) … X(REAL_ROWS); tiles are two vectors wide.

MK_INLINE REAL_VECTOR REAL_FN(gemm_load)(const REAL *p) {
  typedef REAL_VECTOR unaligned __attribute__((aligned(sizeof(REAL))));
  return *(const unaligned *)p;
}
MK_INLINE void REAL_FN(gemm_store)(REAL *p, REAL_VECTOR v) {
  typedef REAL_VECTOR unaligned __attribute__((aligned(sizeof(REAL))));
  *(unaligned *)p = v;
}

// ---- The tile ----

// c[rows × columns] = (c +) a·b (+ bias). Row i of a starts at a + i·a_row and goes on by a_step, row p of b at
// b + p·b_step, so the same code takes packed panels and matrices in place. Every element is one chain of fused
// multiply-adds in order of k, whatever the tile: results do not depend on how the product is cut.
MK_INLINE void REAL_FN(gemm_tile)(const int rows, const int vectors, const bool partial, int64_t k, const REAL *a, int64_t a_row,
                                  int64_t a_step, const REAL *b, int64_t b_step, REAL *c, int64_t c_row, int lanes,
                                  bool accumulate, const REAL *bias) {
  REAL_VECTOR sums[REAL_ROWS][2];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (int j = 0; j < vectors; j++) sums[i][j] = (REAL_VECTOR)(REAL)0;
#pragma clang loop unroll(disable)
  for (int64_t p = 0; p < k; p++, a += a_step, b += b_step) {
    REAL_VECTOR row[2];
#pragma clang loop unroll(full)
    for (int j = 0; j < vectors; j++)
      row[j] = partial && j == vectors - 1 ? REAL_FN(load_part)(b + j * REAL_LANES, lanes) : REAL_FN(gemm_load)(b + j * REAL_LANES);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
      const REAL_VECTOR x = (REAL_VECTOR)a[i * a_row];
#pragma clang loop unroll(full)
      for (int j = 0; j < vectors; j++) sums[i][j] = REAL_FN(fma)(x, row[j], sums[i][j]);
    }
  }
#pragma clang loop unroll(full)
  for (int j = 0; j < vectors; j++) {
    const bool part = partial && j == vectors - 1;
    REAL_VECTOR added = (REAL_VECTOR)(REAL)0;
    if (bias) added = part ? REAL_FN(load_part)(bias + j * REAL_LANES, lanes) : REAL_FN(gemm_load)(bias + j * REAL_LANES);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
      REAL *to = c + i * c_row + j * REAL_LANES;
      REAL_VECTOR v = sums[i][j];
      if (accumulate) v += part ? REAL_FN(load_part)(to, lanes) : REAL_FN(gemm_load)(to);
      if (bias) v += added;
      if (part) REAL_FN(store_part)(to, v, lanes);
      else REAL_FN(gemm_store)(to, v);
    }
  }
}

typedef void (*REAL_FN(gemm_tile_function))(int64_t k, const REAL *a, int64_t a_row, int64_t a_step, const REAL *b, int64_t b_step,
                                            REAL *c, int64_t c_row, int lanes, bool accumulate, const REAL *bias);

// One function for each height, width and kind of last vector, so that inside all is constant.
#define TILE_NAME(rows, vectors, partial) REAL_FN(gemm_tile_##rows##_##vectors##_##partial)
#define TILE_FUNCTION(rows, vectors, partial)                                                                                   \
  static void TILE_NAME(rows, vectors, partial)(int64_t k, const REAL *a, int64_t a_row, int64_t a_step, const REAL *b,         \
                                                int64_t b_step, REAL *c, int64_t c_row, int lanes, bool accumulate,             \
                                                const REAL *bias) {                                                             \
    REAL_FN(gemm_tile)(rows, vectors, partial, k, a, a_row, a_step, b, b_step, c, c_row, lanes, accumulate, bias);              \
  }
#define TILE_FUNCTIONS(rows) \
  TILE_FUNCTION(rows, 1, 0) TILE_FUNCTION(rows, 1, 1) TILE_FUNCTION(rows, 2, 0) TILE_FUNCTION(rows, 2, 1)
TILE_ROWS(TILE_FUNCTIONS)
#define TILE_ENTRY(rows) \
  {{TILE_NAME(rows, 1, 0), TILE_NAME(rows, 1, 1)}, {TILE_NAME(rows, 2, 0), TILE_NAME(rows, 2, 1)}},
static const REAL_FN(gemm_tile_function) REAL_FN(gemm_tiles)[REAL_ROWS][2][2] = {TILE_ROWS(TILE_ENTRY)};
#undef TILE_NAME
#undef TILE_FUNCTION
#undef TILE_FUNCTIONS
#undef TILE_ENTRY

// ---- The block ----

// c[m × n] = (c +) a·b (+ bias), tile by tile, the same columns of b over all of a first: they stay in the first cache.
// a_panel: distance of packed panels of REAL_ROWS rows, or 0 for a in place; b_panel: distance of column panels.
static void REAL_FN(gemm_block)(int64_t m, int64_t n, int64_t k, const void *a_start, int64_t a_row, int64_t a_step, int64_t a_panel,
                                const void *b_start, int64_t b_step, int64_t b_panel, void *c_start, int64_t c_row, int64_t c_column,
                                bool accumulate, const void *bias_start) {
  const REAL *a = a_start, *bias = bias_start;
  // In place, tiles of nearly the same height: 64 rows as 11 11 11 11 10 10 rather than 12 12 12 12 12 4.
  const int64_t tiles = (m + REAL_ROWS - 1) / REAL_ROWS;
  const int64_t height = a_panel ? REAL_ROWS : (m + tiles - 1) / tiles;
  for (int64_t j = 0; j < n; j += 2 * REAL_LANES) {
    const int64_t columns = n - j < 2 * REAL_LANES ? n - j : 2 * REAL_LANES;
    const int vectors = columns > REAL_LANES ? 2 : 1;
    const int lanes = (int)(columns - (vectors - 1) * REAL_LANES);
    const bool partial = lanes != REAL_LANES;
    const REAL *b = (const REAL *)b_start + j / (2 * REAL_LANES) * b_panel;
    for (int64_t i = 0; i < m; i += height) {
      const int64_t rows = m - i < height ? m - i : height;
      const REAL *rows_of_a = a_panel ? a + i / REAL_ROWS * a_panel : a + i * a_row;
      const REAL_FN(gemm_tile_function) tile = REAL_FN(gemm_tiles)[rows - 1][vectors - 1][partial];
      REAL *c = (REAL *)c_start + i * c_row + j * c_column;
      if (c_column == 1) {
        tile(k, rows_of_a, a_row, a_step, b, b_step, c, c_row, lanes, accumulate, bias ? bias + j : NULL);
        continue;
      }
      // Columns apart: through a tile on the stack.
      REAL buffer[REAL_ROWS * 2 * REAL_LANES];
      tile(k, rows_of_a, a_row, a_step, b, b_step, buffer, 2 * REAL_LANES, lanes, false, NULL);
      for (int64_t r = 0; r < rows; r++)
        for (int64_t q = 0; q < columns; q++) {
          REAL value = buffer[r * 2 * REAL_LANES + q];
          REAL *to = c + r * c_row + q * c_column;
          if (accumulate) value += *to;
          if (bias) value += bias[j + q];
          *to = value;
        }
    }
  }
}

// ---- Packing ----

// Rows become columns: a perfect shuffle of the vectors, repeated log2(lanes) times.
MK_INLINE void REAL_FN(gemm_transpose)(REAL_VECTOR v[REAL_LANES]) {
#pragma clang loop unroll(full)
  for (int step = 1; step < REAL_LANES; step *= 2) {
    REAL_VECTOR shuffled[REAL_LANES];
#pragma clang loop unroll(full)
    for (int i = 0; i < REAL_LANES / 2; i++) {
      shuffled[2 * i] = REAL_FN(zip_low)(v[i], v[i + REAL_LANES / 2]);
      shuffled[2 * i + 1] = REAL_FN(zip_high)(v[i], v[i + REAL_LANES / 2]);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < REAL_LANES; i++) v[i] = shuffled[i];
  }
}

// panel[p·width + lane] for lanes whose k steps are contiguous: blocks of lanes × lanes, transposed in registers. A store
// may run over the step's end into the next step, which is written later; the last step's store may not.
static void REAL_FN(gemm_pack_rows)(int32_t width, int64_t lanes, int64_t k, const REAL *source, int64_t lane_stride, REAL *panel) {
  for (int64_t lane = 0; lane < width; lane += REAL_LANES) {
    const int64_t filled = lanes - lane < 0 ? 0 : lanes - lane < REAL_LANES ? lanes - lane : REAL_LANES;
    const int64_t kept = width - lane < REAL_LANES ? width - lane : REAL_LANES;
    for (int64_t p = 0; p < k; p += REAL_LANES) {
      const int64_t steps = k - p < REAL_LANES ? k - p : REAL_LANES;
      const REAL *from = source + lane * lane_stride + p;
      REAL *to = panel + p * width + lane;
      REAL_VECTOR v[REAL_LANES];
      if (filled == REAL_LANES && steps == REAL_LANES) {
#pragma clang loop unroll(full)
        for (int i = 0; i < REAL_LANES; i++) v[i] = REAL_FN(gemm_load)(from + i * lane_stride);
      } else {
        for (int i = 0; i < REAL_LANES; i++)
          v[i] = i >= filled ? (REAL_VECTOR)(REAL)0
                 : steps == REAL_LANES ? REAL_FN(gemm_load)(from + i * lane_stride)
                                       : REAL_FN(load_part)(from + i * lane_stride, (int)steps);
      }
      REAL_FN(gemm_transpose)(v);
      // Over the end is allowed only where the same pass over the lanes writes the next step.
      if (kept == REAL_LANES && steps == REAL_LANES) {
#pragma clang loop unroll(full)
        for (int i = 0; i < REAL_LANES; i++) REAL_FN(gemm_store)(to + i * width, v[i]);
      } else if (lane == 0 && steps == REAL_LANES && p + steps < k) {
#pragma clang loop unroll(full)
        for (int i = 0; i < REAL_LANES; i++) REAL_FN(gemm_store)(to + i * width, v[i]);
      } else {
        for (int64_t i = 0; i < steps; i++) {
          if (kept == REAL_LANES) REAL_FN(gemm_store)(to + i * width, v[i]);
          else REAL_FN(store_part)(to + i * width, v[i], (int)kept);
        }
      }
    }
  }
}

// The same for k steps whose lanes are contiguous: copies.
static void REAL_FN(gemm_pack_columns)(int32_t width, int64_t lanes, int64_t k, const REAL *source, int64_t k_stride, REAL *panel) {
  if (lanes == 2 * REAL_LANES && width == lanes) {
    for (int64_t p = 0; p < k; p++, source += k_stride, panel += 2 * REAL_LANES) {
      REAL_FN(gemm_store)(panel, REAL_FN(gemm_load)(source));
      REAL_FN(gemm_store)(panel + REAL_LANES, REAL_FN(gemm_load)(source + REAL_LANES));
    }
    return;
  }
  if (lanes == REAL_ROWS && width == lanes) {
    for (int64_t p = 0; p < k; p++, source += k_stride, panel += REAL_ROWS) memcpy(panel, source, REAL_ROWS * sizeof(REAL));
    return;
  }
  for (int64_t p = 0; p < k; p++, source += k_stride, panel += width) {
    int64_t lane = 0;
    for (; lane + REAL_LANES <= lanes; lane += REAL_LANES) REAL_FN(gemm_store)(panel + lane, REAL_FN(gemm_load)(source + lane));
    for (; lane < lanes; lane++) panel[lane] = source[lane];
    for (; lane < width; lane++) panel[lane] = 0;
  }
}

static void REAL_FN(gemm_pack_same)(int32_t width, int64_t lanes, int64_t k, const REAL *source, int64_t lane_stride, int64_t k_stride,
                                    REAL *panel) {
  if (k_stride == 1 && lanes > 1) REAL_FN(gemm_pack_rows)(width, lanes, k, source, lane_stride, panel);
  else if (lane_stride == 1) REAL_FN(gemm_pack_columns)(width, lanes, k, source, k_stride, panel);
  else
    for (int64_t p = 0; p < k; p++)
      for (int64_t lane = 0; lane < width; lane++)
        panel[p * width + lane] = lane < lanes ? source[lane * lane_stride + p * k_stride] : 0;
}

// ---- Matrix times vector ----

// Dot products of `rows` contiguous rows with x; the order of each sum is the same for any number of rows at once.
MK_INLINE void REAL_FN(gemv_rows)(const int rows, int64_t n, const REAL *a, int64_t a_row, const REAL *x, REAL *y, int64_t y_stride,
                                  bool accumulate) {
  REAL_VECTOR sums[4][2];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) sums[i][0] = sums[i][1] = (REAL_VECTOR)(REAL)0;
  int64_t p = 0;
  for (; p + 2 * REAL_LANES <= n; p += 2 * REAL_LANES) {
    const REAL_VECTOR x0 = REAL_FN(gemm_load)(x + p), x1 = REAL_FN(gemm_load)(x + p + REAL_LANES);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
      sums[i][0] = REAL_FN(fma)(REAL_FN(gemm_load)(a + i * a_row + p), x0, sums[i][0]);
      sums[i][1] = REAL_FN(fma)(REAL_FN(gemm_load)(a + i * a_row + p + REAL_LANES), x1, sums[i][1]);
    }
  }
  for (; p < n; p += REAL_LANES) {
    const int lanes = n - p < REAL_LANES ? (int)(n - p) : REAL_LANES;
    const REAL_VECTOR x0 = REAL_FN(load_part)(x + p, lanes);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) sums[i][0] = REAL_FN(fma)(REAL_FN(load_part)(a + i * a_row + p, lanes), x0, sums[i][0]);
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) {
    const REAL_VECTOR both = sums[i][0] + sums[i][1];
    REAL halves[REAL_LANES];
    REAL_FN(gemm_store)(halves, both);
    for (int width = REAL_LANES / 2; width > 0; width /= 2)
      for (int lane = 0; lane < width; lane++) halves[lane] += halves[lane + width];
    y[i * y_stride] = accumulate ? y[i * y_stride] + halves[0] : halves[0];
  }
}

enum { REAL_FN(gemv_step) = 16384 / sizeof(REAL) };

// y = a·x where columns are contiguous: 16 KiB of y at a time, four columns each pass, each element in order of columns.
static void REAL_FN(gemv_columns)(int64_t m, int64_t n, const REAL *a, int64_t a_column, const REAL *x, int64_t x_stride, REAL *y,
                                  int64_t y_stride, bool accumulate) {
  REAL sums[REAL_FN(gemv_step)];
  for (int64_t first = 0; first < m; first += REAL_FN(gemv_step)) {
    const int64_t count = m - first < REAL_FN(gemv_step) ? m - first : REAL_FN(gemv_step);
    const int64_t whole = count / REAL_LANES * REAL_LANES;
    for (int64_t i = 0; i < count; i++) sums[i] = 0;
    const REAL *from = a + first;
    int64_t p = 0;
    for (; p + 4 <= n; p += 4, from += 4 * a_column) {
      const REAL x0 = x[p * x_stride], x1 = x[(p + 1) * x_stride], x2 = x[(p + 2) * x_stride], x3 = x[(p + 3) * x_stride];
      const REAL *a1 = from + a_column, *a2 = from + 2 * a_column, *a3 = from + 3 * a_column;
      int64_t i = 0;
      for (; i < whole; i += REAL_LANES) {
        REAL_VECTOR v = REAL_FN(gemm_load)(sums + i);
        v = REAL_FN(fma)(REAL_FN(gemm_load)(from + i), (REAL_VECTOR)x0, v);
        v = REAL_FN(fma)(REAL_FN(gemm_load)(a1 + i), (REAL_VECTOR)x1, v);
        v = REAL_FN(fma)(REAL_FN(gemm_load)(a2 + i), (REAL_VECTOR)x2, v);
        v = REAL_FN(fma)(REAL_FN(gemm_load)(a3 + i), (REAL_VECTOR)x3, v);
        REAL_FN(gemm_store)(sums + i, v);
      }
      if (i < count) {
        const int lanes = (int)(count - i);
        REAL_VECTOR v = REAL_FN(load_part)(sums + i, lanes);
        v = REAL_FN(fma)(REAL_FN(load_part)(from + i, lanes), (REAL_VECTOR)x0, v);
        v = REAL_FN(fma)(REAL_FN(load_part)(a1 + i, lanes), (REAL_VECTOR)x1, v);
        v = REAL_FN(fma)(REAL_FN(load_part)(a2 + i, lanes), (REAL_VECTOR)x2, v);
        v = REAL_FN(fma)(REAL_FN(load_part)(a3 + i, lanes), (REAL_VECTOR)x3, v);
        REAL_FN(store_part)(sums + i, v, lanes);
      }
    }
    for (; p < n; p++, from += a_column) {
      const REAL_VECTOR x0 = (REAL_VECTOR)x[p * x_stride];
      for (int64_t i = 0; i < count; i += REAL_LANES) {
        const int lanes = count - i < REAL_LANES ? (int)(count - i) : REAL_LANES;
        REAL_FN(store_part)(sums + i, REAL_FN(fma)(REAL_FN(load_part)(from + i, lanes), x0, REAL_FN(load_part)(sums + i, lanes)), lanes);
      }
    }
    REAL *to = y + first * y_stride;
    for (int64_t i = 0; i < count; i++) to[i * y_stride] = accumulate ? to[i * y_stride] + sums[i] : sums[i];
  }
}

static int32_t REAL_FN(gemv)(int64_t m, int64_t n, const REAL *a, int64_t a_row, int64_t a_column, const REAL *x, int64_t x_stride, REAL *y,
                             int64_t y_stride, bool accumulate) {
  if (a_row == 1 && (a_column != 1 || m > n)) {
    REAL_FN(gemv_columns)(m, n, a, a_column, x, x_stride, y, y_stride, accumulate);
    return MK_OK;
  }
  if (a_column != 1 || x_stride != 1) return MK_UNSUPPORTED;
  int64_t i = 0;
  for (; i + 4 <= m; i += 4) REAL_FN(gemv_rows)(4, n, a + i * a_row, a_row, x, y + i * y_stride, y_stride, accumulate);
  for (; i < m; i++) REAL_FN(gemv_rows)(1, n, a + i * a_row, a_row, x, y + i * y_stride, y_stride, accumulate);
  return MK_OK;
}
