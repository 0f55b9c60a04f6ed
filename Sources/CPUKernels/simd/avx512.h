// The avx512 vocabulary: see vector.h.
#define MK_BYTES 64
#define MK_NAME(x) x##_avx512
#define MK_HAS_FMA 1
#include "vector.h"
