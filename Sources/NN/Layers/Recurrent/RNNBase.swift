internal import Autograd
public import TensorModule

// Sendable: its properties are never changed after `init`, but for the mode, which is atomic; the subclasses, all in this
// module, have no properties that change.
/// What ``RNN``, ``GRU`` and ``LSTM`` share (PyTorch's `nn.RNNBase`): sizes, weights, and the walk over the steps of
/// sequences. Make one of the three.
///
/// Parameters are uniform in ±1/√H, PyTorch's numbers for the same seed; the keys are PyTorch's: `weight_ih_l0`,
/// `weight_hh_l0`, `bias_ih_l0`, `bias_hh_l0`, `weight_ih_l0_reverse` …
public class RNNBase: ModeDependent, @unchecked Sendable {
  /// The size of the input's last dimension.
  public final let inputSize: Int
  /// H, the size of the hidden state (of an LSTM's cell state, if the hidden one is projected).
  public final let hiddenSize: Int
  /// How many layers are stacked.
  public final let numLayers: Int
  /// Whether there are biases.
  public final let bias: Bool
  /// Whether input and output are `[N, L, …]` rather than `[L, N, …]`. States are `[D·layers, N, H]` always.
  public final let batchFirst: Bool
  /// The probability of dropping elements between layers while training.
  public final let dropout: Double
  /// Whether sequences are also read backwards.
  public final let bidirectional: Bool
  /// The size that hidden states are projected to; 0 for none. Only an LSTM projects.
  public final let projSize: Int

  final let cell: RecurrentCell
  final let weights: [Parameter]
  private let weightNames: [String]
  private let mode = TrainingMode()

  init(
    _ cell: RecurrentCell, _ inputSize: Int, _ hiddenSize: Int, numLayers: Int, bias: Bool, batchFirst: Bool,
    dropout: Double, bidirectional: Bool, projSize: Int = 0, device: Device, dtype: DType
  ) {
    self.cell = cell
    self.inputSize = inputSize
    self.hiddenSize = hiddenSize
    self.numLayers = numLayers
    self.bias = bias
    self.batchFirst = batchFirst
    self.dropout = dropout
    self.bidirectional = bidirectional
    self.projSize = projSize
    let name = _typeName(Self.self, qualified: false)
    if let rule = Self.brokenRule(inputSize, hiddenSize, numLayers, dropout, projSize) {
      fail(TensorError(name, rule: rule))
    }
    // The sizes of the largest weights, as factors; only when they fit are products formed.
    let gates = cell.gateCount, directions = bidirectional ? 2 : 1, outputSize = projSize > 0 ? projSize : hiddenSize
    Init.checkSizes(name, [gates, hiddenSize, inputSize], dtype)
    Init.checkSizes(name, [gates, hiddenSize, directions, outputSize], dtype)
    if ThreadMode.hasFailed {
      weights = []
      weightNames = []
      return
    }
    let bound = 1 / Double(hiddenSize).squareRoot()
    var weights: [Parameter] = [], names: [String] = []
    func add(_ name: String, _ shape: Shape) {
      weights.append(Parameter(Init.uniform_(Tensor.empty(shape, dtype: dtype, device: device), from: -bound, to: bound)))
      names.append(name)
    }
    for layer in 0..<numLayers {
      for direction in 0..<directions {
        let suffix = "_l\(layer)" + (direction == 1 ? "_reverse" : "")
        add("weight_ih" + suffix, [gates * hiddenSize, layer == 0 ? inputSize : outputSize * directions])
        add("weight_hh" + suffix, [gates * hiddenSize, outputSize])
        if bias {
          add("bias_ih" + suffix, [gates * hiddenSize])
          add("bias_hh" + suffix, [gates * hiddenSize])
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
    if !(dropout >= 0 && dropout <= 1) { return "the dropout probability \(dropout) must be between 0 and 1" }
    if inputSize <= 0 { return "input size \(inputSize) must be positive" }
    if hiddenSize <= 0 { return "hidden size \(hiddenSize) must be positive" }
    if numLayers <= 0 { return "the number of layers \(numLayers) must be positive" }
    if projSize < 0 { return "projection size \(projSize) must not be negative" }
    if projSize >= hiddenSize { return "projection size \(projSize) must be smaller than hidden size \(hiddenSize)" }
    return nil
  }

  /// The parameters by layer and direction: layer 0 forwards, layer 0 backwards if bidirectional, layer 1 … (PyTorch's
  /// `all_weights`).
  public final var allWeights: [[Parameter]] {
    stride(from: 0, to: weights.count, by: weightsPerLayer).map { Array(weights[$0..<$0 + weightsPerLayer]) }
  }

  private var weightsPerLayer: Int { 2 + (bias ? 2 : 0) + (projSize > 0 ? 1 : 0) }

  /// The weights of a layer in a direction, the `index`th such.
  final func layerWeights(_ index: Int) -> RecurrentWeights {
    let first = index * weightsPerLayer
    var result = RecurrentWeights(input: weights[first], hidden: weights[first + 1])
    if bias {
      result.inputBias = weights[first + 2]
      result.hiddenBias = weights[first + 3]
    }
    if projSize > 0 { result.projection = weights[first + weightsPerLayer - 1] }
    return result
  }

  /// D: 2 if sequences are also read backwards.
  final var directions: Int { bidirectional ? 2 : 1 }

  /// The size of a hidden state.
  final var outputSize: Int { projSize > 0 ? projSize : hiddenSize }

  /// The keys are PyTorch's.
  public final var stateKeys: [String: String] {
    var keys: [String: String] = [:]
    for (index, name) in weightNames.enumerated() { keys["weights.\(index)"] = name }
    return keys
  }

  /// True while training: dropout between layers.
  public final var isTraining: Bool {
    get { mode.isOn }
    set { mode.isOn = newValue }
  }

  /// PyTorch's.
  public final var extraDescription: String {
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
