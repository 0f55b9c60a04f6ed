// Scans of one element type, included by run_scan.c with
//   S(x)  x with the type's suffix    T  element    A  what totals are kept in    ADD, MULTIPLY    IS_NAN

#define TOTAL(STEP)                                                                                                   \
  for (int64_t i = 0; i < count; i++, x += inner, y += inner)                                                         \
    for (int64_t j = 0; j < width; j++) { const A a = total[j], b = (A)x[j]; y[j] = (T)(total[j] = STEP); }
// Lines at once, so that the steps of one need not wait for those of another.
#define TOTAL_LINES(STEP)                                                                                             \
  {                                                                                                                   \
    A total[LINES];                                                                                                   \
    for (int k = 0; k < LINES; k++) total[k] = start;                                                                 \
    for (int64_t i = 0; i < count; i++)                                                                               \
      for (int k = 0; k < LINES; k++) { const A a = total[k], b = (A)x[k * count + i]; y[k * count + i] = (T)(total[k] = STEP); } \
  }
#define TOTAL_LINE(STEP)                                                                                              \
  { A a = start; for (int64_t i = 0; i < count; i++) { const A b = (A)x[i]; y[i] = (T)(a = STEP); } }
// Of equals the last is named; NaN beats everything.
#define EXTREME(COMPARE)                                                                                              \
  for (int64_t i = 0; i < count; i++, x += inner, y += inner, at += inner)                                            \
    for (int64_t j = 0; j < width; j++) {                                                                             \
      const bool better = i == 0 || IS_NAN(x[j]) || (!IS_NAN(best[j]) && x[j] COMPARE best[j]);                       \
      best[j] = better ? x[j] : best[j];                                                                              \
      place[j] = better ? i : place[j];                                                                               \
      y[j] = best[j];                                                                                                 \
      at[j] = place[j];                                                                                               \
    }
#define EXTREME_LINE(COMPARE)                                                                                         \
  {                                                                                                                   \
    T best = x[0];                                                                                                    \
    int64_t place = 0;                                                                                                \
    for (int64_t i = 0; i < count; i++) {                                                                             \
      if (IS_NAN(x[i]) || (!IS_NAN(best) && x[i] COMPARE best)) { best = x[i]; place = i; }                           \
      y[i] = best;                                                                                                    \
      at[i] = place;                                                                                                  \
    }                                                                                                                 \
  }

// Totals of LINES lines from the outer index on.
static void S(scan_lines)(const scan_job *job, int64_t outer) {
  const int64_t count = job->count;
  const T *x = (const T *)job->input + outer * count;
  T *y = (T *)job->output + outer * count;
  const A start = job->operation == SCAN_PRODUCT ? 1 : job->operation == SCAN_LOG_SUM_EXP ? LOWEST : 0;
  switch (job->operation) {
    case SCAN_SUM: TOTAL_LINES(ADD(a, b)) break;
    case SCAN_PRODUCT: TOTAL_LINES(MULTIPLY(a, b)) break;
    default: TOTAL_LINES(LOG_ADD(a, b)) break;
  }
}

// Columns [first, first + width) of one outer index; the whole line where inner is 1.
static void S(scan)(const scan_job *job, int64_t outer, int64_t first, int64_t width) {
  const int64_t count = job->count, inner = job->inner, base = outer * count * inner + first;
  const T *x = (const T *)job->input + base;
  T *y = (T *)job->output + base;
  int64_t *at = job->indices ? job->indices + base : NULL;
  if (inner == 1) {
    const A start = job->operation == SCAN_PRODUCT ? 1 : job->operation == SCAN_LOG_SUM_EXP ? LOWEST : 0;
    switch (job->operation) {
      case SCAN_SUM: TOTAL_LINE(ADD(a, b)) break;
      case SCAN_PRODUCT: TOTAL_LINE(MULTIPLY(a, b)) break;
      case SCAN_LOG_SUM_EXP: TOTAL_LINE(LOG_ADD(a, b)) break;
      case SCAN_MAXIMUM: EXTREME_LINE(>=) break;
      case SCAN_MINIMUM: EXTREME_LINE(<=) break;
    }
    return;
  }
  if (job->operation >= SCAN_MAXIMUM) {
    T best[TILE];
    int64_t place[TILE];
    for (int64_t j = 0; j < width; j++) { best[j] = x[j]; place[j] = 0; }
    if (job->operation == SCAN_MAXIMUM) EXTREME(>=)
    else EXTREME(<=)
    return;
  }
  A total[TILE];
  const A start = job->operation == SCAN_PRODUCT ? 1 : job->operation == SCAN_LOG_SUM_EXP ? LOWEST : 0;
  for (int64_t j = 0; j < width; j++) total[j] = start;
  switch (job->operation) {
    case SCAN_SUM: TOTAL(ADD(a, b)) break;
    case SCAN_PRODUCT: TOTAL(MULTIPLY(a, b)) break;
    default: TOTAL(LOG_ADD(a, b)) break;
  }
}
#undef TOTAL
#undef TOTAL_LINE
#undef TOTAL_LINES
#undef EXTREME
#undef EXTREME_LINE
