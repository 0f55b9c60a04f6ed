internal import Autograd
public import TensorModule

// Sendable: its properties are never changed after `init`, and neither are those of the subclasses, all in this module.
/// What ``RNNCell``, ``GRUCell`` and ``LSTMCell`` share (PyTorch's `nn.RNNCellBase`): one step of a recurrent network,
/// for loops of one's own. Make one of the three.
///
/// Parameters are uniform in ±1/√H, PyTorch's numbers for the same seed; the keys are PyTorch's: `weight_ih`, `weight_hh`,
/// `bias_ih`, `bias_hh`.
public class RNNCellBase: Module, @unchecked Sendable {
  /// The size of the input's last dimension.
  public final let inputSize: Int
  /// H, the size of the states.
  public final let hiddenSize: Int
  /// Whether there are biases.
  public final let bias: Bool
  /// `[gates·H, in]`: one gate in ``RNNCell``, three in ``GRUCell``, four in ``LSTMCell``.
  public final let weightIh: Parameter
  /// `[gates·H, H]`.
  public final let weightHh: Parameter
  /// `[gates·H]`, or nil.
  public final let biasIh: Parameter?
  /// `[gates·H]`, or nil.
  public final let biasHh: Parameter?

  final let cell: RecurrentCell

  init(_ cell: RecurrentCell, _ inputSize: Int, _ hiddenSize: Int, bias: Bool, device: Device, dtype: DType) {
    self.cell = cell
    self.inputSize = inputSize
    self.hiddenSize = hiddenSize
    self.bias = bias
    let name = _typeName(Self.self, qualified: false), gates = cell.gateCount
    Init.checkSizes(name, [gates, hiddenSize, inputSize], dtype)
    Init.checkSizes(name, [gates, hiddenSize, hiddenSize], dtype)
    let bound = hiddenSize > 0 ? 1 / Double(hiddenSize).squareRoot() : 0
    func uniform(_ columns: Int?) -> Parameter {
      if ThreadMode.hasFailed { return Parameter(standIn()) }
      let rows = gates * hiddenSize, shape: Shape = columns.map { [rows, $0] } ?? [rows]
      return Parameter(Init.uniform_(Tensor.empty(shape, dtype: dtype, device: device), from: -bound, to: bound))
    }
    weightIh = uniform(inputSize)
    weightHh = uniform(hiddenSize)
    biasIh = bias ? uniform(nil) : nil
    biasHh = bias ? uniform(nil) : nil
  }

  /// The next state of one step: `[N, in]` and `[N, H]`, or `[in]` and `[H]`.
  final func step(_ input: Tensor, _ state: RecurrentState?) -> RecurrentState {
    if let error = refusal(of: input, state) { fail(error) }
    if ThreadMode.hasFailed { return RecurrentState(hidden: standIn(), cell: cell == .lstm ? standIn() : nil) }
    let isBatched = input.rank == 2
    let rows = isBatched ? input : input.unsqueeze(0)
    func zeros() -> Tensor { Tensor.zeros([rows.shape[0], hiddenSize], dtype: input.dtype, device: input.device) }
    let before =
      state.map { isBatched ? $0 : $0.map { $0.unsqueeze(0) } }
      ?? RecurrentState(hidden: zeros(), cell: cell == .lstm ? zeros() : nil)
    let weights = RecurrentWeights(input: weightIh, hidden: weightHh, inputBias: biasIh, hiddenBias: biasHh)
    let after = RecurrentState.shortened(rows, before, weights) { rows, before, weights in
      cell.step(rows.linear(weights.input, weights.inputBias), before, weights).state
    }.map { $0.to(input.dtype) }
    return isBatched ? after : after.map { $0.squeeze(0) }
  }

  /// Why the arguments do not fit, or nil.
  private func refusal(of input: Tensor, _ state: RecurrentState?) -> TensorError? {
    if ThreadMode.hasFailed { return nil }
    let name = _typeName(type(of: self), qualified: false)
    guard input.rank == 1 || input.rank == 2 else {
      return TensorError(name, of: input, rule: "expected 1 (unbatched) or 2 (batched) dimensions, got \(input.rank)")
    }
    guard input.shape[-1] == inputSize else {
      return TensorError(
        name, of: input, rule: "the input's last dimension must be the input size \(inputSize), got \(input.shape[-1])")
    }
    guard input.dtype == weightIh.dtype || autocastDType != nil else {
      return TensorError(
        name, of: input, rule: "the input is \(input.dtype), the weights are \(weightIh.dtype)",
        hint: "convert the input with to(.\(weightIh.dtype))")
    }
    guard let state else { return nil }
    let expected = Shape(Array(input.shape.dropLast()) + [hiddenSize])
    for (tensor, which) in [(state.hidden, "hidden")] + (state.cell.map { [($0, "cell")] } ?? []) {
      if tensor.shape != expected {
        return TensorError(
          name, of: input, tensor,
          rule: "the \(which) state must have shape \(expected.tupleDescription), got \(tensor.shape.tupleDescription)")
      }
      if tensor.dtype != input.dtype && autocastDType == nil {
        return TensorError(
          name, of: input, tensor, rule: "the input is \(input.dtype), the \(which) state \(tensor.dtype)",
          hint: "convert the state with to(.\(input.dtype))")
      }
    }
    return nil
  }

  /// PyTorch's.
  public final var extraDescription: String {
    var text = "\(inputSize), \(hiddenSize)"
    if !bias { text += ", bias=False" }
    if cell == .relu { text += ", nonlinearity=relu" }
    return text
  }
}
