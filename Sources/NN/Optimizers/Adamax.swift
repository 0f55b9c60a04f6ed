internal import CPUKernels
public import TensorModule

/// Adam with a decaying maximum of the gradients' magnitudes in place of the mean of squares
/// (PyTorch's `torch.optim.Adamax`).
public final class Adamax: Optimizer {
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
    /// Whether the objective is to grow.
    public var maximize: Bool

    /// PyTorch's defaults.
    public init(
      lr: Double = 2e-3, betas: (Double, Double) = (0.9, 0.999), eps: Double = 1e-8, weightDecay: Double = 0,
      maximize: Bool = false
    ) {
      learningRate = lr
      self.betas = betas
      self.eps = eps
      self.weightDecay = weightDecay
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
        .double("weight_decay", \.weightDecay), .bool("maximize", \.maximize),
      ] + OptionField.implementation()
    }
  }

  /// The parameters and their options.
  public var groups: [ParameterGroup<Options>]
  private let engine = StepEngine(AdamaxRule())

  /// An optimizer of parameters with one set of options; PyTorch's defaults.
  public convenience init(
    _ parameters: [Tensor], lr: Double = 2e-3, betas: (Double, Double) = (0.9, 0.999), eps: Double = 1e-8,
    weightDecay: Double = 0, maximize: Bool = false
  ) {
    let options = Options(
      lr: lr, betas: betas, eps: eps, weightDecay: weightDecay, maximize: maximize)
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

private struct AdamaxRule: StepRule {
  let name = "Adamax"
  let slotKeys = ["exp_avg", "exp_inf"]

  private func rate(_ memory: StepMemory, _ options: Adamax.Options) -> Double {
    options.learningRate / (1 - ScalarMath.pow(options.betas.0, memory.step))
  }

  func stepFused(_ parameter: Tensor, _ gradient: Tensor, _ memory: inout StepMemory, _ options: Adamax.Options) -> Bool {
    let numbers = mk_step(
      rule: Int32(MK_STEP_ADAMAX.rawValue), maximize: options.maximize, weight_decay: options.weightDecay, keep: 1,
      a: options.betas.0, b: options.betas.1, c: options.eps, d: rate(memory, options), e: 0, f: 0)
    return run(numbers, parameter, gradient, memory, [0, 1])
  }

  func step(_ parameter: Tensor, _ gradient: Tensor, _ memory: inout StepMemory, _ options: Adamax.Options) {
    guard let mean = memory.slots[0], let most = memory.slots[1] else { return }
    let gradient = direction(parameter, gradient, maximize: options.maximize, weightDecay: options.weightDecay)
    mean.lerp_(gradient, 1 - options.betas.0)
    most.copy_((most * options.betas.1).maximum(gradient.abs() + options.eps))
    parameter.addcdiv_(mean, most, value: -rate(memory, options))
  }
}
