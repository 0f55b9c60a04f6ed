public import TensorModule

/// An encoder and a decoder (PyTorch's `nn.Transformer`).
///
/// ```swift
/// let model = Transformer(dModel: 512, nhead: 8, batchFirst: true)
/// let mask = Transformer.generateSquareSubsequentMask(tgt.shape[1])
/// let output = model(src, tgt, tgtMask: mask, tgtIsCausal: true)
/// ```
///
/// All parameters of more than one dimension start as Glorot's uniform numbers, PyTorch's for the same seed. The keys are
/// PyTorch's: `encoder.layers.0.self_attn.in_proj_weight` …, `encoder.norm.weight`, `decoder.layers.0.linear1.weight` …
public final class Transformer: Module {
  /// What reads the source.
  public let encoder: TransformerEncoder
  /// What makes the targets' output from what the encoder read.
  public let decoder: TransformerDecoder
  /// E, the size of all inputs and outputs.
  public let dModel: Int
  /// The number of heads.
  public let nhead: Int
  /// Whether sequences are `[N, L, E]` rather than `[L, N, E]`.
  public let batchFirst: Bool

  /// PyTorch's defaults unless told otherwise.
  /// - Parameters:
  ///   - dModel: E, a multiple of `nhead`.
  ///   - customEncoder, customDecoder: in place of those made from the other arguments. Their parameters of more than one
  ///     dimension are drawn anew, too.
  ///   - layerNormEps: what is added to the variance when normalizing.
  ///   - bias: whether linear layers and norms have biases.
  public init(
    dModel: Int = 512, nhead: Int = 8, numEncoderLayers: Int = 6, numDecoderLayers: Int = 6, dimFeedforward: Int = 2048,
    dropout: Double = 0.1, activation: TransformerActivation = .relu, customEncoder: TransformerEncoder? = nil,
    customDecoder: TransformerDecoder? = nil, layerNormEps: Double = 1e-5, batchFirst: Bool = false,
    normFirst: Bool = false, bias: Bool = true, device: Device = .cpu, dtype: DType = .float32
  ) {
    self.dModel = dModel
    self.nhead = nhead
    self.batchFirst = batchFirst
    func norm() -> LayerNorm { LayerNorm(dModel, eps: layerNormEps, bias: bias, device: device, dtype: dtype) }
    encoder =
      customEncoder
      ?? TransformerEncoder(
        TransformerEncoderLayer(
          dModel, nhead, dimFeedforward: dimFeedforward, dropout: dropout, activation: activation,
          layerNormEps: layerNormEps, batchFirst: batchFirst, normFirst: normFirst, bias: bias, device: device, dtype: dtype),
        numLayers: numEncoderLayers, norm: norm())
    decoder =
      customDecoder
      ?? TransformerDecoder(
        TransformerDecoderLayer(
          dModel, nhead, dimFeedforward: dimFeedforward, dropout: dropout, activation: activation,
          layerNormEps: layerNormEps, batchFirst: batchFirst, normFirst: normFirst, bias: bias, device: device, dtype: dtype),
        numLayers: numDecoderLayers, norm: norm())
    for parameter in parameters() where parameter.rank > 1 { Init.xavierUniform_(parameter) }
  }

  /// The decoder's output for targets of which the source is known. In bool masks **true hides**; floating-point ones are
  /// added to the scores.
  /// - Parameters:
  ///   - src: `[S, N, E]`, with `batchFirst` `[N, S, E]`, or `[S, E]`.
  ///   - tgt: `[T, N, E]`, `[N, T, E]`, or `[T, E]`.
  ///   - srcMask: which of the source's positions each of them sees, `[S, S]` or `[N·heads, S, S]`.
  ///   - tgtMask: which targets each target sees, `[T, T]` or `[N·heads, T, T]`.
  ///   - memoryMask: which of the source's positions each target sees, `[T, S]` or `[N·heads, T, S]`.
  ///   - srcKeyPaddingMask: positions of the source that none of them sees, `[N, S]` or `[S]`.
  ///   - tgtKeyPaddingMask: targets that none sees, `[N, T]` or `[T]`.
  ///   - memoryKeyPaddingMask: positions of the source that no target sees, `[N, S]` or `[S]`.
  ///   - srcIsCausal, tgtIsCausal, memoryIsCausal: that the mask, which must be given too, is the causal one.
  /// - Returns: as `tgt`.
  public func callAsFunction(
    _ src: Tensor, _ tgt: Tensor, srcMask: Tensor? = nil, tgtMask: Tensor? = nil, memoryMask: Tensor? = nil,
    srcKeyPaddingMask: Tensor? = nil, tgtKeyPaddingMask: Tensor? = nil, memoryKeyPaddingMask: Tensor? = nil,
    srcIsCausal: Bool = false, tgtIsCausal: Bool = false, memoryIsCausal: Bool = false
  ) -> Tensor {
    inCall(src, tgt) { src, tgt in
      if let rule = misfit(src, tgt) { return failing(TensorError("Transformer", of: src, tgt, rule: rule)) }
      let memory = encoder(src, mask: srcMask, srcKeyPaddingMask: srcKeyPaddingMask, isCausal: srcIsCausal)
      return decoder(
        tgt, memory, tgtMask: tgtMask, memoryMask: memoryMask, tgtKeyPaddingMask: tgtKeyPaddingMask,
        memoryKeyPaddingMask: memoryKeyPaddingMask, tgtIsCausal: tgtIsCausal, memoryIsCausal: memoryIsCausal)
    }
  }

  /// What is wrong with source and targets, or nil.
  private func misfit(_ src: Tensor, _ tgt: Tensor) -> String? {
    if ThreadMode.hasFailed { return nil }
    guard src.rank == tgt.rank, src.rank == 2 || src.rank == 3 else {
      return "source and targets must both have 2 dimensions (one sample) or 3 (a batch), not \(src.rank) and \(tgt.rank)"
    }
    let axis = batchFirst ? 0 : 1
    if src.rank == 3 && src.shape[axis] != tgt.shape[axis] {
      return "source and targets must have the same number of samples, not \(src.shape[axis]) and \(tgt.shape[axis])"
    }
    if src.shape[-1] != dModel || tgt.shape[-1] != dModel {
      return "source and targets must have \(dModel) features, not \(src.shape[-1]) and \(tgt.shape[-1])"
    }
    return nil
  }

  /// The causal mask `[size, size]`: position i sees 0 … i. -∞ above the diagonal, 0 elsewhere, to be added to scores.
  public static func generateSquareSubsequentMask(_ size: Int, device: Device = .cpu, dtype: DType = .float32) -> Tensor {
    Tensor.full([size, size], -Double.infinity, dtype: dtype, device: device).triu(1)
  }
}
