// What every instance of the matrix product's kernels stands on: tile and block sizes, partial vectors, interleaving.

// ---- Tile heights and block sizes ----
//
// A tile is GEMM_MR rows by two vectors. Heights are what the registers hold: 32 registers (AVX-512, NEON) take 24 sums, 16
// registers 12 (AVX2) or 8 (SSE). Measured on Zen 5, f32 from the first cache: 12 rows of AVX-512 235 of 236 Gflop/s, 14 rows
// and 8 rows of three vectors the same; 6 rows of AVX2 118 of 118. KC: a column panel of b (KC·NR) and
// one of a fit a first cache of 48 KiB (f64: 192 steps 99 Gflop/s, 256 steps 92).
#if MK_BYTES == 64 || defined(__aarch64__)
#define GEMM_MR 12
#define TILE_ROWS(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12)
#define GEMM_MC 144
#elif MK_BYTES == 32
#define GEMM_MR 6
#define TILE_ROWS(X) X(1) X(2) X(3) X(4) X(5) X(6)
#define GEMM_MC 144
#else
#define GEMM_MR 4
#define TILE_ROWS(X) X(1) X(2) X(3) X(4)
#define GEMM_MC 128
#endif
#define GEMM_MR_F32 GEMM_MR
#define GEMM_MR_F64 GEMM_MR
#define GEMM_NR_F32 (2 * MK_F32)
#define GEMM_NR_F64 (2 * MK_F64)
#define GEMM_MC_F32 GEMM_MC
#define GEMM_MC_F64 GEMM_MC
#define GEMM_KC_F32 256
#define GEMM_KC_F64 192
#define GEMM_NC_F32 4096
#define GEMM_NC_F64 2048

// ---- The first lanes of a vector ----
// Loads set the other lanes to zero; neither touches memory beyond the lanes. 1 ... all lanes.

#if MK_BYTES == 64
typedef float gemm_f32_raw __attribute__((vector_size(64)));
typedef double gemm_f64_raw __attribute__((vector_size(64)));
MK_INLINE vf32 load_part_f32(const float *p, int lanes) {
  return (vf32)__builtin_ia32_loadups512_mask((const void *)p, (gemm_f32_raw)(vf32)0.0f, (uint16_t)((1u << lanes) - 1));
}
MK_INLINE void store_part_f32(float *p, vf32 v, int lanes) {
  __builtin_ia32_storeups512_mask((void *)p, (gemm_f32_raw)v, (uint16_t)((1u << lanes) - 1));
}
MK_INLINE vf64 load_part_f64(const double *p, int lanes) {
  return (vf64)__builtin_ia32_loadupd512_mask((const void *)p, (gemm_f64_raw)(vf64)0.0, (uint8_t)((1u << lanes) - 1));
}
MK_INLINE void store_part_f64(double *p, vf64 v, int lanes) {
  __builtin_ia32_storeupd512_mask((void *)p, (gemm_f64_raw)v, (uint8_t)((1u << lanes) - 1));
}
#elif MK_BYTES == 32
typedef float gemm_f32_raw __attribute__((vector_size(32)));
typedef double gemm_f64_raw __attribute__((vector_size(32)));
typedef int32_t gemm_i32_raw __attribute__((vector_size(32)));
typedef long long gemm_i64_raw __attribute__((vector_size(32)));
MK_INLINE gemm_i32_raw first_lanes_f32(int lanes) { return (gemm_i32_raw)((vi32){0, 1, 2, 3, 4, 5, 6, 7} < (vi32)lanes); }
MK_INLINE gemm_i64_raw first_lanes_f64(int lanes) { return (gemm_i64_raw)((vi64){0, 1, 2, 3} < (vi64)(int64_t)lanes); }
MK_INLINE vf32 load_part_f32(const float *p, int lanes) {
  return (vf32)__builtin_ia32_maskloadps256((const void *)p, first_lanes_f32(lanes));
}
MK_INLINE void store_part_f32(float *p, vf32 v, int lanes) {
  __builtin_ia32_maskstoreps256((void *)p, first_lanes_f32(lanes), (gemm_f32_raw)v);
}
MK_INLINE vf64 load_part_f64(const double *p, int lanes) {
  return (vf64)__builtin_ia32_maskloadpd256((const void *)p, first_lanes_f64(lanes));
}
MK_INLINE void store_part_f64(double *p, vf64 v, int lanes) {
  __builtin_ia32_maskstorepd256((void *)p, first_lanes_f64(lanes), (gemm_f64_raw)v);
}
#else
MK_INLINE vf32 load_part_f32(const float *p, int lanes) {
  vf32 v = {p[0], 0, 0, 0};
  if (lanes > 1) v.y = p[1];
  if (lanes > 2) v.z = p[2];
  if (lanes > 3) v.w = p[3];
  return v;
}
MK_INLINE void store_part_f32(float *p, vf32 v, int lanes) {
  p[0] = v.x;
  if (lanes > 1) p[1] = v.y;
  if (lanes > 2) p[2] = v.z;
  if (lanes > 3) p[3] = v.w;
}
MK_INLINE vf64 load_part_f64(const double *p, int lanes) { return (vf64){p[0], lanes > 1 ? p[1] : 0}; }
MK_INLINE void store_part_f64(double *p, vf64 v, int lanes) {
  p[0] = v.x;
  if (lanes > 1) p[1] = v.y;
}
#endif

// ---- Interleaving two vectors ----

#define ZIP_LOW_2 0, 2
#define ZIP_HIGH_2 1, 3
#define ZIP_LOW_4 0, 4, 1, 5
#define ZIP_HIGH_4 2, 6, 3, 7
#define ZIP_LOW_8 0, 8, 1, 9, 2, 10, 3, 11
#define ZIP_HIGH_8 4, 12, 5, 13, 6, 14, 7, 15
#define ZIP_LOW_16 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define ZIP_HIGH_16 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#if MK_BYTES == 64
MK_INLINE vf32 zip_low_f32(vf32 a, vf32 b) { return __builtin_shufflevector(a, b, ZIP_LOW_16); }
MK_INLINE vf32 zip_high_f32(vf32 a, vf32 b) { return __builtin_shufflevector(a, b, ZIP_HIGH_16); }
MK_INLINE vf64 zip_low_f64(vf64 a, vf64 b) { return __builtin_shufflevector(a, b, ZIP_LOW_8); }
MK_INLINE vf64 zip_high_f64(vf64 a, vf64 b) { return __builtin_shufflevector(a, b, ZIP_HIGH_8); }
#elif MK_BYTES == 32
MK_INLINE vf32 zip_low_f32(vf32 a, vf32 b) { return __builtin_shufflevector(a, b, ZIP_LOW_8); }
MK_INLINE vf32 zip_high_f32(vf32 a, vf32 b) { return __builtin_shufflevector(a, b, ZIP_HIGH_8); }
MK_INLINE vf64 zip_low_f64(vf64 a, vf64 b) { return __builtin_shufflevector(a, b, ZIP_LOW_4); }
MK_INLINE vf64 zip_high_f64(vf64 a, vf64 b) { return __builtin_shufflevector(a, b, ZIP_HIGH_4); }
#else
MK_INLINE vf32 zip_low_f32(vf32 a, vf32 b) { return __builtin_shufflevector(a, b, ZIP_LOW_4); }
MK_INLINE vf32 zip_high_f32(vf32 a, vf32 b) { return __builtin_shufflevector(a, b, ZIP_HIGH_4); }
MK_INLINE vf64 zip_low_f64(vf64 a, vf64 b) { return __builtin_shufflevector(a, b, ZIP_LOW_2); }
MK_INLINE vf64 zip_high_f64(vf64 a, vf64 b) { return __builtin_shufflevector(a, b, ZIP_HIGH_2); }
#endif
