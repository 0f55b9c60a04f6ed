import Martlet
import Testing

@Suite struct RecurrentTests {
  /// A network with one state.
  private func check<M: Module>(
    _ name: String, _ module: M, _ inputs: Tensor..., location: SourceLocation = #_sourceLocation,
    call: (M, Tensor, Tensor?) -> [Tensor]
  ) {
    module.to(.float64)
    NNTests.check(name, inputs, module, location) { call(module, $0[0], $0.count > 1 ? $0[1] : nil) }
  }

  @Test func networks() {
    func rnn(_ module: RNN, _ x: Tensor, _ hidden: Tensor?) -> [Tensor] {
      let result = module(x, hidden)
      return [result.output, result.hidden]
    }
    func gru(_ module: GRU, _ x: Tensor, _ hidden: Tensor?) -> [Tensor] {
      let result = module(x, hidden)
      return [result.output, result.hidden]
    }
    check("rnn", RNN(3, 4), fill(5, 2, 3), call: rnn)
    check(
      "rnn relu both ways", RNN(3, 2, numLayers: 2, nonlinearity: .relu, bidirectional: true), fill(3, 2, 3), call: rnn)
    check("rnn state", RNN(3, 4, bias: false), fill(3, 2, 3), fill(1, 2, 4, phase: 0.5), call: rnn)
    check("gru", GRU(3, 4), fill(5, 2, 3), call: gru)
    check(
      "gru batch first both ways", GRU(3, 2, numLayers: 2, batchFirst: true, bidirectional: true), fill(2, 4, 3), call: gru)
    check("gru unbatched state", GRU(3, 4, bias: false), fill(4, 3), fill(1, 4, phase: 0.5), call: gru)
  }

  @Test func cells() {
    check("rnn cell", RNNCell(3, 4), fill(2, 3), fill(2, 4, phase: 0.5)) { [$0($1, $2)] }
    check("rnn cell relu", RNNCell(3, 4, nonlinearity: .relu), fill(3)) { [$0($1, $2)] }
    check("gru cell", GRUCell(3, 4), fill(2, 3), fill(2, 4, phase: 0.5)) { [$0($1, $2)] }
    check("gru cell unbatched", GRUCell(3, 4, bias: false), fill(3), fill(4, phase: 0.5)) { [$0($1, $2)] }
    let cell = LSTMCell(3, 4).to(.float64)
    NNTests.check("lstm cell", [fill(2, 3), fill(2, 4, phase: 0.5), fill(2, 4, phase: 0.9)], cell) {
      let state = cell($0[0], ($0[1], $0[2]))
      return [state.hidden, state.cell]
    }
    check("lstm cell no state", LSTMCell(3, 4, bias: false), fill(3)) { cell, x, _ in
      let state = cell(x)
      return [state.hidden, state.cell]
    }
  }

  @Test func packedSequences() {
    func padded(_ sequence: PackedSequence, _ batchFirst: Bool) -> Tensor {
      padPackedSequence(sequence, batchFirst: batchFirst).padded
    }
    check("packed rnn", RNN(3, 4), fill(4, 3, 3)) { rnn, x, _ in
      let (output, hidden) = rnn(packPaddedSequence(x, lengths: [4, 2, 2]))
      return [padded(output, false), hidden]
    }
    check("packed gru", GRU(3, 2, numLayers: 2, batchFirst: true, bidirectional: true), fill(3, 4, 3)) { gru, x, _ in
      let packed = packPaddedSequence(x, lengths: Tensor([2, 4, 1]), batchFirst: true, enforceSorted: false)
      let (output, hidden) = gru(packed)
      return [padded(output, true), hidden]
    }
    let lstm = LSTM(3, 3, numLayers: 2, bidirectional: true, projSize: 2).to(.float64)
    NNTests.check("packed lstm", [fill(5, 4, 3), fill(4, 4, 2, phase: 0.5), fill(4, 4, 3, phase: 0.9)], lstm) {
      let packed = packPaddedSequence($0[0], lengths: [1, 3, 5, 3], enforceSorted: false)
      let (output, state) = lstm(packed, ($0[1], $0[2]))
      return [padded(output, false), state.hidden, state.cell]
    }
  }

  /// Packed or one by one: the same numbers.
  @Test func packingChangesNothing() {
    let gru = GRU(2, 3, numLayers: 2, bidirectional: true, dtype: .float64)
    let sequences = [fill(2, 2), fill(5, 2, phase: 0.5), fill(1, 2, phase: 0.9), fill(5, 2, phase: 1.3)]
    let (output, hidden) = gru(packSequence(sequences, enforceSorted: false))
    for (index, (sequence, packed)) in zip(sequences, unpackSequence(output)).enumerated() {
      let (alone, final) = gru(sequence)
      #expect(packed.allclose(alone))
      #expect(hidden.select(dim: 1, index: index).allclose(final))
    }
  }

  @Test func packing() {
    NNTests.check("packing", [fill(3, 4, 2)]) {
      let packed = packPaddedSequence($0[0], lengths: [2, 4, 1], batchFirst: true, enforceSorted: false)
      return [
        packed.data, padPackedSequence(packed, batchFirst: true, paddingValue: -1, totalLength: 6).padded,
        padPackedSequence(packed).padded,
      ]
    }
    NNTests.check("sequences", [fill(2, 2), fill(4, 2, phase: 0.5), fill(1, 2, phase: 0.9)]) {
      let packed = packSequence($0, enforceSorted: false)
      return [
        padSequence($0), padSequence($0, batchFirst: true, paddingValue: 2), padSequence($0, paddingSide: .left), packed.data,
      ] + unpackSequence(packed)
    }
    let packed = packPaddedSequence(
      Tensor([[1, 2, 0], [3, 0, 0], [4, 5, 6]]), lengths: [2, 1, 3], batchFirst: true, enforceSorted: false)
    #expect(packed.batchSizes == [3, 2, 1])
    #expect(packed.lengths == [2, 1, 3])
    #expect(
      packed.description
        == "PackedSequence(data=tensor([4, 1, 3, 5, 2, 6]), batch_sizes=tensor([3, 2, 1]), sorted_indices=tensor([2, 0, 1]), unsorted_indices=tensor([1, 2, 0]))")
    let (padded, lengths) = padPackedSequence(packed.to(.float64), batchFirst: true)
    #expect(padded.toArray(as: Double.self) == [1, 2, 0, 3, 0, 0, 4, 5, 6])
    #expect(lengths == [2, 1, 3])
    let sorted = packSequence([Tensor([1, 2]), Tensor([3])])
    #expect(
      sorted.description
        == "PackedSequence(data=tensor([1, 3, 2]), batch_sizes=tensor([2, 1]), sorted_indices=None, unsorted_indices=None)")
    let made = PackedSequence(packed.data, batchSizes: [3, 2, 1], sortedIndices: Tensor([2, 0, 1]))
    #expect(made.unsortedIndices?.toArray(as: Int.self) == [1, 2, 0])
    #expect(unpackSequence(made).map { $0.toArray(as: Int.self) } == [[1, 2], [3], [4, 5, 6]])
  }

  @Test func gradientsOfGradients() throws {
    let x = fill(3, 2, 2).requiresGrad_(), hidden = fill(1, 2, 3, phase: 0.5).requiresGrad_()
    let gru = GRU(2, 3, dtype: .float64)
    try gradgradcheck([x, hidden]) { [gru($0[0], $0[1]).output] }
    let lstm = LSTM(2, 3, bidirectional: true, projSize: 2, dtype: .float64), y = fill(3, 3, 2).requiresGrad_()
    let weight = lstm.allWeights[1][1]
    try gradgradcheck([y, weight]) {
      // The input depends on a weight, too: both ways are counted once.
      let (output, state) = lstm(packPaddedSequence($0[0] * $0[1].sum(), lengths: [3, 2, 1]))
      return [output.data, state.hidden, state.cell]
    }
  }

  /// A backward pass may be repeated if the graph is kept, and not otherwise; what is not asked for is not computed.
  @Test func backwardPasses() throws {
    let gru = GRU(2, 3), x = fill(3, 2, 2, dtype: .float32).requiresGrad_()
    let loss = gru(x).output.sum()
    loss.backward(retainGraph: true)
    let first = x.grad?.clone()
    loss.backward()
    #expect(try #require(x.grad).allclose(try #require(first) * 2))
    expectError("savedTensors", "freed by an earlier backward pass") { loss.backward() }
    gru.requiresGrad_(false)
    gru.zeroGrad()
    x.grad = nil
    gru(x).hidden.sum().backward()
    #expect(x.grad != nil && gru.parameters().allSatisfy { $0.grad == nil })
    #expect(!withNoGrad { gru(x).output }.requiresGrad)
  }

  @Test func printed() {
    let options = RNN(
      3, 4, numLayers: 2, nonlinearity: .relu, bias: false, batchFirst: true, dropout: 0.5, bidirectional: true)
    #expect(options.description == "RNN(3, 4, num_layers=2, bias=False, batch_first=True, dropout=0.5, bidirectional=True)")
    #expect(GRU(3, 4).description == "GRU(3, 4)")
    #expect(LSTM(3, 4, numLayers: 2, projSize: 2).description == "LSTM(3, 4, proj_size=2, num_layers=2)")
    #expect(RNNCell(3, 4, bias: false, nonlinearity: .relu).description == "RNNCell(3, 4, bias=False, nonlinearity=relu)")
    #expect(LSTMCell(3, 4).description == "LSTMCell(3, 4)")
    #expect(
      GRU(2, 3, numLayers: 2, bidirectional: true).stateDict().keys.suffix(4)
        == ["weight_ih_l1_reverse", "weight_hh_l1_reverse", "bias_ih_l1_reverse", "bias_hh_l1_reverse"])
    #expect(GRUCell(2, 3).stateDict().keys == ["weight_ih", "weight_hh", "bias_ih", "bias_hh"])
    #expect(LSTM(2, 3, numLayers: 2, projSize: 1).allWeights.map(\.count) == [5, 5])
    #expect(LSTM(2, 3, projSize: 1).allWeights[0][4].shape == [1, 3])
  }

  @Test func refusals() {
    expectError("GRU", "hidden size 0 must be positive") { GRU(10, 0) }
    expectError("RNN", "the dropout probability 1.5 must be between 0 and 1") { RNN(10, 10, dropout: 1.5) }
    expectError("GRU", "the input's last dimension must be the input size 3, got 4") {
      GRU(3, 5)(Tensor.zeros(2, 3, 4)).output
    }
    expectError("RNN", "expected 2 (unbatched) or 3 (batched) dimensions, got 4") { RNN(3, 5)(Tensor.zeros(1, 2, 3, 3)).output }
    expectError("GRU", "the initial hidden state must have shape (2, 4, 5), got (1, 4, 5)") {
      GRU(3, 5, bidirectional: true)(Tensor.zeros(2, 4, 3), Tensor.zeros(1, 4, 5)).output
    }
    expectError("GRUCell", "the hidden state must have shape (3, 20), got (5, 20)") {
      GRUCell(10, 20)(Tensor.zeros(3, 10), Tensor.zeros(5, 20))
    }
    expectError("LSTMCell", "expected 1 (unbatched) or 2 (batched) dimensions, got 3") {
      LSTMCell(10, 20)(Tensor.zeros(1, 3, 10)).hidden
    }
    let x = Tensor.zeros(4, 3, 2)
    expectError("packPaddedSequence", "the lengths [2, 4, 1] are not in decreasing order") {
      packPaddedSequence(x, lengths: [2, 4, 1]).data
    }
    expectError("packPaddedSequence", "every length must be between 1 and the 4 steps, not 0") {
      packPaddedSequence(x, lengths: [4, 1, 0]).data
    }
    expectError("packPaddedSequence", "expected 3 lengths, one a sequence, got 2") {
      packPaddedSequence(x, lengths: [4, 1]).data
    }
    expectError("padPackedSequence", "the total length 3 is less than the longest sequence's length 4") {
      padPackedSequence(packPaddedSequence(x, lengths: [4, 1, 1]), totalLength: 3).padded
    }
    expectError("GRU", "the input's last dimension must be the input size 3, got 2") {
      GRU(3, 5)(packPaddedSequence(x, lengths: [4, 1, 1])).output.data
    }
    expectError("PackedSequence", "batch sizes must be positive and never grow") {
      PackedSequence(x, batchSizes: [1, 3]).data
    }
    expectError("PackedSequence", "permutation of 0 ..< 3") {
      PackedSequence(x, batchSizes: [3, 1], sortedIndices: Tensor([0, 1, 7])).data
    }
    expectError("padSequence", "needs at least one sequence") { padSequence([]) }
    // Sizes whose products fit no Int.
    expectError("GRU", "cannot be made") { GRU(10, .max) }
    expectError("GRUCell", "cannot be made") { GRUCell(10, .max) }
    expectError("empty", "") { padPackedSequence(packPaddedSequence(x, lengths: [4, 1, 1]), totalLength: .max).padded }
    // After a failure everything finishes.
    expectError("packPaddedSequence", "") {
      let packed = packPaddedSequence(x, lengths: [4, 1])
      let (output, state) = LSTM(2, 3)(packed)
      return unpackSequence(output) + [state.hidden, LSTMCell(2, 3)(state.cell).cell] + unpadSequence(x, lengths: packed.lengths)
    }
  }
}
