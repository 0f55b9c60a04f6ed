/// Linear algebra on matrices and batches of them (PyTorch's `torch.linalg`).
///
/// The last two dimensions are the matrices, all before them is a batch. Factorizations and what is built on them compute in
/// float32 and float64. Everything has first and second derivatives unless it says otherwise.
public enum Linalg {
  /// A factorization's outputs.
  static func run(_ operation: LinearAlgebraOperation, _ operands: Operands) -> [Tensor] {
    applyToAll(.linearAlgebra(operation), operands, resultCount: operation.resultCount)
  }

  /// True if operations on `x` are recorded now.
  static func isRecorded(_ x: Tensor) -> Bool { Recording.records(x.flags, ThreadMode.current) }

  /// The first matrix of the batch whose info is not zero: where in the batch (empty for a single matrix) and the info.
  static func firstFailure(_ info: Tensor) -> (place: String, info: Int)? {
    if ThreadMode.hasFailed { return nil }
    let values = info.toArray(as: Int32.self)
    guard let index = values.firstIndex(where: { $0 != 0 }) else { return nil }
    return (info.rank == 0 ? "" : "batch element \(index): ", Int(values[index]))
  }

  /// Fails unless `a` has at least two dimensions, the last two of one size.
  static func isSquare(_ name: String, _ a: Tensor) -> Bool {
    if ThreadMode.hasFailed { return false }
    guard a.rank >= 2 else {
      fail(TensorError(name, of: a, rule: "needs a matrix or a batch of them, at least 2 dimensions, not \(a.rank)"))
      return false
    }
    guard a.shape[-1] == a.shape[-2] else {
      fail(TensorError(name, of: a, rule: "needs square matrices, but they are \(a.shape[-2]) by \(a.shape[-1])"))
      return false
    }
    return true
  }

  /// Both with the batch that they broadcast to, or nil after failing.
  static func broadcastBatch(_ name: String, _ a: Tensor, _ b: Tensor) -> (a: Tensor, b: Tensor)? {
    if ThreadMode.hasFailed { return nil }
    let batchA = Shape(a.shape.dropLast(2)), batchB = Shape(b.shape.dropLast(2))
    if batchA == batchB { return (a, b) }
    guard let batch = broadcastShape(batchA, batchB) else {
      fail(
        TensorError(
          name, of: a, b,
          rule: "batch dimensions \(batchA.tupleDescription) and \(batchB.tupleDescription) cannot be broadcast together"))
      return nil
    }
    return (a.expand(batch.appending(Array(a.shape.suffix(2)))), b.expand(batch.appending(Array(b.shape.suffix(2)))))
  }

  /// A⁻¹·B, or with `transposed` A⁻ᵀ·B, from A's factors.
  package static func solved(_ factors: Tensor, _ pivots: Tensor, _ b: Tensor, transposed: Bool) -> Tensor {
    let order = apply(.linearAlgebra(.permutation(size: factors.shape[-1])), pivots)
    if transposed {
      // A with its rows in that order is L·U, so Uᵀ·Lᵀ·(X in that order) = B.
      let x = triangularSolve(factors.mT, triangularSolve(factors.mT, b, upper: false), upper: true, unit: true)
      return x.rows(inverse(order))
    }
    return triangularSolve(factors, triangularSolve(factors, b.rows(order), upper: false, unit: true), upper: true)
  }

  package static func triangularSolve(_ a: Tensor, _ b: Tensor, upper: Bool, unit: Bool = false) -> Tensor {
    apply(.linearAlgebra(.triangularSolve(upper: upper, unit: unit)), a, b)
  }

  /// X·A = B for a triangle A.
  package static func triangularSolveRight(_ a: Tensor, _ b: Tensor, upper: Bool, unit: Bool = false) -> Tensor {
    triangularSolve(a.mT, b.mT, upper: !upper, unit: unit).mT
  }

  /// The order of rows that undoes an order.
  package static func inverse(_ order: Tensor) -> Tensor {
    let places = Tensor.arange(order.shape[-1], device: order.device).expand(order.shape)
    return Tensor.zerosLike(order).scatter(dim: -1, index: order, places)
  }

  /// The order of rows that pivots make.
  package static func order(_ pivots: Tensor, size: Int) -> Tensor { apply(.linearAlgebra(.permutation(size: size)), pivots) }
}

extension Tensor {
  /// The rows of each matrix in the order [batch, rows] that an index gives.
  package final func rows(_ order: Tensor) -> Tensor {
    gather(dim: -2, index: order.unsqueeze(-1).expand(order.shape.appending([shape[-1]])))
  }

  /// Matrices with the last dimension on their diagonal.
  package final func onDiagonal() -> Tensor {
    let n = shape[-1]
    let mask = Tensor.arange(n, device: device).unsqueeze(1) .== Tensor.arange(n, device: device)
    return Tensor.where(mask, unsqueeze(-1), 0)
  }
  /// Identity matrices [batch, n, n].
  package static func identity(_ n: Int, batch: Shape, dtype: DType, device: Device) -> Tensor {
    eye(n, dtype: dtype, device: device).expand(batch.appending([n, n]))
  }
}
