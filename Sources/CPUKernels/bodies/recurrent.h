// The element-wise parts of LSTM and GRU steps, forward and backward; instantiated for float and double. A partial last
// vector is padded in a buffer, so that every element goes through the same vector functions.
#define RECURRENT(T, V, LANES, LOAD, STORE, SIGMOID, TANH, suffix)                                                    \
  MK_INLINE V recurrent_load_##suffix(const T *p, int64_t n) {                                                        \
    if (n >= LANES) return LOAD(p);                                                                                   \
    T lanes[LANES] = {0};                                                                                             \
    memcpy(lanes, p, (size_t)n * sizeof(T));                                                                          \
    return LOAD(lanes);                                                                                               \
  }                                                                                                                   \
  MK_INLINE void recurrent_store_##suffix(T *p, int64_t n, V v) {                                                     \
    if (n >= LANES) STORE(p, v);                                                                                      \
    else memcpy(p, &v, (size_t)n * sizeof(T));                                                                        \
  }                                                                                                                   \
  static void lstm_forward_##suffix(int64_t begin, int64_t end, int64_t hidden, const T *gates, const T *previous_cell, \
                                    T *activations, T *cell, T *hidden_state) {                                       \
    for (int64_t b = begin; b < end; b++)                                                                             \
      for (int64_t j = 0; j < hidden; j += LANES) {                                                                   \
        const int64_t n = hidden - j, at = 4 * b * hidden + j;                                                        \
        const V i = SIGMOID(recurrent_load_##suffix(gates + at, n));                                                  \
        const V f = SIGMOID(recurrent_load_##suffix(gates + at + hidden, n));                                         \
        const V g = TANH(recurrent_load_##suffix(gates + at + 2 * hidden, n));                                        \
        const V o = SIGMOID(recurrent_load_##suffix(gates + at + 3 * hidden, n));                                     \
        const V c = f * recurrent_load_##suffix(previous_cell + b * hidden + j, n) + i * g;                           \
        recurrent_store_##suffix(activations + at, n, i);                                                             \
        recurrent_store_##suffix(activations + at + hidden, n, f);                                                    \
        recurrent_store_##suffix(activations + at + 2 * hidden, n, g);                                                \
        recurrent_store_##suffix(activations + at + 3 * hidden, n, o);                                                \
        recurrent_store_##suffix(cell + b * hidden + j, n, c);                                                        \
        recurrent_store_##suffix(hidden_state + b * hidden + j, n, o * TANH(c));                                      \
      }                                                                                                               \
  }                                                                                                                   \
  static void lstm_backward_##suffix(int64_t begin, int64_t end, int64_t hidden, const T *hidden_gradient, const T *cell_gradient, \
                                     const T *activations, const T *previous_cell, const T *cell, T *gates_gradient, T *previous_cell_gradient) { \
    for (int64_t b = begin; b < end; b++)                                                                             \
      for (int64_t j = 0; j < hidden; j += LANES) {                                                                   \
        const int64_t n = hidden - j, at = 4 * b * hidden + j, unit = b * hidden + j;                                 \
        const V i = recurrent_load_##suffix(activations + at, n);                                                     \
        const V f = recurrent_load_##suffix(activations + at + hidden, n);                                            \
        const V g = recurrent_load_##suffix(activations + at + 2 * hidden, n);                                        \
        const V o = recurrent_load_##suffix(activations + at + 3 * hidden, n);                                        \
        const V t = TANH(recurrent_load_##suffix(cell + unit, n));                                                    \
        const V dh = recurrent_load_##suffix(hidden_gradient + unit, n);                                              \
        V dc = dh * o * (1 - t * t);                                                                                  \
        if (cell_gradient) dc += recurrent_load_##suffix(cell_gradient + unit, n);                                    \
        const V before = recurrent_load_##suffix(previous_cell + unit, n);                                            \
        recurrent_store_##suffix(gates_gradient + at, n, dc * g * (1 - i) * i);                                       \
        recurrent_store_##suffix(gates_gradient + at + hidden, n, dc * before * (1 - f) * f);                         \
        recurrent_store_##suffix(gates_gradient + at + 2 * hidden, n, dc * i * (1 - g * g));                          \
        recurrent_store_##suffix(gates_gradient + at + 3 * hidden, n, dh * t * (1 - o) * o);                          \
        recurrent_store_##suffix(previous_cell_gradient + unit, n, dc * f);                                           \
      }                                                                                                               \
  }                                                                                                                   \
  static void gru_forward_##suffix(int64_t begin, int64_t end, int64_t hidden, const T *input_gates, const T *hidden_gates, \
                                   const T *previous, T *activations, T *hidden_state) {                              \
    for (int64_t b = begin; b < end; b++)                                                                             \
      for (int64_t j = 0; j < hidden; j += LANES) {                                                                   \
        const int64_t n = hidden - j, at = 3 * b * hidden + j, to = 4 * b * hidden + j, unit = b * hidden + j;        \
        const V r = SIGMOID(recurrent_load_##suffix(input_gates + at, n) + recurrent_load_##suffix(hidden_gates + at, n)); \
        const V z = SIGMOID(recurrent_load_##suffix(input_gates + at + hidden, n) + recurrent_load_##suffix(hidden_gates + at + hidden, n)); \
        const V proposal = recurrent_load_##suffix(hidden_gates + at + 2 * hidden, n);                                \
        const V c = TANH(recurrent_load_##suffix(input_gates + at + 2 * hidden, n) + r * proposal);                   \
        const V h = recurrent_load_##suffix(previous + unit, n);                                                      \
        recurrent_store_##suffix(activations + to, n, r);                                                             \
        recurrent_store_##suffix(activations + to + hidden, n, z);                                                    \
        recurrent_store_##suffix(activations + to + 2 * hidden, n, c);                                                \
        recurrent_store_##suffix(activations + to + 3 * hidden, n, proposal);                                         \
        recurrent_store_##suffix(hidden_state + unit, n, c + z * (h - c));                                            \
      }                                                                                                               \
  }                                                                                                                   \
  static void gru_backward_##suffix(int64_t begin, int64_t end, int64_t hidden, const T *gradient, const T *activations, const T *previous, \
                                    T *input_gradient, T *hidden_gradient, T *previous_gradient) {                    \
    for (int64_t b = begin; b < end; b++)                                                                             \
      for (int64_t j = 0; j < hidden; j += LANES) {                                                                   \
        const int64_t n = hidden - j, at = 4 * b * hidden + j, to = 3 * b * hidden + j, unit = b * hidden + j;        \
        const V r = recurrent_load_##suffix(activations + at, n);                                                     \
        const V z = recurrent_load_##suffix(activations + at + hidden, n);                                            \
        const V c = recurrent_load_##suffix(activations + at + 2 * hidden, n);                                        \
        const V proposal = recurrent_load_##suffix(activations + at + 3 * hidden, n);                                 \
        const V h = recurrent_load_##suffix(previous + unit, n);                                                      \
        const V dh = recurrent_load_##suffix(gradient + unit, n);                                                     \
        const V dc = dh * (1 - z) * (1 - c * c);                                                                      \
        const V dz = dh * (h - c) * z * (1 - z);                                                                      \
        const V dr = dc * proposal * r * (1 - r);                                                                     \
        recurrent_store_##suffix(input_gradient + to, n, dr);                                                         \
        recurrent_store_##suffix(input_gradient + to + hidden, n, dz);                                                \
        recurrent_store_##suffix(input_gradient + to + 2 * hidden, n, dc);                                            \
        recurrent_store_##suffix(hidden_gradient + to, n, dr);                                                        \
        recurrent_store_##suffix(hidden_gradient + to + hidden, n, dz);                                               \
        recurrent_store_##suffix(hidden_gradient + to + 2 * hidden, n, dc * r);                                       \
        recurrent_store_##suffix(previous_gradient + unit, n, dh * z);                                                \
      }                                                                                                               \
  }
RECURRENT(float, vf32, MK_F32, load_f32, store_f32, sigmoid_f32, tanh_f32, f32)
RECURRENT(double, vf64, MK_F64, load_f64, store_f64, sigmoid_f64, tanh_f64, f64)
#undef RECURRENT

static int32_t lstm_cell(int32_t dtype, int64_t begin, int64_t end, int64_t hidden, const void *gates, const void *previous_cell,
                         void *activations, void *cell, void *hidden_state) {
  if (dtype == MK_float32) lstm_forward_f32(begin, end, hidden, gates, previous_cell, activations, cell, hidden_state);
  else if (dtype == MK_float64) lstm_forward_f64(begin, end, hidden, gates, previous_cell, activations, cell, hidden_state);
  else return MK_UNSUPPORTED;
  return MK_OK;
}

static int32_t lstm_cell_gradient(int32_t dtype, int64_t begin, int64_t end, int64_t hidden, const void *hidden_gradient, const void *cell_gradient,
                                  const void *activations, const void *previous_cell, const void *cell, void *gates_gradient, void *previous_cell_gradient) {
  if (dtype == MK_float32)
    lstm_backward_f32(begin, end, hidden, hidden_gradient, cell_gradient, activations, previous_cell, cell, gates_gradient, previous_cell_gradient);
  else if (dtype == MK_float64)
    lstm_backward_f64(begin, end, hidden, hidden_gradient, cell_gradient, activations, previous_cell, cell, gates_gradient, previous_cell_gradient);
  else return MK_UNSUPPORTED;
  return MK_OK;
}

static int32_t gru_cell(int32_t dtype, int64_t begin, int64_t end, int64_t hidden, const void *input_gates, const void *hidden_gates,
                        const void *previous, void *activations, void *hidden_state) {
  if (dtype == MK_float32) gru_forward_f32(begin, end, hidden, input_gates, hidden_gates, previous, activations, hidden_state);
  else if (dtype == MK_float64) gru_forward_f64(begin, end, hidden, input_gates, hidden_gates, previous, activations, hidden_state);
  else return MK_UNSUPPORTED;
  return MK_OK;
}

static int32_t gru_cell_gradient(int32_t dtype, int64_t begin, int64_t end, int64_t hidden, const void *gradient, const void *activations,
                                 const void *previous, void *input_gradient, void *hidden_gradient, void *previous_gradient) {
  if (dtype == MK_float32) gru_backward_f32(begin, end, hidden, gradient, activations, previous, input_gradient, hidden_gradient, previous_gradient);
  else if (dtype == MK_float64)
    gru_backward_f64(begin, end, hidden, gradient, activations, previous, input_gradient, hidden_gradient, previous_gradient);
  else return MK_UNSUPPORTED;
  return MK_OK;
}
