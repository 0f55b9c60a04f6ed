public import TensorModule

extension Functional {
  /// The cross-entropy of logits and classes (PyTorch's `F.cross_entropy`).
  ///
  /// - Parameters:
  ///   - input: logits `[C]`, `[N, C]` or `[N, C, d1, …]`.
  ///   - target: class numbers, int64 (or uint8), of the input's shape without C; or probabilities of the input's shape.
  ///   - weight: a factor for each class, `[C]`, of the input's type unless the target is probabilities.
  ///   - ignoreIndex: a class number whose elements do not count.
  ///   - reduction: the mean divides by the sum of the targets' weights; with probabilities by their number.
  ///   - labelSmoothing: how much of the probability is spread over all classes, 0 ... 1.
  public static func crossEntropy(
    _ input: Tensor, _ target: Tensor, weight: Tensor? = nil, ignoreIndex: Int = -100, reduction: Reduction = .mean,
    labelSmoothing: Double = 0
  ) -> Tensor {
    let target = Autocast.full(target), input = Autocast.full(input), weight = weight.map { Autocast.full($0) }
    if ThreadMode.hasFailed { return standIn() }
    guard labelSmoothing >= 0, labelSmoothing <= 1 else {
      return failing(TensorError("crossEntropy", rule: "label smoothing \(labelSmoothing) must be between 0 and 1"))
    }
    guard input.rank > 0 else {
      return failing(TensorError("crossEntropy", of: input, target, rule: "the input needs a dimension of classes"))
    }
    let dim = input.rank == 1 ? 0 : 1
    if target.dtype.isFloatingPoint && target.shape == input.shape {
      guard checkWeight("crossEntropy", input, weight, dim) else { return standIn() }
      return probabilityCrossEntropy(input, target, weight, reduction, labelSmoothing, dim)
    }
    guard let classes = checkedClasses("crossEntropy", input, target, weight, ignoreIndex, dim) else { return standIn() }
    let logProbabilities = input.logSoftmax(dim: dim)
    if labelSmoothing == 0 { return negativeLogLikelihood(logProbabilities, classes, weight, reduction, dim).loss }
    let likelihood = negativeLogLikelihood(logProbabilities, classes, weight, reduction, dim)
    let weighted = weight.map { logProbabilities * perClass($0, logProbabilities.rank, dim) } ?? logProbabilities
    var smooth = -weighted.sum(dim: dim)
    if let kept = classes.kept { smooth = Tensor.where(kept, smooth, 0.0) }
    switch reduction {
    case .none: break
    case .sum: smooth = smooth.sum()
    case .mean: smooth = likelihood.denominator.map { smooth.sum() / $0 } ?? smooth.mean()
    }
    return likelihood.loss * (1 - labelSmoothing) + smooth * (labelSmoothing / Double(input.shape[dim]))
  }

  /// The negative log-likelihood of classes (PyTorch's `F.nll_loss`): as `crossEntropy` with an input of logarithms of
  /// probabilities.
  public static func nllLoss(
    _ input: Tensor, _ target: Tensor, weight: Tensor? = nil, ignoreIndex: Int = -100, reduction: Reduction = .mean
  ) -> Tensor {
    let input = Autocast.full(input), weight = weight.map { Autocast.full($0) }
    if ThreadMode.hasFailed { return standIn() }
    guard input.rank > 0 else {
      return failing(TensorError("nllLoss", of: input, target, rule: "the input needs a dimension of classes"))
    }
    let dim = input.rank == 1 ? 0 : 1
    guard let classes = checkedClasses("nllLoss", input, target, weight, ignoreIndex, dim) else { return standIn() }
    return negativeLogLikelihood(input, classes, weight, reduction, dim).loss
  }

  // MARK: Parts

  /// Targets that can be gathered with: ignored ones are 0 and marked in `kept`, which is nil if there are none.
  private struct Classes {
    let safe: Tensor
    let kept: Tensor?
  }

  private static func negativeLogLikelihood(
    _ logProbabilities: Tensor, _ classes: Classes, _ weight: Tensor?, _ reduction: Reduction, _ dim: Int
  ) -> (loss: Tensor, denominator: Tensor?) {
    let picked = logProbabilities.gather(dim: dim, index: classes.safe.unsqueeze(dim))
    if weight == nil && classes.kept == nil {
      // The usual case, in as few operations as possible.
      switch reduction {
      case .none: return (-picked.squeeze(dim), nil)
      case .mean: return (-picked.mean(), nil)
      case .sum: return (-picked.sum(), nil)
      }
    }
    var losses = -picked.squeeze(dim)
    var weights: Tensor?
    if let weight {
      let each = weight.indexSelect(dim: 0, index: classes.safe.reshape(-1)).reshape(classes.safe.shape)
      losses = losses * each
      weights = each
    }
    if let kept = classes.kept {
      losses = Tensor.where(kept, losses, 0.0)
      weights = weights.map { $0 * kept.to($0.dtype) } ?? kept.to(logProbabilities.dtype)
    }
    switch reduction {
    case .none: return (losses, nil)
    case .sum: return (losses.sum(), nil)
    case .mean:
      let denominator = weights?.sum()
      return (denominator.map { losses.sum() / $0 } ?? losses.mean(), denominator)
    }
  }

  private static func probabilityCrossEntropy(
    _ input: Tensor, _ target: Tensor, _ weight: Tensor?, _ reduction: Reduction, _ smoothing: Double, _ dim: Int
  ) -> Tensor {
    let classCount = input.shape[dim]
    let smoothed = smoothing == 0 ? target : target * (1 - smoothing) + smoothing / Double(classCount)
    var products = input.logSoftmax(dim: dim) * smoothed
    if let weight { products = products * perClass(weight, input.rank, dim) }
    switch reduction {
    case .none: return -products.sum(dim: dim)
    case .sum: return -products.sum()
    case .mean: return -products.sum() / (Double(input.elementCount) / Double(max(classCount, 1)))
    }
  }

  /// A vector of the classes, to be multiplied with `[N, C, …]`.
  private static func perClass(_ weight: Tensor, _ rank: Int, _ dim: Int) -> Tensor {
    var shape = [Int](repeating: 1, count: rank)
    shape[dim] = weight.elementCount
    return weight.reshape(Shape(shape))
  }

  // MARK: Checks

  private static func checkWeight(_ name: String, _ input: Tensor, _ weight: Tensor?, _ dim: Int) -> Bool {
    guard let weight, weight.shape != [input.shape[dim]] else { return true }
    fail(TensorError(name, of: input, weight, rule: "the weight must have one number for each of the \(input.shape[dim]) classes"))
    return false
  }

  /// Nil after failing.
  private static func checkedClasses(
    _ name: String, _ input: Tensor, _ target: Tensor, _ weight: Tensor?, _ ignoreIndex: Int, _ dim: Int
  ) -> Classes? {
    guard checkWeight(name, input, weight, dim) else { return nil }
    if let weight, weight.dtype != input.dtype {
      fail(
        TensorError(
          name, of: input, weight, rule: "the input is \(input.dtype), the weight of the classes \(weight.dtype)",
          hint: "convert one with to(_:)"))
      return nil
    }
    var expected = input.shape
    expected.dimensions.remove(at: dim)
    if target.shape != expected {
      fail(shapeError(name, input, target, expected))
      return nil
    }
    guard target.dtype == .int64 || target.dtype == .uint8 else {
      let rule = "expected target dtype to be int64 or uint8, but got \(target.dtype)"
      fail(
        TensorError(
          name, of: input, target, rule: rule,
          hint: target.dtype.isFloatingPoint
            ? "class numbers: convert the target with to(.int64); probabilities: give them the input's shape"
            : "convert the target with to(.int64)"))
      return nil
    }
    let classes = target.to(.int64)
    guard classes.device.isCPU else {
      // Reading the target would wait for the device; gather checks the range there.
      let kept = classes .!= ignoreIndex
      return Classes(safe: Tensor.where(kept, classes, 0), kept: kept)
    }
    let count = input.shape[dim]
    var ignored = false, outside: (position: Int, value: Int64)?
    classes.withUnsafeElements(as: Int64.self) { numbers in
      for (position, number) in numbers.enumerated() {
        if number == Int64(ignoreIndex) {
          ignored = true
        } else if number < 0 || number >= count {
          outside = (position, number)
          break
        }
      }
    }
    if let outside {
      fail(
        TensorError(
          name, of: input, target,
          rule: "target \(outside.value) at position \(outside.position) is out of bounds: there are \(count) classes",
          hint: count > 0 ? "class numbers are 0 ... \(count - 1)" : nil))
      return nil
    }
    guard ignored else { return Classes(safe: classes, kept: nil) }
    let kept = classes .!= ignoreIndex
    return Classes(safe: Tensor.where(kept, classes, 0).to(.int64), kept: kept)
  }

  private static func shapeError(_ name: String, _ input: Tensor, _ target: Tensor, _ expected: Shape) -> TensorError {
    if input.rank > 1 && target.rank > 0 && input.shape[0] != target.shape[0] {
      // An empty target or no classes: nothing to guess from.
      let rowCount = target.shape[0] &* input.shape[1]
      return TensorError(
        name, of: input, target,
        rule: "expected input batch size (\(input.shape[0])) to match target batch size (\(target.shape[0]))",
        hint: rowCount == 0 || input.elementCount % rowCount == 0
          ? nil : "did a view(-1, …) in the model change the batch size? Use flatten(startDim: 1)")
    }
    return TensorError(
      name, of: input, target,
      rule: "the target must have shape \(expected.tupleDescription) for class numbers"
        + (name == "nllLoss" ? "" : " or \(input.shape.tupleDescription) for probabilities"),
      hint: target.elementCount == expected.elementCount ? "squeeze or view the target" : nil)
  }
}
