public import TensorModule

extension Functional {
  /// The squared differences (PyTorch's `F.mse_loss`).
  /// - Parameters:
  ///   - input: what was predicted.
  ///   - target: what is true, of the same shape.
  ///   - weight: a factor for each element, of the input's shape; the mean then divides by the sum of the factors.
  ///   - broadcast: whether differing shapes are broadcast against each other, as PyTorch does with a warning; an error
  ///     otherwise, since `[N, 1]` against `[N]` silently compares all with all.
  public static func mseLoss(
    _ input: Tensor, _ target: Tensor, reduction: Reduction = .mean, weight: Tensor? = nil, broadcast: Bool = false
  ) -> Tensor {
    let input = Autocast.full(input), target = Autocast.full(target)
    guard fits("mseLoss", input, target, broadcast, weight) else { return standIn() }
    return weighted((wide(input) - wide(target)).square(), weight, reduction, resultType(input, target))
  }

  /// The absolute differences (PyTorch's `F.l1_loss`); arguments as for `mseLoss`.
  public static func l1Loss(
    _ input: Tensor, _ target: Tensor, reduction: Reduction = .mean, weight: Tensor? = nil, broadcast: Bool = false
  ) -> Tensor {
    let input = Autocast.full(input), target = Autocast.full(target)
    guard fits("l1Loss", input, target, broadcast, weight) else { return standIn() }
    return weighted((wide(input) - wide(target)).abs(), weight, reduction, resultType(input, target))
  }

  /// d²/(2·beta) for differences |d| < beta, else |d| - beta/2 (PyTorch's `F.smooth_l1_loss`).
  /// - Parameters:
  ///   - input: what was predicted.
  ///   - target: what is true, of the same shape.
  ///   - beta: where the parabola becomes a line; 0 gives `l1Loss`.
  ///   - broadcast: as for `mseLoss`.
  public static func smoothL1Loss(
    _ input: Tensor, _ target: Tensor, reduction: Reduction = .mean, beta: Double = 1, broadcast: Bool = false
  ) -> Tensor {
    let input = Autocast.full(input), target = Autocast.full(target)
    guard beta >= 0 else {
      return failing(TensorError("smoothL1Loss", of: input, target, rule: "beta must not be negative, but is \(beta)"))
    }
    if beta == 0 { return l1Loss(input, target, reduction: reduction, broadcast: broadcast) }
    guard fits("smoothL1Loss", input, target, broadcast) else { return standIn() }
    let d = wide(input) - wide(target), limited = d.clamp(min: -beta, max: beta)
    return reduced(limited * (d - limited * 0.5) / beta, reduction, resultType(input, target))
  }

  /// d²/2 for differences |d| < delta, else delta·(|d| - delta/2) (PyTorch's `F.huber_loss`).
  /// - Parameters:
  ///   - input: what was predicted.
  ///   - target: what is true, of the same shape.
  ///   - delta: where the parabola becomes a line; positive.
  ///   - weight: a factor for each element, of the input's shape; the mean still divides by the number of elements.
  ///   - broadcast: as for `mseLoss`.
  public static func huberLoss(
    _ input: Tensor, _ target: Tensor, reduction: Reduction = .mean, delta: Double = 1, weight: Tensor? = nil,
    broadcast: Bool = false
  ) -> Tensor {
    let input = Autocast.full(input), target = Autocast.full(target)
    guard delta > 0 else {
      return failing(TensorError("huberLoss", of: input, target, rule: "delta must be positive, but is \(delta)"))
    }
    guard fits("huberLoss", input, target, broadcast, weight) else { return standIn() }
    let d = wide(input) - wide(target), limited = d.clamp(min: -delta, max: delta)
    let losses = limited * (d - limited * 0.5)
    return reduced(weight.map { losses * wide($0) } ?? losses, reduction, resultType(input, target))
  }

  /// The negative log-likelihood of counts under a Poisson distribution (PyTorch's `F.poisson_nll_loss`).
  /// - Parameters:
  ///   - input: the expected count, or its logarithm.
  ///   - target: the counts.
  ///   - logInput: whether `input` is the logarithm: exp(input) - target·input; else input - target·log(input + eps).
  ///   - full: whether Stirling's approximation of log(target!) is added where the target is above 1.
  ///   - eps: keeps the logarithm finite.
  public static func poissonNLLLoss(
    _ input: Tensor, _ target: Tensor, logInput: Bool = true, full: Bool = false, eps: Double = 1e-8,
    reduction: Reduction = .mean
  ) -> Tensor {
    let input = Autocast.full(input), target = Autocast.full(target)
    if ThreadMode.hasFailed { return standIn() }
    let x = wideReal(input), t = wide(target)
    var losses = logInput ? x.exp() - t * x : x - t * (x + eps).log()
    if full {
      let real = wideReal(target)
      let stirling = real * real.log() - real + (real * (2 * Double.pi)).log() * 0.5
      losses = losses + Tensor.where(real .<= 1, 0, stirling)
    }
    return reduced(losses, reduction, resultType(input, target).floatingPoint)
  }

  /// The negative log-likelihood of numbers under normal distributions: ½(log(variance) + (input - target)²/variance)
  /// (PyTorch's `F.gaussian_nll_loss`).
  /// - Parameters:
  ///   - input: the expected numbers.
  ///   - target: the numbers, broadcast against the input.
  ///   - variance: not negative; of the input's shape, or with the last size 1 or missing: one for each sample.
  ///   - full: whether the constant ½·log(2π) is added.
  ///   - eps: the least variance; below, the gradient is as if it were not limited.
  public static func gaussianNLLLoss(
    _ input: Tensor, _ target: Tensor, variance: Tensor, full: Bool = false, eps: Double = 1e-6,
    reduction: Reduction = .mean
  ) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard !(variance.detach() .< 0).any().item(as: Bool.self) else {
      return failing(TensorError("gaussianNLLLoss", of: input, target, variance, rule: "the variance has negative elements"))
    }
    var variance = variance
    if variance.shape != input.shape {
      let differing = variance.rank == input.rank ? (0..<input.rank).filter { input.shape[$0] != variance.shape[$0] } : []
      if input.rank > 0 && Shape(input.shape.dropLast()) == variance.shape {
        variance = variance.unsqueeze(-1)
      } else if variance.rank != input.rank || differing.map({ variance.shape[$0] }).reduce(0, +) != 1 {
        return failing(
          TensorError(
            "gaussianNLLLoss", of: input, target, variance,
            rule: "the variance has an incorrect size", hint: "give it the input's shape, or 1 in one dimension"))
      }
    }
    // The limit counts for the value only, not for the slope.
    let limited = raised(wide(variance), to: eps)
    var losses = (limited.log() + (wide(input) - wide(target)).square() / limited) * 0.5
    if full { losses = losses + 0.918938533204672741780 }  // ½·log(2π)
    return reduced(losses, reduction, resultType(input, target, variance))
  }

  /// Targets times (log(target) - input): the Kullback–Leibler divergence of a distribution from another, given by its
  /// logarithm (PyTorch's `F.kl_div`).
  /// - Parameters:
  ///   - input: logarithms of probabilities.
  ///   - target: probabilities, or their logarithms.
  ///   - reduction: `batchMean` is the mathematical one; `mean` divides by all elements.
  ///   - logTarget: whether the target is logarithms.
  public static func klDivLoss(
    _ input: Tensor, _ target: Tensor, reduction: DivergenceReduction = .mean, logTarget: Bool = false
  ) -> Tensor {
    let input = Autocast.full(input), target = Autocast.full(target)
    if ThreadMode.hasFailed { return standIn() }
    let x = wide(input), t = wide(target), type = resultType(input, target)
    let losses = logTarget ? t.exp() * (t - x) : t.xlogy(t) - t * x
    switch reduction {
    case .none: return losses.to(type)
    case .mean: return losses.mean().to(type)
    case .sum: return losses.sum().to(type)
    case .batchMean: return (input.rank == 0 ? losses.sum() : losses.sum() / Double(input.shape[0])).to(type)
    }
  }

  // MARK: Parts

  private static func weighted(_ losses: Tensor, _ weight: Tensor?, _ reduction: Reduction, _ dtype: DType) -> Tensor {
    guard let weight else { return reduced(losses, reduction, dtype) }
    let factors = wide(weight), products = losses * factors
    return (reduction == .mean ? products.sum() / factors.sum() : reduction(products)).to(dtype)
  }

  /// False after failing.
  static func fits(_ name: String, _ input: Tensor, _ target: Tensor, _ broadcast: Bool, _ weight: Tensor? = nil) -> Bool {
    if ThreadMode.hasFailed { return false }
    if let weight, weight.shape != input.shape {
      fail(TensorError(name, of: input, weight, rule: "weight and input must have the same shape"))
      return false
    }
    if broadcast || input.shape == target.shape { return true }
    fail(
      TensorError(
        name, of: input, target, rule: "input and target must have the same shape",
        hint: input.elementCount == target.elementCount
          ? "reshape one, input.view(\(target.shape)) for example" : "pass broadcast: true if they are to be broadcast"))
    return false
  }
}
