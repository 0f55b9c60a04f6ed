// Weighted sums of slices: outer indices [begin, end) of a resampling; see mk_resampling. Taps are added in order.
#define RESAMPLE(T, suffix)                                                                                                      \
  static void resample_forward_##suffix(const mk_resampling *work, int64_t begin, int64_t end, const T *input, T *output) {      \
    const int64_t inner = work->inner, picked = work->picked;                                                                    \
    const T *weights = work->weights;                                                                                            \
    for (int64_t o = begin; o < end; o++) {                                                                                      \
      const T *from = input + o * work->count * inner;                                                                           \
      T *to = output + o * picked * inner;                                                                                       \
      if (inner == 1) {                                                                                                          \
        const int64_t *index = work->indices;                                                                                    \
        int64_t t = 2;                                                                                                           \
        if (work->taps >= 2) {                                                                                                   \
          const int64_t *next = index + picked;                                                                                  \
          const T *v = weights + picked;                                                                                         \
          for (int64_t j = 0; j < picked; j++) to[j] = weights[j] * from[index[j]] + v[j] * from[next[j]];                       \
        } else {                                                                                                                 \
          for (int64_t j = 0; j < picked; j++) to[j] = weights[j] * from[index[j]];                                              \
        }                                                                                                                        \
        for (; t < work->taps; t++) {                                                                                            \
          const T *w = weights + t * picked;                                                                                     \
          index = work->indices + t * picked;                                                                                    \
          for (int64_t j = 0; j < picked; j++) to[j] += w[j] * from[index[j]];                                                   \
        }                                                                                                                        \
        continue;                                                                                                                \
      }                                                                                                                          \
      for (int64_t j = 0; j < picked; j++) {                                                                                     \
        T *restrict row = to + j * inner;                                                                                        \
        int64_t t = 0;                                                                                                           \
        if (work->taps >= 2) {                                                                                                   \
          const T *restrict a = from + work->indices[j] * inner, *restrict b = from + work->indices[picked + j] * inner;         \
          const T v = weights[j], w = weights[picked + j];                                                                       \
          for (int64_t i = 0; i < inner; i++) row[i] = v * a[i] + w * b[i];                                                      \
          t = 2;                                                                                                                 \
        } else {                                                                                                                 \
          for (int64_t i = 0; i < inner; i++) row[i] = 0;                                                                        \
        }                                                                                                                        \
        for (; t < work->taps; t++) {                                                                                            \
          const T *restrict a = from + work->indices[t * picked + j] * inner;                                                    \
          const T w = weights[t * picked + j];                                                                                   \
          if (w == 0 && work->taps > 4) continue; /* padding of a table of unequal windows */                                    \
          for (int64_t i = 0; i < inner; i++) row[i] += w * a[i];                                                                \
        }                                                                                                                        \
      }                                                                                                                          \
    }                                                                                                                            \
  }                                                                                                                              \
  static void resample_backward_##suffix(const mk_resampling *work, int64_t begin, int64_t end, const T *input, T *output) {     \
    const int64_t inner = work->inner, picked = work->picked;                                                                    \
    for (int64_t o = begin; o < end; o++) {                                                                                      \
      const T *from = input + o * picked * inner;                                                                                \
      T *to = output + o * work->count * inner;                                                                                  \
      memset(to, 0, (size_t)(work->count * inner) * sizeof(T));                                                                  \
      for (int64_t t = 0; t < work->taps; t++)                                                                                   \
        for (int64_t j = 0; j < picked; j++) {                                                                                   \
          const T w = ((const T *)work->weights)[t * picked + j];                                                                \
          T *restrict row = to + work->indices[t * picked + j] * inner;                                                          \
          const T *restrict g = from + j * inner;                                                                                \
          for (int64_t i = 0; i < inner; i++) row[i] += w * g[i];                                                                \
        }                                                                                                                        \
    }                                                                                                                            \
  }
RESAMPLE(float, f32)
RESAMPLE(double, f64)
#undef RESAMPLE

static void resample(const mk_resampling *work, int64_t begin, int64_t end, const void *input, void *output) {
  if (work->dtype == MK_float64) {
    if (work->transposed) resample_backward_f64(work, begin, end, input, output);
    else resample_forward_f64(work, begin, end, input, output);
  } else {
    if (work->transposed) resample_backward_f32(work, begin, end, input, output);
    else resample_forward_f32(work, begin, end, input, output);
  }
}
