public import TensorModule

/// One step of an Elman network (PyTorch's `nn.RNNCell`): h' = tanh(W_ih·x + b_ih + W_hh·h + b_hh), or relu.
///
/// ```swift
/// let cell = RNNCell(10, 20)
/// var hidden: Tensor?
/// for x in steps { hidden = cell(x, hidden) }
/// ```
public final class RNNCell: RNNCellBase, @unchecked Sendable {
  /// What is applied to the sum.
  public let nonlinearity: RNN.Nonlinearity

  /// PyTorch's defaults unless told otherwise.
  public init(
    _ inputSize: Int, _ hiddenSize: Int, bias: Bool = true, nonlinearity: RNN.Nonlinearity = .tanh,
    device: Device = .cpu, dtype: DType = .float32
  ) {
    self.nonlinearity = nonlinearity
    super.init(nonlinearity.cell, inputSize, hiddenSize, bias: bias, device: device, dtype: dtype)
  }

  /// The next hidden state, `[N, H]` or `[H]`.
  /// - Parameters:
  ///   - input: `[N, in]` or `[in]`.
  ///   - hidden: the present hidden state, `[N, H]` or `[H]`; zeros if left out.
  public func callAsFunction(_ input: Tensor, _ hidden: Tensor? = nil) -> Tensor {
    inCall(input, hidden) { input, hidden in step(input, hidden.map { RecurrentState(hidden: $0) }).hidden }
  }
}

/// One step of a gated recurrent unit (PyTorch's `nn.GRUCell`); ``GRU`` has the formulas.
public final class GRUCell: RNNCellBase, @unchecked Sendable {
  /// PyTorch's defaults unless told otherwise.
  public init(
    _ inputSize: Int, _ hiddenSize: Int, bias: Bool = true, device: Device = .cpu, dtype: DType = .float32
  ) {
    super.init(.gru, inputSize, hiddenSize, bias: bias, device: device, dtype: dtype)
  }

  /// The next hidden state, `[N, H]` or `[H]`.
  /// - Parameters:
  ///   - input: `[N, in]` or `[in]`.
  ///   - hidden: the present hidden state, `[N, H]` or `[H]`; zeros if left out.
  public func callAsFunction(_ input: Tensor, _ hidden: Tensor? = nil) -> Tensor {
    inCall(input, hidden) { input, hidden in step(input, hidden.map { RecurrentState(hidden: $0) }).hidden }
  }
}

/// One step of a long short-term memory (PyTorch's `nn.LSTMCell`); ``LSTM`` has the formulas.
public final class LSTMCell: RNNCellBase, @unchecked Sendable {
  /// PyTorch's defaults unless told otherwise.
  public init(
    _ inputSize: Int, _ hiddenSize: Int, bias: Bool = true, device: Device = .cpu, dtype: DType = .float32
  ) {
    super.init(.lstm, inputSize, hiddenSize, bias: bias, device: device, dtype: dtype)
  }

  /// The next hidden and cell states, `[N, H]` or `[H]` each.
  /// - Parameters:
  ///   - input: `[N, in]` or `[in]`.
  ///   - state: the present hidden and cell states, `[N, H]` or `[H]` each; zeros if left out.
  public func callAsFunction(
    _ input: Tensor, _ state: (hidden: Tensor, cell: Tensor)? = nil
  ) -> (hidden: Tensor, cell: Tensor) {
    inCall(input, state) { input, state in
      let after = step(input, state.map { RecurrentState(hidden: $0.hidden, cell: $0.cell) })
      return (after.hidden, after.cell ?? standIn())
    }
  }
}
