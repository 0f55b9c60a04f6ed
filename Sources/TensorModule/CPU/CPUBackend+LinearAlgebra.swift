internal import CPUKernels

extension CPUBackend {
  static func matmul(_ a: Tensor, _ b: Tensor, into result: Tensor) throws(TensorError) {
    let rank = result.rank
    let batch = Shape(result.shape.dropLast(2))
    var work = mk_gemm()
    work.dtype = result.dtype.code
    work.m = Int64(result.shape.dimensions[rank - 2])
    work.n = Int64(result.shape.dimensions[rank - 1])
    work.k = Int64(a.shape.dimensions[a.rank - 1])
    (work.a_row, work.a_column) = (Int64(a.layout.strides[a.rank - 2]), Int64(a.layout.strides[a.rank - 1]))
    (work.b_row, work.b_column) = (Int64(b.layout.strides[b.rank - 2]), Int64(b.layout.strides[b.rank - 1]))
    (work.c_row, work.c_column) = (Int64(result.layout.strides[rank - 2]), Int64(result.layout.strides[rank - 1]))
    work.a = UnsafeRawPointer(a.dataPointer)
    work.b = UnsafeRawPointer(b.dataPointer)
    work.c = result.dataPointer
    if batch.rank > 0 {
      guard result.elementCount > 0 else { return }
      let stridesA = batchStrides(a, batch), stridesB = batchStrides(b, batch)
      var dimensions: [(size: Int, a: Int, b: Int, c: Int)] = []
      for i in stride(from: batch.rank - 1, through: 0, by: -1) where batch.dimensions[i] != 1 {
        let next = (size: batch.dimensions[i], a: stridesA[i], b: stridesB[i], c: result.layout.strides[i])
        if let last = dimensions.last, next.a == last.a * last.size, next.b == last.b * last.size, next.c == last.c * last.size {
          dimensions[dimensions.count - 1].size *= next.size
        } else {
          dimensions.append(next)
        }
      }
      if dimensions.count > Int(MK_MAX_RANK) {
        // Row-major copies at the full batch shape have one batch dimension.
        return try matmul(
          contiguous(expanded(a, batch)), contiguous(expanded(b, batch)), into: result)
      }
      work.batch_rank = Int32(dimensions.count)
      fill(&work.batch_sizes, dimensions.map(\.size))
      fill(&work.a_batch, dimensions.map(\.a))
      fill(&work.b_batch, dimensions.map(\.b))
      fill(&work.c_batch, dimensions.map(\.c))
    }
    try check(mk_run_gemm(&work), "matmul", Operands(a, b))
  }

  private static func expanded(_ x: Tensor, _ batch: Shape) -> Tensor {
    var shape = batch.dimensions
    shape.append(x.shape[-2])
    shape.append(x.shape[-1])
    return Tensor(x.storage, layout: x.layout.broadcast(to: Shape(shape)) ?? x.layout, dtype: x.dtype)
  }

  /// The strides of the batch dimensions, 0 where they repeat.
  private static func batchStrides(_ x: Tensor, _ batch: Shape) -> Dimensions {
    var result = Dimensions(repeating: 0, count: batch.rank)
    let lead = batch.rank - (x.rank - 2)
    for i in 0..<(x.rank - 2) where x.shape.dimensions[i] != 1 { result[lead + i] = x.layout.strides[i] }
    return result
  }

  /// input·weightᵀ + bias in one product over all leading dimensions.
  static func linear(_ inputs: Operands, into result: Tensor) throws(TensorError) {
    let weight = inputs[1]
    // Leading dimensions that do not lie together need a copy; one row per element of them.
    let input = inputs[0].rank <= 2 ? inputs[0] : try contiguous(inputs[0])
    var work = mk_gemm()
    work.dtype = result.dtype.code
    work.n = Int64(weight.shape[0])
    work.k = Int64(weight.shape[1])
    work.m = Int64(result.shape.dropLast().reduce(1, *))
    work.a_column = Int64(input.layout.strides[input.rank - 1])
    work.a_row = input.rank == 2 ? Int64(input.layout.strides[0]) : work.k
    (work.b_row, work.b_column) = (Int64(weight.layout.strides[1]), Int64(weight.layout.strides[0]))
    (work.c_row, work.c_column) = (work.n, 1)
    work.a = UnsafeRawPointer(input.dataPointer)
    work.b = UnsafeRawPointer(weight.dataPointer)
    work.c = result.dataPointer
    let bias = inputs.count > 2 ? try contiguous(inputs[2]) : nil
    work.bias = bias.map { UnsafeRawPointer($0.dataPointer) }
    let status = withExtendedLifetime((input, bias)) { mk_run_gemm(&work) }
    try check(status, "linear", inputs)
  }
}
