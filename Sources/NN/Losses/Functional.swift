public import TensorModule

/// Functions of `torch.nn.functional` that are not methods of a tensor. `relu`, `softmax`, `maxPool2d`, `conv2d` … are
/// methods.
public enum Functional {
  /// The rows of a table at indices (PyTorch's `F.embedding`).
  /// - Parameters:
  ///   - indices: int64 or int32, any shape.
  ///   - weight: the table, `[count, size]`.
  ///   - paddingIdx: a row that gets no gradient.
  /// - Returns: the indices' shape with a last dimension of the rows' size.
  public static func embedding(_ indices: Tensor, _ weight: Tensor, paddingIdx: Int? = nil) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard indices.dtype == .int64 || indices.dtype == .int32 else {
      return failing(
        TensorError(
          "embedding", of: indices, weight, rule: "indices must be int64 or int32, got \(indices.dtype)",
          hint: "convert them with to(.int64)"))
    }
    guard weight.rank == 2 else {
      return failing(TensorError("embedding", of: indices, weight, rule: "the table must have two dimensions"))
    }
    var shape = indices.shape.map { $0 }
    shape.append(weight.shape[1])
    var rows = weight.indexSelect(dim: 0, index: indices.reshape(-1).to(.int64)).reshape(Shape(shape))
    if let paddingIdx, Recording.records(weight.flags, .current) {
      let row = paddingIdx < 0 ? paddingIdx + weight.shape[0] : paddingIdx
      rows = Tensor.where((indices .== row).unsqueeze(-1), rows.detach(), rows)
    }
    return rows
  }
}
