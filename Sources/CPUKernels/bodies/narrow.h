// float16 and bfloat16 by integer arithmetic: one element at a time, on every processor, rounded to nearest even.
#ifndef MK_NARROW_H
#define MK_NARROW_H
#include <stdint.h>

static inline float mk_widen_half(uint16_t h) {
  union { uint32_t u; float f; } magnitude = {.u = (uint32_t)(h & 0x7FFF) << 13};
  magnitude.f *= 0x1p112f;  // moves the exponent; subnormals come out right
  if ((h & 0x7C00) == 0x7C00) magnitude.u |= 0x7F800000;
  magnitude.u |= (uint32_t)(h & 0x8000) << 16;
  return magnitude.f;
}

static inline float mk_widen_bfloat(uint16_t b) {
  const union { uint32_t u; float f; } word = {.u = (uint32_t)b << 16};
  return word.f;
}

static inline uint16_t mk_narrow_half(float value) {
  const union { float f; uint32_t u; } word = {.f = value};
  const uint32_t sign = word.u >> 16 & 0x8000, magnitude = word.u & 0x7FFFFFFF;
  if (magnitude > 0x7F800000) return (uint16_t)(sign | 0x7E00);
  if (magnitude >= 0x477FF000) return (uint16_t)(sign | 0x7C00);  // rounds to 65536 or more
  if (magnitude < 0x38800000) {  // subnormal: the sum's last bit is 2^-24, so the addition rounds as half would
    union { uint32_t u; float f; } small = {.u = magnitude};
    small.f += 0.5f;
    return (uint16_t)(sign | (small.u - 0x3F000000));
  }
  return (uint16_t)(sign | (magnitude - 0x38000000 + 0xFFF + (magnitude >> 13 & 1)) >> 13);
}

static inline uint16_t mk_narrow_bfloat(float value) {
  const union { float f; uint32_t u; } word = {.f = value};
  if ((word.u & 0x7FFFFFFF) > 0x7F800000) return 0x7FC0;
  return (uint16_t)((word.u + 0x7FFF + (word.u >> 16 & 1)) >> 16);
}
#endif
