internal import TensorModule

extension Module {
  /// Runs `body` as a call of this module: errors in it name the module. What every `callAsFunction` of a module does.
  @inline(__always)
  package func inCall<R>(_ body: () -> R) -> R {
    ModuleFrame.with(_typeName(type(of: self), qualified: false), body)
  }
}
