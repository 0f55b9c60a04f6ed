internal import CPUKernels

/// The CPU: hands each primitive to its kernel.
enum CPUBackend {
  /// Computes `primitive` into `result` (and `others`), which are allocated.
  @inline(__always)
  static func execute(
    _ primitive: Primitive, _ inputs: Operands, into result: Tensor, others: [Tensor]
  ) throws(TensorError) {
    if case .binary(let operation, let parameters) = primitive {
      return try binary(operation, parameters, inputs, into: result)
    }
    try executeOther(primitive, inputs, into: result, others: others)
  }

  private static func executeOther(
    _ primitive: Primitive, _ inputs: Operands, into result: Tensor, others: [Tensor]
  ) throws(TensorError) {
    switch primitive {
    case .unary(let operation, let parameters):
      try unary(operation, parameters, inputs, into: result)
    case .binary(let operation, let parameters):
      try binary(operation, parameters, inputs, into: result)
    case .ternary(let operation, let parameters):
      try ternary(operation, parameters, inputs, into: result)
    case .cast, .contiguous:
      try unary(.copy, .none, inputs, into: result)
    case .reduce(let operation, let axes, _, let parameter):
      try reduce(operation, axes, parameter, inputs.first, into: result, indices: others.first)
    case .cumulative(let operation, let dim):
      try cumulative(operation, dim, inputs.first, into: result, positions: others.first)
    case .order(let operation, let dim, let count):
      try order(operation, dim, count, inputs.first, into: result, positions: others[0])
    case .searchSorted(let right, _):
      try searchSorted(right, inputs, into: result)
    case .view(let operation), .place(let operation):
      throw TensorError(operation.name, rule: "views have no kernel")
    case .window, .assignWindow:
      throw TensorError(primitive.name, rule: "windows have no kernel")
    case .custom:
      throw TensorError(primitive.name, rule: "functions of the program's own have no kernel")
    case .flip(let axes):
      try flip(axes, inputs.first, into: result)
    case .triangle(let isUpper, let diagonal):
      try triangle(isUpper, diagonal, inputs.first, into: result)
    case .concatenate(let dim):
      try concatenate(inputs, dim: dim, into: result)
    case .matmul:
      try matmul(inputs.first, inputs[1], into: result)
    case .linear:
      try linear(inputs, into: result)
    case .linearAlgebra(let operation):
      try linearAlgebra(operation, inputs, into: result, others: others)
    case .convolution(let attributes):
      try convolution(attributes, inputs, into: result)
    case .convolutionInputGradient(let attributes):
      try convolutionInputGradient(attributes, inputs, into: result)
    case .convolutionWeightGradient(let attributes):
      try convolutionWeightGradient(attributes, inputs, into: result)
    case .maxPool(let attributes):
      try maxPool(attributes, inputs.first, into: result, positions: others[0])
    case .maxPoolGradient(let attributes):
      try maxPoolGradient(attributes, inputs, into: result)
    case .maxPoolPick(let attributes):
      try maxPoolPick(attributes, inputs, into: result)
    case .averagePool(let attributes):
      try averagePool(attributes, inputs.first, into: result)
    case .averagePoolGradient(let attributes):
      try averagePoolGradient(attributes, inputs.first, into: result)
    case .resample(let attributes):
      try resample(attributes, inputs, into: result)
    case .indexSelect(let dim):
      try indexSelect(dim, inputs, into: result)
    case .indexScatter(let operation, let dim):
      try indexScatter(operation, dim, inputs, into: result)
    case .gather(let dim):
      try gather(dim, inputs, into: result)
    case .scatter(let operation, let dim):
      try scatter(operation, dim, inputs, into: result)
    case .nonzero:
      try nonzero(inputs.first, into: result)
    case .histogram(let operation):
      try histogram(operation, inputs.first, into: result)
    case .softmax(let dim, let logarithm):
      try softmax(dim, logarithm, inputs.first, into: result)
    case .softmaxGradient(let dim, let logarithm):
      try softmaxGradient(dim, logarithm, inputs, into: result)
    case .normalization(let attributes):
      try normalization(attributes, inputs, into: result, others)
    case .normalizationGradient(let attributes):
      try normalizationGradient(attributes, inputs, into: result, others)
    case .lstmCell:
      try lstmCell(inputs, into: result, others)
    case .lstmCellGradient:
      try lstmCellGradient(inputs, into: result, others)
    case .gruCell:
      try gruCell(inputs, into: result, others)
    case .gruCellGradient:
      try gruCellGradient(inputs, into: result, others)
    case .ctcLoss(let blank, _):
      try ctcLoss(blank, inputs, into: result, alpha: others[0])
    case .ctcLossGradient(let blank, let zeroInfinity):
      try ctcLossGradient(blank, zeroInfinity, inputs, into: result)
    }
  }

  /// Turns a kernel's answer into an error.
  @inline(__always)
  static func check(_ status: Int32, _ name: @autoclosure () -> String, _ inputs: Operands) throws(TensorError) {
    if status != MK_OK { throw error(status, name(), inputs) }
  }

  private static func error(_ status: Int32, _ name: String, _ inputs: Operands) -> TensorError {
    let operands = inputs.array.map(TensorError.Operand.init)
    switch Int(status) {
    case MK_DIVISION_BY_ZERO:
      return TensorError(name, operands, "an integer was divided by zero", hint: "divide as floating point with /")
    case MK_OUT_OF_MEMORY:
      return TensorError(name, operands, "there is no memory for the kernel's scratch space")
    case MK_NEGATIVE_POWER:
      return TensorError(name, operands, "integers cannot be raised to negative powers", hint: "convert to a floating-point dtype")
    default:
      let types = Set(operands.map(\.dtype.description)).sorted().joined(separator: ", ")
      return TensorError(name, operands, "is not defined for \(types)", hint: "convert with to(_:)")
    }
  }

  /// The tensor itself if it is row-major and of the type, else a copy that is.
  static func contiguous(_ x: Tensor, as dtype: DType? = nil) throws(TensorError) -> Tensor {
    let dtype = dtype ?? x.dtype
    if x.dtype == dtype && x.isContiguous { return x }
    let copy = try Tensor(allocating: Specification(x.shape, dtype), device: .cpu)
    try unary(.copy, .none, Operands(x), into: copy)
    return copy
  }

  /// Runs `body` on row-major operands of the kernel's type (half precisions go through float32), and rounds the result
  /// into `result` once at the end.
  static func throughComputeType(
    _ result: Tensor, as type: DType? = nil, _ body: (_ compute: DType, _ output: Tensor) throws(TensorError) -> Void
  ) throws(TensorError) {
    let compute = type ?? result.dtype.computeType
    if compute == result.dtype && result.layout.isContiguous { return try body(compute, result) }
    let output = try Tensor(allocating: Specification(result.shape, compute), device: .cpu)
    try body(compute, output)
    try unary(.copy, .none, Operands(output), into: result)
  }

  /// Outer, middle and inner counts around a dimension of a row-major tensor.
  static func split(_ shape: Shape, at dim: Int) -> (outer: Int64, count: Int64, inner: Int64) {
    if shape.rank == 0 { return (1, 1, 1) }
    var outer = 1, inner = 1
    for i in 0..<dim { outer *= shape.dimensions[i] }
    for i in (dim + 1)..<max(shape.rank, dim + 1) { inner *= shape.dimensions[i] }
    return (Int64(outer), Int64(shape.dimensions[dim]), Int64(inner))
  }
}
