internal import CPUKernels
public import TensorModule

/// Gradient descent that also averages the parameters along the way (`ax` in the state) (PyTorch's `torch.optim.ASGD`).
public final class ASGD: Optimizer {
  /// The numbers that steer it.
  public struct Options: OptimizerOptions {
    /// How far a step goes.
    public var learningRate: Double
    /// How much a parameter shrinks, per step and step size.
    public var lambd: Double
    /// The power with which the step size falls.
    public var alpha: Double
    /// The step at which averaging starts.
    public var t0: Double
    /// How much of the parameter is added to its gradient.
    public var weightDecay: Double
    /// Whether the objective is to grow.
    public var maximize: Bool

    /// PyTorch's defaults.
    public init(
      lr: Double = 1e-2, lambd: Double = 1e-4, alpha: Double = 0.75, t0: Double = 1e6, weightDecay: Double = 0,
      maximize: Bool = false
    ) {
      learningRate = lr
      self.lambd = lambd
      self.alpha = alpha
      self.t0 = t0
      self.weightDecay = weightDecay
      self.maximize = maximize
    }

    /// Why the numbers cannot be used, or nil.
    public var invalidity: String? {
      if !(lambd >= 0) { return "invalid lambd: \(lambd)" }
      if !(alpha >= 0) { return "invalid alpha: \(alpha)" }
      return OptimizerChecks.invalidity(learningRate: learningRate, weightDecay: weightDecay)
    }

    /// The numbers under PyTorch's names.
    public static var fields: [OptionField<Options>] {
      [
        .double("lr", \.learningRate), .double("lambd", \.lambd), .double("alpha", \.alpha), .double("t0", \.t0),
        .double("weight_decay", \.weightDecay), .bool("maximize", \.maximize),
      ] + OptionField.implementation()
    }
  }

  /// The parameters and their options.
  public var groups: [ParameterGroup<Options>]
  private let engine = StepEngine(ASGDRule())

  /// An optimizer of parameters with one set of options; PyTorch's defaults.
  public convenience init(
    _ parameters: [Tensor], lr: Double = 1e-2, lambd: Double = 1e-4, alpha: Double = 0.75, t0: Double = 1e6,
    weightDecay: Double = 0, maximize: Bool = false
  ) {
    let options = Options(
      lr: lr, lambd: lambd, alpha: alpha, t0: t0, weightDecay: weightDecay, maximize: maximize)
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

private struct ASGDRule: StepRule {
  let name = "ASGD"
  let slotKeys = ["ax"]
  let numberKeys = ["eta", "mu"]

  func begin(_ memory: inout StepMemory, _ parameter: Tensor, _ options: ASGD.Options) {
    memory.numbers = [Float(options.learningRate), 1]
  }

  /// The step size and the average's weight for the step to come.
  private func moveOn(_ memory: inout StepMemory, _ options: ASGD.Options) {
    let step = Double(memory.step)
    let fall = ScalarMath.pow(1 + options.lambd * options.learningRate * step, options.alpha)
    memory.numbers = [Float(options.learningRate / fall), Float(1 / max(1, step - options.t0))]
  }

  func stepFused(_ parameter: Tensor, _ gradient: Tensor, _ memory: inout StepMemory, _ options: ASGD.Options) -> Bool {
    let size = Double(memory.numbers[0])
    let numbers = mk_step(
      rule: Int32(MK_STEP_ASGD.rawValue), maximize: options.maximize, weight_decay: options.weightDecay,
      keep: 1 - options.lambd * size, a: size, b: Double(memory.numbers[1]), c: 0, d: 0, e: 0, f: 0)
    guard run(numbers, parameter, gradient, memory, [0]) else { return false }
    moveOn(&memory, options)
    return true
  }

  func step(_ parameter: Tensor, _ gradient: Tensor, _ memory: inout StepMemory, _ options: ASGD.Options) {
    guard let average = memory.slots[0] else { return }
    let gradient = direction(parameter, gradient, maximize: options.maximize, weightDecay: options.weightDecay)
    let size = Double(memory.numbers[0]), weight = Double(memory.numbers[1])
    parameter.mul_(1 - options.lambd * size).sub_(gradient * size)
    if weight == 1 { average.copy_(parameter) } else { average.add_((parameter - average) * weight) }
    moveOn(&memory, options)
  }
}
