// The vector vocabulary, written with clang's vector extensions so that one text serves every ISA. Before including it a
// table_<isa>.c includes simd/<isa>.h, which defines
//   MK_BYTES      the register width in bytes (16, 32, 64)
//   MK_NAME(x)    x with the ISA's suffix
//   MK_HAS_FMA    1 if fused multiply-add is one instruction
// Everything is static and always inlined, and stands inside the target pragma of the table that includes it.
#define MK_INLINE static inline __attribute__((always_inline))

// Lanes of 4 and of 8 bytes.
#define MK_F32 (MK_BYTES / 4)
#define MK_F64 (MK_BYTES / 8)

typedef float vf32 __attribute__((ext_vector_type(MK_F32)));
typedef int32_t vi32 __attribute__((ext_vector_type(MK_F32)));
typedef uint32_t vu32 __attribute__((ext_vector_type(MK_F32)));
typedef double vf64 __attribute__((ext_vector_type(MK_F64)));
// What comparing two vf64 gives: lanes of long where that has 64 bits, and not int64_t, which is long long on some systems.
#if __SIZEOF_LONG__ == 8
typedef long vi64 __attribute__((ext_vector_type(MK_F64)));
typedef unsigned long vu64 __attribute__((ext_vector_type(MK_F64)));
#else
typedef long long vi64 __attribute__((ext_vector_type(MK_F64)));
typedef unsigned long long vu64 __attribute__((ext_vector_type(MK_F64)));
#endif

// The same without an alignment promise, for memory.
typedef vf32 vf32_u __attribute__((aligned(4)));
typedef vi32 vi32_u __attribute__((aligned(4)));
typedef vf64 vf64_u __attribute__((aligned(8)));
typedef vi64 vi64_u __attribute__((aligned(8)));

MK_INLINE vf32 load_f32(const float *p) { return *(const vf32_u *)p; }
MK_INLINE void store_f32(float *p, vf32 v) { *(vf32_u *)p = v; }
MK_INLINE vf64 load_f64(const double *p) { return *(const vf64_u *)p; }
MK_INLINE void store_f64(double *p, vf64 v) { *(vf64_u *)p = v; }
MK_INLINE vf32 splat_f32(float x) { return (vf32)x; }
MK_INLINE vf64 splat_f64(double x) { return (vf64)x; }

// a·b + c: one rounding where the ISA has it, two where it would be a library call. Use where either will do.
MK_INLINE vf32 fma_f32(vf32 a, vf32 b, vf32 c) {
#if MK_HAS_FMA
  return __builtin_elementwise_fma(a, b, c);
#else
  return a * b + c;
#endif
}
MK_INLINE vf64 fma_f64(vf64 a, vf64 b, vf64 c) {
#if MK_HAS_FMA
  return __builtin_elementwise_fma(a, b, c);
#else
  return a * b + c;
#endif
}

// Lanes where mask is all ones take a, others b.
MK_INLINE vf32 select_f32(vi32 mask, vf32 a, vf32 b) { return (vf32)((mask & (vi32)a) | (~mask & (vi32)b)); }
MK_INLINE vf64 select_f64(vi64 mask, vf64 a, vf64 b) { return (vf64)((mask & (vi64)a) | (~mask & (vi64)b)); }

// Whether any lane of a mask is set.
MK_INLINE bool any_i32(vi32 mask) { return __builtin_reduce_or(mask) != 0; }
MK_INLINE bool any_i64(vi64 mask) { return __builtin_reduce_or(mask) != 0; }
