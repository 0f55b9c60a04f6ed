internal import Autograd
internal import TensorModule

/// What a recurrent module computes at each step. Gates lie side by side in PyTorch's order: GRU r, z, n; LSTM i, f, g, o.
enum RecurrentCell: Sendable {
  case tanh, relu, gru, lstm

  /// The number of gates: rows of the weights are this many times the hidden size.
  var gateCount: Int {
    switch self {
    case .tanh, .relu: 1
    case .gru: 3
    case .lstm: 4
    }
  }

  /// The next state, and what its derivative looks at: the network's output; a GRU's activations; an LSTM's activations,
  /// cell and, if it is projected, hidden state.
  /// - Parameters:
  ///   - input: the input's part of the gates, `[N, gates·H]`.
  ///   - state: `[N, H]` each.
  func step(_ input: Tensor, _ state: RecurrentState, _ weights: RecurrentWeights) -> (state: RecurrentState, trace: [Tensor]) {
    let own = state.hidden.linear(weights.hidden, weights.hiddenBias)
    switch self {
    case .tanh, .relu:
      let sum = own + input, hidden = self == .tanh ? sum.tanh() : sum.relu()
      return (RecurrentState(hidden: hidden), [hidden])
    case .gru:
      guard isRight(own, for: state.hidden), isRight(input, for: state.hidden) else {
        let missing = refusal("GRU", input, own, of: state.hidden)
        return (RecurrentState(hidden: missing), [missing])
      }
      let results = applyToAll(.gruCell, Operands([input, own, state.hidden]), resultCount: 2)
      return (RecurrentState(hidden: results[0]), [results[1]])
    case .lstm:
      guard let cell = state.cell else {
        let missing = failing(TensorError("LSTM", of: state.hidden, rule: "the state has no cell"))
        return (RecurrentState(hidden: missing, cell: missing), [missing, missing])
      }
      let gates = own + input
      guard isRight(gates, for: cell) else {
        let missing = refusal("LSTM", input, own, of: cell)
        return (RecurrentState(hidden: missing, cell: missing), [missing, missing, missing])
      }
      let results = applyToAll(.lstmCell, Operands(gates, cell), resultCount: 3)
      let trace = [results[2], results[1]]
      guard let projection = weights.projection else { return (RecurrentState(hidden: results[0], cell: results[1]), trace) }
      return (RecurrentState(hidden: results[0].linear(projection), cell: results[1]), trace + [results[0]])
    }
  }

  /// Whether gates are of the size that belongs to a state. Weights may have been exchanged for some of other shapes, and
  /// the kernels do not look.
  private func isRight(_ gates: Tensor, for state: Tensor) -> Bool {
    gates.rank == 2 && state.rank == 2 && gates.shape[0] == state.shape[0]
      && gates.shape[1] == gateCount &* state.shape[1]
  }

  private func refusal(_ name: String, _ input: Tensor, _ own: Tensor, of state: Tensor) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    return failing(
      TensorError(name, of: input, own, state, rule: "the weights need \(gateCount) times as many rows as the state has units"))
  }

  /// The gradients of a step's gates, the input's and the hidden state's part, and of the state before it but for what
  /// comes through the hidden state's gates.
  /// - Parameters:
  ///   - gradient: of the state after the step; of an LSTM's hidden state before it was projected.
  ///   - before: the state before the step.
  ///   - trace: what the step left.
  func stepGradient(
    _ gradient: RecurrentState, _ before: RecurrentState, _ trace: ArraySlice<Tensor>
  ) -> (input: Tensor, own: Tensor, state: (hidden: Tensor?, cell: Tensor?)) {
    let first = trace[trace.startIndex]
    switch self {
    case .tanh:
      let gates = gradient.hidden * (1 - first * first)
      return (gates, gates, (nil, nil))
    case .relu:
      let gates = Tensor.where(first .> 0, gradient.hidden, 0)
      return (gates, gates, (nil, nil))
    case .gru:
      let results = applyToAll(.gruCellGradient, Operands([gradient.hidden, first, before.hidden]), resultCount: 3)
      return (results[0], results[1], (results[2], nil))
    case .lstm:
      guard let cellGradient = gradient.cell, let cell = before.cell else {
        let missing = failing(TensorError("LSTM", of: gradient.hidden, rule: "the state has no cell"))
        return (missing, missing, (nil, missing))
      }
      let results = applyToAll(
        .lstmCellGradient, Operands([gradient.hidden, cellGradient, first, cell, trace[trace.startIndex + 1]]), resultCount: 2)
      return (results[0], results[0], (nil, results[1]))
    }
  }
}

/// The weights of one layer in one direction.
struct RecurrentWeights {
  /// `[gates·H, in]`.
  let input: Tensor
  /// `[gates·H, H]`.
  let hidden: Tensor
  /// `[gates·H]`.
  var inputBias: Tensor?
  /// `[gates·H]`.
  var hiddenBias: Tensor?
  /// `[P, H]`: an LSTM's hidden states are projected.
  var projection: Tensor?
}

/// What a recurrent module hands from step to step: for one layer `[N, H]`, for all `[D·layers, N, H]`.
struct RecurrentState {
  var hidden: Tensor
  /// An LSTM's cell state.
  var cell: Tensor?

  /// Hidden and, if there is one, cell state.
  var tensors: [Tensor] { cell.map { [hidden, $0] } ?? [hidden] }

  /// The same change of both.
  func map(_ change: (Tensor) -> Tensor) -> RecurrentState {
    RecurrentState(hidden: change(hidden), cell: cell.map(change))
  }

  /// Rows `start ..< end` of `[N, H]`.
  func rows(_ start: Int, _ end: Int) -> RecurrentState {
    map { $0.narrow(dim: 0, start: start, length: end - start) }
  }

  /// Calls `body` with all in the type of mixed precision, and without it.
  static func shortened<R>(
    _ rows: Tensor, _ state: RecurrentState, _ weights: RecurrentWeights,
    _ body: (Tensor, RecurrentState, RecurrentWeights) -> R
  ) -> R {
    let rows = Autocast.short(rows), state = state.map { Autocast.short($0) }
    let weights = RecurrentWeights(
      input: Autocast.short(weights.input), hidden: Autocast.short(weights.hidden),
      inputBias: weights.inputBias.map { Autocast.short($0) }, hiddenBias: weights.hiddenBias.map { Autocast.short($0) },
      projection: weights.projection.map { Autocast.short($0) })
    return Autocast.without { body(rows, state, weights) }
  }

  /// Several states joined by a function, `Tensor.cat` for example.
  static func joined(_ states: [RecurrentState], _ join: ([Tensor]) -> Tensor) -> RecurrentState {
    let cells = states.compactMap(\.cell)
    return RecurrentState(hidden: join(states.map(\.hidden)), cell: cells.isEmpty ? nil : join(cells))
  }
}
