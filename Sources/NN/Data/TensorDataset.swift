public import TensorModule

/// The rows of tensors as samples (PyTorch's `TensorDataset`): sample i is row i of each.
///
/// ```swift
/// let set = TensorDataset(images, labels)       // samples and batches are pairs
/// ```
public struct TensorDataset<Sample>: Dataset {
  /// Tensors with the same size of the first dimension.
  public let tensors: [Tensor]
  /// The number of rows.
  public let count: Int
  private let assemble: @Sendable ([Tensor]) -> Sample
  private let parts: @Sendable (Sample) -> [Tensor]

  private init(
    checking tensors: [Tensor], assemble: @escaping @Sendable ([Tensor]) -> Sample,
    parts: @escaping @Sendable (Sample) -> [Tensor]
  ) {
    self.tensors = tensors
    self.assemble = assemble
    self.parts = parts
    var rows = 0
    if !ThreadMode.hasFailed {
      if let scalar = tensors.first(where: { $0.rank == 0 }) {
        fail(TensorError("TensorDataset", of: scalar, rule: "a tensor without dimensions has no rows"))
      } else {
        rows = tensors[0].shape[0]
        for (position, tensor) in tensors.enumerated() where tensor.shape[0] != rows {
          fail(
            TensorError(
              "TensorDataset", tensors.map(TensorError.Operand.init),
              "all tensors must have as many rows; tensor \(position) has \(tensor.shape[0]), the first \(rows)"))
          rows = 0
          break
        }
      }
    }
    count = rows
  }

  /// Row `index` of each tensor, as views.
  public subscript(index: Int) -> Sample { assemble(tensors.map { $0.select(dim: 0, index: index) }) }

  /// The rows along a new first dimension, each kind for itself.
  public func collate(_ samples: [Sample]) -> Sample {
    let rows = samples.map(parts)
    return assemble(tensors.indices.map { kind in .collated(rows.map { $0[kind] }) })
  }

  /// The rows at the positions, copied together.
  public func batch(_ indices: [Int]) -> Sample {
    let positions = Tensor(indices, shape: [indices.count])
    return assemble(tensors.map { $0.indexSelect(dim: 0, index: positions.to($0.device)) })
  }
}

extension TensorDataset where Sample == Tensor {
  /// The rows of one tensor.
  public init(_ tensor: Tensor) {
    self.init(checking: [tensor], assemble: { $0[0] }, parts: { [$0] })
  }
}

extension TensorDataset where Sample == (Tensor, Tensor) {
  /// The rows of two tensors, inputs and targets for example.
  public init(_ first: Tensor, _ second: Tensor) {
    self.init(checking: [first, second], assemble: { ($0[0], $0[1]) }, parts: { [$0.0, $0.1] })
  }
}

extension TensorDataset where Sample == (Tensor, Tensor, Tensor) {
  /// The rows of three tensors.
  public init(_ first: Tensor, _ second: Tensor, _ third: Tensor) {
    self.init(
      checking: [first, second, third], assemble: { ($0[0], $0[1], $0[2]) }, parts: { [$0.0, $0.1, $0.2] })
  }
}
