// The operations inside the families of `Primitive`. The order is that of the kernels' lists (CPUKernels/include/operations.h);
// a test holds the names against each other.

/// Element-wise functions of one operand.
package enum UnaryOperation: UInt8, CaseIterable, Sendable {
  case copy, negate, absolute, sign, square, squareRoot, reciprocalSquareRoot, reciprocal, exp, exp2, expm1,
    log, log2, log10, log1p, sin, cos, tan, asin, acos, atan, sinh, cosh, tanh, asinh, acosh, atanh, sigmoid,
    logSigmoid, relu, gelu, geluTanh, silu, mish, softsign, erf, erfc, erfinv, lgamma, digamma, besselI0, besselI0e,
    besselI1, besselI1e, erfcx, ndtr, logNdtr, ndtri, entr, sinc, sphericalBesselJ0, logit, polygamma, floor, ceil, round, trunc, frac,
    bitwiseNot, logicalNot, isNaN, isInfinite, isFinite, signbit, leakyRelu, elu, softplus, clamp, hardshrink,
    softshrink, threshold, hardsigmoid, hardswish, selu
}

/// Element-wise functions of two operands, and the gradients that are fused with their activation
/// (first operand the incoming gradient).
package enum BinaryOperation: UInt8, CaseIterable, Sendable {
  case add, subtract, multiply, divide, floorDivide, truncateDivide, remainder, fmod, power, maximum, minimum,
    fmax, fmin, atan2, hypot, copysign, nextafter, logaddexp, logaddexp2, xlogy, xlog1py, zeta, heaviside, bitwiseAnd, bitwiseOr,
    bitwiseXor, leftShift, rightShift, gcd, lcm, equal, notEqual, less, lessEqual, greater, greaterEqual,
    logicalAnd, logicalOr, logicalXor, reluGradient, sigmoidGradient, tanhGradient, geluGradient,
    geluTanhGradient, siluGradient, leakyReluGradient, eluGradient, softplusGradient, clampGradient,
    shrinkGradient, thresholdGradient, hardswishGradient, seluGradient, mishGradient, logSigmoidGradient, prelu,
    replaceNonFinite
}

/// Element-wise functions of three operands.
package enum TernaryOperation: UInt8, CaseIterable, Sendable {
  case select, multiplyAdd, divideAdd, interpolate
}

/// What a reduction computes over its dimensions.
package enum ReduceOperation: UInt8, CaseIterable, Sendable {
  case sum, mean, product, maximum, minimum, all, any, argMax, argMin, maxWithIndex, minWithIndex, variance,
    sumOfSquares, sumOfAbsolutes, countNonZero, logSumExp, nanSum
}
