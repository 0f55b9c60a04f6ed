public import TensorModule

/// What stands between the two linear layers of a Transformer's layers.
public enum TransformerActivation: Sendable {
  /// max(x, 0).
  case relu
  /// x·Φ(x), exactly, not by tanh.
  case gelu
  /// A function of one's own, element by element: `.function { $0.silu() }`.
  case function(@Sendable (Tensor) -> Tensor)

  func callAsFunction(_ x: Tensor) -> Tensor {
    switch self {
    case .relu: x.relu()
    case .gelu: x.gelu()
    case .function(let function): function(x)
    }
  }
}
