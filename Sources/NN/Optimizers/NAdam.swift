internal import CPUKernels
public import TensorModule

/// Adam with Nesterov's look ahead (PyTorch's `torch.optim.NAdam`).
public final class NAdam: Optimizer {
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
    /// How fast the momentum rises to its full size.
    public var momentumDecay: Double
    /// Whether weight decay bypasses the running means and shrinks the parameter itself.
    public var decoupledWeightDecay: Bool
    /// Whether the objective is to grow.
    public var maximize: Bool

    /// PyTorch's defaults.
    public init(
      lr: Double = 2e-3, betas: (Double, Double) = (0.9, 0.999), eps: Double = 1e-8, weightDecay: Double = 0,
      momentumDecay: Double = 4e-3, decoupledWeightDecay: Bool = false, maximize: Bool = false
    ) {
      learningRate = lr
      self.betas = betas
      self.eps = eps
      self.weightDecay = weightDecay
      self.momentumDecay = momentumDecay
      self.decoupledWeightDecay = decoupledWeightDecay
      self.maximize = maximize
    }

    /// Why the numbers cannot be used, or nil.
    public var invalidity: String? {
      if !(eps >= 0) { return "invalid eps: \(eps)" }
      if !(betas.0 >= 0 && betas.0 < 1) { return "invalid first beta: \(betas.0)" }
      if !(betas.1 >= 0 && betas.1 < 1) { return "invalid second beta: \(betas.1)" }
      if !(momentumDecay >= 0) { return "invalid momentumDecay: \(momentumDecay)" }
      return OptimizerChecks.invalidity(learningRate: learningRate, weightDecay: weightDecay)
    }

    /// The numbers under PyTorch's names.
    public static var fields: [OptionField<Options>] {
      [
        .double("lr", \.learningRate), .pair("betas", \.betas), .double("eps", \.eps),
        .double("weight_decay", \.weightDecay), .double("momentum_decay", \.momentumDecay),
        .bool("decoupled_weight_decay", \.decoupledWeightDecay), .bool("maximize", \.maximize),
      ] + OptionField.implementation()
    }
  }

  /// The parameters and their options.
  public var groups: [ParameterGroup<Options>]
  private let engine = StepEngine(NAdamRule())

  /// An optimizer of parameters with one set of options; PyTorch's defaults.
  public convenience init(
    _ parameters: [Tensor], lr: Double = 2e-3, betas: (Double, Double) = (0.9, 0.999), eps: Double = 1e-8,
    weightDecay: Double = 0, momentumDecay: Double = 4e-3, decoupledWeightDecay: Bool = false, maximize: Bool = false
  ) {
    let options = Options(
      lr: lr, betas: betas, eps: eps, weightDecay: weightDecay, momentumDecay: momentumDecay, decoupledWeightDecay:
      decoupledWeightDecay, maximize: maximize)
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

private struct NAdamRule: StepRule {
  let name = "NAdam"
  let slotKeys = ["exp_avg", "exp_avg_sq"]
  let numberKeys = ["mu_product"]

  func begin(_ memory: inout StepMemory, _ parameter: Tensor, _ options: NAdam.Options) { memory.numbers[0] = 1 }

  /// The factors of the gradient and of the mean in this step, and the correction of the squares; moves the product on.
  private func factors(
    _ memory: inout StepMemory, _ options: NAdam.Options
  ) -> (now: Double, next: Double, correction: Double) {
    func momentum(_ step: Int) -> Double {
      options.betas.0 * (1 - 0.5 * ScalarMath.pow(0.96, Double(step) * options.momentumDecay))
    }
    let now = momentum(memory.step), next = momentum(memory.step + 1)
    memory.numbers[0] *= Float(now)
    let product = Double(memory.numbers[0])
    return (
      -options.learningRate * (1 - now) / (1 - product), -options.learningRate * next / (1 - product * next),
      1 - ScalarMath.pow(options.betas.1, memory.step)
    )
  }

  private func shrinkage(_ options: NAdam.Options) -> (decay: Double, keep: Double) {
    options.decoupledWeightDecay ? (0, 1 - options.learningRate * options.weightDecay) : (options.weightDecay, 1)
  }

  func stepFused(_ parameter: Tensor, _ gradient: Tensor, _ memory: inout StepMemory, _ options: NAdam.Options) -> Bool {
    let factors = factors(&memory, options), shrinkage = shrinkage(options)
    let numbers = mk_step(
      rule: Int32(MK_STEP_NADAM.rawValue), maximize: options.maximize, weight_decay: shrinkage.decay, keep: shrinkage.keep,
      a: options.betas.0, b: options.betas.1, c: options.eps, d: factors.now, e: factors.next, f: factors.correction)
    return run(numbers, parameter, gradient, memory, [0, 1])
  }

  func step(_ parameter: Tensor, _ gradient: Tensor, _ memory: inout StepMemory, _ options: NAdam.Options) {
    guard let mean = memory.slots[0], let squares = memory.slots[1] else { return }
    let factors = factors(&memory, options), shrinkage = shrinkage(options)
    let gradient = direction(parameter, gradient, maximize: options.maximize, weightDecay: shrinkage.decay)
    if shrinkage.keep != 1 { parameter.mul_(shrinkage.keep) }
    mean.lerp_(gradient, 1 - options.betas.0)
    squares.mul_(options.betas.1).addcmul_(gradient, gradient, value: 1 - options.betas.1)
    let denominator = (squares / factors.correction).sqrt() + options.eps
    parameter.addcdiv_(gradient, denominator, value: factors.now)
    parameter.addcdiv_(mean, denominator, value: factors.next)
  }
}
