public import TensorModule

/// The mean of the squared differences (PyTorch's `nn.MSELoss`).
public final class MSELoss: Module {
  /// What becomes of the elements' losses.
  public let reduction: Reduction
  /// Whether differing shapes are broadcast; an error otherwise.
  public let broadcast: Bool

  /// The mean unless told otherwise.
  public init(reduction: Reduction = .mean, broadcast: Bool = false) {
    self.reduction = reduction
    self.broadcast = broadcast
  }

  /// The loss of `input` against `target`, which has the same shape.
  public func callAsFunction(_ input: Tensor, _ target: Tensor) -> Tensor {
    inCall(input, target) { input, target in
      Functional.mseLoss(input, target, reduction: reduction, broadcast: broadcast)
    }
  }
}

/// The mean of the absolute differences (PyTorch's `nn.L1Loss`).
public final class L1Loss: Module {
  /// What becomes of the elements' losses.
  public let reduction: Reduction
  /// Whether differing shapes are broadcast; an error otherwise.
  public let broadcast: Bool

  /// The mean unless told otherwise.
  public init(reduction: Reduction = .mean, broadcast: Bool = false) {
    self.reduction = reduction
    self.broadcast = broadcast
  }

  /// The loss of `input` against `target`, which has the same shape.
  public func callAsFunction(_ input: Tensor, _ target: Tensor) -> Tensor {
    inCall(input, target) { input, target in
      Functional.l1Loss(input, target, reduction: reduction, broadcast: broadcast)
    }
  }
}

/// d²/(2·beta) for differences |d| below beta, else |d| - beta/2 (PyTorch's `nn.SmoothL1Loss`).
public final class SmoothL1Loss: Module {
  /// Where the parabola becomes a line.
  public let beta: Double
  /// Whether differing shapes are broadcast; an error otherwise.
  public let broadcast: Bool
  /// What becomes of the elements' losses.
  public let reduction: Reduction

  /// The mean unless told otherwise, and PyTorch's defaults.
  public init(beta: Double = 1, broadcast: Bool = false, reduction: Reduction = .mean) {
    self.beta = beta
    self.broadcast = broadcast
    self.reduction = reduction
  }

  /// The loss of `input` against `target`, which has the same shape.
  public func callAsFunction(_ input: Tensor, _ target: Tensor) -> Tensor {
    inCall(input, target) { input, target in
      Functional.smoothL1Loss(input, target, reduction: reduction, beta: beta, broadcast: broadcast)
    }
  }
}

/// d²/2 for differences |d| below delta, else delta·(|d| - delta/2) (PyTorch's `nn.HuberLoss`).
public final class HuberLoss: Module {
  /// Where the parabola becomes a line.
  public let delta: Double
  /// Whether differing shapes are broadcast; an error otherwise.
  public let broadcast: Bool
  /// What becomes of the elements' losses.
  public let reduction: Reduction

  /// The mean unless told otherwise, and PyTorch's defaults.
  public init(delta: Double = 1, broadcast: Bool = false, reduction: Reduction = .mean) {
    self.delta = delta
    self.broadcast = broadcast
    self.reduction = reduction
  }

  /// The loss of `input` against `target`, which has the same shape.
  public func callAsFunction(_ input: Tensor, _ target: Tensor) -> Tensor {
    inCall(input, target) { input, target in
      Functional.huberLoss(input, target, reduction: reduction, delta: delta, broadcast: broadcast)
    }
  }
}

/// The negative log-likelihood of counts under Poisson distributions (PyTorch's `nn.PoissonNLLLoss`).
public final class PoissonNLLLoss: Module {
  /// Whether the input is logarithms of expected counts.
  public let logInput: Bool
  /// Whether Stirling's approximation of log(target!) is added.
  public let full: Bool
  /// Keeps logarithms finite.
  public let eps: Double
  /// What becomes of the elements' losses.
  public let reduction: Reduction

  /// The mean unless told otherwise, and PyTorch's defaults.
  public init(logInput: Bool = true, full: Bool = false, eps: Double = 1e-8, reduction: Reduction = .mean) {
    self.logInput = logInput
    self.full = full
    self.eps = eps
    self.reduction = reduction
  }

  /// The loss of counts `target` where `input` was expected.
  public func callAsFunction(_ input: Tensor, _ target: Tensor) -> Tensor {
    inCall(input, target) { input, target in
      Functional.poissonNLLLoss(input, target, logInput: logInput, full: full, eps: eps, reduction: reduction)
    }
  }
}

/// The negative log-likelihood of numbers under normal distributions (PyTorch's `nn.GaussianNLLLoss`).
public final class GaussianNLLLoss: Module {
  /// Whether the constant ½·log(2π) is added.
  public let full: Bool
  /// The least variance.
  public let eps: Double
  /// What becomes of the elements' losses.
  public let reduction: Reduction

  /// The mean unless told otherwise, and PyTorch's defaults.
  public init(full: Bool = false, eps: Double = 1e-6, reduction: Reduction = .mean) {
    self.full = full
    self.eps = eps
    self.reduction = reduction
  }

  /// The loss of `target` where `input` was expected with `variance`.
  public func callAsFunction(_ input: Tensor, _ target: Tensor, _ variance: Tensor) -> Tensor {
    inCall(input, target, variance) { input, target, variance in
      Functional.gaussianNLLLoss(input, target, variance: variance, full: full, eps: eps, reduction: reduction)
    }
  }
}

/// The Kullback–Leibler divergence of target distributions from input ones, given by their logarithms (PyTorch's
/// `nn.KLDivLoss`).
public final class KLDivLoss: Module {
  /// Whether the target is logarithms, too.
  public let logTarget: Bool
  /// What becomes of the elements; `batchMean` is the mathematical divergence.
  public let reduction: DivergenceReduction

  /// The mean unless told otherwise, and PyTorch's defaults.
  public init(logTarget: Bool = false, reduction: DivergenceReduction = .mean) {
    self.logTarget = logTarget
    self.reduction = reduction
  }

  /// The divergence of `target` from `input`.
  public func callAsFunction(_ input: Tensor, _ target: Tensor) -> Tensor {
    inCall(input, target) { input, target in
      Functional.klDivLoss(input, target, reduction: reduction, logTarget: logTarget)
    }
  }
}
