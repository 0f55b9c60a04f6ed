// The kernels of AVX2 with FMA and F16C (x86-64-v3).
#include "kernel_table.h"

#if defined(__x86_64__)
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// Products and sums are fused only where a kernel says so: results must not depend on the compiler's mood.
#pragma STDC FP_CONTRACT OFF
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#define MK_ISA "avx2"
#include "simd/avx2.h"
#include "bodies/all.h"
#pragma clang attribute pop
#endif
