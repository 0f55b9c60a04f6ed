// Orders the elements of lines: sorting, the k smallest or largest, the k-th, the median, the mode.
//
// Every element becomes an unsigned key whose order is that of the values (NaN above everything, -0 equal to 0), joined
// with its position. Sorting is by digits from the low end, selecting by digits from the high end; both keep equal keys
// in order of position. Lines are done one by one, many at the same time.
#include <string.h>

#include "kernel_table.h"

enum { ORDER_ASCENDING, ORDER_DESCENDING, ORDER_LARGEST, ORDER_SMALLEST, ORDER_KTH, ORDER_MEDIAN, ORDER_NAN_MEDIAN, ORDER_MODE };

enum {
  SHORT_LINE = 40,      // sorted by insertion
  FEW = 32,             // so many out of sixteen times as many are picked one by one
  LONG_LINE = 8192,     // from here on digits of 11 bits: fewer passes, counters that cost more than a short line
  MOST_COUNTS = 6 * 2048,  // 64-bit keys by 11 bits; 8 · 256 is less
  GRAIN = 16384,        // elements worth a chunk
};

typedef struct order_job {
  int32_t operation, dtype;
  int64_t rows, n, count, places, step;
  const char *input;
  char *values;
  int64_t *indices;
  _Atomic bool failed;
} order_job;

#define KEY uint32_t
#define ELEMENT uint64_t
#define ELEMENT_OF(key, i) ((uint64_t)(key) << 32 | (uint32_t)(i))
#define KEY_OF(e) ((uint32_t)((e) >> 32))
#define POSITION_OF(e) ((int64_t)(uint32_t)(e))
#define LESS(a, b) ((a) < (b))
#define O(x) x##_32
#include "order_typed.h"
#undef KEY
#undef ELEMENT
#undef ELEMENT_OF
#undef KEY_OF
#undef POSITION_OF
#undef LESS
#undef O

typedef struct wide_element { uint64_t key; uint32_t position; } wide_element;
#define KEY uint64_t
#define ELEMENT wide_element
#define KEY_OF(e) ((e).key)
#define LESS(a, b) ((a).key < (b).key || ((a).key == (b).key && (a).position < (b).position))
#define O(x) x##_64
#include "order_typed.h"
#undef KEY
#undef ELEMENT
#undef KEY_OF
#undef LESS
#undef O

// ---- Keys -------------------------------------------------------------------------------------------------------------

static inline uint32_t float_key(uint32_t bits, uint32_t sign, uint32_t infinity) {
  const uint32_t magnitude = bits & (sign - 1);
  if (magnitude > infinity) return 2 * sign - 1;
  return bits & sign ? sign - magnitude : sign + magnitude;  // -0 and 0 meet at `sign`
}
static inline uint64_t double_key(uint64_t bits) {
  const uint64_t sign = (uint64_t)1 << 63, magnitude = bits & (sign - 1);
  if (magnitude > (uint64_t)0x7ff << 52) return UINT64_MAX;
  return bits & sign ? sign - magnitude : sign + magnitude;
}

#define FILL_32(T, EXPRESSION)                                                                                        \
  for (int64_t i = 0; i < n; i++) { const T x = ((const T *)input)[i]; a[i] = (uint64_t)((EXPRESSION) ^ flip) << 32 | (uint64_t)i; }

// The bits of a key, and the key of NaN (0 if the type has none) before `flip`.
static int32_t key_bits(int32_t dtype, uint64_t *nan) {
  *nan = 0;
  switch (dtype) {
    case MK_float32: *nan = UINT32_MAX; return 32;
    case MK_float16: case MK_bfloat16: *nan = 0xffff; return 16;
    case MK_float64: *nan = UINT64_MAX; return 64;
    case MK_int64: return 64;
    case MK_int32: return 32;
    case MK_int16: return 16;
    default: return 8;
  }
}

static void fill_32(int32_t dtype, const void *input, int64_t n, uint32_t flip, uint64_t *a) {
  switch (dtype) {
    case MK_float32: FILL_32(uint32_t, float_key(x, 1u << 31, 0x7f800000)) break;
    case MK_float16: FILL_32(uint16_t, float_key(x, 1u << 15, 0x7c00)) break;
    case MK_bfloat16: FILL_32(uint16_t, float_key(x, 1u << 15, 0x7f80)) break;
    case MK_int32: FILL_32(uint32_t, x ^ 1u << 31) break;
    case MK_int16: FILL_32(uint16_t, x ^ 1u << 15) break;
    case MK_int8: FILL_32(uint8_t, x ^ 1u << 7) break;
    default: FILL_32(uint8_t, x) break;
  }
}
static void fill_64(int32_t dtype, const uint64_t *input, int64_t n, uint64_t flip, wide_element *a) {
  if (dtype == MK_float64)
    for (int64_t i = 0; i < n; i++) a[i] = (wide_element){double_key(input[i]) ^ flip, (uint32_t)i};
  else
    for (int64_t i = 0; i < n; i++) a[i] = (wide_element){(input[i] ^ (uint64_t)1 << 63) ^ flip, (uint32_t)i};
}

// ---- Values -----------------------------------------------------------------------------------------------------------

// A value is made back from its key, which lies at hand; only zeros (two signs) and NaNs (many) are looked up.
static inline float float_of_key(uint32_t key, const float *input, int64_t position) {
  if (key == 1u << 31 || key == UINT32_MAX) return input[position];
  const uint32_t sign = 1u << 31, bits = key & sign ? key ^ sign : (sign - key) | sign;
  float value;
  memcpy(&value, &bits, 4);
  return value;
}

static void write_32(const order_job *job, int64_t row, uint32_t flip, const uint64_t *chosen) {
  const int64_t places = job->places;
  int64_t *indices = job->indices + row * places;
  for (int64_t i = 0; i < places; i++) indices[i] = (int64_t)(uint32_t)chosen[i];
#define PICK(T)                                                                                                       \
  { const T *input = (const T *)job->input + row * job->n; T *values = (T *)job->values + row * places;              \
    for (int64_t i = 0; i < places; i++) values[i] = input[(uint32_t)chosen[i]]; break; }
  switch (job->dtype) {
    case MK_float32: {
      const float *input = (const float *)job->input + row * job->n;
      float *values = (float *)job->values + row * places;
      for (int64_t i = 0; i < places; i++) values[i] = float_of_key((uint32_t)(chosen[i] >> 32) ^ flip, input, (uint32_t)chosen[i]);
      break;
    }
    case MK_int32: {
      uint32_t *values = (uint32_t *)job->values + row * places;
      for (int64_t i = 0; i < places; i++) values[i] = ((uint32_t)(chosen[i] >> 32) ^ flip) ^ 1u << 31;
      break;
    }
    case MK_float16: case MK_bfloat16: case MK_int16: PICK(uint16_t)
    default: PICK(uint8_t)
  }
#undef PICK
}
static void write_64(const order_job *job, int64_t row, uint64_t flip, const wide_element *chosen) {
  const int64_t places = job->places;
  const uint64_t sign = (uint64_t)1 << 63, *input = (const uint64_t *)job->input + row * job->n;
  uint64_t *values = (uint64_t *)job->values + row * places;
  int64_t *indices = job->indices + row * places;
  for (int64_t i = 0; i < places; i++) {
    const uint64_t key = chosen[i].key ^ flip;
    indices[i] = chosen[i].position;
    if (job->dtype == MK_int64) values[i] = key ^ sign;
    else if (key == sign || key == UINT64_MAX) values[i] = input[chosen[i].position];
    else values[i] = key & sign ? key ^ sign : (sign - key) | sign;
  }
}

static void run_lines(void *context, int64_t chunk) {
  order_job *job = context;
  const int64_t begin = chunk * job->step, end = begin + job->step < job->rows ? begin + job->step : job->rows;
  const int64_t n = job->n;
  uint64_t nan;
  const int32_t bits = key_bits(job->dtype, &nan);
  const bool wide = bits == 64, reversed = job->operation == ORDER_DESCENDING || job->operation == ORDER_LARGEST;
  const uint64_t flip = reversed ? UINT64_MAX >> (64 - bits) : 0;
  const size_t bytes = (wide ? sizeof(wide_element) : sizeof(uint64_t)) * (size_t)n;
  _Alignas(16) char local[16384];
  char *memory = 2 * bytes <= sizeof local ? local : mk_allocate(2 * bytes);
  if (!memory) { job->failed = true; return; }
  for (int64_t row = begin; row < end; row++) {
    if (wide) {
      wide_element *a = (wide_element *)(void *)memory, *b = a + n;
      fill_64(job->dtype, (const uint64_t *)job->input + row * n, n, flip, a);
      write_64(job, row, flip, order_64(job->operation, a, b, n, job->count, bits, nan));
    } else {
      uint64_t *a = (uint64_t *)(void *)memory, *b = a + n;
      fill_32(job->dtype, job->input + row * n * (bits / 8), n, (uint32_t)flip, a);
      write_32(job, row, (uint32_t)flip, order_32(job->operation, a, b, n, job->count, bits, (uint32_t)nan));
    }
  }
  if (memory != local) mk_free(memory, 2 * bytes);
}

int32_t mk_run_order(int32_t operation, int32_t dtype, int64_t rows, int64_t n, int64_t count, const void *input, void *values, int64_t *indices) {
  if (operation < ORDER_ASCENDING || operation > ORDER_MODE || (uint32_t)dtype >= MK_DTYPE_COUNT || n > UINT32_MAX) return MK_UNSUPPORTED;
  if (rows <= 0 || n <= 0) return MK_OK;
  order_job job = {.operation = operation, .dtype = dtype, .rows = rows, .n = n, .count = count, .input = input, .values = values, .indices = indices};
  job.places = operation <= ORDER_DESCENDING ? n : operation <= ORDER_SMALLEST ? count : 1;
  job.step = GRAIN / n + 1;
  mk_parallel((rows + job.step - 1) / job.step, run_lines, &job);
  return job.failed ? MK_OUT_OF_MEMORY : MK_OK;
}
