public import TensorModule

/// Tensors by name, in order (PyTorch's state dictionary): what is saved of a model.
///
/// ```swift
/// let state = model.stateDict()
/// for (key, tensor) in state { print(key, tensor.shape) }
/// try other.loadStateDict(state)
/// ```
public struct StateDict: Sendable {
  /// The names, in order.
  public private(set) var keys: [String] = []
  private var tensors: [String: Tensor] = [:]

  /// An empty dictionary.
  public init() {}

  /// The tensors in this order; of a name that appears twice, the last tensor counts.
  public init(_ pairs: some Sequence<(key: String, value: Tensor)>) {
    for pair in pairs { self[pair.key] = pair.value }
  }

  /// The number of tensors.
  public var count: Int { keys.count }

  /// True without tensors.
  public var isEmpty: Bool { keys.isEmpty }

  /// The tensor of that name. A new name goes to the end; assigning nil removes it.
  public subscript(key: String) -> Tensor? {
    get { tensors[key] }
    set {
      let previous = tensors.updateValueOrRemove(newValue, forKey: key)
      if previous == nil && newValue != nil { keys.append(key) }
      if previous != nil && newValue == nil { keys.removeAll { $0 == key } }
    }
  }
}

extension Dictionary {
  fileprivate mutating func updateValueOrRemove(_ value: Value?, forKey key: Key) -> Value? {
    if let value { return updateValue(value, forKey: key) }
    return removeValue(forKey: key)
  }
}

extension StateDict: Sequence {
  /// The names and tensors, in order.
  public func makeIterator() -> AnyIterator<(key: String, value: Tensor)> {
    var position = 0
    return AnyIterator {
      guard position < keys.count, let tensor = tensors[keys[position]] else { return nil }
      defer { position += 1 }
      return (keys[position], tensor)
    }
  }
}

extension StateDict: ExpressibleByDictionaryLiteral {
  /// The tensors in the literal's order.
  public init(dictionaryLiteral elements: (String, Tensor)...) {
    for (key, value) in elements { self[key] = value }
  }
}

extension StateDict: CustomStringConvertible {
  /// One line a tensor: name, type and shape.
  public var description: String {
    map { "\($0.key): \($0.value.dtype) \($0.value.shape)" }.joined(separator: "\n")
  }
}
