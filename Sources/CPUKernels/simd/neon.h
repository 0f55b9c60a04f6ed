// The neon vocabulary: see vector.h.
#define MK_BYTES 16
#define MK_NAME(x) x##_neon
#define MK_HAS_FMA 1
#include "vector.h"
