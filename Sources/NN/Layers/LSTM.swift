internal import Autograd
public import TensorModule

/// A long short-term memory over sequences (PyTorch's `nn.LSTM`).
///
/// Input `[L, N, in]`, with `batchFirst` `[N, L, in]`, or `[L, in]` without a batch. The output holds the last layer's
/// hidden state at every step, `[L, N, D·H]`, D being 2 if bidirectional; the final states are `[D·layers, N, H]`,
/// batch second also with `batchFirst`. Without a batch the N is missing everywhere.
///
/// ```swift
/// let lstm = LSTM(100, 256)
/// let (output, (hidden, cell)) = lstm(x)
/// ```
///
/// Parameters are uniform in ±1/√H, PyTorch's numbers for the same seed; gates are in PyTorch's order i, f, g, o, the
/// keys PyTorch's: `weight_ih_l0`, `weight_hh_l0`, `bias_ih_l0`, `bias_hh_l0`, `weight_ih_l0_reverse` …
public final class LSTM: ModeDependent {
  /// The size of the input's last dimension.
  public let inputSize: Int
  /// H, the size of the cell state, and of the hidden state unless projected.
  public let hiddenSize: Int
  /// How many layers are stacked.
  public let numLayers: Int
  /// Whether there are biases.
  public let bias: Bool
  /// Whether input and output are `[N, L, …]`.
  public let batchFirst: Bool
  /// The probability of dropping elements between layers while training.
  public let dropout: Double
  /// Whether sequences are also read backwards.
  public let bidirectional: Bool
  /// The size that hidden states are projected to; 0 for none.
  public let projSize: Int

  private let weights: [Parameter]
  private let weightNames: [String]
  private let mode = TrainingMode()

  /// A stack of `numLayers` layers.
  public init(
    _ inputSize: Int, _ hiddenSize: Int, numLayers: Int = 1, bias: Bool = true, batchFirst: Bool = false,
    dropout: Double = 0, bidirectional: Bool = false, projSize: Int = 0, device: Device = .cpu, dtype: DType = .float32
  ) {
    self.inputSize = inputSize
    self.hiddenSize = hiddenSize
    self.numLayers = numLayers
    self.bias = bias
    self.batchFirst = batchFirst
    self.dropout = dropout
    self.bidirectional = bidirectional
    self.projSize = projSize
    if let rule = Self.brokenRule(inputSize, hiddenSize, numLayers, dropout, projSize) {
      fail(TensorError("LSTM", rule: rule))
    }
    // The sizes of the largest weights, as factors; only when they fit are products formed.
    Init.checkSizes("LSTM", [4, hiddenSize, inputSize], dtype)
    let directions = bidirectional ? 2 : 1
    let outputSize = projSize > 0 ? projSize : hiddenSize
    Init.checkSizes("LSTM", [4, hiddenSize, directions, outputSize], dtype)
    if ThreadMode.hasFailed {
      weights = []
      weightNames = []
      return
    }

    let bound = hiddenSize > 0 ? 1 / Double(hiddenSize).squareRoot() : 0
    var weights: [Parameter] = [], names: [String] = []
    func add(_ name: String, _ shape: Shape) {
      weights.append(Parameter(Init.uniform_(Tensor.empty(shape, dtype: dtype, device: device), from: -bound, to: bound)))
      names.append(name)
    }
    for layer in 0..<max(numLayers, 0) {
      for direction in 0..<directions {
        let suffix = "_l\(layer)" + (direction == 1 ? "_reverse" : "")
        add("weight_ih" + suffix, [4 * hiddenSize, layer == 0 ? inputSize : outputSize * directions])
        add("weight_hh" + suffix, [4 * hiddenSize, outputSize])
        if bias {
          add("bias_ih" + suffix, [4 * hiddenSize])
          add("bias_hh" + suffix, [4 * hiddenSize])
        }
        if projSize > 0 { add("weight_hr" + suffix, [projSize, hiddenSize]) }
      }
    }
    self.weights = weights
    weightNames = names
  }

  private static func brokenRule(
    _ inputSize: Int, _ hiddenSize: Int, _ numLayers: Int, _ dropout: Double, _ projSize: Int
  ) -> String? {
    if inputSize <= 0 { return "input size \(inputSize) must be positive" }
    if hiddenSize <= 0 { return "hidden size \(hiddenSize) must be positive" }
    if numLayers <= 0 { return "the number of layers \(numLayers) must be positive" }
    if !(dropout >= 0 && dropout <= 1) { return "the dropout probability \(dropout) must be between 0 and 1" }
    if projSize < 0 { return "projection size \(projSize) must not be negative" }
    if projSize > 0 && projSize >= hiddenSize {
      return "projection size \(projSize) must be smaller than hidden size \(hiddenSize)"
    }
    return nil
  }

  /// The parameter of that key, `"weight_ih_l0"`, or nil.
  public func parameter(_ key: String) -> Parameter? {
    weightNames.firstIndex(of: key).map { weights[$0] }
  }

  /// The keys are PyTorch's.
  public var stateKeys: [String: String] {
    var keys: [String: String] = [:]
    for (index, name) in weightNames.enumerated() { keys["weights.\(index)"] = name }
    return keys
  }

  /// True while training: dropout between layers.
  public var isTraining: Bool {
    get { mode.isOn }
    set { mode.isOn = newValue }
  }

  /// Reads sequences.
  /// - Parameters:
  ///   - input: `[L, N, in]`, with `batchFirst` `[N, L, in]`, or `[L, in]`.
  ///   - state: the initial hidden and cell states, `[D·layers, N, H]` each, or `[D·layers, H]`; zeros if left out.
  /// - Returns: the hidden states of the last layer at every step, and the final states of every layer.
  public func callAsFunction(
    _ input: Tensor, _ state: (hidden: Tensor, cell: Tensor)? = nil
  ) -> (output: Tensor, state: (hidden: Tensor, cell: Tensor)) {
    inCall(input, state) { input, state in forward(input, state) }
  }

  private func forward(
    _ input: Tensor, _ state: (hidden: Tensor, cell: Tensor)?
  ) -> (output: Tensor, state: (hidden: Tensor, cell: Tensor)) {
    if let error = refusal(of: input, state) { fail(error) }
    if ThreadMode.hasFailed {
      return (standIn(), (standIn(), standIn()))
    }
    let isBatched = input.rank == 3
    var sequence = isBatched ? (batchFirst ? input.transpose(0, 1) : input) : input.unsqueeze(1)
    let batch = sequence.shape[1]
    let directions = bidirectional ? 2 : 1
    let outputSize = projSize > 0 ? projSize : hiddenSize
    func initial(_ given: Tensor?, _ size: Int, _ index: Int) -> Tensor {
      guard let given else { return Tensor.zeros([batch, size], dtype: input.dtype, device: input.device) }
      return (isBatched ? given : given.unsqueeze(1)).select(dim: 0, index: index)
    }
    var finalHidden: [Tensor] = [], finalCell: [Tensor] = []
    for layer in 0..<numLayers {
      var outputs: [Tensor] = []
      for direction in 0..<directions {
        let index = layer * directions + direction
        let result = run(
          sequence, weightIndex: index * (2 + (bias ? 2 : 0) + (projSize > 0 ? 1 : 0)),
          initial(state?.hidden, outputSize, index), initial(state?.cell, hiddenSize, index), reversed: direction == 1)
        outputs.append(result.output)
        finalHidden.append(result.hidden)
        finalCell.append(result.cell)
      }
      sequence = outputs.count == 1 ? outputs[0] : Tensor.cat(outputs, dim: 2)
      if dropout > 0 && layer < numLayers - 1 { sequence = sequence.dropout(dropout, training: isTraining) }
    }
    let hidden = Tensor.stack(finalHidden), cell = Tensor.stack(finalCell)
    if !isBatched { return (sequence.squeeze(1), (hidden.squeeze(1), cell.squeeze(1))) }
    return (batchFirst ? sequence.transpose(0, 1) : sequence, (hidden, cell))
  }

  /// One layer in one direction over `[L, N, in]`.
  private func run(
    _ sequence: Tensor, weightIndex: Int, _ hidden: Tensor, _ cell: Tensor, reversed: Bool
  ) -> (output: Tensor, hidden: Tensor, cell: Tensor) {
    let inputWeight = weights[weightIndex], hiddenWeight = weights[weightIndex + 1]
    let inputBias = bias ? weights[weightIndex + 2] : nil, hiddenBias = bias ? weights[weightIndex + 3] : nil
    let projection = projSize > 0 ? weights[weightIndex + (bias ? 4 : 2)] : nil
    // The inputs of all steps in one large product.
    let projected = sequence.linear(inputWeight, inputBias).unbind(dim: 0)
    var hidden = hidden, cell = cell
    var outputs: [Tensor] = []
    outputs.reserveCapacity(projected.count)
    for step in projected.indices {
      let gates = hidden.linear(hiddenWeight, hiddenBias) + projected[reversed ? projected.count - 1 - step : step]
      let results = applyToAll(.lstmCell, Operands(gates, cell), resultCount: 3)
      hidden = projection.map { results[0].linear($0) } ?? results[0]
      cell = results[1]
      outputs.append(hidden)
    }
    if reversed { outputs.reverse() }
    return (Tensor.stack(outputs), hidden, cell)
  }

  /// Why the arguments do not fit, or nil.
  private func refusal(of input: Tensor, _ state: (hidden: Tensor, cell: Tensor)?) -> TensorError? {
    if ThreadMode.hasFailed { return nil }
    guard input.rank == 2 || input.rank == 3 else {
      return TensorError("LSTM", of: input, rule: "expected 2 (unbatched) or 3 (batched) dimensions, got \(input.rank)")
    }
    guard input.shape[-1] == inputSize else {
      return TensorError(
        "LSTM", of: input, rule: "the input's last dimension must be the input size \(inputSize), got \(input.shape[-1])")
    }
    guard !weights.isEmpty else {
      return TensorError("LSTM", of: input, rule: "the layer has no weights: it was made in a failed scope")
    }
    guard input.dtype == weights[0].dtype else {
      return TensorError(
        "LSTM", of: input, rule: "the input is \(input.dtype), the weights are \(weights[0].dtype)",
        hint: "convert the input with to(.\(weights[0].dtype))")
    }
    let steps = input.shape[input.rank == 3 && batchFirst ? 1 : 0]
    guard steps > 0 else { return TensorError("LSTM", of: input, rule: "the sequence must have at least one step") }
    guard let state else { return nil }
    let count = numLayers * (bidirectional ? 2 : 1)
    let batch = input.rank == 3 ? [input.shape[batchFirst ? 0 : 1]] : []
    let sizes = [(state.hidden, projSize > 0 ? projSize : hiddenSize, "hidden"), (state.cell, hiddenSize, "cell")]
    for (tensor, size, name) in sizes {
      let expected = Shape([count] + batch + [size])
      if tensor.shape != expected {
        return TensorError(
          "LSTM", of: input, tensor, rule: "the initial \(name) state must have shape \(expected.tupleDescription)")
      }
    }
    return nil
  }

  /// PyTorch's.
  public var extraDescription: String {
    var text = "\(inputSize), \(hiddenSize)"
    if projSize != 0 { text += ", proj_size=\(projSize)" }
    if numLayers != 1 { text += ", num_layers=\(numLayers)" }
    if !bias { text += ", bias=False" }
    if batchFirst { text += ", batch_first=True" }
    if dropout != 0 { text += ", dropout=\(dropout)" }
    if bidirectional { text += ", bidirectional=True" }
    return text
  }
}
