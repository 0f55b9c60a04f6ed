// Vectorised elementary functions of float32 and float64, for every kernel body that needs them. Each is named
// <function>_f32 or <function>_f64, takes and gives whole vectors, and treats each lane alone, so a result does not depend
// on where in an array it stands. Errors stay near 2 units in the last place or below over the full range; infinities, NaN,
// signed zeros and denormals come out as IEEE 754 and C's libm have them.
#include "math_f64.h"
#include "math_f32.h"
#include "math_more.h"
#include "math_trigonometric.h"
#include "math_wide.h"
#include "math_special.h"
