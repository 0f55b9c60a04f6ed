// Moves of strided boxes, element size by element size: rows × columns of a loop gathered into packed rows, packed rows
// scattered back, and the transposition that makes a gather along the wrong dimension run at memory speed.

// 8 × 8 elements: columns of the source lie `column_stride` elements apart and are contiguous downwards; rows of the target
// lie `row_stride` apart and are contiguous. Three rounds of exchanges between registers at distance 1, 2, 4.
#define MK_EXCHANGE(d, i, ...)                                                                    \
  {                                                                                               \
    const v8 low = r[i], high = r[i + d];                                                         \
    r[i] = __builtin_shufflevector(low, high, MK_LOW_##d);                                        \
    r[i + d] = __builtin_shufflevector(low, high, MK_HIGH_##d);                                   \
  }
#define MK_LOW_1 0, 8, 2, 10, 4, 12, 6, 14
#define MK_HIGH_1 1, 9, 3, 11, 5, 13, 7, 15
#define MK_LOW_2 0, 1, 8, 9, 4, 5, 12, 13
#define MK_HIGH_2 2, 3, 10, 11, 6, 7, 14, 15
#define MK_LOW_4 0, 1, 2, 3, 8, 9, 10, 11
#define MK_HIGH_4 4, 5, 6, 7, 12, 13, 14, 15

#define MK_MOVES(bits)                                                                                                     \
  typedef uint##bits##_t v8_##bits __attribute__((ext_vector_type(8)));                                                    \
  typedef v8_##bits v8_##bits##_u __attribute__((aligned(bits / 8)));                                                      \
  MK_INLINE void transpose_8x8_##bits(const uint##bits##_t *source, int64_t column_stride, uint##bits##_t *target,         \
                                      int64_t row_stride) {                                                                \
    typedef v8_##bits v8;                                                                                                  \
    v8 r[8];                                                                                                               \
    for (int i = 0; i < 8; i++) r[i] = *(const v8_##bits##_u *)(source + i * column_stride);                               \
    MK_EXCHANGE(1, 0) MK_EXCHANGE(1, 2) MK_EXCHANGE(1, 4) MK_EXCHANGE(1, 6)                                                \
    MK_EXCHANGE(2, 0) MK_EXCHANGE(2, 1) MK_EXCHANGE(2, 4) MK_EXCHANGE(2, 5)                                                \
    MK_EXCHANGE(4, 0) MK_EXCHANGE(4, 1) MK_EXCHANGE(4, 2) MK_EXCHANGE(4, 3)                                                \
    for (int i = 0; i < 8; i++) *(v8_##bits##_u *)(target + i * row_stride) = r[i];                                        \
  }                                                                                                                        \
  /* target[r · target_row + c] = source[r · row_stride + c · column_stride] */                                            \
  static void gather_##bits(int64_t rows, int64_t columns, const void *source_, int64_t row_stride, int64_t column_stride, \
                            void *target_, int64_t target_row) {                                                           \
    const uint##bits##_t *source = source_;                                                                                \
    uint##bits##_t *target = target_;                                                                                      \
    int64_t done_columns = 0;                                                                                              \
    if (row_stride == 1 && column_stride != 0 && rows >= 8) {                                                              \
      for (; done_columns + 8 <= columns; done_columns += 8) {                                                             \
        const uint##bits##_t *column = source + done_columns * column_stride;                                              \
        int64_t r = 0;                                                                                                     \
        for (; r + 8 <= rows; r += 8)                                                                                      \
          transpose_8x8_##bits(column + r, column_stride, target + r * target_row + done_columns, target_row);             \
        for (; r < rows; r++)                                                                                              \
          for (int c = 0; c < 8; c++) target[r * target_row + done_columns + c] = column[r + c * column_stride];           \
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
MK_MOVES(8)
MK_MOVES(16)
MK_MOVES(32)
MK_MOVES(64)
#undef MK_MOVES
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
