internal import Autograd
internal import TensorModule

/// One recorded call of a module that has backward hooks. The tensors that go in and out pass identities on the tape,
/// where the gradients are seen.
final class ModuleBoundary: Sendable {
  private let module: any Module
  // Those that the module had when it was called.
  private let preHooks: [ModuleHooks.BackwardPre]
  private let hooks: [ModuleHooks.Backward]

  private struct Content {
    /// How many tensors went in, and whether gradients for any of them are to be seen.
    var inputCount = 0
    var hasInputs = false
    var outputCount = 0
    /// Between the outputs and the inputs of a backward pass only: gradients that are differentiable themselves know this
    /// boundary, which must not keep them.
    var outputGradients: [Tensor?]?
  }
  private let content = Guarded(Content())

  init(_ module: any Module, preHooks: [ModuleHooks.BackwardPre], hooks: [ModuleHooks.Backward]) {
    self.module = module
    self.preHooks = preHooks
    self.hooks = hooks
  }

  /// The inputs, for the module to compute with; nil if they are what they were.
  func enter(_ inputs: [Tensor]) -> [Tensor]? {
    let tracked = inputs.indices.filter { inputs[$0].requiresGrad }
    content.withLock {
      $0.inputCount = inputs.count
      $0.hasInputs = !tracked.isEmpty
    }
    return inputs.replaced(at: tracked, by: Identity(boundary: self, positions: tracked, isEntry: true))
  }

  /// The module got none of what ``enter(_:)`` gave: no gradients will reach it.
  func didNotEnter() { content.withLock { $0.hasInputs = false } }

  /// The outputs, for the caller; nil if they are what they were.
  func leave(_ outputs: [Tensor]) -> [Tensor]? {
    let tracked = outputs.indices.filter { outputs[$0].requiresGrad }
    content.withLock { $0.outputCount = outputs.count }
    return outputs.replaced(at: tracked, by: Identity(boundary: self, positions: tracked, isEntry: false))
  }

  fileprivate func didReachOutputs(_ gradients: [Tensor?], at positions: [Int]) -> [Tensor?] {
    var all = [Tensor?](repeating: nil, count: content.withLock { $0.outputCount })
    for (position, gradient) in zip(positions, gradients) { all[position] = gradient }
    for hook in preHooks {
      guard let replacement = hook(module, all) else { continue }
      guard replacement.count == all.count else { return refuse(replacement.count, of: all.count, "outputs", gradients) }
      all = replacement
    }
    // What a pass that ended before the inputs has left is let go of outside the lock.
    let (hasInputs, left) = content.withLock { content in
      let left = content.outputGradients
      if content.hasInputs { content.outputGradients = all }
      return (content.hasInputs, left)
    }
    withExtendedLifetime(left) {}
    if !hasInputs {
      // Nothing else will tell that the module is done.
      let none = [Tensor?](repeating: nil, count: content.withLock { $0.inputCount })
      for hook in hooks where hook(module, none, all)?.contains(where: { $0 != nil }) == true {
        fail(
          TensorError(
            "backward hook", rule: "no input of the module requires gradients, so a hook cannot give any",
            hint: "return nil from the hook"))
      }
    }
    return positions.map { all[$0] }
  }

  fileprivate func didReachInputs(_ gradients: [Tensor?], at positions: [Int]) -> [Tensor?] {
    let (count, arrived) = content.withLock { content in
      defer { content.outputGradients = nil }
      return (content.inputCount, content.outputGradients)
    }
    // In a second derivative gradients may reach the inputs by way of what the module keeps, not of its outputs.
    guard let outputGradients = arrived else { return gradients }
    var all = [Tensor?](repeating: nil, count: count)
    for (position, gradient) in zip(positions, gradients) { all[position] = gradient }
    for hook in hooks {
      guard let replacement = hook(module, all, outputGradients) else { continue }
      guard replacement.count == all.count else { return refuse(replacement.count, of: all.count, "inputs", gradients) }
      all = replacement
    }
    return positions.map { all[$0] }
  }

  private func refuse(_ count: Int, of expected: Int, _ what: String, _ gradients: [Tensor?]) -> [Tensor?] {
    fail(
      TensorError(
        "backward hook", rule: "a hook gave \(count) gradients for the \(expected) \(what) of \(type(of: module))"))
    return gradients
  }

  /// The tensors as they are; their gradients are shown to the boundary.
  private struct Identity: CustomFunction {
    let boundary: ModuleBoundary
    let positions: [Int]
    let isEntry: Bool

    func forward(_ inputs: [Tensor], _ context: FunctionContext) -> [Tensor] { inputs }

    func backward(_ gradients: [Tensor], _ context: FunctionContext) -> [Tensor?] {
      if isEntry { return boundary.didReachInputs(gradients, at: positions) }
      let arrived = zip(gradients, context.receivedGradients).map { $1 ? $0 : nil }
      return boundary.didReachOutputs(arrived, at: positions)
    }
  }
}

extension [Tensor] {
  /// With those at the positions put through a function; nil for no positions.
  fileprivate func replaced(at positions: [Int], by function: some CustomFunction) -> [Tensor]? {
    if positions.isEmpty { return nil }
    var result = self
    for (position, tensor) in zip(positions, function.apply(positions.map { self[$0] })) { result[position] = tensor }
    return result
  }
}
