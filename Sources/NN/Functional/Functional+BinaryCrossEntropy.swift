public import TensorModule

extension Functional {
  /// The cross-entropy of probabilities and 0 or 1 (PyTorch's `F.binary_cross_entropy`), logarithms limited to -100.
  /// - Parameters:
  ///   - input: probabilities; a number outside of 0 ... 1 is an error.
  ///   - target: of the same shape, 0 ... 1.
  ///   - weight: a factor for each element, broadcast.
  public static func binaryCrossEntropy(
    _ input: Tensor, _ target: Tensor, weight: Tensor? = nil, reduction: Reduction = .mean
  ) -> Tensor {
    guard fits("binaryCrossEntropy", input, target, false) else { return standIn() }
    guard input.dtype.isFloatingPoint else {
      return failing(TensorError("binaryCrossEntropy", of: input, rule: "probabilities must be floating-point, not \(input.dtype)"))
    }
    guard let touchesEnds = checkedRange(input) else { return standIn() }
    let type = resultType(Autocast.full(input), Autocast.full(target)), input = wide(input), target = wide(target)
    var losses: Tensor
    if touchesEnds {
      // At 0 and 1 the logarithm's slope is infinite; there the value is -100 or 0 and the slope PyTorch's.
      let value = input.detach()
      let inside = (value .> 0.0) & (value .< 1.0)
      let slope = (value - target) / (value * (1.0 - value)).clamp(min: 1e-12)
      let atEnd = entropy(value, target) + slope.detach() * (input - value)
      losses = Tensor.where(inside, entropy(Tensor.where(inside, input, 0.5), target), atEnd)
    } else {
      losses = entropy(input, target)
    }
    if let weight { losses = losses * wide(weight) }
    return reduced(losses, reduction, type)
  }

  private static func entropy(_ x: Tensor, _ target: Tensor) -> Tensor {
    let hit = target * x.log().clamp(min: -100)
    let miss = (1.0 - target) * (-x).log1p().clamp(min: -100)
    return -(hit + miss)
  }

  /// Whether an element is exactly 0 or 1; nil after failing because one is outside or NaN.
  private static func checkedRange(_ input: Tensor) -> Bool? {
    var bad: (position: Int, value: Double)?
    var touchesEnds = false
    func scan<S: TensorScalar & BinaryFloatingPoint>(_ numbers: UnsafeBufferPointer<S>) {
      for (position, number) in numbers.enumerated() {
        if !(number >= 0 && number <= 1) {
          bad = (position, Double(number))
          return
        }
        if number == 0 || number == 1 { touchesEnds = true }
      }
    }
    if input.dtype == .float64 {
      input.withUnsafeElements(as: Double.self) { scan($0) }
    } else {
      input.withUnsafeElements(as: Float.self) { scan($0) }
    }
    if let bad {
      fail(
        TensorError(
          "binaryCrossEntropy", of: input,
          rule: "all elements of the input should be between 0 and 1; element \(bad.position) is \(bad.value)",
          hint: "apply sigmoid first, or use binaryCrossEntropyWithLogits"))
      return nil
    }
    return touchesEnds
  }

  /// The cross-entropy of logits and 0 or 1, without overflow (PyTorch's `F.binary_cross_entropy_with_logits`).
  /// - Parameters:
  ///   - input: logits.
  ///   - target: of the same shape, 0 ... 1.
  ///   - weight: a factor for each element, broadcast.
  ///   - posWeight: a factor for the positive class, broadcast against the last dimensions.
  public static func binaryCrossEntropyWithLogits(
    _ input: Tensor, _ target: Tensor, weight: Tensor? = nil, posWeight: Tensor? = nil, reduction: Reduction = .mean
  ) -> Tensor {
    guard fits("binaryCrossEntropyWithLogits", input, target, false) else { return standIn() }
    let type = resultType(Autocast.full(input), Autocast.full(target)), input = wide(input), target = wide(target)
    let negative = (1.0 - target) * input
    var losses: Tensor
    if let posWeight {
      losses = negative - ((wide(posWeight) - 1.0) * target + 1.0) * input.logSigmoid()
    } else {
      losses = negative - input.logSigmoid()
    }
    if let weight { losses = losses * wide(weight) }
    return reduced(losses, reduction, type)
  }
}
