// The choice of the kernel table: once, at the first kernel, from what the processor says.
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel_table.h"

#define MK_NAME_OF(name) #name,
static const char *const dtype_names[] = {MK_DTYPES(MK_NAME_OF)};
static const char *const unary_names[] = {MK_UNARY_OPERATIONS(MK_NAME_OF)};
static const char *const binary_names[] = {MK_BINARY_OPERATIONS(MK_NAME_OF)};
static const char *const ternary_names[] = {MK_TERNARY_OPERATIONS(MK_NAME_OF)};
static const char *const reduce_names[] = {MK_REDUCE_OPERATIONS(MK_NAME_OF)};
#define MK_LOOK_UP(names, index) ((index) >= 0 && (size_t)(index) < sizeof(names) / sizeof(*(names)) ? (names)[index] : NULL)
const char *mk_dtype_name(int32_t index) { return MK_LOOK_UP(dtype_names, index); }
const char *mk_unary_name(int32_t index) { return MK_LOOK_UP(unary_names, index); }
const char *mk_binary_name(int32_t index) { return MK_LOOK_UP(binary_names, index); }
const char *mk_ternary_name(int32_t index) { return MK_LOOK_UP(ternary_names, index); }
const char *mk_reduce_name(int32_t index) { return MK_LOOK_UP(reduce_names, index); }

extern const mk_kernel_table mk_table_scalar;
#if defined(__x86_64__)
extern const mk_kernel_table mk_table_avx2, mk_table_avx512;
#elif defined(__aarch64__)
extern const mk_kernel_table mk_table_neon;
#endif

// The named table if this processor can run it, else NULL.
static const mk_kernel_table *table_named(const char *name) {
  if (strcmp(name, "scalar") == 0) return &mk_table_scalar;
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
  if (strcmp(name, "avx2") == 0 && avx2) return &mk_table_avx2;
  if (strcmp(name, "avx512") == 0 && avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
    return &mk_table_avx512;
#elif defined(__aarch64__)
  if (strcmp(name, "neon") == 0) return &mk_table_neon;
#endif
  return NULL;
}

// The reference table first, then the best that the processor can run.
static const mk_kernel_table *choose(void) {
  const char *forced = getenv("MARTLET_ISA");
  if (forced && *forced) {
    const mk_kernel_table *table = table_named(forced);
    if (table) return table;
    fprintf(stderr, "martlet: MARTLET_ISA=%s is not available on this processor; ignored\n", forced);
  }
  const mk_kernel_table *best = &mk_table_scalar;
  static const char *const better[] = {"neon", "avx2", "avx512"};
  for (size_t i = 0; i < sizeof(better) / sizeof(*better); i++) {
    const mk_kernel_table *table = table_named(better[i]);
    if (table) best = table;
  }
  return best;
}

static _Atomic(const mk_kernel_table *) chosen;

const mk_kernel_table *mk_kernels(void) {
  const mk_kernel_table *table = atomic_load_explicit(&chosen, memory_order_acquire);
  if (table) return table;
  table = choose();  // two threads may both choose: they choose the same
  atomic_store_explicit(&chosen, table, memory_order_release);
  return table;
}

const char *mk_isa(void) { return mk_kernels()->isa; }

bool mk_force_isa(const char *name) {
  const mk_kernel_table *table = table_named(name);
  if (!table) return false;
  atomic_store_explicit(&chosen, table, memory_order_release);
  return true;
}
