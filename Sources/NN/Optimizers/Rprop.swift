internal import CPUKernels
public import TensorModule

/// Steps whose sizes follow the signs of the gradients alone, each element its own; for full
/// batches (PyTorch's `torch.optim.Rprop`).
public final class Rprop: Optimizer {
  /// The numbers that steer it.
  public struct Options: OptimizerOptions {
    /// How far a step goes.
    public var learningRate: Double
    /// What a step size is multiplied by after a change of the gradient's sign, and otherwise.
    public var etas: (Double, Double)
    /// The smallest and the largest step size.
    public var stepSizes: (Double, Double)
    /// Whether the objective is to grow.
    public var maximize: Bool

    /// PyTorch's defaults.
    public init(
      lr: Double = 1e-2, etas: (Double, Double) = (0.5, 1.2), stepSizes: (Double, Double) = (1e-6, 50), maximize: Bool
      = false
    ) {
      learningRate = lr
      self.etas = etas
      self.stepSizes = stepSizes
      self.maximize = maximize
    }

    /// Why the numbers cannot be used, or nil.
    public var invalidity: String? {
      if !(etas.0 > 0 && etas.0 < 1 && etas.1 > 1) { return "invalid etas: \(etas.0), \(etas.1)" }
      return OptimizerChecks.invalidity(learningRate: learningRate, weightDecay: 0)
    }

    /// The numbers under PyTorch's names.
    public static var fields: [OptionField<Options>] {
      [
        .double("lr", \.learningRate), .pair("etas", \.etas), .pair("step_sizes", \.stepSizes),
        .bool("maximize", \.maximize),
      ] + OptionField.implementation()
    }
  }

  /// The parameters and their options.
  public var groups: [ParameterGroup<Options>]
  private let engine = StepEngine(RpropRule())

  /// An optimizer of parameters with one set of options; PyTorch's defaults.
  public convenience init(
    _ parameters: [Tensor], lr: Double = 1e-2, etas: (Double, Double) = (0.5, 1.2), stepSizes: (Double, Double) =
    (1e-6, 50), maximize: Bool = false
  ) {
    let options = Options(
      lr: lr, etas: etas, stepSizes: stepSizes, maximize: maximize)
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

private struct RpropRule: StepRule {
  let name = "Rprop"
  let slotKeys = ["prev", "step_size"]

  func prepare(_ memory: inout StepMemory, _ parameter: Tensor, _ options: Rprop.Options) {
    if memory.slots[0] == nil { memory.slots[0] = Tensor.zerosLike(parameter) }
    if memory.slots[1] == nil { memory.slots[1] = Tensor.fullLike(parameter, options.learningRate) }
  }

  func stepFused(_ parameter: Tensor, _ gradient: Tensor, _ memory: inout StepMemory, _ options: Rprop.Options) -> Bool {
    let numbers = mk_step(
      rule: Int32(MK_STEP_RPROP.rawValue), maximize: options.maximize, weight_decay: 0, keep: 1, a: options.etas.0,
      b: options.etas.1, c: options.stepSizes.0, d: options.stepSizes.1, e: 0, f: 0)
    return run(numbers, parameter, gradient, memory, [0, 1])
  }

  func step(_ parameter: Tensor, _ gradient: Tensor, _ memory: inout StepMemory, _ options: Rprop.Options) {
    guard let previous = memory.slots[0], let sizes = memory.slots[1] else { return }
    var gradient = direction(parameter, gradient, maximize: options.maximize, weightDecay: 0)
    let product = gradient * previous, turned = product .< 0
    let factor = Tensor.onesLike(product).maskedFill(product .> 0, options.etas.1).maskedFill(turned, options.etas.0)
    sizes.mul_(factor).clamp_(min: options.stepSizes.0, max: options.stepSizes.1)
    // An element that overshot stays where it is once.
    gradient = gradient.maskedFill(turned, 0)
    parameter.addcmul_(gradient.sign(), sizes, value: -1)
    previous.copy_(gradient)
  }
}
