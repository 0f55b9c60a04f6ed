// What one ISA provides: a table of function pointers, filled by table_<isa>.c. Each runs on the calling thread over the
// range it is given; cutting work and threads is run_*.c's business.
#ifndef MK_KERNEL_TABLE_H
#define MK_KERNEL_TABLE_H

#include "cpu_kernels.h"

typedef struct mk_kernel_table {
  const char *isa;
  int32_t vector_bytes;
  // elementwise.h: elements [begin, end) of the loop in row-major order
  int32_t (*elementwise)(const mk_elementwise *work, int64_t begin, int64_t end);
  // reduction.h: outputs [begin, end)
  int32_t (*reduce)(const mk_reduction *work, int64_t begin, int64_t end);
  // reduction.h: reduced elements [begin, end) of the single output, partial result to `partial` (in the compute type, 32 bytes),
  // and combine: partials [0, count), laid 32 bytes apart, in a fixed tree
  int32_t (*reduce_part)(const mk_reduction *work, int64_t begin, int64_t end, void *partial);
  int32_t (*reduce_combine)(const mk_reduction *work, int64_t count, void *partials);
  // softmax.h: outer indices [begin, end)
  int32_t (*softmax)(bool logarithm, int32_t dtype, int64_t begin, int64_t end, int64_t count, int64_t inner, const void *input, void *output);
  int32_t (*softmax_gradient)(bool logarithm, int32_t dtype, int64_t begin, int64_t end, int64_t count, int64_t inner,
                              const void *gradient, const void *output, void *result);
  // gemm.h: tiles of mr × nr, in blocks, and the packing of panels
  struct mk_gemm_kernel {
    int32_t mr, nr, mc, kc, nc;
    int32_t pair;  // steps of k in one packed element: 1, or 2 where the kernel multiplies pairs
    // c[m × n] = (c +) a·b (+ bias). Row i of a is at a + i·a_row and goes on by a_step; with a_panel != 0 a is packed in panels of
    // mr rows, a_panel apart (a_row 1, a_step mr). Row p of b is at b + p·b_step, its column panels of nr b_panel apart (in
    // place: b_panel = nr; packed: b_step = nr). Elements, not bytes; every element of c is one chain of multiply-adds in order of k.
    void (*block)(int64_t m, int64_t n, int64_t k, const void *a, int64_t a_row, int64_t a_step, int64_t a_panel, const void *b, int64_t b_step,
                  int64_t b_panel, void *c, int64_t c_row, int64_t c_column, bool accumulate, const void *bias);
    // panel[p·width + lane], lane < width (mr or nr), zero from `lanes` on; k steps; strides in elements of the source's dtype
    // (float16 and bfloat16 become float32)
    void (*pack)(int32_t width, int32_t source_dtype, int64_t lanes, int64_t k, const void *source, int64_t lane_stride, int64_t k_stride, void *panel);
  } gemm_f32, gemm_f64;
  // the exact product of integers and bool: rows [begin, end) of one batch element
  int32_t (*gemm_integer)(const mk_gemm *work, const void *a, const void *b, void *c, int64_t begin, int64_t end);
  // convolution.h, on the gemm kernels' tiles and panels. Both read an image in place through offsets.
  struct mk_convolution_kernel {
    // c[m × panels·nr] = (c +) a·b: a in packed panels of mr rows, a_panel apart; row p of b at b + offsets[p], whole panels are read
    void (*correlate)(int64_t m, int64_t panels, int64_t k, const void *a, int64_t a_panel, const void *b, const int64_t *offsets, void *c, int64_t c_row,
                      bool accumulate);
    // c[m × n, rows padded to whole panels] = (c +) a·b: row i of a is `outer` runs of `inner` elements, outer_stride apart, from
    // image + offsets[i] on; b in packed panels of outer·inner steps, b_panel apart
    void (*correlate_weights)(int64_t m, int64_t n, int64_t outer, int64_t inner, const void *image, const int64_t *offsets, int64_t outer_stride,
                              const void *b, int64_t b_panel, void *c, int64_t c_row, bool accumulate);
    // c[i] = (c[i] +) the sum of row i of a (as above) times b, outer·inner contiguous elements; i < m, c's elements c_row apart
    void (*correlate_dots)(int64_t m, int64_t outer, int64_t inner, const void *image, const int64_t *offsets, int64_t outer_stride, const void *b, void *c,
                           int64_t c_row, bool accumulate);
  } convolution_f32, convolution_f64;
  // y = A·x for row-contiguous or column-contiguous A; see gemm.h
  int32_t (*gemv)(int32_t dtype, int64_t m, int64_t n, const void *a, int64_t a_row, int64_t a_column, const void *x, int64_t x_stride, void *y, int64_t y_stride, bool accumulate);
  // factorization.h: one matrix of the batch; `in` is overwritten. See run_factorization.c
  int32_t (*factorize_f32)(const mk_factorization *work, void *in, void *const out[3], int32_t *integers, int32_t *info);
  int32_t (*factorize_f64)(const mk_factorization *work, void *in, void *const out[3], int32_t *integers, int32_t *info);
  // a·x = b in place of the row-major b [t × n], a triangle of any strides
  int32_t (*solve_triangle_f32)(int64_t t, int64_t n, bool upper, bool unit, const void *a, int64_t a_row, int64_t a_column, void *b);
  int32_t (*solve_triangle_f64)(int64_t t, int64_t n, bool upper, bool unit, const void *a, int64_t a_row, int64_t a_column, void *b);
  // recurrent.h: batch rows [begin, end)
  int32_t (*lstm_cell)(int32_t dtype, int64_t begin, int64_t end, int64_t hidden, const void *gates, const void *previous_cell, void *activations, void *cell, void *hidden_state);
  int32_t (*lstm_cell_gradient)(int32_t dtype, int64_t begin, int64_t end, int64_t hidden, const void *hidden_gradient, const void *cell_gradient,
                                const void *activations, const void *previous_cell, const void *cell, void *gates_gradient, void *previous_cell_gradient);
  int32_t (*gru_cell)(int32_t dtype, int64_t begin, int64_t end, int64_t hidden, const void *input_gates, const void *hidden_gates, const void *previous,
                      void *activations, void *hidden_state);
  int32_t (*gru_cell_gradient)(int32_t dtype, int64_t begin, int64_t end, int64_t hidden, const void *gradient, const void *activations, const void *previous,
                               void *input_gradient, void *hidden_gradient, void *previous_gradient);
  // pooling.h: planes [begin, end)
  int32_t (*max_pool)(const mk_pooling *geometry, int64_t begin, int64_t end, const void *input, void *output, int64_t *indices);
  int32_t (*average_pool)(const mk_pooling *geometry, int64_t begin, int64_t end, const void *input, void *output);
  // normalization.h: sets [begin, end); the gradients of rows' weights are added to, those of channels are written
  void (*normalization)(const mk_normalization *work, int64_t begin, int64_t end, const void *input, const void *weight, const void *bias,
                        void *output, void *mean, void *variance);
  void (*normalization_gradient)(const mk_normalization *work, int64_t begin, int64_t end, const void *gradient, const void *input, const void *mean,
                                 const void *variance, const void *weight, void *result, void *weight_gradient, void *bias_gradient);
  // resample.h: outer indices [begin, end)
  void (*resample)(const mk_resampling *work, int64_t begin, int64_t end, const void *input, void *output);
  // optimizer.h: elements [begin, end)
  int32_t (*sgd)(const mk_sgd *options, int32_t dtype, int64_t begin, int64_t end, void *parameter, const void *gradient, void *momentum_buffer);
  int32_t (*adam)(const mk_adam *options, int32_t dtype, int64_t begin, int64_t end, void *parameter, const void *gradient, void *m, void *v, void *v_max);
  int32_t (*step)(const mk_step *options, int32_t dtype, int64_t begin, int64_t end, void *parameter, const void *gradient, void *state0, void *state1, void *state2);
} mk_kernel_table;

// The kernel that multiplies bfloat16 as it is, two steps at a time, or NULL if the table in use or the processor has none.
// Its packed elements are pairs; operands must be packed; sums are float (gemm_bfloat16.c).
const struct mk_gemm_kernel *mk_gemm_bfloat16(void);

// The table in use.
const mk_kernel_table *mk_kernels(void);

#endif
