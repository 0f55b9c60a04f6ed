extension Linalg {
  // MARK: Determinants

  /// The determinant of square matrices (PyTorch's `linalg.det`).
  public static func det(_ a: Tensor) -> Tensor {
    guard isSquare("det", a) else { return standIn() }
    return run(.determinant(logarithm: false), Operands(a))[0]
  }

  /// The determinant's sign (-1, 0 or 1) and the logarithm of its magnitude (-inf if it is 0), which does not overflow (PyTorch's
  /// `linalg.slogdet`).
  public static func slogdet(_ a: Tensor) -> (sign: Tensor, logabsdet: Tensor) {
    guard isSquare("slogdet", a) else { return (standIn(), standIn()) }
    let results = run(.determinant(logarithm: true), Operands(a))
    return (results[1], results[0])
  }

  // MARK: Functions of matrices

  /// The product of `n` factors A; of the inverse for negative `n`; the identity for 0 (PyTorch's `linalg.matrix_power`).
  public static func matrixPower(_ a: Tensor, _ n: Int) -> Tensor {
    guard isSquare("matrixPower", a) else { return standIn() }
    if n == 0 {
      // Written over a copy, so that the gradient is zero rather than missing.
      return a.clone().copy_(Tensor.identity(a.shape[-1], batch: Shape(a.shape.dropLast(2)), dtype: a.dtype, device: a.device))
    }
    var square = n < 0 ? inv(a) : a, result: Tensor?, rest = n.magnitude
    if rest == 1 { return n < 0 ? square : square.clone() }
    while true {
      if rest & 1 == 1 { result = result.map { $0.matmul(square) } ?? square }
      rest >>= 1
      if rest == 0 { break }
      square = square.matmul(square)
    }
    return result ?? square
  }

  /// exp(A) = 1 + A + A²/2 + …, of square matrices (PyTorch's `linalg.matrix_exp`).
  ///
  /// By scaling and squaring with the Taylor polynomial of degree 18, evaluated in seven products (Paterson and Stockmeyer 1973).
  public static func matrixExp(_ a: Tensor) -> Tensor {
    guard isSquare("matrixExp", a) else { return standIn() }
    guard a.dtype.isFloatingPoint else {
      return failing(TensorError("matrixExp", of: a, rule: "needs a floating-point tensor, not \(a.dtype)"))
    }
    let n = a.shape[-1]
    if a.elementCount == 0 { return a.clone() }
    let x = a.to(a.dtype.computeType)
    // So many halvings bring each matrix's 1-norm below 1.
    let norms = ThreadMode.with(adding: .noGradient) { x.detach().abs().sum(dim: -2).amax(dim: -1) }
    let halvings = norms.clamp(min: 1).log2().ceil().clamp(max: 1024)
    let most = halvings.max().item()
    let scaled = x / halvings.exp2().unsqueeze(-1).unsqueeze(-1)
    // Degree 18 leaves less than 1/19! ≈ 8e-18. Blocks of six: ((c₁₈·B + p₂)·B + p₁)·B + p₀ with B = A⁶.
    var powers = [Tensor.identity(n, batch: Shape(a.shape.dropLast(2)), dtype: x.dtype, device: x.device), scaled]
    for i in 2...6 { powers.append(i % 2 == 0 ? powers[i / 2].matmul(powers[i / 2]) : powers[i - 1].matmul(scaled)) }
    var factorials = [1.0]
    for i in 1...18 { factorials.append(factorials[i - 1] * Double(i)) }
    func block(_ first: Int) -> Tensor {
      var sum = powers[0] * (1 / factorials[first])
      for i in 1..<6 { sum = sum + powers[i] * (1 / factorials[first + i]) }
      return sum
    }
    var result = block(12) + powers[6] * (1 / factorials[18])
    result = result.matmul(powers[6]) + block(6)
    result = result.matmul(powers[6]) + block(0)
    var step = 0.0
    while step < most {
      let isWanted = (halvings .> step).unsqueeze(-1).unsqueeze(-1)
      result = Tensor.where(isWanted, result.matmul(result), result)
      step += 1
    }
    return result.to(a.dtype)
  }

  // MARK: Tensor equations

  /// The tensor whose product with A over its last `ind` dimensions is the identity: A's first `ind` sizes must multiply to the
  /// same as its others (PyTorch's `linalg.tensorinv`). [a…, b…] gives [b…, a…].
  public static func tensorinv(_ a: Tensor, ind: Int = 2) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard ind > 0, ind <= a.rank else { return failing(TensorError("tensorinv", of: a, rule: "ind must be positive and at most \(a.rank), not \(ind)")) }
    let first = Array(a.shape.prefix(ind)), rest = Array(a.shape.dropFirst(ind))
    let count = first.reduce(1, *)
    guard count == rest.reduce(1, *) else {
      return failing(
        TensorError("tensorinv", of: a, rule: "the first \(ind) sizes multiply to \(count), the others to \(rest.reduce(1, *)); they must be equal"))
    }
    return inv(a.reshape([count, count])).reshape(Shape(rest + first))
  }

  /// X with tensordot(A, X, x.rank) = B (PyTorch's `linalg.tensorsolve`); `dims` of A are moved to its end first. A has B's
  /// dimensions and then X's.
  public static func tensorsolve(_ a: Tensor, _ b: Tensor, dims: [Int]? = nil) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    var moved = a
    if let dims {
      var axes: [Int] = []
      for dim in dims {
        guard let axis = a.normalized(dim, "tensorsolve") else { return standIn() }
        axes.append(axis)
      }
      moved = a.permute((0..<a.rank).filter { !axes.contains($0) } + axes)
    }
    let result = Array(moved.shape.dropFirst(b.rank)), count = result.reduce(1, *)
    guard moved.rank >= b.rank, count == b.elementCount, moved.elementCount == count * count else {
      return failing(TensorError("tensorsolve", of: a, b, rule: "the equation is not square: \(b.elementCount) equations for \(count) unknowns"))
    }
    return solve(moved.reshape([count, count]), b.reshape([count])).reshape(Shape(result))
  }

  // MARK: Small ones

  /// Powers 0 to `n` - 1 of each number as a new last dimension; `n` is by default the last dimension's size (PyTorch's
  /// `linalg.vander`). Integers give int64.
  public static func vander(_ x: Tensor, n: Int? = nil) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    let count = n ?? (x.rank == 0 ? 1 : x.shape[-1])
    guard count > 1 else { return failing(TensorError("vander", of: x, rule: "needs n greater than 1, not \(count)")) }
    let base = (x.rank == 0 ? x.unsqueeze(0) : x)
    let wide = base.dtype.isFloatingPoint ? base : base.to(.int64)
    let shape = wide.shape.appending([count - 1])
    let powers = wide.unsqueeze(-1).expand(shape).cumprod(dim: -1)
    return Tensor.cat([Tensor.ones(wide.shape.appending([1]), dtype: wide.dtype, device: wide.device), powers], dim: -1)
  }

  /// The cross product of vectors of 3 along a dimension; the others broadcast (PyTorch's `linalg.cross`).
  public static func cross(_ a: Tensor, _ b: Tensor, dim: Int = -1) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard a.rank == b.rank else {
      return failing(TensorError("cross", of: a, b, rule: "both operands must have as many dimensions"))
    }
    guard let axis = a.normalized(dim, "cross") else { return standIn() }
    guard a.rank > 0, a.shape[axis] == 3, b.shape[axis] == 3 else {
      return failing(
        TensorError(
          "cross", of: a, b, rule: "dimension \(dim) must have length 3, not \(a.rank > 0 ? a.shape[axis] : 1) and \(b.rank > 0 ? b.shape[axis] : 1)"))
    }
    func turned(_ x: Tensor, _ shift: Int) -> Tensor { x.roll(shift, dim: axis) }
    return turned(a, -1) * turned(b, 1) - turned(a, 1) * turned(b, -1)
  }

  /// The diagonal of the last two dimensions, or others, as the last one: a view (PyTorch's `linalg.diagonal`).
  public static func diagonal(_ a: Tensor, offset: Int = 0, dim1: Int = -2, dim2: Int = -1) -> Tensor {
    a.diagonal(offset: offset, dim1: dim1, dim2: dim2)
  }

  /// Sums of products along a dimension; the others broadcast (PyTorch's `linalg.vecdot`).
  public static func vecdot(_ a: Tensor, _ b: Tensor, dim: Int = -1) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard a.dtype == b.dtype else {
      return failing(TensorError("vecdot", of: a, b, rule: "operands have different dtypes, \(a.dtype) and \(b.dtype)", hint: "convert one with to(_:)"))
    }
    guard let shape = broadcastShape(a.shape, b.shape) else { return failing(.broadcast(operation: "vecdot", a, b)) }
    let left = a.expand(shape), right = b.expand(shape)
    guard let axis = left.normalized(dim, "vecdot") else { return standIn() }
    if shape.rank == 0 { return left * right }
    return left.movedim(axis, -1).unsqueeze(-2).matmul(right.movedim(axis, -1).unsqueeze(-1)).squeeze(-1).squeeze(-1)
  }

  /// The product of two tensors (PyTorch's `linalg.matmul`): ``Tensor/matmul(_:)``.
  public static func matmul(_ a: Tensor, _ b: Tensor) -> Tensor { a.matmul(b) }

  /// The product of several matrices, in the order that takes the fewest multiplications (PyTorch's `linalg.multi_dot`). The first
  /// and the last may be vectors.
  public static func multiDot(_ tensors: [Tensor]) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    func refused(_ rule: String) -> Tensor { failing(TensorError("multiDot", tensors.map(TensorError.Operand.init), rule)) }
    guard tensors.count >= 2, let first = tensors.first, let last = tensors.last else { return refused("needs at least two tensors") }
    var matrices = tensors
    if first.rank == 1 { matrices[0] = first.unsqueeze(0) }
    if last.rank == 1 { matrices[matrices.count - 1] = last.unsqueeze(-1) }
    guard matrices.allSatisfy({ $0.rank == 2 }) else {
      return refused("needs matrices; the first and the last may be vectors")
    }
    guard matrices.allSatisfy({ $0.dtype == first.dtype }) else { return refused("the tensors must have one dtype") }
    for i in 1..<matrices.count where matrices[i - 1].shape[1] != matrices[i].shape[0] {
      return refused("tensors \(i - 1) and \(i) cannot be multiplied: inner dimensions \(matrices[i - 1].shape[1]) and \(matrices[i].shape[0]) differ")
    }
    // The cheapest way to multiply i…j, from shorter chains to longer ones.
    let count = matrices.count, sizes = matrices.map { Double($0.shape[0]) } + [Double(matrices[count - 1].shape[1])]
    var costs = [[Double]](repeating: [Double](repeating: 0, count: count), count: count)
    var cuts = [[Int]](repeating: [Int](repeating: 0, count: count), count: count)
    for length in 1..<count {
      for i in 0..<(count - length) {
        let j = i + length
        costs[i][j] = .infinity
        for cut in i..<j {
          let cost = costs[i][cut] + costs[cut + 1][j] + sizes[i] * sizes[cut + 1] * sizes[j + 1]
          if cost < costs[i][j] { (costs[i][j], cuts[i][j]) = (cost, cut) }
        }
      }
    }
    func product(_ i: Int, _ j: Int) -> Tensor {
      i == j ? matrices[i] : product(i, cuts[i][j]).matmul(product(cuts[i][j] + 1, j))
    }
    var result = product(0, count - 1)
    if first.rank == 1 { result = result.squeeze(0) }
    if last.rank == 1 { result = result.squeeze(-1) }
    return result
  }
}

extension Tensor {
  /// The determinant (PyTorch's `det`): ``Linalg/det(_:)``.
  public func det() -> Tensor { Linalg.det(self) }
  /// Sign and logarithm of the determinant's magnitude (PyTorch's `slogdet`): ``Linalg/slogdet(_:)``.
  public func slogdet() -> (sign: Tensor, logabsdet: Tensor) { Linalg.slogdet(self) }
  /// The logarithm of the determinant: -inf if it is 0, NaN if it is negative (PyTorch's `logdet`).
  public func logdet() -> Tensor {
    let (sign, logarithm) = Linalg.slogdet(self)
    return logarithm + sign.detach().log().to(logarithm.dtype)
  }
  /// The inverse (PyTorch's `inverse`): ``Linalg/inv(_:)``.
  public func inverse() -> Tensor { Linalg.inv(self) }
  /// The pseudo-inverse (PyTorch's `pinverse`): ``Linalg/pinv(_:atol:rtol:hermitian:)-(_,Double?,_,_)`` with `rtol`.
  public func pinverse(rcond: Double = 1e-15) -> Tensor { Linalg.pinv(self, rtol: rcond) }
  /// The product of `n` factors (PyTorch's `matrix_power`): ``Linalg/matrixPower(_:_:)``.
  public func matrixPower(_ n: Int) -> Tensor { Linalg.matrixPower(self, n) }
  /// exp of matrices (PyTorch's `matrix_exp`): ``Linalg/matrixExp(_:)``.
  public func matrixExp() -> Tensor { Linalg.matrixExp(self) }
  /// The Cholesky factor (PyTorch's `cholesky`): ``Linalg/cholesky(_:upper:)``.
  public func cholesky(upper: Bool = false) -> Tensor { Linalg.cholesky(self, upper: upper) }

  /// X with A·X = self, given the Cholesky factor of A: A = L·Lᵀ, or with `upper` Uᵀ·U (PyTorch's `cholesky_solve`). Batches
  /// broadcast.
  public func choleskySolve(_ factor: Tensor, upper: Bool = false) -> Tensor {
    guard Linalg.isSquare("choleskySolve", factor) else { return standIn() }
    guard rank >= 2, shape[-2] == factor.shape[-1] else {
      return failing(TensorError("choleskySolve", of: self, factor, rule: "the right-hand side must have \(factor.shape[-1]) rows"))
    }
    guard let (l, b) = Linalg.broadcastBatch("choleskySolve", upper ? factor.mT : factor, self) else { return standIn() }
    return apply(.linearAlgebra(.choleskySolve), b, l)
  }

  /// The inverse of A, given its Cholesky factor: A = L·Lᵀ, or with `upper` Uᵀ·U (PyTorch's `cholesky_inverse`).
  public func choleskyInverse(upper: Bool = false) -> Tensor {
    guard Linalg.isSquare("choleskyInverse", self) else { return standIn() }
    return Tensor.identity(shape[-1], batch: Shape(shape.dropLast(2)), dtype: dtype, device: device).choleskySolve(self, upper: upper)
  }

  /// X with A·X = self from A's factors (PyTorch's `lu_solve`): ``Linalg/luSolve(_:_:_:left:adjoint:)``.
  public func luSolve(_ lu: Tensor, _ pivots: Tensor) -> Tensor { Linalg.luSolve(lu, pivots, self) }
}
