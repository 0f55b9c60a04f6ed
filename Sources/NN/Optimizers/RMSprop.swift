internal import CPUKernels
public import TensorModule

/// Steps divided by a running mean of the gradients' magnitudes (PyTorch's `torch.optim.RMSprop`).
public final class RMSprop: Optimizer {
  /// The numbers that steer it.
  public struct Options: OptimizerOptions {
    /// How far a step goes.
    public var learningRate: Double
    /// How much of the running means lives on at each step.
    public var alpha: Double
    /// What is added to the denominator.
    public var eps: Double
    /// How much of the parameter is added to its gradient.
    public var weightDecay: Double
    /// How much of the previous steps lives on.
    public var momentum: Double
    /// Whether the squares' mean is taken about the gradients' mean.
    public var centered: Bool
    /// Whether the objective is to grow.
    public var maximize: Bool

    /// PyTorch's defaults.
    public init(
      lr: Double = 1e-2, alpha: Double = 0.99, eps: Double = 1e-8, weightDecay: Double = 0, momentum: Double = 0,
      centered: Bool = false, maximize: Bool = false
    ) {
      learningRate = lr
      self.alpha = alpha
      self.eps = eps
      self.weightDecay = weightDecay
      self.momentum = momentum
      self.centered = centered
      self.maximize = maximize
    }

    /// Why the numbers cannot be used, or nil.
    public var invalidity: String? {
      if !(eps >= 0) { return "invalid eps: \(eps)" }
      if !(momentum >= 0) { return "invalid momentum: \(momentum)" }
      if !(alpha >= 0) { return "invalid alpha: \(alpha)" }
      return OptimizerChecks.invalidity(learningRate: learningRate, weightDecay: weightDecay)
    }

    /// The numbers under PyTorch's names.
    public static var fields: [OptionField<Options>] {
      [
        .double("lr", \.learningRate), .double("alpha", \.alpha), .double("eps", \.eps),
        .double("weight_decay", \.weightDecay), .double("momentum", \.momentum), .bool("centered", \.centered),
        .bool("maximize", \.maximize),
      ] + OptionField.implementation()
    }
  }

  /// The parameters and their options.
  public var groups: [ParameterGroup<Options>]
  private let engine = StepEngine(RMSpropRule())

  /// An optimizer of parameters with one set of options; PyTorch's defaults.
  public convenience init(
    _ parameters: [Tensor], lr: Double = 1e-2, alpha: Double = 0.99, eps: Double = 1e-8, weightDecay: Double = 0,
    momentum: Double = 0, centered: Bool = false, maximize: Bool = false
  ) {
    let options = Options(
      lr: lr, alpha: alpha, eps: eps, weightDecay: weightDecay, momentum: momentum, centered: centered, maximize:
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

private struct RMSpropRule: StepRule {
  let name = "RMSprop"
  let slotKeys = ["square_avg", "momentum_buffer", "grad_avg"]

  func prepare(_ memory: inout StepMemory, _ parameter: Tensor, _ options: RMSprop.Options) {
    for (index, isUsed) in [true, options.momentum > 0, options.centered].enumerated() {
      if isUsed && memory.slots[index] == nil { memory.slots[index] = Tensor.zerosLike(parameter) }
    }
  }

  func stepFused(_ parameter: Tensor, _ gradient: Tensor, _ memory: inout StepMemory, _ options: RMSprop.Options) -> Bool {
    let numbers = mk_step(
      rule: Int32(MK_STEP_RMSPROP.rawValue), maximize: options.maximize, weight_decay: options.weightDecay, keep: 1,
      a: options.alpha, b: options.eps, c: options.momentum, d: options.learningRate, e: 0, f: 0)
    return run(numbers, parameter, gradient, memory, [0, options.momentum > 0 ? 1 : -1, options.centered ? 2 : -1])
  }

  func step(_ parameter: Tensor, _ gradient: Tensor, _ memory: inout StepMemory, _ options: RMSprop.Options) {
    guard let squares = memory.slots[0] else { return }
    let gradient = direction(parameter, gradient, maximize: options.maximize, weightDecay: options.weightDecay)
    squares.mul_(options.alpha).addcmul_(gradient, gradient, value: 1 - options.alpha)
    var variance = squares
    if options.centered, let mean = memory.slots[2] {
      mean.lerp_(gradient, 1 - options.alpha)
      variance = squares.addcmul(mean, mean, value: -1)
    }
    let root = variance.sqrt() + options.eps
    if options.momentum > 0, let buffer = memory.slots[1] {
      buffer.mul_(options.momentum).addcdiv_(gradient, root)
      parameter.sub_(buffer * options.learningRate)
    } else {
      parameter.addcdiv_(gradient, root, value: -options.learningRate)
    }
  }
}
