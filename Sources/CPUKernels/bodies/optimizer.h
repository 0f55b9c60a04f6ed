// Optimizer steps over [begin, end), instantiated for float and double: plain loops that the compiler makes vectors of.
// Scalars are worked out in double and rounded once to the element type, as PyTorch does; `a + alpha·b` is fused where PyTorch's
// own kernels fuse it and the ISA can.
#define OPTIMIZER(T, suffix, MULTIPLY_ADD)                                                                            \
  static void sgd_##suffix(const mk_sgd *o, int64_t begin, int64_t end, T *restrict parameter, const T *restrict gradient, T *restrict buffer) { \
    const T sign = o->maximize ? -1 : 1, decay = (T)o->weight_decay, momentum = (T)o->momentum;                       \
    const T fresh = (T)(1 - o->dampening), rate = (T)-o->learning_rate;                                               \
    const bool decays = o->weight_decay != 0, nesterov = o->nesterov, first = o->first_step;                          \
    if (!buffer) {                                                                                                    \
      for (int64_t i = begin; i < end; i++) {                                                                         \
        const T p = parameter[i];                                                                                     \
        T g = sign * gradient[i];                                                                                     \
        g = decays ? MULTIPLY_ADD(decay, p, g) : g;                                                                   \
        parameter[i] = MULTIPLY_ADD(rate, g, p);                                                                      \
      }                                                                                                               \
      return;                                                                                                         \
    }                                                                                                                 \
    for (int64_t i = begin; i < end; i++) {                                                                           \
      const T p = parameter[i];                                                                                       \
      T g = sign * gradient[i];                                                                                       \
      g = decays ? MULTIPLY_ADD(decay, p, g) : g;                                                                     \
      const T b = first ? g : MULTIPLY_ADD(fresh, g, buffer[i] * momentum);                                           \
      buffer[i] = b;                                                                                                  \
      g = nesterov ? MULTIPLY_ADD(momentum, b, g) : b;                                                                \
      parameter[i] = MULTIPLY_ADD(rate, g, p);                                                                        \
    }                                                                                                                 \
  }                                                                                                                   \
  /* Inlined once with v_max and once without: a masked access at a null address is legal, and very slow. */          \
  MK_INLINE void adam_steps_##suffix(const mk_adam *o, int64_t begin, int64_t end, T *restrict parameter, const T *restrict gradient,\
                                     T *restrict m, T *restrict v, T *restrict v_max, const bool keeps_most) {        \
    const double correction1 = 1 - pow(o->beta1, (double)o->step), correction2 = 1 - pow(o->beta2, (double)o->step);  \
    const T sign = o->maximize ? -1 : 1, decay = (T)o->weight_decay, keep = (T)(1 - o->learning_rate * o->weight_decay);\
    const T weight1 = (T)(1 - o->beta1), beta2 = (T)o->beta2, weight2 = (T)(1 - o->beta2);                            \
    const T root2 = (T)sqrt(correction2), epsilon = (T)o->epsilon, rate = (T)-(o->learning_rate / correction1);       \
    const bool decays = o->weight_decay != 0 && !o->decoupled, shrinks = o->weight_decay != 0 && o->decoupled;        \
    const bool far = 1 - o->beta1 >= 0.5; /* lerp's other form */                                                     \
    const T rest1 = 1 - weight1;                                                                                      \
    for (int64_t i = begin; i < end; i++) {                                                                           \
      T p = parameter[i], g = sign * gradient[i];                                                                     \
      g = decays ? MULTIPLY_ADD(decay, p, g) : g;                                                                     \
      p = shrinks ? p * keep : p;                                                                                     \
      const T difference = g - m[i];                                                                                  \
      const T mean = far ? MULTIPLY_ADD(-difference, rest1, g) : MULTIPLY_ADD(weight1, difference, m[i]);             \
      m[i] = mean;                                                                                                    \
      T square = MULTIPLY_ADD(weight2 * g, g, v[i] * beta2);                                                          \
      v[i] = square;                                                                                                  \
      if (keeps_most) {                                                                                               \
        const T most = v_max[i];                                                                                      \
        square = ((most >= square) | (most != most)) ? most : square;                                                 \
        v_max[i] = square;                                                                                            \
      }                                                                                                               \
      const T denominator = __builtin_elementwise_sqrt(square) / root2 + epsilon;                                     \
      parameter[i] = p + rate * mean / denominator;                                                                   \
    }                                                                                                                 \
  }                                                                                                                   \
  static void adam_##suffix(const mk_adam *o, int64_t begin, int64_t end, T *parameter, const T *gradient, T *m, T *v, T *v_max) {\
    if (v_max) adam_steps_##suffix(o, begin, end, parameter, gradient, m, v, v_max, true);                            \
    else adam_steps_##suffix(o, begin, end, parameter, gradient, m, v, NULL, false);                                  \
  }
#if MK_HAS_FMA
#define OPTIMIZER_FMA(a, b, c) __builtin_elementwise_fma((a), (b), (c))
#else
#define OPTIMIZER_FMA(a, b, c) ((a) * (b) + (c))
#endif
OPTIMIZER(float, f32, OPTIMIZER_FMA)
OPTIMIZER(double, f64, OPTIMIZER_FMA)
#undef OPTIMIZER
#undef OPTIMIZER_FMA

static int32_t sgd(const mk_sgd *options, int32_t dtype, int64_t begin, int64_t end, void *parameter, const void *gradient, void *momentum_buffer) {
  if (dtype == MK_float32) sgd_f32(options, begin, end, parameter, gradient, momentum_buffer);
  else if (dtype == MK_float64) sgd_f64(options, begin, end, parameter, gradient, momentum_buffer);
  else return MK_UNSUPPORTED;
  return MK_OK;
}

static int32_t adam(const mk_adam *options, int32_t dtype, int64_t begin, int64_t end, void *parameter, const void *gradient, void *m, void *v, void *v_max) {
  if (dtype == MK_float32) adam_f32(options, begin, end, parameter, gradient, m, v, v_max);
  else if (dtype == MK_float64) adam_f64(options, begin, end, parameter, gradient, m, v, v_max);
  else return MK_UNSUPPORTED;
  return MK_OK;
}
