// The forms that row kernels have. A row kernel computes out[i] = operation(a[i], b[i], c[i]) over contiguous rows of one
// type; elementwise.h brings everything else into that shape.

// p: the call's two parameters. `out` may be one of the inputs. MK_OK or what went wrong.
typedef int32_t (*row_kernel)(int64_t count, void *out, const void *a, const void *b, const void *c, const double *p);

// The compute types, with the C types of their elements.
#define MK_FLOATS(X, ...) X(float32, float, 32, __VA_ARGS__) X(float64, double, 64, __VA_ARGS__)
#define MK_SIGNED_INTEGERS(X, ...)                                                  \
  X(int8, int8_t, 8, __VA_ARGS__) X(int16, int16_t, 16, __VA_ARGS__)                \
  X(int32, int32_t, 32, __VA_ARGS__) X(int64, int64_t, 64, __VA_ARGS__)
#define MK_INTEGERS(X, ...) MK_SIGNED_INTEGERS(X, __VA_ARGS__) X(uint8, uint8_t, 8, __VA_ARGS__)

#define MK_ROW(name)                                                                                          \
  static int32_t name(int64_t count, void *out, const void *a_, const void *b_, const void *c_, const double *p)
#define MK_ROW_UNUSED (void)a_, (void)b_, (void)c_, (void)p

// One formula an element, in x, y, z and the parameters p0 and p1; clang makes vectors of it. Only for formulas whose result
// is the same in a vector and alone: exact or correctly rounded operations, bits, comparisons.
#define MK_ROW_LOOP1(name, In, Out, formula)             \
  MK_ROW(name) {                                         \
    MK_ROW_UNUSED;                                       \
    const In *a = a_;                                    \
    Out *o = out;                                        \
    MK_INDEPENDENT for (int64_t i = 0; i < count; i++) { \
      const In x = a[i];                                 \
      (void)x;                                           \
      o[i] = (Out)(formula);                             \
    }                                                    \
    return MK_OK;                                        \
  }
#define MK_ROW_LOOP2(name, In, Out, formula)             \
  MK_ROW(name) {                                         \
    MK_ROW_UNUSED;                                       \
    const In *a = a_, *b = b_;                           \
    Out *o = out;                                        \
    MK_INDEPENDENT for (int64_t i = 0; i < count; i++) { \
      const In x = a[i], y = b[i];                       \
      o[i] = (Out)(formula);                             \
    }                                                    \
    return MK_OK;                                        \
  }
// With parameters.
#define MK_ROW_LOOP1P(name, T, parameter, formula)           \
  MK_ROW(name) {                                             \
    MK_ROW_UNUSED;                                           \
    const T *a = a_;                                         \
    T *o = out;                                              \
    const T p0 = parameter(p[0]), p1 = parameter(p[1]);      \
    (void)p1;                                                \
    MK_INDEPENDENT for (int64_t i = 0; i < count; i++) {     \
      const T x = a[i];                                      \
      o[i] = (T)(formula);                                   \
    }                                                        \
    return MK_OK;                                            \
  }
#define MK_ROW_LOOP2P(name, T, parameter, formula)           \
  MK_ROW(name) {                                             \
    MK_ROW_UNUSED;                                           \
    const T *a = a_, *b = b_;                                \
    T *o = out;                                              \
    const T p0 = parameter(p[0]), p1 = parameter(p[1]);      \
    (void)p1;                                                \
    MK_INDEPENDENT for (int64_t i = 0; i < count; i++) {     \
      const T x = a[i], y = b[i];                            \
      o[i] = (T)(formula);                                   \
    }                                                        \
    return MK_OK;                                            \
  }
#define MK_ROW_LOOP3P(name, A, T, parameter, formula)        \
  MK_ROW(name) {                                             \
    MK_ROW_UNUSED;                                           \
    const A *a = a_;                                         \
    const T *b = b_, *c = c_;                                \
    T *o = out;                                              \
    const T p0 = parameter(p[0]);                            \
    (void)p0;                                                \
    MK_INDEPENDENT for (int64_t i = 0; i < count; i++) {     \
      const A x = a[i];                                      \
      const T y = b[i], z = c[i];                            \
      o[i] = (T)(formula);                                   \
    }                                                        \
    return MK_OK;                                            \
  }

// One element after the other, no vectors: the body sets `r` and, where something is wrong, `status`.
#define MK_ROW_SCALAR2(name, T, body)          \
  MK_ROW(name) {                               \
    MK_ROW_UNUSED;                             \
    const T *a = a_, *b = b_;                  \
    T *o = out;                                \
    int32_t status = MK_OK;                    \
    for (int64_t i = 0; i < count; i++) {      \
      const T x = a[i], y = b[i];              \
      T r;                                     \
      body;                                    \
      o[i] = r;                                \
    }                                          \
    return status;                             \
  }

// Fewer bytes than a vector has, a multiple of 4, by halves: a call of memcpy costs more.
MK_INLINE void copy_part(void *target_, const void *source_, int64_t bytes) {
  char *target = target_;
  const char *source = source_;
#define MK_COPY_PIECE(size) \
  if (bytes & size) memcpy(target, source, size), target += size, source += size;
  MK_COPY_PIECE(32)
  MK_COPY_PIECE(16)
  MK_COPY_PIECE(8)
  MK_COPY_PIECE(4)
#undef MK_COPY_PIECE
}

// A vector formula in x, y, z and p0, p1. The last, partial vector is a padded copy that runs the same instructions, so an
// element's result never depends on its position.
#define MK_ROW_VECTOR(name, T, width, inputs, formula)                                                             \
  MK_ROW(name) {                                                                                                   \
    MK_ROW_UNUSED;                                                                                                 \
    enum { lanes = MK_BYTES / sizeof(T) };                                                                         \
    const vf##width p0 = splat_f##width((T)p[0]), p1 = splat_f##width((T)p[1]);                                    \
    (void)p0, (void)p1;                                                                                            \
    T pad[3][lanes];                                                                                               \
    for (int64_t i = 0; i < count; i += lanes) {                                                                   \
      const int64_t left = count - i;                                                                              \
      const T *a = (const T *)a_ + i, *b = inputs > 1 ? (const T *)b_ + i : a, *c = inputs > 2 ? (const T *)c_ + i : a; \
      T *o = (T *)out + i;                                                                                         \
      if (__builtin_expect(left < lanes, 0)) {                                                                     \
        store_f##width(pad[0], splat_f##width(1));                                                                 \
        copy_part(pad[0], a, left * (int64_t)sizeof(T));                                                           \
        if (inputs > 1) store_f##width(pad[1], splat_f##width(1)), copy_part(pad[1], b, left * (int64_t)sizeof(T));\
        if (inputs > 2) store_f##width(pad[2], splat_f##width(1)), copy_part(pad[2], c, left * (int64_t)sizeof(T));\
        a = pad[0], b = pad[1], c = pad[2];                                                                        \
        o = pad[0];                                                                                                \
      }                                                                                                            \
      const vf##width x = load_f##width(a);                                                                        \
      const vf##width y = inputs > 1 ? load_f##width(b) : x, z = inputs > 2 ? load_f##width(c) : x;                \
      (void)y, (void)z;                                                                                            \
      store_f##width(o, formula);                                                                                  \
      if (__builtin_expect(left < lanes, 0)) copy_part((T *)out + i, pad[0], left * (int64_t)sizeof(T));           \
    }                                                                                                              \
    return MK_OK;                                                                                                  \
  }
#define MK_ROW_VECTOR1(name, T, width, formula) MK_ROW_VECTOR(name, T, width, 1, formula)
#define MK_ROW_VECTOR2(name, T, width, formula) MK_ROW_VECTOR(name, T, width, 2, formula)
#define MK_ROW_VECTOR3(name, T, width, formula) MK_ROW_VECTOR(name, T, width, 3, formula)

// A parameter as an element: floats round, integers saturate (a missing bound is an infinity), NaN is the lowest.
MK_INLINE float parameter_float32(double p) { return (float)p; }
MK_INLINE double parameter_float64(double p) { return p; }
// A bound beyond the integers is their end.
MK_INLINE int64_t nearest_int64(double p) { return p >= 0x1p63 ? INT64_MAX : (int64_t)(p > -0x1p63 ? p : -0x1p63); }
MK_INLINE int64_t parameter_int64(double p) { return nearest_int64(p); }
#define MK_PARAMETER_INTEGER(name, T, lowest, highest)                               \
  MK_INLINE T parameter_##name(double p) {                                           \
    const int64_t whole = nearest_int64(p);                                          \
    return (T)(whole < lowest ? lowest : whole > highest ? highest : whole);         \
  }
MK_PARAMETER_INTEGER(int8, int8_t, INT8_MIN, INT8_MAX)
MK_PARAMETER_INTEGER(int16, int16_t, INT16_MIN, INT16_MAX)
MK_PARAMETER_INTEGER(int32, int32_t, INT32_MIN, INT32_MAX)
MK_PARAMETER_INTEGER(uint8, uint8_t, 0, UINT8_MAX)

// Arithmetic that wraps around: unsigned, wide enough that nothing promotes to int on the way.
typedef uint32_t wrap_int8, wrap_int16, wrap_int32, wrap_uint8;
typedef uint64_t wrap_int64;
