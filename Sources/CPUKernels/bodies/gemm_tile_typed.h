// Tiles and blocks of the matrix product for one type: included once for each, with
//   REAL          the type              REAL_LANES    its lanes in a vector
//   REAL_VECTOR   the vector            REAL_FN(x)    x with the type's suffix; fma, load_part and store_part must exist
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
