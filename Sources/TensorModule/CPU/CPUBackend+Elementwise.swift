internal import CPUKernels

extension CPUBackend {
  static func unary(
    _ operation: UnaryOperation, _ parameters: Parameters, _ inputs: Operands, into result: Tensor
  ) throws(TensorError) {
    let isPredicate: Bool
    switch operation {
    case .logicalNot, .isNaN, .isInfinite, .isFinite, .signbit: isPredicate = true
    default: isPredicate = false
    }
    let compute = (isPredicate ? inputs.first.dtype : result.dtype).computeType
    var loop = ElementwiseLoop(arity: 1, operation: operation.rawValue, compute: compute, parameters: parameters)
    try check(loop.run(result, inputs), operation.name, inputs)
  }

  @inline(__always)
  static func binary(
    _ operation: BinaryOperation, _ parameters: Parameters, _ inputs: Operands, into result: Tensor
  ) throws(TensorError) {
    let type = try operation.computedType(inputs.first, inputs.second!, into: result.dtype)
    var loop = ElementwiseLoop(
      arity: 2, operation: operation.rawValue, compute: type.computeType, parameters: parameters)
    try check(loop.run(result, inputs), operation.name, inputs)
  }

  static func ternary(
    _ operation: TernaryOperation, _ parameters: Parameters, _ inputs: Operands, into result: Tensor
  ) throws(TensorError) {
    // A result that is written in place may have another type than the operation.
    let type = inputs.first.dtype == result.dtype && inputs[1].dtype == result.dtype && inputs[2].dtype == result.dtype
      ? result.dtype : try operation.signature(inputs.first, inputs[1], inputs[2]).first.dtype
    var loop = ElementwiseLoop(
      arity: 3, operation: operation.rawValue, compute: type.computeType, parameters: parameters)
    try check(loop.run(result, inputs), operation.name, inputs)
  }

  /// A strided copy that walks the reversed dimensions backwards.
  static func flip(_ axes: AxisSet, _ x: Tensor, into result: Tensor) throws(TensorError) {
    var layout = x.layout
    for i in 0..<layout.rank where axes.contains(i) && layout.shape.dimensions[i] > 0 {
      layout.offset += (layout.shape.dimensions[i] - 1) * layout.strides[i]
      layout.strides[i] = -layout.strides[i]
    }
    try unary(.copy, .none, Operands(Tensor(x.storage, layout: layout, dtype: x.dtype)), into: result)
  }

  static func triangle(_ isUpper: Bool, _ diagonal: Int, _ x: Tensor, into result: Tensor) throws(TensorError) {
    let input = try contiguous(x), output = try contiguous(result)
    let rank = x.rank
    let batch = (0..<(rank - 2)).reduce(1) { $0 * x.shape[$1] }
    mk_run_triangle(
      Int64(x.dtype.itemSize), Int64(batch), Int64(x.shape[rank - 2]), Int64(x.shape[rank - 1]), isUpper, Int64(diagonal),
      input.dataPointer, output.dataPointer)
    if output !== result { try unary(.copy, .none, Operands(output), into: result) }
  }

  static func concatenate(_ inputs: Operands, dim: Int, into result: Tensor) throws(TensorError) {
    var position = 0
    for tensor in inputs.array where tensor.elementCount > 0 {
      var layout = result.layout
      layout.offset += position * layout.strides[dim]
      layout.shape[dim] = tensor.shape[dim]
      position += tensor.shape[dim]
      try unary(
        .copy, .none, Operands(tensor), into: Tensor(result.storage, layout: layout, dtype: result.dtype))
    }
  }
}
