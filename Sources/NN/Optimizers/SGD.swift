internal import Autograd
internal import CPUKernels
public import TensorModule

/// Stochastic gradient descent, with momentum if asked (PyTorch's `torch.optim.SGD`).
public final class SGD: Optimizer {
  /// The numbers that steer it.
  public struct Options: OptimizerOptions {
    /// How far a step goes.
    public var learningRate: Double
    /// How much of the previous steps lives on.
    public var momentum: Double
    /// How much less a gradient adds to the momentum; not at the first step.
    public var dampening: Double
    /// How much of the parameter is added to its gradient.
    public var weightDecay: Double
    /// Whether a step looks ahead along the momentum.
    public var nesterov: Bool
    /// Whether the objective is to grow.
    public var maximize: Bool

    /// PyTorch's defaults.
    public init(
      lr: Double = 1e-3, momentum: Double = 0, dampening: Double = 0, weightDecay: Double = 0, nesterov: Bool = false,
      maximize: Bool = false
    ) {
      learningRate = lr
      self.momentum = momentum
      self.dampening = dampening
      self.weightDecay = weightDecay
      self.nesterov = nesterov
      self.maximize = maximize
    }

    /// Why the numbers cannot be used, or nil.
    public var invalidity: String? {
      if !(momentum >= 0) { return "invalid momentum: \(momentum)" }
      if nesterov && (momentum <= 0 || dampening != 0) { return "Nesterov momentum needs a momentum and no dampening" }
      return OptimizerChecks.invalidity(learningRate: learningRate, weightDecay: weightDecay)
    }

    /// The numbers under PyTorch's names.
    public static var fields: [OptionField<Options>] {
      [
        .double("lr", \.learningRate), .double("momentum", \.momentum), .double("dampening", \.dampening),
        .double("weight_decay", \.weightDecay), .bool("nesterov", \.nesterov), .bool("maximize", \.maximize),
      ] + OptionField.implementation(capturable: false, fused: true)
    }
  }

  /// The parameters and their options.
  public var groups: [ParameterGroup<Options>]
  private let engine = StepEngine(SGDRule())

  /// An optimizer of parameters with one set of options.
  public convenience init(
    _ parameters: [Tensor], lr: Double = 1e-3, momentum: Double = 0, dampening: Double = 0, weightDecay: Double = 0,
    nesterov: Bool = false, maximize: Bool = false
  ) {
    let options = Options(
      lr: lr, momentum: momentum, dampening: dampening, weightDecay: weightDecay, nesterov: nesterov, maximize: maximize)
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

private struct SGDRule: StepRule {
  let name = "SGD"
  let slotKeys = ["momentum_buffer"]
  let countsSteps = false

  /// The buffer begins with the first gradient, so there is none before.
  func prepare(_ memory: inout StepMemory, _ parameter: Tensor, _ options: SGD.Options) {}

  func stepFused(_ parameter: Tensor, _ gradient: Tensor, _ memory: inout StepMemory, _ options: SGD.Options) -> Bool {
    let isFirst = memory.slots[0] == nil
    if options.momentum != 0 && isFirst {
      let buffer = Tensor.empty(parameter.shape, dtype: parameter.dtype)
      if ThreadMode.hasFailed { return true }
      memory.slots[0] = buffer
    }
    let buffer = options.momentum == 0 ? nil : memory.slots[0]
    var numbers = mk_sgd(
      learning_rate: options.learningRate, momentum: options.momentum, dampening: options.dampening,
      weight_decay: options.weightDecay, nesterov: options.nesterov, maximize: options.maximize, first_step: isFirst)
    return withExtendedLifetime((parameter, gradient, buffer)) {
      mk_run_sgd(
        &numbers, parameter.dtype.code, Int64(parameter.elementCount), parameter.dataPointer, gradient.dataPointer,
        buffer?.dataPointer)
    } == MK_OK
  }

  func step(_ parameter: Tensor, _ gradient: Tensor, _ memory: inout StepMemory, _ options: SGD.Options) {
    var change = direction(parameter, gradient, maximize: options.maximize, weightDecay: options.weightDecay)
    if options.momentum != 0 {
      let buffer: Tensor
      if let previous = memory.slots[0] {
        let addition = change * (1 - options.dampening)
        if ThreadMode.hasFailed { return }
        buffer = previous.mul_(options.momentum).add_(addition)
      } else {
        buffer = change.clone()
      }
      if ThreadMode.hasFailed { return }
      memory.slots[0] = buffer
      change = options.nesterov ? change + buffer * options.momentum : buffer
    }
    parameter.sub_(change * options.learningRate)
  }
}
