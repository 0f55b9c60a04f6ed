public import TensorModule

/// A stack of encoder layers (PyTorch's `nn.TransformerEncoder`).
///
/// ```swift
/// let encoder = TransformerEncoder(TransformerEncoderLayer(512, 8, batchFirst: true), numLayers: 6)
/// let memory = encoder(src, srcKeyPaddingMask: padding)
/// ```
///
/// The keys are PyTorch's: `layers.0.self_attn.in_proj_weight` …, `norm.weight`.
public final class TransformerEncoder: Layer {
  /// The layers, in order.
  public let layers: [TransformerEncoderLayer]
  /// What is applied to the last layer's output, or nil.
  public let norm: (any Layer)?

  /// `numLayers` copies of a layer: as in PyTorch all begin with its values. A parametrized layer is an error.
  /// - Parameter norm: what is applied to the last layer's output: a `LayerNorm` where layers have `normFirst`.
  public init(_ encoderLayer: TransformerEncoderLayer, numLayers: Int, norm: (any Layer)? = nil) {
    layers = copies(of: encoderLayer, numLayers, "TransformerEncoder") { TransformerEncoderLayer(copying: $0) }
    self.norm = norm
  }

  /// The number of layers.
  public var numLayers: Int { layers.count }

  /// The stack without masks: what `Sequential` calls.
  public func forward(_ x: Tensor) -> Tensor { encode(x, nil, nil, false) }

  /// The last layer's output. In bool masks **true hides**; floating-point ones are added to the scores.
  /// - Parameters:
  ///   - src: `[S, N, E]`, with `batchFirst` `[N, S, E]`, or `[S, E]`.
  ///   - mask: which positions each position sees, `[S, S]` or `[N·heads, S, S]`.
  ///   - srcKeyPaddingMask: positions that none sees, `[N, S]`, or `[S]` for one sample.
  ///   - isCausal: that `mask`, which must be given too, is the causal one.
  public func callAsFunction(
    _ src: Tensor, mask: Tensor? = nil, srcKeyPaddingMask: Tensor? = nil, isCausal: Bool = false
  ) -> Tensor {
    inCall(src) { encode($0, mask, srcKeyPaddingMask, isCausal) }
  }

  private func encode(_ src: Tensor, _ mask: Tensor?, _ padding: Tensor?, _ isCausal: Bool) -> Tensor {
    let output = layers.reduce(src) { $1($0, srcMask: mask, srcKeyPaddingMask: padding, isCausal: isCausal) }
    return norm.map { $0(output) } ?? output
  }
}

/// The layers of a stack; none after failing.
func copies<L: Module>(of layer: L, _ count: Int, _ name: String, _ copy: (L) -> L) -> [L] {
  if count < 1 { fail(TensorError(name, rule: "the number of layers \(count) must be positive")) }
  if let (key, _) = layer.namedModules().first(where: { $0.module.isParametrized() }) {
    fail(
      TensorError(
        name, rule: "copies of a parametrized layer would not be\(key.isEmpty ? "" : ": \"\(key)\" has parameters computed from others")",
        hint: "make the stack first, then parametrize each of its layers"))
  }
  return ThreadMode.hasFailed ? [] : (0..<count).map { _ in copy(layer) }
}
