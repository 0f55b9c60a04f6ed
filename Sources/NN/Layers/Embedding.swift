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
  /// `[numEmbeddings, embeddingDim]`.
  public let weight: Parameter

  /// A table of random vectors. A negative `paddingIdx` counts from the end.
  public init(
    _ numEmbeddings: Int, _ embeddingDim: Int, paddingIdx: Int? = nil, device: Device = .cpu, dtype: DType = .float32
  ) {
    self.numEmbeddings = numEmbeddings
    self.embeddingDim = embeddingDim
    self.paddingIdx = Self.normalized(paddingIdx, numEmbeddings)
    Init.checkSizes("Embedding", [numEmbeddings, embeddingDim], dtype)
    let table = Tensor.empty([numEmbeddings, embeddingDim], dtype: dtype, device: device)
    Init.normal_(table)
    if let row = self.paddingIdx { table.select(dim: 0, index: row).zero_() }
    weight = Parameter(table)
  }

  /// A table of given vectors, `[count, size]` (PyTorch's `Embedding.from_pretrained`).
  /// - Parameter freeze: whether the vectors stay as they are in training.
  public init(pretrained embeddings: Tensor, freeze: Bool = true, paddingIdx: Int? = nil) {
    let isTable = embeddings.rank == 2
    if !isTable && !ThreadMode.hasFailed {
      fail(TensorError("Embedding", of: embeddings, rule: "the table must have two dimensions, not \(embeddings.rank)"))
    }
    numEmbeddings = isTable ? embeddings.shape[0] : 0
    embeddingDim = isTable ? embeddings.shape[1] : 0
    self.paddingIdx = Self.normalized(paddingIdx, numEmbeddings)
    weight = Parameter(embeddings.detach(), requiresGrad: !freeze)
  }

  private static func normalized(_ index: Int?, _ count: Int) -> Int? {
    guard let index else { return nil }
    let position = index < 0 ? index + count : index
    guard position >= 0, position < count else {
      fail(TensorError("Embedding", rule: "paddingIdx \(index) is not within the \(count) embeddings"))
      return nil
    }
    return position
  }

  /// The vectors at the indices.
  public func forward(_ x: Tensor) -> Tensor { Functional.embedding(x, weight, paddingIdx: paddingIdx) }

  /// PyTorch's.
  public var extraDescription: String {
    "\(numEmbeddings), \(embeddingDim)" + (paddingIdx.map { ", padding_idx=\($0)" } ?? "")
  }
}
