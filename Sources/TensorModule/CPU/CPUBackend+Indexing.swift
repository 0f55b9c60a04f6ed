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

  /// Runs `body` on the row-major memory of `target`'s elements, copied in and out if they do not lie so. Sums and products
  /// of half precisions are kept in float32 and rounded once.
  private static func throughAccumulators(
    _ operation: ScatterOperation, _ target: Tensor, _ source: Tensor,
    _ body: (_ source: Tensor, _ output: Tensor) throws(TensorError) -> Void
  ) throws(TensorError) {
    let rounds = operation == .add || operation == .multiply
    let type = rounds ? target.dtype.computeType : target.dtype
    let output = try contiguous(target, as: type)
    try body(try contiguous(source, as: type), output)
    if output !== target { try unary(.copy, .none, Operands(output), into: target) }
  }

  static func indexScatter(_ operation: ScatterOperation, _ dim: Int, _ inputs: Operands, into result: Tensor) throws(TensorError) {
    let index = try contiguous(inputs[1])
    if result !== inputs[0] { try unary(.copy, .none, Operands(inputs[0]), into: result) }
    let (outer, count, inner) = split(result.shape, at: dim)
    var bad: (Int64, Int64) = (0, 0)
    try throughAccumulators(operation, result, inputs[2]) { (source, output) throws(TensorError) in
      let status = withUnsafeMutableBytes(of: &bad) {
        mk_run_index_scatter(
          Int32(operation.rawValue), output.dtype.code, outer, count, inner, Int64(index.elementCount), integers(index),
          source.dataPointer, output.dataPointer, $0.baseAddress!.assumingMemoryBound(to: Int64.self))
      }
      try check(status, bad, Primitive.indexScatter(operation, dim: dim).name, inputs, dim: dim)
    }
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
    // The part of the result that the index reaches, and as much of the source.
    var layout = result.layout, sourceLayout = inputs[2].layout
    for i in 0..<layout.rank {
      if i != dim { layout.shape.dimensions[i] = index.shape.dimensions[i] }
      sourceLayout.shape.dimensions[i] = index.shape.dimensions[i]
    }
    let window = layout == result.layout ? result : Tensor(result.storage, layout: layout, dtype: result.dtype)
    let part = sourceLayout == inputs[2].layout ? inputs[2] : Tensor(inputs[2].storage, layout: sourceLayout, dtype: inputs[2].dtype)
    let (outer, picked, inner) = split(index.shape, at: dim)
    let count = result.rank == 0 ? 1 : result.shape[dim]
    var bad: (Int64, Int64) = (0, 0)
    try throughAccumulators(operation, window, part) { (source, output) throws(TensorError) in
      let status = withUnsafeMutableBytes(of: &bad) {
        mk_run_scatter(
          Int32(operation.rawValue), output.dtype.code, outer, Int64(count), inner, picked, integers(index),
          source.dataPointer, output.dataPointer, $0.baseAddress!.assumingMemoryBound(to: Int64.self))
      }
      try check(status, bad, Primitive.scatter(operation, dim: dim).name, inputs, dim: dim)
    }
  }
}
