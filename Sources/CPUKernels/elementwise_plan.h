// What the element-wise loop and the code that cuts it into chunks must agree on.
#ifndef MK_ELEMENTWISE_PLAN_H
#define MK_ELEMENTWISE_PLAN_H

#include "cpu_kernels.h"

// Rows of a tile: enough that each cache line of a transposed operand is used whole, and its neighbour too.
enum { MK_TILE_ROWS = 32 };

// Rows shorter than this are not worth a kernel call each: several go into one block.
enum { MK_SHORT_ROW = 256 };

static inline int32_t mk_input_count(const mk_elementwise *work) { return work->arity; }

// The dimension along which some operand is contiguous while it is strided along the innermost one, so that the loop runs over
// tiles of the two; or, for short rows, dimension 1; else 0: row by row.
static inline int32_t mk_row_dimension(const mk_elementwise *work) {
  if (work->rank < 2) return 0;
  for (int32_t i = -1; i < work->arity; i++) {
    const mk_operand *operand = i < 0 ? &work->output : &work->inputs[i];
    const int64_t inner = operand->strides[0];
    if (inner == 0 || inner == 1 || work->sizes[0] < 4) continue;
    for (int32_t k = 1; k < work->rank; k++)
      if (operand->strides[k] == 1 && work->sizes[k] >= 8) return k;
  }
  return work->sizes[0] < MK_SHORT_ROW ? 1 : 0;
}

#endif
