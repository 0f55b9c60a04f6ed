extension Linalg {
  /// X with A·X = B, or with `left: false` X·A = B, for square A (PyTorch's `linalg.solve`).
  ///
  /// B is [n, k], or a vector [n] (if it has one dimension, or exactly A's shape without the last dimension); batches broadcast.
  /// A singular matrix is an error.
  public static func solve(_ a: Tensor, _ b: Tensor, left: Bool = true) -> Tensor {
    guard isSquare("solve", a) else { return standIn() }
    let isVector = b.rank == 1 || (b.rank == a.rank - 1 && b.shape == Shape(a.shape.dropLast()))
    if isVector {
      guard left else {
        return failing(TensorError("solve", of: a, b, rule: "a vector stands on the right only: left must be true"))
      }
      return solve(a, b.unsqueeze(-1)).squeeze(-1)
    }
    guard b.rank >= 2, b.shape[left ? -2 : -1] == a.shape[-1] else {
      return failing(
        TensorError(
          "solve", of: a, b,
          rule: "incompatible shapes for the equation \(left ? "AX = B" : "XA = B") (\(a.shape[-2])x\(a.shape[-1]) and \(b.shape.suffix(2).map(String.init).joined(separator: "x")))"))
    }
    if !left { return solve(a.mT, b.mT).mT }
    guard let (a, b) = broadcastBatch("solve", a, b) else { return standIn() }
    let results = run(.solve, Operands(a, b))
    if let failure = firstFailure(results[3]) {
      return failing(
        TensorError("solve", of: a, b, rule: "\(failure.place)the solver failed because the matrix is singular (pivot \(failure.info) is zero)"))
    }
    return results[0]
  }

  /// The inverse of square matrices (PyTorch's `linalg.inv`); a singular one is an error.
  public static func inv(_ a: Tensor) -> Tensor {
    guard isSquare("inv", a) else { return standIn() }
    let identity = Tensor.identity(a.shape[-1], batch: Shape(a.shape.dropLast(2)), dtype: a.dtype, device: a.device)
    let results = run(.solve, Operands(a, identity))
    if let failure = firstFailure(results[3]) {
      return failing(
        TensorError(
          "inv", of: a, rule: "\(failure.place)the matrix is singular (the diagonal element \(failure.info) of U is zero)",
          hint: "pinv gives a pseudo-inverse"))
    }
    return results[0]
  }

  /// X with A·X = B, or with `left: false` X·A = B, for a triangular A of which only that triangle is looked at
  /// (PyTorch's `linalg.solve_triangular`). `unitriangular`: A's diagonal counts as ones. Batches broadcast.
  public static func solveTriangular(
    _ a: Tensor, _ b: Tensor, upper: Bool, left: Bool = true, unitriangular: Bool = false
  ) -> Tensor {
    guard isSquare("solveTriangular", a) else { return standIn() }
    guard b.rank >= 2, b.shape[left ? -2 : -1] == a.shape[-1] else {
      return failing(
        TensorError("solveTriangular", of: a, b, rule: "incompatible shapes for the equation \(left ? "AX = B" : "XA = B")"))
    }
    guard let (a, b) = broadcastBatch("solveTriangular", a, b) else { return standIn() }
    return left ? triangularSolve(a, b, upper: upper, unit: unitriangular) : triangularSolveRight(a, b, upper: upper, unit: unitriangular)
  }

  /// X with A·X = B from A's factors (PyTorch's `linalg.lu_solve`); `left: false`: X·A = B; `adjoint`: with Aᵀ instead of A. The
  /// batches of the factors and B broadcast.
  public static func luSolve(_ lu: Tensor, _ pivots: Tensor, _ b: Tensor, left: Bool = true, adjoint: Bool = false) -> Tensor {
    guard isSquare("luSolve", lu) else { return standIn() }
    guard pivots.dtype == .int32, pivots.shape == Shape(lu.shape.dropLast()) else {
      return failing(TensorError("luSolve", of: lu, pivots, b, rule: "the pivots must be int32 of shape \(Shape(lu.shape.dropLast()).tupleDescription)"))
    }
    guard b.rank >= 2, b.shape[left ? -2 : -1] == lu.shape[-1] else {
      return failing(TensorError("luSolve", of: lu, b, rule: "incompatible shapes for the equation \(left ? "AX = B" : "XA = B")"))
    }
    guard let (lu, right) = broadcastBatch("luSolve", lu, left ? b : b.mT) else { return standIn() }
    let x = solved(lu, pivots.expand(Shape(lu.shape.dropLast())), right, transposed: left == adjoint)
    return left ? x : x.mT
  }

  // MARK: Least squares

  /// How ``lstsq(_:_:rcond:driver:)`` solves: `gels` by QR, for full rank; the others find the rank, `gelsd` and `gelss` tell the
  /// singular values too.
  public enum Driver: String, Sendable { case gelsy, gels, gelsd, gelss }

  /// X that minimizes ‖A·X - B‖, of least norm if there are several, for A [m, n] and B [m, k] (PyTorch's `linalg.lstsq`).
  ///
  /// - Parameter rcond: singular values below `rcond` times the largest count as zero; by default the dtype's epsilon times
  ///   max(m, n).
  /// - Returns: the solution [n, k]; sums of squared residuals [k] if m > n, the rank is full and the driver not gelsy; int64 ranks
  ///   except for gels; singular values for gelsd and gelss. What there is not is empty.
  public static func lstsq(
    _ a: Tensor, _ b: Tensor, rcond: Double? = nil, driver: Driver = .gelsy
  ) -> (solution: Tensor, residuals: Tensor, rank: Tensor, singularValues: Tensor) {
    func refused(_ rule: String) -> (solution: Tensor, residuals: Tensor, rank: Tensor, singularValues: Tensor) {
      if !ThreadMode.hasFailed { fail(TensorError("lstsq", of: a, b, rule: rule)) }
      return (standIn(), standIn(), standIn(), standIn())
    }
    guard !ThreadMode.hasFailed, a.rank >= 2, b.rank >= 1 else { return refused("needs a matrix and a right-hand side") }
    guard a.dtype == b.dtype else { return refused("operands have different dtypes, \(a.dtype) and \(b.dtype)") }
    let isVector = b.rank == a.rank - 1 && b.shape == Shape(a.shape.dropLast())
    let right = isVector ? b.unsqueeze(-1) : b
    guard right.rank >= 2, right.shape[-2] == a.shape[-2] else { return refused("the right-hand side must have \(a.shape[-2]) rows") }
    guard let (a, right) = broadcastBatch("lstsq", a, right) else { return (standIn(), standIn(), standIn(), standIn()) }
    let m = a.shape[-2], n = a.shape[-1]
    let none = Tensor.zeros([0], dtype: a.dtype, device: a.device)
    let solution: Tensor, rank: Tensor, values: Tensor
    var isFull = true
    if driver == .gels {
      if m >= n {
        let (q, r) = qr(a)
        solution = triangularSolve(r, q.mT.matmul(right), upper: true)
      } else {
        let (q, r) = qr(a.mT)
        solution = q.matmul(triangularSolve(r.mT, right, upper: false))
      }
      rank = Tensor.zeros([0], dtype: .int64, device: a.device)
      values = none
    } else {
      let cutoff = rcond ?? a.dtype.epsilon * Double(max(m, n))
      solution = pinv(a, rtol: cutoff).matmul(right)
      let s = ThreadMode.with(adding: .noGradient) { svdvals(a.detach()) }
      if ThreadMode.hasFailed { return (standIn(), standIn(), standIn(), standIn()) }
      rank = countAbove(s, absolute: Tensor.wrapped(0.0), relative: Tensor.wrapped(cutoff))
      values = driver == .gelsy ? none : s
      isFull = m > n && (rank .== n).all().item(as: Bool.self)
    }
    // None, but with the solution's history.
    var residuals = solution.reshape([solution.elementCount]).slice(dim: 0, end: 0).clone()
    if m > n && driver != .gelsy && isFull {
      residuals = (a.matmul(solution) - right).square().sum(dim: -2)
      if isVector { residuals = residuals.squeeze(-1) }
    }
    return (isVector ? solution.squeeze(-1) : solution, residuals, rank, values)
  }

  // MARK: Pseudo-inverse and rank

  /// The Moore–Penrose inverse [n, m] of A [m, n] (PyTorch's `linalg.pinv`).
  ///
  /// Singular values (of `hermitian` matrices: magnitudes of eigenvalues) not above max(`atol`, `rtol`·largest) count as zero. By
  /// default atol is 0, and rtol the dtype's epsilon times max(m, n), or 0 if atol is given.
  public static func pinv(_ a: Tensor, atol: Double? = nil, rtol: Double? = nil, hermitian: Bool = false) -> Tensor {
    pinv(a, atol: atol.map { Tensor.wrapped($0) }, rtol: rtol.map { Tensor.wrapped($0) }, hermitian: hermitian)
  }

  /// The Moore–Penrose inverse with tolerances for each matrix of the batch: they broadcast to it.
  public static func pinv(_ a: Tensor, atol: Tensor?, rtol: Tensor?, hermitian: Bool = false) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard a.rank >= 2 else { return failing(TensorError("pinv", of: a, rule: "needs a matrix or a batch of them, not \(a.rank) dimensions")) }
    if hermitian && !isSquare("pinv", a) { return standIn() }
    let (absolute, relative) = tolerances(a, atol, rtol)
    return apply(.linearAlgebra(.pseudoInverse(hermitian: hermitian)), Operands(a, absolute, relative))
  }

  /// The number of singular values (of `hermitian` matrices: magnitudes of eigenvalues) above max(`atol`, `rtol`·largest), int64
  /// (PyTorch's `linalg.matrix_rank`). The defaults are ``pinv(_:atol:rtol:hermitian:)-(_,Double?,_,_)``'s.
  public static func matrixRank(_ a: Tensor, atol: Double? = nil, rtol: Double? = nil, hermitian: Bool = false) -> Tensor {
    matrixRank(a, atol: atol.map { Tensor.wrapped($0) }, rtol: rtol.map { Tensor.wrapped($0) }, hermitian: hermitian)
  }

  /// The rank with tolerances for each matrix of the batch: they broadcast to it.
  public static func matrixRank(_ a: Tensor, atol: Tensor?, rtol: Tensor?, hermitian: Bool = false) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard a.rank >= 2 else { return failing(TensorError("matrixRank", of: a, rule: "needs a matrix or a batch of them, not \(a.rank) dimensions")) }
    if hermitian && !isSquare("matrixRank", a) { return standIn() }
    return ThreadMode.with(adding: .noGradient) {
      let plain = a.detach()
      let (absolute, relative) = tolerances(a, atol, rtol)
      return countAbove(hermitian ? eigvalsh(plain).abs() : svdvals(plain), absolute: absolute, relative: relative)
    }
  }

  private static func tolerances(_ a: Tensor, _ atol: Tensor?, _ rtol: Tensor?) -> (Tensor, Tensor) {
    let standard = atol == nil ? a.dtype.epsilon * Double(max(a.shape[-2], a.shape[-1])) : 0
    return (atol?.detach() ?? .wrapped(0.0), rtol?.detach() ?? .wrapped(standard))
  }

  /// How many of each row's values are above the tolerance.
  private static func countAbove(_ values: Tensor, absolute: Tensor, relative: Tensor) -> Tensor {
    if values.shape[-1] == 0 { return Tensor.zeros(Shape(values.shape.dropLast()), dtype: .int64, device: values.device) }
    let bound = (values.amax(dim: -1) * relative).maximum(absolute).unsqueeze(-1)
    return (values .> bound).sum(dim: -1)
  }

  /// The pseudo-inverse from a spectral decomposition; nothing here is recorded.
  static func invertedSpectrum(_ a: Tensor, absolute: Tensor, relative: Tensor, hermitian: Bool) -> Tensor {
    if a.shape[-1] == 0 || a.shape[-2] == 0 {
      return Tensor.zeros(Shape(a.shape.dropLast(2)).appending([a.shape[-1], a.shape[-2]]), dtype: a.dtype, device: a.device)
    }
    func inverted(_ values: Tensor) -> Tensor {
      let sizes = values.abs()
      let bound = (sizes.amax(dim: -1) * relative).maximum(absolute).unsqueeze(-1)
      return Tensor.where(sizes .> bound, values.reciprocal(), 0).to(a.dtype)
    }
    if hermitian {
      let (values, vectors) = eigh(a)
      return (vectors * inverted(values).unsqueeze(-2)).matmul(vectors.mT)
    }
    let (u, s, vh) = svd(a, fullMatrices: false)
    return (vh.mT * inverted(s).unsqueeze(-2)).matmul(u.mT)
  }
}

extension DType {
  /// The distance from 1 to the next number.
  package var epsilon: Double {
    switch self {
    case .float64: 0x1p-52
    case .float16: 0x1p-10
    case .bfloat16: 0x1p-7
    default: 0x1p-23
    }
  }
}
