/// One of an optimizer's options under PyTorch's name: how the state dictionary reads and writes it.
public struct OptionField<Options>: Sendable {
  /// PyTorch's name.
  public let key: String
  let read: @Sendable (Options) -> StateValue
  /// Stores a value; false if it is not of the option's type.
  let write: @Sendable (inout Options, StateValue) -> Bool

  /// An option with functions of its own. `write` says whether the value was of the right type.
  public init(
    _ key: String, read: @escaping @Sendable (Options) -> StateValue,
    write: @escaping @Sendable (inout Options, StateValue) -> Bool
  ) {
    self.key = key
    self.read = read
    self.write = write
  }

  /// A number.
  public static func double(_ key: String, _ path: any WritableKeyPath<Options, Double> & Sendable) -> OptionField {
    OptionField(key, read: { .double($0[keyPath: path]) }) { options, value in
      guard let value = value.double else { return false }
      options[keyPath: path] = value
      return true
    }
  }

  /// A number or nothing.
  public static func optionalDouble(_ key: String, _ path: any WritableKeyPath<Options, Double?> & Sendable) -> OptionField {
    OptionField(key, read: { options in options[keyPath: path].map { .double($0) } ?? .none }) { options, value in
      guard value.isNone || value.double != nil else { return false }
      options[keyPath: path] = value.double
      return true
    }
  }

  /// An integer.
  public static func int(_ key: String, _ path: any WritableKeyPath<Options, Int> & Sendable) -> OptionField {
    OptionField(key, read: { .int($0[keyPath: path]) }) { options, value in
      guard let value = value.int else { return false }
      options[keyPath: path] = value
      return true
    }
  }

  /// A truth value.
  public static func bool(_ key: String, _ path: any WritableKeyPath<Options, Bool> & Sendable) -> OptionField {
    OptionField(key, read: { .bool($0[keyPath: path]) }) { options, value in
      guard let value = value.bool else { return false }
      options[keyPath: path] = value
      return true
    }
  }

  /// Two numbers.
  public static func pair(_ key: String, _ path: any WritableKeyPath<Options, (Double, Double)> & Sendable) -> OptionField {
    OptionField(key, read: { .tuple([.double($0[keyPath: path].0), .double($0[keyPath: path].1)]) }) { options, value in
      guard let numbers = value.doubles, numbers.count == 2 else { return false }
      options[keyPath: path] = (numbers[0], numbers[1])
      return true
    }
  }

  /// What PyTorch keeps and this library has no use for; reading a state accepts anything there.
  static func constant(_ key: String, _ value: StateValue) -> OptionField {
    OptionField(key, read: { _ in value }) { _, _ in true }
  }

  /// The switches of PyTorch's implementations: how it runs a step, not what the step does.
  static func implementation(capturable: Bool = true, fused: Bool = false) -> [OptionField] {
    [.constant("foreach", .none), .constant("differentiable", .bool(false))]
      + (capturable ? [.constant("capturable", .bool(false))] : []) + (fused ? [.constant("fused", .none)] : [])
  }
}
