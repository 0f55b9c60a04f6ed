import Martlet
import TensorModule

/// A module that a case asked for, and how it is called with the case's arguments.
struct OracleModule {
  let module: any Module
  /// Gives the results in PyTorch's order, nested tuples flattened.
  let call: (OracleCall) throws -> [Tensor]
}

/// From PyTorch's name of a module to one of ours, made from the arguments of PyTorch's constructor.
struct ModuleTable {
  typealias Entry = (OracleCall) throws -> OracleModule
  private var entries: [String: Entry] = [:]

  subscript(name: String) -> Entry? { entries[name] }

  /// A module of any call.
  mutating func add<M: Module>(
    _ name: String, _ make: @escaping (OracleCall) throws -> M, call: @escaping (M, OracleCall) throws -> [Tensor]
  ) {
    add(name) { constructor in
      let module = try make(constructor)
      return OracleModule(module: module) { try call(module, $0) }
    }
  }

  /// A module whose call depends on its constructor's arguments.
  mutating func add(_ name: String, _ entry: @escaping Entry) {
    guard entries[name] == nil else { fatalError("two entries for \(name)") }
    entries[name] = entry
  }

  /// A layer: one tensor in, one out.
  mutating func layer<L: Layer>(_ name: String, _ make: @escaping (OracleCall) throws -> L) {
    add(name, make) { [$0(try $1.tensor(0, "input"))] }
  }

  /// A module of two tensors: most losses.
  mutating func pair<M: Module>(
    _ name: String, _ make: @escaping (OracleCall) throws -> M, call: @escaping (M, Tensor, Tensor) -> Tensor
  ) {
    add(name, make) { [call($0, try $1.tensor(0), try $1.tensor(1))] }
  }

  /// A module of three tensors.
  mutating func triple<M: Module>(
    _ name: String, _ make: @escaping (OracleCall) throws -> M, call: @escaping (M, Tensor, Tensor, Tensor) -> Tensor
  ) {
    add(name, make) { [call($0, try $1.tensor(0), try $1.tensor(1), try $1.tensor(2))] }
  }

  /// The whole table.
  static func complete() -> ModuleTable {
    var table = ModuleTable()
    table.addActivations()
    table.addConvolutions()
    table.addLinear()
    table.addLosses()
    table.addNormalization()
    table.addPadding()
    table.addPooling()
    table.addReshaping()
    table.addSequence()
    return table
  }
}

extension OracleCall {
  /// True if an argument is given as nothing, where that is something else than not given.
  func isNothing(_ position: Int?, _ keyword: String) -> Bool {
    if let position, position < arguments.count {
      if case .none = arguments[position] { return true }
    } else if case .none? = keywords[keyword] {
      return true
    }
    return false
  }
}
