// All factorizations for one type; factorization.h includes this once for float and once for double.
#include "factorization_parts.h"
#include "factorization_lu.h"
#include "factorization_qr.h"
#include "factorization_rotations.h"
#include "factorization_eigen.h"
#include "factorization_svd.h"

// One matrix of the batch, as run_factorization.c lays it out. `in` is the kernel's to overwrite.
static int32_t REAL_FN(factorize)(const mk_factorization *work, void *in, void *const out[3], int32_t *integers, int32_t *info) {
  const int64_t m = work->m, n = work->n;
  *info = 0;
  switch (work->operation) {
    case MK_FACTOR_lu: return REAL_FN(lu)(m, n, in, integers, info);
    case MK_FACTOR_cholesky: return REAL_FN(cholesky)(n, in, info);
    case MK_FACTOR_qr: return REAL_FN(qr)(m, n, work->columns, in, out[1], out[0], work->rows);
    case MK_FACTOR_eigen: return REAL_FN(eigen)(n, in, out[0], out[1], info);
    case MK_FACTOR_svd: return REAL_FN(svd)(m, n, work->columns, work->rows, in, out[0], out[1], out[2], info);
    default: return MK_UNSUPPORTED;
  }
}
static int32_t REAL_FN(solve_one)(int64_t t, int64_t n, bool upper, bool unit, const void *a, int64_t a_row, int64_t a_column, void *b) {
  return REAL_FN(solve_triangle)(t, n, upper, unit, a, a_row, a_column, b, n);
}
