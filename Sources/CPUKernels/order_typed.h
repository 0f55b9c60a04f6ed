// Ordering of one width of key, included by run_order.c with
//   O(x)  x with the width's suffix     KEY  the unsigned type of a key     ELEMENT  a key with its position
//   ELEMENT_OF(key, i), KEY_OF(e), POSITION_OF(e), LESS(a, b)  by key, then by position

// The digit of `bits` bits from `shift` on.
#define DIGIT(e) ((uint32_t)(KEY_OF(e) >> shift) & mask)

static void O(insertion_sort)(ELEMENT *a, int64_t n) {
  for (int64_t i = 1; i < n; i++) {
    const ELEMENT x = a[i];
    int64_t j = i;
    for (; j > 0 && LESS(x, a[j - 1]); j--) a[j] = a[j - 1];
    a[j] = x;
  }
}

// Sorts `a` by its keys of `key_bits` bits, equal ones as they are; `b` is scratch. Returns where the result is.
static ELEMENT *O(sort)(ELEMENT *a, ELEMENT *b, int64_t n, int32_t key_bits) {
  if (n <= SHORT_LINE) {
    O(insertion_sort)(a, n);
    return a;
  }
  const int32_t bits = n < LONG_LINE ? 8 : 11, passes = (key_bits + bits - 1) / bits;
  const uint32_t buckets = 1u << bits, mask = buckets - 1;
  uint32_t counts[MOST_COUNTS];
  memset(counts, 0, sizeof counts[0] * buckets * (size_t)passes);
  for (int64_t i = 0; i < n; i++)
    for (int32_t p = 0, shift = 0; p < passes; p++, shift += bits) counts[(uint32_t)p * buckets + DIGIT(a[i])]++;
  for (int32_t p = 0, shift = 0; p < passes; p++, shift += bits) {
    uint32_t *count = counts + (uint32_t)p * buckets;
    if (count[DIGIT(a[0])] == n) continue;  // all alike here
    uint32_t start = 0;
    for (uint32_t d = 0; d < buckets; d++) {
      const uint32_t size = count[d];
      count[d] = start;
      start += size;
    }
    for (int64_t i = 0; i < n; i++) b[count[DIGIT(a[i])]++] = a[i];
    ELEMENT *other = a;
    a = b;
    b = other;
  }
  return a;
}

// The element that sorting would bring to place k. `a` stays; `b` is scratch.
static ELEMENT O(select)(const ELEMENT *a, ELEMENT *b, int64_t n, int64_t k, int32_t key_bits) {
  const int32_t bits = n < LONG_LINE ? 8 : 11;
  for (int32_t shift = key_bits; shift > 0 && n > SHORT_LINE;) {
    const int32_t width = shift < bits ? shift : bits;
    shift -= width;
    const uint32_t mask = (1u << width) - 1;
    uint32_t counts[2048];
    memset(counts, 0, sizeof counts[0] << width);
    for (int64_t i = 0; i < n; i++) counts[DIGIT(a[i])]++;
    uint32_t digit = 0;
    while (k >= counts[digit]) k -= counts[digit++];
    int64_t kept = 0;
    if (counts[digit] == n) continue;
    for (int64_t i = 0; i < n; i++) {
      b[kept] = a[i];
      kept += DIGIT(a[i]) == digit;
      if (kept == counts[digit]) break;
    }
    a = b;
    n = kept;
  }
  if (n <= SHORT_LINE) {
    if (a != b) memcpy(b, a, (size_t)n * sizeof *b);
    O(insertion_sort)(b, n);
    return b[k];
  }
  return a[k];  // equal keys, in order of position
}

// Moves the `count` least of `a` to its front, in order. For a few out of many: one pass with a short sorted list.
static void O(least)(ELEMENT *a, int64_t n, int64_t count) {
  O(insertion_sort)(a, count);
  ELEMENT last = a[count - 1];
  for (int64_t i = count; i < n; i++) {
    const ELEMENT x = a[i];
    if (!LESS(x, last)) continue;
    int64_t j = count - 1;
    for (; j > 0 && LESS(x, a[j - 1]); j--) a[j] = a[j - 1];
    a[j] = x;
    last = a[count - 1];
  }
}

// The first element of the longest run of equal keys in a sorted line, and as `end` the place after the run.
static int64_t O(longest_run)(const ELEMENT *a, int64_t n, int64_t *end) {
  int64_t best = 0, length = 0;
  for (int64_t i = 0; i < n;) {
    int64_t j = i + 1;
    while (j < n && KEY_OF(a[j]) == KEY_OF(a[i])) j++;
    if (j - i > length) { best = i; length = j - i; }
    i = j;
  }
  *end = best + length;
  return best;
}

// One line: orders `n` elements whose keys stand in `a` and returns the chosen ones, `count` of them.
static const ELEMENT *O(order)(int32_t operation, ELEMENT *a, ELEMENT *b, int64_t n, int64_t count, int32_t key_bits, KEY nan) {
  switch (operation) {
    case ORDER_LARGEST: case ORDER_SMALLEST: {
      if (count >= n) return O(sort)(a, b, n, key_bits);
      if (count == 0) return a;
      if (count <= FEW && count * 16 <= n) {
        O(least)(a, n, count);
        return a;
      }
      const ELEMENT last = O(select)(a, b, n, count - 1, key_bits);
      int64_t kept = 0;
      for (int64_t i = 0; i < n && kept < count; i++) {
        const ELEMENT e = a[i];
        a[kept] = e;
        kept += !LESS(last, e);
      }
      return O(sort)(a, b, count, key_bits);
    }
    case ORDER_KTH:
      b[0] = O(select)(a, b, n, count - 1, key_bits);
      return b;
    case ORDER_MEDIAN: case ORDER_NAN_MEDIAN: {
      int64_t nans = 0, first = n;
      if (nan)
        for (int64_t i = n - 1; i >= 0; i--)
          if (KEY_OF(a[i]) == nan) { nans++; first = i; }
      if (nans && (operation == ORDER_MEDIAN || nans == n)) return a + first;
      b[0] = O(select)(a, b, n, (n - nans - 1) / 2, key_bits);
      return b;
    }
    case ORDER_MODE: {
      const ELEMENT *sorted = O(sort)(a, b, n, key_bits);
      int64_t end;
      O(longest_run)(sorted, n, &end);
      return sorted + end - 1;
    }
    default: return O(sort)(a, b, n, key_bits);
  }
}
#undef DIGIT
