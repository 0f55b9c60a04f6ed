/// A key in a checkpoint's dictionary: mostly a text, in optimizers' states an integer.
public enum CheckpointKey: Sendable, Hashable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
  case string(String)
  case int(Int)
  case double(Double)
  case bool(Bool)
  case none
  case tuple([CheckpointKey])

  /// A text.
  public init(stringLiteral value: String) { self = .string(value) }
  /// An integer.
  public init(integerLiteral value: Int) { self = .int(value) }

  /// The text, if it is one.
  public var string: String? { if case .string(let value) = self { value } else { nil } }

  /// The integer, if it is one.
  public var int: Int? { if case .int(let value) = self { value } else { nil } }

  /// The key as a value.
  public var value: CheckpointValue {
    switch self {
    case .string(let value): .string(value)
    case .int(let value): .int(value)
    case .double(let value): .double(value)
    case .bool(let value): .bool(value)
    case .none: .none
    case .tuple(let items): .tuple(items.map(\.value))
    }
  }

  /// The value as a key; nil for a value that cannot be one. NaN cannot: it does not equal itself, so that nothing would
  /// ever be found under it, and each of many would be compared with all others.
  init?(_ value: CheckpointValue) {
    switch value {
    case .string(let value): self = .string(value)
    case .int(let value): self = .int(value)
    case .double(let value):
      if value.isNaN { return nil }
      self = .double(value)
    case .bool(let value): self = .bool(value)
    case .none: self = .none
    case .tuple(let items):
      let keys = items.compactMap { CheckpointKey($0) }
      guard keys.count == items.count else { return nil }
      self = .tuple(keys)
    default: return nil
    }
  }
}

/// A dictionary of a checkpoint, in order (Python's `dict` or `OrderedDict`).
public struct CheckpointDictionary: Sendable {
  /// The keys, in order.
  public private(set) var keys: [CheckpointKey] = []
  private var values: [CheckpointKey: CheckpointValue] = [:]
  /// Whether it is written as an `OrderedDict`, as PyTorch's state dictionaries are.
  public var isOrderedDict = false
  /// In an array because a structure cannot hold itself.
  private var attributeEntries: [CheckpointDictionary] = []

  /// What Python's object carries beside its entries: a module's state dictionary keeps the versions of its modules
  /// there, under `_metadata`.
  public var attributes: CheckpointDictionary? {
    get { attributeEntries.first }
    set { attributeEntries = newValue.map { [$0] } ?? [] }
  }

  /// An empty dictionary.
  public init() {}

  /// The entries in this order; of a key that appears twice, the last value counts.
  public init(_ entries: some Sequence<(key: CheckpointKey, value: CheckpointValue)>) {
    for entry in entries { self[entry.key] = entry.value }
  }

  /// The value of that key. A new key goes to the end; assigning nil removes it.
  public subscript(key: CheckpointKey) -> CheckpointValue? {
    get { values[key] }
    set {
      if let newValue {
        if values.updateValue(newValue, forKey: key) == nil { keys.append(key) }
      } else if values.removeValue(forKey: key) != nil {
        keys.removeAll { $0 == key }
      }
    }
  }
}

extension CheckpointDictionary: RandomAccessCollection {
  /// 0.
  public var startIndex: Int { 0 }
  /// The number of entries.
  public var endIndex: Int { keys.count }
  /// The entry at a position.
  public subscript(position: Int) -> (key: CheckpointKey, value: CheckpointValue) {
    (keys[position], values[keys[position]] ?? .none)
  }
}

extension CheckpointDictionary: ExpressibleByDictionaryLiteral {
  /// The entries in the literal's order.
  public init(dictionaryLiteral elements: (CheckpointKey, CheckpointValue)...) {
    self.init(elements.map { (key: $0.0, value: $0.1) })
  }
}

extension CheckpointDictionary: CustomStringConvertible {
  /// As Python prints it, tensors by type and shape only.
  public var description: String {
    let text = "{" + map { "\($0.key.value): \($0.value)" }.joined(separator: ", ") + "}"
    return isOrderedDict ? "OrderedDict(\(text))" : text
  }
}
