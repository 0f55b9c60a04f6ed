internal import Autograd
internal import TensorModule

/// One layer in one direction over rows that lie step by step, `batchSizes[t]` of them for step t.
///
/// For gradients it is one function with a backward of its own, not a chain of steps: the steps are walked back one by
/// one, but the weights' gradients are products over the rows of all steps at once. That is twice as fast as adding up a
/// product for each step (100 steps of 64 rows, 256 units, one thread).
struct RecurrentPass {
  let cell: RecurrentCell
  let batchSizes: [Int]
  let isReversed: Bool

  /// The hidden states of all steps as rows `[ΣbatchSizes, H]`, and the state after each sequence's last step.
  /// - Parameters:
  ///   - rows: `[ΣbatchSizes, in]`.
  ///   - initial: `[batchSizes[0], H]` each.
  func run(
    _ rows: Tensor, _ initial: RecurrentState, _ weights: RecurrentWeights
  ) -> (rows: Tensor, state: RecurrentState) {
    if autocastDType != nil {
      let result = RecurrentState.shortened(rows, initial, weights) { run($0, $1, $2) }
      // As PyTorch, which knows mixed precision for its other networks only.
      guard cell == .gru else { return result }
      return (result.rows.to(rows.dtype), result.state.map { $0.to(rows.dtype) })
    }
    let arguments = RecurrentArguments(rows, initial, weights)
    let tensors = arguments.tensors
    guard isGradEnabled, tensors.contains(where: { $0.requiresGrad }) else {
      var noTrace: [Tensor]?
      return walk(arguments, &noTrace)
    }
    let results = RecurrentFunction(pass: self, layout: arguments.layout).apply(tensors)
    return (results[0], RecurrentState(hidden: results[1], cell: cell == .lstm ? results[2] : nil))
  }

  /// The place of the step that is taken `count`th.
  func place(_ count: Int) -> Int { isReversed ? batchSizes.count - 1 - count : count }

  /// How many sequences take part in the step that is taken `count`th.
  func size(_ count: Int) -> Int { batchSizes[place(count)] }

  /// Takes all steps. To `trace` are added for each, in the order taken, the state before it and what its derivative
  /// looks at.
  func walk(_ arguments: RecurrentArguments, _ trace: inout [Tensor]?) -> (rows: Tensor, state: RecurrentState) {
    let weights = arguments.weights, initial = arguments.initial
    // The inputs of all steps in one large product.
    let inputs = arguments.rows.linear(weights.input, weights.inputBias).split(batchSizes)
    var present = size(0)
    var state = present == batchSizes[0] ? initial : initial.rows(0, present)
    var outputs: [Tensor] = []
    outputs.reserveCapacity(batchSizes.count)
    // Of sequences that ended before others, longest first.
    var ended: [RecurrentState] = []
    for count in batchSizes.indices {
      let size = size(count)
      if size < present {
        ended.insert(state.rows(size, present), at: 0)
        state = state.rows(0, size)
      } else if size > present {
        state = RecurrentState.joined([state, initial.rows(present, size)]) { Tensor.cat($0) }
      }
      present = size
      trace?.append(contentsOf: state.tensors)
      let taken = cell.step(inputs[place(count)], state, weights)
      trace?.append(contentsOf: taken.trace)
      state = taken.state
      outputs.append(state.hidden)
    }
    if isReversed { outputs.reverse() }
    if !ended.isEmpty { state = RecurrentState.joined([state] + ended) { Tensor.cat($0) } }
    return (Tensor.cat(outputs), state)
  }
}

/// What a layer's pass is given, as a list and by name.
struct RecurrentArguments {
  /// Which of the optional ones are there.
  struct Layout: Sendable {
    let hasCell: Bool
    let hasBias: Bool
    let hasProjection: Bool

    var count: Int { 4 + (hasCell ? 1 : 0) + (hasBias ? 2 : 0) + (hasProjection ? 1 : 0) }
  }

  let rows: Tensor
  let initial: RecurrentState
  let weights: RecurrentWeights

  init(_ rows: Tensor, _ initial: RecurrentState, _ weights: RecurrentWeights) {
    self.rows = rows
    self.initial = initial
    self.weights = weights
  }

  /// From a list in the order of ``tensors``.
  init(_ tensors: some Sequence<Tensor>, _ layout: Layout) {
    var rest = Array(tensors)[...]
    rows = rest.removeFirst()
    let hidden = rest.removeFirst()
    initial = RecurrentState(hidden: hidden, cell: layout.hasCell ? rest.removeFirst() : nil)
    var weights = RecurrentWeights(input: rest.removeFirst(), hidden: rest.removeFirst())
    if layout.hasBias {
      weights.inputBias = rest.removeFirst()
      weights.hiddenBias = rest.removeFirst()
    }
    if layout.hasProjection { weights.projection = rest.removeFirst() }
    self.weights = weights
  }

  var layout: Layout {
    Layout(hasCell: initial.cell != nil, hasBias: weights.inputBias != nil, hasProjection: weights.projection != nil)
  }

  var tensors: [Tensor] {
    var result = [rows] + initial.tensors + [weights.input, weights.hidden]
    if let input = weights.inputBias, let hidden = weights.hiddenBias { result += [input, hidden] }
    if let projection = weights.projection { result.append(projection) }
    return result
  }
}
