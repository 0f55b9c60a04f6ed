// Moves of strided boxes, element size by element size: rows × columns of a loop gathered into packed rows, packed rows
// scattered back, and the transposition that makes a gather along the wrong dimension run at memory speed.

// Square blocks of elements transposed in registers: columns of the source lie `column_stride` elements apart and are contiguous
// downwards, rows of the target lie `row_stride` apart and are contiguous. Rounds of exchanges between registers at distance 1,
// 2, 4 (and 8). With 64-byte registers blocks of 16 × 16 so that whole cache lines are read and written; else 8 × 8.
#define MK_EXCHANGE(size, d, i)                                                       \
  {                                                                                   \
    const block_row low = r[i], high = r[i + d];                                      \
    r[i] = __builtin_shufflevector(low, high, MK_LOW_##size##_##d);                   \
    r[i + d] = __builtin_shufflevector(low, high, MK_HIGH_##size##_##d);              \
  }
#define MK_LOW_8_1 0, 8, 2, 10, 4, 12, 6, 14
#define MK_HIGH_8_1 1, 9, 3, 11, 5, 13, 7, 15
#define MK_LOW_8_2 0, 1, 8, 9, 4, 5, 12, 13
#define MK_HIGH_8_2 2, 3, 10, 11, 6, 7, 14, 15
#define MK_LOW_8_4 0, 1, 2, 3, 8, 9, 10, 11
#define MK_HIGH_8_4 4, 5, 6, 7, 12, 13, 14, 15
#define MK_LOW_16_1 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30
#define MK_HIGH_16_1 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31
#define MK_LOW_16_2 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29
#define MK_HIGH_16_2 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31
#define MK_LOW_16_4 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27
#define MK_HIGH_16_4 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31
#define MK_LOW_16_8 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23
#define MK_HIGH_16_8 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31
#define MK_TRANSPOSE_8 \
  MK_EXCHANGE(8, 1, 0) MK_EXCHANGE(8, 1, 2) MK_EXCHANGE(8, 1, 4) MK_EXCHANGE(8, 1, 6) \
  MK_EXCHANGE(8, 2, 0) MK_EXCHANGE(8, 2, 1) MK_EXCHANGE(8, 2, 4) MK_EXCHANGE(8, 2, 5) \
  MK_EXCHANGE(8, 4, 0) MK_EXCHANGE(8, 4, 1) MK_EXCHANGE(8, 4, 2) MK_EXCHANGE(8, 4, 3)
#define MK_TRANSPOSE_16 \
  MK_EXCHANGE(16, 1, 0) MK_EXCHANGE(16, 1, 2) MK_EXCHANGE(16, 1, 4) MK_EXCHANGE(16, 1, 6) \
  MK_EXCHANGE(16, 1, 8) MK_EXCHANGE(16, 1, 10) MK_EXCHANGE(16, 1, 12) MK_EXCHANGE(16, 1, 14) \
  MK_EXCHANGE(16, 2, 0) MK_EXCHANGE(16, 2, 1) MK_EXCHANGE(16, 2, 4) MK_EXCHANGE(16, 2, 5) \
  MK_EXCHANGE(16, 2, 8) MK_EXCHANGE(16, 2, 9) MK_EXCHANGE(16, 2, 12) MK_EXCHANGE(16, 2, 13) \
  MK_EXCHANGE(16, 4, 0) MK_EXCHANGE(16, 4, 1) MK_EXCHANGE(16, 4, 2) MK_EXCHANGE(16, 4, 3) \
  MK_EXCHANGE(16, 4, 8) MK_EXCHANGE(16, 4, 9) MK_EXCHANGE(16, 4, 10) MK_EXCHANGE(16, 4, 11) \
  MK_EXCHANGE(16, 8, 0) MK_EXCHANGE(16, 8, 1) MK_EXCHANGE(16, 8, 2) MK_EXCHANGE(16, 8, 3) \
  MK_EXCHANGE(16, 8, 4) MK_EXCHANGE(16, 8, 5) MK_EXCHANGE(16, 8, 6) MK_EXCHANGE(16, 8, 7)


#define MK_BACKWARDS_8 7, 6, 5, 4, 3, 2, 1, 0
#define MK_BACKWARDS_16 15, 14, 13, 12, 11, 10, 9, 8, MK_BACKWARDS_8

#define MK_MOVES(bits, size)                                                                                                     \
  typedef uint##bits##_t block_row_##bits __attribute__((ext_vector_type(size)));                                          \
  typedef block_row_##bits block_row_##bits##_u __attribute__((aligned(bits / 8)));                                        \
  MK_INLINE void transpose_block_##bits(const uint##bits##_t *source, int64_t column_stride, uint##bits##_t *target,       \
                                        int64_t row_stride) {                                                              \
    typedef block_row_##bits block_row;                                                                                    \
    block_row r[size];                                                                                                     \
    for (int i = 0; i < size; i++) r[i] = *(const block_row_##bits##_u *)(source + i * column_stride);                     \
    MK_TRANSPOSE_##size                                                                                                    \
    for (int i = 0; i < size; i++) *(block_row_##bits##_u *)(target + i * row_stride) = r[i];                              \
  }                                                                                                                        \
  /* target[c] = source[-c] */                                                                                             \
  static void reverse_##bits(int64_t count, const uint##bits##_t *source, uint##bits##_t *target) {                        \
    int64_t c = 0;                                                                                                         \
    for (; c + size <= count; c += size) {                                                                                 \
      const block_row_##bits x = *(const block_row_##bits##_u *)(source - c - (size - 1));                                 \
      *(block_row_##bits##_u *)(target + c) = __builtin_shufflevector(x, x, MK_BACKWARDS_##size);                          \
    }                                                                                                                      \
    for (; c < count; c++) target[c] = source[-c];                                                                         \
  }                                                                                                                        \
  /* target[r · target_row + c] = source[r · row_stride + c · column_stride] */                                            \
  static void gather_##bits(int64_t rows, int64_t columns, const void *source_, int64_t row_stride, int64_t column_stride, \
                            void *target_, int64_t target_row) {                                                           \
    const uint##bits##_t *source = source_;                                                                                \
    uint##bits##_t *target = target_;                                                                                      \
    int64_t done_columns = 0;                                                                                              \
    if (row_stride == 1 && column_stride != 0 && rows >= size) {                                                              \
      for (; done_columns + size <= columns; done_columns += size) {                                                             \
        const uint##bits##_t *column = source + done_columns * column_stride;                                              \
        int64_t r = 0;                                                                                                     \
        for (; r + size <= rows; r += size)                                                                                      \
          transpose_block_##bits(column + r, column_stride, target + r * target_row + done_columns, target_row);             \
        for (; r < rows; r++)                                                                                              \
          for (int c = 0; c < size; c++) target[r * target_row + done_columns + c] = column[r + c * column_stride];           \
      }                                                                                                                    \
      for (; done_columns < columns; done_columns++)                                                                       \
        for (int64_t r = 0; r < rows; r++)                                                                                 \
          target[r * target_row + done_columns] = source[r + done_columns * column_stride];                                \
      return;                                                                                                              \
    }                                                                                                                      \
    for (int64_t r = 0; r < rows; r++, source += row_stride, target += target_row) {                                       \
      if (column_stride == 1) {                                                                                            \
        MK_INDEPENDENT for (int64_t c = 0; c < columns; c++) target[c] = source[c];                                        \
      } else if (column_stride == 0) {                                                                                     \
        const uint##bits##_t value = *source;                                                                              \
        MK_INDEPENDENT for (int64_t c = 0; c < columns; c++) target[c] = value;                                            \
      } else if (column_stride == -1) {                                                                                    \
        reverse_##bits(columns, source, target);                                                                           \
      } else {                                                                                                             \
        for (int64_t c = 0; c < columns; c++) target[c] = source[c * column_stride];                                       \
      }                                                                                                                    \
    }                                                                                                                      \
  }                                                                                                                        \
  /* target[r · row_stride + c · column_stride] = source[r · columns + c] */                                               \
  static void scatter_##bits(int64_t rows, int64_t columns, const void *source_, void *target_, int64_t row_stride,        \
                             int64_t column_stride) {                                                                      \
    const uint##bits##_t *source = source_;                                                                                \
    uint##bits##_t *target = target_;                                                                                      \
    for (int64_t r = 0; r < rows; r++, source += columns, target += row_stride)                                            \
      for (int64_t c = 0; c < columns; c++) target[c * column_stride] = source[c];                                         \
  }
#if MK_BYTES == 64
MK_MOVES(8, 16)
MK_MOVES(16, 16)
MK_MOVES(32, 16)
#else
MK_MOVES(8, 8)
MK_MOVES(16, 8)
MK_MOVES(32, 8)
#endif
MK_MOVES(64, 8)
#undef MK_MOVES
#undef MK_BACKWARDS_8
#undef MK_BACKWARDS_16
#undef MK_EXCHANGE

static void gather_box(int64_t item, int64_t rows, int64_t columns, const void *source, int64_t row_stride, int64_t column_stride,
                       void *target, int64_t target_row) {
  switch (item) {
    case 1: gather_8(rows, columns, source, row_stride, column_stride, target, target_row); break;
    case 2: gather_16(rows, columns, source, row_stride, column_stride, target, target_row); break;
    case 4: gather_32(rows, columns, source, row_stride, column_stride, target, target_row); break;
    default: gather_64(rows, columns, source, row_stride, column_stride, target, target_row); break;
  }
}

static void scatter_box(int64_t item, int64_t rows, int64_t columns, const void *source, void *target, int64_t row_stride,
                        int64_t column_stride) {
  switch (item) {
    case 1: scatter_8(rows, columns, source, target, row_stride, column_stride); break;
    case 2: scatter_16(rows, columns, source, target, row_stride, column_stride); break;
    case 4: scatter_32(rows, columns, source, target, row_stride, column_stride); break;
    default: scatter_64(rows, columns, source, target, row_stride, column_stride); break;
  }
}

// A copy past the caches, for results larger than they are. A fence must follow before another thread reads them.
static void stream_copy(int64_t bytes, const void *source_, void *target_) {
  const char *source = source_;
  char *target = target_;
  int64_t head = (int64_t)(-(uintptr_t)target & (MK_BYTES - 1));
  if (head > bytes) head = bytes;
  memcpy(target, source, (size_t)head);
  int64_t i = head;
  for (; i + MK_BYTES <= bytes; i += MK_BYTES)
    __builtin_nontemporal_store(*(const vf32_u *)(source + i), (vf32 *)(target + i));
  memcpy(target + i, source + i, (size_t)(bytes - i));
}
