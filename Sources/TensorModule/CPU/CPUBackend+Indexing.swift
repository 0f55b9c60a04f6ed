internal import CPUKernels

extension CPUBackend {
  private static func check(
    _ status: Int32, _ bad: (Int64, Int64), _ name: String, _ inputs: Operands, dim: Int
  ) throws(TensorError) {
    if Int(status) == MK_INDEX_OUT_OF_RANGE {
      let size = inputs.first.rank == 0 ? 1 : inputs.first.shape[dim]
      throw TensorError(
        name, inputs.array.map(TensorError.Operand.init),
        "index \(bad.1) at position \(bad.0) is out of range for dimension \(dim) of size \(size)")
    }
    try check(status, name, inputs)
  }

  private static func integers(_ x: Tensor) -> UnsafeMutablePointer<Int64> {
    x.dataPointer.assumingMemoryBound(to: Int64.self)
  }

  static func indexSelect(_ dim: Int, _ inputs: Operands, into result: Tensor) throws(TensorError) {
    let source = try contiguous(inputs[0]), index = try contiguous(inputs[1])
    let (outer, count, inner) = split(source.shape, at: dim)
    var bad: (Int64, Int64) = (0, 0)
    let status = withUnsafeMutableBytes(of: &bad) {
      mk_run_index_select(
        Int64(source.dtype.itemSize), outer, count, inner, Int64(index.elementCount), integers(index),
        source.dataPointer, result.dataPointer, $0.baseAddress!.assumingMemoryBound(to: Int64.self))
    }
    try check(status, bad, "indexSelect", inputs, dim: dim)
  }

  static func indexAdd(_ dim: Int, _ inputs: Operands, into result: Tensor) throws(TensorError) {
    let index = try contiguous(inputs[1]), source = try contiguous(inputs[2])
    if result !== inputs[0] { try unary(.copy, .none, Operands(inputs[0]), into: result) }
    let output = try contiguous(result)
    let (outer, count, inner) = split(result.shape, at: dim)
    var bad: (Int64, Int64) = (0, 0)
    let status = withUnsafeMutableBytes(of: &bad) {
      mk_run_index_add(
        result.dtype.code, outer, count, inner, Int64(index.elementCount), integers(index), source.dataPointer,
        output.dataPointer, $0.baseAddress!.assumingMemoryBound(to: Int64.self))
    }
    try check(status, bad, "indexAdd", inputs, dim: dim)
    if output !== result { try unary(.copy, .none, Operands(output), into: result) }
  }

  /// The part of a tensor that an index of another shape reaches: cut to it in every dimension but `dim`.
  private static func cut(_ x: Tensor, to shape: Shape, except dim: Int) throws(TensorError) -> Tensor {
    var layout = x.layout
    for i in 0..<layout.rank where i != dim { layout.shape.dimensions[i] = shape.dimensions[i] }
    return layout == x.layout ? try contiguous(x) : try contiguous(Tensor(x.storage, layout: layout, dtype: x.dtype))
  }

  static func gather(_ dim: Int, _ inputs: Operands, into result: Tensor) throws(TensorError) {
    let index = try contiguous(inputs[1])
    guard index.elementCount > 0 else { return }
    let source = try cut(inputs[0], to: index.shape, except: dim)
    let (outer, picked, inner) = split(index.shape, at: dim)
    let count = source.rank == 0 ? 1 : source.shape[dim]
    var bad: (Int64, Int64) = (0, 0)
    let status = withUnsafeMutableBytes(of: &bad) {
      mk_run_gather(
        Int64(source.dtype.itemSize), outer, Int64(count), inner, picked, integers(index), source.dataPointer,
        result.dataPointer, $0.baseAddress!.assumingMemoryBound(to: Int64.self))
    }
    try check(status, bad, "gather", inputs, dim: dim)
  }

  static func scatter(_ operation: ScatterOperation, _ dim: Int, _ inputs: Operands, into result: Tensor) throws(TensorError) {
    if result !== inputs[0] { try unary(.copy, .none, Operands(inputs[0]), into: result) }
    let index = try contiguous(inputs[1])
    guard index.elementCount > 0 else { return }
    let source = try cut(inputs[2], to: index.shape, except: index.rank)
    // The part of the result that the index reaches, written row-major and copied back.
    var layout = result.layout
    for i in 0..<layout.rank where i != dim { layout.shape.dimensions[i] = index.shape.dimensions[i] }
    let window = Tensor(result.storage, layout: layout, dtype: result.dtype)
    let output = try contiguous(window)
    let (outer, picked, inner) = split(index.shape, at: dim)
    let count = result.rank == 0 ? 1 : result.shape[dim]
    var bad: (Int64, Int64) = (0, 0)
    let status = withUnsafeMutableBytes(of: &bad) {
      mk_run_scatter(
        Int32(operation.rawValue), result.dtype.code, outer, Int64(count), inner, picked, integers(index),
        source.dataPointer, output.dataPointer, $0.baseAddress!.assumingMemoryBound(to: Int64.self))
    }
    try check(status, bad, operation == .add ? "scatterAdd" : "scatter", inputs, dim: dim)
    if output !== window { try unary(.copy, .none, Operands(output), into: window) }
  }
}
