public import TensorModule

/// Self-attention, attention to an encoder's output, and a feed-forward network, each added to its input and normalized
/// (PyTorch's `nn.TransformerDecoderLayer`); with `normFirst` it is the branches' input that is normalized.
///
/// Targets and output `[T, N, E]`, memory `[S, N, E]`, with `batchFirst` N first, or without N for one sample.
///
/// The keys are PyTorch's: `self_attn.in_proj_weight`, `multihead_attn.in_proj_weight`, `linear1.weight`, `norm1.weight` …
public final class TransformerDecoderLayer: Module {
  /// Attention of the targets to themselves.
  public let selfAttn: MultiheadAttention
  /// Attention of the targets to the memory.
  public let multiheadAttn: MultiheadAttention
  /// From E to the network's inner size.
  public let linear1: Linear
  /// After the activation.
  public let dropout: Dropout
  /// Back to E.
  public let linear2: Linear
  /// Of the self-attention's branch.
  public let norm1: LayerNorm
  /// Of the branch that attends to the memory.
  public let norm2: LayerNorm
  /// Of the network's branch.
  public let norm3: LayerNorm
  /// After the self-attention.
  public let dropout1: Dropout
  /// After the attention to the memory.
  public let dropout2: Dropout
  /// After the network.
  public let dropout3: Dropout
  /// Whether branches are normalized before rather than after.
  public let normFirst: Bool
  /// What stands between the linear layers.
  public let activation: TransformerActivation

  /// PyTorch's defaults unless told otherwise; the arguments are those of ``TransformerEncoderLayer``.
  public init(
    _ dModel: Int, _ nhead: Int, dimFeedforward: Int = 2048, dropout: Double = 0.1,
    activation: TransformerActivation = .relu, layerNormEps: Double = 1e-5, batchFirst: Bool = false,
    normFirst: Bool = false, bias: Bool = true, device: Device = .cpu, dtype: DType = .float32
  ) {
    selfAttn = MultiheadAttention(
      dModel, nhead, dropout: dropout, bias: bias, batchFirst: batchFirst, device: device, dtype: dtype)
    multiheadAttn = MultiheadAttention(
      dModel, nhead, dropout: dropout, bias: bias, batchFirst: batchFirst, device: device, dtype: dtype)
    linear1 = Linear(dModel, dimFeedforward, bias: bias, device: device, dtype: dtype)
    self.dropout = Dropout(dropout)
    linear2 = Linear(dimFeedforward, dModel, bias: bias, device: device, dtype: dtype)
    norm1 = LayerNorm(dModel, eps: layerNormEps, bias: bias, device: device, dtype: dtype)
    norm2 = LayerNorm(dModel, eps: layerNormEps, bias: bias, device: device, dtype: dtype)
    norm3 = LayerNorm(dModel, eps: layerNormEps, bias: bias, device: device, dtype: dtype)
    dropout1 = Dropout(dropout)
    dropout2 = Dropout(dropout)
    dropout3 = Dropout(dropout)
    self.normFirst = normFirst
    self.activation = activation
  }

  /// A second layer that begins with the values of the first.
  init(copying other: TransformerDecoderLayer) {
    selfAttn = MultiheadAttention(copying: other.selfAttn)
    multiheadAttn = MultiheadAttention(copying: other.multiheadAttn)
    linear1 = Linear(copying: other.linear1)
    dropout = Dropout(copying: other.dropout)
    linear2 = Linear(copying: other.linear2)
    norm1 = LayerNorm(copying: other.norm1)
    norm2 = LayerNorm(copying: other.norm2)
    norm3 = LayerNorm(copying: other.norm3)
    dropout1 = Dropout(copying: other.dropout1)
    dropout2 = Dropout(copying: other.dropout2)
    dropout3 = Dropout(copying: other.dropout3)
    normFirst = other.normFirst
    activation = other.activation
  }

  /// The layer's output. In bool masks **true hides**; floating-point ones are added to the scores.
  /// - Parameters:
  ///   - tgt: `[T, N, E]`, with `batchFirst` `[N, T, E]`, or `[T, E]`.
  ///   - memory: an encoder's output, `[S, N, E]`, `[N, S, E]`, or `[S, E]`.
  ///   - tgtMask: which targets each target sees, `[T, T]` or `[N·heads, T, T]`.
  ///   - memoryMask: which of the memory's positions each target sees, `[T, S]` or `[N·heads, T, S]`.
  ///   - tgtKeyPaddingMask: targets that none sees, `[N, T]`, or `[T]` for one sample.
  ///   - memoryKeyPaddingMask: the memory's positions that none sees, `[N, S]`, or `[S]`.
  ///   - tgtIsCausal, memoryIsCausal: that the mask, which must be given too, is the causal one.
  public func callAsFunction(
    _ tgt: Tensor, _ memory: Tensor, tgtMask: Tensor? = nil, memoryMask: Tensor? = nil, tgtKeyPaddingMask: Tensor? = nil,
    memoryKeyPaddingMask: Tensor? = nil, tgtIsCausal: Bool = false, memoryIsCausal: Bool = false
  ) -> Tensor {
    inCall(tgt, memory) { tgt, memory in
      func attended(_ x: Tensor) -> Tensor {
        dropout1(
          selfAttn(
            x, x, x, keyPaddingMask: tgtKeyPaddingMask, needWeights: false, attnMask: tgtMask, isCausal: tgtIsCausal
          ).output)
      }
      func remembered(_ x: Tensor) -> Tensor {
        dropout2(
          multiheadAttn(
            x, memory, memory, keyPaddingMask: memoryKeyPaddingMask, needWeights: false, attnMask: memoryMask,
            isCausal: memoryIsCausal
          ).output)
      }
      func fed(_ x: Tensor) -> Tensor { dropout3(linear2(dropout(activation(linear1(x))))) }
      if normFirst {
        let y = tgt + attended(norm1(tgt))
        let z = y + remembered(norm2(y))
        return z + fed(norm3(z))
      }
      let y = norm1(tgt + attended(tgt))
      let z = norm2(y + remembered(y))
      return norm3(z + fed(z))
    }
  }
}
