// The singular value decomposition, for one type: QR first for tall matrices, blocked reduction to bidiagonal form (Dongarra,
// Hammarling, Sorensen 1989), then the implicit QR iteration that keeps small singular values accurate (Demmel and Kahan 1990).

// y = aᵀ·x for row-major a [m × n].
static int32_t REAL_FN(times_transposed)(int64_t m, int64_t n, const REAL *a, int64_t a_row, const REAL *x, REAL *y) {
  return REAL_FN(product)(n, 1, m, a, 1, a_row, x, 1, 1, y, 1, false);
}

// a [m × n], m >= n, becomes the bidiagonal (d, e); u [n × m] and v [n × n] get the reflections from the left and from the right, one
// a row, from position i and i + 1 on.
static int32_t REAL_FN(bidiagonalize)(int64_t m, int64_t n, REAL *a, REAL *d, REAL *e, REAL *u, REAL *tau_u, REAL *v, REAL *tau_v) {
  enum { most = REAL_FN(reflector_block) };
  const size_t bytes = (size_t)(most * (m + n)) * sizeof(REAL);
  REAL *x = mk_allocate(bytes);
  if (!x) return MK_OUT_OF_MEMORY;
  REAL *y = x + most * m;
  int32_t status = MK_OK;
  for (int64_t j = 0; j < n && !status; j += most) {
    const int64_t width = n - j < most ? n - j : most;
    for (int64_t i = j; i < j + width && !status; i++) {
      const int64_t rows = m - i, rest = n - i - 1, first = j;
      // The column as the panel's earlier reflections leave it.
      REAL *ui = u + i * m;
      memset(ui, 0, (size_t)m * sizeof(REAL));
      for (int64_t r = i; r < m; r++) ui[r] = a[r * n + i];
      for (int64_t p = first; p < i; p++) {
        REAL_FN(axpy)(rows, -y[(p - first) * n + i], u + p * m + i, ui + i);
        REAL_FN(axpy)(rows, -v[p * n + i], x + (p - first) * m + i, ui + i);
      }
      d[i] = REAL_FN(reflect)(rows, ui + i, tau_u + i);
      ui[i] = 1;
      REAL *vi = v + i * n, *xi = x + (i - first) * m, *yi = y + (i - first) * n;
      memset(vi, 0, (size_t)n * sizeof(REAL));
      memset(xi, 0, (size_t)m * sizeof(REAL));
      memset(yi, 0, (size_t)n * sizeof(REAL));
      if (rest == 0) continue;
      if (tau_u[i] != 0) {
        if ((status = REAL_FN(times_transposed)(rows, rest, a + i * n + i + 1, n, ui + i, yi + i + 1))) break;
        for (int64_t p = first; p < i; p++) {
          REAL_FN(axpy)(rest, -REAL_FN(dot)(rows, u + p * m + i, ui + i), y + (p - first) * n + i + 1, yi + i + 1);
          REAL_FN(axpy)(rest, -REAL_FN(dot)(rows, x + (p - first) * m + i, ui + i), v + p * n + i + 1, yi + i + 1);
        }
        REAL_FN(scale_by)(rest, tau_u[i], yi + i + 1);
      }
      // The row, likewise, with the new left reflection too.
      memcpy(vi + i + 1, a + i * n + i + 1, (size_t)rest * sizeof(REAL));
      for (int64_t p = first; p <= i; p++) REAL_FN(axpy)(rest, -u[p * m + i], y + (p - first) * n + i + 1, vi + i + 1);
      for (int64_t p = first; p < i; p++) REAL_FN(axpy)(rest, -x[(p - first) * m + i], v + p * n + i + 1, vi + i + 1);
      e[i] = REAL_FN(reflect)(rest, vi + i + 1, tau_v + i);
      vi[i + 1] = 1;
      if (tau_v[i] != 0 && rows > 1) {
        status = REAL_FN(product)(rows - 1, 1, rest, a + (i + 1) * n + i + 1, n, 1, vi + i + 1, 1, 1, xi + i + 1, 1, false);
        if (status) break;
        for (int64_t p = first; p <= i; p++)
          REAL_FN(axpy)(rows - 1, -REAL_FN(dot)(rest, y + (p - first) * n + i + 1, vi + i + 1), u + p * m + i + 1, xi + i + 1);
        for (int64_t p = first; p < i; p++)
          REAL_FN(axpy)(rows - 1, -REAL_FN(dot)(rest, v + p * n + i + 1, vi + i + 1), x + (p - first) * m + i + 1, xi + i + 1);
        REAL_FN(scale_by)(rows - 1, tau_v[i], xi + i + 1);
      }
    }
    // The rest: a -= u·yᵀ + x·v.
    const int64_t next = j + width;
    if (next >= n || status) break;
    status = REAL_FN(subtract_product)(m - next, n - next, width, u + j * m + next, 1, m, y + next, n, 1, a + next * n + next, n);
    if (!status) status = REAL_FN(subtract_product)(m - next, n - next, width, x + next, 1, m, v + j * n + next, n, 1, a + next * n + next, n);
  }
  mk_free(x, bytes);
  return status;
}

// The smaller singular value of the triangle [f g; 0 h], and the larger in *largest.
static REAL REAL_FN(smaller_singular_value)(REAL f, REAL g, REAL h, REAL *largest) {
  const double a = fabs((double)f), b = fabs((double)g), c = fabs((double)h);
  const double low = a < c ? a : c, high = a < c ? c : a;
  if (low == 0) {
    *largest = (REAL)hypot(high, b);
    return 0;
  }
  // σ₁·σ₂ = low·high and σ₁² + σ₂² = low² + high² + b².
  const double sum = hypot(high + low, b), difference = hypot(high - low, b);
  const double top = 0.5 * (sum + difference);
  *largest = (REAL)top;
  return (REAL)(low * (high / top));
}

// The singular values of the bidiagonal (d, e), in d, with any sign; rows of the lists' vectors are rotated along. Returns how many
// elements of e did not vanish.
static int64_t REAL_FN(bidiagonal_qr)(int64_t n, REAL *d, REAL *e, REAL_FN(rotations) *left, REAL_FN(rotations) *right) {
#define MAGNITUDE(x) ((x) < 0 ? -(x) : (x))
  const REAL epsilon = (REAL)REAL_EPSILON / 2, tolerance = (REAL)(sizeof(REAL) == 4 ? 10.0 : 80.0) * epsilon;
  // A lower bound of the smallest singular value sets what counts as zero.
  REAL bound = MAGNITUDE(d[0]), running = bound;
  for (int64_t i = 1; i < n && bound != 0; i++) {
    running = MAGNITUDE(d[i]) * (running / (running + MAGNITUDE(e[i - 1])));
    if (running < bound) bound = running;
  }
  bound /= (REAL)sqrt((double)n);
  REAL threshold = tolerance * bound;
  const REAL least = (REAL)(6.0 * (double)n * (double)n) * (REAL)REAL_MIN;
  if (!(threshold > least)) threshold = least;
  int64_t budget = 12 * n * (n < 8 ? 8 : n), end = n - 1;
  while (end > 0) {
    if (budget < 0) break;
    // The unreduced block that ends at `end`.
    if (MAGNITUDE(d[end]) <= threshold) d[end] = 0;
    int64_t start = end;
    REAL largest = MAGNITUDE(d[end]);
    while (start > 0) {
      const REAL beside = MAGNITUDE(e[start - 1]);
      if (beside <= threshold) {
        e[start - 1] = 0;
        break;
      }
      if (MAGNITUDE(d[start - 1]) <= threshold) d[start - 1] = 0;
      if (MAGNITUDE(d[start - 1]) > largest) largest = MAGNITUDE(d[start - 1]);
      if (beside > largest) largest = beside;
      start--;
    }
    if (start == end) {
      end--;
      continue;
    }
    // Elements beside the diagonal that are small against the singular values near them.
    if (MAGNITUDE(e[end - 1]) <= tolerance * MAGNITUDE(d[end])) {
      e[end - 1] = 0;
      continue;
    }
    REAL smallest = MAGNITUDE(d[start]);
    bool splits = false;
    running = smallest;
    for (int64_t i = start; i < end && !splits; i++) {
      if (MAGNITUDE(e[i]) <= tolerance * running) {
        e[i] = 0;
        splits = true;
        break;
      }
      running = MAGNITUDE(d[i + 1]) * (running / (running + MAGNITUDE(e[i])));
      if (running < smallest) smallest = running;
    }
    if (splits) continue;
    REAL shift = 0;
    if ((REAL)n * tolerance * (smallest / largest) > epsilon && d[start] != 0) {
      REAL top;
      shift = REAL_FN(smaller_singular_value)(d[end - 1], e[end - 1], d[end], &top);
      const REAL relative = shift / MAGNITUDE(d[start]);
      if (relative * relative < epsilon) shift = 0;
    }
    budget -= end - start;
    REAL *left_numbers = REAL_FN(begin_sweep)(left, start, end - start), *right_numbers = REAL_FN(begin_sweep)(right, start, end - start);
    if (shift == 0) {
      REAL c = 1, s = 0, old_c = 1, old_s = 0;
      for (int64_t i = start; i < end; i++) {
        const REAL r = REAL_FN(rotation)(d[i] * c, e[i], &c, &s);
        if (i > start) e[i - 1] = old_s * r;
        d[i] = REAL_FN(rotation)(old_c * r, d[i + 1] * s, &old_c, &old_s);
        if (left_numbers) *left_numbers++ = old_c, *left_numbers++ = old_s;
        if (right_numbers) *right_numbers++ = c, *right_numbers++ = s;
      }
      const REAL h = d[end] * c;
      d[end] = h * old_c;
      e[end - 1] = h * old_s;
    } else {
      REAL f = (MAGNITUDE(d[start]) - shift) * ((d[start] < 0 ? (REAL)-1 : (REAL)1) + shift / d[start]), g = e[start];
      for (int64_t i = start; i < end; i++) {
        REAL c, s;
        REAL r = REAL_FN(rotation)(f, g, &c, &s);
        if (i > start) e[i - 1] = r;
        f = c * d[i] + s * e[i];
        e[i] = c * e[i] - s * d[i];
        g = s * d[i + 1];
        d[i + 1] = c * d[i + 1];
        if (right_numbers) *right_numbers++ = c, *right_numbers++ = s;
        r = REAL_FN(rotation)(f, g, &c, &s);
        d[i] = r;
        f = c * e[i] + s * d[i + 1];
        d[i + 1] = c * d[i + 1] - s * e[i];
        if (i < end - 1) {
          g = s * e[i + 1];
          e[i + 1] = c * e[i + 1];
        }
        if (left_numbers) *left_numbers++ = c, *left_numbers++ = s;
      }
      e[end - 1] = f;
    }
    if (MAGNITUDE(e[end - 1]) <= threshold) e[end - 1] = 0;
  }
#undef MAGNITUDE
  REAL_FN(apply_rotations)(left);
  REAL_FN(apply_rotations)(right);
  return end > 0 ? end : 0;
}

// a [m × n], m >= n, is overwritten: values, and unless NULL the left vectors as rows of u [u_rows × m] (u_rows: n or m) and the
// right ones as rows of v [n × n]. Both or neither.
static int32_t REAL_FN(svd_tall)(int64_t m, int64_t n, int64_t u_rows, REAL *a, REAL *values, REAL *u, REAL *v, int32_t *info) {
  if (n == 0) return u ? REAL_FN(form_q)(u_rows, m, 0, 0, a, m, values, u) : MK_OK;
  const size_t rotation_bytes = u ? REAL_FN(rotations_bytes)(n) : 0;
  const size_t bytes = 2 * rotation_bytes + 2 * (size_t)n * sizeof(int64_t) + (size_t)(n * m + n * n + 4 * n + (u ? n * n + u_rows * m : 0)) * sizeof(REAL);
  void *memory = mk_allocate(bytes);
  if (!memory) return MK_OUT_OF_MEMORY;
  int64_t *order = memory;
  char *rotation_memory = (char *)(order + 2 * n);
  REAL *left = (REAL *)(rotation_memory + 2 * rotation_bytes), *right = left + n * m, *d = right + n * n, *e = d + n, *tau_u = e + n, *tau_v = tau_u + n;
  REAL *q = u ? tau_v + n : NULL, *p = u ? q + u_rows * m : NULL;
  int32_t status = REAL_FN(bidiagonalize)(m, n, a, d, e, left, tau_u, right, tau_v);
  if (!status && u) status = REAL_FN(form_q)(u_rows, m, n, 0, left, m, tau_u, q);
  if (!status && u) status = REAL_FN(form_q)(n, n, n - 1, 1, right, n, tau_v, p);
  if (!status) {
    REAL_FN(rotations) lists[2];
    REAL_FN(init_rotations)(&lists[0], q, n, m, rotation_memory);
    REAL_FN(init_rotations)(&lists[1], p, n, n, rotation_memory + rotation_bytes);
    *info = (int32_t)REAL_FN(bidiagonal_qr)(n, d, e, &lists[0], &lists[1]);
    for (int64_t i = 0; i < n; i++)
      if (d[i] < 0 || (d[i] == 0 && signbit(d[i]))) {
        d[i] = -d[i];
        if (p) REAL_FN(scale_by)(n, -1, p + i * n);
      }
    REAL_FN(sort_positions)(n, d, true, order, order + n);
    for (int64_t i = 0; i < n; i++) {
      values[i] = d[order[i]];
      if (!u) continue;
      memcpy(u + i * m, q + order[i] * m, (size_t)m * sizeof(REAL));
      memcpy(v + i * n, p + order[i] * n, (size_t)n * sizeof(REAL));
    }
    if (u && u_rows > n) memcpy(u + n * m, q + n * m, (size_t)((u_rows - n) * m) * sizeof(REAL));
  }
  mk_free(memory, bytes);
  return status;
}

// Values [min(m, n)], descending, and unless NULL u [m × u_columns] and vh [vh_rows × n], full or reduced; a is overwritten.
// `info`: elements that did not converge; -1 for elements that are not finite.
static int32_t REAL_FN(svd)(int64_t m, int64_t n, int64_t u_columns, int64_t vh_rows, REAL *a, REAL *values, REAL *u, REAL *vh, int32_t *info) {
  *info = 0;
  if (!REAL_FN(is_finite)(m, n, a, n)) {
    *info = -1;
    return MK_OK;
  }
  // All below is for tall matrices: a wide one is the transpose of one, with the vectors exchanged.
  const bool wide = m < n;
  const int64_t rows = wide ? n : m, columns = wide ? m : n, left_rows = wide ? vh_rows : u_columns;
  const bool reduces = rows > columns * 3 / 2 && columns > 1;
  const size_t bytes = (size_t)(rows * columns + columns * columns * 3 + columns + (u ? 2 * left_rows * rows + columns * columns : 0)) * sizeof(REAL);
  REAL *work = mk_allocate(bytes);
  if (!work) return MK_OUT_OF_MEMORY;
  REAL *transposed = work, *triangle = transposed + rows * columns, *small = triangle + columns * columns, *tau = small + columns * columns;
  REAL *right = tau + columns, *left = right + columns * columns, *q = left + left_rows * rows;
  // Scaled into the middle of the range.
  REAL largest = 0, factor = 1;
  for (int64_t i = 0; i < m * n; i++) {
    const REAL magnitude = a[i] < 0 ? -a[i] : a[i];
    if (magnitude > largest) largest = magnitude;
  }
  if (largest > 0 && (largest < (REAL)REAL_SMALL || largest > (REAL)REAL_LARGE)) {
    factor = largest;
    for (int64_t i = 0; i < m * n; i++) a[i] /= factor;
  }
  int32_t status = MK_OK;
  if (reduces) {
    // a = Q·R: the left vectors are Q times those of R.
    REAL *packed = a;
    if (!wide) {
      REAL_FN(transpose)(m, n, a, n, transposed, m);
      packed = transposed;
    }
    status = REAL_FN(qr_columns)(rows, columns, packed, tau);
    for (int64_t i = 0; i < columns; i++)
      for (int64_t j = 0; j < columns; j++) triangle[i * columns + j] = j < i ? 0 : packed[j * rows + i];
    if (!status && u) status = REAL_FN(form_q)(left_rows, rows, columns, 0, packed, rows, tau, q);
    if (!status) status = REAL_FN(svd_tall)(columns, columns, columns, triangle, values, u ? small : NULL, u ? right : NULL, info);
    if (!status && u) {
      status = REAL_FN(product)(columns, rows, columns, small, columns, 1, q, rows, 1, left, rows, false);
      if (left_rows > columns) memcpy(left + columns * rows, q + columns * rows, (size_t)((left_rows - columns) * rows) * sizeof(REAL));
    }
  } else {
    REAL *tall = a;
    if (wide) {
      REAL_FN(transpose)(m, n, a, n, transposed, m);
      tall = transposed;
    }
    status = REAL_FN(svd_tall)(rows, columns, left_rows, tall, values, u ? left : NULL, u ? right : NULL, info);
  }
  for (int64_t i = 0; i < columns; i++) values[i] *= factor;
  if (u && !status) {
    if (wide) {
      memcpy(vh, left, (size_t)(left_rows * rows) * sizeof(REAL));
      REAL_FN(transpose)(columns, columns, right, columns, u, columns);
    } else {
      REAL_FN(transpose)(left_rows, rows, left, rows, u, left_rows);
      memcpy(vh, right, (size_t)(columns * columns) * sizeof(REAL));
    }
  }
  mk_free(work, bytes);
  return status;
}
