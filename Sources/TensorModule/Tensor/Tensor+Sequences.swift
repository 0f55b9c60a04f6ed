internal import CPUKernels

// Tensors of evenly spaced numbers.

extension Tensor {
  /// 0 ..< end (PyTorch's `torch.arange(end)`): int64 for whole numbers, float32 for others.
  public static func arange<S: TensorScalar>(_ end: S, dtype: DType? = nil, device: Device = .cpu) -> Tensor {
    arange(from: S(ScalarValue(.integer(0))), to: end, by: S(ScalarValue(.integer(1))), dtype: dtype, device: device)
  }
  /// start, start + step … before end (PyTorch's `torch.arange(start, end, step)`).
  public static func arange<S: TensorScalar>(
    _ start: S, _ end: S, _ step: S? = nil, dtype: DType? = nil, device: Device = .cpu
  ) -> Tensor {
    arange(from: start, to: end, by: step ?? S(ScalarValue(.integer(1))), dtype: dtype, device: device)
  }

  private static func arange<S: TensorScalar>(from start: S, to end: S, by step: S, dtype: DType?, device: Device) -> Tensor {
    let target = dtype ?? S.defaultDType
    if case .integer(let first) = start.scalar, case .integer(let last) = end.scalar, case .integer(let by) = step.scalar {
      guard by != 0, (last >= first) == (by > 0) || last == first else {
        return failing(TensorError("arange", rule: "no steps of \(by) lead from \(first) to \(last)"))
      }
      let (span, overflow) = last.subtractingReportingOverflow(first)
      guard !overflow else { return failing(TensorError("arange", rule: "\(first) to \(last) is too long")) }
      // Of magnitudes: the least integer has no positive twin to divide to.
      let (steps, rest) = span.magnitude.quotientAndRemainder(dividingBy: by.magnitude)
      let count = Int(clamping: rest == 0 ? steps : steps + 1)
      return sequence(count, of: Int64.self) { first + Int64($0) * by }.to(target).to(device)
    }
    let first = start.scalar.double, last = end.scalar.double, by = step.scalar.double
    guard by != 0, first.isFinite, last.isFinite, by.isFinite, (last - first) / by >= 0 else {
      return failing(TensorError("arange", rule: "no steps of \(by) lead from \(first) to \(last)"))
    }
    let count = ((last - first) / by).rounded(.up)
    guard count < 0x1p48 else { return failing(TensorError("arange", rule: "\(count) elements are too many")) }
    if !target.isFloatingPoint && target != .bool {
      // Of integers the start and the step are integers too, whatever that makes of the end.
      let whole = Int64(clampingTowardsZero: first), wholeStep = Int64(clampingTowardsZero: by)
      return sequence(Int(count), of: Int64.self) { whole &+ Int64($0) &* wholeStep }.to(target).to(device)
    }
    return sequence(Int(count), of: Double.self) { first + Double($0) * by }.to(target).to(device)
  }

  /// Numbers computed from their positions, straight into a tensor of their type.
  private static func sequence<S: TensorScalar>(_ count: Int, of type: S.Type, _ number: (Int) -> S) -> Tensor {
    let result = empty([count], dtype: S.dtype)
    guard !ThreadMode.hasFailed else { return result }
    let numbers = result.dataPointer.assumingMemoryBound(to: S.self)
    for i in 0..<count { numbers[i] = number(i) }
    return result
  }

  /// `steps` numbers from start to end, both included (PyTorch's `torch.linspace`). Of integers the fractions are cut off.
  public static func linspace(_ start: Double, _ end: Double, _ steps: Int, dtype: DType = .float32, device: Device = .cpu) -> Tensor {
    evenly("linspace", start, end, steps, dtype).to(dtype).to(device)
  }

  /// base to the power of `steps` numbers from start to end, both included (PyTorch's `torch.logspace`).
  public static func logspace(
    _ start: Double, _ end: Double, _ steps: Int, base: Double = 10, dtype: DType = .float32, device: Device = .cpu
  ) -> Tensor {
    pow(base, evenly("logspace", start, end, steps, .float64)).to(dtype).to(device)
  }

  private static func evenly(_ name: String, _ start: Double, _ end: Double, _ steps: Int, _ dtype: DType) -> Tensor {
    guard steps >= 0 else { return failing(TensorError(name, rule: "steps \(steps) must not be negative")) }
    // Of integers the ends are integers too.
    let first = dtype.isFloatingPoint ? start : start.rounded(.towardZero)
    let last = dtype.isFloatingPoint ? end : end.rounded(.towardZero)
    let step = steps > 1 ? (last - first) / Double(steps - 1) : 0
    // From both ends, so that the last number is `end` exactly.
    return sequence(steps, of: Double.self) {
      $0 < steps / 2 || steps == 1 ? first + Double($0) * step : last - Double(steps - 1 - $0) * step
    }
  }
}
