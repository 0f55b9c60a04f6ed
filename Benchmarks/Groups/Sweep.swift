import Martlet

/// Every unary, binary, reduction and movement operation at three sizes, by PyTorch's names; `peer/sweep.py` has the same.
/// Hundreds of workloads: run only where the filter names the sweep.
enum Sweep {
  /// What values the operands have: those on which the function is defined.
  enum Domain {
    case any, positive, unit, aboveOne, integer, bool

    func operand(_ count: Int) -> Tensor {
      switch self {
      case .any: Tensor.randn(count)
      case .positive: Tensor.rand(count) + 0.1
      case .unit: Tensor.rand(count) * 1.8 - 0.9
      case .aboveOne: Tensor.rand(count) + 1.1
      case .integer: Tensor.randint(1, 100, [count], dtype: .int32)
      case .bool: Tensor.randn(count).gt(0)
      }
    }
  }

  static func workloads() -> [Workload] {
    var result: [Workload] = []
    addUnary(to: &result)
    addActivations(to: &result)
    addBinary(to: &result)
    addReductions(to: &result)
    addOrders(to: &result)
    addMovement(to: &result)
    return result
  }

  /// An operation at the three sizes, on operands that `make` makes of a size.
  private static func add(
    _ name: String, to result: inout [Workload], _ make: @escaping (Int) -> [Tensor],
    _ call: @escaping ([Tensor]) -> Tensor
  ) {
    for (tag, count, inner) in [("1k", 1 << 10, 100), ("128k", 1 << 17, 4), ("4m", 1 << 22, 1)] {
      var schedule = Schedule(inner: inner)
      schedule.warmUp = 1
      schedule.least = 3
      result.append(
        Workload("sweep/\(name)-\(tag)", schedule) {
          let operands = make(count)
          return { consume(call(operands)) }
        })
    }
  }

  /// A vector.
  private static func unary(
    _ name: String, _ domain: Domain, to result: inout [Workload], _ call: @escaping (Tensor) -> Tensor
  ) {
    add(name, to: &result, { [domain.operand($0)] }, { call($0[0]) })
  }
  /// Two vectors.
  private static func binary(
    _ name: String, _ domain: Domain, to result: inout [Workload], _ call: @escaping (Tensor, Tensor) -> Tensor
  ) {
    add(name, to: &result, { [domain.operand($0), domain.operand($0)] }, { call($0[0], $0[1]) })
  }
  /// A matrix with rows of 512, or 32 for the smallest size.
  private static func matrix(_ name: String, to result: inout [Workload], _ call: @escaping (Tensor) -> Tensor) {
    add(
      name, to: &result,
      { count in
        let width = count > 1024 ? 512 : 32
        return [Tensor.randn(count / width, width)]
      }, { call($0[0]) })
  }

  private static func addUnary(to result: inout [Workload]) {
    unary("unary/abs", .any, to: &result) { $0.abs() }
    unary("unary/atan", .any, to: &result) { $0.atan() }
    unary("unary/asinh", .any, to: &result) { $0.asinh() }
    unary("unary/ceil", .any, to: &result) { $0.ceil() }
    unary("unary/cos", .any, to: &result) { $0.cos() }
    unary("unary/cosh", .any, to: &result) { $0.cosh() }
    unary("unary/deg2rad", .any, to: &result) { $0.deg2rad() }
    unary("unary/erf", .any, to: &result) { $0.erf() }
    unary("unary/erfc", .any, to: &result) { $0.erfc() }
    unary("unary/exp", .any, to: &result) { $0.exp() }
    unary("unary/exp2", .any, to: &result) { $0.exp2() }
    unary("unary/expm1", .any, to: &result) { $0.expm1() }
    unary("unary/floor", .any, to: &result) { $0.floor() }
    unary("unary/frac", .any, to: &result) { $0.frac() }
    unary("unary/i0", .any, to: &result) { $0.i0() }
    unary("unary/isfinite", .any, to: &result) { $0.isFinite() }
    unary("unary/isinf", .any, to: &result) { $0.isInf() }
    unary("unary/isnan", .any, to: &result) { $0.isNaN() }
    unary("unary/isneginf", .any, to: &result) { $0.isNegInf() }
    unary("unary/isposinf", .any, to: &result) { $0.isPosInf() }
    unary("unary/logical_not", .any, to: &result) { $0.logicalNot() }
    unary("unary/nan_to_num", .any, to: &result) { $0.nanToNum() }
    unary("unary/neg", .any, to: &result) { $0.neg() }
    unary("unary/positive", .any, to: &result) { $0.positive() }
    unary("unary/rad2deg", .any, to: &result) { $0.rad2deg() }
    unary("unary/round", .any, to: &result) { $0.round() }
    unary("unary/sgn", .any, to: &result) { $0.sgn() }
    unary("unary/sigmoid", .any, to: &result) { $0.sigmoid() }
    unary("unary/sign", .any, to: &result) { $0.sign() }
    unary("unary/signbit", .any, to: &result) { $0.signbit() }
    unary("unary/sin", .any, to: &result) { $0.sin() }
    unary("unary/sinc", .any, to: &result) { $0.sinc() }
    unary("unary/sinh", .any, to: &result) { $0.sinh() }
    unary("unary/square", .any, to: &result) { $0.square() }
    unary("unary/tan", .any, to: &result) { $0.tan() }
    unary("unary/tanh", .any, to: &result) { $0.tanh() }
    unary("unary/trunc", .any, to: &result) { $0.trunc() }
    unary("unary/relu", .any, to: &result) { $0.relu() }
    unary("unary/digamma", .positive, to: &result) { $0.digamma() }
    unary("unary/lgamma", .positive, to: &result) { $0.lgamma() }
    unary("unary/log", .positive, to: &result) { $0.log() }
    unary("unary/log10", .positive, to: &result) { $0.log10() }
    unary("unary/log1p", .positive, to: &result) { $0.log1p() }
    unary("unary/log2", .positive, to: &result) { $0.log2() }
    unary("unary/reciprocal", .positive, to: &result) { $0.reciprocal() }
    unary("unary/rsqrt", .positive, to: &result) { $0.rsqrt() }
    unary("unary/sqrt", .positive, to: &result) { $0.sqrt() }
    unary("unary/acos", .unit, to: &result) { $0.acos() }
    unary("unary/asin", .unit, to: &result) { $0.asin() }
    unary("unary/atanh", .unit, to: &result) { $0.atanh() }
    unary("unary/erfinv", .unit, to: &result) { $0.erfinv() }
    unary("unary/acosh", .aboveOne, to: &result) { $0.acosh() }
    unary("unary/bitwise_not", .integer, to: &result) { $0.bitwiseNot() }
    unary("unary/erfcx", .any, to: &result) { Special.erfcx($0) }
    unary("unary/i0e", .any, to: &result) { Special.i0e($0) }
    unary("unary/i1", .any, to: &result) { Special.i1($0) }
    unary("unary/log_ndtr", .any, to: &result) { Special.logNdtr($0) }
    unary("unary/ndtr", .any, to: &result) { Special.ndtr($0) }
    unary("unary/entr", .positive, to: &result) { Special.entr($0) }
    unary("unary/logit", .positive, to: &result) { $0.logit(eps: 1e-6) }
    unary("unary/clamp", .any, to: &result) { $0.clamp(min: -0.5, max: 0.5) }
    unary("unary/bfloat16", .any, to: &result) { $0.to(.bfloat16) }
    unary("unary/double", .any, to: &result) { $0.to(.float64) }
    unary("unary/int", .any, to: &result) { $0.to(.int32) }
  }

  private static func addActivations(to result: inout [Workload]) {
    unary("unary/celu", .any, to: &result) { $0.celu() }
    unary("unary/elu", .any, to: &result) { $0.elu() }
    unary("unary/gelu", .any, to: &result) { $0.gelu() }
    unary("unary/hardshrink", .any, to: &result) { $0.hardshrink() }
    unary("unary/hardsigmoid", .any, to: &result) { $0.hardsigmoid() }
    unary("unary/hardswish", .any, to: &result) { $0.hardswish() }
    unary("unary/hardtanh", .any, to: &result) { $0.hardtanh() }
    unary("unary/leaky_relu", .any, to: &result) { $0.leakyRelu() }
    unary("unary/logsigmoid", .any, to: &result) { $0.logSigmoid() }
    unary("unary/mish", .any, to: &result) { $0.mish() }
    unary("unary/relu6", .any, to: &result) { $0.relu6() }
    unary("unary/selu", .any, to: &result) { $0.selu() }
    unary("unary/silu", .any, to: &result) { $0.silu() }
    unary("unary/softplus", .any, to: &result) { $0.softplus() }
    unary("unary/softshrink", .any, to: &result) { $0.softshrink() }
    unary("unary/softsign", .any, to: &result) { $0.softsign() }
    unary("unary/tanhshrink", .any, to: &result) { $0.tanhshrink() }
  }

  private static func addBinary(to result: inout [Workload]) {
    binary("binary/add", .any, to: &result) { $0.add($1) }
    binary("binary/sub", .any, to: &result) { $0.sub($1) }
    binary("binary/mul", .any, to: &result) { $0.mul($1) }
    binary("binary/div", .any, to: &result) { $0.div($1) }
    binary("binary/atan2", .any, to: &result) { $0.atan2($1) }
    binary("binary/maximum", .any, to: &result) { $0.maximum($1) }
    binary("binary/minimum", .any, to: &result) { $0.minimum($1) }
    binary("binary/fmax", .any, to: &result) { $0.fmax($1) }
    binary("binary/fmin", .any, to: &result) { $0.fmin($1) }
    binary("binary/copysign", .any, to: &result) { $0.copysign($1) }
    binary("binary/hypot", .any, to: &result) { $0.hypot($1) }
    binary("binary/logaddexp", .any, to: &result) { $0.logaddexp($1) }
    binary("binary/logaddexp2", .any, to: &result) { $0.logaddexp2($1) }
    binary("binary/nextafter", .any, to: &result) { $0.nextafter($1) }
    binary("binary/eq", .any, to: &result) { $0.eq($1) }
    binary("binary/ne", .any, to: &result) { $0.ne($1) }
    binary("binary/lt", .any, to: &result) { $0.lt($1) }
    binary("binary/le", .any, to: &result) { $0.le($1) }
    binary("binary/gt", .any, to: &result) { $0.gt($1) }
    binary("binary/ge", .any, to: &result) { $0.ge($1) }
    binary("binary/logical_and", .any, to: &result) { $0.logicalAnd($1) }
    binary("binary/logical_or", .any, to: &result) { $0.logicalOr($1) }
    binary("binary/logical_xor", .any, to: &result) { $0.logicalXor($1) }
    binary("binary/heaviside", .any, to: &result) { $0.heaviside($1) }
    binary("binary/pow", .positive, to: &result) { $0.pow($1) }
    binary("binary/fmod", .positive, to: &result) { $0.fmod($1) }
    binary("binary/remainder", .positive, to: &result) { $0.remainder($1) }
    binary("binary/floor_divide", .positive, to: &result) { $0.floorDivide($1) }
    binary("binary/xlogy", .positive, to: &result) { $0.xlogy($1) }
    binary("binary/float_power", .positive, to: &result) { $0.floatPower($1) }
    binary("binary/bitwise_and", .integer, to: &result) { $0.bitwiseAnd($1) }
    binary("binary/bitwise_or", .integer, to: &result) { $0.bitwiseOr($1) }
    binary("binary/bitwise_xor", .integer, to: &result) { $0.bitwiseXor($1) }
    binary("binary/gcd", .integer, to: &result) { $0.gcd($1) }
    binary("binary/lcm", .integer, to: &result) { $0.lcm($1) }
    unary("binary/bitwise_left_shift", .integer, to: &result) { $0.bitwiseLeftShift(3) }
    unary("binary/add_scalar", .any, to: &result) { $0 + 2.5 }
    unary("binary/pow_scalar", .positive, to: &result) { $0.pow(2.5) }
    binary("binary/lerp", .any, to: &result) { $0.lerp($1, 0.3) }
    add("binary/addcmul", to: &result, { n in (0..<3).map { _ in Domain.any.operand(n) } }) { $0[0].addcmul($0[1], $0[2]) }
    add("binary/addcdiv", to: &result, { n in (0..<3).map { _ in Domain.positive.operand(n) } }) {
      $0[0].addcdiv($0[1], $0[2])
    }
    binary("binary/where", .any, to: &result) { Tensor.where($0.gt(0), $0, $1) }
    binary("binary/masked_fill", .any, to: &result) { $0.maskedFill($1.gt(0), 0.5) }
  }

  private static func addReductions(to result: inout [Workload]) {
    unary("reduction/sum", .any, to: &result) { $0.sum() }
    matrix("reduction/sum-rows", to: &result) { $0.sum(dim: 1) }
    matrix("reduction/sum-columns", to: &result) { $0.sum(dim: 0) }
    unary("reduction/mean", .any, to: &result) { $0.mean() }
    matrix("reduction/mean-rows", to: &result) { $0.mean(dim: 1) }
    matrix("reduction/mean-columns", to: &result) { $0.mean(dim: 0) }
    unary("reduction/amax", .any, to: &result) { $0.amax() }
    matrix("reduction/amax-rows", to: &result) { $0.amax(dim: 1) }
    matrix("reduction/amax-columns", to: &result) { $0.amax(dim: 0) }
    unary("reduction/amin", .any, to: &result) { $0.amin() }
    matrix("reduction/amin-rows", to: &result) { $0.amin(dim: 1) }
    matrix("reduction/amin-columns", to: &result) { $0.amin(dim: 0) }
    unary("reduction/argmax", .any, to: &result) { $0.argmax() }
    matrix("reduction/argmax-rows", to: &result) { $0.argmax(dim: 1) }
    matrix("reduction/argmax-columns", to: &result) { $0.argmax(dim: 0) }
    unary("reduction/argmin", .any, to: &result) { $0.argmin() }
    matrix("reduction/argmin-rows", to: &result) { $0.argmin(dim: 1) }
    matrix("reduction/argmin-columns", to: &result) { $0.argmin(dim: 0) }
    unary("reduction/var", .any, to: &result) { $0.variance() }
    matrix("reduction/var-rows", to: &result) { $0.variance(dim: 1) }
    matrix("reduction/var-columns", to: &result) { $0.variance(dim: 0) }
    unary("reduction/std", .any, to: &result) { $0.std() }
    matrix("reduction/std-rows", to: &result) { $0.std(dim: 1) }
    matrix("reduction/std-columns", to: &result) { $0.std(dim: 0) }
    unary("reduction/prod", .any, to: &result) { $0.prod() }
    matrix("reduction/prod-rows", to: &result) { $0.prod(dim: 1) }
    matrix("reduction/prod-columns", to: &result) { $0.prod(dim: 0) }
    matrix("reduction/logsumexp-rows", to: &result) { $0.logsumexp(dim: 1) }
    matrix("reduction/logsumexp-columns", to: &result) { $0.logsumexp(dim: 0) }
    unary("reduction/norm", .any, to: &result) { $0.norm() }
    unary("reduction/nansum", .any, to: &result) { $0.nansum() }
    unary("reduction/nanmean", .any, to: &result) { $0.nanmean() }
    unary("reduction/count_nonzero", .any, to: &result) { $0.countNonZero() }
    unary("reduction/all", .bool, to: &result) { $0.all() }
    unary("reduction/any", .bool, to: &result) { $0.logicalNot().any() }
    matrix("reduction/max-rows", to: &result) { $0.max(dim: 1).values }
    matrix("reduction/min-columns", to: &result) { $0.min(dim: 0).values }
    matrix("reduction/softmax-rows", to: &result) { $0.softmax(dim: 1) }
    matrix("reduction/log_softmax-rows", to: &result) { $0.logSoftmax(dim: 1) }
  }

  private static func addOrders(to result: inout [Workload]) {
    matrix("reduction/cumsum-rows", to: &result) { $0.cumsum(dim: 1) }
    matrix("reduction/cumprod-rows", to: &result) { $0.cumprod(dim: 1) }
    matrix("reduction/logcumsumexp-rows", to: &result) { $0.logcumsumexp(dim: 1) }
    matrix("reduction/cummax-rows", to: &result) { $0.cummax(dim: 1).values }
    matrix("reduction/cummin-rows", to: &result) { $0.cummin(dim: 1).values }
    matrix("reduction/sort-rows", to: &result) { $0.sort(dim: 1).values }
    matrix("reduction/argsort-rows", to: &result) { $0.argsort(dim: 1) }
    matrix("reduction/median-rows", to: &result) { $0.median(dim: 1).values }
    matrix("reduction/kthvalue-rows", to: &result) { $0.kthvalue(5, dim: 1).values }
    matrix("reduction/topk-rows", to: &result) { $0.topk(5, dim: 1).values }
    matrix("reduction/mode-rows", to: &result) { $0.mode(dim: 1).values }
    matrix("reduction/cumsum-columns", to: &result) { $0.cumsum(dim: 0) }
    unary("reduction/sort", .any, to: &result) { $0.sort().values }
    unary("reduction/unique", .integer, to: &result) { $0.unique() }
    unary("reduction/bincount", .integer, to: &result) { $0.bincount() }
    unary("reduction/histc", .any, to: &result) { $0.histc(bins: 100, min: -3, max: 3) }
  }

  private static func addMovement(to result: inout [Workload]) {
    unary("movement/clone", .any, to: &result) { $0.clone() }
    matrix("movement/transpose", to: &result) { $0.t().contiguous() }
    unary("movement/slice-step", .any, to: &result) { $0[.slice(0, nil, step: 2)].contiguous() }
    binary("movement/cat", .any, to: &result) { Tensor.cat([$0, $1]) }
    binary("movement/stack-columns", .any, to: &result) { Tensor.stack([$0, $1], dim: 1) }
    unary("movement/flip", .any, to: &result) { $0.flip(0) }
    unary("movement/roll", .any, to: &result) { $0.roll(100) }
    matrix("movement/rot90", to: &result) { $0.rot90() }
    unary("movement/tile", .any, to: &result) { $0.tile(2) }
    unary("movement/repeat_interleave", .any, to: &result) { $0.repeatInterleave(2) }
    matrix("movement/tril", to: &result) { $0.tril() }
    matrix("movement/triu", to: &result) { $0.triu() }
    matrix("movement/pad", to: &result) { $0.pad([2, 2, 2, 2]) }
    matrix("movement/index_select", to: &result) {
      $0.indexSelect(dim: 0, index: Tensor.arange($0.size(0) - 1, -1, -1))
    }
    matrix("movement/gather", to: &result) { $0.gather(dim: 1, index: Tensor.zerosLike($0, dtype: .int64)) }
    unary("movement/masked_select", .any, to: &result) { $0.maskedSelect($0.gt(0)) }
    unary("movement/nonzero", .bool, to: &result) { $0.nonzero() }
    matrix("movement/diag_embed", to: &result) { $0[.all, 0..<8].diagEmbed() }
  }
}
