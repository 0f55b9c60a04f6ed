// LU with partial pivoting and Cholesky, for one type: recursive in halves (Toledo 1997, Gustavson 1997), so that all but
// narrow panels is matrix products.

enum { REAL_FN(panel_width) = 16 };

// Exchanges rows of a as the pivots (counted from 1) say, in order.
static void REAL_FN(swap_rows)(int64_t count, const int32_t *pivots, int64_t n, REAL *a, int64_t a_row) {
  for (int64_t i = 0; i < count; i++) {
    const int64_t other = pivots[i] - 1;
    if (other == i) continue;
    REAL *x = a + i * a_row, *y = a + other * a_row;
    for (int64_t j = 0; j < n; j++) {
      const REAL kept = x[j];
      x[j] = y[j];
      y[j] = kept;
    }
  }
}

// A panel of at most panel_width columns, m >= n, in a copy whose columns are contiguous. Returns the first column without
// a pivot, counted from 1, or 0.
static int64_t REAL_FN(lu_panel)(int64_t m, int64_t n, REAL *a, int64_t a_row, int32_t *pivots, REAL *columns) {
  int64_t singular = 0;
  REAL_FN(transpose)(m, n, a, a_row, columns, m);
  for (int64_t j = 0; j < n; j++) {
    REAL *column = columns + j * m;
    REAL largest = -1;
    int64_t pivot = j;
    for (int64_t i = j; i < m; i++) {
      const REAL magnitude = column[i] < 0 ? -column[i] : column[i];
      largest = magnitude > largest ? magnitude : largest;
    }
    for (int64_t i = j; i < m; i++)
      if (column[i] == largest || column[i] == -largest) {
        pivot = i;
        break;
      }
    pivots[j] = (int32_t)(pivot + 1);
    if (pivot != j)
      for (int64_t q = 0; q < n; q++) {
        const REAL kept = columns[q * m + j];
        columns[q * m + j] = columns[q * m + pivot];
        columns[q * m + pivot] = kept;
      }
    const REAL divisor = column[j];
    if (divisor == 0) {
      if (!singular) singular = j + 1;
      continue;
    }
    for (int64_t i = j + 1; i < m; i++) column[i] /= divisor;
    for (int64_t q = j + 1; q < n; q++) REAL_FN(axpy)(m - j - 1, -columns[q * m + j], column + j + 1, columns + q * m + j + 1);
  }
  REAL_FN(transpose)(n, m, columns, m, a, a_row);
  return singular;
}

static int32_t REAL_FN(lu_halves)(int64_t m, int64_t n, REAL *a, int64_t a_row, int32_t *pivots, REAL *columns, int64_t *singular) {
  if (n <= REAL_FN(panel_width)) {
    *singular = REAL_FN(lu_panel)(m, n, a, a_row, pivots, columns);
    return MK_OK;
  }
  const int64_t half = (n / 2 + REAL_FN(panel_width) - 1) / REAL_FN(panel_width) * REAL_FN(panel_width), rest = n - half;
  REAL *right = a + half, *below = a + half * a_row, *corner = below + half;
  int64_t later = 0;
  int32_t status;
  if ((status = REAL_FN(lu_halves)(m, half, a, a_row, pivots, columns, singular))) return status;
  REAL_FN(swap_rows)(half, pivots, rest, right, a_row);
  if ((status = REAL_FN(solve_triangle)(half, rest, false, true, a, a_row, 1, right, a_row))) return status;
  if ((status = REAL_FN(subtract_product)(m - half, rest, half, below, a_row, 1, right, a_row, 1, corner, a_row))) return status;
  if ((status = REAL_FN(lu_halves)(m - half, rest, corner, a_row, pivots + half, columns, &later))) return status;
  REAL_FN(swap_rows)(rest, pivots + half, half, below, a_row);
  for (int64_t i = half; i < n; i++) pivots[i] += (int32_t)half;
  if (!*singular && later) *singular = later + half;
  return MK_OK;
}

// In place: L below the diagonal (its own diagonal of ones is not stored), U on and above it. `info`: the first pivot that is
// exactly zero, counted from 1.
static int32_t REAL_FN(lu)(int64_t m, int64_t n, REAL *a, int32_t *pivots, int32_t *info) {
  const int64_t count = m < n ? m : n;
  int64_t singular = 0;
  const size_t bytes = (size_t)(m * REAL_FN(panel_width)) * sizeof(REAL);
  REAL *columns = mk_allocate(bytes);
  if (!columns) return MK_OUT_OF_MEMORY;
  int32_t status = count > 0 ? REAL_FN(lu_halves)(m, count, a, n, pivots, columns, &singular) : MK_OK;
  mk_free(columns, bytes);
  if (status == MK_OK && n > count) {
    REAL_FN(swap_rows)(count, pivots, n - count, a + count, n);
    status = REAL_FN(solve_triangle)(count, n - count, false, true, a, n, 1, a + count, n);
  }
  *info = (int32_t)singular;
  return status;
}

// ---- Cholesky ----

// The lower triangle of a positive definite matrix becomes L with a = L·Lᵀ; what is above is not looked at. `info`: the first
// leading minor that is not positive, counted from 1.
static int32_t REAL_FN(cholesky_halves)(int64_t n, REAL *a, int64_t a_row, REAL *work, int64_t *info) {
  if (n <= 16) {
    for (int64_t j = 0; j < n; j++) {
      REAL *row = a + j * a_row;
      REAL pivot = row[j];
      for (int64_t p = 0; p < j; p++) pivot -= row[p] * row[p];
      if (!(pivot > 0)) {
        *info = j + 1;
        return MK_OK;
      }
      pivot = (REAL)sqrt((double)pivot);
      row[j] = pivot;
      for (int64_t i = j + 1; i < n; i++) {
        REAL *lower = a + i * a_row, value = lower[j];
        for (int64_t p = 0; p < j; p++) value -= lower[p] * row[p];
        lower[j] = value / pivot;
      }
    }
    return MK_OK;
  }
  const int64_t half = (n / 2 + 15) / 16 * 16, rest = n - half;
  REAL *below = a + half * a_row, *corner = below + half;
  int32_t status;
  if ((status = REAL_FN(cholesky_halves)(half, a, a_row, work, info)) || *info) return status;
  // below := below·L⁻ᵀ, as L·x = belowᵀ in the scratch space.
  REAL_FN(transpose)(rest, half, below, a_row, work, rest);
  if ((status = REAL_FN(solve_triangle)(half, rest, false, false, a, a_row, 1, work, rest))) return status;
  REAL_FN(transpose)(half, rest, work, rest, below, a_row);
  // corner -= below·belowᵀ, the lower triangle in blocks of columns.
  enum { block = 128 };
  for (int64_t j = 0; j < rest; j += block) {
    const int64_t columns = rest - j < block ? rest - j : block;
    status = REAL_FN(subtract_product)(rest - j, columns, half, below + j * a_row, a_row, 1, work + j, rest, 1, corner + j * a_row + j, a_row);
    if (status) return status;
  }
  status = REAL_FN(cholesky_halves)(rest, corner, a_row, work, info);
  if (*info) *info += half;
  return status;
}

static int32_t REAL_FN(cholesky)(int64_t n, REAL *a, int32_t *info) {
  const size_t bytes = (size_t)(n * n / 4 + 16 * n + 256) * sizeof(REAL);
  REAL *work = mk_allocate(bytes);
  if (!work) return MK_OUT_OF_MEMORY;
  int64_t failed = 0;
  const int32_t status = REAL_FN(cholesky_halves)(n, a, n, work, &failed);
  mk_free(work, bytes);
  for (int64_t i = 0; i < n; i++)
    for (int64_t j = i + 1; j < n; j++) a[i * n + j] = 0;
  *info = (int32_t)failed;
  return status;
}
