// The element-wise operations and reductions that kernels exist for, as lists: each enum, its table and its names are
// made from one list, so they cannot disagree. The order is the order of the Swift enums of the same name (a test
// compares the names).
#ifndef MK_OPERATIONS_H
#define MK_OPERATIONS_H

// Element types, in DType's order.
#define MK_DTYPES(X) X(float32) X(float64) X(float16) X(bfloat16) X(int8) X(int16) X(int32) X(int64) X(uint8) X(bool)

// One operand. p0, p1: the call's parameters.
#define MK_UNARY_OPERATIONS(X)                                                                                        \
  X(copy) X(negate) X(absolute) X(sign) X(square) X(squareRoot) X(reciprocalSquareRoot) X(reciprocal)                  \
  X(exp) X(exp2) X(expm1) X(log) X(log2) X(log10) X(log1p)                                                             \
  X(sin) X(cos) X(tan) X(asin) X(acos) X(atan) X(sinh) X(cosh) X(tanh) X(asinh) X(acosh) X(atanh)                      \
  X(sigmoid) X(logSigmoid) X(relu) X(gelu) X(geluTanh) X(silu) X(mish) X(softsign)                                     \
  X(erf) X(erfc) X(erfinv) X(lgamma) X(digamma)                                                                        \
  X(besselI0) X(besselI0e) X(besselI1) X(besselI1e) X(erfcx) X(ndtr) X(logNdtr) X(ndtri) X(entr) X(sinc)               \
  X(sphericalBesselJ0)                                                                                                 \
  X(logit)       /* p0 = eps: x is limited to [p0, 1 - p0]; not limited where p0 < 0 */                                \
  X(polygamma)   /* p0 = order */                                                                                      \
  X(floor) X(ceil) X(round) X(trunc) X(frac)                                                                             \
  X(bitwiseNot) X(logicalNot) X(isNaN) X(isInfinite) X(isFinite) X(signbit)                                            \
  X(leakyRelu)   /* x > 0 ? x : p0·x */                                                                                \
  X(elu)         /* x > 0 ? x : p0·expm1(p1·x) */                                                                         \
  X(softplus)    /* p0 = beta, p1 = threshold: x·p0 > p1 ? x : log1p(exp(p0·x))/p0 */                                  \
  X(clamp)       /* min(max(x, p0), p1); NaN stays NaN; p0 = -inf or p1 = inf for a missing bound */                   \
  X(hardshrink)  /* -p0 <= x <= p0 ? 0 : x */                                                                          \
  X(softshrink)  /* x > p0 ? x - p0 : x < -p0 ? x + p0 : 0 */                                                          \
  X(threshold)   /* x <= p0 ? p1 : x */                                                                                \
  X(hardsigmoid) X(hardswish) X(selu)

// Two operands. Results of the comparison and logical ones are bool.
#define MK_BINARY_OPERATIONS(X)                                                                                       \
  X(add) X(subtract) X(multiply) X(divide) X(floorDivide) X(truncateDivide) X(remainder) X(fmod) X(power)              \
  X(maximum) X(minimum) X(fmax) X(fmin) X(atan2) X(hypot) X(copysign) X(nextafter) X(logaddexp) X(logaddexp2) X(xlogy) \
  X(xlog1py) X(zeta) X(heaviside) /* x < 0 ? 0 : x > 0 ? 1 : y */                                                      \
  X(bitwiseAnd) X(bitwiseOr) X(bitwiseXor) X(leftShift) X(rightShift) X(gcd) X(lcm)                                    \
  X(equal) X(notEqual) X(less) X(lessEqual) X(greater) X(greaterEqual) X(logicalAnd) X(logicalOr) X(logicalXor)        \
  /* gradients fused with their activation: (gradient, output y or input x) */                                         \
  X(reluGradient)      /* y > 0 ? g : 0 */                                                                             \
  X(sigmoidGradient)   /* g·(1 - y)·y */                                                                               \
  X(tanhGradient)      /* g·(1 - y²) */                                                                                \
  X(geluGradient)      /* of x */                                                                                      \
  X(geluTanhGradient)  /* of x */                                                                                      \
  X(siluGradient)      /* of x */                                                                                      \
  X(leakyReluGradient) /* of x: x > 0 ? g : g·p0 */                                                                    \
  X(eluGradient)       /* of x: x > 0 ? g : g·p0·p1·exp(p1·x) */                                                             \
  X(softplusGradient)  /* of x: x·p0 > p1 ? g : g·sigmoid(p0·x) */                                                     \
  X(clampGradient)     /* of x: p0 < x < p1 ? g : 0; at a bound 0 */                                                   \
  X(shrinkGradient)    /* of x: -p0 <= x <= p0 ? 0 : g */                                                              \
  X(thresholdGradient) /* of x: x <= p0 ? 0 : g */                                                                     \
  X(hardswishGradient) X(seluGradient) X(mishGradient) X(logSigmoidGradient) /* of x */                                \
  X(prelu)             /* (x, weight): x > 0 ? x : weight·x */                                                         \
  X(replaceNonFinite)  /* (x, n): NaN becomes n, the infinities p0 and p1 */

// Three operands.
#define MK_TERNARY_OPERATIONS(X)                                                                                      \
  X(select)          /* a (bool) ? b : c */                                                                            \
  X(multiplyAdd)     /* a + p0·b·c */                                                                                  \
  X(divideAdd)       /* a + p0·b/c */                                                                                  \
  X(interpolate)     /* lerp: a + c·(b - a), PyTorch's two-sided form: c < 0.5 ? a + c(b-a) : b - (b-a)(1-c) */

#define MK_REDUCE_OPERATIONS(X)                                                                                       \
  X(sum) X(mean) X(product) X(maximum) X(minimum) X(all) X(any) X(argMax) X(argMin)                                    \
  X(maxWithIndex) X(minWithIndex) /* second output: int64 index of the first extreme, NaN counts as the extreme */     \
  X(variance)                     /* p0 = correction; Σ(x-mean)²/max(0, n-p0) */                                       \
  X(sumOfSquares) X(sumOfAbsolutes) X(countNonZero) X(logSumExp)                                                       \
  X(nanSum)                       /* NaN counts as 0 */

#define MK_ENUM_DTYPE(name) MK_##name,
typedef enum mk_dtype { MK_DTYPES(MK_ENUM_DTYPE) MK_DTYPE_COUNT } mk_dtype;
#define MK_ENUM_UNARY(name) MK_UNARY_##name,
typedef enum mk_unary { MK_UNARY_OPERATIONS(MK_ENUM_UNARY) MK_UNARY_COUNT } mk_unary;
#define MK_ENUM_BINARY(name) MK_BINARY_##name,
typedef enum mk_binary { MK_BINARY_OPERATIONS(MK_ENUM_BINARY) MK_BINARY_COUNT } mk_binary;
#define MK_ENUM_TERNARY(name) MK_TERNARY_##name,
typedef enum mk_ternary { MK_TERNARY_OPERATIONS(MK_ENUM_TERNARY) MK_TERNARY_COUNT } mk_ternary;
#define MK_ENUM_REDUCE(name) MK_REDUCE_##name,
typedef enum mk_reduce { MK_REDUCE_OPERATIONS(MK_ENUM_REDUCE) MK_REDUCE_COUNT } mk_reduce;

#endif
