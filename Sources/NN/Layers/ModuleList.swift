internal import TensorModule

/// Layers in a list (PyTorch's `nn.ModuleList`). It is not a layer itself: its owner decides how they are called.
///
/// An array property does the same, with the same keys, and keeps the elements' type; also for modules that are no
/// ``Layer``: `let cells: [LSTMCell]`.
public final class ModuleList: Module {
  private let layers: [any Layer]

  /// The layers in order.
  public init(_ layers: [any Layer] = []) { self.layers = layers }

  /// The numbers are the keys.
  public var stateKeys: [String: String] { ["layers": ""] }
}

extension ModuleList: RandomAccessCollection {
  /// 0.
  public var startIndex: Int { 0 }
  /// The number of layers.
  public var endIndex: Int { layers.count }
  /// The layer at a position. A position out of range fails.
  public subscript(position: Int) -> any Layer { layer(layers, at: position, "ModuleList") }
}

/// The layer at a position of a container.
func layer(_ layers: [any Layer], at position: Int, _ name: String) -> any Layer {
  guard layers.indices.contains(position) else {
    fail(TensorError(name, rule: "there is no layer \(position) among \(layers.count)"))
    return Identity()
  }
  return layers[position]
}
