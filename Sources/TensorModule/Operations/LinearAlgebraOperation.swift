/// The operations behind `Primitive.linearAlgebra`: each works on the matrices in the last two dimensions, the others are a
/// batch. float32 and float64.
package enum LinearAlgebraOperation: Sendable, Equatable {
  /// A [m, n] with rows exchanged = L·U. Outputs: both triangles in one matrix, int32 pivots counted from 1, int32 first zero pivot
  /// counted from 1 (0: none).
  case lu
  /// int32 pivots [k] → the order of `size` rows that they make, int64.
  case permutation(size: Int)
  /// The lower triangle of a positive definite matrix → L with A = L·Lᵀ. Outputs L, int32 first leading minor that is not positive.
  case cholesky
  /// Operands a triangle [t, t] (the rest is not looked at) and B [t, n] → A⁻¹·B. `unit`: the diagonal counts as ones.
  case triangularSolve(upper: Bool, unit: Bool)
  /// Outputs Q, R; Q is empty for `triangle`.
  case qr(QRMode)
  /// The lower triangle of a symmetric matrix → ascending eigenvalues, the vectors as columns (if wanted), int32 failures.
  case eigen(vectors: Bool)
  /// Outputs descending singular values, (U, Vᵀ,) int32 failures.
  case svd(SVDMode)
  /// Operands A [n, n], B [n, k] → A⁻¹·B. Further outputs: LU, pivots, first zero pivot.
  case solve
  /// Operands B [n, k], L [n, n] → (L·Lᵀ)⁻¹·B. Only L's lower triangle is looked at; the gradient of L is that of the product L·Lᵀ.
  case choleskySolve
  /// Outputs the determinant, or the logarithm of its magnitude and its sign; then LU and pivots.
  case determinant(logarithm: Bool)
  /// Operands A and the absolute and relative tolerance, which broadcast over the batch → the Moore–Penrose inverse.
  case pseudoInverse(hermitian: Bool)

  /// How much of Q a QR decomposition gives.
  package enum QRMode: Sendable, CaseIterable { case reduced, complete, triangle }
  /// Which vectors a singular value decomposition gives.
  package enum SVDMode: Sendable, CaseIterable { case values, reduced, full }

  var name: String {
    switch self {
    case .lu: "lu"
    case .permutation: "lu"
    case .cholesky: "cholesky"
    case .triangularSolve: "solveTriangular"
    case .qr: "qr"
    case .eigen(let vectors): vectors ? "eigh" : "eigvalsh"
    case .svd(let mode): mode == .values ? "svdvals" : "svd"
    case .solve: "solve"
    case .choleskySolve: "choleskySolve"
    case .determinant(let logarithm): logarithm ? "slogdet" : "det"
    case .pseudoInverse: "pinv"
    }
  }

  /// How many tensors it gives.
  package var resultCount: Int {
    switch self {
    case .permutation, .triangularSolve, .choleskySolve, .pseudoInverse: 1
    case .cholesky, .qr: 2
    case .lu: 3
    case .eigen(let vectors): vectors ? 3 : 2
    case .svd(let mode): mode == .values ? 2 : 4
    case .solve: 4
    case .determinant(let logarithm): logarithm ? 4 : 3
    }
  }

  private var needsSquare: Bool {
    switch self {
    case .cholesky, .triangularSolve, .eigen, .solve, .determinant: true
    case .pseudoInverse(let hermitian): hermitian
    case .lu, .permutation, .qr, .svd, .choleskySolve: false
    }
  }

  func signature(_ operands: Operands) throws(TensorError) -> Signature {
    let a = operands.first
    if case .permutation(let size) = self { return Signature(a.shape.replacingLast([size]), .int64) }
    guard a.rank >= 2 else {
      throw TensorError(name, of: a, rule: "needs a matrix or a batch of them, at least 2 dimensions, not \(a.rank)")
    }
    guard a.dtype == .float32 || a.dtype == .float64 else {
      throw TensorError(name, of: a, rule: "is computed in float32 and float64, not \(a.dtype)", hint: "convert it with to(.float32)")
    }
    let m = a.shape[-2], n = a.shape[-1], k = min(m, n), batch = Shape(a.shape.dropLast(2))
    if needsSquare && m != n {
      throw TensorError(name, of: a, rule: "needs square matrices, but they are \(m) by \(n)")
    }
    func matrix(_ rows: Int, _ columns: Int) -> Specification { Specification(batch.appending([rows, columns]), a.dtype) }
    func vector(_ count: Int, _ dtype: DType? = nil) -> Specification { Specification(batch.appending([count]), dtype ?? a.dtype) }
    let info = Specification(batch, .int32)
    switch self {
    case .lu:
      return Signature(a.shape, a.dtype, more: [vector(k, .int32), info])
    case .cholesky:
      return Signature(a.shape, a.dtype, more: [info])
    case .triangularSolve, .solve:
      let b = operands[1]
      if a.device != b.device { throw .deviceMismatch(operation: name, a, b) }
      guard b.dtype == a.dtype else {
        throw TensorError(name, of: a, b, rule: "operands have different dtypes, \(a.dtype) and \(b.dtype)", hint: "convert one with to(_:)")
      }
      guard b.rank == a.rank, b.shape[-2] == n, Shape(b.shape.dropLast(2)) == batch else {
        throw TensorError(name, of: a, b, rule: "the right-hand side must have as many rows as the matrix, \(n), and its batch")
      }
      if case .solve = self { return Signature(b.shape, a.dtype, more: [matrix(n, n), vector(n, .int32), info]) }
      return Signature(b.shape, a.dtype)
    case .choleskySolve:
      let l = operands[1]
      if a.device != l.device { throw .deviceMismatch(operation: name, a, l) }
      guard l.dtype == a.dtype else {
        throw TensorError(name, of: a, l, rule: "operands have different dtypes, \(a.dtype) and \(l.dtype)", hint: "convert one with to(_:)")
      }
      guard l.rank == a.rank, l.shape == batch.appending([m, m]) else {
        throw TensorError(name, of: a, l, rule: "the factor must be square, with as many rows as the right-hand side, \(m), and its batch")
      }
      return Signature(a.shape, a.dtype)
    case .qr(let mode):
      switch mode {
      case .reduced: return Signature(matrix(m, k).shape, a.dtype, more: [matrix(k, n)])
      case .complete: return Signature(matrix(m, m).shape, a.dtype, more: [matrix(m, n)])
      case .triangle: return Signature([0], a.dtype, more: [matrix(k, n)])
      }
    case .eigen(let vectors):
      return Signature(vector(n).shape, a.dtype, more: vectors ? [matrix(n, n), info] : [info])
    case .svd(let mode):
      let vectors = [matrix(m, mode == .full ? m : k), matrix(mode == .full ? n : k, n)]
      return Signature(vector(k).shape, a.dtype, more: mode == .values ? [info] : vectors + [info])
    case .determinant(let logarithm):
      return Signature(
        batch, a.dtype, more: (logarithm ? [Specification(batch, a.dtype)] : []) + [matrix(n, n), vector(n, .int32)])
    case .pseudoInverse:
      return Signature(matrix(n, m).shape, a.dtype)
    case .permutation:
      return Signature(a.shape, .int64)
    }
  }

  /// Those that are made of the others, and have a primitive for the sake of their derivative.
  package func decomposed(_ operands: Operands) -> [Tensor]? {
    let a = operands.first
    switch self {
    case .solve:
      let factors = applyToAll(.linearAlgebra(.lu), Operands(a), resultCount: 3)
      return [Linalg.solved(factors[0], factors[1], operands[1], transposed: false)] + factors
    case .choleskySolve:
      let l = operands[1]
      return [Linalg.triangularSolve(l.mT, Linalg.triangularSolve(l, a, upper: false), upper: true)]
    case .determinant(let logarithm):
      let factors = applyToAll(.linearAlgebra(.lu), Operands(a), resultCount: 3)
      let diagonal = factors[0].diagonal(dim1: -2, dim2: -1), n = a.shape[-1]
      // Each exchange of rows turns the sign.
      let places = Tensor.arange(1, n + 1, dtype: .int32, device: a.device)
      let parity = n == 0 ? Tensor.zeros(Shape(a.shape.dropLast(2)), dtype: .int64, device: a.device)
        : (factors[1] .!= places).sum(dim: -1) % 2
      let sign = 1 - 2 * parity.to(a.dtype)
      if !logarithm { return [diagonal.prod(dim: -1) * sign, factors[0], factors[1]] }
      return [diagonal.abs().log().sum(dim: -1), diagonal.sign().prod(dim: -1) * sign, factors[0], factors[1]]
    case .pseudoInverse(let hermitian):
      return [Linalg.invertedSpectrum(a, absolute: operands[1], relative: operands[2], hermitian: hermitian)]
    default:
      return nil
    }
  }
}

extension Shape {
  /// With further sizes at the end.
  package func appending(_ sizes: [Int]) -> Shape { Shape(Array(self) + sizes) }
  /// With other sizes instead of the last.
  package func replacingLast(_ sizes: [Int]) -> Shape { Shape(dropLast() + sizes) }
}
