// What the factorizations share, for one type; factorization.h includes this once for float and once for double, with the
// macros of gemm_typed.h. Matrices are row-major with a distance between rows; sums run in fixed order.

// ---- Vectors ----

// Σ x[i]·y[i]
static REAL REAL_FN(dot)(int64_t n, const REAL *x, const REAL *y) {
  REAL_VECTOR sums[4] = {(REAL_VECTOR)(REAL)0, (REAL_VECTOR)(REAL)0, (REAL_VECTOR)(REAL)0, (REAL_VECTOR)(REAL)0};
  int64_t i = 0;
  for (; i + 4 * REAL_LANES <= n; i += 4 * REAL_LANES)
#pragma clang loop unroll(full)
    for (int q = 0; q < 4; q++)
      sums[q] = REAL_FN(fma)(REAL_FN(gemm_load)(x + i + q * REAL_LANES), REAL_FN(gemm_load)(y + i + q * REAL_LANES), sums[q]);
  for (; i + REAL_LANES <= n; i += REAL_LANES) sums[0] = REAL_FN(fma)(REAL_FN(gemm_load)(x + i), REAL_FN(gemm_load)(y + i), sums[0]);
  const REAL_VECTOR all = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  REAL lanes[REAL_LANES], rest = 0;
  REAL_FN(gemm_store)(lanes, all);
  for (int width = REAL_LANES / 2; width > 0; width /= 2)
    for (int lane = 0; lane < width; lane++) lanes[lane] += lanes[lane + width];
  for (; i < n; i++) rest += x[i] * y[i];
  return lanes[0] + rest;
}

// y += s·x
static void REAL_FN(axpy)(int64_t n, REAL s, const REAL *x, REAL *y) {
  const REAL_VECTOR factor = (REAL_VECTOR)s;
  int64_t i = 0;
  for (; i + 2 * REAL_LANES <= n; i += 2 * REAL_LANES) {
    REAL_FN(gemm_store)(y + i, REAL_FN(fma)(factor, REAL_FN(gemm_load)(x + i), REAL_FN(gemm_load)(y + i)));
    REAL_FN(gemm_store)(y + i + REAL_LANES, REAL_FN(fma)(factor, REAL_FN(gemm_load)(x + i + REAL_LANES), REAL_FN(gemm_load)(y + i + REAL_LANES)));
  }
  for (; i < n; i++) y[i] += s * x[i];
}

static void REAL_FN(scale_by)(int64_t n, REAL s, REAL *x) {
  for (int64_t i = 0; i < n; i++) x[i] *= s;
}

// The Euclidean norm, without overflow or underflow between the squares and their root.
static REAL REAL_FN(norm)(int64_t n, const REAL *x) {
  double sum = 0;
  if (sizeof(REAL) == 4) {
    for (int64_t i = 0; i < n; i++) sum += (double)x[i] * (double)x[i];
    return (REAL)sqrt(sum);
  }
  sum = (double)REAL_FN(dot)(n, x, x);
  if (sum > 1e-280 && sum < 1e280) return (REAL)sqrt(sum);
  REAL largest = 0;
  for (int64_t i = 0; i < n; i++) {
    const REAL magnitude = x[i] < 0 ? -x[i] : x[i];
    if (!(magnitude <= largest)) largest = magnitude;
  }
  if (largest == 0 || !(largest <= (REAL)REAL_MAX)) return largest;
  sum = 0;
  for (int64_t i = 0; i < n; i++) sum += (double)(x[i] / largest) * (double)(x[i] / largest);
  return largest * (REAL)sqrt(sum);
}

static bool REAL_FN(is_finite)(int64_t m, int64_t n, const REAL *a, int64_t a_row) {
  for (int64_t i = 0; i < m; i++) {
    REAL sum = 0;
    for (int64_t j = 0; j < n; j++) sum += a[i * a_row + j] * 0;  // NaN if any element is not finite
    if (sum != 0) return false;
  }
  return true;
}

// to[j, i] = from[i, j], in blocks that stay in the first cache.
static void REAL_FN(transpose)(int64_t m, int64_t n, const REAL *from, int64_t from_row, REAL *to, int64_t to_row) {
  enum { block = 16 };
  for (int64_t i = 0; i < m; i += block)
    for (int64_t j = 0; j < n; j += block) {
      const int64_t rows = m - i < block ? m - i : block, columns = n - j < block ? n - j : block;
      for (int64_t q = 0; q < columns; q++)
        for (int64_t p = 0; p < rows; p++) to[(j + q) * to_row + i + p] = from[(i + p) * from_row + j + q];
    }
}

// ---- Products ----

// c = (c +) a·b with any strides of a and b.
static int32_t REAL_FN(product)(int64_t m, int64_t n, int64_t k, const REAL *a, int64_t a_row, int64_t a_column, const REAL *b,
                                int64_t b_row, int64_t b_column, REAL *c, int64_t c_row, bool accumulate) {
  if (m == 0 || n == 0) return MK_OK;
  const mk_gemm work = {.dtype = sizeof(REAL) == 4 ? MK_float32 : MK_float64, .accumulate = accumulate, .m = m, .n = n, .k = k,
                        .a = a, .a_row = a_row, .a_column = a_column, .b = b, .b_row = b_row, .b_column = b_column,
                        .c = c, .c_row = c_row, .c_column = 1};
  return mk_run_gemm(&work);
}

// c -= a·b: the smaller operand is negated in a copy.
static int32_t REAL_FN(subtract_product)(int64_t m, int64_t n, int64_t k, const REAL *a, int64_t a_row, int64_t a_column, const REAL *b,
                                         int64_t b_row, int64_t b_column, REAL *c, int64_t c_row) {
  if (m == 0 || n == 0 || k == 0) return MK_OK;
  const bool negates_a = m < n;
  const int64_t rows = negates_a ? m : k, columns = negates_a ? k : n;
  const size_t bytes = (size_t)(rows * columns) * sizeof(REAL);
  REAL *copy = mk_allocate(bytes);
  if (!copy) return MK_OUT_OF_MEMORY;
  const REAL *from = negates_a ? a : b;
  const int64_t row = negates_a ? a_row : b_row, column = negates_a ? a_column : b_column;
  if (column == 1)
    for (int64_t i = 0; i < rows; i++)
      for (int64_t j = 0; j < columns; j++) copy[i * columns + j] = -from[i * row + j];
  else
    for (int64_t j = 0; j < columns; j++)
      for (int64_t i = 0; i < rows; i++) copy[i * columns + j] = -from[i * row + j * column];
  const int32_t status = negates_a ? REAL_FN(product)(m, n, k, copy, columns, 1, b, b_row, b_column, c, c_row, true)
                                   : REAL_FN(product)(m, n, k, a, a_row, a_column, copy, columns, 1, c, c_row, true);
  mk_free(copy, bytes);
  return status;
}

// ---- Triangular systems ----

enum { REAL_FN(triangle_base) = 16 };

// Rows of b, `vectors` vectors wide, by forward (or backward) substitution; the row in work stays in registers.
MK_INLINE void REAL_FN(substitute)(const int vectors, const int64_t t, const bool upper, const bool unit, const REAL *a, int64_t a_row,
                                   int64_t a_column, REAL *b, int64_t b_row) {
  for (int64_t step = 0; step < t; step++) {
    const int64_t i = upper ? t - 1 - step : step, first = upper ? i + 1 : 0, last = upper ? t : i;
    REAL_VECTOR row[4];
#pragma clang loop unroll(full)
    for (int q = 0; q < vectors; q++) row[q] = REAL_FN(gemm_load)(b + i * b_row + q * REAL_LANES);
    for (int64_t p = first; p < last; p++) {
      const REAL_VECTOR factor = (REAL_VECTOR)(-a[i * a_row + p * a_column]);
#pragma clang loop unroll(full)
      for (int q = 0; q < vectors; q++) row[q] = REAL_FN(fma)(factor, REAL_FN(gemm_load)(b + p * b_row + q * REAL_LANES), row[q]);
    }
    const REAL_VECTOR divisor = (REAL_VECTOR)(unit ? (REAL)1 : a[i * a_row + i * a_column]);
#pragma clang loop unroll(full)
    for (int q = 0; q < vectors; q++) REAL_FN(gemm_store)(b + i * b_row + q * REAL_LANES, unit ? row[q] : row[q] / divisor);
  }
}

// a·x = b for a triangle of t rows, in place of b [t × n]: halves, whose corner is one product.
static int32_t REAL_FN(solve_triangle)(int64_t t, int64_t n, bool upper, bool unit, const REAL *a, int64_t a_row, int64_t a_column,
                                       REAL *b, int64_t b_row) {
  if (t <= REAL_FN(triangle_base)) {
    int64_t j = 0;
    for (; j + 4 * REAL_LANES <= n; j += 4 * REAL_LANES) REAL_FN(substitute)(4, t, upper, unit, a, a_row, a_column, b + j, b_row);
    for (; j + REAL_LANES <= n; j += REAL_LANES) REAL_FN(substitute)(1, t, upper, unit, a, a_row, a_column, b + j, b_row);
    for (int64_t step = 0; step < t && j < n; step++) {
      const int64_t i = upper ? t - 1 - step : step, first = upper ? i + 1 : 0, last = upper ? t : i;
      const REAL divisor = unit ? (REAL)1 : a[i * a_row + i * a_column];
      for (int64_t q = j; q < n; q++) {
        REAL value = b[i * b_row + q];
        for (int64_t p = first; p < last; p++) value -= a[i * a_row + p * a_column] * b[p * b_row + q];
        b[i * b_row + q] = unit ? value : value / divisor;
      }
    }
    return MK_OK;
  }
  const int64_t half = (t / 2 + REAL_FN(triangle_base) - 1) / REAL_FN(triangle_base) * REAL_FN(triangle_base), rest = t - half;
  const REAL *corner = upper ? a + half * a_column : a + half * a_row, *second = a + half * (a_row + a_column);
  int32_t status;
  if (upper) {
    if ((status = REAL_FN(solve_triangle)(rest, n, upper, unit, second, a_row, a_column, b + half * b_row, b_row))) return status;
    if ((status = REAL_FN(subtract_product)(half, n, rest, corner, a_row, a_column, b + half * b_row, b_row, 1, b, b_row))) return status;
    return REAL_FN(solve_triangle)(half, n, upper, unit, a, a_row, a_column, b, b_row);
  }
  if ((status = REAL_FN(solve_triangle)(half, n, upper, unit, a, a_row, a_column, b, b_row))) return status;
  if ((status = REAL_FN(subtract_product)(rest, n, half, corner, a_row, a_column, b, b_row, 1, b + half * b_row, b_row))) return status;
  return REAL_FN(solve_triangle)(rest, n, upper, unit, second, a_row, a_column, b + half * b_row, b_row);
}
