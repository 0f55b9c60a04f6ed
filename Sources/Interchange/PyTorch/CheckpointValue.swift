public import TensorModule

/// A value in a checkpoint: what `torch.save` writes and `torch.load` gives back, typed.
///
/// ```swift
/// let checkpoint = try PyTorchFile.read("checkpoint.pt")
/// let epoch = checkpoint["epoch"]?.int
/// let weight = checkpoint["model"]?["fc.weight"]?.tensor
/// try PyTorchFile.write(["epoch": 3, "weight": .tensor(w), "losses": [0.5, 0.25]], to: "mine.pt")
/// ```
public indirect enum CheckpointValue: Sendable {
  /// Python's `None`.
  case none
  case bool(Bool)
  case int(Int)
  /// Python's `float`.
  case double(Double)
  case string(String)
  /// Python's `bytes` or `bytearray`.
  case bytes([UInt8])
  case tensor(Tensor)
  case list([CheckpointValue])
  case tuple([CheckpointValue])
  /// The elements of a set, in the file's order.
  case set([CheckpointValue])
  case dictionary(CheckpointDictionary)
  /// A `torch.Size`.
  case shape(Shape)
  /// A `torch.dtype`.
  case dtype(DType)
  /// The name of a `torch.device`: `cpu`, `cuda:0`.
  case device(String)

  // MARK: Reading

  /// The truth value, if it is one.
  public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }

  /// The integer, if it is one.
  public var int: Int? { if case .int(let value) = self { value } else { nil } }

  /// The number, if it is one: also an integer.
  public var double: Double? {
    switch self {
    case .double(let value): value
    case .int(let value): Double(value)
    default: nil
    }
  }

  /// The text, if it is one.
  public var string: String? { if case .string(let value) = self { value } else { nil } }

  /// The tensor, if it is one.
  public var tensor: Tensor? { if case .tensor(let value) = self { value } else { nil } }

  /// The elements of a list, a tuple or a set.
  public var list: [CheckpointValue]? {
    switch self {
    case .list(let items), .tuple(let items), .set(let items): items
    default: nil
    }
  }

  /// The entries of a dictionary.
  public var dictionary: CheckpointDictionary? { if case .dictionary(let value) = self { value } else { nil } }

  /// True for ``none``.
  public var isNone: Bool { if case .none = self { true } else { false } }

  /// The value of a dictionary's entry; nil if this is no dictionary or it has no such entry.
  public subscript(key: CheckpointKey) -> CheckpointValue? { dictionary?[key] }

  /// What kind of value it is, for messages.
  package var kind: String {
    switch self {
    case .none: "None"
    case .bool: "a truth value"
    case .int: "an integer"
    case .double: "a number"
    case .string: "a text"
    case .bytes: "bytes"
    case .tensor: "a tensor"
    case .list: "a list"
    case .tuple: "a tuple"
    case .set: "a set"
    case .dictionary: "a dictionary"
    case .shape: "a size"
    case .dtype: "a dtype"
    case .device: "a device"
    }
  }
}

// MARK: Literals

extension CheckpointValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// ``none``.
  public init(nilLiteral: ()) { self = .none }
  /// A truth value.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// An integer.
  public init(integerLiteral value: Int) { self = .int(value) }
  /// A number.
  public init(floatLiteral value: Double) { self = .double(value) }
  /// A text.
  public init(stringLiteral value: String) { self = .string(value) }
  /// A list.
  public init(arrayLiteral elements: CheckpointValue...) { self = .list(elements) }
  /// A dictionary, in the literal's order.
  public init(dictionaryLiteral elements: (CheckpointKey, CheckpointValue)...) {
    self = .dictionary(CheckpointDictionary(elements.map { (key: $0.0, value: $0.1) }))
  }
}

extension CheckpointValue: CustomStringConvertible {
  /// As Python prints it, tensors by type and shape only.
  public var description: String {
    func joined(_ items: [CheckpointValue]) -> String { items.map(\.description).joined(separator: ", ") }
    switch self {
    case .none: return "None"
    case .bool(let value): return value ? "True" : "False"
    case .int(let value): return "\(value)"
    case .double(let value): return "\(value)"
    case .string(let value): return "'\(value)'"
    case .bytes(let value): return "bytes(\(value.count))"
    case .tensor(let value): return "tensor(\(value.dtype), \(value.shape))"
    case .list(let items): return "[\(joined(items))]"
    case .tuple(let items): return items.count == 1 ? "(\(joined(items)),)" : "(\(joined(items)))"
    case .set(let items): return items.isEmpty ? "set()" : "{\(joined(items))}"
    case .dictionary(let value): return value.description
    case .shape(let value): return "torch.Size(\(value))"
    case .dtype(let value): return "torch.\(value)"
    case .device(let value): return "device('\(value)')"
    }
  }
}
