// float32 sine and cosine. See math.h.

// quarter 0 for the sine, 1 for the cosine. x = n·π/2 + r in three fused steps, of which the first is exact; good while n has
// few bits. Larger arguments, and ISAs without a fused multiply-add, go through libm in float64.
MK_INLINE vf32 sine_f32(vf32 x, int32_t quarter) {
#if MK_HAS_FMA
  const vi32 large = ~(absolute_f32(x) <= 30000.0f);
  const vf32 bounded = select_f32(large, splat_f32(0.0f), x);
  const float shift = 0x1.8p23f;
  const vf32 shifted = fma_f32(bounded, splat_f32(0.636619772f), splat_f32(shift)), n = shifted - shift;
  const vi32 turn = (vi32)shifted + quarter;  // the low two bits count quarter turns
  vf32 r = fma_f32(n, splat_f32(-1.5707963705062866f), bounded);
  r = fma_f32(n, splat_f32(4.371138828673793e-08f), r);
  r = fma_f32(n, splat_f32(1.7151245100058819e-15f), r);
  const vf32 z = r * r;
  vf32 s = splat_f32(2.7182366011402337e-06f);  // (sin r - r)/r³; relative error 2^-37
  s = fma_f32(s, z, splat_f32(-0.00019839327433146536f));
  s = fma_f32(s, z, splat_f32(0.008333329111337662f));
  s = fma_f32(s, z, splat_f32(-0.1666666716337204f));
  s = fma_f32(s * z, r, r);
  vf32 c = splat_f32(2.4437718820990995e-05f);  // (cos r - 1 + r²/2)/r⁴; relative error 2^-33
  c = fma_f32(c, z, splat_f32(-0.001388736185617745f));
  c = fma_f32(c, z, splat_f32(0.04166664555668831f));
  c = fma_f32(c * z, z, fma_f32(z, splat_f32(-0.5f), splat_f32(1.0f)));
  vf32 result = select_f32((turn << 31) < 0, c, s);
  result = (vf32)((vi32)result ^ ((turn << 30) & (vi32)(INT32_MIN)));
  if (quarter == 0) result = select_f32(x == 0.0f, x, result);
  for (int lane = 0; lane < MK_F32; lane++)
    if (__builtin_expect(large[lane], 0)) result[lane] = (float)(quarter ? cos((double)x[lane]) : sin((double)x[lane]));
  return result;
#else
  for (int lane = 0; lane < MK_F32; lane++) x[lane] = (float)(quarter ? cos((double)x[lane]) : sin((double)x[lane]));
  return x;
#endif
}
MK_INLINE vf32 sin_f32(vf32 x) { return sine_f32(x, 0); }
MK_INLINE vf32 cos_f32(vf32 x) { return sine_f32(x, 1); }
