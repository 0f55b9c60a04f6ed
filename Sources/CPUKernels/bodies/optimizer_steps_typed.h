// Optimizer steps of one type; optimizer_steps.h includes this once for float and once for double, with
//   N(x)   the name
//   T      element
//
// Plain loops that the compiler makes vectors of. Scalars are worked out in double and rounded once to the element type; the
// order of operations is that of PyTorch's single-tensor path. Optional states are parameters of inlined functions with constant
// flags: a masked access at a null address is legal, and very slow.

// What every step begins with, of element i: the parameter and the gradient, in p and g.
#define STEP_NUMBERS                                                                                           \
  const T sign = o->maximize ? -1 : 1, decay = (T)o->weight_decay, keep = (T)o->keep;                          \
  const bool decays = o->weight_decay != 0, shrinks = o->keep != 1;
#define STEP_BEGIN                                                                                             \
  T p = parameter[i], g = sign * gradient[i];                                                                  \
  g = decays ? STEP_FMA(decay, p, g) : g;                                                                      \
  p = shrinks ? p * keep : p;

// a + weight·(b − a), from the nearer end.
MK_INLINE T N(mix)(T a, T b, T weight, T rest, bool far) {
  const T difference = b - a;
  return far ? STEP_FMA(-difference, rest, b) : STEP_FMA(weight, difference, a);
}

// a: alpha, b: eps, c: momentum, d: learning rate. States: mean of squares; momentum's buffer; mean of gradients (centered).
MK_INLINE void N(rmsprop_as)(const mk_step *o, int64_t begin, int64_t end, T *restrict parameter, const T *restrict gradient,
                             T *restrict squares, T *restrict buffer, T *restrict mean, const bool has_momentum, const bool is_centered) {
  STEP_NUMBERS
  const T alpha = (T)o->a, fresh = (T)(1 - o->a), epsilon = (T)o->b, momentum = (T)o->c, rate = (T)-o->d, rest = 1 - fresh;
  const bool far = 1 - o->a >= 0.5;
  for (int64_t i = begin; i < end; i++) {
    STEP_BEGIN
    T square = STEP_FMA(fresh * g, g, squares[i] * alpha);
    squares[i] = square;
    if (is_centered) {
      const T m = N(mix)(mean[i], g, fresh, rest, far);
      mean[i] = m;
      square = STEP_FMA(-m, m, square);
    }
    const T root = __builtin_elementwise_sqrt(square) + epsilon;
    if (has_momentum) {
      const T b = buffer[i] * momentum + g / root;
      buffer[i] = b;
      parameter[i] = STEP_FMA(rate, b, p);
    } else {
      parameter[i] = p + rate * g / root;
    }
  }
}
static void N(rmsprop)(const mk_step *o, int64_t begin, int64_t end, T *parameter, const T *gradient, T *squares, T *buffer, T *mean) {
  if (buffer && mean) N(rmsprop_as)(o, begin, end, parameter, gradient, squares, buffer, mean, true, true);
  else if (buffer) N(rmsprop_as)(o, begin, end, parameter, gradient, squares, buffer, NULL, true, false);
  else if (mean) N(rmsprop_as)(o, begin, end, parameter, gradient, squares, NULL, mean, false, true);
  else N(rmsprop_as)(o, begin, end, parameter, gradient, squares, NULL, NULL, false, false);
}

// a: eps, b: learning rate of this step. State: sum of squares.
static void N(adagrad)(const mk_step *o, int64_t begin, int64_t end, T *restrict parameter, const T *restrict gradient, T *restrict sum) {
  STEP_NUMBERS
  const T epsilon = (T)o->a, rate = (T)-o->b;
  for (int64_t i = begin; i < end; i++) {
    STEP_BEGIN
    const T s = STEP_FMA(g, g, sum[i]);
    sum[i] = s;
    parameter[i] = p + rate * g / (__builtin_elementwise_sqrt(s) + epsilon);
  }
}

// a: rho, b: eps, c: learning rate. States: mean of the gradients' squares, mean of the changes' squares.
static void N(adadelta)(const mk_step *o, int64_t begin, int64_t end, T *restrict parameter, const T *restrict gradient, T *restrict squares, T *restrict changes) {
  STEP_NUMBERS
  const T rho = (T)o->a, fresh = (T)(1 - o->a), epsilon = (T)o->b, rate = (T)-o->c;
  for (int64_t i = begin; i < end; i++) {
    STEP_BEGIN
    const T square = STEP_FMA(fresh * g, g, squares[i] * rho), before = changes[i];
    squares[i] = square;
    const T change = __builtin_elementwise_sqrt(before + epsilon) / __builtin_elementwise_sqrt(square + epsilon) * g;
    changes[i] = STEP_FMA(fresh * change, change, before * rho);
    parameter[i] = STEP_FMA(rate, change, p);
  }
}

// a: first beta, b: second beta, c: eps, d: corrected learning rate. States: mean of gradients, decaying maximum of magnitudes.
static void N(adamax)(const mk_step *o, int64_t begin, int64_t end, T *restrict parameter, const T *restrict gradient, T *restrict mean, T *restrict most) {
  STEP_NUMBERS
  const T fresh = (T)(1 - o->a), rest = 1 - fresh, beta2 = (T)o->b, epsilon = (T)o->c, rate = (T)-o->d;
  const bool far = 1 - o->a >= 0.5;
  for (int64_t i = begin; i < end; i++) {
    STEP_BEGIN
    const T m = N(mix)(mean[i], g, fresh, rest, far), old = most[i] * beta2, now = __builtin_elementwise_abs(g) + epsilon;
    mean[i] = m;
    const T largest = ((old > now) | (old != old)) ? old : now;  // not a number wins
    most[i] = largest;
    parameter[i] = p + rate * m / largest;
  }
}

// a: first beta, b: second beta, c: eps, d: the gradient's factor, e: the mean's factor, f: correction of squares. States: mean of
// gradients, mean of squares.
static void N(nadam)(const mk_step *o, int64_t begin, int64_t end, T *restrict parameter, const T *restrict gradient, T *restrict mean, T *restrict squares) {
  STEP_NUMBERS
  const T fresh = (T)(1 - o->a), rest = 1 - fresh, beta2 = (T)o->b, fresh2 = (T)(1 - o->b), epsilon = (T)o->c;
  const T now = (T)o->d, next = (T)o->e, correction = (T)o->f;
  const bool far = 1 - o->a >= 0.5;
  for (int64_t i = begin; i < end; i++) {
    STEP_BEGIN
    const T m = N(mix)(mean[i], g, fresh, rest, far), square = STEP_FMA(fresh2 * g, g, squares[i] * beta2);
    mean[i] = m;
    squares[i] = square;
    const T denominator = __builtin_elementwise_sqrt(square / correction) + epsilon;
    p = p + now * g / denominator;
    parameter[i] = p + next * m / denominator;
  }
}

// a: first beta, b: second beta, c: eps, d: correction of the mean, e: learning rate, f: rectification times the root of the
// squares' correction, or 0 for a step along the mean alone. States: mean of gradients, mean of squares.
MK_INLINE void N(radam_as)(const mk_step *o, int64_t begin, int64_t end, T *restrict parameter, const T *restrict gradient, T *restrict mean,
                           T *restrict squares, const bool is_rectified) {
  STEP_NUMBERS
  const T fresh = (T)(1 - o->a), rest = 1 - fresh, beta2 = (T)o->b, fresh2 = (T)(1 - o->b), epsilon = (T)o->c;
  const T correction = (T)o->d, rate = (T)o->e, rectification = (T)o->f;
  const bool far = 1 - o->a >= 0.5;
  for (int64_t i = begin; i < end; i++) {
    STEP_BEGIN
    const T m = N(mix)(mean[i], g, fresh, rest, far), square = STEP_FMA(fresh2 * g, g, squares[i] * beta2);
    mean[i] = m;
    squares[i] = square;
    T change = m / correction * rate;
    if (is_rectified) change = change * (rectification / (__builtin_elementwise_sqrt(square) + epsilon));
    parameter[i] = p - change;
  }
}
static void N(radam)(const mk_step *o, int64_t begin, int64_t end, T *parameter, const T *gradient, T *mean, T *squares) {
  if (o->f != 0) N(radam_as)(o, begin, end, parameter, gradient, mean, squares, true);
  else N(radam_as)(o, begin, end, parameter, gradient, mean, squares, false);
}

// `keep` holds the decay term. a: step size, b: weight in the average (1: the parameter itself). State: the average.
static void N(asgd)(const mk_step *o, int64_t begin, int64_t end, T *restrict parameter, const T *restrict gradient, T *restrict average) {
  STEP_NUMBERS
  const T rate = (T)-o->a, weight = (T)o->b;
  const bool copies = o->b == 1;
  for (int64_t i = begin; i < end; i++) {
    STEP_BEGIN
    p = STEP_FMA(rate, g, p);
    parameter[i] = p;
    const T old = average[i];
    average[i] = copies ? p : old + (p - old) * weight;
  }
}

// a: factor after a change of sign, b: factor otherwise, c: smallest step, d: largest. States: previous gradient, step sizes.
static void N(rprop)(const mk_step *o, int64_t begin, int64_t end, T *restrict parameter, const T *restrict gradient, T *restrict previous, T *restrict sizes) {
  STEP_NUMBERS
  const T less = (T)o->a, more = (T)o->b, smallest = (T)o->c, largest = (T)o->d;
  for (int64_t i = begin; i < end; i++) {
    STEP_BEGIN
    const T product = g * previous[i];
    T size = sizes[i] * (product > 0 ? more : product < 0 ? less : (T)1);
    size = size < smallest ? smallest : size;
    size = size > largest ? largest : size;
    sizes[i] = size;
    g = product < 0 ? (T)0 : g;
    previous[i] = g;
    parameter[i] = p - (g > 0 ? size : g < 0 ? -size : (T)0);
  }
}

static int32_t N(run)(const mk_step *o, int64_t begin, int64_t end, T *parameter, const T *gradient, T *state0, T *state1, T *state2) {
  switch ((mk_step_rule)o->rule) {
    case MK_STEP_RMSPROP: N(rmsprop)(o, begin, end, parameter, gradient, state0, state1, state2); return MK_OK;
    case MK_STEP_ADAGRAD: N(adagrad)(o, begin, end, parameter, gradient, state0); return MK_OK;
    case MK_STEP_ADADELTA: N(adadelta)(o, begin, end, parameter, gradient, state0, state1); return MK_OK;
    case MK_STEP_ADAMAX: N(adamax)(o, begin, end, parameter, gradient, state0, state1); return MK_OK;
    case MK_STEP_NADAM: N(nadam)(o, begin, end, parameter, gradient, state0, state1); return MK_OK;
    case MK_STEP_RADAM: N(radam)(o, begin, end, parameter, gradient, state0, state1); return MK_OK;
    case MK_STEP_ASGD: N(asgd)(o, begin, end, parameter, gradient, state0); return MK_OK;
    case MK_STEP_RPROP: N(rprop)(o, begin, end, parameter, gradient, state0, state1); return MK_OK;
  }
  return MK_UNSUPPORTED;
}
#undef STEP_NUMBERS
#undef STEP_BEGIN
