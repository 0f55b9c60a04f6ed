public import TensorModule

/// A stack of decoder layers (PyTorch's `nn.TransformerDecoder`).
///
/// The keys are PyTorch's: `layers.0.self_attn.in_proj_weight` …, `norm.weight`.
public final class TransformerDecoder: Module {
  /// The layers, in order.
  public let layers: [TransformerDecoderLayer]
  /// What is applied to the last layer's output, or nil.
  public let norm: (any Layer)?

  /// `numLayers` copies of a layer: as in PyTorch all begin with its values. A parametrized layer is an error.
  /// - Parameter norm: what is applied to the last layer's output: a `LayerNorm` where layers have `normFirst`.
  public init(_ decoderLayer: TransformerDecoderLayer, numLayers: Int, norm: (any Layer)? = nil) {
    layers = copies(of: decoderLayer, numLayers, "TransformerDecoder") { TransformerDecoderLayer(copying: $0) }
    self.norm = norm
  }

  /// The number of layers.
  public var numLayers: Int { layers.count }

  /// The last layer's output; the arguments are those of ``TransformerDecoderLayer``.
  public func callAsFunction(
    _ tgt: Tensor, _ memory: Tensor, tgtMask: Tensor? = nil, memoryMask: Tensor? = nil, tgtKeyPaddingMask: Tensor? = nil,
    memoryKeyPaddingMask: Tensor? = nil, tgtIsCausal: Bool = false, memoryIsCausal: Bool = false
  ) -> Tensor {
    inCall(tgt, memory) { tgt, memory in
      let output = layers.reduce(tgt) { x, layer in
        layer(
          x, memory, tgtMask: tgtMask, memoryMask: memoryMask, tgtKeyPaddingMask: tgtKeyPaddingMask,
          memoryKeyPaddingMask: memoryKeyPaddingMask, tgtIsCausal: tgtIsCausal, memoryIsCausal: memoryIsCausal)
      }
      return norm.map { $0(output) } ?? output
    }
  }
}
