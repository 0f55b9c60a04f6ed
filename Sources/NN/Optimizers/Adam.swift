internal import Autograd
internal import CPUKernels
public import TensorModule

/// The numbers that steer ``Adam`` and ``AdamW``.
public struct AdamOptions: OptimizerOptions {
  /// How far a step goes.
  public var learningRate: Double
  /// How much of the running means of the gradients and of their squares lives on at each step.
  public var betas: (Double, Double)
  /// What is added to the denominator.
  public var eps: Double
  /// How much of the parameter is added to its gradient, or, if decoupled, taken from the parameter.
  public var weightDecay: Double
  /// Whether the largest mean of squares so far is used.
  public var amsgrad: Bool
  /// Whether the objective is to grow.
  public var maximize: Bool
  /// Whether weight decay bypasses the running means (AdamW).
  public var decoupledWeightDecay: Bool

  /// PyTorch's defaults for Adam.
  public init(
    lr: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999), eps: Double = 1e-8, weightDecay: Double = 0,
    amsgrad: Bool = false, maximize: Bool = false, decoupledWeightDecay: Bool = false
  ) {
    learningRate = lr
    self.betas = betas
    self.eps = eps
    self.weightDecay = weightDecay
    self.amsgrad = amsgrad
    self.maximize = maximize
    self.decoupledWeightDecay = decoupledWeightDecay
  }

  /// Why the numbers cannot be used, or nil.
  public var invalidity: String? {
    if !(eps >= 0) { return "invalid eps: \(eps)" }
    if !(betas.0 >= 0 && betas.0 < 1) { return "invalid first beta: \(betas.0)" }
    if !(betas.1 >= 0 && betas.1 < 1) { return "invalid second beta: \(betas.1)" }
    return OptimizerChecks.invalidity(learningRate: learningRate, weightDecay: weightDecay)
  }
}

/// What Adam remembers of each parameter.
private struct AdamState {
  var step = 0
  var mean: Tensor
  var meanOfSquares: Tensor
  var largest: Tensor?

  init(_ parameter: Tensor) {
    mean = Tensor.zerosLike(parameter)
    meanOfSquares = Tensor.zerosLike(parameter)
  }

  /// Follows a parameter that was moved or converted.
  mutating func follow(_ parameter: Tensor, amsgrad: Bool) {
    if mean.device != parameter.device || mean.dtype != parameter.dtype {
      mean = mean.to(parameter.device).to(parameter.dtype)
      meanOfSquares = meanOfSquares.to(parameter.device).to(parameter.dtype)
      largest = largest.map { $0.to(parameter.device).to(parameter.dtype) }
    }
    if amsgrad && largest == nil { largest = Tensor.zerosLike(parameter) }
  }
}

/// Adam and AdamW over all parameters; they differ in defaults only.
private final class AdamEngine {
  private let name: String
  private var states: [ObjectIdentifier: AdamState] = [:]

  init(_ name: String) { self.name = name }

  func step(_ groups: [ParameterGroup<AdamOptions>]) {
    if ThreadMode.hasFailed { return }
    withNoGrad {
      for group in groups {
        for parameter in group.parameters {
          if let gradient = parameter.gradientToStep(name) { update(parameter, gradient, group.options) }
          if ThreadMode.hasFailed { return }
        }
      }
    }
  }

  private func update(_ parameter: Tensor, _ gradient: Tensor, _ options: AdamOptions) {
    let id = ObjectIdentifier(parameter)
    var state = states[id] ?? AdamState(parameter)
    state.follow(parameter, amsgrad: options.amsgrad)
    if ThreadMode.hasFailed { return }
    state.step += 1
    states[id] = state
    let isFused = parameter.canStepFused(with: gradient) && state.mean.liesLike(parameter)
      && state.meanOfSquares.liesLike(parameter) && (state.largest?.liesLike(parameter) ?? true)
    guard isFused else { return updateByOperations(parameter, gradient, state, options) }
    var numbers = mk_adam(
      learning_rate: options.learningRate, beta1: options.betas.0, beta2: options.betas.1, epsilon: options.eps,
      weight_decay: options.weightDecay, step: Int64(state.step), decoupled: options.decoupledWeightDecay,
      maximize: options.maximize)
    _ = withExtendedLifetime((parameter, gradient, state)) {
      mk_run_adam(
        &numbers, parameter.dtype.code, Int64(parameter.elementCount), parameter.dataPointer, gradient.dataPointer,
        state.mean.dataPointer, state.meanOfSquares.dataPointer, options.amsgrad ? state.largest?.dataPointer : nil)
    }
    parameter.bumpVersion()
  }

  /// The same for other devices, types and layouts.
  private func updateByOperations(_ parameter: Tensor, _ gradient: Tensor, _ state: AdamState, _ options: AdamOptions) {
    var gradient = options.maximize ? -gradient : gradient
    if options.weightDecay != 0 {
      if options.decoupledWeightDecay {
        parameter.mul_(1 - options.learningRate * options.weightDecay)
      } else {
        gradient = gradient + parameter * options.weightDecay
      }
    }
    state.mean.lerp_(gradient, 1 - options.betas.0)
    state.meanOfSquares.mul_(options.betas.1).addcmul_(gradient, gradient, value: 1 - options.betas.1)
    let correction1 = 1 - power(options.betas.0, state.step), correction2 = 1 - power(options.betas.1, state.step)
    var squares = state.meanOfSquares
    if options.amsgrad, let largest = state.largest {
      largest.copy_(largest.maximum(squares))
      squares = largest
    }
    let denominator = squares.sqrt() / correction2.squareRoot() + options.eps
    parameter.addcdiv_(state.mean, denominator, value: -options.learningRate / correction1)
  }

  private func power(_ base: Double, _ exponent: Int) -> Double {
    var result = 1.0, square = base, rest = exponent
    while rest > 0 {
      if rest & 1 == 1 { result *= square }
      square *= square
      rest >>= 1
    }
    return result
  }
}

/// Steps scaled by running means of the gradients and their squares (PyTorch's `torch.optim.Adam`).
public final class Adam: Optimizer {
  /// The parameters and their options.
  public var groups: [ParameterGroup<AdamOptions>]
  private let engine = AdamEngine("Adam")

  /// An optimizer of parameters with one set of options; PyTorch's defaults.
  public convenience init(
    _ parameters: [Tensor], lr: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999), eps: Double = 1e-8,
    weightDecay: Double = 0, amsgrad: Bool = false, maximize: Bool = false, decoupledWeightDecay: Bool = false
  ) {
    let options = AdamOptions(
      lr: lr, betas: betas, eps: eps, weightDecay: weightDecay, amsgrad: amsgrad, maximize: maximize,
      decoupledWeightDecay: decoupledWeightDecay)
    self.init(groups: [ParameterGroup(parameters, options)])
  }

  /// An optimizer of groups of parameters.
  public init(groups: [ParameterGroup<AdamOptions>]) { self.groups = OptimizerChecks.checked(groups, "Adam") }

  /// Changes every parameter that has a gradient.
  public func step() { engine.step(groups) }
}

/// ``Adam`` with weight decay that bypasses the running means (PyTorch's `torch.optim.AdamW`).
public final class AdamW: Optimizer {
  /// The parameters and their options; `decoupledWeightDecay` should stay true.
  public var groups: [ParameterGroup<AdamOptions>]
  private let engine = AdamEngine("AdamW")

  /// An optimizer of parameters with one set of options; PyTorch's defaults, a weight decay of 0.01 among them.
  public convenience init(
    _ parameters: [Tensor], lr: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999), eps: Double = 1e-8,
    weightDecay: Double = 1e-2, amsgrad: Bool = false, maximize: Bool = false
  ) {
    let options = AdamOptions(
      lr: lr, betas: betas, eps: eps, weightDecay: weightDecay, amsgrad: amsgrad, maximize: maximize,
      decoupledWeightDecay: true)
    self.init(groups: [ParameterGroup(parameters, options)])
  }

  /// An optimizer of groups of parameters. Their weight decay is decoupled whatever the options say.
  public init(groups: [ParameterGroup<AdamOptions>]) {
    self.groups = OptimizerChecks.checked(
      groups.map { group in
        var group = group
        group.options.decoupledWeightDecay = true
        return group
      }, "AdamW")
  }

  /// Changes every parameter that has a gradient.
  public func step() { engine.step(groups) }
}
