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

  /// The numbers under PyTorch's names.
  public static var fields: [OptionField<AdamOptions>] {
    [
      .double("lr", \.learningRate), .pair("betas", \.betas), .double("eps", \.eps),
      .double("weight_decay", \.weightDecay), .bool("amsgrad", \.amsgrad), .bool("maximize", \.maximize),
      .bool("decoupled_weight_decay", \.decoupledWeightDecay),
    ] + OptionField.implementation(fused: true)
  }
}

/// Adam and AdamW; they differ in defaults only.
private struct AdamRule: StepRule {
  let name: String
  let slotKeys = ["exp_avg", "exp_avg_sq", "max_exp_avg_sq"]

  func prepare(_ memory: inout StepMemory, _ parameter: Tensor, _ options: AdamOptions) {
    for index in 0..<(options.amsgrad ? 3 : 2) where memory.slots[index] == nil {
      memory.slots[index] = Tensor.zerosLike(parameter)
    }
  }

  func stepFused(_ parameter: Tensor, _ gradient: Tensor, _ memory: inout StepMemory, _ options: AdamOptions) -> Bool {
    guard let mean = memory.slots[0], let squares = memory.slots[1] else { return false }
    let largest = options.amsgrad ? memory.slots[2] : nil
    var numbers = mk_adam(
      learning_rate: options.learningRate, beta1: options.betas.0, beta2: options.betas.1, epsilon: options.eps,
      weight_decay: options.weightDecay, step: Int64(memory.step), decoupled: options.decoupledWeightDecay,
      maximize: options.maximize)
    return withExtendedLifetime((parameter, gradient, mean, squares, largest)) {
      mk_run_adam(
        &numbers, parameter.dtype.code, Int64(parameter.elementCount), parameter.dataPointer, gradient.dataPointer,
        mean.dataPointer, squares.dataPointer, largest?.dataPointer)
    } == MK_OK
  }

  func step(_ parameter: Tensor, _ gradient: Tensor, _ memory: inout StepMemory, _ options: AdamOptions) {
    guard let mean = memory.slots[0], var squares = memory.slots[1] else { return }
    let decay = options.decoupledWeightDecay ? 0 : options.weightDecay
    let gradient = direction(parameter, gradient, maximize: options.maximize, weightDecay: decay)
    if options.decoupledWeightDecay && options.weightDecay != 0 {
      parameter.mul_(1 - options.learningRate * options.weightDecay)
    }
    mean.lerp_(gradient, 1 - options.betas.0)
    squares.mul_(options.betas.1).addcmul_(gradient, gradient, value: 1 - options.betas.1)
    let correction1 = 1 - ScalarMath.pow(options.betas.0, memory.step)
    let correction2 = 1 - ScalarMath.pow(options.betas.1, memory.step)
    if options.amsgrad, let largest = memory.slots[2] {
      largest.copy_(largest.maximum(squares))
      squares = largest
    }
    let denominator = squares.sqrt() / correction2.squareRoot() + options.eps
    parameter.addcdiv_(mean, denominator, value: -options.learningRate / correction1)
  }
}

/// Steps scaled by running means of the gradients and their squares (PyTorch's `torch.optim.Adam`).
public final class Adam: Optimizer {
  /// The parameters and their options.
  public var groups: [ParameterGroup<AdamOptions>]
  private let engine = StepEngine(AdamRule(name: "Adam"))

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
  public init(groups: [ParameterGroup<AdamOptions>]) { self.groups = engine.checked(groups) }

  /// Changes every parameter that has a gradient.
  public func step() { engine.step(groups) }

  /// What is remembered of a parameter, under PyTorch's names.
  public func parameterState(of parameter: Tensor) -> [String: StateValue] { engine.state(of: parameter) }

  /// Replaces what is remembered of a parameter.
  public func setParameterState(
    _ state: [String: StateValue], of parameter: Tensor, isTrial: Bool
  ) throws(OptimizerStateError) {
    try engine.setState(state, of: parameter, options: options(of: parameter), isTrial: isTrial)
  }
}

/// ``Adam`` with weight decay that bypasses the running means (PyTorch's `torch.optim.AdamW`).
public final class AdamW: Optimizer {
  /// The parameters and their options; `decoupledWeightDecay` should stay true.
  public var groups: [ParameterGroup<AdamOptions>]
  private let engine = StepEngine(AdamRule(name: "AdamW"))

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
    self.groups = engine.checked(
      groups.map { group in
        var group = group
        group.options.decoupledWeightDecay = true
        return group
      })
  }

  /// Changes every parameter that has a gradient.
  public func step() { engine.step(groups) }

  /// What is remembered of a parameter, under PyTorch's names.
  public func parameterState(of parameter: Tensor) -> [String: StateValue] { engine.state(of: parameter) }

  /// Replaces what is remembered of a parameter.
  public func setParameterState(
    _ state: [String: StateValue], of parameter: Tensor, isTrial: Bool
  ) throws(OptimizerStateError) {
    try engine.setState(state, of: parameter, options: options(of: parameter), isTrial: isTrial)
  }
}
