/// The shape and dtype of one result.
package struct Specification: Sendable, Equatable {
  package var shape: Shape
  package var dtype: DType
  @inline(__always)
  package init(_ shape: Shape, _ dtype: DType) {
    self.shape = shape
    self.dtype = dtype
  }
}

/// What an operation will give: its results' shapes and types.
package struct Signature: Sendable {
  package var first: Specification
  /// The results after the first, for the few operations that have them.
  package var more: [Specification]
  @inline(__always)
  package init(_ shape: Shape, _ dtype: DType, more: [Specification] = []) {
    first = Specification(shape, dtype)
    self.more = more
  }
}

extension Primitive {
  /// The rule of shapes and types: what the operation gives for these operands, or why it refuses them. Looks at
  /// metadata only, so it serves dry runs as well.
  @inline(__always)
  package func signature(_ operands: Operands) throws(TensorError) -> Signature {
    // The commonest case, decided without leaving the caller.
    if case .binary(let operation, _) = self {
      return try operation.signature(operands.first, operands.second!)
    }
    return try generalSignature(operands)
  }

  private func generalSignature(_ operands: Operands) throws(TensorError) -> Signature {
    let first = operands.first
    switch self {
    case .unary(let operation, _):
      return try operation.signature(first)
    case .binary(let operation, _):
      return try operation.signature(first, operands[1])
    case .ternary(let operation, _):
      return try operation.signature(first, operands[1], operands[2])
    case .cast(let dtype):
      return Signature(first.shape, dtype)
    case .reduce(let operation, let axes, let keepDim, _):
      return try operation.signature(first, axes, keepDim: keepDim)
    case .cumulative(let operation, _):
      return try operation.signature(first)
    case .order(let operation, let dim, let count):
      return try operation.signature(first, dim: dim, count: count)
    case .searchSorted(_, let dtype):
      return try Self.searchSortedSignature(first, operands[1], dtype)
    case .view, .place, .window, .assignWindow, .custom:
      return Signature(first.shape, first.dtype)
    case .contiguous, .flip:
      return Signature(first.shape, first.dtype)
    case .triangle:
      guard first.rank >= 2 else {
        throw TensorError(name, of: first, rule: "needs at least 2 dimensions, not \(first.rank)")
      }
      return Signature(first.shape, first.dtype)
    case .concatenate(let dim):
      return try Self.concatenateSignature(operands, dim: dim)
    case .matmul:
      return try Self.matmulSignature(first, operands[1])
    case .linear:
      return try Self.linearSignature(operands)
    case .linearAlgebra(let operation):
      return try operation.signature(operands)
    case .convolution(let attributes):
      return try attributes.signature(operands)
    case .convolutionInputGradient(let attributes):
      let weight = operands[1]
      var shape = first.shape
      shape[1] = weight.shape[1] * attributes.groups
      for i in 0..<attributes.rank { shape[2 + i] = attributes.extent[i] }
      return Signature(shape, first.dtype)
    case .convolutionWeightGradient(let attributes):
      let gradient = operands[1]
      var shape = first.shape
      shape[0] = gradient.shape[1]
      shape[1] = first.shape[1] / attributes.groups
      for i in 0..<attributes.rank { shape[2 + i] = attributes.extent[i] }
      return Signature(shape, first.dtype)
    case .maxPool(let attributes):
      let shape = try attributes.outputShape(self.name, first, allowsIntegers: !attributes.isAdaptive)
      return Signature(shape, first.dtype, more: [Specification(shape, .int64)])
    case .averagePool(let attributes):
      return Signature(try attributes.outputShape(self.name, first, allowsIntegers: first.dtype == .int64 && !attributes.isAdaptive), first.dtype)
    case .maxPoolGradient(let attributes), .averagePoolGradient(let attributes):
      var shape = first.shape
      for i in 0..<attributes.rank { shape[shape.rank - attributes.rank + i] = attributes.extent[i] }
      return Signature(shape, first.dtype)
    case .resample(let attributes):
      var shape = first.shape
      shape[attributes.dim] = attributes.isTransposed ? attributes.extent : operands[1].shape[1]
      return Signature(shape, first.dtype)
    case .maxPoolPick:
      return Signature(operands[1].shape, first.dtype)
    case .indexSelect(let dim):
      return try Self.indexSelectSignature(first, operands[1], dim: dim)
    case .indexScatter(_, let dim):
      return try Self.indexScatterSignature(self.name, first, operands[1], operands[2], dim: dim)
    case .gather(let dim):
      return try Self.gatherSignature(first, operands[1], dim: dim)
    case .scatter(_, let dim):
      return try Self.scatterSignature(self.name, first, operands[1], operands[2], dim: dim)
    case .nonzero(let count):
      return Signature([count, first.rank], .int64)
    case .histogram(.numbers(let count)):
      return Signature([count], .int64)
    case .histogram(.intervals(let count, _, _)):
      return Signature([count], first.dtype)
    case .softmax:
      guard first.dtype.isFloatingPoint else {
        throw TensorError(
          name, of: first, rule: "needs a floating-point tensor, not \(first.dtype)", hint: "convert it with to(.float32)")
      }
      return Signature(first.shape, first.dtype)
    case .softmaxGradient:
      return Signature(first.shape, first.dtype)
    case .normalization(let attributes):
      guard first.dtype.isFloatingPoint else {
        throw TensorError(
          name, of: first, rule: "needs a floating-point tensor, not \(first.dtype)", hint: "convert it with to(.float32)")
      }
      let moments = Specification([attributes.sets(of: first.shape)], first.dtype.computeType)
      return Signature(first.shape, first.dtype, more: [moments, moments])
    case .normalizationGradient(let attributes):
      let count = attributes.weightCount(of: first.shape)
      let dtype = attributes.hasWeight ? operands[4].dtype : first.dtype
      return Signature(
        first.shape, first.dtype,
        more: [
          Specification([attributes.hasWeight ? count : 0], dtype), Specification([attributes.hasBias ? count : 0], dtype),
        ])
    case .lstmCell:
      let cell = operands[1]
      return Signature(
        cell.shape, first.dtype,
        more: [Specification(cell.shape, first.dtype), Specification(first.shape, first.dtype)])
    case .lstmCellGradient:
      return Signature(operands[2].shape, first.dtype, more: [Specification(operands[3].shape, first.dtype)])
    case .gruCell:
      let hidden = operands[2].shape
      return Signature(hidden, first.dtype, more: [Specification([hidden[0], 4 * hidden[1]], first.dtype)])
    case .gruCellGradient:
      let gates = Specification([first.shape[0], 3 * first.shape[1]], first.dtype)
      return Signature(gates.shape, first.dtype, more: [gates, Specification(first.shape, first.dtype)])
    case .ctcLoss:
      let places = 2 * operands[1].shape[1] + 1
      return Signature(
        [first.shape[1]], first.dtype, more: [Specification([first.shape[1], first.shape[0], places], first.dtype)])
    case .ctcLossGradient:
      return Signature(operands[1].shape, first.dtype)
    }
  }
}
