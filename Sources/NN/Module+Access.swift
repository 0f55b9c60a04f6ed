internal import Autograd
public import TensorModule

extension Module {
  /// The module of that name inside this one, `"encoder.layers.0"`; `""` is this one (PyTorch's `get_submodule`). A name
  /// that is not there fails, with the nearest that is.
  public func submodule(_ name: String) -> any Module {
    if let module = member(name, { if case .module(let module) = $0 { module } else { nil } }) { return module }
    failToFind("submodule", name, among: namedModules().map(\.name))
    return self
  }

  /// The parameter of that name, `"encoder.layers.0.weight"` (PyTorch's `get_parameter`). A name that is not there fails,
  /// with the nearest that is.
  public func parameter(_ name: String) -> Parameter {
    if let parameter = member(name, { if case .parameter(let parameter) = $0 { parameter } else { nil } }) { return parameter }
    failToFind("parameter", name, among: namedParameters().map(\.name))
    return Parameter(viewing: standIn())
  }

  /// The buffer of that name, `"norm.running_mean"` (PyTorch's `get_buffer`). A name that is not there fails, with the
  /// nearest that is.
  public func buffer(_ name: String) -> Buffer {
    if let buffer = member(name, { if case .buffer(let buffer) = $0 { buffer } else { nil } }) { return buffer }
    failToFind("buffer", name, among: namedBuffers().map(\.name))
    return Buffer(standIn())
  }

  /// The member of a full name that is of the kind; nil if there is none.
  func member<Found>(_ name: String, _ kind: (ModuleMember) -> Found?) -> Found? {
    if name.isEmpty { return kind(.module(self)) }
    for (key, member) in members() {
      if key == name, let found = kind(member) { return found }
      guard case .module(let module) = member else { continue }
      if key.isEmpty {
        if let found = module.member(name, kind) { return found }
      } else if name.hasPrefix(key + "."), let found = module.member(String(name.dropFirst(key.count + 1)), kind) {
        return found
      }
    }
    return nil
  }

  private func failToFind(_ what: String, _ name: String, among names: [String]) {
    if ThreadMode.hasFailed { return }
    fail(
      TensorError(
        what, rule: "\(_typeName(type(of: self), qualified: false)) has no \(what) \"\(name)\"",
        hint: name.nearest(among: names.filter { !$0.isEmpty }).map { "did you mean \"\($0)\"?" }))
  }
}
