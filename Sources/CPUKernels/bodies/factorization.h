// The factorizations of linear algebra on one matrix and one thread, on the matrix product's kernels; run_factorization.c goes
// over the batch.
#define REAL float
#define REAL_VECTOR vf32
#define REAL_LANES MK_F32
#define REAL_FN(x) x##_f32
#define REAL_EPSILON FLT_EPSILON
#define REAL_MIN FLT_MIN
#define REAL_MAX FLT_MAX
#define REAL_SMALL 1e-13
#define REAL_LARGE 1e13
#include "factorization_typed.h"
#undef REAL
#undef REAL_VECTOR
#undef REAL_LANES
#undef REAL_FN
#undef REAL_EPSILON
#undef REAL_MIN
#undef REAL_MAX
#undef REAL_SMALL
#undef REAL_LARGE

#define REAL double
#define REAL_VECTOR vf64
#define REAL_LANES MK_F64
#define REAL_FN(x) x##_f64
#define REAL_EPSILON DBL_EPSILON
#define REAL_MIN DBL_MIN
#define REAL_MAX DBL_MAX
#define REAL_SMALL 1e-120
#define REAL_LARGE 1e120
#include "factorization_typed.h"
#undef REAL
#undef REAL_VECTOR
#undef REAL_LANES
#undef REAL_FN
#undef REAL_EPSILON
#undef REAL_MIN
#undef REAL_MAX
#undef REAL_SMALL
#undef REAL_LARGE
