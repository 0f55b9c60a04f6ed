internal import CPUKernels

// Scans, sorting and searching: whatever goes along a line in order.

extension CPUBackend {
  static func cumulative(
    _ operation: CumulativeOperation, _ dim: Int, _ x: Tensor, into result: Tensor, positions: Tensor?
  ) throws(TensorError) {
    let compute = x.dtype.isFloatingPoint ? x.dtype.computeType : .int64
    let source = try contiguous(x, as: compute)
    let (outer, count, inner) = split(x.shape, at: dim)
    let isDirect = compute == result.dtype && result.layout.isContiguous
    let output = isDirect ? result : try Tensor(allocating: Specification(x.shape, compute), device: .cpu)
    try check(
      mk_run_scan(
        Int32(operation.rawValue), compute.code, outer, count, inner, source.dataPointer, output.dataPointer,
        positions.map(integers)),
      operation.name, Operands(x))
    if output !== result { try unary(.copy, .none, Operands(output), into: result) }
  }

  static func integers(_ x: Tensor) -> UnsafeMutablePointer<Int64> { x.dataPointer.assumingMemoryBound(to: Int64.self) }

  static func order(
    _ operation: OrderOperation, _ dim: Int, _ count: Int, _ x: Tensor, into values: Tensor, positions: Tensor
  ) throws(TensorError) {
    guard values.elementCount > 0 else { return }
    // The kernel wants lines that lie together; other dimensions are turned to the end and back.
    let isLast = dim >= x.rank - 1
    let source = try contiguous(isLast ? x : turned(x, dim))
    let lines = x.rank == 0 ? 1 : x.elementCount / x.shape[dim]
    let length = x.rank == 0 ? 1 : x.shape[dim]
    let outputs = [values, positions].map { isLast ? $0 : turned($0, dim) }
    var direct: [Tensor] = []
    for output in outputs {
      direct.append(
        output.isContiguous ? output : try Tensor(allocating: Specification(output.shape, output.dtype), device: .cpu))
    }
    try check(
      mk_run_order(
        Int32(operation.rawValue), x.dtype.code, Int64(lines), Int64(length), Int64(count), source.dataPointer,
        direct[0].dataPointer, integers(direct[1])),
      operation.name, Operands(x))
    for (output, block) in zip(outputs, direct) where block !== output {
      try unary(.copy, .none, Operands(block), into: output)
    }
  }

  /// The same memory with a dimension moved to the end.
  private static func turned(_ x: Tensor, _ dim: Int) -> Tensor {
    var layout = x.layout
    let last = x.rank - 1
    for i in dim..<last {
      layout.shape.dimensions[i] = x.layout.shape.dimensions[i + 1]
      layout.strides[i] = x.layout.strides[i + 1]
    }
    layout.shape.dimensions[last] = x.layout.shape.dimensions[dim]
    layout.strides[last] = x.layout.strides[dim]
    return Tensor(x.storage, layout: layout, dtype: x.dtype)
  }

  static func searchSorted(_ right: Bool, _ inputs: Operands, into result: Tensor) throws(TensorError) {
    let dtype = inputs[0].dtype, compute = dtype.isFloatingPoint ? dtype.computeType : .int64
    let sorted = try contiguous(inputs[0], as: compute), values = try contiguous(inputs[1], as: compute)
    let length = sorted.shape[-1], perRow = values.rank == 0 ? 1 : values.shape[-1]
    guard values.elementCount > 0 else { return }
    try check(
      mk_run_search(
        right, compute.code, Int64(sorted.rank == 1 ? 1 : values.elementCount / perRow), Int64(length),
        Int64(values.elementCount / perRow), Int64(perRow), sorted.dataPointer, values.dataPointer, result.dtype == .int32,
        result.dataPointer),
      "searchsorted", inputs)
  }

  static func histogram(_ operation: HistogramOperation, _ x: Tensor, into result: Tensor) throws(TensorError) {
    let source = try contiguous(x, as: x.dtype.computeType)
    let count = Int64(result.elementCount)
    guard count > 0 else { return }
    let counts = result.dtype == .int64 && result.isContiguous
      ? result : try Tensor(allocating: Specification(result.shape, .int64), device: .cpu)
    var low = 0.0, high = 0.0
    if case .intervals(_, let first, let last) = operation { (low, high) = (first, last) }
    var bad: Int64 = 0
    let status = mk_run_histogram(
      source.dtype.code, Int64(source.elementCount), source.dataPointer, low, high, count, integers(counts), &bad)
    let name = Primitive.histogram(operation).name
    if Int(status) == MK_INDEX_OUT_OF_RANGE {
      throw TensorError(name, of: x, rule: "the number at position \(bad) is not in 0 ..< \(count)")
    }
    try check(status, name, Operands(x))
    if counts !== result { try unary(.copy, .none, Operands(counts), into: result) }
  }

  static func nonzero(_ x: Tensor, into result: Tensor) throws(TensorError) {
    let count = result.shape[0]
    guard count > 0, x.rank > 0 else { return }
    let mask = try contiguous(x, as: .bool)
    let sizes = x.shape.map(Int64.init)
    let found = mk_run_nonzero(Int32(x.rank), sizes, mask.dataPointer.assumingMemoryBound(to: UInt8.self), Int64(count), integers(result))
    guard found == Int64(count) else {
      throw TensorError("nonzero", of: x, rule: "\(found) elements are not zero, where \(count) were counted: the tensor was written meanwhile")
    }
  }
}
