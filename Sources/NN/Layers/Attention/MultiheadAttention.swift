internal import Autograd
public import TensorModule

/// Attention by several heads between projections (PyTorch's `nn.MultiheadAttention`).
///
/// Sequences are `[L, N, E]`, with `batchFirst` `[N, L, E]`, or `[L, E]` for one sample. For query, key and value with E, Ek
/// and Ev features each head attends to its share of the projections, and the heads' results are projected together.
///
/// ```swift
/// let attention = MultiheadAttention(512, 8, batchFirst: true)
/// let (output, weights) = attention(x, x, x)
/// ```
///
/// The projections start as PyTorch's do, with its numbers for the same seed; the keys are PyTorch's: `in_proj_weight`
/// (or `q_proj_weight`, `k_proj_weight`, `v_proj_weight`), `in_proj_bias`, `bias_k`, `bias_v`, `out_proj.weight`,
/// `out_proj.bias`.
public final class MultiheadAttention: ModeDependent {
  /// E, the size of queries and results.
  public let embedDim: Int
  /// The number of heads.
  public let numHeads: Int
  /// The probability of dropping attention weights while training.
  public let dropout: Double
  /// Whether a key and a value of zeros are added.
  public let addZeroAttn: Bool
  /// Ek, the size of keys.
  public let kdim: Int
  /// Ev, the size of values.
  public let vdim: Int
  /// Whether sequences are `[N, L, E]` rather than `[L, N, E]`.
  public let batchFirst: Bool

  /// `[E, E]`, if keys or values are of another size than queries.
  public let qProjWeight: Parameter?
  /// `[E, Ek]`, if keys or values are of another size than queries.
  public let kProjWeight: Parameter?
  /// `[E, Ev]`, if keys or values are of another size than queries.
  public let vProjWeight: Parameter?
  /// `[3E, E]`, the projections of query, key and value one below the other; nil if they are separate.
  public let inProjWeight: Parameter?
  /// `[3E]`, or nil.
  public let inProjBias: Parameter?
  /// `[1, 1, E]`, a further key, or nil.
  public let biasK: Parameter?
  /// `[1, 1, E]`, its value, or nil.
  public let biasV: Parameter?
  /// The projection of the heads' results.
  public let outProj: Linear

  private let mode = TrainingMode()

  /// PyTorch's defaults unless told otherwise.
  /// - Parameters:
  ///   - embedDim: a multiple of `numHeads`.
  ///   - dropout: the probability of dropping attention weights while training.
  ///   - bias: whether the projections have biases.
  ///   - addBiasKV: whether a key and a value are learned that every query sees.
  ///   - addZeroAttn: whether every query sees a key and a value of zeros.
  ///   - kdim, vdim: the sizes of keys and values, `embedDim` unless given.
  public init(
    _ embedDim: Int, _ numHeads: Int, dropout: Double = 0, bias: Bool = true, addBiasKV: Bool = false,
    addZeroAttn: Bool = false, kdim: Int? = nil, vdim: Int? = nil, batchFirst: Bool = false, device: Device = .cpu,
    dtype: DType = .float32
  ) {
    self.embedDim = embedDim
    self.numHeads = numHeads
    self.dropout = dropout
    self.addZeroAttn = addZeroAttn
    self.kdim = kdim ?? embedDim
    self.vdim = vdim ?? embedDim
    self.batchFirst = batchFirst
    if embedDim <= 0 || numHeads <= 0 {
      fail(
        TensorError("MultiheadAttention", rule: "embedding dimension \(embedDim) and heads \(numHeads) must be positive"))
    } else if embedDim % numHeads != 0 {
      fail(
        TensorError(
          "MultiheadAttention", rule: "the embedding dimension \(embedDim) is not divisible by \(numHeads) heads"))
    }
    Init.checkProbability("MultiheadAttention", dropout)
    Init.checkSizes("MultiheadAttention", [3, embedDim, embedDim], dtype)
    Init.checkSizes("MultiheadAttention", [embedDim, self.kdim], dtype)
    Init.checkSizes("MultiheadAttention", [embedDim, self.vdim], dtype)
    func parameter(_ shape: [Int], _ fill: (Tensor) -> Void) -> Parameter {
      if ThreadMode.hasFailed { return Parameter(standIn()) }
      let tensor = Tensor.empty(Shape(shape), dtype: dtype, device: device)
      fill(tensor)
      return Parameter(tensor)
    }
    // In PyTorch's order: the output's projection draws its numbers first.
    outProj = Linear(embedDim, embedDim, bias: bias, device: device, dtype: dtype)
    if let zeroed = outProj.bias { Init.zeros_(zeroed) }
    let xavier: (Tensor) -> Void = { Init.xavierUniform_($0) }
    if self.kdim == embedDim && self.vdim == embedDim {
      inProjWeight = parameter([ThreadMode.hasFailed ? 0 : 3 * embedDim, embedDim], xavier)
      (qProjWeight, kProjWeight, vProjWeight) = (nil, nil, nil)
    } else {
      inProjWeight = nil
      qProjWeight = parameter([embedDim, embedDim], xavier)
      kProjWeight = parameter([embedDim, self.kdim], xavier)
      vProjWeight = parameter([embedDim, self.vdim], xavier)
    }
    inProjBias = bias ? parameter([ThreadMode.hasFailed ? 0 : 3 * embedDim]) { Init.zeros_($0) } : nil
    biasK = addBiasKV ? parameter([1, 1, embedDim]) { Init.xavierNormal_($0) } : nil
    biasV = addBiasKV ? parameter([1, 1, embedDim]) { Init.xavierNormal_($0) } : nil
  }

  /// A second module that begins with the values of the first.
  init(copying other: MultiheadAttention) {
    embedDim = other.embedDim
    numHeads = other.numHeads
    dropout = other.dropout
    addZeroAttn = other.addZeroAttn
    kdim = other.kdim
    vdim = other.vdim
    batchFirst = other.batchFirst
    qProjWeight = other.qProjWeight?.copied()
    kProjWeight = other.kProjWeight?.copied()
    vProjWeight = other.vProjWeight?.copied()
    inProjWeight = other.inProjWeight?.copied()
    inProjBias = other.inProjBias?.copied()
    biasK = other.biasK?.copied()
    biasV = other.biasV?.copied()
    outProj = Linear(copying: other.outProj)
    mode.isOn = other.isTraining
  }

  /// True while training: attention weights are dropped.
  public var isTraining: Bool {
    get { mode.isOn }
    set { mode.isOn = newValue }
  }

  /// Attends.
  ///
  /// In bool masks **true hides**; floating-point ones are added to the scores.
  /// - Parameters:
  ///   - query: `[L, N, E]`, with `batchFirst` `[N, L, E]`, or `[L, E]`.
  ///   - key: `[S, N, Ek]`, `[N, S, Ek]`, or `[S, Ek]`.
  ///   - value: `[S, N, Ev]`, `[N, S, Ev]`, or `[S, Ev]`.
  ///   - keyPaddingMask: keys that no query sees, `[N, S]`, or `[S]` for one sample.
  ///   - needWeights: whether the attention's weights are returned; without them it is faster.
  ///   - attnMask: `[L, S]` or `[N·heads, L, S]`.
  ///   - averageAttnWeights: whether the weights are averaged over the heads.
  ///   - isCausal: that `attnMask`, which must be given too, is the causal one.
  /// - Returns: the output, of the query's shape, and, if asked for, the weights: `[N, L, S]` or `[N, heads, L, S]`,
  ///   without N for one sample.
  public func callAsFunction(
    _ query: Tensor, _ key: Tensor, _ value: Tensor, keyPaddingMask: Tensor? = nil, needWeights: Bool = true,
    attnMask: Tensor? = nil, averageAttnWeights: Bool = true, isCausal: Bool = false
  ) -> (output: Tensor, weights: Tensor?) {
    inCall(query, key, value) { query, key, value in
      if ThreadMode.hasFailed { return (standIn(), nil) }
      let swaps = batchFirst && query.rank == 3 && key.rank == 3 && value.rank == 3
      // One tensor stays one: then the three projections are one product.
      let stepsFirst = swaps ? query.transpose(0, 1) : query
      let keys = key === query ? stepsFirst : swaps ? key.transpose(0, 1) : key
      let values = value === key ? keys : value === query ? stepsFirst : swaps ? value.transpose(0, 1) : value
      func attend() -> (Tensor, Tensor?) {
        Functional.multiHeadAttentionForward(
          query: stepsFirst, key: keys, value: values, embedDimToCheck: embedDim, numHeads: numHeads,
          inProjWeight: inProjWeight, inProjBias: inProjBias, biasK: biasK, biasV: biasV, addZeroAttn: addZeroAttn,
          dropoutP: dropout, outProjWeight: outProj.weight, outProjBias: outProj.bias, training: isTraining,
          keyPaddingMask: keyPaddingMask, needWeights: needWeights, attnMask: attnMask,
          useSeparateProjWeight: inProjWeight == nil, qProjWeight: qProjWeight, kProjWeight: kProjWeight,
          vProjWeight: vProjWeight, averageAttnWeights: averageAttnWeights, isCausal: isCausal)
      }
      // The output's projection is not called itself, but its weight may be computed.
      let (output, weights) = ModuleTable.extras(of: outProj)?.parametrizations?.run(attend) ?? attend()
      return (swaps && !ThreadMode.hasFailed ? output.transpose(0, 1) : output, weights)
    }
  }
}
