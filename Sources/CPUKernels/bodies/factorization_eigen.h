// Eigenvalues and eigenvectors of symmetric matrices, for one type: blocked reduction to tridiagonal form (Dongarra,
// Hammarling, Sorensen 1989), then the implicit QR iteration with Wilkinson's shift.

// y = a·x for the symmetric a whose upper triangle is stored; one pass over it, four rows at a time.
static void REAL_FN(symmetric_product)(int64_t n, const REAL *a, int64_t a_row, const REAL *x, REAL *y) {
  memset(y, 0, (size_t)n * sizeof(REAL));
  int64_t i = 0;
  for (; i + 4 <= n; i += 4) {
    const REAL *r[4] = {a + i * a_row, a + (i + 1) * a_row, a + (i + 2) * a_row, a + (i + 3) * a_row};
    // The corner of 4 × 4 one by one.
    for (int p = 0; p < 4; p++)
      for (int q = 0; q < 4; q++) y[i + p] += (p <= q ? r[p][i + q] : r[q][i + p]) * x[i + q];
    REAL_VECTOR sums[4], factors[4];
#pragma clang loop unroll(full)
    for (int p = 0; p < 4; p++) {
      sums[p] = (REAL_VECTOR)(REAL)0;
      factors[p] = (REAL_VECTOR)x[i + p];
    }
    int64_t j = i + 4;
    for (; j + REAL_LANES <= n; j += REAL_LANES) {
      const REAL_VECTOR xj = REAL_FN(gemm_load)(x + j);
      REAL_VECTOR yj = REAL_FN(gemm_load)(y + j);
#pragma clang loop unroll(full)
      for (int p = 0; p < 4; p++) {
        const REAL_VECTOR v = REAL_FN(gemm_load)(r[p] + j);
        sums[p] = REAL_FN(fma)(v, xj, sums[p]);
        yj = REAL_FN(fma)(v, factors[p], yj);
      }
      REAL_FN(gemm_store)(y + j, yj);
    }
    for (int p = 0; p < 4; p++) {
      REAL lanes[REAL_LANES], sum = 0;
      REAL_FN(gemm_store)(lanes, sums[p]);
      for (int lane = 0; lane < REAL_LANES; lane++) sum += lanes[lane];
      for (int64_t q = j; q < n; q++) {
        sum += r[p][q] * x[q];
        y[q] += r[p][q] * x[i + p];
      }
      y[i + p] += sum;
    }
  }
  for (; i < n; i++) {
    const REAL *row = a + i * a_row;
    REAL sum = row[i] * x[i];
    for (int64_t j = i + 1; j < n; j++) {
      sum += row[j] * x[j];
      y[j] += row[j] * x[i];
    }
    y[i] += sum;
  }
}

// The upper triangle of a becomes d (diagonal), e (beside it) and reflections in the rows of a, row i from i + 1 on.
static int32_t REAL_FN(tridiagonalize)(int64_t n, REAL *a, REAL *d, REAL *e, REAL *tau) {
  enum { most = REAL_FN(reflector_block) };
  const size_t bytes = (size_t)(2 * most * n + n) * sizeof(REAL);
  REAL *v = mk_allocate(bytes);
  if (!v) return MK_OUT_OF_MEMORY;
  REAL *w = v + most * n;
  int32_t status = MK_OK;
  for (int64_t j = 0; j < n && !status; j += most) {
    const int64_t width = n - j < most ? n - j : most;
    for (int64_t i = 0; i < width; i++) {
      const int64_t row = j + i, rest = n - row - 1;
      REAL *x = a + row * n + row;
      // The row as the panel's earlier reflections leave it.
      for (int64_t p = 0; p < i; p++) {
        REAL_FN(axpy)(rest + 1, -w[p * n + row], v + p * n + row, x);
        REAL_FN(axpy)(rest + 1, -v[p * n + row], w + p * n + row, x);
      }
      d[row] = x[0];
      memset(v + i * n, 0, (size_t)n * sizeof(REAL));
      memset(w + i * n, 0, (size_t)n * sizeof(REAL));
      if (rest == 0) break;
      e[row] = REAL_FN(reflect)(rest, x + 1, tau + row);
      REAL *vi = v + i * n + row + 1, *wi = w + i * n + row + 1;
      memcpy(vi, x + 1, (size_t)rest * sizeof(REAL));
      vi[0] = 1;
      if (tau[row] == 0) continue;
      REAL_FN(symmetric_product)(rest, a + (row + 1) * (n + 1), n, vi, wi);
      for (int64_t p = 0; p < i; p++) {
        const REAL *vp = v + p * n + row + 1, *wp = w + p * n + row + 1;
        const REAL along_w = REAL_FN(dot)(rest, wp, vi), along_v = REAL_FN(dot)(rest, vp, vi);
        REAL_FN(axpy)(rest, -along_w, vp, wi);
        REAL_FN(axpy)(rest, -along_v, wp, wi);
      }
      REAL_FN(scale_by)(rest, tau[row], wi);
      REAL_FN(axpy)(rest, (REAL)-0.5 * tau[row] * REAL_FN(dot)(rest, wi, vi), vi, wi);
    }
    // The rest, its upper triangle in blocks of rows: a -= vᵀ·w + wᵀ·v.
    enum { block = 96 };
    for (int64_t i = j + width; i < n && !status; i += block) {
      const int64_t rows = n - i < block ? n - i : block;
      status = REAL_FN(subtract_product)(rows, n - i, width, v + i, 1, n, w + i, n, 1, a + i * n + i, n);
      if (!status) status = REAL_FN(subtract_product)(rows, n - i, width, w + i, 1, n, v + i, n, 1, a + i * n + i, n);
    }
  }
  mk_free(v, bytes);
  return status;
}

// The eigenvalues of the tridiagonal (d, e), in d; the rows of the list's vectors are rotated along. Returns how many
// off-diagonal elements did not vanish.
static int64_t REAL_FN(tridiagonal_qr)(int64_t n, REAL *d, REAL *e, REAL_FN(rotations) *list) {
  const REAL epsilon = (REAL)REAL_EPSILON / 2;
  int64_t budget = 30 * n, end = n - 1;
  while (end > 0) {
    // The unreduced block that ends at `end`.
    int64_t start = end;
    while (start > 0) {
      const REAL size = (d[start] < 0 ? -d[start] : d[start]) + (d[start - 1] < 0 ? -d[start - 1] : d[start - 1]);
      const REAL beside = e[start - 1] < 0 ? -e[start - 1] : e[start - 1];
      if (beside <= epsilon * size) {
        e[start - 1] = 0;
        break;
      }
      start--;
    }
    if (start == end) {
      end--;
      continue;
    }
    if (budget-- == 0) break;
    // Wilkinson's shift, from the last two rows.
    REAL g = (d[end - 1] - d[end]) / (2 * e[end - 1]);
    REAL r = (REAL)hypot((double)g, 1);
    g = d[start] - d[end] + e[end - 1] / (g + (g < 0 ? -r : r));
    REAL s = 1, c = 1, p = 0;
    REAL *numbers = REAL_FN(begin_sweep)(list, start, end - start);
    for (int64_t i = start; i < end; i++) {
      const REAL f = s * e[i], b = c * e[i];
      r = REAL_FN(rotation)(g, f, &c, &s);
      if (i > start) e[i - 1] = r;
      g = d[i] - p;
      r = (d[i + 1] - g) * s + 2 * c * b;
      p = s * r;
      d[i] = g + p;
      g = c * r - b;
      if (numbers) {
        *numbers++ = c;
        *numbers++ = s;
      }
    }
    d[end] -= p;
    e[end - 1] = g;
  }
  REAL_FN(apply_rotations)(list);
  return end > 0 ? end : 0;
}

// order: positions of the values, ascending (or descending); a stable merge sort. `work`: n.
static void REAL_FN(sort_positions)(int64_t n, const REAL *values, bool descending, int64_t *order, int64_t *work) {
  for (int64_t i = 0; i < n; i++) order[i] = i;
  for (int64_t width = 1; width < n; width *= 2) {
    for (int64_t start = 0; start < n; start += 2 * width) {
      const int64_t middle = start + width < n ? start + width : n, end = start + 2 * width < n ? start + 2 * width : n;
      int64_t left = start, right = middle;
      for (int64_t i = start; i < end; i++) {
        const bool takes_right = left == middle || (right < end && (descending ? values[order[right]] > values[order[left]] : values[order[right]] < values[order[left]]));
        work[i] = takes_right ? order[right++] : order[left++];
      }
    }
    memcpy(order, work, (size_t)n * sizeof(int64_t));
  }
}

// Eigenvalues, ascending, and unless NULL the vectors [n × n], one a column, of the symmetric matrix whose upper triangle a
// holds; a is overwritten. `info`: eigenvalues that did not converge; -1 for elements that are not finite.
static int32_t REAL_FN(eigen)(int64_t n, REAL *a, REAL *values, REAL *vectors, int32_t *info) {
  *info = 0;
  for (int64_t i = 0; i < n; i++)
    if (!REAL_FN(is_finite)(1, n - i, a + i * n + i, n)) {
      *info = -1;
      return MK_OK;
    }
  if (n == 0) return MK_OK;
  // Numbers near the ends of the range would overflow in squares: scaled into its middle.
  REAL largest = 0, factor = 1;
  for (int64_t i = 0; i < n; i++)
    for (int64_t j = i; j < n; j++) {
      const REAL magnitude = a[i * n + j] < 0 ? -a[i * n + j] : a[i * n + j];
      if (magnitude > largest) largest = magnitude;
    }
  if (largest > 0 && (largest < (REAL)REAL_SMALL || largest > (REAL)REAL_LARGE)) {
    factor = largest;
    for (int64_t i = 0; i < n * n; i++) a[i] /= factor;
  }
  const size_t rotation_bytes = vectors ? REAL_FN(rotations_bytes)(n) : 0;
  const size_t bytes = (size_t)(3 * n + (vectors ? n * n : 0)) * sizeof(REAL) + 2 * (size_t)n * sizeof(int64_t) + rotation_bytes;
  void *memory = mk_allocate(bytes);
  if (!memory) return MK_OUT_OF_MEMORY;
  int64_t *order = memory;
  void *rotation_memory = order + 2 * n;
  REAL *d = (REAL *)((char *)rotation_memory + rotation_bytes), *e = d + n, *tau = e + n, *q = vectors ? tau + n : NULL;
  int32_t status = REAL_FN(tridiagonalize)(n, a, d, e, tau);
  if (!status && q) status = REAL_FN(form_q)(n, n, n - 1, 1, a, n, tau, q);
  if (!status) {
    REAL_FN(rotations) list;
    REAL_FN(init_rotations)(&list, q, n, n, rotation_memory);
    *info = (int32_t)REAL_FN(tridiagonal_qr)(n, d, e, &list);
    REAL_FN(sort_positions)(n, d, false, order, order + n);
    for (int64_t i = 0; i < n; i++) values[i] = d[order[i]] * factor;
    if (q) {
      // Sorted rows, then columns.
      for (int64_t i = 0; i < n; i++) memcpy(a + i * n, q + order[i] * n, (size_t)n * sizeof(REAL));
      REAL_FN(transpose)(n, n, a, n, vectors, n);
    }
  }
  mk_free(memory, bytes);
  return status;
}
