/// One number of a schedule under PyTorch's name: how the state dictionary reads and writes it.
struct SchedulerField {
  let key: String
  let read: () -> StateValue
  /// Stores a value; false if it is not of the right type.
  let write: (StateValue) -> Bool

  static func int<S: AnyObject>(_ key: String, _ owner: S, _ path: ReferenceWritableKeyPath<S, Int>) -> SchedulerField {
    field(key, owner, path, { .int($0) }, \.int)
  }

  static func double<S: AnyObject>(_ key: String, _ owner: S, _ path: ReferenceWritableKeyPath<S, Double>) -> SchedulerField {
    field(key, owner, path, { .double($0) }, \.double)
  }

  static func bool<S: AnyObject>(_ key: String, _ owner: S, _ path: ReferenceWritableKeyPath<S, Bool>) -> SchedulerField {
    field(key, owner, path, { .bool($0) }, \.bool)
  }

  static func doubles<S: AnyObject>(_ key: String, _ owner: S, _ path: ReferenceWritableKeyPath<S, [Double]>) -> SchedulerField {
    field(key, owner, path, { .doubles($0) }, \.doubles)
  }

  /// A case of an enumeration by its name.
  static func name<S: AnyObject, V: RawRepresentable<String>>(
    _ key: String, _ owner: S, _ path: ReferenceWritableKeyPath<S, V>
  ) -> SchedulerField {
    field(key, owner, path, { .string($0.rawValue) }) { $0.string.flatMap { V(rawValue: $0) } }
  }

  private static func field<S: AnyObject, V>(
    _ key: String, _ owner: S, _ path: ReferenceWritableKeyPath<S, V>, _ wrap: @escaping (V) -> StateValue,
    _ unwrap: @escaping (StateValue) -> V?
  ) -> SchedulerField {
    SchedulerField(key: key, read: { wrap(owner[keyPath: path]) }) { value in
      guard let value = unwrap(value) else { return false }
      owner[keyPath: path] = value
      return true
    }
  }
}

/// One number for all groups, or a list with one for each: `0.1`, `[0.1, 0.01]`.
public struct PerGroup: Sendable, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral {
  private let numbers: [Double]
  private let isList: Bool

  /// The same number for all groups.
  public init(_ number: Double) {
    numbers = [number]
    isList = false
  }

  /// A number for each group.
  public init(_ numbers: [Double]) {
    self.numbers = numbers
    isList = true
  }

  /// The same number for all groups.
  public init(floatLiteral value: Double) { self.init(value) }
  /// The same number for all groups.
  public init(integerLiteral value: Int) { self.init(Double(value)) }
  /// A number for each group.
  public init(arrayLiteral elements: Double...) { self.init(elements) }

  /// The numbers of so many groups; after failing, zeros, if the list has another length.
  func values(for count: Int, _ owner: String, _ name: String) -> [Double] {
    guard isList else { return Array(repeating: numbers[0], count: count) }
    guard numbers.count == count else {
      optionFailure(owner, "\(name) has \(numbers.count) numbers for \(count) groups")
      return Array(repeating: 0, count: count)
    }
    return numbers
  }

  /// The number for all groups; nil if there is one for each.
  var common: Double? { isList ? nil : numbers[0] }
}
