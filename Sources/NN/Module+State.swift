internal import Autograd
public import TensorModule

extension Module {
  /// The parameters and persistent buffers by key, in PyTorch's order (`state_dict`). The tensors share the module's
  /// elements and require no gradients; `clone()` those that must not follow the training.
  public func stateDict() -> StateDict {
    var result = StateDict()
    walkState { result[$0] = $1.detach() }
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
    let unexpected = state.keys.filter { !known.contains($0) }
    if !mismatches.isEmpty || (strict && (!missing.isEmpty || !unexpected.isEmpty)) {
      throw StateDictError(
        module: _typeName(type(of: self), qualified: false), missingKeys: strict ? missing : [],
        unexpectedKeys: strict ? unexpected : [], mismatches: mismatches)
    }
    withNoGrad {
      for (target, source) in copies { target.copy_(source) }
    }
    return IncompatibleKeys(missingKeys: missing, unexpectedKeys: unexpected)
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
