internal import CPUKernels
public import TensorModule

/// Adam that steps along the mean alone until the mean of squares can be trusted (PyTorch's `torch.optim.RAdam`).
public final class RAdam: Optimizer {
  /// The numbers that steer it.
  public struct Options: OptimizerOptions {
    /// How far a step goes.
    public var learningRate: Double
    /// How much of the running means of the gradients and of their squares lives on at each step.
    public var betas: (Double, Double)
    /// What is added to the denominator.
    public var eps: Double
    /// How much of the parameter is added to its gradient.
    public var weightDecay: Double
    /// Whether weight decay bypasses the running means and shrinks the parameter itself.
    public var decoupledWeightDecay: Bool
    /// Whether the objective is to grow.
    public var maximize: Bool

    /// PyTorch's defaults.
    public init(
      lr: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999), eps: Double = 1e-8, weightDecay: Double = 0,
      decoupledWeightDecay: Bool = false, maximize: Bool = false
    ) {
      learningRate = lr
      self.betas = betas
      self.eps = eps
      self.weightDecay = weightDecay
      self.decoupledWeightDecay = decoupledWeightDecay
      self.maximize = maximize
    }

    /// Why the numbers cannot be used, or nil.
    public var invalidity: String? {
      if !(eps >= 0) { return "invalid eps: \(eps)" }
      if !(betas.0 >= 0 && betas.0 < 1) { return "invalid first beta: \(betas.0)" }
      if !(betas.1 >= 0 && betas.1 < 1) { return "invalid second beta: \(betas.1)" }
      return OptimizerChecks.invalidity(learningRate: learningRate, weightDecay: weightDecay)
    }

    /// The numbers under PyTorch's names.
    public static var fields: [OptionField<Options>] {
      [
        .double("lr", \.learningRate), .pair("betas", \.betas), .double("eps", \.eps),
        .double("weight_decay", \.weightDecay), .bool("decoupled_weight_decay", \.decoupledWeightDecay),
        .bool("maximize", \.maximize),
      ] + OptionField.implementation()
    }
  }

  /// The parameters and their options.
  public var groups: [ParameterGroup<Options>]
  private let engine = StepEngine(RAdamRule())

  /// An optimizer of parameters with one set of options; PyTorch's defaults.
  public convenience init(
    _ parameters: [Tensor], lr: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999), eps: Double = 1e-8,
    weightDecay: Double = 0, decoupledWeightDecay: Bool = false, maximize: Bool = false
  ) {
    let options = Options(
      lr: lr, betas: betas, eps: eps, weightDecay: weightDecay, decoupledWeightDecay: decoupledWeightDecay, maximize:
      maximize)
    self.init(groups: [ParameterGroup(parameters, options)])
  }

  /// An optimizer of groups of parameters.
  public init(groups: [ParameterGroup<Options>]) { self.groups = engine.checked(groups) }

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

private struct RAdamRule: StepRule {
  let name = "RAdam"
  let slotKeys = ["exp_avg", "exp_avg_sq"]

  /// The correction of the mean, and the rectification times the root of the squares' correction; 0 while the squares
  /// have too short a history. The rectification is that of Liu et al., 2019.
  private func factors(_ memory: StepMemory, _ options: RAdam.Options) -> (correction: Double, rectification: Double) {
    let (beta1, beta2) = options.betas, step = Double(memory.step)
    let power = ScalarMath.pow(beta2, memory.step), correction2 = 1 - power
    let longest = 2 / (1 - beta2) - 1
    let length = longest - 2 * step * power / correction2
    let correction1 = 1 - ScalarMath.pow(beta1, memory.step)
    guard length > 5 else { return (correction1, 0) }
    let rectification = ((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)).squareRoot()
    return (correction1, rectification * correction2.squareRoot())
  }

  private func shrinkage(_ options: RAdam.Options) -> (decay: Double, keep: Double) {
    options.decoupledWeightDecay ? (0, 1 - options.learningRate * options.weightDecay) : (options.weightDecay, 1)
  }

  func stepFused(_ parameter: Tensor, _ gradient: Tensor, _ memory: inout StepMemory, _ options: RAdam.Options) -> Bool {
    let factors = factors(memory, options), shrinkage = shrinkage(options)
    let numbers = mk_step(
      rule: Int32(MK_STEP_RADAM.rawValue), maximize: options.maximize, weight_decay: shrinkage.decay, keep: shrinkage.keep,
      a: options.betas.0, b: options.betas.1, c: options.eps, d: factors.correction, e: options.learningRate,
      f: factors.rectification)
    return run(numbers, parameter, gradient, memory, [0, 1])
  }

  func step(_ parameter: Tensor, _ gradient: Tensor, _ memory: inout StepMemory, _ options: RAdam.Options) {
    guard let mean = memory.slots[0], let squares = memory.slots[1] else { return }
    let factors = factors(memory, options), shrinkage = shrinkage(options)
    let gradient = direction(parameter, gradient, maximize: options.maximize, weightDecay: shrinkage.decay)
    if shrinkage.keep != 1 { parameter.mul_(shrinkage.keep) }
    mean.lerp_(gradient, 1 - options.betas.0)
    squares.mul_(options.betas.1).addcmul_(gradient, gradient, value: 1 - options.betas.1)
    var change = mean / factors.correction * options.learningRate
    if factors.rectification != 0 { change = change * (factors.rectification / (squares.sqrt() + options.eps)) }
    parameter.sub_(change)
  }
}
