internal import Autograd
public import TensorModule

/// The numbers that steer an optimizer, one set for each group of parameters.
public protocol OptimizerOptions: Sendable {
  /// How far a step goes.
  var learningRate: Double { get set }
  /// Why the numbers cannot be used, or nil.
  var invalidity: String? { get }
  /// The numbers under PyTorch's names, for the state dictionary and for schedulers that change more than the learning
  /// rate. The learning rate alone, `lr`, by default.
  static var fields: [OptionField<Self>] { get }
}

extension OptimizerOptions {
  /// The learning rate alone.
  public static var fields: [OptionField<Self>] {
    [
      OptionField("lr", read: { .double($0.learningRate) }) { options, value in
        guard let rate = value.double else { return false }
        options.learningRate = rate
        return true
      }
    ]
  }
}

/// Parameters that are changed with the same options (an entry of PyTorch's `param_groups`).
public struct ParameterGroup<Options: OptimizerOptions>: Sendable {
  /// The parameters.
  public let parameters: [Tensor]
  /// Their options; may be changed between steps.
  public var options: Options
  /// What schedulers keep with a group, under PyTorch's names: `initial_lr`, and `max_lr`, `min_lr`, `max_momentum`,
  /// `base_momentum`, `swa_lr` of those that use them. Saved with the optimizer's state.
  public var schedule: [String: Double] = [:]

  /// Parameters with their options.
  public init(_ parameters: [Tensor], _ options: Options) {
    self.parameters = parameters
    self.options = options
  }

  /// How far a step goes.
  public var learningRate: Double {
    get { options.learningRate }
    set { options.learningRate = newValue }
  }
}

/// Changes parameters along their gradients (PyTorch's `torch.optim.Optimizer`).
///
/// ```swift
/// let optimizer = Adam(model.parameters(), lr: 1e-3)
/// optimizer.zeroGrad()
/// loss.backward()
/// optimizer.step()
/// ```
///
/// Parameters without a gradient are left alone. Not to be used by several tasks at once.
public protocol Optimizer: AnyObject {
  /// The options of a group.
  associatedtype Options: OptimizerOptions

  /// The parameters and their options.
  var groups: [ParameterGroup<Options>] { get set }

  /// Changes every parameter that has a gradient.
  func step()

  /// Evaluates `closure`, which clears the gradients, computes the loss and its gradients, then steps. Returns the loss.
  /// ``LBFGS`` evaluates it several times.
  @discardableResult
  func step(_ closure: () -> Tensor) -> Tensor

  /// What the optimizer remembers of a parameter, under PyTorch's names; nothing by default.
  func parameterState(of parameter: Tensor) -> [String: StateValue]

  /// Replaces what the optimizer remembers of a parameter. Throws, and changes nothing, if the values do not fit; called
  /// with `isTrial` to find that out before anything is changed. Refuses all but nothing by default.
  func setParameterState(_ state: [String: StateValue], of parameter: Tensor, isTrial: Bool) throws(OptimizerStateError)
}

extension Optimizer {
  /// All parameters.
  public var parameters: [Tensor] { groups.flatMap(\.parameters) }

  /// The learning rate of the first group; setting it sets that of all groups.
  public var learningRate: Double {
    get { groups.first?.learningRate ?? 0 }
    set { for index in groups.indices { groups[index].learningRate = newValue } }
  }

  /// The learning rates of the groups.
  public var learningRates: [Double] {
    get { groups.map(\.learningRate) }
    set { for (index, rate) in newValue.enumerated() where groups.indices.contains(index) { groups[index].learningRate = rate } }
  }

  /// Forgets the gradients (PyTorch's `zero_grad`).
  /// - Parameter setToNil: true makes `grad` nil, false fills it with zeros.
  public func zeroGrad(setToNil: Bool = true) {
    for group in groups { clearGradients(group.parameters, setToNil: setToNil) }
  }

  /// Evaluates `closure`, then steps. Returns the loss.
  @discardableResult
  public func step(_ closure: () -> Tensor) -> Tensor {
    let loss = closure()
    step()
    return loss
  }

  /// Adds parameters with options of their own (PyTorch's `add_param_group`).
  public func addParameterGroup(_ group: ParameterGroup<Options>) {
    groups = OptimizerChecks.checked(groups + [group], String(describing: Self.self))
  }
}

/// A set of parameters and options that an optimizer can start with.
enum OptimizerChecks {
  /// The groups, after failing if one cannot be optimized.
  static func checked<Options>(_ groups: [ParameterGroup<Options>], _ name: String) -> [ParameterGroup<Options>] {
    if ThreadMode.hasFailed { return groups }
    if groups.isEmpty || groups.contains(where: { $0.parameters.isEmpty }) {
      fail(
        TensorError(
          name, rule: "the optimizer got an empty parameter list",
          hint: "do the module's properties hold Parameters or modules?"))
    }
    var seen = Set<ObjectIdentifier>()
    for (number, group) in groups.enumerated() {
      if let invalidity = group.options.invalidity { fail(TensorError(name, rule: invalidity)) }
      for (position, parameter) in group.parameters.enumerated() {
        if !seen.insert(ObjectIdentifier(parameter)).inserted {
          fail(
            TensorError(
              name, of: parameter, rule: "parameter \(position) of group \(number) appears more than once",
              hint: "each parameter belongs to one group"))
        }
        if !parameter.isLeaf {
          fail(
            TensorError(
              name, of: parameter, rule: "parameter \(position) of group \(number) is not a leaf: it was computed",
              hint: "optimize the tensors that it was computed from, or detach() it"))
        }
      }
    }
    return groups
  }

  /// What is wrong with numbers that optimizers share, or nil.
  static func invalidity(learningRate: Double, weightDecay: Double) -> String? {
    if !(learningRate >= 0) { return "invalid learning rate: \(learningRate)" }
    if !(weightDecay >= 0) { return "invalid weight decay: \(weightDecay)" }
    return nil
  }
}

extension Tensor {
  /// The gradient that an optimizer steps along. Nil if there is none, in a failed scope, and, after failing, if the
  /// gradient or the parameter itself comes from a failed scope.
  func gradientToStep(_ name: String) -> Tensor? {
    guard !ThreadMode.hasFailed, let gradient = grad else { return nil }
    if let error = standInError ?? gradient.standInError {
      fail(TensorError(name, rule: "a parameter or its gradient comes from a failed scope: \(error)"))
      return nil
    }
    return gradient
  }

  /// True if a fused kernel can walk over this tensor and its gradient.
  func canStepFused(with gradient: Tensor) -> Bool {
    device.isCPU && gradient.device.isCPU && (dtype == .float32 || dtype == .float64) && gradient.dtype == dtype
      && layout.isContiguous && gradient.layout.isContiguous && gradient.shape == shape
  }

  /// True if this optimizer state lies like the parameter.
  func liesLike(_ parameter: Tensor) -> Bool {
    device == parameter.device && dtype == parameter.dtype && layout.isContiguous && shape == parameter.shape
  }
}
