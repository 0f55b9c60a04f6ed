// Softmax and log-softmax along the middle of [outer, count, inner], forward and backward, in as few passes as the cache
// allows: the maximum, the exponentials with their sum, the scaling. Instantiated for float and double.
#define SOFTMAX_INNER 256   // columns worked on side by side when inner > 1
#define SOFTMAX_BLOCK 2048  // elements of a row summed before the sum goes into a double

#define S(x) softmax_##x##_f32
#define T float
#define V vf32
#define M vi32
#define LANES MK_F32
#define LOAD load_f32
#define STORE store_f32
#define EXP exp_f32
#define LOG(x) log(x)
#include "softmax_typed.h"
#undef S
#undef T
#undef V
#undef M
#undef LANES
#undef LOAD
#undef STORE
#undef EXP
#undef LOG

#define S(x) softmax_##x##_f64
#define T double
#define V vf64
#define M vi64
#define LANES MK_F64
#define LOAD load_f64
#define STORE store_f64
#define EXP exp_f64
#define LOG(x) log(x)
#include "softmax_typed.h"
#undef S
#undef T
#undef V
#undef M
#undef LANES
#undef LOAD
#undef STORE
#undef EXP
#undef LOG

static int32_t softmax(bool logarithm, int32_t dtype, int64_t begin, int64_t end, int64_t count, int64_t inner, const void *input, void *output) {
  if (dtype == MK_float32) softmax_forward_f32(logarithm, begin, end, count, inner, input, output);
  else if (dtype == MK_float64) softmax_forward_f64(logarithm, begin, end, count, inner, input, output);
  else return MK_UNSUPPORTED;
  return MK_OK;
}

static int32_t softmax_gradient(bool logarithm, int32_t dtype, int64_t begin, int64_t end, int64_t count, int64_t inner,
                                const void *gradient, const void *output, void *result) {
  if (dtype == MK_float32) softmax_backward_f32(logarithm, begin, end, count, inner, gradient, output, result);
  else if (dtype == MK_float64) softmax_backward_f64(logarithm, begin, end, count, inner, gradient, output, result);
  else return MK_UNSUPPORTED;
  return MK_OK;
}
