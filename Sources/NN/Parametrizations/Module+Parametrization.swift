internal import Autograd
internal import TensorModule

/// Computes a parameter of a module from others from now on (PyTorch's `register_parametrization`): they are learned, and
/// saved as `parametrizations.weight.original`, in its stead.
///
/// The parameter is computed at every call of the module and holds the last value between calls. Gradients go to what it
/// is computed from, so make the optimizer afterwards. Calls of one such module from several threads take turns. A second
/// parametrization of the same parameter is an error.
/// - Parameter name: the parameter's key in the module, `"weight"`.
/// - Returns: the module.
@discardableResult
public func registerParametrization<M: Module>(_ module: M, _ name: String, _ parametrization: some Parametrization) -> M {
  if ThreadMode.hasFailed { return module }
  guard let target = module.parameterToCompute("registerParametrization", name) else { return module }
  return register(parametrization, of: module, name, target)
}

func register<M: Module>(_ parametrization: some Parametrization, of module: M, _ name: String, _ target: Parameter) -> M {
  if ThreadMode.hasFailed { return module }
  let isLearned = target.requiresGrad
  let list = withNoGrad {
    ParametrizationList(
      parametrization.rightInverse(target.detach()).map { Parameter($0.detach(), requiresGrad: isLearned) }, parametrization)
  }
  let value = withNoGrad { list.value() }
  if ThreadMode.hasFailed { return module }
  guard value.shape == target.shape, value.dtype == target.dtype else {
    fail(
      TensorError(
        "registerParametrization", of: value,
        rule: "the parametrization gives \(value.dtype) of shape \(value.shape.tupleDescription) for \"\(name)\", which is \(target.dtype) of shape \(target.shape.tupleDescription)"))
    return module
  }
  target.become(value.detach().substance)
  let entry = Parametrizations.Entry(name: name, target: target, list: list)
  ModuleTable.update(module) { extras in
    ModuleExtras(
      hooks: extras?.hooks ?? ModuleHooks(),
      parametrizations: extras?.parametrizations?.adding(entry) ?? Parametrizations([entry]))
  }
  return module
}

/// Makes a parameter that was computed from others an ordinary one again (PyTorch's `remove_parametrizations`).
/// - Parameters:
///   - name: the parameter's key in the module.
///   - leaveParametrized: whether its value stays what it is computed to; else it becomes that of the only parameter that
///     it is computed from.
/// - Returns: the module.
@discardableResult
public func removeParametrizations<M: Module>(_ module: M, _ name: String, leaveParametrized: Bool = true) -> M {
  if ThreadMode.hasFailed { return module }
  guard let entry = ModuleTable.extras(of: module)?.parametrizations?.entries.first(where: { $0.name == name }) else {
    fail(
      TensorError(
        "removeParametrizations", rule: "\(_typeName(type(of: module), qualified: false)) has no parametrization of \"\(name)\""))
    return module
  }
  if !leaveParametrized && entry.list.originals.count != 1 {
    fail(
      TensorError(
        "removeParametrizations",
        rule: "\"\(name)\" is computed from \(entry.list.originals.count) parameters, none of which can take its place",
        hint: "leave it as it is computed: leaveParametrized: true"))
    return module
  }
  let value = withNoGrad { leaveParametrized ? entry.list.value() : entry.list.originals[0].detach() }
  if ThreadMode.hasFailed { return module }
  ModuleTable.update(module) { extras in
    ModuleExtras(hooks: extras?.hooks ?? ModuleHooks(), parametrizations: extras?.parametrizations?.removing(name))
  }
  entry.target.become(value.detach().substance)
  entry.target.requiresGrad = entry.list.originals.contains { $0.requiresGrad }
  return module
}

extension Module {
  /// True if a parameter of this module, or the one of that key, is computed from others (PyTorch's `is_parametrized`).
  public func isParametrized(_ name: String? = nil) -> Bool {
    ModuleTable.extras(of: self)?.parametrizations?.entries.contains { name == nil || $0.name == name } ?? false
  }

  /// The module's own parameter of that key, for a parametrization to compute; nil after failing.
  func parameterToCompute(_ operation: String, _ name: String) -> Parameter? {
    let type = _typeName(type(of: self), qualified: false)
    if isParametrized(name) {
      fail(
        TensorError(
          operation, rule: "\"\(name)\" of \(type) is computed from others already",
          hint: "removeParametrizations first, or write both as one parametrization"))
      return nil
    }
    let own = members()
    for (key, member) in own where key == name {
      if case .parameter(let parameter) = member { return parameter }
    }
    fail(
      TensorError(
        operation, rule: "\(type) has no parameter \"\(name)\"",
        hint: name.nearest(among: own.map(\.key)).map { "did you mean \"\($0)\"?" }))
    return nil
  }
}
