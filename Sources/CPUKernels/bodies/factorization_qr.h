// Householder reflections and QR, for one type. Blocks of reflections are applied as I - Vᵀ·T·V (compact WY: Schreiber and Van
// Loan 1989). Matrices are kept transposed here, columns contiguous: a reflection is a row of V.

enum { REAL_FN(reflector_block) = 32 };

// Makes of x the reflection I - tau·v·vᵀ (v[0] = 1) that maps it to (beta, 0, …): returns beta; x[1…] becomes v[1…].
static REAL REAL_FN(reflect)(int64_t n, REAL *x, REAL *tau) {
  *tau = 0;
  if (n <= 1) return n ? x[0] : 0;
  const REAL rest = REAL_FN(norm)(n - 1, x + 1), alpha = x[0];
  if (rest == 0) return alpha;
  const REAL both[2] = {alpha, rest};
  const REAL length = REAL_FN(norm)(2, both), beta = alpha < 0 ? length : -length;
  *tau = (beta - alpha) / beta;
  const REAL divisor = alpha - beta;
  for (int64_t i = 1; i < n; i++) x[i] /= divisor;
  return beta;
}

// The triangle T of a block: H₀·H₁·… = I - Vᵀ·T·V for `count` rows of V, v_row apart, of m elements, zeros and ones stored.
static int32_t REAL_FN(block_triangle)(int64_t count, int64_t m, const REAL *v, int64_t v_row, const REAL *tau, REAL *t) {
  enum { most = REAL_FN(reflector_block) };
  REAL products[most * most];
  const int32_t status = REAL_FN(product)(count, count, m, v, v_row, 1, v, 1, v_row, products, most, false);
  if (status) return status;
  for (int64_t i = 0; i < count; i++) {
    for (int64_t j = 0; j < count; j++) t[j * most + i] = 0;
    for (int64_t j = 0; j < i; j++) {
      REAL sum = 0;
      for (int64_t p = j; p < i; p++) sum += t[j * most + p] * products[p * most + i];
      t[j * most + i] = -tau[i] * sum;
    }
    t[i * most + i] = tau[i];
  }
  return MK_OK;
}

// c [rows × m] := c·(I - Vᵀ·T·V), or with Tᵀ. `work`: 2·rows·reflector_block.
static int32_t REAL_FN(apply_block)(int64_t rows, int64_t m, int64_t count, const REAL *v, int64_t v_row, const REAL *t, bool transposed,
                                    REAL *c, int64_t c_row, REAL *work) {
  enum { most = REAL_FN(reflector_block) };
  if (rows == 0) return MK_OK;
  REAL *first = work, *second = work + rows * most;
  REAL negative[most * most];
  for (int64_t i = 0; i < count; i++)
    for (int64_t j = 0; j < count; j++) negative[i * most + j] = -(transposed ? t[j * most + i] : t[i * most + j]);
  int32_t status;
  if ((status = REAL_FN(product)(rows, count, m, c, c_row, 1, v, 1, v_row, first, most, false))) return status;
  if ((status = REAL_FN(product)(rows, count, count, first, most, 1, negative, most, 1, second, most, false))) return status;
  return REAL_FN(product)(rows, m, count, second, most, 1, v, v_row, 1, c, c_row, true);
}

// A block of reflections with their zeros and ones written out: reflection i of the block is one at position i of m.
static void REAL_FN(expand_block)(int64_t count, int64_t m, const REAL *stored, int64_t stored_row, REAL *v) {
  for (int64_t i = 0; i < count; i++) {
    for (int64_t p = 0; p < i; p++) v[i * m + p] = 0;
    v[i * m + i] = 1;
    for (int64_t p = i + 1; p < m; p++) v[i * m + p] = stored[i * stored_row + p];
  }
}

// The first `rows` columns of H₀·H₁·…, transposed: q [rows × m]. Reflection i, i < count, is one at position i + shift and goes on
// in v[i·v_row + position].
static int32_t REAL_FN(form_q)(int64_t rows, int64_t m, int64_t count, int64_t shift, const REAL *v, int64_t v_row, const REAL *tau, REAL *q) {
  enum { most = REAL_FN(reflector_block) };
  for (int64_t i = 0; i < rows; i++) {
    memset(q + i * m, 0, (size_t)m * sizeof(REAL));
    if (i < m) q[i * m + i] = 1;
  }
  const size_t bytes = (size_t)(most * (m + 2 * rows + most)) * sizeof(REAL);
  REAL *block = mk_allocate(bytes);
  if (!block) return MK_OUT_OF_MEMORY;
  REAL *t = block + most * m, *work = t + most * most;
  int32_t status = MK_OK;
  for (int64_t j = count > 0 ? (count - 1) / most * most : -1; j >= 0 && !status; j -= most) {
    const int64_t width = count - j < most ? count - j : most, start = j + shift, length = m - start;
    REAL_FN(expand_block)(width, length, v + j * v_row + start, v_row, block);
    status = REAL_FN(block_triangle)(width, length, block, length, tau + j, t);
    // Columns before the block's first position are still those of the identity.
    if (!status && rows > start)
      status = REAL_FN(apply_block)(rows - start, length, width, block, length, t, true, q + start * m + start, m, work);
  }
  mk_free(block, bytes);
  return status;
}

// The transpose a [n × m] of a matrix becomes R (on and before the diagonal of each row) and the reflections (after it).
static int32_t REAL_FN(qr_columns)(int64_t m, int64_t n, REAL *a, REAL *tau) {
  enum { most = REAL_FN(reflector_block) };
  const int64_t count = m < n ? m : n;
  const size_t bytes = (size_t)(most * (m + 2 * n + most)) * sizeof(REAL);
  REAL *block = mk_allocate(bytes);
  if (!block) return MK_OUT_OF_MEMORY;
  REAL *t = block + most * m, *work = t + most * most;
  int32_t status = MK_OK;
  for (int64_t j = 0; j < count && !status; j += most) {
    const int64_t width = count - j < most ? count - j : most, length = m - j;
    for (int64_t i = j; i < j + width; i++) {
      REAL *column = a + i * m + i;
      const REAL beta = REAL_FN(reflect)(m - i, column, tau + i);
      column[0] = 1;
      if (tau[i] != 0)
        for (int64_t q = i + 1; q < j + width; q++) {
          REAL *other = a + q * m + i;
          REAL_FN(axpy)(m - i, -tau[i] * REAL_FN(dot)(m - i, column, other), column, other);
        }
      column[0] = beta;
    }
    if (j + width >= n) break;
    REAL_FN(expand_block)(width, length, a + j * m + j, m, block);
    status = REAL_FN(block_triangle)(width, length, block, length, tau + j, t);
    if (!status) status = REAL_FN(apply_block)(n - j - width, length, width, block, length, t, false, a + (j + width) * m + j, m, work);
  }
  mk_free(block, bytes);
  return status;
}

// q [m × q_columns], or NULL, and r [r_rows × n] of a [m × n]. q_columns is min(m, n) or m; r_rows as many.
static int32_t REAL_FN(qr)(int64_t m, int64_t n, int64_t q_columns, const REAL *a, REAL *q, REAL *r, int64_t r_rows) {
  const int64_t count = m < n ? m : n;
  const size_t bytes = (size_t)(m * n + count + (q ? m * q_columns : 0)) * sizeof(REAL);
  REAL *columns = mk_allocate(bytes);
  if (!columns) return MK_OUT_OF_MEMORY;
  REAL *tau = columns + m * n, *transposed = tau + count;
  REAL_FN(transpose)(m, n, a, n, columns, m);
  int32_t status = REAL_FN(qr_columns)(m, n, columns, tau);
  for (int64_t i = 0; i < r_rows; i++)
    for (int64_t j = 0; j < n; j++) r[i * n + j] = j < i ? 0 : columns[j * m + i];
  if (!status && q) {
    status = REAL_FN(form_q)(q_columns, m, count, 0, columns, m, tau, transposed);
    REAL_FN(transpose)(q_columns, m, transposed, m, q, q_columns);
  }
  mk_free(columns, bytes);
  return status;
}
