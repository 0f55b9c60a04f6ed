public import TensorModule

/// Steps in proportion to the parameter's size, divided by variances of which matrices keep only rows and columns
/// (PyTorch's `torch.optim.Adafactor`).
public final class Adafactor: Optimizer {
  /// The numbers that steer it.
  public struct Options: OptimizerOptions {
    /// How far a step goes.
    public var learningRate: Double
    /// The power of the step count that says how much a new square counts in the running means.
    public var beta2Decay: Double
    /// The least root of a variance, nil for the type's precision, and the least size of a parameter that a step is
    /// measured by.
    public var eps: (Double?, Double)
    /// The root mean square above which an update is scaled down.
    public var d: Double
    /// How much of the parameter is taken from it at each step, times the learning rate.
    public var weightDecay: Double
    /// Whether the objective is to grow.
    public var maximize: Bool

    /// PyTorch's defaults.
    public init(
      lr: Double = 1e-2, beta2Decay: Double = -0.8, eps: (Double?, Double) = (nil, 1e-3), d: Double = 1, weightDecay:
      Double = 0, maximize: Bool = false
    ) {
      learningRate = lr
      self.beta2Decay = beta2Decay
      self.eps = eps
      self.d = d
      self.weightDecay = weightDecay
      self.maximize = maximize
    }

    /// Why the numbers cannot be used, or nil.
    public var invalidity: String? {
      if !(beta2Decay <= 0) { return "invalid beta2Decay: \(beta2Decay)" }
      if !(eps.0 ?? 0 >= 0) { return "invalid first eps: \(eps.0 ?? 0)" }
      if !(eps.1 >= 0) { return "invalid second eps: \(eps.1)" }
      if !(d >= 1) { return "invalid clipping threshold d: \(d)" }
      return OptimizerChecks.invalidity(learningRate: learningRate, weightDecay: weightDecay)
    }

    /// The numbers under PyTorch's names.
    public static var fields: [OptionField<Options>] {
      [
        .double("lr", \.learningRate), .double("beta2_decay", \.beta2Decay), .double("d", \.d),
        .double("weight_decay", \.weightDecay), .bool("maximize", \.maximize),
        OptionField("eps", read: { .tuple([$0.eps.0.map { .double($0) } ?? .none, .double($0.eps.1)]) }) { options, value in
          guard let items = value.list, items.count == 2, let second = items[1].double else { return false }
          options.eps = (items[0].double, second)
          return true
        },
      ]
    }
  }

  /// The parameters and their options.
  public var groups: [ParameterGroup<Options>]
  private let engine = StepEngine(AdafactorRule())

  /// An optimizer of parameters with one set of options; PyTorch's defaults.
  public convenience init(
    _ parameters: [Tensor], lr: Double = 1e-2, beta2Decay: Double = -0.8, eps: (Double?, Double) = (nil, 1e-3),
    d: Double = 1, weightDecay: Double = 0, maximize: Bool = false
  ) {
    let options = Options(
      lr: lr, beta2Decay: beta2Decay, eps: eps, d: d, weightDecay: weightDecay, maximize: maximize)
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

private struct AdafactorRule: StepRule {
  let name = "Adafactor"
  let slotKeys = ["row_var", "col_var", "variance"]
  let slotsAreLikeParameter = false

  func prepare(_ memory: inout StepMemory, _ parameter: Tensor, _ options: Adafactor.Options) {
    func zeros(_ shape: Shape) -> Tensor { Tensor.zeros(shape, dtype: parameter.dtype, device: parameter.device) }
    let sizes = parameter.shape.map { $0 }
    if sizes.count < 2 {
      if memory.slots[2] == nil { memory.slots[2] = zeros(parameter.shape) }
    } else if memory.slots[0] == nil || memory.slots[1] == nil {
      memory.slots[0] = zeros(Shape(sizes.dropLast() + [1]))
      memory.slots[1] = zeros(Shape(sizes.dropLast(2) + [1, sizes[sizes.count - 1]]))
    }
  }

  func step(_ parameter: Tensor, _ gradient: Tensor, _ memory: inout StepMemory, _ options: Adafactor.Options) {
    let step = Double(memory.step)
    let gradient = options.maximize ? -gradient : gradient
    let least = options.eps.0 ?? parameter.dtype.precision
    let weight = ScalarMath.pow(step, options.beta2Decay)
    let size = rootMeanSquare(parameter)
    let rate = max(options.eps.1, size) * min(options.learningRate, 1 / step.squareRoot())
    if options.weightDecay != 0 { parameter.mul_(1 - options.learningRate * options.weightDecay) }
    let variance: Tensor
    if let rows = memory.slots[0], let columns = memory.slots[1] {
      rows.lerp_(meanSquare(gradient, -1), weight)
      columns.lerp_(meanSquare(gradient, -2), weight)
      variance = rows.matmul(columns) / rows.mean(dim: -2, keepDim: true).clamp(min: least)
    } else if let kept = memory.slots[2] {
      variance = kept.lerp_(gradient * gradient, weight)
    } else {
      return
    }
    let update = variance.clamp(min: least * least).rsqrt() * gradient
    let excess = max(1, rootMeanSquare(update) / options.d)
    parameter.sub_(update * (rate / excess))
  }

  /// The mean of squares along a dimension, without the squares being written down.
  private func meanSquare(_ x: Tensor, _ dim: Int) -> Tensor {
    Linalg.vectorNorm(x, dim: [dim], keepDim: true).square() / x.shape[dim]
  }

  private func rootMeanSquare(_ x: Tensor) -> Double {
    Linalg.vectorNorm(x).item() / Double(x.elementCount).squareRoot()
  }
}

extension DType {
  /// The distance from 1 to the next larger number (PyTorch's `finfo.eps`).
  fileprivate var precision: Double {
    switch self {
    case .float64: 0x1p-52
    case .float16: 0x1p-10
    case .bfloat16: 0x1p-7
    default: 0x1p-23
    }
  }
}
