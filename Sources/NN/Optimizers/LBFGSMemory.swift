internal import Autograd
internal import TensorModule

/// What ``LBFGS`` remembers: the last changes of position and gradient, and where it stands.
struct LBFGSMemory {
  var evaluations = 0
  var iterations = 0
  var direction: Tensor
  var length = 0.0
  var previousGradient: Tensor?
  var previousValue = 0.0
  /// Changes of the gradient, of the position, and one over their products; oldest first.
  private var gradientChanges: [Tensor] = []
  private var positionChanges: [Tensor] = []
  private var inverseProducts: [Double] = []
  /// The size of the inverse curvature that the history is applied to.
  private var scale = 1.0

  init() { direction = Tensor.zeros([0]) }

  /// Takes the gradient's change into the history and points the direction downhill from here.
  mutating func turn(to gradient: Tensor, historySize: Int) {
    guard iterations > 1, let previousGradient else {
      direction = -gradient
      gradientChanges = []
      positionChanges = []
      inverseProducts = []
      scale = 1
      return
    }
    let change = gradient - previousGradient, move = direction * length
    let product = change.dot(move).item()
    if product > 1e-10 {
      while gradientChanges.count >= historySize {
        gradientChanges.removeFirst()
        positionChanges.removeFirst()
        inverseProducts.removeFirst()
      }
      gradientChanges.append(change)
      positionChanges.append(move)
      inverseProducts.append(1 / product)
      scale = product / change.dot(change).item()
    }
    // The two loops of Nocedal, 1980: the inverse Hessian is applied without being written down.
    var result = -gradient
    var weights = [Double](repeating: 0, count: gradientChanges.count)
    for index in gradientChanges.indices.reversed() {
      weights[index] = positionChanges[index].dot(result).item() * inverseProducts[index]
      result = result - gradientChanges[index] * weights[index]
    }
    result = result * scale
    for index in gradientChanges.indices {
      let weight = gradientChanges[index].dot(result).item() * inverseProducts[index]
      result = result + positionChanges[index] * (weights[index] - weight)
    }
    direction = result
  }

  // MARK: State

  /// Under PyTorch's names; empty before the first step.
  var state: [String: StateValue] {
    guard evaluations > 0 else { return [:] }
    var result: [String: StateValue] = ["func_evals": .int(evaluations), "n_iter": .int(iterations)]
    guard let previousGradient else { return result }
    result["d"] = .tensor(direction)
    result["t"] = .double(length)
    result["old_dirs"] = .list(gradientChanges.map { .tensor($0) })
    result["old_stps"] = .list(positionChanges.map { .tensor($0) })
    result["ro"] = .list(inverseProducts.map { .tensor(Tensor.full([], $0, dtype: direction.dtype)) })
    result["H_diag"] = .tensor(Tensor.full([], scale, dtype: direction.dtype))
    result["prev_flat_grad"] = .tensor(previousGradient)
    result["prev_loss"] = .double(previousValue)
    return result
  }

  /// A saved state, for parameters of so many elements.
  init(_ state: [String: StateValue], elementCount: Int, like parameter: Tensor) throws(OptimizerStateError) {
    self.init()
    if state.isEmpty { return }
    func refuse(_ key: String) -> OptimizerStateError {
      OptimizerStateError("LBFGS", "\(key) is missing from the state, or is not what it should be")
    }
    func vector(_ value: StateValue?, _ key: String) throws(OptimizerStateError) -> Tensor {
      guard let tensor = value?.tensor, tensor.shape == [elementCount] else { throw refuse(key) }
      return withNoGrad { tensor.detach().to(parameter.device).to(parameter.dtype).clone() }
    }
    func vectors(_ key: String) throws(OptimizerStateError) -> [Tensor] {
      guard let items = state[key]?.list else { throw refuse(key) }
      var result: [Tensor] = []
      for item in items { result.append(try vector(item, key)) }
      return result
    }
    guard let evaluations = state["func_evals"]?.int else { throw refuse("func_evals") }
    guard let iterations = state["n_iter"]?.int else { throw refuse("n_iter") }
    self.evaluations = evaluations
    self.iterations = iterations
    guard let saved = state["prev_flat_grad"], !saved.isNone else { return }
    previousGradient = try vector(saved, "prev_flat_grad")
    direction = try vector(state["d"], "d")
    gradientChanges = try vectors("old_dirs")
    positionChanges = try vectors("old_stps")
    guard let products = state["ro"]?.doubles, products.count == gradientChanges.count,
      positionChanges.count == gradientChanges.count
    else { throw refuse("ro") }
    inverseProducts = products
    guard let length = state["t"]?.double else { throw refuse("t") }
    guard let scale = state["H_diag"]?.double else { throw refuse("H_diag") }
    self.length = length
    self.scale = scale
    previousValue = state["prev_loss"]?.double ?? 0
  }
}
