internal import Autograd
internal import TensorModule

/// A call of a module as its hooks see it.
struct ObservedCall {
  private let module: any Module
  private let own: ModuleHooks?
  private let global: ModuleHooks
  private let boundary: ModuleBoundary?

  init(_ module: any Module, _ own: ModuleHooks?, _ global: ModuleHooks) {
    self.module = module
    self.own = own
    self.global = global
    let preHooks = global.backwardPre.map(\.body) + (own?.backwardPre ?? []).map(\.body)
    let hooks = global.backward.map(\.body) + (own?.backward ?? []).map(\.body)
    let hasHooks = !preHooks.isEmpty || !hooks.isEmpty
    boundary = hasHooks && isGradEnabled ? ModuleBoundary(module, preHooks: preHooks, hooks: hooks) : nil
  }

  /// False if there is nothing to do.
  var isObserved: Bool { own?.isEmpty == false || !global.isEmpty }

  /// Shows the inputs to the hooks; what takes their place, or nil if nothing does.
  func begin(_ inputs: inout [Tensor]) -> TensorReplacement? {
    let given = inputs
    var isChanged = false
    for hook in global.forwardPre + (own?.forwardPre ?? []) {
      guard let replacement = hook.body(module, inputs) else { continue }
      guard isRight(replacement, inputs, "inputs") else { return nil }
      inputs = replacement
      isChanged = true
    }
    let fromHooks = inputs
    if let boundary, !ThreadMode.hasFailed, let entered = boundary.enter(inputs) {
      inputs = entered
      isChanged = true
    }
    return isChanged ? TensorReplacement(inputs, fromHooks: fromHooks, of: given) : nil
  }

  /// Says what became of that which took the inputs' place.
  func didBegin(_ replacement: TensorReplacement) {
    if !replacement.isUsed { boundary?.didNotEnter() }
  }

  /// Shows the outputs to the hooks; what takes their place, or nil if nothing does.
  func end(_ inputs: [Tensor], _ given: [Tensor]) -> TensorReplacement? {
    var outputs = given
    var isChanged = false
    if ThreadMode.hasFailed { return nil }
    for hook in global.forward + (own?.forward ?? []) {
      guard let replacement = hook.body(module, inputs, outputs) else { continue }
      guard isRight(replacement, outputs, "outputs") else { return nil }
      outputs = replacement
      isChanged = true
    }
    let fromHooks = outputs
    if let boundary, !ThreadMode.hasFailed, let left = boundary.leave(outputs) {
      outputs = left
      isChanged = true
    }
    return isChanged ? TensorReplacement(outputs, fromHooks: fromHooks, of: given) : nil
  }

  private func isRight(_ replacement: [Tensor], _ present: [Tensor], _ what: String) -> Bool {
    if ThreadMode.hasFailed { return false }
    if replacement.count == present.count { return true }
    fail(TensorError("hook", rule: "a hook gave \(replacement.count) tensors for \(present.count) \(what)"))
    return false
  }
}
