extension Linalg {
  /// Which norm: a number p, the Frobenius norm (`fro`) or the nuclear norm (`nuc`) of matrices.
  public enum NormOrder: Sendable, Equatable, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
    /// The p-norm; ±infinity for the largest and smallest magnitude.
    case p(Double)
    /// The root of the sum of squares of a matrix's elements.
    case fro
    /// The sum of a matrix's singular values.
    case nuc

    /// The p-norm.
    public init(floatLiteral value: Double) { self = .p(value) }
    /// The p-norm.
    public init(integerLiteral value: Int) { self = .p(Double(value)) }
  }

  /// (Σ|x|^ord)^(1/ord) along dimensions, all unless given (PyTorch's `linalg.vector_norm`).
  ///
  /// ±infinity: the largest (smallest) magnitude; 0: how many elements are not zero. Integers are refused unless `dtype` names a
  /// floating-point type, which the numbers are converted to first. Where the norm is 0, so is its gradient; the second
  /// derivative of the 2-norm is NaN there.
  public static func vectorNorm(
    _ x: Tensor, ord: Double = 2, dim: [Int]? = nil, keepDim: Bool = false, dtype: DType? = nil
  ) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    let type = dtype ?? x.dtype
    guard type.isFloatingPoint else {
      return failing(TensorError("vectorNorm", of: x, rule: "needs a floating-point tensor, not \(type)", hint: "pass a floating-point dtype"))
    }
    guard let axes = x.axes("vectorNorm", dim ?? []) else { return standIn() }
    let isEmpty = (0..<x.rank).contains { axes.contains($0) && x.shape[$0] == 0 }
    if isEmpty && (ord < 0 || ord == .infinity) {
      return failing(TensorError("vectorNorm", of: x, rule: "the norm of order \(ord) of no elements is not defined"))
    }
    // Half precisions would overflow between the sum and its root.
    let values = x.to(type).to(type.computeType)
    func reduce(_ operation: ReduceOperation, _ tensor: Tensor) -> Tensor { apply(.reduce(operation, axes, keepDim: keepDim), tensor) }
    let result: Tensor
    switch ord {
    case 0:
      result = reduce(.sum, (values .!= 0).to(values.dtype))
    case 1:
      result = reduce(.sumOfAbsolutes, values)
    case 2:
      let sum = reduce(.sumOfSquares, values)
      if isRecorded(sum) {
        // At 0 a power with the root's value, slope 0, and, as the norm there, no second derivative (it is NaN).
        let isZero = sum .== 0
        result = Tensor.where(isZero, Tensor.where(isZero, sum, 1).pow(1.5), Tensor.where(isZero, 1, sum).sqrt())
      } else {
        result = sum.sqrt()
      }
    case .infinity:
      result = reduce(.maximum, values.abs())
    case -.infinity:
      result = reduce(.minimum, values.abs())
    default:
      // Zeros apart: powers below 1 have no slope there.
      let isZero = values .== 0
      let powers = Tensor.where(isZero, ord > 0 ? 0 : Double.infinity, Tensor.where(isZero, 1, values.abs()).pow(ord))
      let sum = reduce(.sum, powers), isFlat = ord > 0 ? sum .== 0 : sum .== Double.infinity
      result = Tensor.where(isFlat, 0, Tensor.where(isFlat, 1, sum).pow(1 / ord))
    }
    return result.to(type)
  }

  /// A norm of matrices (PyTorch's `linalg.matrix_norm`).
  ///
  /// Frobenius and nuclear norm; ±2: the largest (smallest) singular value; ±1: the largest (smallest) sum of magnitudes of a
  /// column; ±infinity: of a row.
  public static func matrixNorm(
    _ a: Tensor, ord: NormOrder = .fro, dim: (Int, Int) = (-2, -1), keepDim: Bool = false, dtype: DType? = nil
  ) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    func refused(_ rule: String) -> Tensor { failing(TensorError("matrixNorm", of: a, rule: rule)) }
    guard a.rank >= 2 else { return refused("needs a matrix or a batch of them, not \(a.rank) dimensions") }
    guard let row = a.normalized(dim.0, "matrixNorm"), let column = a.normalized(dim.1, "matrixNorm") else { return standIn() }
    guard row != column else { return refused("the two dimensions must be different") }
    let type = dtype ?? a.dtype
    guard type.isFloatingPoint else { return refused("needs a floating-point tensor, not \(type)") }
    /// Of a reduction with both dimensions kept at size 1.
    func squeezed(_ x: Tensor) -> Tensor { keepDim ? x : x.squeeze(max(row, column)).squeeze(min(row, column)) }
    /// Of a result without the two dimensions.
    func unsqueezed(_ x: Tensor) -> Tensor { keepDim ? x.unsqueeze(min(row, column)).unsqueeze(max(row, column)) : x }
    func values() -> Tensor { svdvals(a.to(type).permute((0..<a.rank).filter { $0 != row && $0 != column } + [row, column])) }
    let isNothing = a.shape[row] == 0 || a.shape[column] == 0
    switch ord {
    case .p(2) where isNothing, .fro:
      return vectorNorm(a, dim: [row, column], keepDim: keepDim, dtype: dtype)
    case .nuc:
      return unsqueezed(values().sum(dim: -1))
    case .p(2):
      return unsqueezed(values().amax(dim: -1))
    case .p(-2):
      return unsqueezed(values().amin(dim: -1))
    case .p(let p) where p.magnitude == 1 || p.magnitude == .infinity:
      let isColumns = p.magnitude == 1
      let sums = vectorNorm(a, ord: 1, dim: [isColumns ? row : column], keepDim: true, dtype: dtype)
      let other = isColumns ? column : row
      if a.shape[other] == 0 && p > 0 { return vectorNorm(a, dim: [row, column], keepDim: keepDim, dtype: dtype) }
      return squeezed(p > 0 ? sums.amax(dim: other, keepDim: true) : sums.amin(dim: other, keepDim: true))
    case .p(let p):
      return refused("there is no matrix norm of order \(p): use 1, 2 or infinity, with either sign, fro or nuc")
    }
  }

  /// A vector or matrix norm (PyTorch's `linalg.norm`): of vectors if `dim` names one dimension or the tensor has one, of matrices if
  /// `dim` names two or the tensor has two. Without `ord` the 2-norm of all elements, or along `dim`.
  public static func norm(
    _ x: Tensor, ord: NormOrder? = nil, dim: [Int]? = nil, keepDim: Bool = false, dtype: DType? = nil
  ) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard let ord else { return vectorNorm(x, dim: dim, keepDim: keepDim, dtype: dtype) }
    let count = dim?.count ?? x.rank
    if case .p(let p) = ord, count == 1 { return vectorNorm(x, ord: p, dim: dim, keepDim: keepDim, dtype: dtype) }
    guard count == 2 else {
      return failing(
        TensorError("norm", of: x, rule: "a norm of order \(ord) is one of vectors or matrices: name one or two dimensions, not \(count)"))
    }
    return matrixNorm(x, ord: ord, dim: (dim?[0] ?? 0, dim?[1] ?? 1), keepDim: keepDim, dtype: dtype)
  }

  /// The condition number ‖A‖·‖A⁻¹‖ (PyTorch's `linalg.cond`); `p` 2 (the default) and -2 by singular values, which also serve
  /// matrices that are not square; the other norms need square ones, and give infinity for singular ones.
  public static func cond(_ a: Tensor, p: NormOrder = 2) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard a.rank >= 2 else { return failing(TensorError("cond", of: a, rule: "needs a matrix or a batch of them, not \(a.rank) dimensions")) }
    let batch = Shape(a.shape.dropLast(2))
    if a.shape[-1] == 0 || a.shape[-2] == 0 { return Tensor.zeros(batch, dtype: a.dtype, device: a.device) }
    if p == 2 || p == -2 {
      let values = svdvals(a)
      let first = values.select(dim: -1, index: 0), last = values.select(dim: -1, index: values.shape[-1] - 1)
      return p == 2 ? first / last : last / first
    }
    guard isSquare("cond", a) else { return standIn() }
    let identity = Tensor.identity(a.shape[-1], batch: batch, dtype: a.dtype, device: a.device)
    let results = run(.solve, Operands(a, identity)), isSingular = results[3] .!= 0
    let inverse = Tensor.where(isSingular.unsqueeze(-1).unsqueeze(-1), 0, results[0])
    return Tensor.where(isSingular, Double.infinity, matrixNorm(a, ord: p) * matrixNorm(inverse, ord: p))
  }
}
