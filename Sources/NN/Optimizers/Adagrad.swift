internal import CPUKernels
public import TensorModule

/// Steps divided by the root of the sum of all squared gradients (PyTorch's `torch.optim.Adagrad`).
public final class Adagrad: Optimizer {
  /// The numbers that steer it.
  public struct Options: OptimizerOptions {
    /// How far a step goes.
    public var learningRate: Double
    /// How fast the learning rate falls: after t steps it is divided by 1 + t·lrDecay.
    public var lrDecay: Double
    /// How much of the parameter is added to its gradient.
    public var weightDecay: Double
    /// What the sums begin with.
    public var initialAccumulatorValue: Double
    /// What is added to the denominator.
    public var eps: Double
    /// Whether the objective is to grow.
    public var maximize: Bool

    /// PyTorch's defaults.
    public init(
      lr: Double = 1e-2, lrDecay: Double = 0, weightDecay: Double = 0, initialAccumulatorValue: Double = 0, eps:
      Double = 1e-10, maximize: Bool = false
    ) {
      learningRate = lr
      self.lrDecay = lrDecay
      self.weightDecay = weightDecay
      self.initialAccumulatorValue = initialAccumulatorValue
      self.eps = eps
      self.maximize = maximize
    }

    /// Why the numbers cannot be used, or nil.
    public var invalidity: String? {
      if !(lrDecay >= 0) { return "invalid lrDecay: \(lrDecay)" }
      if !(initialAccumulatorValue >= 0) { return "invalid initialAccumulatorValue: \(initialAccumulatorValue)" }
      if !(eps >= 0) { return "invalid eps: \(eps)" }
      return OptimizerChecks.invalidity(learningRate: learningRate, weightDecay: weightDecay)
    }

    /// The numbers under PyTorch's names.
    public static var fields: [OptionField<Options>] {
      [
        .double("lr", \.learningRate), .double("lr_decay", \.lrDecay), .double("weight_decay", \.weightDecay),
        .double("initial_accumulator_value", \.initialAccumulatorValue), .double("eps", \.eps),
        .bool("maximize", \.maximize),
      ] + OptionField.implementation(capturable: false, fused: true)
    }
  }

  /// The parameters and their options.
  public var groups: [ParameterGroup<Options>]
  private let engine = StepEngine(AdagradRule())

  /// An optimizer of parameters with one set of options; PyTorch's defaults.
  public convenience init(
    _ parameters: [Tensor], lr: Double = 1e-2, lrDecay: Double = 0, weightDecay: Double = 0, initialAccumulatorValue:
    Double = 0, eps: Double = 1e-10, maximize: Bool = false
  ) {
    let options = Options(
      lr: lr, lrDecay: lrDecay, weightDecay: weightDecay, initialAccumulatorValue: initialAccumulatorValue, eps: eps,
      maximize: maximize)
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

private struct AdagradRule: StepRule {
  let name = "Adagrad"
  let slotKeys = ["sum"]

  func prepare(_ memory: inout StepMemory, _ parameter: Tensor, _ options: Adagrad.Options) {
    if memory.slots[0] == nil { memory.slots[0] = Tensor.fullLike(parameter, options.initialAccumulatorValue) }
  }

  private func rate(_ memory: StepMemory, _ options: Adagrad.Options) -> Double {
    options.learningRate / (1 + Double(memory.step - 1) * options.lrDecay)
  }

  func stepFused(_ parameter: Tensor, _ gradient: Tensor, _ memory: inout StepMemory, _ options: Adagrad.Options) -> Bool {
    let numbers = mk_step(
      rule: Int32(MK_STEP_ADAGRAD.rawValue), maximize: options.maximize, weight_decay: options.weightDecay, keep: 1,
      a: options.eps, b: rate(memory, options), c: 0, d: 0, e: 0, f: 0)
    return run(numbers, parameter, gradient, memory, [0])
  }

  func step(_ parameter: Tensor, _ gradient: Tensor, _ memory: inout StepMemory, _ options: Adagrad.Options) {
    guard let sum = memory.slots[0] else { return }
    let gradient = direction(parameter, gradient, maximize: options.maximize, weightDecay: options.weightDecay)
    sum.addcmul_(gradient, gradient)
    parameter.addcdiv_(gradient, sum.sqrt() + options.eps, value: -rate(memory, options))
  }
}
