// The matrix product's kernels for one type, on its tiles; gemm.h includes this once for float and once for double.
#include "gemm_tile_typed.h"

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
