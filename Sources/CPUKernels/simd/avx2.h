// The avx2 vocabulary: see vector.h.
#define MK_BYTES 32
#define MK_NAME(x) x##_avx2
#define MK_HAS_FMA 1
#include "vector.h"
