internal import Autograd
internal import TensorModule

/// What is learned in stead of a parameter, and how the parameter is computed from it. In the state dictionary it stands
/// where PyTorch's does: `parametrizations.weight.original0`.
final class ParametrizationList: Module {
  let originals: [Parameter]
  let parametrization: any Parametrization

  init(_ originals: [Parameter], _ parametrization: any Parametrization) {
    self.originals = originals
    self.parametrization = parametrization
  }

  var stateKeys: [String: String] {
    var keys = ["parametrization": "0"]
    for i in originals.indices { keys["originals.\(i)"] = originals.count == 1 ? "original" : "original\(i)" }
    return keys
  }

  /// The parameter's value.
  func value() -> Tensor { parametrization.forward(originals) }
}

/// The parametrizations of one module.
final class Parametrizations: Sendable {
  struct Entry: Sendable {
    /// The parameter's key in the module.
    let name: String
    /// The module's own parameter, which is lent the computed value.
    let target: Parameter
    let list: ParametrizationList
  }
  let entries: [Entry]
  /// One call at a time: the module has only one parameter to lend to.
  private let turn: RecursiveLock

  init(_ entries: [Entry], turn: RecursiveLock = RecursiveLock()) {
    self.entries = entries
    self.turn = turn
  }

  func adding(_ entry: Entry) -> Parametrizations { Parametrizations(entries + [entry], turn: turn) }

  /// Without the one of that name; nil if none is left.
  func removing(_ name: String) -> Parametrizations? {
    let rest = entries.filter { $0.name != name }
    return rest.isEmpty ? nil : Parametrizations(rest, turn: turn)
  }

  /// Runs a call of the module with its parameters computed. Afterwards they hold the values, without history.
  func run<R>(_ body: () -> R) -> R {
    if turn.isHeld { return body() }
    return turn.withLock {
      let values = entries.map { $0.list.value() }
      // Before the body, which may fail: after that there are only stand-ins.
      let rest = values.map { $0.detach().substance }
      if ThreadMode.hasFailed { return body() }
      for (entry, value) in zip(entries, values) { entry.target.become(value.substance) }
      defer { for (entry, own) in zip(entries, rest) { entry.target.become(own) } }
      return body()
    }
  }

  /// A module's members with the parametrizations in place of the parameters that they compute.
  func substituted(in members: [(key: String, member: ModuleMember)]) -> [(key: String, member: ModuleMember)] {
    members.filter { key, member in
      if case .parameter(let parameter) = member { !entries.contains { $0.target === parameter } } else { true }
    } + entries.map { ("parametrizations.\($0.name)", .module($0.list)) }
  }
}
