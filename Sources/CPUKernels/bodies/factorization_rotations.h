// Plane rotations, for one type. The iterations on tridiagonal and bidiagonal matrices only record theirs; sweeps are applied
// together, a narrow strip of the vectors at a time, so that a strip stays in the cache (after Van Zee, van de Geijn,
// Quintana-Ortí 2014). A rotation of rows i and i + 1: (x, y) becomes (c·x + s·y, c·y - s·x).

typedef struct REAL_FN(rotations) {
  REAL *vectors;          // rows that are rotated, or NULL: nothing is recorded
  int64_t rows, columns;  // of `vectors`, contiguous
  int64_t room;           // rotations that fit
  int64_t used, sweep_count;
  REAL *numbers;          // c, s of each
  int64_t *sweeps;        // for each sweep: first row, number of rotations
} REAL_FN(rotations);

enum { REAL_FN(most_sweeps) = 96, REAL_FN(strip) = 4 * REAL_LANES };

static size_t REAL_FN(rotations_bytes)(int64_t rows) {
  return (size_t)(2 * REAL_FN(most_sweeps) * rows + rows * REAL_FN(strip)) * sizeof(REAL) + 2 * REAL_FN(most_sweeps) * sizeof(int64_t) + 64;
}

// c, s and r with c·f + s·g = r and c·g - s·f = 0.
MK_INLINE REAL REAL_FN(rotation)(REAL f, REAL g, REAL *c, REAL *s) {
  if (g == 0) {
    *c = 1, *s = 0;
    return f;
  }
  if (f == 0) {
    *c = 0, *s = 1;
    return g;
  }
  REAL r;
  if (sizeof(REAL) == 4) {
    r = (REAL)sqrt((double)f * (double)f + (double)g * (double)g);
  } else {
    const double square = (double)f * (double)f + (double)g * (double)g;
    r = square > 1e-290 && square < 1e290 ? (REAL)sqrt(square) : (REAL)hypot((double)f, (double)g);
  }
  if (f < 0) r = -r;
  *c = f / r;
  *s = g / r;
  return r;
}

// One sweep over a strip: row i + 1 stays in registers to be row i of the next rotation.
static void REAL_FN(rotate_strip)(int64_t count, const REAL *numbers, REAL *strip) {
  REAL_VECTOR x[4];
#pragma clang loop unroll(full)
  for (int q = 0; q < 4; q++) x[q] = REAL_FN(gemm_load)(strip + q * REAL_LANES);
  for (int64_t i = 0; i < count; i++, strip += REAL_FN(strip)) {
    const REAL_VECTOR c = (REAL_VECTOR)numbers[2 * i], s = (REAL_VECTOR)numbers[2 * i + 1];
#pragma clang loop unroll(full)
    for (int q = 0; q < 4; q++) {
      const REAL_VECTOR y = REAL_FN(gemm_load)(strip + REAL_FN(strip) + q * REAL_LANES);
      REAL_FN(gemm_store)(strip + q * REAL_LANES, REAL_FN(fma)(c, x[q], s * y));
      x[q] = REAL_FN(fma)(c, y, -(s * x[q]));
    }
  }
#pragma clang loop unroll(full)
  for (int q = 0; q < 4; q++) REAL_FN(gemm_store)(strip + q * REAL_LANES, x[q]);
}

static void REAL_FN(apply_rotations)(REAL_FN(rotations) *list) {
  if (list->vectors && list->used) {
    enum { width = REAL_FN(strip) };
    REAL *strip = list->numbers + 2 * list->room;
    for (int64_t column = 0; column < list->columns; column += width) {
      const int64_t filled = list->columns - column < width ? list->columns - column : width;
      for (int64_t i = 0; i < list->rows; i++) {
        REAL *to = strip + i * width;
        if (filled < width) memset(to, 0, width * sizeof(REAL));
        memcpy(to, list->vectors + i * list->columns + column, (size_t)filled * sizeof(REAL));
      }
      const REAL *numbers = list->numbers;
      for (int64_t sweep = 0; sweep < list->sweep_count; sweep++) {
        REAL_FN(rotate_strip)(list->sweeps[2 * sweep + 1], numbers, strip + list->sweeps[2 * sweep] * width);
        numbers += 2 * list->sweeps[2 * sweep + 1];
      }
      for (int64_t i = 0; i < list->rows; i++)
        memcpy(list->vectors + i * list->columns + column, strip + i * width, (size_t)filled * sizeof(REAL));
    }
  }
  list->used = list->sweep_count = 0;
}

static void REAL_FN(init_rotations)(REAL_FN(rotations) *list, REAL *vectors, int64_t rows, int64_t columns, void *memory) {
  *list = (REAL_FN(rotations)){.vectors = vectors, .rows = rows, .columns = columns, .room = REAL_FN(most_sweeps) * rows};
  list->sweeps = memory;
  list->numbers = (REAL *)((char *)memory + 2 * REAL_FN(most_sweeps) * sizeof(int64_t));
}

// Begins a sweep of `count` rotations from row `first` on; their numbers go to the result.
static REAL *REAL_FN(begin_sweep)(REAL_FN(rotations) *list, int64_t first, int64_t count) {
  if (!list->vectors) return NULL;
  if (list->sweep_count == REAL_FN(most_sweeps) || list->used + count > list->room) REAL_FN(apply_rotations)(list);
  list->sweeps[2 * list->sweep_count] = first;
  list->sweeps[2 * list->sweep_count + 1] = count;
  list->sweep_count++;
  REAL *numbers = list->numbers + 2 * list->used;
  list->used += count;
  return numbers;
}
