public import Interchange
internal import TensorModule

/// Something with a state that a ``TrainingCheckpoint`` keeps (PyTorch's `Stateful`): schedulers, scalers, data loaders,
/// and what a program adds of its own.
///
/// ```swift
/// final class BestLoss: Stateful {
///   var value = Double.infinity
///   func stateDict() -> [String: StateValue] { ["value": .double(value)] }
///   func loadStateDict(_ state: [String: StateValue]) throws(OptimizerStateError) {
///     guard let value = state["value"]?.double else { throw OptimizerStateError("BestLoss", "there is no value") }
///     self.value = value
///   }
/// }
/// ```
public protocol Stateful {
  /// What there is to remember.
  func stateDict() -> [String: StateValue]
  /// Takes over a saved state.
  /// - Throws: ``OptimizerStateError`` if it does not fit; nothing should be changed then.
  func loadStateDict(_ state: [String: StateValue]) throws(OptimizerStateError)
}

extension LRScheduler: Stateful {}
extension ReduceLROnPlateau: Stateful {}
extension GradScaler: Stateful {}
extension DataLoader: Stateful {}

extension StateValue {
  /// The value in a checkpoint; dictionaries sorted by key.
  public var checkpointValue: CheckpointValue {
    switch self {
    case .none: .none
    case .bool(let value): .bool(value)
    case .int(let value): .int(value)
    case .double(let value): .double(value)
    case .string(let value): .string(value)
    case .tensor(let value): .tensor(value)
    case .list(let items): .list(items.map(\.checkpointValue))
    case .tuple(let items): .tuple(items.map(\.checkpointValue))
    case .dictionary(let entries): .dictionary(CheckpointDictionary(entries))
    }
  }

  /// A checkpoint's value. What has no counterpart becomes what is nearest: sets and sizes become lists, bytes a list of
  /// integers, types and devices their names, keys that are no texts the texts that Python prints.
  public init(_ value: CheckpointValue) {
    switch value {
    case .none: self = .none
    case .bool(let value): self = .bool(value)
    case .int(let value): self = .int(value)
    case .double(let value): self = .double(value)
    case .string(let value): self = .string(value)
    case .bytes(let value): self = .list(value.map { .int(Int($0)) })
    case .tensor(let value): self = .tensor(value)
    case .list(let items), .set(let items): self = .list(items.map { StateValue($0) })
    case .tuple(let items): self = .tuple(items.map { StateValue($0) })
    case .dictionary(let dictionary): self = .dictionary(dictionary.stateValues)
    case .shape(let shape): self = .list(shape.map { .int($0) })
    case .dtype(let dtype): self = .string(dtype.description)
    case .device(let name): self = .string(name)
    }
  }
}

extension CheckpointDictionary {
  /// The entries of a state, sorted by key.
  public init(_ state: [String: StateValue]) {
    self.init(state.sorted { $0.key < $1.key }.map { (key: .string($0.key), value: $0.value.checkpointValue) })
  }

  /// The entries as those of a state.
  public var stateValues: [String: StateValue] {
    var result: [String: StateValue] = [:]
    for (key, value) in self { result[key.string ?? key.value.description] = StateValue(value) }
    return result
  }
}
