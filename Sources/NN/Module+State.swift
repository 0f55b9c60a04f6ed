internal import Autograd
public import TensorModule

extension Module {
  /// The parameters and persistent buffers by key, in PyTorch's order (`state_dict`). The tensors share the module's
  /// elements and require no gradients; `clone()` those that must not follow the training.
  public func stateDict() -> StateDict {
    walkHooks(\.stateDictPre) { module, prefix, hook in hook(module, prefix) }
    var result = StateDict()
    walkState { result[$0] = $1.detach() }
    walkHooks(\.stateDict, innerFirst: true) { module, prefix, hook in hook(module, &result, prefix) }
    return result
  }

  /// Copies the tensors of a state dictionary into the parameters and buffers of the same keys (PyTorch's
  /// `load_state_dict`), converted to their type and device.
  ///
  /// - Parameter strict: whether missing and unexpected keys are errors. Differing shapes always are. On an error
  ///   nothing is changed.
  /// - Returns: the keys that did not match.
  /// - Throws: ``StateDictError`` with all that is wrong.
  @discardableResult
  public func loadStateDict(_ state: StateDict, strict: Bool = true) throws(StateDictError) -> IncompatibleKeys {
    var state = state
    walkHooks(\.loadStateDictPre) { module, prefix, hook in hook(module, &state, prefix) }
    var missing: [String] = [], known = Set<String>()
    var mismatches: [StateDictError.Mismatch] = []
    var copies: [(target: Tensor, source: Tensor)] = []
    walkState { key, target in
      known.insert(key)
      guard let source = state[key] else {
        missing.append(key)
        return
      }
      if source.shape == target.shape {
        copies.append((target, source))
      } else {
        mismatches.append(StateDictError.Mismatch(key: key, found: source.shape, expected: target.shape))
      }
    }
    var keys = IncompatibleKeys(missingKeys: missing, unexpectedKeys: state.keys.filter { !known.contains($0) })
    walkHooks(\.loadStateDict, innerFirst: true) { module, _, hook in hook(module, &keys) }
    if !mismatches.isEmpty || (strict && !(keys.missingKeys.isEmpty && keys.unexpectedKeys.isEmpty)) {
      throw StateDictError(
        module: _typeName(type(of: self), qualified: false), missingKeys: strict ? keys.missingKeys : [],
        unexpectedKeys: strict ? keys.unexpectedKeys : [], mismatches: mismatches)
    }
    withNoGrad {
      for (target, source) in copies { target.copy_(source) }
    }
    return keys
  }

  private func walkState(_ body: (String, Tensor) -> Void) {
    walk { key, member in
      switch member {
      case .parameter(let parameter): body(key, parameter)
      case .buffer(let buffer): if buffer.isPersistent { body(key, buffer) }
      case .module: break
      }
    }
  }

  /// Visits the hooks of one kind of this module and all inside it, with what stands before each module's keys.
  private func walkHooks<Body: Sendable>(
    _ list: KeyPath<ModuleHooks, [ModuleHook<Body>]>, innerFirst: Bool = false,
    _ body: (_ module: any Module, _ prefix: String, _ hook: Body) -> Void
  ) {
    if !ModuleTable.isInUse { return }
    var path = Set<ObjectIdentifier>()
    func visit(_ module: any Module, _ prefix: String) {
      guard path.insert(ObjectIdentifier(module)).inserted else { return }
      defer { path.remove(ObjectIdentifier(module)) }
      func callHooks() {
        for hook in ModuleTable.extras(of: module)?.hooks[keyPath: list] ?? [] { body(module, prefix, hook.body) }
      }
      if !innerFirst { callHooks() }
      for (key, member) in module.members() {
        if case .module(let child) = member { visit(child, key.isEmpty ? prefix : "\(prefix)\(key).") }
      }
      if innerFirst { callHooks() }
    }
    visit(self, "")
  }

  // MARK: Mode

  /// Switches every module inside that depends on it to training or, with false, to evaluation (PyTorch's `train`).
  @discardableResult
  public func train(_ mode: Bool = true) -> Self {
    for module in modules() { (module as? any ModeDependent)?.isTraining = mode }
    return self
  }

  /// Switches to evaluation (PyTorch's `eval`): dropout keeps everything, batch normalisation uses its running
  /// statistics.
  @discardableResult
  public func eval() -> Self { train(false) }

  /// True if a module inside is training; also true without any that depends on it (PyTorch's `training`).
  public var isTraining: Bool {
    let dependents = modules().compactMap { $0 as? any ModeDependent }
    return dependents.isEmpty || dependents.contains { $0.isTraining }
  }

  // MARK: Type and device

  /// Moves parameters, their gradients and buffers to a device (PyTorch's `to(device)`). The parameters stay the same
  /// objects. Must not run beside other uses of the module.
  @discardableResult
  public func to(_ device: Device) -> Self { converted { $0.to(device) } }

  /// Converts floating-point parameters, their gradients and buffers to a type (PyTorch's `to(dtype)`). Must not run
  /// beside other uses of the module.
  @discardableResult
  public func to(_ dtype: DType) -> Self {
    guard dtype.isFloatingPoint else {
      fail(TensorError("Module.to", rule: "a module can be converted to floating-point types only, not \(dtype)"))
      return self
    }
    return converted { $0.dtype.isFloatingPoint ? $0.to(dtype) : $0 }
  }

  private func converted(_ change: (Tensor) -> Tensor) -> Self {
    withNoGrad {
      for parameter in parameters() {
        let changed = change(parameter.data)
        if ThreadMode.hasFailed { return }
        guard changed.dtype != parameter.dtype || changed.device != parameter.device else { continue }
        let gradient = parameter.grad.map { change($0.detach()) }
        // In a failed scope the parameter keeps what it has.
        if ThreadMode.hasFailed { return }
        // A new leaf begins with the new data, without the old gradient.
        parameter.data = changed
        if let gradient { parameter.grad = gradient }
      }
      for buffer in buffers() { buffer.data = change(buffer.data) }
    }
    return self
  }

  // MARK: Gradients

  /// Forgets the gradients of all parameters (PyTorch's `zero_grad`).
  /// - Parameter setToNil: true makes `grad` nil, false fills it with zeros.
  public func zeroGrad(setToNil: Bool = true) { clearGradients(parameters(), setToNil: setToNil) }

  /// Makes all parameters require gradients, or, with false, freezes them (PyTorch's `requires_grad_`).
  @discardableResult
  public func requiresGrad_(_ requires: Bool = true) -> Self {
    for parameter in parameters() { parameter.requiresGrad = requires }
    return self
  }
}

/// What `zeroGrad` of modules and optimizers does.
func clearGradients(_ parameters: some Sequence<Tensor>, setToNil: Bool) {
  withNoGrad {
    for parameter in parameters {
      if setToNil {
        parameter.grad = nil
      } else if let gradient = parameter.grad {
        // A gradient that is an expanded number cannot be written in place.
        if gradient.layout.mayOverlap { parameter.grad = Tensor.zerosLike(gradient) } else { gradient.zero_() }
      }
    }
  }
}
