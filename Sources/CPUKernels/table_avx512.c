// The kernels of AVX-512 (F, BW, DQ, VL).
#include "kernel_table.h"

#if defined(__x86_64__)
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// Products and sums are fused only where a kernel says so: results must not depend on the compiler's mood.
#pragma STDC FP_CONTRACT OFF
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c"))), apply_to = function)
#define MK_ISA "avx512"
#include "simd/avx512.h"
#include "bodies/all.h"
#pragma clang attribute pop
#endif
