internal import CPUKernels

extension CPUBackend {
  static func linearAlgebra(
    _ operation: LinearAlgebraOperation, _ inputs: Operands, into result: Tensor, others: [Tensor]
  ) throws(TensorError) {
    let a = inputs.first
    switch operation {
    case .lu:
      try unary(.copy, .none, inputs, into: result)
      var work = factorization(MK_FACTOR_lu, result)
      work.integers = pointer(others[0])
      work.integer_items = Int64(others[0].shape[-1])
      work.info = pointer(others[1])
      try check(mk_run_factorization(&work), operation.name, inputs)
    case .permutation(let size):
      let pivots = try contiguous(a)
      let count = pivots.shape[-1], batch = pivots.shape.dropLast().reduce(1, *)
      let isValid = withExtendedLifetime(pivots) {
        mk_run_permutation(Int64(batch), Int64(count), Int64(size), pointer(pivots), result.dataPointer.assumingMemoryBound(to: Int64.self))
      }
      guard isValid else { throw TensorError(operation.name, of: a, rule: "pivots must be between 1 and \(size)") }
    case .cholesky:
      try unary(.copy, .none, inputs, into: result)
      var work = factorization(MK_FACTOR_cholesky, result)
      work.info = pointer(others[0])
      try check(mk_run_factorization(&work), operation.name, inputs)
    case .triangularSolve(let upper, let unit):
      try triangularSolve(upper: upper, unit: unit, inputs, into: result)
    case .qr(let mode):
      let copy = try freshCopy(a)
      var work = factorization(MK_FACTOR_qr, copy)
      let r = others[0]
      setOutput(&work, 0, r)
      if mode != .triangle { setOutput(&work, 1, result) }
      work.columns = mode == .triangle ? 0 : Int64(result.shape[-1])
      work.rows = Int64(r.shape[-2])
      try check(withExtendedLifetime(copy) { mk_run_factorization(&work) }, operation.name, inputs)
    case .eigen(let vectors):
      // The kernel reads the upper triangle: of the transpose, the lower one.
      let copy = try freshCopy(Tensor(a.storage, layout: transposed(a.layout), dtype: a.dtype))
      var work = factorization(MK_FACTOR_eigen, copy)
      setOutput(&work, 0, result)
      if vectors { setOutput(&work, 1, others[0]) }
      work.info = pointer(others[others.count - 1])
      try check(withExtendedLifetime(copy) { mk_run_factorization(&work) }, operation.name, inputs)
    case .svd(let mode):
      let copy = try freshCopy(a)
      var work = factorization(MK_FACTOR_svd, copy)
      setOutput(&work, 0, result)
      if mode != .values {
        setOutput(&work, 1, others[0])
        setOutput(&work, 2, others[1])
        work.columns = Int64(others[0].shape[-1])
        work.rows = Int64(others[1].shape[-2])
      }
      work.info = pointer(others[others.count - 1])
      try check(withExtendedLifetime(copy) { mk_run_factorization(&work) }, operation.name, inputs)
    case .solve, .choleskySolve, .determinant, .pseudoInverse:
      let parts = ThreadMode.with(adding: .noGradient) { operation.decomposed(inputs) ?? [] }
      if ThreadMode.hasFailed { return }  // told already; the results are stand-ins from here on
      for (part, output) in zip(parts, [result] + others) { try unary(.copy, .none, Operands(part), into: output) }
    }
  }

  /// A batch of contiguous matrices.
  private static func factorization(_ kind: mk_factor, _ a: Tensor) -> mk_factorization {
    var work = mk_factorization()
    work.operation = Int32(kind.rawValue)
    work.dtype = a.dtype.code
    work.m = Int64(a.shape[-2])
    work.n = Int64(a.shape[-1])
    work.batch = Int64(a.shape.dropLast(2).reduce(1, *))
    work.input = a.dataPointer
    return work
  }

  private static func setOutput(_ work: inout mk_factorization, _ index: Int, _ tensor: Tensor) {
    let items = work.batch > 0 ? Int64(tensor.elementCount) / work.batch : 0
    switch index {
    case 0: (work.outputs.0, work.output_items.0) = (tensor.dataPointer, items)
    case 1: (work.outputs.1, work.output_items.1) = (tensor.dataPointer, items)
    default: (work.outputs.2, work.output_items.2) = (tensor.dataPointer, items)
    }
  }

  private static func pointer(_ tensor: Tensor) -> UnsafeMutablePointer<Int32> {
    tensor.dataPointer.assumingMemoryBound(to: Int32.self)
  }

  private static func transposed(_ layout: Layout) -> Layout {
    var result = layout
    result.shape.dimensions.swapAt(layout.rank - 2, layout.rank - 1)
    result.strides.swapAt(layout.rank - 2, layout.rank - 1)
    return result
  }

  /// A row-major copy for a kernel that overwrites its input.
  private static func freshCopy(_ x: Tensor) throws(TensorError) -> Tensor {
    let copy = try Tensor(allocating: Specification(x.shape, x.dtype), device: .cpu)
    try unary(.copy, .none, Operands(x), into: copy)
    return copy
  }

  private static func triangularSolve(upper: Bool, unit: Bool, _ inputs: Operands, into result: Tensor) throws(TensorError) {
    var a = inputs.first
    try unary(.copy, .none, Operands(inputs[1]), into: result)
    if a.rank - 2 > Int(MK_MAX_RANK) { a = try contiguous(a) }
    var work = mk_triangular_system()
    work.dtype = a.dtype.code
    work.upper = upper
    work.unit = unit
    work.t = Int64(a.shape[-1])
    work.n = Int64(result.shape[-1])
    work.a = UnsafeRawPointer(a.dataPointer)
    work.a_row = Int64(a.layout.strides[a.rank - 2])
    work.a_column = Int64(a.layout.strides[a.rank - 1])
    work.b = result.dataPointer
    if a.rank - 2 > Int(MK_MAX_RANK) {
      // Row-major: one batch dimension.
      work.batch_rank = 1
      fill(&work.batch_sizes, [a.shape.dropLast(2).reduce(1, *)])
      fill(&work.a_batch, [a.shape[-1] * a.shape[-1]])
    } else {
      work.batch_rank = Int32(a.rank - 2)
      let order = (0..<(a.rank - 2)).reversed()
      fill(&work.batch_sizes, order.map { a.shape[$0] })
      fill(&work.a_batch, order.map { a.layout.strides[$0] })
    }
    try check(withExtendedLifetime(a) { mk_run_triangular_system(&work) }, "solveTriangular", inputs)
  }
}
