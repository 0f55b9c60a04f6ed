import Martlet
import TensorModule

/// What a call gives back: tensors, or a plain value.
enum OracleResult {
  case tensors([Tensor])
  case value(OracleValue)
}

/// From PyTorch's name of an operation to a call of ours.
struct OracleTable {
  typealias Entry = (OracleCall) throws -> OracleResult
  private var entries: [String: Entry] = [:]

  subscript(name: String) -> Entry? { entries[name] }

  /// An operation with one tensor as its result; an in-place method gives its receiver.
  mutating func one(_ name: String, _ body: @escaping (OracleCall) throws -> Tensor) {
    add(name) { .tensors([try body($0)]) }
  }
  /// An operation with several results, in PyTorch's order.
  mutating func many(_ name: String, _ body: @escaping (OracleCall) throws -> [Tensor]) {
    add(name) { .tensors(try body($0)) }
  }
  /// An operation whose result is not a tensor.
  mutating func value(_ name: String, _ body: @escaping (OracleCall) throws -> OracleValue) {
    add(name) { .value(try body($0)) }
  }
  /// An operation that gives a tensor or a list, as its arguments say.
  mutating func add(_ name: String, _ body: @escaping Entry) {
    guard entries[name] == nil else { fatalError("two entries for \(name)") }
    entries[name] = body
  }

  /// The whole table.
  static func complete() -> OracleTable {
    var table = OracleTable()
    table.addLinearAlgebra()
    table.addActivations()
    table.addNeural()
    table.addSpatial()
    table.addUnary()
    table.addBinary()
    table.addCreation()
    table.addPromotion()
    table.addShape()
    table.addReduction()
    table.addIndexing()
    table.addExtra()
    return table
  }
}
