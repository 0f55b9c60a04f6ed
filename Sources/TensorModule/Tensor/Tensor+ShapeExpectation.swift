extension Tensor {
  /// This tensor, after failing unless its sizes are these; nil stands for any size.
  ///
  /// What a formula takes for granted, said where it matters: a wrong shape is told here rather than broadcast to a
  /// plausible result.
  ///
  /// ```swift
  /// let scores = model(x).expectShape(nil, 10)
  /// ```
  public func expectShape(_ sizes: Int?...) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    if rank == sizes.count && zip(shape, sizes).allSatisfy({ $1 == nil || $0 == $1 }) { return self }
    let expected = sizes.map { $0.map(String.init) ?? "?" }.joined(separator: ", ")
    return failing(TensorError("expectShape", of: self, rule: "expected the shape (\(expected)\(sizes.count == 1 ? "," : ""))"))
  }

  /// This tensor, after failing unless it has another one's shape: for element-wise formulas that must not broadcast.
  ///
  /// ```swift
  /// let product = a.expectShape(of: b) * b
  /// ```
  public func expectShape(of other: Tensor) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    if shape == other.shape { return self }
    return failing(TensorError("expectShape", of: self, other, rule: "the shapes must be equal"))
  }
}
