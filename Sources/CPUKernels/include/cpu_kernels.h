// The door between Swift and the CPU kernels: pointers, sizes and strides in, numbers out; nothing of Swift.
//
// Swift calls the mk_run_* functions. They cut the work into chunks whose borders depend on sizes alone (so results
// have the same bits for any number of threads), hand the chunks to the thread pool, and call the chosen ISA's table.
#ifndef MK_CPU_KERNELS_H
#define MK_CPU_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "operations.h"

#ifdef __cplusplus
extern "C" {
#endif

// Names, for the tests that hold Swift's enums against these lists. NULL past the end.
const char *mk_dtype_name(int32_t index);
const char *mk_unary_name(int32_t index);
const char *mk_binary_name(int32_t index);
const char *mk_ternary_name(int32_t index);
const char *mk_reduce_name(int32_t index);

// What a kernel answers.
enum { MK_OK = 0, MK_UNSUPPORTED = 1, MK_DIVISION_BY_ZERO = 2, MK_INDEX_OUT_OF_RANGE = 3, MK_NEGATIVE_POWER = 4, MK_OUT_OF_MEMORY = 5 };

// ---- Thread-local mode (runtime.c) --------------------------------------------------------------------------------

// The calling thread's mode bits: gradient recording, error catching and the like; their meaning is Swift's.
extern _Thread_local uint64_t mk_thread_mode_word __attribute__((tls_model("initial-exec")));
static inline uint64_t mk_thread_mode(void) { return mk_thread_mode_word; }
static inline void mk_set_thread_mode(uint64_t mode) { mk_thread_mode_word = mode; }
// One pointer-sized slot a thread, for Swift's catching scope; NULL at first.
void *mk_thread_slot(void);
void mk_set_thread_slot(void *value);
// Another: the innermost running module call, for error texts.
void *mk_module_slot(void);
/* A number of the calling thread's own while it lives; not 0. */
uintptr_t mk_thread_identity(void);
void mk_set_module_slot(void *value);
// Another: the generator that stands in for the default one.
void *mk_generator_slot(void);
void mk_set_generator_slot(void *value);
// Another: the batch that a data loader is reading.
void *mk_loading_slot(void);
void mk_set_loading_slot(void *value);
// What a thread does between two looks at a lock that another holds: spins, yields, then sleeps for moments.
void mk_wait(uint32_t attempts);

// ---- Memory (allocator.c) -----------------------------------------------------------------------------------------

// A block of at least `bytes` bytes (0 gives a valid block), 64-byte aligned, cached by size class: small classes in
// thread-local lists (a block may be freed on any thread), large ones in shared lists under a cap, blocks of 2 MiB and more on
// huge pages where the system has them. NULL when the system has no memory.
void *mk_allocate(size_t bytes);
// `bytes` as given to mk_allocate.
void mk_free(void *block, size_t bytes);
// Gives every cached block of the shared lists and of this thread back to the system; returns the bytes given back.
size_t mk_trim(void);
// False under AddressSanitizer, where every block goes back at once so that a use after free is found.
bool mk_memory_is_cached(void);
typedef struct mk_memory_statistics {
  uint64_t allocations;     // calls of mk_allocate since start, this thread's and finished threads' and others' as last published
  uint64_t bytes_in_use;    // handed out now
  uint64_t bytes_cached;    // kept in the lists
  uint64_t peak_bytes_in_use;
} mk_memory_statistics;
mk_memory_statistics mk_memory(void);

// ---- Threads (pool.c) ---------------------------------------------------------------------------------------------

// Runs body(context, 0 ..< chunks), chunks claimed dynamically by the caller and the pool's workers; returns when all
// have run. A nested call, or one made while another thread holds the pool, runs all chunks on the caller.
void mk_parallel(int64_t chunks, void (*body)(void *context, int64_t chunk), void *context);
// Threads taking part, the caller included. 1 ... 256. The default is MARTLET_NUM_THREADS or the number of processors
// that this process may use.
void mk_set_thread_count(int32_t count);
int32_t mk_thread_count(void);
// From now on the calling thread computes by itself and leaves the pool to others.
void mk_run_inline(void);

// ---- Threads (threads.c) ------------------------------------------------------------------------------------------

// A lock with a place to wait at for changes of what it guards.
typedef struct mk_monitor mk_monitor;
mk_monitor *mk_monitor_create(void);
void mk_monitor_destroy(mk_monitor *monitor);
void mk_monitor_lock(mk_monitor *monitor);
void mk_monitor_unlock(mk_monitor *monitor);
// With the lock held: wakes all that wait.
void mk_monitor_wake_all(mk_monitor *monitor);
// With the lock held: gives it up until woken, or for so many seconds if that is more than 0; false if they have passed.
bool mk_monitor_wait(mk_monitor *monitor, double seconds);

// A thread with blocked signals, whose kernels run inline. NULL if the system has no more.
typedef struct mk_thread mk_thread;
mk_thread *mk_thread_start(void (*body)(void *context), void *context);
// Waits for its end and forgets it.
void mk_thread_join(mk_thread *thread);
// Forgets it while it runs.
void mk_thread_detach(mk_thread *thread);

// ---- Dispatch (dispatch.c) ----------------------------------------------------------------------------------------

// "scalar", "avx2", "avx512" or "neon": the table in use, chosen once. MARTLET_ISA forces one (an unknown or
// unavailable name is reported on stderr and ignored).
const char *mk_isa(void);
// Switches to the named table; false if this processor lacks it. For tests: no kernel may be running.
bool mk_force_isa(const char *name);

// ---- Element-wise (run_elementwise.c, bodies/elementwise.h, math.h, convert.h, movement.h) ---------------------------------------

// Loops have at most this many dimensions after Swift has merged what can be merged; more are looped over outside.
#define MK_MAX_RANK 8

typedef struct mk_operand {
  void *data;                    // the first element of the loop
  int64_t strides[MK_MAX_RANK];  // in elements, innermost dimension first; 0 repeats, negative walks backwards
  int32_t dtype;
} mk_operand;

// output[i] = operation(inputs[i]) over an N-d loop. Inputs are converted to `compute` as they are loaded, the result
// (of type `compute`, or bool for comparisons and predicates) to the output's dtype as it is stored. float16 and bfloat16
// are never a compute type (float32 is). An output may be the very same operand as an input, else they do not overlap.
typedef struct mk_elementwise {
  int32_t arity;      // 1, 2, 3: which list `operation` is from
  int32_t operation;  // mk_unary, mk_binary or mk_ternary
  int32_t compute;    // mk_dtype; for select the dtype of the two values (the condition is read as bool)
  int32_t rank;       // 0 ... MK_MAX_RANK; 0 is one element
  int64_t sizes[MK_MAX_RANK];  // innermost first
  mk_operand output;
  mk_operand inputs[3];
  double parameters[2];
} mk_elementwise;
// MK_OK, MK_UNSUPPORTED (no such operation for that compute type), MK_DIVISION_BY_ZERO (integers), MK_NEGATIVE_POWER.
int32_t mk_run_elementwise(const mk_elementwise *work);
// The same for one or two contiguous operands of the compute type, and a result of it.
int32_t mk_run_flat(int32_t arity, int32_t operation, int32_t dtype, int64_t count, void *output, const void *a,
                    const void *b, double p0, double p1);
// A binary operation of a contiguous float32 or float64 operand and a number.
int32_t mk_run_flat_number(int32_t operation, int32_t dtype, int64_t count, void *output, const void *tensor, double number,
                           bool number_first, double p0, double p1);
// `count` contiguous elements set to the element at `value`.
void mk_run_fill(void *output, int32_t dtype, int64_t count, const void *value);

// ---- Reductions (run_reduction.c, bodies/reduction.h) -------------------------------------------------------------

typedef struct mk_reduction {
  int32_t operation;     // mk_reduce
  int32_t compute;       // the type of accumulation and comparison: float32 for float16/bfloat16, int64 for integer sums …
  int32_t kept_rank;
  int64_t kept_sizes[MK_MAX_RANK];     // innermost first
  int32_t reduced_rank;
  int64_t reduced_sizes[MK_MAX_RANK];  // innermost first; indices count row-major over them (outermost is slowest)
  const void *input;
  int32_t input_dtype;
  int64_t input_kept_strides[MK_MAX_RANK];
  int64_t input_reduced_strides[MK_MAX_RANK];
  void *output;          // contiguous over the kept dimensions (row-major)
  int32_t output_dtype;
  int64_t *indices;      // argMax/argMin write int64 to `output` instead; this is for …WithIndex. Contiguous
  double parameter;
} mk_reduction;
// An empty reduction gives the identity (0, NaN for mean, 1, -inf/lowest …, true, false); the caller refuses max of nothing.
int32_t mk_run_reduction(const mk_reduction *work);

// ---- Scans (run_scan.c) -------------------------------------------------------------------------------------------------
// Along the middle of a contiguous [outer, count, inner], in dtype float32, float64 or int64. Operations: 0 sum, 1 product,
// 2 log of the sum of exponentials (not int64), 3 maximum, 4 minimum; the last two need `indices`, shaped alike: where the
// extreme so far stands, the last among equals.
int32_t mk_run_scan(int32_t operation, int32_t dtype, int64_t outer, int64_t count, int64_t inner, const void *input, void *output, int64_t *indices);

// ---- Order (run_order.c, order_typed.h) -----------------------------------------------------------------------------------
// Of each contiguous line of n < 2^32 elements of any dtype the chosen elements and their positions; NaN is above all else.
// Operations: 0 all ascending, 1 all descending (equal ones in order of position); 2 the `count` largest, descending, 3 the
// `count` smallest, ascending; 4 the count-th smallest, 5 the lower median (NaN if there is one), 6 that of the elements that
// are not NaN, 7 the commonest element (the smallest of several; its last position).
int32_t mk_run_order(int32_t operation, int32_t dtype, int64_t rows, int64_t n, int64_t count, const void *input, void *values, int64_t *indices);

// ---- Search (run_search.c) --------------------------------------------------------------------------------------------------
// For each value of contiguous [rows, per_row] its place in the sorted line of n elements of the same row, or in the only one
// (lines 1): before its equals, or after them if `right`. dtype float32, float64, int64. Output int64, int32 if `narrow`.
int32_t mk_run_search(bool right, int32_t dtype, int64_t lines, int64_t n, int64_t rows, int64_t per_row, const void *sorted, const void *values, bool narrow, void *output);

// ---- Softmax (run_softmax.c, bodies/softmax.h) ----------------------------------------------------------------------

// Softmax or log-softmax along the middle of contiguous [outer, count, inner]; float32 and float64.
int32_t mk_run_softmax(bool logarithm, int32_t dtype, int64_t outer, int64_t count, int64_t inner, const void *input, void *output);
// gradient of the above from its output: softmax: y·(g - Σ g·y); log: g - exp(y)·Σ g
int32_t mk_run_softmax_gradient(bool logarithm, int32_t dtype, int64_t outer, int64_t count, int64_t inner,
                                const void *gradient, const void *output, void *result);

// ---- Matrix product (run_gemm.c, bodies/gemm.h) ----------------------------------------------------------------------

// C = A·B (+ C if accumulate) (+ bias along columns), A [m, k], B [k, n], C [m, n], each batch element, any strides (elements).
// float32, float64: packed SIMD kernels. float16, bfloat16: computed in float32, rounded once. Integers: exact, wrapping. bool: or of ands.
typedef struct mk_gemm {
  int32_t dtype;
  bool accumulate;
  int64_t m, n, k;
  const void *a;
  int64_t a_row, a_column;
  const void *b;
  int64_t b_row, b_column;
  void *c;
  int64_t c_row, c_column;
  const void *bias;  // n elements of dtype, contiguous, or NULL
  int32_t batch_rank;
  int64_t batch_sizes[MK_MAX_RANK];  // innermost first
  int64_t a_batch[MK_MAX_RANK], b_batch[MK_MAX_RANK], c_batch[MK_MAX_RANK];
} mk_gemm;
int32_t mk_run_gemm(const mk_gemm *work);

// ---- Factorizations (run_factorization.c, bodies/factorization.h) ------------------------------------------------------

// What to make of each [m × n] matrix of a batch of contiguous row-major ones; float32 and float64. `input` is overwritten.
//   lu        in place: L and U; integers [min(m, n)] pivots counted from 1; info: the first zero pivot, counted from 1
//   cholesky  in place: L of the lower triangle, zeros above; info: the first leading minor that is not positive, counted from 1
//   qr        output 0: R [rows × n]; output 1: Q [m × columns], or none if NULL
//   eigen     of the symmetric matrix in the upper triangle: output 0 values, ascending; output 1 vectors [n × n], or NULL
//   svd       output 0: values, descending; outputs 1, 2: U [m × columns] and Vᵀ [rows × n], or both NULL
// info of eigen and svd: how many values did not converge; -1: the matrix is not finite.
typedef enum mk_factor { MK_FACTOR_lu, MK_FACTOR_cholesky, MK_FACTOR_qr, MK_FACTOR_eigen, MK_FACTOR_svd } mk_factor;
typedef struct mk_factorization {
  int32_t operation, dtype;
  int64_t batch, m, n, columns, rows;
  void *input;
  void *outputs[3];
  int64_t output_items[3];  // elements of each output a matrix
  int32_t *integers;
  int64_t integer_items;
  int32_t *info;  // one a matrix
} mk_factorization;
int32_t mk_run_factorization(const mk_factorization *work);
// a·x = b for each matrix of the batch, in place of the contiguous b [t × n]: a's triangle [t × t] of any strides.
typedef struct mk_triangular_system {
  int32_t dtype;
  bool upper, unit;  // unit: the diagonal is taken for ones
  int64_t t, n;
  const void *a;
  int64_t a_row, a_column;
  void *b;
  int32_t batch_rank;
  int64_t batch_sizes[MK_MAX_RANK];  // innermost first; b is contiguous over them
  int64_t a_batch[MK_MAX_RANK];
} mk_triangular_system;
int32_t mk_run_triangular_system(const mk_triangular_system *work);
// The rows' order after the exchanges that pivots (counted from 1) ask for: [batch, count] to [batch, m]. False for a pivot out of range.
bool mk_run_permutation(int64_t batch, int64_t count, int64_t m, const int32_t *pivots, int64_t *order);

// ---- Convolution and pooling (run_convolution.c, bodies/convolution.h, bodies/pooling.h) --------------------------------

// All tensors contiguous: input [N, C, D, H, W], weight [K, C/groups, kD, kH, kW], output [N, K, oD, oH, oW]; unused leading
// spatial dimensions have size 1, kernel 1, stride 1, padding 0, dilation 1. float32 and float64.
typedef struct mk_convolution {
  int32_t dtype;
  int64_t batch, in_channels, out_channels, groups;
  int64_t input[3], kernel[3], stride[3], padding[3], dilation[3], output[3];
} mk_convolution;
int32_t mk_run_convolution(const mk_convolution *geometry, const void *input, const void *weight, const void *bias /* or NULL */, void *output);
int32_t mk_run_convolution_input_gradient(const mk_convolution *geometry, const void *output_gradient, const void *weight, void *input_gradient);
int32_t mk_run_convolution_weight_gradient(const mk_convolution *geometry, const void *input, const void *output_gradient, void *weight_gradient);

// Contiguous planes: input [planes, D, H, W] → output [planes, oD, oH, oW].
typedef struct mk_pooling {
  int32_t dtype;
  int64_t planes;
  int64_t input[3], kernel[3], stride[3], padding[3], dilation[3], output[3];
  bool count_include_pad;   // average
  int64_t divisor_override; // average; 0 is none
  bool adaptive;            // windows [at·input/output, (at+1)·input/output), rounded outwards; kernel, stride … are not looked at
} mk_pooling;
// float32, float64 and int64; an integer average is truncated.
// indices: flat position in the plane D·H·W (PyTorch's), first maximum, the last NaN wins; -1 for a window with no cell inside. NULL: not wanted.
int32_t mk_run_max_pool(const mk_pooling *geometry, const void *input, void *output, int64_t *indices);
int32_t mk_run_max_pool_gradient(const mk_pooling *geometry, const void *output_gradient, const int64_t *indices, void *input_gradient);
// output[i] = input[indices[i]] of each plane; 0 where the index is -1. `item` is the element size in bytes.
int32_t mk_run_max_pool_pick(const mk_pooling *geometry, int64_t item, const void *input, const int64_t *indices, void *output);
int32_t mk_run_average_pool(const mk_pooling *geometry, const void *input, void *output);
int32_t mk_run_average_pool_gradient(const mk_pooling *geometry, const void *output_gradient, void *input_gradient);

// ---- Normalization (run_normalization.c, bodies/normalization.h) --------------------------------------------------------

// (x - mean)·weight/√(variance + epsilon) + bias over sets of elements. float32 and float64, of one type throughout; contiguous.
//   rows       x [sets, length]: a set is a row. Its elements belong to segments of `run`; the weight of segment s of set i is
//              number (i mod period)·length/run + s: layer norm (period 1, run 1), group norm, instance norm
//   channels   x [outer, sets, run]: a set is a channel, with one weight: batch norm
typedef struct mk_normalization {
  int32_t dtype;
  bool channels;
  bool centered;  // false: the mean counts as 0 (RMS norm)
  int64_t sets, length, period, run, outer;
  double epsilon;
} mk_normalization;
// mean, variance: [sets], biased. weight, bias: NULL for 1 and 0.
int32_t mk_run_normalization(const mk_normalization *work, const void *input, const void *weight, const void *bias, void *output, void *mean, void *variance);
// The gradients of input, weight and bias; the last two NULL: not wanted.
int32_t mk_run_normalization_gradient(const mk_normalization *work, const void *gradient, const void *input, const void *mean, const void *variance,
                                      const void *weight, void *input_gradient, void *weight_gradient, void *bias_gradient);

// ---- Resampling (run_resample.c, bodies/resample.h) ---------------------------------------------------------------------

// Weighted sums along the middle of contiguous [outer, count, inner]: output[o, j, i] = Σ_t weights[t, j]·input[o, indices[t, j], i],
// tables [taps, picked]. transposed: the gradient of that, input [outer, picked, inner] → output [outer, count, inner]. float32, float64.
typedef struct mk_resampling {
  int32_t dtype;
  bool transposed;
  int64_t outer, count, inner, picked, taps;
  const int64_t *indices;
  const void *weights;
} mk_resampling;
int32_t mk_run_resample(const mk_resampling *work, const void *input, void *output);

// ---- Movement (run_movement.c) -----------------------------------------------------------------------------------------

// output[b, r, c] = input[b, r, c] inside the triangle (c - r >= diagonal if upper, else <=), else 0. Contiguous; may be the same.
void mk_run_triangle(int64_t item, int64_t batch, int64_t rows, int64_t columns, bool upper, int64_t diagonal, const void *input, void *output);

// ---- Indexing (run_indexing.c, bodies/indexing.h) ---------------------------------------------------------------------

// All contiguous. `item` is the element size in bytes. Indices are 0 ..< count, negative ones are out of range too: one stops
// with MK_INDEX_OUT_OF_RANGE before anything is written (but for gather's output) and stores its position in the index array and
// its value in bad[0], bad[1].
// output[o, j, i] = input[o, index[j], i]: input [outer, count, inner], index [picked], output [outer, picked, inner]
int32_t mk_run_index_select(int64_t item, int64_t outer, int64_t count, int64_t inner, int64_t picked, const int64_t *index, const void *input, void *output, int64_t bad[2]);
// output[o, index[j], i] (op)= source[o, j, i], in order of j; operations as for scatter below. dtype any
int32_t mk_run_index_scatter(int32_t operation, int32_t dtype, int64_t outer, int64_t count, int64_t inner, int64_t picked, const int64_t *index, const void *source, void *output, int64_t bad[2]);
// gather and scatter along the middle. The index's shape is [outer, picked, inner] with outer/inner strides given by the
// caller's contiguous copies: input [outer, count, inner] cut to the index's outer and inner beforehand.
// output[o, j, i] = input[o, index[o, j, i], i]
int32_t mk_run_gather(int64_t item, int64_t outer, int64_t count, int64_t inner, int64_t picked, const int64_t *index, const void *input, void *output, int64_t bad[2]);
// operation 0: output[o, index[o, j, i], i] = source[o, j, i] (last wins); 1: +=; 2: *=; 3: maximum; 4: minimum
int32_t mk_run_scatter(int32_t operation, int32_t dtype, int64_t outer, int64_t count, int64_t inner, int64_t picked, const int64_t *index, const void *source, void *output, int64_t bad[2]);
// The positions of the first `found` non-zero bytes of a row-major bool array: `rank` coordinates each (positions [found, rank]).
// Returns how many there were.
int64_t mk_run_nonzero(int32_t rank, const int64_t *sizes, const uint8_t *mask, int64_t found, int64_t *positions);

// ---- Counting (run_histogram.c) -------------------------------------------------------------------------------------------

// How many of n contiguous elements fall into each of `bins` bins. Integers: the bin is the number itself; if one is
// no bin, the answer is MK_INDEX_OUT_OF_RANGE, and its position, that of the first, goes to `bad`. float32 and float64: the bin is (x - low)·bins/(high - low), computed in the type and
// truncated; `high` is in the last bin, and what lies outside of low ... high (NaN too) is left out.
int32_t mk_run_histogram(int32_t dtype, int64_t n, const void *input, double low, double high, int64_t bins, int64_t *counts, int64_t *bad);

// ---- Recurrent (run_recurrent.c, bodies/recurrent.h) --------------------------------------------------------------------

// One LSTM step on contiguous [batch, 4·hidden] gates (before activation, order i f g o); float32 and float64.
// activations [batch, 4·hidden] (i f g o after activation), cell [batch, hidden], hidden_state [batch, hidden].
int32_t mk_run_lstm_cell(int32_t dtype, int64_t batch, int64_t hidden, const void *gates, const void *previous_cell, void *activations, void *cell, void *hidden_state);
// Gradient with respect to gates [batch, 4·hidden] and previous_cell; cell_gradient may be NULL (zeros).
int32_t mk_run_lstm_cell_gradient(int32_t dtype, int64_t batch, int64_t hidden, const void *hidden_gradient, const void *cell_gradient,
                                  const void *activations, const void *previous_cell, const void *cell, void *gates_gradient, void *previous_cell_gradient);
// One GRU step on contiguous [batch, 3·hidden] gates (before activation, order r z n) of the input and of the previous
// hidden state [batch, hidden]; float32 and float64. activations [batch, 4·hidden]: r z n after activation, and the hidden
// state's part of n before it was weighted by r.
int32_t mk_run_gru_cell(int32_t dtype, int64_t batch, int64_t hidden, const void *input_gates, const void *hidden_gates, const void *previous,
                        void *activations, void *hidden_state);
// Gradient with respect to both gates [batch, 3·hidden] and previous.
int32_t mk_run_gru_cell_gradient(int32_t dtype, int64_t batch, int64_t hidden, const void *gradient, const void *activations, const void *previous,
                                 void *input_gradient, void *hidden_gradient, void *previous_gradient);

// ---- Connectionist temporal classification (run_ctc.c) ---------------------------------------------------------------------

// sizes: frames, batch, classes, labels a row. Row-major float32 or float64: log_probabilities [frames, batch, classes],
// losses [batch], alpha [batch, frames, 2·labels + 1]; int64 targets [batch, labels], counts [batch], all in range.
int32_t mk_run_ctc_loss(int32_t dtype, const int64_t sizes[4], int64_t blank, const void *log_probabilities, const int64_t *targets,
                        const int64_t *frame_counts, const int64_t *label_counts, void *losses, void *alpha);
// gradient [batch]; result like log_probabilities, as PyTorch has it: right for what went into a log-softmax.
int32_t mk_run_ctc_loss_gradient(int32_t dtype, const int64_t sizes[4], int64_t blank, bool zero_infinity, const void *gradient,
                                 const void *log_probabilities, const int64_t *targets, const int64_t *frame_counts,
                                 const int64_t *label_counts, const void *losses, const void *alpha, void *result);

// ---- Random (run_random.c) ------------------------------------------------------------------------------------------------

// MT19937, seeded by Knuth's multiplier 1812433253 from the low 32 bits, and the second normal that Box–Muller leaves.
typedef struct mk_generator {
  uint32_t state[624];
  int32_t position;          // words used of `state`; 624: regenerate
  int32_t has_cached_normal;
  double cached_normal;
  int32_t has_been_drawn;    // 0 until the first regeneration after seeding
  uint64_t seed;             // as given, for those who ask
} mk_generator;
void mk_generator_seed(mk_generator *generator, uint64_t seed);
uint32_t mk_random32(mk_generator *generator);
uint64_t mk_random64(mk_generator *generator);  // first word is the high half
double mk_random_double(mk_generator *generator);  // (r64 & (2^53 - 1)) · 2^-53
// Fills, contiguous, PyTorch's recipes (docs at the definitions); dtype float32, float64, float16, bfloat16.
void mk_random_uniform(mk_generator *generator, int32_t dtype, int64_t count, void *output, double from, double to);
void mk_random_normal(mk_generator *generator, int32_t dtype, int64_t count, void *output, double mean, double standard_deviation);
void mk_random_normal_each(mk_generator *generator, int32_t dtype, int64_t count, void *output, double mean, double standard_deviation);
void mk_random_exponential(mk_generator *generator, int32_t dtype, int64_t count, void *output, double lambda);
// int64 results. r32 % range if range < 2^28 else r64 % range, + low
void mk_random_integers(mk_generator *generator, int64_t count, int64_t *output, int64_t low, uint64_t range);
// the words' bits that the mask lets through
void mk_random_words(mk_generator *generator, int64_t count, int64_t *output, uint32_t mask);
// distributions computed in double whatever the tensor's type is
void mk_random_log_normal(mk_generator *generator, int64_t count, double *output, double mean, double standard_deviation);
void mk_random_cauchy(mk_generator *generator, int64_t count, double *output, double median, double sigma);
void mk_random_geometric(mk_generator *generator, int64_t count, double *output, double p);
void mk_random_poisson(mk_generator *generator, int64_t count, double *output, const double *rates);
void mk_random_permutation(mk_generator *generator, int64_t count, int64_t *output);
// output[i] = double uniform < p, as bytes 0 and 1
void mk_random_bernoulli(mk_generator *generator, int64_t count, uint8_t *output, double p);
// output[i] = uniform of the dtype < p[i], as bytes 0 and 1; dtype float32 or float64
void mk_random_bernoulli_each(mk_generator *generator, int32_t dtype, int64_t count, uint8_t *output, const void *p);

// ---- Optimizer steps (run_optimizer.c, bodies/optimizer.h) --------------------------------------------------------------------

// In place over contiguous arrays of float32 or float64; the formulas and their order are PyTorch's single-tensor path.
typedef struct mk_sgd { double learning_rate, momentum, dampening, weight_decay; bool nesterov, maximize, first_step; } mk_sgd;
int32_t mk_run_sgd(const mk_sgd *options, int32_t dtype, int64_t count, void *parameter, const void *gradient, void *momentum_buffer /* or NULL */);
// step: 1 at the first call. v_max NULL without amsgrad.
typedef struct mk_adam { double learning_rate, beta1, beta2, epsilon, weight_decay; int64_t step; bool decoupled, maximize; } mk_adam;
int32_t mk_run_adam(const mk_adam *options, int32_t dtype, int64_t count, void *parameter, const void *gradient, void *m, void *v, void *v_max /* or NULL */);
// The other elementwise steps. What each rule reads of `a` … `f` and keeps in its three states is said at its body; the numbers
// that are the same for all elements of a step are worked out by the caller.
typedef enum mk_step_rule { MK_STEP_RMSPROP, MK_STEP_ADAGRAD, MK_STEP_ADADELTA, MK_STEP_ADAMAX, MK_STEP_NADAM, MK_STEP_RADAM, MK_STEP_ASGD, MK_STEP_RPROP } mk_step_rule;
// First the gradient changes its sign (maximize) and `weight_decay` times the parameter is added to it; then the parameter is
// multiplied by `keep`; then the rule steps.
typedef struct mk_step { int32_t rule; bool maximize; double weight_decay, keep, a, b, c, d, e, f; } mk_step;
int32_t mk_run_step(const mk_step *options, int32_t dtype, int64_t count, void *parameter, const void *gradient, void *state0, void *state1 /* or NULL */, void *state2 /* or NULL */);

#ifdef __cplusplus
}
#endif
#endif
