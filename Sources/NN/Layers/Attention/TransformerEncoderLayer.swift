public import TensorModule

/// Self-attention and a feed-forward network, each added to its input and normalized (PyTorch's
/// `nn.TransformerEncoderLayer`): x = norm1(x + attention(x)), norm2(x + linear2(activation(linear1(x)))), with dropout on
/// both branches; with `normFirst` it is the branches' input that is normalized.
///
/// Input and output `[S, N, E]`, with `batchFirst` `[N, S, E]`, or `[S, E]` for one sample.
///
/// The keys are PyTorch's: `self_attn.in_proj_weight`, `self_attn.out_proj.weight`, `linear1.weight`, `norm1.weight` …
public final class TransformerEncoderLayer: Layer {
  /// Attention of the sequence to itself.
  public let selfAttn: MultiheadAttention
  /// From E to the network's inner size.
  public let linear1: Linear
  /// After the activation.
  public let dropout: Dropout
  /// Back to E.
  public let linear2: Linear
  /// Of the attention's branch.
  public let norm1: LayerNorm
  /// Of the network's branch.
  public let norm2: LayerNorm
  /// After the attention.
  public let dropout1: Dropout
  /// After the network.
  public let dropout2: Dropout
  /// Whether branches are normalized before rather than after.
  public let normFirst: Bool
  /// What stands between the linear layers.
  public let activation: TransformerActivation

  /// PyTorch's defaults unless told otherwise.
  /// - Parameters:
  ///   - dModel: E, a multiple of `nhead`.
  ///   - nhead: the number of heads.
  ///   - dimFeedforward: the inner size of the feed-forward network.
  ///   - dropout: the probability of dropping elements while training.
  ///   - layerNormEps: what is added to the variance when normalizing.
  ///   - bias: whether linear layers and norms have biases.
  public init(
    _ dModel: Int, _ nhead: Int, dimFeedforward: Int = 2048, dropout: Double = 0.1,
    activation: TransformerActivation = .relu, layerNormEps: Double = 1e-5, batchFirst: Bool = false,
    normFirst: Bool = false, bias: Bool = true, device: Device = .cpu, dtype: DType = .float32
  ) {
    selfAttn = MultiheadAttention(
      dModel, nhead, dropout: dropout, bias: bias, batchFirst: batchFirst, device: device, dtype: dtype)
    linear1 = Linear(dModel, dimFeedforward, bias: bias, device: device, dtype: dtype)
    self.dropout = Dropout(dropout)
    linear2 = Linear(dimFeedforward, dModel, bias: bias, device: device, dtype: dtype)
    norm1 = LayerNorm(dModel, eps: layerNormEps, bias: bias, device: device, dtype: dtype)
    norm2 = LayerNorm(dModel, eps: layerNormEps, bias: bias, device: device, dtype: dtype)
    dropout1 = Dropout(dropout)
    dropout2 = Dropout(dropout)
    self.normFirst = normFirst
    self.activation = activation
  }

  /// A second layer that begins with the values of the first.
  init(copying other: TransformerEncoderLayer) {
    selfAttn = MultiheadAttention(copying: other.selfAttn)
    linear1 = Linear(copying: other.linear1)
    dropout = Dropout(copying: other.dropout)
    linear2 = Linear(copying: other.linear2)
    norm1 = LayerNorm(copying: other.norm1)
    norm2 = LayerNorm(copying: other.norm2)
    dropout1 = Dropout(copying: other.dropout1)
    dropout2 = Dropout(copying: other.dropout2)
    normFirst = other.normFirst
    activation = other.activation
  }

  /// The layer without masks: what `Sequential` calls.
  public func forward(_ x: Tensor) -> Tensor { encode(x, nil, nil, false) }

  /// The layer's output. In bool masks **true hides**; floating-point ones are added to the scores.
  /// - Parameters:
  ///   - src: `[S, N, E]`, with `batchFirst` `[N, S, E]`, or `[S, E]`.
  ///   - srcMask: which positions each position sees, `[S, S]` or `[N·heads, S, S]`.
  ///   - srcKeyPaddingMask: positions that none sees, `[N, S]`, or `[S]` for one sample.
  ///   - isCausal: that `srcMask`, which must be given too, is the causal one.
  public func callAsFunction(
    _ src: Tensor, srcMask: Tensor? = nil, srcKeyPaddingMask: Tensor? = nil, isCausal: Bool = false
  ) -> Tensor {
    inCall(src) { encode($0, srcMask, srcKeyPaddingMask, isCausal) }
  }

  private func encode(_ x: Tensor, _ mask: Tensor?, _ padding: Tensor?, _ isCausal: Bool) -> Tensor {
    func attended(_ x: Tensor) -> Tensor {
      dropout1(
        selfAttn(x, x, x, keyPaddingMask: padding, needWeights: false, attnMask: mask, isCausal: isCausal).output)
    }
    func fed(_ x: Tensor) -> Tensor { dropout2(linear2(dropout(activation(linear1(x))))) }
    if normFirst {
      let y = x + attended(norm1(x))
      return y + fed(norm2(y))
    }
    let y = norm1(x + attended(x))
    return norm2(y + fed(y))
  }
}
