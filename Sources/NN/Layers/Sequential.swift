public import TensorModule

/// Layers one after the other (PyTorch's `nn.Sequential`). The state keys are their numbers, `0.weight`, or their
/// names.
///
/// ```swift
/// let model = Sequential(Linear(10, 32), ReLU(), Linear(32, 1))
/// ```
public final class Sequential: Layer {
  private let layers: [any Layer]
  private let names: [String]?

  /// The layers in order.
  public convenience init(_ layers: any Layer...) { self.init(layers) }

  /// The layers in order.
  public init(_ layers: [any Layer]) {
    self.layers = layers
    names = nil
  }

  /// The layers in order, with names in place of numbers (PyTorch's `OrderedDict` form):
  /// `Sequential(named: ["hidden": Linear(10, 32), "output": Linear(32, 1)])`. A name that is empty, contains a point or is
  /// there twice is an error.
  public init(named layers: KeyValuePairs<String, any Layer>) {
    self.layers = layers.map(\.value)
    let keys = layers.map(\.key)
    names = keys
    checkKeys(keys, "Sequential")
  }

  /// The numbers or names are the keys.
  public var stateKeys: [String: String] {
    var keys = ["layers": ""]
    for (index, name) in (names ?? []).enumerated() { keys["layers.\(index)"] = name }
    return keys
  }

  /// Each layer's output is the next one's input.
  public func forward(_ x: Tensor) -> Tensor {
    var x = x
    for layer in layers { x = layer(x) }
    return x
  }
}

extension Sequential: RandomAccessCollection {
  /// 0.
  public var startIndex: Int { 0 }
  /// The number of layers.
  public var endIndex: Int { layers.count }
  /// The layer at a position. A position out of range fails.
  public subscript(position: Int) -> any Layer { layer(layers, at: position, "Sequential") }
}
