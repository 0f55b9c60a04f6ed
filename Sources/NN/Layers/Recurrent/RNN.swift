public import TensorModule

/// An Elman network over sequences (PyTorch's `nn.RNN`): h' = tanh(W_ih·x + b_ih + W_hh·h + b_hh), or relu.
///
/// Input `[L, N, in]`, with `batchFirst` `[N, L, in]`, `[L, in]` without a batch, or a ``PackedSequence``. The output
/// holds the last layer's hidden state at every step, `[L, N, D·H]`, D being 2 if bidirectional; the final hidden state is
/// `[D·layers, N, H]`, batch second also with `batchFirst`. Without a batch the N is missing everywhere.
///
/// ```swift
/// let rnn = RNN(100, 256, nonlinearity: .relu)
/// let (output, hidden) = rnn(x)
/// ```
public final class RNN: RNNBase, @unchecked Sendable {
  /// What is applied to the sum at each step.
  public enum Nonlinearity: Sendable {
    case tanh, relu

    var cell: RecurrentCell { self == .tanh ? .tanh : .relu }
  }

  /// What is applied to the sum at each step.
  public let nonlinearity: Nonlinearity

  /// A stack of `numLayers` layers.
  public init(
    _ inputSize: Int, _ hiddenSize: Int, numLayers: Int = 1, nonlinearity: Nonlinearity = .tanh, bias: Bool = true,
    batchFirst: Bool = false, dropout: Double = 0, bidirectional: Bool = false, device: Device = .cpu,
    dtype: DType = .float32
  ) {
    self.nonlinearity = nonlinearity
    super.init(
      nonlinearity.cell, inputSize, hiddenSize, numLayers: numLayers, bias: bias, batchFirst: batchFirst,
      dropout: dropout, bidirectional: bidirectional, device: device, dtype: dtype)
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
