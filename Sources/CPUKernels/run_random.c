// The CPU random stream: MT19937 and PyTorch's recipes, so that the same seed gives the same numbers as PyTorch gives.
//
// The stream is one sequence, hence one thread; speed comes from making words a block at a time and from vectors.
#include <math.h>

#include "bodies/narrow.h"
#include "kernel_table.h"

#pragma STDC FP_CONTRACT OFF

enum { STATE_WORDS = 624, CHUNK = 1024 };  // CHUNK: words or values worked on at once; stays in L1

typedef struct random_loops {
  void (*regenerate)(uint32_t *state);
  void (*temper)(const uint32_t *state, int64_t count, uint32_t *words);
  void (*uniform32)(const uint32_t *words, int64_t count, float *output);
  void (*uniform64)(const uint32_t *words, int64_t count, double *output);
  void (*scale32)(float *values, int64_t count, float factor, float offset);
  void (*scale64)(double *values, int64_t count, double factor, double offset);
  void (*normal32)(float *values, int64_t blocks);
} random_loops;

static inline uint32_t twist(uint32_t upper, uint32_t lower) {
  const uint32_t y = (upper & 0x80000000u) | (lower & 0x7FFFFFFFu);
  return (y >> 1) ^ (-(y & 1) & 0x9908B0DFu);
}

static inline uint32_t tempered(uint32_t y) {
  y ^= y >> 11;
  y ^= (y << 7) & 0x9D2C5680u;
  y ^= (y << 15) & 0xEFC60000u;
  return y ^ (y >> 18);
}

static inline double unit_double(uint32_t high, uint32_t low) {
  const uint64_t bits = ((uint64_t)high << 32 | low) & (((uint64_t)1 << 53) - 1);
  return (double)(int64_t)bits * 0x1p-53;
}

// Vectors wider than the baseline's registers are passed between inlined functions only: no ABI is concerned.
#pragma clang diagnostic ignored "-Wpsabi"
#define RANDOM_NAME(x) random_##x##_base
#include "bodies/random.h"
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define RANDOM_NAME(x) random_##x##_avx2
#include "bodies/random.h"
#pragma clang attribute pop
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), apply_to = function)
#define RANDOM_NAME(x) random_##x##_avx512
#include "bodies/random.h"
#pragma clang attribute pop
#endif

static const random_loops *loops(void) {
#if defined(__x86_64__)
  const int32_t bytes = mk_kernels()->vector_bytes;
  if (bytes == 64) return &random_loops_avx512;
  if (bytes == 32) return &random_loops_avx2;
#endif
  return &random_loops_base;
}

// ---- Words --------------------------------------------------------------------------------------------------------

void mk_generator_seed(mk_generator *generator, uint64_t seed) {
  uint32_t word = (uint32_t)seed;
  generator->state[0] = word;
  for (uint32_t i = 1; i < STATE_WORDS; i++) {
    word = 1812433253u * (word ^ (word >> 30)) + i;
    generator->state[i] = word;
  }
  generator->position = STATE_WORDS;
  generator->has_cached_normal = 0;
  generator->cached_normal = 0;
  generator->has_been_drawn = 0;
  generator->seed = seed;
}

uint32_t mk_random32(mk_generator *generator) {
  if (generator->position >= STATE_WORDS) {
    loops()->regenerate(generator->state);
    generator->position = 0;
    generator->has_been_drawn = 1;
  }
  return tempered(generator->state[generator->position++]);
}

uint64_t mk_random64(mk_generator *generator) {
  const uint64_t high = mk_random32(generator);
  return high << 32 | mk_random32(generator);
}

double mk_random_double(mk_generator *generator) {
  const uint32_t high = mk_random32(generator);
  return unit_double(high, mk_random32(generator));
}

// The next `count` words.
static void draw(mk_generator *generator, const random_loops *table, int64_t count, uint32_t *words) {
  while (count > 0) {
    if (generator->position >= STATE_WORDS) {
      table->regenerate(generator->state);
      generator->position = 0;
      generator->has_been_drawn = 1;
    }
    const int64_t left = STATE_WORDS - generator->position, take = count < left ? count : left;
    table->temper(generator->state + generator->position, take, words);
    generator->position += (int32_t)take;
    words += take;
    count -= take;
  }
}

// The next `count` ≤ CHUNK uniforms in [0, 1).
static void draw_uniform32(mk_generator *generator, const random_loops *table, int64_t count, float *output) {
  uint32_t words[CHUNK];
  draw(generator, table, count, words);
  table->uniform32(words, count, output);
}

static void draw_uniform64(mk_generator *generator, const random_loops *table, int64_t count, double *output) {
  uint32_t words[2 * CHUNK];
  draw(generator, table, 2 * count, words);
  table->uniform64(words, count, output);
}

// ---- Narrow types ---------------------------------------------------------------------------------------------------

static uint16_t narrow(int32_t dtype, float value) { return dtype == MK_float16 ? mk_narrow_half(value) : mk_narrow_bfloat(value); }

static int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

// ---- Fills ------------------------------------------------------------------------------------------------------------

// u·(to - from) + from with one rounding, in the dtype (float32 for the narrow ones, whose value is then rounded again; one
// that thereby reaches `to` becomes `from`). float16, bfloat16 and float32 take one word an element, float64 two.
void mk_random_uniform(mk_generator *generator, int32_t dtype, int64_t count, void *output, double from, double to) {
  const random_loops *table = loops();
  const bool unit = from == 0 && to == 1;
  if (dtype == MK_float64) {
    double *out = output;
    for (int64_t i = 0; i < count; i += CHUNK) {
      const int64_t n = smaller(CHUNK, count - i);
      draw_uniform64(generator, table, n, out + i);
      if (!unit) table->scale64(out + i, n, to - from, from);
    }
    return;
  }
  const float low = (float)from, range = (float)to - (float)from;
  float buffer[CHUNK];
  const uint16_t low_bits = narrow(dtype, low), high_bits = narrow(dtype, (float)to);
  for (int64_t i = 0; i < count; i += CHUNK) {
    const int64_t n = smaller(CHUNK, count - i);
    float *out = dtype == MK_float32 ? (float *)output + i : buffer;
    draw_uniform32(generator, table, n, out);
    if (!unit) table->scale32(out, n, range, low);
    if (dtype == MK_float32) continue;
    uint16_t *half = (uint16_t *)output + i;
    for (int64_t j = 0; j < n; j++) {
      const uint16_t bits = narrow(dtype, buffer[j]);
      half[j] = bits == high_bits ? low_bits : bits;
    }
  }
}

// One normal by Box–Muller in double; the second of each pair waits in the generator.
static double one_normal(mk_generator *generator) {
  if (generator->has_cached_normal) {
    generator->has_cached_normal = 0;
    return generator->cached_normal;
  }
  const double u1 = mk_random_double(generator), u2 = mk_random_double(generator);
  const double radius = sqrt(-2.0 * log1p(-u2)), angle = 2.0 * 3.14159265358979323846 * u1;
  generator->cached_normal = radius * sin(angle);
  generator->has_cached_normal = 1;
  return radius * cos(angle);
}

// A block of 16 uniforms to 16 normals.
static void normal_block64(double *x) {
  for (int j = 0; j < 8; j++) {
    const double radius = sqrt(-2.0 * log(1.0 - x[j])), angle = 2.0 * 3.14159265358979323846 * x[j + 8];
    x[j] = radius * cos(angle);
    x[j + 8] = radius * sin(angle);
  }
}

static void normal64(mk_generator *generator, const random_loops *table, int64_t count, double *output, double mean, double deviation) {
  const bool standard = mean == 0 && deviation == 1;
  const int64_t whole = count & ~(int64_t)15;
  for (int64_t i = 0; i < whole; i += CHUNK) {
    const int64_t n = smaller(CHUNK, whole - i);
    draw_uniform64(generator, table, n, output + i);
    for (int64_t j = 0; j < n; j += 16) normal_block64(output + i + j);
    if (!standard) table->scale64(output + i, n, deviation, mean);
  }
  if (whole == count) return;
  double *tail = output + count - 16;
  double unused[16];
  draw_uniform64(generator, table, count - whole, unused);
  draw_uniform64(generator, table, 16, tail);
  normal_block64(tail);
  if (!standard) table->scale64(tail, 16, deviation, mean);
}

// float32, and the narrow types rounded from it.
static void normal32(mk_generator *generator, const random_loops *table, int32_t dtype, int64_t count, void *output, float mean, float deviation) {
  const bool standard = mean == 0 && deviation == 1;
  float buffer[CHUNK];
  const int64_t whole = count & ~(int64_t)15;
  for (int64_t i = 0; i <= whole;) {
    const bool is_tail = i == whole;
    if (is_tail && whole == count) return;
    const int64_t at = is_tail ? count - 16 : i, n = is_tail ? 16 : smaller(CHUNK, whole - i);
    float *out = dtype == MK_float32 ? (float *)output + at : buffer;
    // PyTorch's float32 first fills the whole tensor, so the tail's first uniforms are drawn and lost; its narrow types do not.
    if (is_tail && dtype == MK_float32) {
      uint32_t unused[16];
      draw(generator, table, count - whole, unused);
    }
    draw_uniform32(generator, table, n, out);
    table->normal32(out, n / 16);
    if (!standard) table->scale32(out, n, deviation, mean);
    if (dtype != MK_float32)
      for (int64_t j = 0; j < n; j++) ((uint16_t *)output)[at + j] = narrow(dtype, buffer[j]);
    i += is_tail ? 1 : n;
  }
}

// Box–Muller in double, one at a time.
void mk_random_normal_each(mk_generator *generator, int32_t dtype, int64_t count, void *output, double mean, double standard_deviation) {
  for (int64_t i = 0; i < count; i++) {
    const double value = fma(one_normal(generator), standard_deviation, mean);
    if (dtype == MK_float64) ((double *)output)[i] = value;
    else if (dtype == MK_float32) ((float *)output)[i] = (float)value;
    else ((uint16_t *)output)[i] = narrow(dtype, (float)value);
  }
}

// Fewer than 16: double Box–Muller, one at a time. Else blocks of 16 uniforms are made normals in place, and a count that 16
// does not divide has its last 16 drawn anew. Normals are scaled by one fused multiply-add.
void mk_random_normal(mk_generator *generator, int32_t dtype, int64_t count, void *output, double mean, double standard_deviation) {
  if (count < 16) {
    mk_random_normal_each(generator, dtype, count, output, mean, standard_deviation);
  } else if (dtype == MK_float64) {
    normal64(generator, loops(), count, output, mean, standard_deviation);
  } else {
    normal32(generator, loops(), dtype, count, output, (float)mean, (float)standard_deviation);
  }
}

// -1/lambda · log1p(-u), u a double uniform, rounded to the dtype.
void mk_random_exponential(mk_generator *generator, int32_t dtype, int64_t count, void *output, double lambda) {
  const random_loops *table = loops();
  double uniform[CHUNK];
  for (int64_t i = 0; i < count; i += CHUNK) {
    const int64_t n = smaller(CHUNK, count - i);
    draw_uniform64(generator, table, n, uniform);
    for (int64_t j = 0; j < n; j++) {
      const double value = -1.0 / lambda * log1p(-uniform[j]);
      if (dtype == MK_float64) ((double *)output)[i + j] = value;
      else if (dtype == MK_float32) ((float *)output)[i + j] = (float)value;
      else ((uint16_t *)output)[i + j] = narrow(dtype, (float)value);
    }
  }
}

// low + r % range, r one word if range < 2^28, else two; range 0 stands for 2^64.
void mk_random_integers(mk_generator *generator, int64_t count, int64_t *output, int64_t low, uint64_t range) {
  const random_loops *table = loops();
  uint32_t words[CHUNK];
  if (range != 0 && range < (1u << 28)) {
    const uint32_t divisor = (uint32_t)range;
    for (int64_t i = 0; i < count; i += CHUNK) {
      const int64_t n = smaller(CHUNK, count - i);
      draw(generator, table, n, words);
      for (int64_t j = 0; j < n; j++) output[i + j] = (int64_t)((uint64_t)low + words[j] % divisor);
    }
    return;
  }
  for (int64_t i = 0; i < count; i += CHUNK / 2) {
    const int64_t n = smaller(CHUNK / 2, count - i);
    draw(generator, table, 2 * n, words);
    for (int64_t j = 0; j < n; j++) {
      const uint64_t r = (uint64_t)words[2 * j] << 32 | words[2 * j + 1];
      output[i + j] = (int64_t)((uint64_t)low + (range ? r % range : r));
    }
  }
}

void mk_random_words(mk_generator *generator, int64_t count, int64_t *output, uint32_t mask) {
  for (int64_t i = 0; i < count; i++) output[i] = mk_random32(generator) & mask;
}

void mk_random_log_normal(mk_generator *generator, int64_t count, double *output, double mean, double standard_deviation) {
  for (int64_t i = 0; i < count; i++) output[i] = exp(one_normal(generator) * standard_deviation + mean);
}

void mk_random_cauchy(mk_generator *generator, int64_t count, double *output, double median, double sigma) {
  for (int64_t i = 0; i < count; i++) output[i] = median + sigma * tan(3.14159265358979323846 * (mk_random_double(generator) - 0.5));
}

void mk_random_geometric(mk_generator *generator, int64_t count, double *output, double p) {
  for (int64_t i = 0; i < count; i++) output[i] = ceil(log(mk_random_double(generator)) / log1p(-p));
}

// W. Hörmann's transformed rejection (PTRS, 1993) for rates from 10 on; below, uniforms are multiplied until the product
// passes e^-rate.
static double one_poisson(mk_generator *generator, double rate) {
  if (rate == 0) return 0;
  if (rate < 10) {
    const double limit = exp(-rate);
    double product = mk_random_double(generator), count = 0;
    for (; product > limit; count++) product *= mk_random_double(generator);
    return count;
  }
  const double root = sqrt(rate), logarithm = log(rate), b = 0.931 + 2.53 * root, a = -0.059 + 0.02483 * b;
  const double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4), accepted = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const double u = mk_random_double(generator) - 0.5, v = mk_random_double(generator), us = 0.5 - fabs(u);
    const double k = floor((2 * a / us + b) * u + rate + 0.43);
    if (us >= 0.07 && v <= accepted) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    if (log(v) + log(inverse_alpha) - log(a / (us * us) + b) <= -rate + k * logarithm - lgamma(k + 1)) return k;
  }
}

void mk_random_poisson(mk_generator *generator, int64_t count, double *output, const double *rates) {
  for (int64_t i = 0; i < count; i++) output[i] = one_poisson(generator, rates[i]);
}

// Fisher–Yates from the front: element i changes place with i + r % (count - i).
void mk_random_permutation(mk_generator *generator, int64_t count, int64_t *output) {
  for (int64_t i = 0; i < count; i++) output[i] = i;
  const random_loops *table = loops();
  uint32_t words[CHUNK];
  for (int64_t i = 0; i < count - 1; i += CHUNK) {
    const int64_t n = smaller(CHUNK, count - 1 - i);
    draw(generator, table, n, words);
    for (int64_t j = 0; j < n; j++) {
      const int64_t here = i + j, there = here + (int64_t)(words[j] % (uint64_t)(count - here));
      const int64_t value = output[here];
      output[here] = output[there];
      output[there] = value;
    }
  }
}

void mk_random_bernoulli(mk_generator *generator, int64_t count, uint8_t *output, double p) {
  const random_loops *table = loops();
  double uniform[CHUNK];
  for (int64_t i = 0; i < count; i += CHUNK) {
    const int64_t n = smaller(CHUNK, count - i);
    draw_uniform64(generator, table, n, uniform);
    for (int64_t j = 0; j < n; j++) output[i + j] = uniform[j] < p;
  }
}

void mk_random_bernoulli_each(mk_generator *generator, int32_t dtype, int64_t count, uint8_t *output, const void *p) {
  const random_loops *table = loops();
  if (dtype == MK_float64) {
    double uniform[CHUNK];
    for (int64_t i = 0; i < count; i += CHUNK) {
      const int64_t n = smaller(CHUNK, count - i);
      draw_uniform64(generator, table, n, uniform);
      for (int64_t j = 0; j < n; j++) output[i + j] = uniform[j] < ((const double *)p)[i + j];
    }
    return;
  }
  float uniform[CHUNK];
  for (int64_t i = 0; i < count; i += CHUNK) {
    const int64_t n = smaller(CHUNK, count - i);
    draw_uniform32(generator, table, n, uniform);
    for (int64_t j = 0; j < n; j++) output[i + j] = uniform[j] < ((const float *)p)[i + j];
  }
}
