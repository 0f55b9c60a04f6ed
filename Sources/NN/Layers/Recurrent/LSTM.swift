public import TensorModule

/// A long short-term memory over sequences (PyTorch's `nn.LSTM`):
///
/// ```text
/// i = σ(W_ii·x + b_ii + W_hi·h + b_hi)      f = σ(W_if·x + b_if + W_hf·h + b_hf)
/// g = tanh(W_ig·x + b_ig + W_hg·h + b_hg)   o = σ(W_io·x + b_io + W_ho·h + b_ho)
/// c' = f·c + i·g                            h' = o·tanh(c'), projected if `projSize` is not 0
/// ```
///
/// Input `[L, N, in]`, with `batchFirst` `[N, L, in]`, `[L, in]` without a batch, or a ``PackedSequence``. The output
/// holds the last layer's hidden state at every step, `[L, N, D·H]`, D being 2 if bidirectional; the final states are
/// `[D·layers, N, H]`, batch second also with `batchFirst`. Without a batch the N is missing everywhere. The weights' rows
/// are in PyTorch's order i, f, g, o.
///
/// ```swift
/// let lstm = LSTM(100, 256)
/// let (output, (hidden, cell)) = lstm(x)
/// ```
public final class LSTM: RNNBase, @unchecked Sendable {
  /// A stack of `numLayers` layers.
  /// - Parameter projSize: if not 0, hidden states are projected to this size by one more weight, `weight_hr_l0` …; it
  ///   must be smaller than `hiddenSize`.
  public init(
    _ inputSize: Int, _ hiddenSize: Int, numLayers: Int = 1, bias: Bool = true, batchFirst: Bool = false,
    dropout: Double = 0, bidirectional: Bool = false, projSize: Int = 0, device: Device = .cpu, dtype: DType = .float32
  ) {
    super.init(
      .lstm, inputSize, hiddenSize, numLayers: numLayers, bias: bias, batchFirst: batchFirst, dropout: dropout,
      bidirectional: bidirectional, projSize: projSize, device: device, dtype: dtype)
  }

  /// Reads sequences.
  /// - Parameters:
  ///   - input: `[L, N, in]`, with `batchFirst` `[N, L, in]`, or `[L, in]`.
  ///   - state: the initial hidden and cell states, `[D·layers, N, H]` each, or `[D·layers, H]`; zeros if left out.
  /// - Returns: the hidden states of the last layer at every step, and the final states of every layer.
  public func callAsFunction(
    _ input: Tensor, _ state: (hidden: Tensor, cell: Tensor)? = nil
  ) -> (output: Tensor, state: (hidden: Tensor, cell: Tensor)) {
    inCall(input, state) { input, state in
      let (output, final) = read(input, state.map { RecurrentState(hidden: $0.hidden, cell: $0.cell) })
      return (output, (final.hidden, final.cell ?? standIn()))
    }
  }

  /// Reads sequences of different lengths. States are in the order that the sequences had before they were packed.
  /// - Parameter state: the initial hidden and cell states, `[D·layers, N, H]` each; zeros if left out.
  public func callAsFunction(
    _ input: PackedSequence, _ state: (hidden: Tensor, cell: Tensor)? = nil
  ) -> (output: PackedSequence, state: (hidden: Tensor, cell: Tensor)) {
    inCall(input, state) { input, state in
      let (output, final) = read(input, state.map { RecurrentState(hidden: $0.hidden, cell: $0.cell) })
      return (output, (final.hidden, final.cell ?? standIn()))
    }
  }
}
