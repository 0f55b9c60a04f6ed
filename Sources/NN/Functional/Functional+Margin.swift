public import TensorModule

// Losses that ask for a margin: between pairs, between a class and the others, between near and far.

extension Functional {
  /// x for pairs that belong together (target 1), max(0, margin - x) for those that do not (target -1), x a distance
  /// (PyTorch's `F.hinge_embedding_loss`). The target is broadcast against the input.
  public static func hingeEmbeddingLoss(
    _ input: Tensor, _ target: Tensor, margin: Double = 1, reduction: Reduction = .mean
  ) -> Tensor {
    let input = Autocast.full(input), target = Autocast.full(target)
    if ThreadMode.hasFailed { return standIn() }
    let x = wide(input)
    let apart = Tensor.where(target .== 1, 0, (margin - x).clamp(min: 0)), together = Tensor.where(target .== -1, 0, x)
    return reduced(apart + together, reduction, resultType(input, target).floatingPoint)
  }

  /// 1 - cos for pairs of vectors that belong together (target 1), max(0, cos - margin) for those that do not (target
  /// -1) (PyTorch's `F.cosine_embedding_loss`).
  /// - Parameters:
  ///   - input1: `[N, D]`, or `[D]`.
  ///   - input2: the same.
  ///   - target: 1 or -1 for each pair, `[N]` or 0-d.
  public static func cosineEmbeddingLoss(
    _ input1: Tensor, _ input2: Tensor, _ target: Tensor, margin: Double = 0, reduction: Reduction = .mean
  ) -> Tensor {
    let input1 = Autocast.full(input1), input2 = Autocast.full(input2)
    if ThreadMode.hasFailed { return standIn() }
    guard target.rank <= 1 else {
      return failing(TensorError("cosineEmbeddingLoss", of: input1, input2, target, rule: "expected a target of 0 or 1 dimensions, not \(target.rank)"))
    }
    guard input1.rank == target.rank + 1, input2.rank == target.rank + 1 else {
      return failing(
        TensorError(
          "cosineEmbeddingLoss", of: input1, input2, target,
          rule: "a target of \(target.rank) dimensions expects inputs of \(target.rank + 1)"))
    }
    let type = resultType(input1, input2).floatingPoint
    let a = wide(input1), b = wide(input2)
    func total(_ x: Tensor) -> Tensor { x.sum(dim: -1).to(type.computeType) }
    let squares = (total(a * a) + 1e-12) * (total(b * b) + 1e-12)
    let cosine = total(a * b) / squares.sqrt()
    let losses = Tensor.where(target .== 1, 1 - cosine, 0) + Tensor.where(target .== -1, (cosine - margin).clamp(min: 0), 0)
    return reduced(losses, reduction, type)
  }

  /// max(0, -target·(input1 - input2) + margin): the first should rank higher where the target is 1, lower where it is
  /// -1 (PyTorch's `F.margin_ranking_loss`).
  public static func marginRankingLoss(
    _ input1: Tensor, _ input2: Tensor, _ target: Tensor, margin: Double = 0, reduction: Reduction = .mean
  ) -> Tensor {
    let input1 = Autocast.full(input1), input2 = Autocast.full(input2)
    if ThreadMode.hasFailed { return standIn() }
    guard input1.rank == input2.rank, input1.rank == target.rank else {
      return failing(
        TensorError("marginRankingLoss", of: input1, input2, target, rule: "all tensors must have the same number of dimensions"))
    }
    let losses = (-wide(target) * (wide(input1) - wide(input2)) + margin).clamp(min: 0)
    return reduced(losses, reduction, resultType(input1, input2, target).floatingPoint)
  }

  /// log(1 + exp(-target·input)), target 1 or -1 (PyTorch's `F.soft_margin_loss`), without overflow.
  public static func softMarginLoss(_ input: Tensor, _ target: Tensor, reduction: Reduction = .mean) -> Tensor {
    let input = Autocast.full(input), target = Autocast.full(target)
    if ThreadMode.hasFailed { return standIn() }
    let product = wideReal(wide(input) * wide(target))
    return reduced(-product.logSigmoid(), reduction, resultType(input, target).floatingPoint)
  }

  /// For each sample the mean binary cross-entropy of its classes' logits (PyTorch's `F.multilabel_soft_margin_loss`).
  /// - Parameters:
  ///   - input: logits `[…, C]`.
  ///   - target: 0 or 1, of the same shape.
  ///   - weight: a factor for each class, broadcast.
  public static func multilabelSoftMarginLoss(
    _ input: Tensor, _ target: Tensor, weight: Tensor? = nil, reduction: Reduction = .mean
  ) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard input.rank > 0 else {
      return failing(TensorError("multilabelSoftMarginLoss", of: input, target, rule: "the input needs a dimension of classes"))
    }
    let x = wide(input), t = wide(target)
    var losses = -(t * x.logSigmoid() + (1 - t) * (-x).logSigmoid())
    if let weight { losses = losses * wide(weight) }
    return reduced(losses.sum(dim: -1) / Double(input.shape[-1]), reduction, resultType(input, target))
  }

  /// The sum over the other classes of max(0, margin - x[target] + x[i])^p, divided by the number of classes (PyTorch's
  /// `F.multi_margin_loss`).
  /// - Parameters:
  ///   - input: scores `[N, C]` or `[C]`.
  ///   - target: class numbers, int64, `[N]` or 0-d.
  ///   - p: 1 or 2.
  ///   - margin: how far the right class has to be ahead.
  ///   - weight: a factor for each class, `[C]`.
  public static func multiMarginLoss(
    _ input: Tensor, _ target: Tensor, p: Int = 1, margin: Double = 1, weight: Tensor? = nil, reduction: Reduction = .mean
  ) -> Tensor {
    let input = Autocast.full(input)
    if ThreadMode.hasFailed { return standIn() }
    func refuse(_ rule: String, hint: String? = nil) -> Tensor {
      failing(TensorError("multiMarginLoss", of: input, target, rule: rule, hint: hint))
    }
    guard p == 1 || p == 2 else { return refuse("p must be 1 or 2, but is \(p)") }
    if let weight, weight.rank != 1 { return refuse("the weight must have one dimension, not \(weight.rank)") }
    guard input.rank <= 2, input.rank == 0 || input.shape[-1] > 0 else {
      return refuse("expected a vector or a matrix that is not empty, except for its batch size")
    }
    guard target.dtype == .int64 else { return refuse("the target must be int64, not \(target.dtype)", hint: "convert it with to(.int64)") }
    let batch = input.rank == 2 ? input.shape[0] : 1, count = input.rank == 0 ? 1 : input.shape[-1]
    guard target.rank <= 1, target.elementCount == batch else {
      return refuse("expected a target of \(batch) class numbers, but got shape \(target.shape.tupleDescription)")
    }
    if let weight, weight.elementCount != count { return refuse("expected \(count) weights, but got \(weight.elementCount)") }
    if let wrong = positionOutside(target, 0..<count) { return refuse("target \(wrong.value) at position \(wrong.position) is out of range: there are \(count) classes") }
    let x = wide(input).reshape([batch, count]), classes = target.reshape([batch, 1])
    var losses = (x - x.gather(dim: 1, index: classes) + margin).clamp(min: 0)
    if p == 2 { losses = losses.square() }
    if let weight { losses = losses * wide(weight).indexSelect(dim: 0, index: classes.reshape(-1)).unsqueeze(1) }
    let own = Tensor.arange(count).to(input.device) .== classes
    losses = Tensor.where(own, 0, losses).sum(dim: 1) / Double(count)
    return reduced(target.rank == 0 ? losses.reshape([]) : losses, reduction, input.dtype)
  }

  /// The sum over right and wrong classes of max(0, 1 - (x[right] - x[wrong])), divided by the number of classes
  /// (PyTorch's `F.multilabel_margin_loss`).
  /// - Parameters:
  ///   - input: scores `[N, C]` or `[C]`.
  ///   - target: of the same shape, int64: in each row the numbers of the right classes, ended by -1 if they are fewer
  ///     than C.
  public static func multilabelMarginLoss(_ input: Tensor, _ target: Tensor, reduction: Reduction = .mean) -> Tensor {
    let input = Autocast.full(input)
    if ThreadMode.hasFailed { return standIn() }
    func refuse(_ rule: String, hint: String? = nil) -> Tensor {
      failing(TensorError("multilabelMarginLoss", of: input, target, rule: rule, hint: hint))
    }
    guard input.rank <= 2, input.rank == 0 || input.shape[-1] > 0 else {
      return refuse("expected a vector or a matrix that is not empty, except for its batch size")
    }
    guard target.shape == input.shape || (input.rank <= 1 && target.rank <= 1 && target.elementCount == input.elementCount) else {
      return refuse("the target must have the input's shape")
    }
    guard target.dtype == .int64 else { return refuse("the target must be int64, not \(target.dtype)", hint: "convert it with to(.int64)") }
    let count = input.rank == 0 ? 1 : input.shape[-1], batch = input.rank == 2 ? input.shape[0] : 1
    if let wrong = positionOutside(target, -1..<count) { return refuse("target \(wrong.value) at position \(wrong.position) is out of range: there are \(count) classes") }
    let x = wide(input).reshape([batch, count])
    var listed = target.reshape([batch, count])
    var valid = (listed .< 0).cumsum(dim: 1) .== 0
    // Only as many places as the longest list has.
    let longest = batch == 0 ? 0 : valid.sum(dim: 1).max().item(as: Int.self)
    listed = listed.slice(dim: 1, end: longest)
    valid = valid.slice(dim: 1, end: longest)
    let safe = Tensor.where(valid, listed, 0)
    let isRight = Tensor.zeros([batch, count], dtype: .int64, device: input.device)
      .scatterAdd(dim: 1, index: safe, valid.to(.int64)) .> 0
    let gaps = 1 - x.gather(dim: 1, index: safe).unsqueeze(2) + x.unsqueeze(1)
    let counts = valid.unsqueeze(2).logicalAnd(isRight.logicalNot().unsqueeze(1))
    let losses = Tensor.where(counts, gaps.clamp(min: 0), 0).sum(dim: 1, 2) / Double(count)
    return reduced(input.rank < 2 ? losses.reshape([]) : losses, reduction, input.dtype)
  }

  /// max(0, margin + |anchor - positive| - |anchor - negative|) with p-norm distances (PyTorch's
  /// `F.triplet_margin_loss`).
  /// - Parameters:
  ///   - anchor: vectors `[…, D]`.
  ///   - positive: vectors that should be near.
  ///   - negative: vectors that should be far.
  ///   - margin: how much farther; positive.
  ///   - swap: whether the distance of positive and negative counts where it is smaller.
  public static func tripletMarginLoss(
    _ anchor: Tensor, _ positive: Tensor, _ negative: Tensor, margin: Double = 1, p: Double = 2, eps: Double = 1e-6,
    swap: Bool = false, reduction: Reduction = .mean
  ) -> Tensor {
    let anchor = Autocast.full(anchor), positive = Autocast.full(positive), negative = Autocast.full(negative)
    let type = resultType(anchor, positive, negative).floatingPoint
    return triplet("tripletMarginLoss", wide(anchor), wide(positive), wide(negative), margin, swap, reduction, type) {
      pairwiseDistance($0, $1, p: p, eps: eps)
    }
  }

  /// `tripletMarginLoss` with a distance of one's own, by default the Euclidean (PyTorch's
  /// `F.triplet_margin_with_distance_loss`).
  public static func tripletMarginWithDistanceLoss(
    _ anchor: Tensor, _ positive: Tensor, _ negative: Tensor, distanceFunction: ((Tensor, Tensor) -> Tensor)? = nil,
    margin: Double = 1, swap: Bool = false, reduction: Reduction = .mean
  ) -> Tensor {
    triplet("tripletMarginWithDistanceLoss", anchor, positive, negative, margin, swap, reduction, nil) {
      distanceFunction?($0, $1) ?? pairwiseDistance($0, $1)
    }
  }

  private static func triplet(
    _ name: String, _ anchor: Tensor, _ positive: Tensor, _ negative: Tensor, _ margin: Double, _ swap: Bool,
    _ reduction: Reduction, _ dtype: DType?, _ distance: (Tensor, Tensor) -> Tensor
  ) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard margin > 0 else {
      return failing(TensorError(name, of: anchor, positive, negative, rule: "the margin must be greater than 0, got \(margin)"))
    }
    guard anchor.rank == positive.rank, anchor.rank == negative.rank else {
      return failing(
        TensorError(
          name, of: anchor, positive, negative, rule: "anchor, positive and negative must have the same number of dimensions"))
    }
    let near = distance(anchor, positive)
    var far = distance(anchor, negative)
    if swap { far = far.minimum(distance(positive, negative)) }
    let losses = (near - far + margin).clamp(min: 0)
    return reduced(losses, reduction, dtype ?? losses.dtype)
  }

  /// The first element outside of a range, or nil.
  static func positionOutside(_ x: Tensor, _ range: Range<Int>) -> (position: Int, value: Int64)? {
    x.detach().cpu().withUnsafeElements(as: Int64.self) { numbers in
      for (position, number) in numbers.enumerated() where number < range.lowerBound || number >= range.upperBound {
        return (position, number)
      }
      return nil
    }
  }
}
