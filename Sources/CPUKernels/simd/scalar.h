// The scalar vocabulary: see vector.h.
#define MK_BYTES 16
#define MK_NAME(x) x##_scalar
#define MK_HAS_FMA 0
#include "vector.h"
