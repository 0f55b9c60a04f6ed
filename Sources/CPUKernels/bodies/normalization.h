// Normalization of rows (layer, group, instance, RMS norm) and of channels (batch norm), forward and backward, for float and double.
#define NORMALIZATION_BLOCK 2048   // elements summed lane by lane before the sum goes into a double
#define NORMALIZATION_COLUMNS 256  // columns worked on side by side

#define N(x) normalization_##x##_f32
#define T float
#define V vf32
#define LANES MK_F32
#define LOAD load_f32
#define STORE store_f32
#define FMA fma_f32
#include "normalization_typed.h"
#undef N
#undef T
#undef V
#undef LANES
#undef LOAD
#undef STORE
#undef FMA

#define N(x) normalization_##x##_f64
#define T double
#define V vf64
#define LANES MK_F64
#define LOAD load_f64
#define STORE store_f64
#define FMA fma_f64
#include "normalization_typed.h"
#undef N
#undef T
#undef V
#undef LANES
#undef LOAD
#undef STORE
#undef FMA

#define NORMALIZE(suffix)                                                                                                        \
  if (!work->channels) normalization_rows_##suffix(work, begin, end, input, weight, bias, output, mean, variance);               \
  else if (work->run == 1) normalization_columns_##suffix(work, begin, end, input, weight, bias, output, mean, variance);        \
  else normalization_channels_##suffix(work, begin, end, input, weight, bias, output, mean, variance);
static void normalization(const mk_normalization *work, int64_t begin, int64_t end, const void *input, const void *weight, const void *bias,
                          void *output, void *mean, void *variance) {
  if (work->dtype == MK_float64) {
    NORMALIZE(f64)
  } else {
    NORMALIZE(f32)
  }
}
#undef NORMALIZE

#define NORMALIZE(suffix)                                                                                                        \
  if (!work->channels)                                                                                                           \
    normalization_rows_gradient_##suffix(work, begin, end, gradient, input, mean, variance, weight, result, weight_gradient, bias_gradient); \
  else if (work->run == 1)                                                                                                       \
    normalization_columns_gradient_##suffix(work, begin, end, gradient, input, mean, variance, weight, result, weight_gradient, bias_gradient); \
  else                                                                                                                           \
    normalization_channels_gradient_##suffix(work, begin, end, gradient, input, mean, variance, weight, result, weight_gradient, bias_gradient);
static void normalization_gradient(const mk_normalization *work, int64_t begin, int64_t end, const void *gradient, const void *input, const void *mean,
                                   const void *variance, const void *weight, void *result, void *weight_gradient, void *bias_gradient) {
  if (work->dtype == MK_float64) {
    NORMALIZE(f64)
  } else {
    NORMALIZE(f32)
  }
}
#undef NORMALIZE
