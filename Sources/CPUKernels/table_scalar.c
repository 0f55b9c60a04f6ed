// The kernels of the plain baseline: what every processor of the architecture runs.
#include "kernel_table.h"


#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// Products and sums are fused only where a kernel says so: results must not depend on the compiler's mood.
#pragma STDC FP_CONTRACT OFF

#define MK_ISA "scalar"
#include "simd/scalar.h"
#include "bodies/all.h"


