public import TensorModule

/// A value in the state of an optimizer, a scheduler or a data loader: what Python's `state_dict` holds, typed.
public indirect enum StateValue: Sendable {
  /// Python's `None`.
  case none
  case bool(Bool)
  case int(Int)
  case double(Double)
  case string(String)
  case tensor(Tensor)
  case list([StateValue])
  /// A list that Python writes as a tuple, an optimizer's betas for example.
  case tuple([StateValue])
  case dictionary([String: StateValue])

  /// A list of numbers.
  public static func doubles(_ values: [Double]) -> StateValue { .list(values.map { .double($0) }) }

  /// The number, if it is one: also an integer, or a tensor of one element.
  public var double: Double? {
    switch self {
    case .double(let value): value
    case .int(let value): Double(value)
    case .tensor(let tensor) where tensor.elementCount == 1: tensor.item()
    default: nil
    }
  }

  /// The integer, if it is one: also a number without a fraction, or a tensor of one such element.
  public var int: Int? {
    if case .int(let value) = self { return value }
    return double.flatMap { Int(exactly: $0) }
  }

  /// The truth value, if it is one.
  public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }

  /// The text, if it is one.
  public var string: String? { if case .string(let value) = self { value } else { nil } }

  /// The tensor, if it is one.
  public var tensor: Tensor? { if case .tensor(let value) = self { value } else { nil } }

  /// The elements of a list or a tuple.
  public var list: [StateValue]? {
    switch self {
    case .list(let items), .tuple(let items): items
    default: nil
    }
  }

  /// The entries of a dictionary.
  public var dictionary: [String: StateValue]? { if case .dictionary(let value) = self { value } else { nil } }

  /// The numbers of a list that holds nothing else.
  public var doubles: [Double]? {
    guard let items = list else { return nil }
    let numbers = items.compactMap(\.double)
    return numbers.count == items.count ? numbers : nil
  }

  /// True for ``none``.
  public var isNone: Bool { if case .none = self { true } else { false } }
}

/// Why a saved state does not fit an optimizer, a scheduler, a scaler or a data loader.
public struct OptimizerStateError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What refused the state.
  public let owner: String
  /// What does not fit.
  public let rule: String

  /// A refusal by an optimizer of your own.
  public init(_ owner: String, _ rule: String) {
    self.owner = owner
    self.rule = rule
  }

  /// The whole message, one line.
  public var description: String { "[\(owner).loadStateDict] \(rule)" }
}
