internal import TensorModule

/// Layers by name, in the order in which they are given (PyTorch's `nn.ModuleDict`). It is not a layer itself: its owner
/// decides which are called.
///
/// ```swift
/// let activations = ModuleDict(["relu": ReLU(), "gelu": GELU()])
/// let y = activations["gelu"](x)
/// ```
///
/// A dictionary property does the same, ordered by its keys; also for modules that are no ``Layer``.
public final class ModuleDict: Module {
  /// The names, in order.
  public let keys: [String]
  private let layers: [any Layer]

  /// The layers in order. A name that is empty, contains a point or is there twice is an error.
  public init(_ layers: KeyValuePairs<String, any Layer> = [:]) {
    keys = layers.map(\.key)
    self.layers = layers.map(\.value)
    checkKeys(keys, "ModuleDict")
  }

  /// The layers in order.
  public var values: [any Layer] { layers }

  /// The number of layers.
  public var count: Int { layers.count }

  /// Whether there is a layer of that name.
  public func contains(_ key: String) -> Bool { keys.contains(key) }

  /// The layer of that name. One that is not there fails.
  public subscript(key: String) -> any Layer {
    guard let position = keys.firstIndex(of: key) else {
      fail(missingKey(key, keys, "ModuleDict"))
      return Identity()
    }
    return layers[position]
  }

  /// The names are the keys.
  public var stateKeys: [String: String] {
    var result = ["layers": ""]
    for (index, key) in keys.enumerated() { result["layers.\(index)"] = key }
    return result
  }
}

extension ModuleDict: Sequence {
  /// The names and layers, in order.
  public func makeIterator() -> IndexingIterator<[(key: String, value: any Layer)]> {
    zip(keys, layers).map { (key: $0, value: $1) }.makeIterator()
  }
}

/// Fails if names cannot be state keys.
func checkKeys(_ keys: [String], _ name: String) {
  var seen = Set<String>()
  for key in keys {
    if key.isEmpty || key.contains(".") {
      fail(TensorError(name, rule: "the name \"\(key)\" must not be empty or contain a point"))
    } else if !seen.insert(key).inserted {
      fail(TensorError(name, rule: "the name \"\(key)\" is there twice"))
    }
  }
}

/// Why there is nothing of that name, with the nearest that is there.
func missingKey(_ key: String, _ keys: [String], _ name: String) -> TensorError {
  let names = keys.map { "\"\($0)\"" }.joined(separator: ", ")
  return TensorError(
    name, rule: "there is no \"\(key)\" among [\(names)]", hint: key.nearest(among: keys).map { "did you mean \"\($0)\"?" })
}
