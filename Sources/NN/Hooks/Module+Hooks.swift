public import Autograd
public import TensorModule

// Hooks are called with the tensors of a call in order: a layer's one input and one output; all that are in the arguments
// and the result of a module of other arity. What they return takes the place of what they were shown; nil leaves it.
// What is in a type that the library does not know, a struct of your own, is shown but cannot be replaced, and backward
// hooks do not see its gradients.
//
// They belong to the module that they were registered with, do not keep it alive, and may be registered, removed and
// called from several tasks. After a failure in a catching scope none are called.

extension Module {
  /// Calls `hook` with the inputs before each call of the module (PyTorch's `register_forward_pre_hook`). What it returns,
  /// if anything, are the inputs then: as many tensors.
  /// - Parameter prepend: whether it is called before the module's other hooks, rather than after them.
  /// - Returns: a handle whose `remove()` ends it.
  @discardableResult
  public func registerForwardPreHook(
    prepend: Bool = false, _ hook: @escaping @Sendable (_ module: Self, _ inputs: [Tensor]) -> [Tensor]?
  ) -> HookHandle {
    registerHook(\.forwardPre, of: self, prepend: prepend) { hook(unsafeDowncast($0, to: Self.self), $1) }
  }

  /// Calls `hook` with the inputs and outputs after each call of the module (PyTorch's `register_forward_hook`). What it
  /// returns, if anything, are the outputs then: as many tensors.
  ///
  /// ```swift
  /// let handle = model.layers[3].registerForwardHook { _, _, outputs in
  ///   activations.append(outputs[0].detach())
  ///   return nil
  /// }
  /// ```
  /// - Parameter prepend: whether it is called before the module's other hooks, rather than after them.
  /// - Returns: a handle whose `remove()` ends it.
  @discardableResult
  public func registerForwardHook(
    prepend: Bool = false,
    _ hook: @escaping @Sendable (_ module: Self, _ inputs: [Tensor], _ outputs: [Tensor]) -> [Tensor]?
  ) -> HookHandle {
    registerHook(\.forward, of: self, prepend: prepend) { hook(unsafeDowncast($0, to: Self.self), $1, $2) }
  }

  /// Calls `hook` with the gradients of the outputs when a backward pass comes to the module (PyTorch's
  /// `register_full_backward_pre_hook`). What it returns, if anything, are the gradients then. Nil stands for an output to
  /// which no gradient came.
  /// - Parameter prepend: whether it is called before the module's other hooks, rather than after them.
  /// - Returns: a handle whose `remove()` ends it, for calls to come.
  @discardableResult
  public func registerFullBackwardPreHook(
    prepend: Bool = false, _ hook: @escaping @Sendable (_ module: Self, _ gradOutputs: [Tensor?]) -> [Tensor?]?
  ) -> HookHandle {
    registerHook(\.backwardPre, of: self, prepend: prepend) { hook(unsafeDowncast($0, to: Self.self), $1) }
  }

  /// Calls `hook` with the gradients of the inputs and outputs when a backward pass has computed those of the inputs
  /// (PyTorch's `register_full_backward_hook`). What it returns, if anything, are the inputs' gradients then. Nil stands
  /// for inputs that require none. If no input requires gradients, the hook is called when the outputs' gradients are
  /// there, and can replace nothing.
  ///
  /// The inputs and outputs of such a module come as views: changing them in place is refused where gradients are recorded.
  /// - Parameter prepend: whether it is called before the module's other hooks, rather than after them.
  /// - Returns: a handle whose `remove()` ends it, for calls to come.
  @discardableResult
  public func registerFullBackwardHook(
    prepend: Bool = false,
    _ hook: @escaping @Sendable (_ module: Self, _ gradInputs: [Tensor?], _ gradOutputs: [Tensor?]) -> [Tensor?]?
  ) -> HookHandle {
    registerHook(\.backward, of: self, prepend: prepend) { hook(unsafeDowncast($0, to: Self.self), $1, $2) }
  }
}

/// ``Module/registerForwardPreHook(prepend:_:)`` for every module in the process, called before a module's own (PyTorch's
/// `register_module_forward_pre_hook`).
@discardableResult
public func registerModuleForwardPreHook(
  _ hook: @escaping @Sendable (_ module: any Module, _ inputs: [Tensor]) -> [Tensor]?
) -> HookHandle { registerHook(\.forwardPre, of: nil, hook) }

/// ``Module/registerForwardHook(prepend:_:)`` for every module in the process, called before a module's own (PyTorch's
/// `register_module_forward_hook`).
@discardableResult
public func registerModuleForwardHook(
  _ hook: @escaping @Sendable (_ module: any Module, _ inputs: [Tensor], _ outputs: [Tensor]) -> [Tensor]?
) -> HookHandle { registerHook(\.forward, of: nil, hook) }

/// ``Module/registerFullBackwardPreHook(prepend:_:)`` for every module in the process, called before a module's own
/// (PyTorch's `register_module_full_backward_pre_hook`).
@discardableResult
public func registerModuleFullBackwardPreHook(
  _ hook: @escaping @Sendable (_ module: any Module, _ gradOutputs: [Tensor?]) -> [Tensor?]?
) -> HookHandle { registerHook(\.backwardPre, of: nil, hook) }

/// ``Module/registerFullBackwardHook(prepend:_:)`` for every module in the process, called before a module's own
/// (PyTorch's `register_module_full_backward_hook`).
@discardableResult
public func registerModuleFullBackwardHook(
  _ hook: @escaping @Sendable (_ module: any Module, _ gradInputs: [Tensor?], _ gradOutputs: [Tensor?]) -> [Tensor?]?
) -> HookHandle { registerHook(\.backward, of: nil, hook) }

// MARK: State dictionaries

extension Module {
  /// Calls `hook` before the module's part of a state dictionary is collected (PyTorch's
  /// `register_state_dict_pre_hook`), with what stands before its keys: `"encoder.0."`, or `""`.
  @discardableResult
  public func registerStateDictPreHook(
    _ hook: @escaping @Sendable (_ module: Self, _ prefix: String) -> Void
  ) -> HookHandle {
    registerHook(\.stateDictPre, of: self) { hook(unsafeDowncast($0, to: Self.self), $1) }
  }

  /// Calls `hook` with the state dictionary when the module's part of it is there (PyTorch's
  /// `register_state_dict_post_hook`): it may change it.
  @discardableResult
  public func registerStateDictPostHook(
    _ hook: @escaping @Sendable (_ module: Self, _ state: inout StateDict, _ prefix: String) -> Void
  ) -> HookHandle {
    registerHook(\.stateDict, of: self) { hook(unsafeDowncast($0, to: Self.self), &$1, $2) }
  }

  /// Calls `hook` before ``loadStateDict(_:strict:)`` looks at a state dictionary (PyTorch's
  /// `register_load_state_dict_pre_hook`): it may change it, to rename keys of older files for example.
  @discardableResult
  public func registerLoadStateDictPreHook(
    _ hook: @escaping @Sendable (_ module: Self, _ state: inout StateDict, _ prefix: String) -> Void
  ) -> HookHandle {
    registerHook(\.loadStateDictPre, of: self) { hook(unsafeDowncast($0, to: Self.self), &$1, $2) }
  }

  /// Calls `hook` with the keys that did not match when a state dictionary was loaded (PyTorch's
  /// `register_load_state_dict_post_hook`): those that it removes are no errors.
  @discardableResult
  public func registerLoadStateDictPostHook(
    _ hook: @escaping @Sendable (_ module: Self, _ keys: inout IncompatibleKeys) -> Void
  ) -> HookHandle {
    registerHook(\.loadStateDict, of: self) { hook(unsafeDowncast($0, to: Self.self), &$1) }
  }
}

private func registerHook<Body: Sendable>(
  _ list: any WritableKeyPath<ModuleHooks, [ModuleHook<Body>]> & Sendable, of module: (any Module)?, prepend: Bool = false,
  _ body: Body
) -> HookHandle {
  let hook = ModuleHook(id: ModuleTable.nextID(), body: body)
  ModuleTable.updateHooks(of: module) { hooks in
    hooks[keyPath: list].insert(hook, at: prepend ? 0 : hooks[keyPath: list].count)
  }
  let id = hook.id
  guard let module else {
    return HookHandle { ModuleTable.updateHooks(of: nil) { $0[keyPath: list].removeAll { $0.id == id } } }
  }
  return HookHandle { [weak module] in
    guard let module else { return }
    ModuleTable.updateHooks(of: module) { $0[keyPath: list].removeAll { $0.id == id } }
  }
}
