internal import Autograd
public import TensorModule

/// A quasi-Newton method that estimates the curvature from its last steps (PyTorch's `torch.optim.LBFGS`).
///
/// Each step evaluates the objective several times, so it wants a closure:
/// ```swift
/// optimizer.step {
///   optimizer.zeroGrad()
///   let loss = objective()
///   loss.backward()
///   return loss
/// }
/// ```
/// One group of parameters only, all on one device. It remembers `historySize` pairs of vectors as long as all
/// parameters together.
public final class LBFGS: Optimizer {
  /// How the length of a step is found.
  public enum LineSearch: String, Sendable {
    /// A search for a point with the strong Wolfe conditions.
    case strongWolfe = "strong_wolfe"
  }

  /// The numbers that steer it.
  public struct Options: OptimizerOptions {
    /// How far a step goes, or, with a line search, the first guess.
    public var learningRate: Double
    /// The largest number of iterations in a step.
    public var maxIter: Int
    /// The largest number of evaluations in a step.
    public var maxEval: Int
    /// The largest element of a gradient with which a step is done.
    public var toleranceGrad: Double
    /// The change of the objective, or of every parameter, below which a step is done.
    public var toleranceChange: Double
    /// How many of the last iterations say something about the curvature.
    public var historySize: Int
    /// How the length is found; nil takes the learning rate.
    public var lineSearchFn: LineSearch?
    /// Whether the objective is to grow.
    public var maximize: Bool

    /// PyTorch's defaults; `maxEval` nil is 1.25 times `maxIter`.
    public init(
      lr: Double = 1, maxIter: Int = 20, maxEval: Int? = nil, toleranceGrad: Double = 1e-7, toleranceChange: Double = 1e-9,
      historySize: Int = 100, lineSearchFn: LineSearch? = nil, maximize: Bool = false
    ) {
      learningRate = lr
      self.maxIter = maxIter
      self.maxEval = maxEval ?? maxIter * 5 / 4
      self.toleranceGrad = toleranceGrad
      self.toleranceChange = toleranceChange
      self.historySize = historySize
      self.lineSearchFn = lineSearchFn
      self.maximize = maximize
    }

    /// Why the numbers cannot be used, or nil.
    public var invalidity: String? {
      if historySize < 1 { return "invalid historySize: \(historySize)" }
      return OptimizerChecks.invalidity(learningRate: learningRate, weightDecay: 0)
    }

    /// The numbers under PyTorch's names.
    public static var fields: [OptionField<Options>] {
      [
        .double("lr", \.learningRate), .int("max_iter", \.maxIter), .int("max_eval", \.maxEval),
        .double("tolerance_grad", \.toleranceGrad), .double("tolerance_change", \.toleranceChange),
        .int("history_size", \.historySize), .bool("maximize", \.maximize),
        OptionField("line_search_fn", read: { $0.lineSearchFn.map { .string($0.rawValue) } ?? .none }) { options, value in
          let search = value.string.flatMap { LineSearch(rawValue: $0) }
          guard value.isNone || search != nil else { return false }
          options.lineSearchFn = search
          return true
        },
      ]
    }
  }

  /// The parameters and their options: one group.
  public var groups: [ParameterGroup<Options>]
  private var memory = LBFGSMemory()

  /// An optimizer of parameters; PyTorch's defaults.
  public init(
    _ parameters: [Tensor], lr: Double = 1, maxIter: Int = 20, maxEval: Int? = nil, toleranceGrad: Double = 1e-7,
    toleranceChange: Double = 1e-9, historySize: Int = 100, lineSearchFn: LineSearch? = nil, maximize: Bool = false
  ) {
    let options = Options(
      lr: lr, maxIter: maxIter, maxEval: maxEval, toleranceGrad: toleranceGrad, toleranceChange: toleranceChange,
      historySize: historySize, lineSearchFn: lineSearchFn, maximize: maximize)
    groups = OptimizerChecks.checked([ParameterGroup(parameters, options)], "LBFGS")
  }

  /// Fails: without a closure the objective cannot be evaluated again.
  public func step() {
    fail(
      TensorError(
        "LBFGS", rule: "a step evaluates the objective several times",
        hint: "step { optimizer.zeroGrad(); …; loss.backward(); return loss }"))
  }

  /// Minimizes the objective that `closure` computes, for at most `maxIter` iterations. Returns the loss at the start.
  @discardableResult
  public func step(_ closure: () -> Tensor) -> Tensor {
    withNoGrad {
      guard groups.count == 1, let group = groups.first else {
        fail(TensorError("LBFGS", rule: "there can be one group of parameters, not \(groups.count)"))
        return closure()
      }
      return withoutActuallyEscaping(closure) { closure in
        let walk = LBFGSWalk(parameters: group.parameters, maximize: group.options.maximize, closure: closure)
        return minimize(walk, group.options)
      }
    }
  }

  private func minimize(_ walk: LBFGSWalk, _ options: Options) -> Tensor {
    let (firstLoss, firstValue) = walk.loss()
    if ThreadMode.hasFailed { return firstLoss }
    var value = firstValue, gradient = walk.gradient(), evaluations = 1
    memory.evaluations += 1
    if ThreadMode.hasFailed || gradient.largestMagnitude <= options.toleranceGrad { return firstLoss }

    for iteration in 1...max(1, options.maxIter) where options.maxIter > 0 {
      memory.iterations += 1
      memory.turn(to: gradient, historySize: options.historySize)
      let previousValue = value
      memory.previousGradient = gradient
      memory.previousValue = value
      let slope = gradient.dot(memory.direction).item()
      var length = options.learningRate
      if memory.iterations == 1 { length *= min(1, 1 / gradient.abs().sum().item()) }
      memory.length = length
      if slope > -options.toleranceChange || ThreadMode.hasFailed { break }

      let direction = memory.direction
      var isOptimal = false, spent = 0
      if options.lineSearchFn == .strongWolfe {
        let start = walk.position()
        let search = StrongWolfe(
          directionSize: direction.largestMagnitude, tolerance: options.toleranceChange,
          maxIterations: options.maxEval - evaluations
        ) { distance in
          walk.move(direction, distance)
          let value = walk.loss().value, gradient = walk.gradient()
          walk.restore(start)
          return LineTrial(
            distance: distance, value: value, gradient: gradient, slope: gradient.dot(direction).item())
        }
        let result = search.search(
          from: LineTrial(distance: 0, value: value, gradient: gradient, slope: slope), first: length)
        if ThreadMode.hasFailed { break }
        (length, value, gradient, spent) = (result.found.distance, result.found.value, result.found.gradient, result.evaluations)
        walk.move(direction, length)
        isOptimal = gradient.largestMagnitude <= options.toleranceGrad
      } else {
        walk.move(direction, length)
        // After the last iteration no one asks for the objective.
        if iteration != options.maxIter {
          value = walk.loss().value
          gradient = walk.gradient()
          isOptimal = gradient.largestMagnitude <= options.toleranceGrad
          spent = 1
        }
      }
      memory.length = length
      evaluations += spent
      memory.evaluations += spent
      if ThreadMode.hasFailed || iteration == options.maxIter || evaluations >= options.maxEval || isOptimal { break }
      if (direction * length).largestMagnitude <= options.toleranceChange { break }
      if abs(value - previousValue) < options.toleranceChange { break }
    }
    return firstLoss
  }

  // MARK: State

  /// The whole state, which PyTorch keeps with the first parameter.
  public func parameterState(of parameter: Tensor) -> [String: StateValue] {
    parameter === groups.first?.parameters.first ? memory.state : [:]
  }

  /// Replaces the state, which belongs to the first parameter.
  public func setParameterState(
    _ state: [String: StateValue], of parameter: Tensor, isTrial: Bool
  ) throws(OptimizerStateError) {
    guard parameter === groups.first?.parameters.first else {
      if let key = state.keys.sorted().first {
        throw OptimizerStateError("LBFGS", "only the first parameter has a state; another has \(key)")
      }
      return
    }
    let count = groups.first?.parameters.reduce(0) { $0 + $1.elementCount } ?? 0
    let restored = try LBFGSMemory(state, elementCount: count, like: parameter)
    if !isTrial { memory = restored }
  }
}

/// The parameters as one point in space, and the objective there.
private struct LBFGSWalk {
  let parameters: [Tensor]
  let maximize: Bool
  let closure: () -> Tensor

  /// The objective: as the closure gave it, and as a number to minimize.
  func loss() -> (tensor: Tensor, value: Double) {
    let loss = withGrad { closure() }
    let value = loss.item()
    return (loss, maximize ? -value : value)
  }

  /// All gradients as one vector; zeros where there is none.
  func gradient() -> Tensor {
    let parts = parameters.map { ($0.grad?.detach() ?? Tensor.zerosLike($0)).reshape([$0.elementCount]) }
    let flat = Tensor.cat(parts)
    return maximize ? -flat : flat
  }

  func move(_ direction: Tensor, _ distance: Double) {
    var offset = 0
    for parameter in parameters {
      let count = parameter.elementCount
      parameter.add_(direction[offset..<offset + count].reshape(parameter.shape) * distance)
      offset += count
    }
  }

  func position() -> [Tensor] { parameters.map { $0.detach().clone() } }

  func restore(_ position: [Tensor]) {
    for (parameter, saved) in zip(parameters, position) { parameter.copy_(saved) }
  }
}

extension Tensor {
  /// The largest magnitude of an element; 0 without elements.
  fileprivate var largestMagnitude: Double { elementCount == 0 ? 0 : abs().max().item() }
}
