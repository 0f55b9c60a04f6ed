public import TensorModule

/// Why a state dictionary does not fit a module: everything that is wrong, at once.
public struct StateDictError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A tensor of another shape than the module's.
  public struct Mismatch: Sendable, Equatable {
    /// The name.
    public let key: String
    /// The shape in the dictionary.
    public let found: Shape
    /// The shape in the module.
    public let expected: Shape
  }

  /// The type of the module.
  public let module: String
  /// Names that the module has and the dictionary has not.
  public let missingKeys: [String]
  /// Names that the dictionary has and the module has not.
  public let unexpectedKeys: [String]
  /// Tensors whose shapes differ.
  public let mismatches: [Mismatch]

  /// The module and all that is wrong, with the nearest names.
  public var description: String {
    var parts: [String] = []
    if !missingKeys.isEmpty {
      let names = missingKeys.map { key in
        key.nearest(among: unexpectedKeys).map { "\"\(key)\" (the state dictionary has \"\($0)\")" } ?? "\"\(key)\""
      }
      parts.append("missing keys: \(names.joined(separator: ", "))")
    }
    if !unexpectedKeys.isEmpty {
      let names = unexpectedKeys.map { key in
        key.nearest(among: missingKeys).map { "\"\(key)\" (did you mean \"\($0)\"?)" } ?? "\"\(key)\""
      }
      parts.append("unexpected keys: \(names.joined(separator: ", "))")
    }
    if !mismatches.isEmpty {
      let texts = mismatches.map {
        "\"\($0.key)\" has shape \($0.found.tupleDescription) in the state dictionary, \($0.expected.tupleDescription) in the module"
      }
      parts.append("shapes differ: \(texts.joined(separator: ", "))")
    }
    return "the state dictionary does not fit \(module): \(parts.joined(separator: "; "))"
  }
}

/// The names that did not match in a load that was not strict.
public struct IncompatibleKeys: Sendable, Equatable {
  /// Names that the module has and the dictionary has not; these tensors were left as they were.
  public var missingKeys: [String]
  /// Names that the dictionary has and the module has not; these tensors were not used.
  public var unexpectedKeys: [String]
}
