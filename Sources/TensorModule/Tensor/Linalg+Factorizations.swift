extension Linalg {
  /// Which triangle of a symmetric matrix is looked at (PyTorch's `UPLO`).
  public enum Triangle: String, Sendable { case lower = "L", upper = "U" }

  /// How much of Q ``qr(_:mode:)`` gives: [m, min(m, n)], [m, m], or nothing.
  public enum QRMode: String, Sendable { case reduced, complete, r }

  // MARK: Cholesky

  /// L with A = L·Lᵀ, or with `upper` U with A = Uᵀ·U, of symmetric positive definite matrices (PyTorch's `linalg.cholesky`).
  ///
  /// Looks at one triangle only. A matrix that is not positive definite is an error that names the leading minor.
  public static func cholesky(_ a: Tensor, upper: Bool = false) -> Tensor {
    guard isSquare("cholesky", a) else { return standIn() }
    let results = run(.cholesky, Operands(upper ? a.mT : a))
    if let failure = firstFailure(results[1]) {
      return failing(
        TensorError(
          "cholesky", of: a,
          rule:
            "\(failure.place)the matrix is not positive-definite (the leading minor of order \(failure.info) is not positive)"))
    }
    return upper ? results[0].mT : results[0]
  }

  /// L (or U) and, for each matrix, the order of the first leading minor that is not positive, 0 if all are: no error
  /// (PyTorch's `linalg.cholesky_ex`).
  public static func choleskyEx(_ a: Tensor, upper: Bool = false) -> (l: Tensor, info: Tensor) {
    guard isSquare("cholesky", a) else { return (standIn(), standIn()) }
    let results = run(.cholesky, Operands(upper ? a.mT : a))
    return (upper ? results[0].mT : results[0], results[1])
  }

  // MARK: LU

  /// P, L, U with A = P·L·U for A [m, n]: P [m, m], L [m, min(m, n)] with ones on the diagonal, U [min(m, n), n]
  /// (PyTorch's `linalg.lu`). Rows are always exchanged, as in PyTorch on the CPU.
  public static func lu(_ a: Tensor, pivot: Bool = true) -> (p: Tensor, l: Tensor, u: Tensor) {
    guard let factors = factored("lu", a, pivot: pivot) else { return (standIn(), standIn(), standIn()) }
    return luUnpack(factors.lu, factors.pivots)
  }

  /// L and U in one matrix (L's diagonal of ones is not stored) and the int32 pivots: row i was exchanged with row
  /// pivots[i] - 1 (PyTorch's `linalg.lu_factor`). A singular matrix is no error here.
  public static func luFactor(_ a: Tensor, pivot: Bool = true) -> (lu: Tensor, pivots: Tensor) {
    factored("luFactor", a, pivot: pivot) ?? (standIn(), standIn())
  }

  private static func factored(_ name: String, _ a: Tensor, pivot: Bool) -> (lu: Tensor, pivots: Tensor)? {
    if ThreadMode.hasFailed { return nil }
    guard pivot else {
      fail(TensorError(name, of: a, rule: "without pivoting the factors would be unstable; only pivot: true is offered"))
      return nil
    }
    let results = run(.lu, Operands(a))
    return (results[0], results[1])
  }

  /// P, L, U from what ``luFactor(_:pivot:)`` gave (PyTorch's `lu_unpack`).
  public static func luUnpack(_ lu: Tensor, _ pivots: Tensor) -> (p: Tensor, l: Tensor, u: Tensor) {
    if ThreadMode.hasFailed { return (standIn(), standIn(), standIn()) }
    guard lu.rank >= 2, pivots.dtype == .int32, pivots.shape == Shape(lu.shape.dropLast(2)).appending([min(lu.shape[-2], lu.shape[-1])]) else {
      fail(TensorError("luUnpack", of: lu, pivots, rule: "needs the matrices and int32 pivots that luFactor gives"))
      return (standIn(), standIn(), standIn())
    }
    let m = lu.shape[-2], n = lu.shape[-1], k = min(m, n)
    let order = order(pivots, size: m)
    let p = (Tensor.arange(m, device: lu.device).unsqueeze(1) .== order.unsqueeze(-2)).to(lu.dtype)
    let l = lu.slice(dim: -1, end: k).tril(-1) + Tensor.eye(m, k, dtype: lu.dtype, device: lu.device)
    return (p, l, lu.slice(dim: -2, end: k).triu())
  }

  // MARK: QR

  /// Q with orthonormal columns and the upper triangle R, A = Q·R (PyTorch's `linalg.qr`).
  ///
  /// For A [m, n] and k = min(m, n): Q [m, k] and R [k, n]; `.complete`: [m, m] and [m, n]; `.r`: Q is empty. No derivative for
  /// `.r`, nor for `.complete` if m > n.
  public static func qr(_ a: Tensor, mode: QRMode = .reduced) -> (q: Tensor, r: Tensor) {
    let results = run(.qr(mode == .reduced ? .reduced : mode == .complete ? .complete : .triangle), Operands(a))
    return (results[0], results[1])
  }

  /// The first columns of the product of Householder reflections H₀·H₁·… (PyTorch's `linalg.householder_product`): column i of A
  /// [m, n] below the diagonal is reflection i, `tau` [k] their factors, k ≤ n ≤ m.
  public static func householderProduct(_ a: Tensor, _ tau: Tensor) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard a.rank >= 2, tau.rank == a.rank - 1, a.shape[-2] >= a.shape[-1], tau.shape[-1] <= a.shape[-1], tau.dtype == a.dtype,
      Shape(tau.shape.dropLast()) == Shape(a.shape.dropLast(2))
    else {
      return failing(
        TensorError("householderProduct", of: a, tau, rule: "needs A [m, n] with m ≥ n and tau [k] with k ≤ n, of one batch and dtype"))
    }
    let m = a.shape[-2], n = a.shape[-1], batch = Shape(a.shape.dropLast(2))
    var product = Tensor.eye(m, n, dtype: a.dtype, device: a.device).expand(batch.appending([m, n]))
    let vectors = a.tril(-1) + Tensor.eye(m, n, dtype: a.dtype, device: a.device)
    for i in (0..<tau.shape[-1]).reversed() {
      let v = vectors.narrow(dim: -1, start: i, length: 1)
      product = product - tau.narrow(dim: -1, start: i, length: 1).unsqueeze(-1) * v.matmul(v.mT.matmul(product))
    }
    return product
  }

  // MARK: Eigenvalues

  /// Eigenvalues, ascending, and orthonormal eigenvectors, one a column, of symmetric matrices (PyTorch's `linalg.eigh`).
  ///
  /// Looks at one triangle only. The vectors are defined up to sign; their derivative is infinite where eigenvalues are equal.
  public static func eigh(_ a: Tensor, uplo: Triangle = .lower) -> (eigenvalues: Tensor, eigenvectors: Tensor) {
    guard isSquare("eigh", a) else { return (standIn(), standIn()) }
    let results = run(.eigen(vectors: true), Operands(uplo == .lower ? a : a.mT))
    return hasConverged("eigh", a, results[2]) ? (results[0], results[1]) : (standIn(), standIn())
  }

  /// Eigenvalues of symmetric matrices, ascending (PyTorch's `linalg.eigvalsh`).
  public static func eigvalsh(_ a: Tensor, uplo: Triangle = .lower) -> Tensor {
    guard isSquare("eigvalsh", a) else { return standIn() }
    // The derivative needs the vectors.
    let results = run(.eigen(vectors: isRecorded(a)), Operands(uplo == .lower ? a : a.mT))
    return hasConverged("eigvalsh", a, results[results.count - 1]) ? results[0] : standIn()
  }

  private static func hasConverged(_ name: String, _ a: Tensor, _ info: Tensor) -> Bool {
    guard let failure = firstFailure(info) else { return !ThreadMode.hasFailed }
    let reason = failure.info < 0 ? "the matrix has elements that are not finite" : "\(failure.info) values did not converge"
    fail(TensorError(name, of: a, rule: "\(failure.place)the algorithm failed: \(reason)"))
    return false
  }

  // MARK: Singular values

  /// U, S, Vᵀ with A = U·diag(S)·Vᵀ, S descending (PyTorch's `linalg.svd`).
  ///
  /// For A [m, n] and k = min(m, n): U [m, m] and Vᵀ [n, n], or unless `fullMatrices` [m, k] and [k, n]. The vectors are defined
  /// up to sign; their derivative is infinite where singular values are equal.
  public static func svd(_ a: Tensor, fullMatrices: Bool = true) -> (u: Tensor, s: Tensor, vh: Tensor) {
    let results = run(.svd(fullMatrices ? .full : .reduced), Operands(a))
    return hasConverged("svd", a, results[3]) ? (results[1], results[0], results[2]) : (standIn(), standIn(), standIn())
  }

  /// Singular values, descending (PyTorch's `linalg.svdvals`).
  public static func svdvals(_ a: Tensor) -> Tensor {
    let results = run(.svd(isRecorded(a) ? .reduced : .values), Operands(a))
    return hasConverged("svdvals", a, results[results.count - 1]) ? results[0] : standIn()
  }
}
