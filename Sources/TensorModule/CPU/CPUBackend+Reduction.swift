internal import CPUKernels

extension CPUBackend {
  static func reduce(
    _ operation: ReduceOperation, _ axes: AxisSet, _ parameter: Double, _ x: Tensor, into result: Tensor,
    indices: Tensor?
  ) throws(TensorError) {
    guard result.elementCount > 0 else { return }
    var work = mk_reduction()
    work.operation = Int32(operation.rawValue)
    work.parameter = parameter
    work.compute = computeType(operation, x.dtype).code
    var source = x
    var kept = merged(source.layout) { !axes.contains($0) }
    var reduced = merged(source.layout) { axes.contains($0) }
    if kept.count > Int(MK_MAX_RANK) || reduced.count > Int(MK_MAX_RANK) {
      // Too many for the kernel's loops: a copy with the reduced dimensions last leaves one of each.
      let order = (0..<x.rank).filter { !axes.contains($0) } + (0..<x.rank).filter { axes.contains($0) }
      var layout = x.layout
      for (i, dim) in order.enumerated() {
        layout.shape.dimensions[i] = x.layout.shape.dimensions[dim]
        layout.strides[i] = x.layout.strides[dim]
      }
      source = try contiguous(Tensor(x.storage, layout: layout, dtype: x.dtype))
      let keptRank = x.rank - axes.count
      kept = merged(source.layout) { $0 < keptRank }
      reduced = merged(source.layout) { $0 >= keptRank }
    }
    work.kept_rank = Int32(kept.count)
    fill(&work.kept_sizes, kept.map(\.size))
    fill(&work.input_kept_strides, kept.map(\.stride))
    work.reduced_rank = Int32(reduced.count)
    fill(&work.reduced_sizes, reduced.map(\.size))
    fill(&work.input_reduced_strides, reduced.map(\.stride))
    work.input = UnsafeRawPointer(source.dataPointer)
    work.input_dtype = source.dtype.code
    work.output = result.dataPointer
    work.output_dtype = result.dtype.code
    work.indices = indices?.dataPointer.assumingMemoryBound(to: Int64.self)
    let status = withExtendedLifetime(source) { mk_run_reduction(&work) }
    try check(status, operation.name, Operands(x))
  }

  /// The type of accumulation and comparison.
  private static func computeType(_ operation: ReduceOperation, _ dtype: DType) -> DType {
    switch operation {
    case .sum, .product: dtype.isFloatingPoint ? dtype.computeType : .int64
    case .sumOfSquares, .sumOfAbsolutes, .logSumExp, .mean, .variance: dtype.floatingPoint.computeType
    default: dtype.computeType
    }
  }

  /// The chosen dimensions, innermost first, those that lie together merged, those of size 1 left out.
  private static func merged(_ layout: Layout, _ isIncluded: (Int) -> Bool) -> [(size: Int, stride: Int)] {
    var result: [(size: Int, stride: Int)] = []
    for i in stride(from: layout.rank - 1, through: 0, by: -1) where isIncluded(i) {
      let size = layout.shape.dimensions[i], step = layout.strides[i]
      if size == 1 { continue }
      if let last = result.last, step == last.size * last.stride {
        result[result.count - 1].size *= size
      } else {
        result.append((size, step))
      }
    }
    return result
  }

  static func cumulative(
    _ operation: CumulativeOperation, _ dim: Int, _ x: Tensor, into result: Tensor
  ) throws(TensorError) {
    let isWide = x.dtype.isFloatingPoint
    let compute = isWide ? x.dtype.computeType : .int64
    let source = try contiguous(x, as: compute)
    let (outer, count, inner) = split(x.shape, at: dim)
    let output = compute == result.dtype ? result : try Tensor(allocating: Specification(x.shape, compute), device: .cpu)
    try check(
      mk_run_scan(
        Int32(operation.rawValue), compute.code, outer, count, inner, source.dataPointer, output.dataPointer),
      operation == .sum ? "cumsum" : "cumprod", Operands(x))
    if output !== result { try unary(.copy, .none, Operands(output), into: result) }
  }

  static func softmax(_ dim: Int, _ logarithm: Bool, _ x: Tensor, into result: Tensor) throws(TensorError) {
    let (outer, count, inner) = split(x.shape, at: dim)
    try throughComputeType(result) { (compute, output) throws(TensorError) in
      let source = try contiguous(x, as: compute)
      try check(
        mk_run_softmax(logarithm, compute.code, outer, count, inner, source.dataPointer, output.dataPointer),
        "softmax", Operands(x))
    }
  }

  static func softmaxGradient(_ dim: Int, _ logarithm: Bool, _ inputs: Operands, into result: Tensor) throws(TensorError) {
    let (outer, count, inner) = split(result.shape, at: dim)
    try throughComputeType(result) { (compute, output) throws(TensorError) in
      let gradient = try contiguous(inputs[0], as: compute), value = try contiguous(inputs[1], as: compute)
      try check(
        mk_run_softmax_gradient(
          logarithm, compute.code, outer, count, inner, gradient.dataPointer, value.dataPointer, output.dataPointer),
        "softmax", inputs)
    }
  }
}
