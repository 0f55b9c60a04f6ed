internal import TensorModule

extension Module {
  /// Runs `body` as a call of this module: what every `callAsFunction` of a module does. Errors in it name the module by
  /// its path, and hooks see the call. A ``Layer`` has it already; a module of another arity writes
  ///
  /// ```swift
  /// func callAsFunction(_ query: Tensor, _ memory: Tensor) -> Tensor {
  ///   inCall(query, memory) { query, memory in … }
  /// }
  /// ```
  /// - Parameters:
  ///   - input: what the call was given: tensors, optionals, arrays and tuples of them, and anything else. Hooks are shown
  ///     the tensors in order.
  ///   - body: computes the result from what it is given, which hooks may have replaced.
  @inline(__always)
  public func inCall<each Input, Output>(
    _ input: repeat each Input, body: (repeat each Input) -> Output
  ) -> Output {
    if ModuleTable.isInUse { return inObservedCall(repeat each input, body: body) }
    return ModuleFrame.with(self, nameOfModule) { body(repeat each input) }
  }

  @inline(never)
  private func inObservedCall<each Input, Output>(
    _ input: repeat each Input, body: (repeat each Input) -> Output
  ) -> Output {
    let (own, global) = ModuleTable.lookUp(self)
    return ModuleFrame.with(self, nameOfModule) {
      let call = ObservedCall(self, own?.hooks, global)
      guard call.isObserved, !ThreadMode.hasFailed else { return body(repeat each input) }
      var inputs: [Tensor] = []
      for value in repeat each input { inputs += tensors(in: value) }
      let result: Output
      if let changed = call.begin(&inputs) {
        var replacement = TensorReplacement(changed)
        result = body(repeat replacement.apply(to: each input))
      } else {
        result = body(repeat each input)
      }
      guard let changed = call.end(inputs, tensors(in: result)) else { return result }
      var replacement = TensorReplacement(changed)
      return replacement.apply(to: result)
    }
  }
}

/// The key of a module in the one that called it, found by reflection: only errors ask. Empty for the outermost; the
/// type's name for a module that is not inside its caller.
@Sendable
private func nameOfModule(_ module: AnyObject, _ caller: AnyObject?) -> String {
  guard let caller else { return "" }
  let key = (caller as? any Module)?.namedModules().first { $0.module === module && !$0.name.isEmpty }?.name
  return key ?? _typeName(type(of: module), qualified: false)
}
