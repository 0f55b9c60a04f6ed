// The kernels of NEON (arm64).
#include "kernel_table.h"

#if defined(__aarch64__)
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// Products and sums are fused only where a kernel says so: results must not depend on the compiler's mood.
#pragma STDC FP_CONTRACT OFF

#define MK_ISA "neon"
#include "simd/neon.h"
#include "bodies/all.h"

#endif
