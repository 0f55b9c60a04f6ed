// The row kernels of three operands and their table.

// a + c·(b - a) from the nearer end, so that c = 0 and c = 1 are exact.
#define MK_INTERPOLATE(w)                                                                                   \
  MK_INLINE vf##w interpolate_f##w(vf##w a, vf##w b, vf##w c) {                                             \
    const vi##w small = absolute_f##w(c) < 0.5f;                                                            \
    return fma_f##w(select_f##w(small, c, c - 1), b - a, select_f##w(small, a, b));                         \
  }
MK_INTERPOLATE(32)
MK_INTERPOLATE(64)

#define MK_DEFINE(type, T, w, ...)                                                                          \
  MK_ROW_LOOP3P(ternary_multiplyAdd_##type, T, T, parameter_##type, x + p0 * y * z)                         \
  MK_ROW_LOOP3P(ternary_divideAdd_##type, T, T, parameter_##type, x + p0 * y / z)                           \
  MK_ROW_VECTOR3(ternary_interpolate_##type, T, w, interpolate_f##w(x, y, z))
MK_FLOATS(MK_DEFINE, )
#undef MK_DEFINE
#define MK_DEFINE(type, T, w, ...)                                                                          \
  MK_ROW_LOOP3P(ternary_multiplyAdd_##type, T, T, (T)to_int64_f64, (uint64_t)x + (uint64_t)p0 * (uint64_t)y * (uint64_t)z)
MK_INTEGERS(MK_DEFINE, )
#undef MK_DEFINE

// Selection moves bits: one kernel an element size.
#define MK_NO_PARAMETER(p) 0
MK_ROW_LOOP3P(ternary_select_1, uint8_t, uint8_t, MK_NO_PARAMETER, x ? y : z)
MK_ROW_LOOP3P(ternary_select_2, uint8_t, uint16_t, MK_NO_PARAMETER, x ? y : z)
MK_ROW_LOOP3P(ternary_select_4, uint8_t, uint32_t, MK_NO_PARAMETER, x ? y : z)
MK_ROW_LOOP3P(ternary_select_8, uint8_t, uint64_t, MK_NO_PARAMETER, x ? y : z)
#undef MK_NO_PARAMETER

static const row_kernel ternary_table[MK_TERNARY_COUNT][MK_DTYPE_COUNT] = {
  [MK_TERNARY_select] = {ternary_select_4, ternary_select_8, ternary_select_2, ternary_select_2, ternary_select_1,
                         ternary_select_2, ternary_select_4, ternary_select_8, ternary_select_1, ternary_select_1},
  [MK_TERNARY_multiplyAdd] = {[MK_float32] = ternary_multiplyAdd_float32, [MK_float64] = ternary_multiplyAdd_float64,
                              [MK_int8] = ternary_multiplyAdd_int8, [MK_int16] = ternary_multiplyAdd_int16,
                              [MK_int32] = ternary_multiplyAdd_int32, [MK_int64] = ternary_multiplyAdd_int64,
                              [MK_uint8] = ternary_multiplyAdd_uint8},
  [MK_TERNARY_divideAdd] = {[MK_float32] = ternary_divideAdd_float32, [MK_float64] = ternary_divideAdd_float64},
  [MK_TERNARY_interpolate] = {[MK_float32] = ternary_interpolate_float32, [MK_float64] = ternary_interpolate_float64},
};
_Static_assert(MK_TERNARY_COUNT == 4, "a new ternary operation wants its entry above");
