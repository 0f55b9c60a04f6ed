public import TensorModule

/// A gated recurrent unit over sequences (PyTorch's `nn.GRU`):
///
/// ```text
/// r = σ(W_ir·x + b_ir + W_hr·h + b_hr)          z = σ(W_iz·x + b_iz + W_hz·h + b_hz)
/// n = tanh(W_in·x + b_in + r·(W_hn·h + b_hn))   h' = (1 - z)·n + z·h
/// ```
///
/// Input `[L, N, in]`, with `batchFirst` `[N, L, in]`, `[L, in]` without a batch, or a ``PackedSequence``. The output
/// holds the last layer's hidden state at every step, `[L, N, D·H]`, D being 2 if bidirectional; the final hidden state is
/// `[D·layers, N, H]`, batch second also with `batchFirst`. Without a batch the N is missing everywhere. The weights' rows
/// are in PyTorch's order r, z, n.
///
/// ```swift
/// let gru = GRU(100, 256)
/// let (output, hidden) = gru(x)
/// ```
public final class GRU: RNNBase, @unchecked Sendable {
  /// A stack of `numLayers` layers.
  public init(
    _ inputSize: Int, _ hiddenSize: Int, numLayers: Int = 1, bias: Bool = true, batchFirst: Bool = false,
    dropout: Double = 0, bidirectional: Bool = false, device: Device = .cpu, dtype: DType = .float32
  ) {
    super.init(
      .gru, inputSize, hiddenSize, numLayers: numLayers, bias: bias, batchFirst: batchFirst, dropout: dropout,
      bidirectional: bidirectional, device: device, dtype: dtype)
  }

  /// Reads sequences.
  /// - Parameters:
  ///   - input: `[L, N, in]`, with `batchFirst` `[N, L, in]`, or `[L, in]`.
  ///   - hidden: the initial hidden state, `[D·layers, N, H]`, or `[D·layers, H]`; zeros if left out.
  /// - Returns: the hidden states of the last layer at every step, and the final ones of every layer.
  public func callAsFunction(_ input: Tensor, _ hidden: Tensor? = nil) -> (output: Tensor, hidden: Tensor) {
    inCall(input, hidden) { input, hidden in
      let (output, state) = read(input, hidden.map { RecurrentState(hidden: $0) })
      return (output, state.hidden)
    }
  }

  /// Reads sequences of different lengths. States are in the order that the sequences had before they were packed.
  /// - Parameter hidden: the initial hidden state, `[D·layers, N, H]`; zeros if left out.
  public func callAsFunction(_ input: PackedSequence, _ hidden: Tensor? = nil) -> (output: PackedSequence, hidden: Tensor) {
    inCall(input, hidden) { input, hidden in
      let (output, state) = read(input, hidden.map { RecurrentState(hidden: $0) })
      return (output, state.hidden)
    }
  }
}
