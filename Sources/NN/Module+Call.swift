internal import TensorModule

extension Module {
  // By hand for one to four arguments: in optimized builds of Swift 6.3 a closure that captures a parameter pack in a
  // method of a protocol reads the pack's types from a null pointer.

  /// Runs `body` as a call of this module: what every `callAsFunction` of a module does. Errors in it name the module by
  /// its path, and hooks see the call. A ``Layer`` has it already; a module of another arity writes
  ///
  /// ```swift
  /// func callAsFunction(_ query: Tensor, _ memory: Tensor) -> Tensor {
  ///   inCall(query, memory) { query, memory in … }
  /// }
  /// ```
  /// - Parameters:
  ///   - a: what the call was given: a tensor, an optional, array or tuple of some, or anything else. Hooks are shown the
  ///     tensors in order.
  ///   - body: computes the result from what it is given, which hooks may have replaced.
  @inline(__always)
  public func inCall<A, Output>(_ a: A, body: (A) -> Output) -> Output {
    if ModuleTable.isInUse {
      return inObservedCall({ tensors(in: a) }, plain: { body(a) }, replaced: { body($0.apply(to: a)) })
    }
    return ModuleFrame.with(self, nameOfModule) { body(a) }
  }

  /// A call with two arguments.
  @inline(__always)
  public func inCall<A, B, Output>(_ a: A, _ b: B, body: (A, B) -> Output) -> Output {
    if ModuleTable.isInUse {
      return inObservedCall(
        { tensors(in: (a, b)) }, plain: { body(a, b) },
        replaced: { body($0.apply(to: a), $0.apply(to: b)) })
    }
    return ModuleFrame.with(self, nameOfModule) { body(a, b) }
  }

  /// A call with three arguments.
  @inline(__always)
  public func inCall<A, B, C, Output>(_ a: A, _ b: B, _ c: C, body: (A, B, C) -> Output) -> Output {
    if ModuleTable.isInUse {
      return inObservedCall(
        { tensors(in: (a, b, c)) }, plain: { body(a, b, c) },
        replaced: { body($0.apply(to: a), $0.apply(to: b), $0.apply(to: c)) })
    }
    return ModuleFrame.with(self, nameOfModule) { body(a, b, c) }
  }

  /// A call with four arguments.
  @inline(__always)
  public func inCall<A, B, C, D, Output>(_ a: A, _ b: B, _ c: C, _ d: D, body: (A, B, C, D) -> Output) -> Output {
    if ModuleTable.isInUse {
      return inObservedCall(
        { tensors(in: (a, b, c, d)) }, plain: { body(a, b, c, d) },
        replaced: { body($0.apply(to: a), $0.apply(to: b), $0.apply(to: c), $0.apply(to: d)) })
    }
    return ModuleFrame.with(self, nameOfModule) { body(a, b, c, d) }
  }

  /// - Parameters:
  ///   - inputs: gives the tensors among the arguments.
  ///   - plain: calls the body with the arguments.
  ///   - replaced: calls it with other tensors in their places.
  @inline(never)
  private func inObservedCall<Output>(
    _ inputs: () -> [Tensor], plain: () -> Output, replaced: (inout TensorReplacement) -> Output
  ) -> Output {
    let (own, global) = ModuleTable.lookUp(self)
    return ModuleFrame.with(self, nameOfModule) {
      func run(_ body: () -> Output) -> Output { own?.parametrizations?.run(body) ?? body() }
      let call = ObservedCall(self, own?.hooks, global)
      guard call.isObserved, !ThreadMode.hasFailed else { return run(plain) }
      var inputs = inputs()
      let result: Output
      if var replacement = call.begin(&inputs) {
        result = run { replaced(&replacement) }
        call.didBegin(replacement)
      } else {
        result = run(plain)
      }
      guard var replacement = call.end(inputs, tensors(in: result)) else { return result }
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
