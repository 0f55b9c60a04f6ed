internal import Autograd
public import TensorModule

/// A table of vectors, looked up and reduced bag by bag (PyTorch's `nn.EmbeddingBag`): input int64 or int32, `[B, L]`,
/// or `[N]` with offsets, output `[B, embeddingDim]`.
///
/// Starts with normal numbers, PyTorch's for the same seed.
public final class EmbeddingBag: Module {
  /// The number of vectors.
  public let numEmbeddings: Int
  /// The size of each.
  public let embeddingDim: Int
  /// Vectors that are looked up and longer than this are shortened to it, or nil.
  public let maxNorm: Double?
  /// The p of the norm that measures them.
  public let normType: Double
  /// Whether a vector's gradient is divided by how often it was looked up.
  public let scaleGradByFreq: Bool
  /// How the vectors of a bag become one.
  public let mode: BagMode
  /// Whether offsets end with the end of the last bag.
  public let includeLastOffset: Bool
  /// The index that does not count, or nil.
  public let paddingIdx: Int?
  /// `[numEmbeddings, embeddingDim]`.
  public let weight: Parameter

  /// A table of random vectors. A negative `paddingIdx` counts from the end.
  public init(
    _ numEmbeddings: Int, _ embeddingDim: Int, maxNorm: Double? = nil, normType: Double = 2,
    scaleGradByFreq: Bool = false, mode: BagMode = .mean, includeLastOffset: Bool = false, paddingIdx: Int? = nil,
    device: Device = .cpu, dtype: DType = .float32
  ) {
    self.numEmbeddings = numEmbeddings
    self.embeddingDim = embeddingDim
    self.maxNorm = maxNorm
    self.normType = normType
    self.scaleGradByFreq = scaleGradByFreq
    self.mode = mode
    self.includeLastOffset = includeLastOffset
    self.paddingIdx = Embedding.normalized("EmbeddingBag", paddingIdx, numEmbeddings)
    Init.checkSizes("EmbeddingBag", [numEmbeddings, embeddingDim], dtype)
    let table = Tensor.empty([numEmbeddings, embeddingDim], dtype: dtype, device: device)
    Init.normal_(table)
    if let row = self.paddingIdx { table.select(dim: 0, index: row).zero_() }
    weight = Parameter(table)
  }

  /// A table of given vectors, `[count, size]` (PyTorch's `EmbeddingBag.from_pretrained`).
  /// - Parameter freeze: whether the vectors stay as they are in training.
  public init(
    pretrained embeddings: Tensor, freeze: Bool = true, maxNorm: Double? = nil, normType: Double = 2,
    scaleGradByFreq: Bool = false, mode: BagMode = .mean, includeLastOffset: Bool = false, paddingIdx: Int? = nil
  ) {
    (numEmbeddings, embeddingDim) = Embedding.tableSizes("EmbeddingBag", embeddings)
    self.maxNorm = maxNorm
    self.normType = normType
    self.scaleGradByFreq = scaleGradByFreq
    self.mode = mode
    self.includeLastOffset = includeLastOffset
    self.paddingIdx = Embedding.normalized("EmbeddingBag", paddingIdx, numEmbeddings)
    weight = Parameter(embeddings.detach(), requiresGrad: !freeze)
  }

  /// The reduced bags. See `Functional.embeddingBag`.
  public func callAsFunction(_ input: Tensor, offsets: Tensor? = nil, perSampleWeights: Tensor? = nil) -> Tensor {
    inCall(input, offsets, perSampleWeights) { input, offsets, perSampleWeights in
      Functional.embeddingBag(
        input, weight, offsets: offsets, maxNorm: maxNorm, normType: normType, scaleGradByFreq: scaleGradByFreq,
        mode: mode, perSampleWeights: perSampleWeights, includeLastOffset: includeLastOffset, paddingIdx: paddingIdx)
    }
  }

  /// PyTorch's.
  public var extraDescription: String {
    "\(numEmbeddings), \(embeddingDim)" + (maxNorm.map { ", max_norm=\($0)" } ?? "")
      + (normType == 2 ? "" : ", norm_type=\(normType)") + (scaleGradByFreq ? ", scale_grad_by_freq=True" : "")
      + ", mode='\(mode)'" + (paddingIdx.map { ", padding_idx=\($0)" } ?? "")
  }
}
