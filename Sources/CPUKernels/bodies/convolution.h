// The convolution's innermost loops, on the matrix product's tiles (gemm.h, included before). run_convolution.c lays out the
// image and cuts the work.
#define REAL float
#define REAL_VECTOR vf32
#define REAL_LANES MK_F32
#define REAL_FN(x) x##_f32
#define REAL_ROWS GEMM_MR_F32
#include "convolution_typed.h"
#undef REAL
#undef REAL_VECTOR
#undef REAL_LANES
#undef REAL_FN
#undef REAL_ROWS
#define REAL double
#define REAL_VECTOR vf64
#define REAL_LANES MK_F64
#define REAL_FN(x) x##_f64
#define REAL_ROWS GEMM_MR_F64
#include "convolution_typed.h"
#undef REAL
#undef REAL_VECTOR
#undef REAL_LANES
#undef REAL_FN
#undef REAL_ROWS
