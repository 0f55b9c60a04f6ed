// Diagonals and triangles.

extension Tensor {
  /// Zeros with the last dimension along the diagonal of two new ones (PyTorch's `diag_embed`).
  ///
  /// - Parameters:
  ///   - offset: Which diagonal: above the main one if positive, below if negative.
  ///   - dim1: The new rows, counted in the result.
  ///   - dim2: The new columns, counted in the result.
  public func diagEmbed(offset: Int = 0, dim1: Int = -2, dim2: Int = -1) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard rank > 0 else { return failing(TensorError("diagEmbed", of: self, rule: "needs at least 1 dimension")) }
    guard let a = normalized(dim1, "diagEmbed", extra: 1), let b = normalized(dim2, "diagEmbed", extra: 1) else {
      return standIn()
    }
    guard a != b else {
      return failing(TensorError("diagEmbed", of: self, rule: "needs two different dimensions, not \(dim1) and \(dim2)"))
    }
    let (size, overflows) = shape[rank - 1].addingReportingOverflow(Int(clamping: offset.magnitude))
    guard !overflows else {
      return failing(TensorError("diagEmbed", of: self, rule: "a result with the diagonal \(offset) is too large"))
    }
    var target = Array(shape.dropLast())
    for axis in [Swift.min(a, b), Swift.max(a, b)] { target.insert(size, at: axis) }
    return applyPlacement(.diagonal(offset: offset, a, b), self, baseShape: Shape(target))
  }

  /// The diagonal of a matrix, copied, or a matrix with a 1-d tensor on its diagonal (PyTorch's `diag`).
  public func diag(_ offset: Int = 0) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard rank == 1 || rank == 2 else {
      return failing(TensorError("diag", of: self, rule: "needs 1 or 2 dimensions, not \(rank)", hint: "use diagonal or diagEmbed"))
    }
    return rank == 1 ? diagEmbed(offset: offset) : diagonal(offset: offset).clone()
  }

  /// A matrix with the flattened tensor on its diagonal (PyTorch's `diagflat`).
  public func diagflat(offset: Int = 0) -> Tensor { flatten().diagEmbed(offset: offset) }

  // MARK: Triangles

  /// The lower triangle of the last two dimensions, zeros above (PyTorch's `tril`). `diagonal` names the last diagonal
  /// that is kept: 0 the main one, positive ones above it.
  public func tril(_ diagonal: Int = 0) -> Tensor { apply(.triangle(isUpper: false, diagonal: diagonal), self) }
  /// The upper triangle of the last two dimensions, zeros below (PyTorch's `triu`). `diagonal` names the first diagonal
  /// that is kept.
  public func triu(_ diagonal: Int = 0) -> Tensor { apply(.triangle(isUpper: true, diagonal: diagonal), self) }
  /// ``tril(_:)`` in place.
  @discardableResult
  public func tril_(_ diagonal: Int = 0) -> Tensor { applyInPlace(.triangle(isUpper: false, diagonal: diagonal), self) }
  /// ``triu(_:)`` in place.
  @discardableResult
  public func triu_(_ diagonal: Int = 0) -> Tensor { applyInPlace(.triangle(isUpper: true, diagonal: diagonal), self) }

  /// Rows and columns of the elements of the lower triangle, `[2, count]`, row by row (PyTorch's `torch.tril_indices`).
  public static func trilIndices(_ rows: Int, _ columns: Int, offset: Int = 0, dtype: DType = .int64, device: Device = .cpu) -> Tensor {
    triangleIndices("trilIndices", rows, columns, offset, dtype, device, isUpper: false)
  }
  /// Rows and columns of the elements of the upper triangle, `[2, count]`, row by row (PyTorch's `torch.triu_indices`).
  public static func triuIndices(_ rows: Int, _ columns: Int, offset: Int = 0, dtype: DType = .int64, device: Device = .cpu) -> Tensor {
    triangleIndices("triuIndices", rows, columns, offset, dtype, device, isUpper: true)
  }

  private static func triangleIndices(
    _ name: String, _ rows: Int, _ columns: Int, _ offset: Int, _ dtype: DType, _ device: Device, isUpper: Bool
  ) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard rows >= 0, columns >= 0 else {
      return failing(TensorError(name, rule: "\(rows) rows and \(columns) columns must not be negative"))
    }
    guard dtype == .int64 || dtype == .int32 else {
      return failing(TensorError(name, rule: "indices are int64 or int32, not \(dtype)"))
    }
    // A matrix larger than any memory is refused before its rows are counted.
    let limit = 1 << 36
    guard rows == 0 || columns == 0 || (rows <= limit && columns <= limit && rows <= limit / columns) else {
      return failing(TensorError(name, rule: "the indices of a matrix of \(rows) × \(columns) are too many"))
    }
    // Beyond the matrix one diagonal is as good as another.
    let offset = Swift.min(Swift.max(offset, -rows), columns)
    var first: [Int] = [], second: [Int] = []
    for row in 0..<(columns == 0 ? 0 : rows) {
      let cut = Swift.min(Swift.max(row + offset + (isUpper ? 0 : 1), 0), columns)
      for column in isUpper ? cut..<columns : 0..<cut {
        first.append(row)
        second.append(column)
      }
    }
    return Tensor(first + second, shape: [2, first.count]).to(dtype).to(device)
  }
}
