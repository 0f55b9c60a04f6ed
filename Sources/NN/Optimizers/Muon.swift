public import TensorModule

/// Steps along the momentum made orthogonal, for the matrices of a network (PyTorch's `torch.optim.Muon`).
///
/// The momentum is moved towards the nearest orthogonal matrix by a few Newton-Schulz iterations in bfloat16. For
/// parameters of two dimensions only; the others want an optimizer of their own, ``AdamW`` for example.
public final class Muon: Optimizer {
  /// How the learning rate depends on a matrix of a rows and b columns.
  public enum RateAdjustment: String, Sendable {
    /// Times √max(1, a / b).
    case original
    /// Times 0.2·√max(a, b): updates as large as AdamW's.
    case matchRMSAdamW = "match_rms_adamw"
    /// Times √(a / b).
    case spectralUnclamped = "spectral_unclamped"
  }

  /// The numbers that steer it.
  public struct Options: OptimizerOptions {
    /// How far a step goes.
    public var learningRate: Double
    /// How much of the parameter is taken from it at each step, times the learning rate.
    public var weightDecay: Double
    /// How much of the previous gradients lives on.
    public var momentum: Double
    /// Whether a step looks ahead along the momentum.
    public var nesterov: Bool
    /// The coefficients of x, x³ and x⁵ in an iteration.
    public var nsCoefficients: (Double, Double, Double)
    /// The least norm that a matrix is divided by.
    public var eps: Double
    /// The number of iterations.
    public var nsSteps: Int
    /// How the learning rate depends on the matrix's sizes; nil is ``RateAdjustment/original``.
    public var adjustLRFn: RateAdjustment?

    /// PyTorch's defaults.
    public init(
      lr: Double = 1e-3, weightDecay: Double = 0.1, momentum: Double = 0.95, nesterov: Bool = true,
      nsCoefficients: (Double, Double, Double) = (3.4445, -4.775, 2.0315), eps: Double = 1e-7, nsSteps: Int = 5,
      adjustLRFn: RateAdjustment? = nil
    ) {
      learningRate = lr
      self.weightDecay = weightDecay
      self.momentum = momentum
      self.nesterov = nesterov
      self.nsCoefficients = nsCoefficients
      self.eps = eps
      self.nsSteps = nsSteps
      self.adjustLRFn = adjustLRFn
    }

    /// Why the numbers cannot be used, or nil.
    public var invalidity: String? {
      if !(momentum >= 0) { return "invalid momentum: \(momentum)" }
      if !(0..<100).contains(nsSteps) { return "invalid nsSteps: \(nsSteps); there can be 0 to 99" }
      return OptimizerChecks.invalidity(learningRate: learningRate, weightDecay: weightDecay)
    }

    /// The numbers under PyTorch's names.
    public static var fields: [OptionField<Options>] {
      [
        .double("lr", \.learningRate), .double("weight_decay", \.weightDecay), .double("momentum", \.momentum),
        .bool("nesterov", \.nesterov), .double("eps", \.eps), .int("ns_steps", \.nsSteps),
        OptionField(
          "ns_coefficients",
          read: { .tuple([.double($0.nsCoefficients.0), .double($0.nsCoefficients.1), .double($0.nsCoefficients.2)]) }
        ) { options, value in
          guard let numbers = value.doubles, numbers.count == 3 else { return false }
          options.nsCoefficients = (numbers[0], numbers[1], numbers[2])
          return true
        },
        OptionField("adjust_lr_fn", read: { $0.adjustLRFn.map { .string($0.rawValue) } ?? .none }) { options, value in
          let adjustment = value.string.flatMap { RateAdjustment(rawValue: $0) }
          guard value.isNone || adjustment != nil else { return false }
          options.adjustLRFn = adjustment
          return true
        },
      ]
    }
  }

  /// The parameters and their options.
  public var groups: [ParameterGroup<Options>]
  private let engine = StepEngine(MuonRule())

  /// An optimizer of matrices with one set of options; PyTorch's defaults.
  public convenience init(
    _ parameters: [Tensor], lr: Double = 1e-3, weightDecay: Double = 0.1, momentum: Double = 0.95, nesterov: Bool = true,
    nsCoefficients: (Double, Double, Double) = (3.4445, -4.775, 2.0315), eps: Double = 1e-7, nsSteps: Int = 5,
    adjustLRFn: RateAdjustment? = nil
  ) {
    let options = Options(
      lr: lr, weightDecay: weightDecay, momentum: momentum, nesterov: nesterov, nsCoefficients: nsCoefficients, eps: eps,
      nsSteps: nsSteps, adjustLRFn: adjustLRFn)
    self.init(groups: [ParameterGroup(parameters, options)])
  }

  /// An optimizer of groups of matrices.
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

private struct MuonRule: StepRule {
  let name = "Muon"
  let slotKeys = ["momentum_buffer"]
  let countsSteps = false

  func invalidity(of parameter: Tensor) -> String? {
    parameter.rank == 2 ? nil : "Muon changes parameters of two dimensions only, not of \(parameter.rank)"
  }

  func step(_ parameter: Tensor, _ gradient: Tensor, _ memory: inout StepMemory, _ options: Muon.Options) {
    guard let buffer = memory.slots[0] else { return }
    buffer.lerp_(gradient, 1 - options.momentum)
    let direction = options.nesterov ? gradient.lerp(buffer, options.momentum) : buffer
    let update = orthogonalized(direction, options)
    parameter.mul_(1 - options.learningRate * options.weightDecay)
    parameter.sub_(update.to(parameter.dtype) * (options.learningRate * adjustment(parameter, options)))
  }

  private func adjustment(_ parameter: Tensor, _ options: Muon.Options) -> Double {
    let rows = Double(parameter.shape[0]), columns = Double(parameter.shape[1])
    return switch options.adjustLRFn ?? .original {
    case .original: max(1, rows / columns).squareRoot()
    case .matchRMSAdamW: 0.2 * max(rows, columns).squareRoot()
    case .spectralUnclamped: (rows / columns).squareRoot()
    }
  }

  /// x ← a·x + (b·x·xᵀ + c·(x·xᵀ)²)·x, which drives the singular values towards 1 (Jordan et al., 2024).
  private func orthogonalized(_ matrix: Tensor, _ options: Muon.Options) -> Tensor {
    let (a, b, c) = options.nsCoefficients
    let isTall = matrix.shape[0] > matrix.shape[1]
    var x = matrix.to(.bfloat16)
    if isTall { x = x.t() }
    // Norms and sums are taken in float32 and rounded once, as the products are.
    let wide = x.to(.float32)
    x = x / (wide * wide).sum().sqrt().to(.bfloat16).clamp(min: options.eps)
    for _ in 0..<options.nsSteps {
      let gram = x.matmul(x.t())
      x = combined(a, x, 1, combined(b, gram, c, gram, gram), x)
    }
    return isTall ? x.t() : x
  }

  /// alpha·base + beta·(left · right), rounded once.
  private func combined(_ alpha: Double, _ base: Tensor, _ beta: Double, _ left: Tensor, _ right: Tensor) -> Tensor {
    let product = left.to(.float32).matmul(right.to(.float32))
    return (base.to(.float32) * alpha + product * beta).to(.bfloat16)
  }
}
