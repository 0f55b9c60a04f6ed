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
  }

  /// The parameters and their options.
  public var groups: [ParameterGroup<Options>]

  private var momentumBuffers: [ObjectIdentifier: Tensor] = [:]

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
  public init(groups: [ParameterGroup<Options>]) { self.groups = OptimizerChecks.checked(groups, "SGD") }

  /// Changes every parameter that has a gradient.
  public func step() {
    if ThreadMode.hasFailed { return }
    withNoGrad {
      for group in groups {
        for parameter in group.parameters {
          if let gradient = parameter.gradientToStep("SGD") { update(parameter, gradient, group.options) }
          if ThreadMode.hasFailed { return }
        }
      }
    }
  }

  private func update(_ parameter: Tensor, _ gradient: Tensor, _ options: Options) {
    let id = ObjectIdentifier(parameter)
    let previous = options.momentum == 0 ? nil : momentumBuffers[id]
    guard parameter.canStepFused(with: gradient), previous?.liesLike(parameter) ?? true else {
      return updateByOperations(parameter, gradient, previous, options)
    }
    var buffer = previous
    if options.momentum != 0 && buffer == nil {
      buffer = Tensor.empty(parameter.shape, dtype: parameter.dtype)
      if ThreadMode.hasFailed { return }
      momentumBuffers[id] = buffer
    }
    var numbers = mk_sgd(
      learning_rate: options.learningRate, momentum: options.momentum, dampening: options.dampening,
      weight_decay: options.weightDecay, nesterov: options.nesterov, maximize: options.maximize,
      first_step: previous == nil)
    _ = withExtendedLifetime((parameter, gradient, buffer)) {
      mk_run_sgd(
        &numbers, parameter.dtype.code, Int64(parameter.elementCount), parameter.dataPointer, gradient.dataPointer,
        buffer?.dataPointer)
    }
    parameter.bumpVersion()
  }

  /// The same for other devices, types and layouts.
  private func updateByOperations(_ parameter: Tensor, _ gradient: Tensor, _ previous: Tensor?, _ options: Options) {
    var change = options.maximize ? -gradient : gradient
    if options.weightDecay != 0 { change = change + parameter * options.weightDecay }
    if options.momentum != 0 {
      let buffer: Tensor
      if let previous {
        let moved = previous.to(parameter.device).to(parameter.dtype), addition = change * (1 - options.dampening)
        if ThreadMode.hasFailed { return }
        buffer = moved.mul_(options.momentum).add_(addition)
      } else {
        buffer = change.clone()
      }
      if ThreadMode.hasFailed { return }
      momentumBuffers[ObjectIdentifier(parameter)] = buffer
      change = options.nesterov ? change + buffer * options.momentum : buffer
    }
    parameter.sub_(change * options.learningRate)
  }
}
