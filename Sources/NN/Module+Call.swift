internal import TensorModule

extension Module {
  /// Runs `body` as a call of this module: errors in it name the module by its path. What every `callAsFunction` of a
  /// module does.
  @inline(__always)
  package func inCall<R>(_ body: () -> R) -> R { ModuleFrame.with(self, nameOfModule, body) }
}

/// The key of a module in the one that called it, found by reflection: only errors ask. Empty for the outermost; the
/// type's name for a module that is not inside its caller.
@Sendable
private func nameOfModule(_ module: AnyObject, _ caller: AnyObject?) -> String {
  guard let caller else { return "" }
  let key = (caller as? any Module)?.namedModules().first { $0.module === module && !$0.name.isEmpty }?.name
  return key ?? _typeName(type(of: module), qualified: false)
}
