// Reductions: lines along reduced dimensions, columns across them, and partial results of one large output.
//
// Three types do all the work: float (float16 and bfloat16 widened), double, and int64_t (all integers and bool). A result
// depends on sizes and strides only, never on the range a call is given.
#include "reduction_load.h"
#include "reduction_narrow.h"

#define REDUCE_WRAP_ADD(a, b) ((int64_t)((uint64_t)(a) + (uint64_t)(b)))
#define REDUCE_WRAP_MULTIPLY(a, b) ((int64_t)((uint64_t)(a) * (uint64_t)(b)))

#define R(x) reduction_##x##_f32
#define T float
#define V vf32
#define M vi32
#define W double
#define W_ADD(a, b) ((a) + (b))
#define W_MULTIPLY(a, b) ((a) * (b))
#define LANES MK_F32
#define LOAD load_f32
#define CONVERT reduce_load_f32
#define EXP exp_f32
#define HUGE FLT_MAX
#define INDEX int32_t
#define DTYPE MK_float32
#define INTEGER 0
#define LOWEST (-INFINITY)
#define HIGHEST INFINITY
#include "reduction_typed.h"
#undef R
#undef T
#undef V
#undef M
#undef LANES
#undef LOAD
#undef CONVERT
#undef EXP
#undef HUGE
#undef INDEX
#undef DTYPE

#define R(x) reduction_##x##_f64
#define T double
#define V vf64
#define M vi64
#define LANES MK_F64
#define LOAD load_f64
#define CONVERT reduce_load_f64
#define EXP exp_f64
#define HUGE DBL_MAX
#define INDEX int64_t
#define DTYPE MK_float64
#include "reduction_typed.h"
#undef R
#undef T
#undef V
#undef W
#undef W_ADD
#undef W_MULTIPLY
#undef LOAD
#undef CONVERT
#undef EXP
#undef HUGE
#undef DTYPE
#undef INTEGER
#undef LOWEST
#undef HIGHEST

MK_INLINE vi64 reduce_load_vector_i64(const int64_t *p) { return *(const vi64_u *)p; }
#define R(x) reduction_##x##_i64
#define T int64_t
#define V vi64
#define W int64_t
#define W_ADD REDUCE_WRAP_ADD
#define W_MULTIPLY REDUCE_WRAP_MULTIPLY
#define LOAD reduce_load_vector_i64
#define CONVERT reduce_load_i64
#define DTYPE MK_int64
#define INTEGER 1
#define LOWEST INT64_MIN
#define HIGHEST INT64_MAX
#include "reduction_typed.h"
#undef R
#undef T
#undef V
#undef M
#undef W
#undef W_ADD
#undef W_MULTIPLY
#undef LANES
#undef LOAD
#undef CONVERT
#undef INDEX
#undef DTYPE
#undef INTEGER
#undef LOWEST
#undef HIGHEST

// 0 float, 1 double, 2 integer, -1 none. Truth is asked of the input's own type: 0.5 is true.
static int reduce_class(const mk_reduction *work) {
  const int32_t operation = work->operation;
  if (operation < 0 || operation >= MK_REDUCE_COUNT || (uint32_t)work->compute >= MK_DTYPE_COUNT ||
      (uint32_t)work->input_dtype >= MK_DTYPE_COUNT || (uint32_t)work->output_dtype >= MK_DTYPE_COUNT)
    return -1;
  const bool truth = operation == MK_REDUCE_all || operation == MK_REDUCE_any || operation == MK_REDUCE_countNonZero;
  const int32_t dtype = truth ? work->input_dtype : work->compute;
  switch (dtype) {
    case MK_float32: case MK_float16: case MK_bfloat16: return 0;
    case MK_float64: return 1;
    default: return operation == MK_REDUCE_variance || operation == MK_REDUCE_logSumExp ? -1 : 2;
  }
}

static int32_t reduce(const mk_reduction *work, int64_t begin, int64_t end) {
  switch (reduce_class(work)) {
    case 0: reduction_reduce_f32(work, begin, end); return MK_OK;
    case 1: reduction_reduce_f64(work, begin, end); return MK_OK;
    case 2: reduction_reduce_i64(work, begin, end); return MK_OK;
  }
  return MK_UNSUPPORTED;
}

// The state of elements [begin, end), indices counted from element 0.
static int32_t reduce_part(const mk_reduction *work, int64_t begin, int64_t end, void *partial) {
  reduce_state s;
  switch (reduce_class(work)) {
    case 0: reduction_start_f32(work->operation, &s); reduction_run_f32(work, 0, begin, end, &s); break;
    case 1: reduction_start_f64(work->operation, &s); reduction_run_f64(work, 0, begin, end, &s); break;
    case 2: reduction_start_i64(work->operation, &s); reduction_run_i64(work, 0, begin, end, &s); break;
    default: return MK_UNSUPPORTED;
  }
  if (s.index >= 0) s.index += begin;
  memcpy(partial, &s, sizeof s);
  return MK_OK;
}

// Joins neighbours, then neighbours of neighbours, and so on: a tree that depends on `count` alone. Writes output 0.
static int32_t reduce_combine(const mk_reduction *work, int64_t count, void *partials) {
  reduce_state *states = partials;
  const int class = reduce_class(work);
  for (int64_t step = 1; step < count; step *= 2)
    for (int64_t i = 0; i + step < count; i += 2 * step) {
      if (class == 0) reduction_join_f32(work->operation, &states[i], &states[i + step]);
      else if (class == 1) reduction_join_f64(work->operation, &states[i], &states[i + step]);
      else reduction_join_i64(work->operation, &states[i], &states[i + step]);
    }
  if (class == 0) reduction_finish_f32(work, states, 0);
  else if (class == 1) reduction_finish_f64(work, states, 0);
  else reduction_finish_i64(work, states, 0);
  return class < 0 ? MK_UNSUPPORTED : MK_OK;
}
