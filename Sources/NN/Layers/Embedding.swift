internal import Autograd
public import TensorModule

/// A table of vectors, looked up by index (PyTorch's `nn.Embedding`): input int64 or int32 of any shape, output that
/// shape with a last dimension of `embeddingDim`.
///
/// Starts with normal numbers, PyTorch's for the same seed.
public final class Embedding: Layer {
  /// The number of vectors.
  public let numEmbeddings: Int
  /// The size of each.
  public let embeddingDim: Int
  /// The row that stands for padding: it starts as zeros and gets no gradient.
  public let paddingIdx: Int?
  /// Vectors that are looked up and longer than this are shortened to it, or nil.
  public let maxNorm: Double?
  /// The p of the norm that measures them.
  public let normType: Double
  /// Whether a vector's gradient is divided by how often it was looked up.
  public let scaleGradByFreq: Bool
  /// `[numEmbeddings, embeddingDim]`.
  public let weight: Parameter

  /// A table of random vectors. A negative `paddingIdx` counts from the end.
  public init(
    _ numEmbeddings: Int, _ embeddingDim: Int, paddingIdx: Int? = nil, maxNorm: Double? = nil, normType: Double = 2,
    scaleGradByFreq: Bool = false, device: Device = .cpu, dtype: DType = .float32
  ) {
    self.numEmbeddings = numEmbeddings
    self.embeddingDim = embeddingDim
    self.maxNorm = maxNorm
    self.normType = normType
    self.scaleGradByFreq = scaleGradByFreq
    self.paddingIdx = Self.normalized("Embedding", paddingIdx, numEmbeddings)
    Init.checkSizes("Embedding", [numEmbeddings, embeddingDim], dtype)
    let table = Tensor.empty([numEmbeddings, embeddingDim], dtype: dtype, device: device)
    Init.normal_(table)
    if let row = self.paddingIdx { table.select(dim: 0, index: row).zero_() }
    weight = Parameter(table)
  }

  /// A table of given vectors, `[count, size]` (PyTorch's `Embedding.from_pretrained`).
  /// - Parameter freeze: whether the vectors stay as they are in training.
  public init(
    pretrained embeddings: Tensor, freeze: Bool = true, paddingIdx: Int? = nil, maxNorm: Double? = nil,
    normType: Double = 2, scaleGradByFreq: Bool = false
  ) {
    self.maxNorm = maxNorm
    self.normType = normType
    self.scaleGradByFreq = scaleGradByFreq
    (numEmbeddings, embeddingDim) = Self.tableSizes("Embedding", embeddings)
    self.paddingIdx = Self.normalized("Embedding", paddingIdx, numEmbeddings)
    weight = Parameter(embeddings.detach(), requiresGrad: !freeze)
  }

  /// The number and the size of the vectors of a table; zeros after failing.
  static func tableSizes(_ name: String, _ table: Tensor) -> (count: Int, size: Int) {
    if ThreadMode.hasFailed { return (0, 0) }
    guard table.rank == 2 else {
      fail(TensorError(name, of: table, rule: "the table must have two dimensions, not \(table.rank)"))
      return (0, 0)
    }
    return (table.shape[0], table.shape[1])
  }

  /// The row that stands for padding, counted from the start.
  static func normalized(_ name: String, _ index: Int?, _ count: Int) -> Int? {
    guard let index else { return nil }
    let position = index < 0 ? index + count : index
    guard position >= 0, position < count else {
      fail(TensorError(name, rule: "paddingIdx \(index) is not within the \(count) embeddings"))
      return nil
    }
    return position
  }

  /// The vectors at the indices.
  public func forward(_ x: Tensor) -> Tensor {
    Functional.embedding(
      x, weight, paddingIdx: paddingIdx, maxNorm: maxNorm, normType: normType, scaleGradByFreq: scaleGradByFreq)
  }

  /// PyTorch's.
  public var extraDescription: String {
    "\(numEmbeddings), \(embeddingDim)" + (paddingIdx.map { ", padding_idx=\($0)" } ?? "")
      + (maxNorm.map { ", max_norm=\($0)" } ?? "") + (normType == 2 ? "" : ", norm_type=\(normType)")
      + (scaleGradByFreq ? ", scale_grad_by_freq=True" : "")
  }
}
