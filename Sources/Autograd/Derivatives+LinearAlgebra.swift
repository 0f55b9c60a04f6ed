internal import TensorModule

// Derivatives of factorizations, over the last two dimensions; "g" is the incoming gradient. Written in tensor operations, so that
// they differentiate themselves.
//
// Sources: Giles 2008, "Collected matrix derivative results for forward and reverse mode algorithmic differentiation" (solve,
// inverse, determinant, eigenvalues, singular values); Murray 2016, "Differentiation of the Cholesky decomposition"; Walter and
// Lehmann 2010 (QR; the form with copied triangles: Liao, Liu, Wang, Xiang 2019, "Differentiable programming tensor networks");
// Townsend 2016, "Differentiating the singular value decomposition"; Golub and Pereyra 1973 (pseudo-inverse). LU: from
// d(A') = dL·U + L·dU, where L⁻¹·dL is strictly lower and dU·U⁻¹ upper triangular.

extension LinearAlgebraOperation {
  var isRecorded: Bool {
    if case .permutation = self { return false }
    return true
  }

  var savedValues: SavedMask {
    switch self {
    case .lu, .qr: SavedMask(outputs: 0b11)
    case .permutation: .nothing
    case .cholesky: .output
    case .triangularSolve: SavedMask(operands: .of(0), outputs: 1)
    case .eigen(let vectors): vectors ? SavedMask(outputs: 0b11) : .nothing
    case .svd(let mode): mode == .values ? .nothing : SavedMask(outputs: 0b111)
    case .solve: SavedMask(operands: .of(0), outputs: 0b111)
    case .choleskySolve: SavedMask(operands: .of(1), outputs: 1)
    case .determinant(let logarithm): SavedMask(operands: .of(0), outputs: logarithm ? 0b1100 : 0b111)
    case .pseudoInverse: SavedMask(operands: .of(0), outputs: 1)
    }
  }

  func derive(_ context: inout DerivativeContext) throws(TensorError) {
    switch self {
    case .lu:
      try deriveLU(&context)
    case .permutation:
      return
    case .cholesky:
      let l = try context.output()
      // Φ keeps the lower triangle, with half of the diagonal.
      let product = l.mT.matmul(context.takeGradient())
      let phi = product.tril() - 0.5 * product.diagonal(dim1: -2, dim2: -1).onDiagonal()
      let half = Linalg.triangularSolveRight(l, Linalg.triangularSolve(l.mT, phi, upper: true), upper: false)
      context.give(0.5 * (half + half.mT), to: 0)
    case .triangularSolve(let upper, let unit):
      let a = try context.operand(0)
      let gradient = Linalg.triangularSolve(a.mT, context.takeGradient(), upper: !upper, unit: unit)
      if context.needs(0) {
        let product = gradient.matmul(try context.output().mT).neg()
        context.give(upper ? product.triu(unit ? 1 : 0) : product.tril(unit ? -1 : 0), to: 0)
      }
      if context.needs(1) { context.give(gradient, to: 1) }
    case .qr(let mode):
      try deriveQR(&context, mode)
    case .eigen(let vectors):
      guard vectors else { return try refuse("eigvalsh", "was computed without the vectors that its derivative needs") }
      try deriveEigen(&context)
    case .svd(let mode):
      guard mode != .values else { return try refuse("svdvals", "was computed without the vectors that its derivative needs") }
      try deriveSVD(&context)
    case .solve:
      // From A·X = B: the gradient of B is A⁻ᵀ·g, that of A is minus it times Xᵀ.
      let a = try context.operand(0), g = context.takeGradient()
      let gradient = isGradEnabled
        ? Linalg.solve(a.mT, g) : Linalg.solved(try context.output(1), try context.output(2), g, transposed: true)
      if context.needs(0) { context.give(gradient.matmul(try context.output().mT).neg(), to: 0) }
      if context.needs(1) { context.give(gradient, to: 1) }
    case .choleskySolve:
      // As for solve, with A = L·Lᵀ.
      let l = try context.operand(1), x = try context.output()
      let gradient = apply(.linearAlgebra(.choleskySolve), context.takeGradient(), l)
      if context.needs(0) { context.give(gradient, to: 0) }
      if context.needs(1) {
        let product = gradient.matmul(x.mT)
        context.give((product + product.mT).matmul(l).neg(), to: 1)
      }
    case .determinant(let logarithm):
      try deriveDeterminant(&context, logarithm: logarithm)
    case .pseudoInverse:
      let a = try context.operand(0), p = try context.output(), gT = context.takeGradient().mT
      // d(A⁺) = -A⁺·dA·A⁺ + A⁺·A⁺ᵀ·dAᵀ·(1 - A·A⁺) + (1 - A⁺·A)·dAᵀ·A⁺ᵀ·A⁺, multiplied so that products stay small.
      if a.shape[-2] <= a.shape[-1] {
        let k = gT.matmul(p), kpT = k.matmul(p.mT)
        let first = p.matmul(k).mT.neg() + kpT - a.matmul(p).matmul(kpT)
        context.give(first + p.mT.matmul(p).matmul(gT - k.matmul(a)), to: 0)
      } else {
        let k = p.matmul(gT), pTk = p.mT.matmul(k)
        let first = k.matmul(p).mT.neg() + (gT - a.matmul(k)).matmul(p).matmul(p.mT)
        context.give(first + pTk - pTk.matmul(p).matmul(a), to: 0)
      }
    }
  }

  private func refuse(_ name: String, _ rule: String) throws(TensorError) { throw TensorError(name, rule: rule) }

  private func deriveLU(_ context: inout DerivativeContext) throws(TensorError) {
    let packed = try context.output(), order = Linalg.order(try context.output(1), size: packed.shape[-2])
    let g = context.takeGradient()
    let m = packed.shape[-2], n = packed.shape[-1], k = min(m, n)
    func unitLower(_ x: Tensor) -> Tensor { x.tril(-1) + Tensor.eye(x.shape[-2], x.shape[-1], dtype: x.dtype, device: x.device) }
    let square = packed.slice(dim: -2, end: k).slice(dim: -1, end: k), gSquare = g.slice(dim: -2, end: k).slice(dim: -1, end: k)
    let l = unitLower(square), u = square.triu()
    var strict = l.mT.matmul(gSquare.tril(-1)), upper = gSquare.triu().matmul(u.mT)
    var further: Tensor?
    if n > k {
      let u2 = packed.slice(dim: -1, start: k), g2 = g.slice(dim: -1, start: k)
      strict = strict - g2.matmul(u2.mT)
      further = Linalg.triangularSolve(square.mT, g2, upper: true, unit: true)
    } else if m > k {
      let l2 = packed.slice(dim: -2, start: k), g2 = g.slice(dim: -2, start: k)
      upper = upper - l2.mT.matmul(g2)
      further = Linalg.triangularSolveRight(square.mT, g2, upper: false)
    }
    let inner = strict.tril(-1) + upper.triu()
    var result = Linalg.triangularSolveRight(
      square.mT, Linalg.triangularSolve(square.mT, inner, upper: true, unit: true), upper: false)
    if let further { result = Tensor.cat([result, further], dim: n > k ? -1 : -2) }
    context.give(result.rows(Linalg.inverse(order)), to: 0)
  }

  private func deriveQR(_ context: inout DerivativeContext, _ mode: QRMode) throws(TensorError) {
    let m = context.shape(ofOperand: 0)[-2], n = context.shape(ofOperand: 0)[-1]
    guard mode != .triangle else { return try refuse("qr", "has no derivative in mode r, which does not give Q") }
    guard mode == .reduced || m <= n else {
      return try refuse("qr", "has no derivative in mode complete for matrices with more rows than columns (\(m) and \(n))")
    }
    let q = try context.output(), r = try context.output(1)
    var gQ = context.gradient(ofOutput: 0)
    var gR = context.gradient(ofOutput: 1), square = r
    var further: Tensor?
    if m < n {
      // A = (A₁ A₂), A₁ = Q·R₁, R₂ = Qᵀ·A₂.
      let r2 = r.slice(dim: -1, start: m), g2 = gR.slice(dim: -1, start: m)
      further = q.matmul(g2)
      gQ = gQ + q.matmul(r2).matmul(g2.mT)
      square = r.slice(dim: -1, end: m)
      gR = gR.slice(dim: -1, end: m)
    }
    let inner = square.matmul(gR.mT) - gQ.mT.matmul(q)
    let copied = inner.tril() + inner.tril(-1).mT
    var result = Linalg.triangularSolveRight(square.mT, gQ + q.matmul(copied), upper: false)
    if let further { result = Tensor.cat([result, further], dim: -1) }
    context.give(result, to: 0)
  }

  private func deriveEigen(_ context: inout DerivativeContext) throws(TensorError) {
    let values = try context.output(), v = try context.output(1)
    guard let gV = context.gradientIfAny(ofOutput: 1) else {
      return context.give((v * context.takeGradient().unsqueeze(-2)).matmul(v.mT), to: 0)
    }
    // Differences of eigenvalues, with 1 on the diagonal, where the gradient of the values goes.
    let gaps = values.unsqueeze(-2) - values.unsqueeze(-1)
    let ones = Tensor.onesLike(values.detach()).onDiagonal()
    // V moves by skew matrices only.
    let product = v.mT.matmul(gV)
    let inner = 0.5 * (product - product.mT) / (gaps + ones) + context.gradient.onDiagonal()
    context.give(v.matmul(inner).matmul(v.mT), to: 0)
  }

  private func deriveSVD(_ context: inout DerivativeContext) throws(TensorError) {
    let s = try context.output(), k = s.shape[-1]
    let m = context.shape(ofOperand: 0)[-2], n = context.shape(ofOperand: 0)[-1]
    // Of full matrices the derivative looks at the first vectors.
    let u = try context.output(1).slice(dim: -1, end: k), vT = try context.output(2).slice(dim: -2, end: k), v = vT.mT
    let gU = context.gradientIfAny(ofOutput: 1)?.slice(dim: -1, end: k)
    let gV = context.gradientIfAny(ofOutput: 2)?.slice(dim: -2, end: k).mT
    let gS = context.takeGradient()
    if gU == nil && gV == nil { return context.give((u * gS.unsqueeze(-2)).matmul(vT), to: 0) }
    let squares = s.square()
    let gaps = squares.unsqueeze(-2) - squares.unsqueeze(-1) + Tensor.onesLike(s.detach()).onDiagonal()
    func skew(_ x: Tensor) -> Tensor { x - x.mT }
    var inner = gS.onDiagonal()
    if let gU { inner = inner + skew(u.mT.matmul(gU)) / gaps * s.unsqueeze(-2) }
    if let gV { inner = inner + s.unsqueeze(-1) * (skew(v.mT.matmul(gV)) / gaps) }
    var result = u.matmul(inner).matmul(vT)
    // What moves out of the spaces that the vectors span.
    if let gU, m > k {
      let scaled = gU / s.unsqueeze(-2)
      result = result + (scaled - u.matmul(u.mT.matmul(scaled))).matmul(vT)
    }
    if let gV, n > k {
      let scaled = (gV / s.unsqueeze(-2)).mT
      result = result + u.matmul(scaled - scaled.matmul(v).matmul(vT))
    }
    context.give(result, to: 0)
  }

  private func deriveDeterminant(_ context: inout DerivativeContext, logarithm: Bool) throws(TensorError) {
    let a = try context.operand(0), n = a.shape[-1]
    let factors = try context.output(logarithm ? 2 : 1), pivots = try context.output(logarithm ? 3 : 2)
    let g = context.takeGradient()
    if n == 0 { return context.give(Tensor.zerosLike(a.detach()), to: 0) }
    func scaledInverse(_ scale: Tensor) -> Tensor {
      let right = scale.unsqueeze(-1).expand(Shape(a.shape.dropLast())).onDiagonal()
      return isGradEnabled ? Linalg.solve(a.mT, right) : Linalg.solved(factors, pivots, right, transposed: true)
    }
    if logarithm { return context.give(scaledInverse(g), to: 0) }
    let isSingular = (factors.detach().diagonal(dim1: -2, dim2: -1) .== 0).any().item(as: Bool.self)
    if !isSingular { return context.give(scaledInverse(g * (try context.output())), to: 0) }
    // The determinant is smooth at singular matrices: its gradient is the matrix of cofactors,
    // det(U)·det(Vᵀ)·U·diag(products of the other singular values)·Vᵀ.
    let (u, s, vT) = Linalg.svd(a, fullMatrices: false)
    let sign = (Linalg.det(u.detach()) * Linalg.det(vT.detach())).round()
    let columns = Tensor.eye(n, dtype: .bool, device: a.device)
    let others = Tensor.where(columns, 1, s.unsqueeze(-2)).prod(dim: -1)
    context.give((u * ((g * sign).unsqueeze(-1) * others).unsqueeze(-2)).matmul(vT), to: 0)
  }
}
