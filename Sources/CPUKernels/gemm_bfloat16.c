// The bfloat16 product of AVX512-BF16: pairs of steps are multiplied as they are and summed in float, twice the rate of widened
// operands (measured on Zen 5, 1024 cubed: 2.1 times). As the instruction has it, denormals count as zero.
#include "kernel_table.h"

#if defined(__x86_64__)
#include <stdatomic.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,avx2,fma,f16c"))), apply_to = function)
#include "simd/avx512.h"
#include "bodies/gemm_parts.h"

// A "float" of these tiles is a pair of bfloat16; sums are floats.
typedef __bf16 pairs_raw __attribute__((vector_size(64)));
typedef float sums_raw __attribute__((vector_size(64)));
MK_INLINE vf32 fma_bf16(vf32 a, vf32 b, vf32 c) {
  return (vf32)__builtin_ia32_dpbf16ps_512((sums_raw)c, (pairs_raw)a, (pairs_raw)b);
}
MK_INLINE vf32 load_part_bf16(const float *p, int lanes) { return load_part_f32(p, lanes); }
MK_INLINE void store_part_bf16(float *p, vf32 v, int lanes) { store_part_f32(p, v, lanes); }

#define REAL float
#define REAL_VECTOR vf32
#define REAL_LANES MK_F32
#define REAL_FN(x) x##_bf16
#define REAL_ROWS GEMM_MR_F32
#include "bodies/gemm_tile_typed.h"

// ---- Packing ----

typedef uint16_t v16 __attribute__((ext_vector_type(16)));
typedef v16 v16_u __attribute__((aligned(2)));
typedef vu32 vu32_u __attribute__((aligned(2)));

MK_INLINE void transpose_pairs(vf32 v[16]) {
#pragma clang loop unroll(full)
  for (int step = 1; step < 16; step *= 2) {
    vf32 shuffled[16];
#pragma clang loop unroll(full)
    for (int i = 0; i < 8; i++) {
      shuffled[2 * i] = zip_low_f32(v[i], v[i + 8]);
      shuffled[2 * i + 1] = zip_high_f32(v[i], v[i + 8]);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < 16; i++) v[i] = shuffled[i];
  }
}

// Lanes whose steps are contiguous: their pairs are 32-bit words in place, turned in blocks of 16 × 16.
static void pack_pairs_of_rows(int32_t width, int64_t lanes, int64_t pairs, const uint16_t *source, int64_t lane_stride, uint32_t *panel) {
  for (int64_t lane = 0; lane < width; lane += 16) {
    const int64_t kept = width - lane < 16 ? width - lane : 16;
    for (int64_t p = 0; p < pairs; p += 16) {
      const int64_t count = pairs - p < 16 ? pairs - p : 16;
      vf32 v[16];
      for (int64_t i = 0; i < 16; i++) {
        const uint16_t *from = source + (lane + i) * lane_stride + 2 * p;
        if (lane + i >= lanes) v[i] = (vf32)0.0f;
        else if (count == 16) v[i] = (vf32) * (const vu32_u *)(const void *)from;
        else v[i] = load_part_f32((const float *)(const void *)from, (int)count);
      }
      transpose_pairs(v);
      for (int64_t i = 0; i < count; i++) store_part_f32((float *)(void *)(panel + (p + i) * width + lane), v[i], (int)kept);
    }
  }
}

static uint32_t pair_at(const uint16_t *source, int64_t k_stride, bool both) {
  return source[0] | (both ? (uint32_t)source[k_stride] << 16 : 0);
}

static void pack_pairs(int32_t width, int32_t dtype, int64_t lanes, int64_t k, const void *source_start, int64_t lane_stride, int64_t k_stride,
                       void *panel_start) {
  (void)dtype;
  const uint16_t *source = source_start;
  uint32_t *panel = panel_start;
  int64_t done = 0;  // pairs
  if (k_stride == 1) {
    done = k / 2;
    pack_pairs_of_rows(width, lanes, done, source, lane_stride, panel);
  } else if (lane_stride == 1) {
    for (; done < k / 2; done++) {
      const uint16_t *even = source + 2 * done * k_stride, *odd = even + k_stride;
      uint32_t *to = panel + done * width;
      int64_t lane = 0;
      for (; lane + 16 <= lanes; lane += 16)
        *(vu32_u *)(void *)(to + lane) = __builtin_convertvector(*(const v16_u *)(const void *)(even + lane), vu32) |
                                         __builtin_convertvector(*(const v16_u *)(const void *)(odd + lane), vu32) << 16;
      for (; lane < width; lane++) to[lane] = lane < lanes ? even[lane] | (uint32_t)odd[lane] << 16 : 0;
    }
  }
  for (; done < (k + 1) / 2; done++)
    for (int64_t lane = 0; lane < width; lane++)
      panel[done * width + lane] = lane < lanes ? pair_at(source + lane * lane_stride + 2 * done * k_stride, k_stride, 2 * done + 1 < k) : 0;
}
#pragma clang attribute pop

static const struct mk_gemm_kernel kernel = {GEMM_MR_F32, GEMM_NR_F32, GEMM_MC_F32, 2 * GEMM_KC_F32, GEMM_NC_F32, 2, gemm_block_bf16, pack_pairs};

const struct mk_gemm_kernel *mk_gemm_bfloat16(void) {
  static _Atomic int32_t known;  // 0: not asked, 1: no, 2: yes
  int32_t answer = atomic_load_explicit(&known, memory_order_relaxed);
  if (answer == 0) {
    __builtin_cpu_init();
    answer = __builtin_cpu_supports("avx512bf16") ? 2 : 1;
    atomic_store_explicit(&known, answer, memory_order_relaxed);
  }
  return answer == 2 && mk_kernels()->vector_bytes == 64 ? &kernel : NULL;
}
#else
const struct mk_gemm_kernel *mk_gemm_bfloat16(void) { return NULL; }
#endif
