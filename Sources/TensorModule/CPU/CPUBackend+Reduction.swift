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
    let keptAxes = AxisSet(bits: AxisSet.all(rank: x.rank).bits & ~axes.bits)
    var keptRank = list(keptAxes, of: x.layout, &work.kept_sizes, &work.input_kept_strides)
    var reducedRank = list(axes, of: x.layout, &work.reduced_sizes, &work.input_reduced_strides)
    if keptRank == nil || reducedRank == nil {
      // Too many for the kernel's loops: a copy with the reduced dimensions last leaves one of each.
      let order = (0..<x.rank).filter { !axes.contains($0) } + (0..<x.rank).filter { axes.contains($0) }
      var layout = x.layout
      for (i, dim) in order.enumerated() {
        layout.shape.dimensions[i] = x.layout.shape.dimensions[dim]
        layout.strides[i] = x.layout.strides[dim]
      }
      source = try contiguous(Tensor(x.storage, layout: layout, dtype: x.dtype))
      let leading = AxisSet.all(rank: x.rank - axes.count)
      let trailing = AxisSet(bits: AxisSet.all(rank: x.rank).bits & ~leading.bits)
      keptRank = list(leading, of: source.layout, &work.kept_sizes, &work.input_kept_strides)
      reducedRank = list(trailing, of: source.layout, &work.reduced_sizes, &work.input_reduced_strides)
    }
    work.kept_rank = keptRank ?? 0
    work.reduced_rank = reducedRank ?? 0
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
    case .sum, .nanSum, .product: dtype.isFloatingPoint ? dtype.computeType : .int64
    case .sumOfSquares, .sumOfAbsolutes, .logSumExp, .mean, .variance: dtype.floatingPoint.computeType
    default: dtype.computeType
    }
  }

  /// Writes the sizes and strides of the chosen dimensions into the kernel's arrays, innermost first, those that lie
  /// together merged and those of size 1 left out. Returns how many there are; nil if they do not fit.
  private static func list(
    _ axes: AxisSet, of layout: Layout, _ sizes: inout KernelDimensions, _ strides: inout KernelDimensions
  ) -> Int32? {
    withUnsafeMutableBytes(of: &sizes) { sizes in
      withUnsafeMutableBytes(of: &strides) { strides in
        let sizes = sizes.bindMemory(to: Int64.self), strides = strides.bindMemory(to: Int64.self)
        var count = 0
        var i = layout.rank - 1
        while i >= 0 {
          defer { i -= 1 }
          guard axes.contains(i) else { continue }
          let size = Int64(layout.shape.dimensions[i]), step = Int64(layout.strides[i])
          if size == 1 { continue }
          if count > 0, step == sizes[count - 1] &* strides[count - 1] {
            sizes[count - 1] = sizes[count - 1] &* size
          } else {
            guard count < sizes.count else { return nil }
            sizes[count] = size
            strides[count] = step
            count += 1
          }
        }
        return Int32(count)
      }
    }
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
