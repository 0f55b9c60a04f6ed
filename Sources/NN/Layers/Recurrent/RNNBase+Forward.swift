internal import Autograd
internal import TensorModule

// Padded batches and packed sequences go one way: rows that lie step by step, `batchSizes[t]` of them for step t, never
// more than for the step before. A padded batch has the same number at each.

extension RNNBase {
  /// Reads `[L, N, in]`, with `batchFirst` `[N, L, in]`, or `[L, in]`, from states `[D·layers, N, H]` or `[D·layers, H]`.
  final func read(_ input: Tensor, _ state: RecurrentState?) -> (output: Tensor, state: RecurrentState) {
    if let error = refusal(of: input, state) { fail(error) }
    if ThreadMode.hasFailed { return (standIn(), failedState) }
    let isBatched = input.rank == 3
    let sequence = isBatched ? (batchFirst ? input.transpose(0, 1) : input) : input.unsqueeze(1)
    let steps = sequence.shape[0], count = sequence.shape[1]
    let rows = sequence.reshape([steps * count, inputSize])
    let initial = isBatched ? state : state?.map { $0.unsqueeze(1) }
    let result = run(rows, Array(repeating: count, count: steps), initial)
    if ThreadMode.hasFailed { return (standIn(), failedState) }
    let output = result.rows.reshape([steps, count, directions * outputSize])
    if !isBatched { return (output.squeeze(1), result.state.map { $0.squeeze(1) }) }
    return (batchFirst ? output.transpose(0, 1) : output, result.state)
  }

  /// Reads a packed sequence. The states are in the order that the sequences had before they were packed.
  final func read(_ input: PackedSequence, _ state: RecurrentState?) -> (output: PackedSequence, state: RecurrentState) {
    let count = input.batchSizes.first ?? 0
    if let error = refusal(of: input.data, rank: 2) ?? state.flatMap({ refusal(of: input.data, $0, batch: [count]) }) {
      fail(error)
    }
    if ThreadMode.hasFailed { return (input.replacing(standIn()), failedState) }
    let initial = input.sortedIndices.map { order in state?.map { $0.indexSelect(dim: 1, index: order) } } ?? state
    let result = run(input.data, input.batchSizes, initial)
    let final = input.unsortedIndices.map { order in result.state.map { $0.indexSelect(dim: 1, index: order) } }
    return (input.replacing(result.rows), final ?? result.state)
  }

  private var name: String { _typeName(type(of: self), qualified: false) }

  private var failedState: RecurrentState { RecurrentState(hidden: standIn(), cell: cell == .lstm ? standIn() : nil) }

  // MARK: Layers

  /// All layers over rows `[ΣbatchSizes, in]`; the output's rows are `[…, D·H]`.
  private func run(
    _ input: Tensor, _ batchSizes: [Int], _ state: RecurrentState?
  ) -> (rows: Tensor, state: RecurrentState) {
    let count = batchSizes.first ?? 0
    var rows = input, finals: [RecurrentState] = []
    for layer in 0..<numLayers {
      var outputs: [Tensor] = []
      for direction in 0..<directions {
        let index = layer * directions + direction
        let initial = state?.map { $0.select(dim: 0, index: index) } ?? zeroState(count, like: input)
        let pass = RecurrentPass(cell: cell, batchSizes: batchSizes, isReversed: direction == 1)
        let result = pass.run(rows, initial, layerWeights(index))
        outputs.append(result.rows)
        finals.append(result.state)
      }
      rows = outputs.count == 1 ? outputs[0] : Tensor.cat(outputs, dim: 1)
      if dropout > 0 && layer < numLayers - 1 { rows = rows.dropout(dropout, training: isTraining) }
    }
    return (rows, RecurrentState.joined(finals) { Tensor.stack($0) })
  }

  private func zeroState(_ count: Int, like input: Tensor) -> RecurrentState {
    func zeros(_ size: Int) -> Tensor { Tensor.zeros([count, size], dtype: input.dtype, device: input.device) }
    return RecurrentState(hidden: zeros(outputSize), cell: cell == .lstm ? zeros(hiddenSize) : nil)
  }

  // MARK: Refusals

  /// Why the arguments do not fit, or nil.
  private func refusal(of input: Tensor, _ state: RecurrentState?) -> TensorError? {
    if ThreadMode.hasFailed { return nil }
    guard input.rank == 2 || input.rank == 3 else {
      return TensorError(name, of: input, rule: "expected 2 (unbatched) or 3 (batched) dimensions, got \(input.rank)")
    }
    if let error = refusal(of: input, rank: input.rank) { return error }
    guard input.shape[input.rank == 3 && batchFirst ? 1 : 0] > 0 else {
      return TensorError(name, of: input, rule: "the sequence must have at least one step")
    }
    guard let state else { return nil }
    return refusal(of: input, state, batch: input.rank == 3 ? [input.shape[batchFirst ? 0 : 1]] : [])
  }

  /// Why the input does not fit the weights, or nil.
  private func refusal(of input: Tensor, rank: Int) -> TensorError? {
    if ThreadMode.hasFailed { return nil }
    guard let weight = weights.first else {
      return TensorError(name, of: input, rule: "the layer has no weights: it was made in a failed scope")
    }
    guard input.rank == rank else {
      return TensorError(name, of: input, rule: "packed rows must have 2 dimensions, got \(input.rank)")
    }
    guard input.dtype == weight.dtype || autocastDType != nil else {
      return TensorError(
        name, of: input, rule: "the input is \(input.dtype), the weights are \(weight.dtype)",
        hint: "convert the input with to(.\(weight.dtype))")
    }
    guard input.shape[-1] == inputSize else {
      return TensorError(
        name, of: input, rule: "the input's last dimension must be the input size \(inputSize), got \(input.shape[-1])")
    }
    return nil
  }

  /// Why the initial states do not fit, or nil.
  private func refusal(of input: Tensor, _ state: RecurrentState, batch: [Int]) -> TensorError? {
    if ThreadMode.hasFailed { return nil }
    let sizes = [(state.hidden, outputSize, "hidden")] + (state.cell.map { [($0, hiddenSize, "cell")] } ?? [])
    for (tensor, size, which) in sizes {
      let expected = Shape([numLayers * directions] + batch + [size])
      if tensor.shape != expected {
        return TensorError(
          name, of: input, tensor,
          rule: "the initial \(which) state must have shape \(expected.tupleDescription), got \(tensor.shape.tupleDescription)")
      }
      if tensor.dtype != input.dtype && autocastDType == nil {
        return TensorError(
          name, of: input, tensor, rule: "the input is \(input.dtype), the initial \(which) state \(tensor.dtype)",
          hint: "convert the state with to(.\(input.dtype))")
      }
    }
    return nil
  }
}
