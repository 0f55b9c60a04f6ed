internal import CPUKernels
public import TensorModule

/// Steps in proportion to the size of past changes over that of past gradients (PyTorch's `torch.optim.Adadelta`).
public final class Adadelta: Optimizer {
  /// The numbers that steer it.
  public struct Options: OptimizerOptions {
    /// How far a step goes.
    public var learningRate: Double
    /// How much of the running means of squares lives on at each step.
    public var rho: Double
    /// What is added to the denominator.
    public var eps: Double
    /// How much of the parameter is added to its gradient.
    public var weightDecay: Double
    /// Whether the objective is to grow.
    public var maximize: Bool

    /// PyTorch's defaults.
    public init(
      lr: Double = 1, rho: Double = 0.9, eps: Double = 1e-6, weightDecay: Double = 0, maximize: Bool = false
    ) {
      learningRate = lr
      self.rho = rho
      self.eps = eps
      self.weightDecay = weightDecay
      self.maximize = maximize
    }

    /// Why the numbers cannot be used, or nil.
    public var invalidity: String? {
      if !(rho >= 0 && rho <= 1) { return "invalid rho: \(rho)" }
      if !(eps >= 0) { return "invalid eps: \(eps)" }
      return OptimizerChecks.invalidity(learningRate: learningRate, weightDecay: weightDecay)
    }

    /// The numbers under PyTorch's names.
    public static var fields: [OptionField<Options>] {
      [
        .double("lr", \.learningRate), .double("rho", \.rho), .double("eps", \.eps),
        .double("weight_decay", \.weightDecay), .bool("maximize", \.maximize),
      ] + OptionField.implementation()
    }
  }

  /// The parameters and their options.
  public var groups: [ParameterGroup<Options>]
  private let engine = StepEngine(AdadeltaRule())

  /// An optimizer of parameters with one set of options; PyTorch's defaults.
  public convenience init(
    _ parameters: [Tensor], lr: Double = 1, rho: Double = 0.9, eps: Double = 1e-6, weightDecay: Double = 0, maximize:
    Bool = false
  ) {
    let options = Options(
      lr: lr, rho: rho, eps: eps, weightDecay: weightDecay, maximize: maximize)
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

private struct AdadeltaRule: StepRule {
  let name = "Adadelta"
  let slotKeys = ["square_avg", "acc_delta"]

  func stepFused(_ parameter: Tensor, _ gradient: Tensor, _ memory: inout StepMemory, _ options: Adadelta.Options) -> Bool {
    let numbers = mk_step(
      rule: Int32(MK_STEP_ADADELTA.rawValue), maximize: options.maximize, weight_decay: options.weightDecay, keep: 1,
      a: options.rho, b: options.eps, c: options.learningRate, d: 0, e: 0, f: 0)
    return run(numbers, parameter, gradient, memory, [0, 1])
  }

  func step(_ parameter: Tensor, _ gradient: Tensor, _ memory: inout StepMemory, _ options: Adadelta.Options) {
    guard let squares = memory.slots[0], let changes = memory.slots[1] else { return }
    let gradient = direction(parameter, gradient, maximize: options.maximize, weightDecay: options.weightDecay)
    squares.mul_(options.rho).addcmul_(gradient, gradient, value: 1 - options.rho)
    let change = (changes + options.eps).sqrt() / (squares + options.eps).sqrt() * gradient
    changes.mul_(options.rho).addcmul_(change, change, value: 1 - options.rho)
    parameter.sub_(change * options.learningRate)
  }
}
