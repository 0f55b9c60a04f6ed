// The optimizer steps that share one description (mk_step), for float and double.
#if MK_HAS_FMA
#define STEP_FMA(a, b, c) __builtin_elementwise_fma((a), (b), (c))
#else
#define STEP_FMA(a, b, c) ((a) * (b) + (c))
#endif

#define N(x) step_##x##_f32
#define T float
#include "optimizer_steps_typed.h"
#undef N
#undef T

#define N(x) step_##x##_f64
#define T double
#include "optimizer_steps_typed.h"
#undef N
#undef T
#undef STEP_FMA

static int32_t step(const mk_step *options, int32_t dtype, int64_t begin, int64_t end, void *parameter, const void *gradient, void *state0, void *state1, void *state2) {
  if (dtype == MK_float32) return step_run_f32(options, begin, end, parameter, gradient, state0, state1, state2);
  if (dtype == MK_float64) return step_run_f64(options, begin, end, parameter, gradient, state0, state1, state2);
  return MK_UNSUPPORTED;
}
