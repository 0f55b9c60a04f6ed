internal import CPUKernels

extension CPUBackend {
  private static func geometry(_ attributes: NormalizationAttributes, _ dtype: DType, _ shape: Shape) -> mk_normalization {
    var work = mk_normalization()
    work.dtype = dtype.code
    work.channels = attributes.isOverChannels
    work.centered = attributes.isCentered
    work.sets = Int64(attributes.sets(of: shape))
    work.length = Int64(attributes.length)
    work.period = Int64(attributes.period)
    work.run = Int64(attributes.isOverChannels ? shape.dropFirst(2).reduce(1, *) : attributes.run)
    work.outer = Int64(attributes.isOverChannels ? shape.dimensions[0] : 1)
    work.epsilon = attributes.epsilon
    return work
  }

  /// A tensor for the kernel to write: the target itself, or one of the kernel's type.
  private static func output(_ target: Tensor, _ compute: DType) throws(TensorError) -> Tensor {
    target.dtype == compute && target.isContiguous
      ? target : try Tensor(allocating: Specification(target.shape, compute), device: .cpu)
  }

  private static func finish(_ computed: Tensor, _ target: Tensor) throws(TensorError) {
    if computed !== target { try unary(.copy, .none, Operands(computed), into: target) }
  }

  static func normalization(
    _ attributes: NormalizationAttributes, _ inputs: Operands, into result: Tensor, _ others: [Tensor]
  ) throws(TensorError) {
    let compute = result.dtype.computeType
    let input = try contiguous(inputs[0], as: compute)
    let weight = attributes.hasWeight ? try contiguous(inputs[1], as: compute) : nil
    let bias = attributes.hasBias ? try contiguous(inputs[attributes.hasWeight ? 2 : 1], as: compute) : nil
    let value = try output(result, compute), mean = try output(others[0], compute), variance = try output(others[1], compute)
    var work = geometry(attributes, compute, input.shape)
    try check(
      mk_run_normalization(
        &work, input.dataPointer, weight?.dataPointer, bias?.dataPointer, value.dataPointer, mean.dataPointer,
        variance.dataPointer), "normalization", inputs)
    withExtendedLifetime((weight, bias)) {}
    try finish(value, result)
    try finish(mean, others[0])
    try finish(variance, others[1])
  }

  static func normalizationGradient(
    _ attributes: NormalizationAttributes, _ inputs: Operands, into result: Tensor, _ others: [Tensor]
  ) throws(TensorError) {
    let compute = result.dtype.computeType
    let gradient = try contiguous(inputs[0], as: compute), input = try contiguous(inputs[1], as: compute)
    let mean = try contiguous(inputs[2], as: compute), variance = try contiguous(inputs[3], as: compute)
    let weight = attributes.hasWeight ? try contiguous(inputs[4], as: compute) : nil
    let value = try output(result, compute)
    let weightGradient = attributes.hasWeight ? try output(others[0], compute) : nil
    let biasGradient = attributes.hasBias ? try output(others[1], compute) : nil
    var work = geometry(attributes, compute, input.shape)
    try check(
      mk_run_normalization_gradient(
        &work, gradient.dataPointer, input.dataPointer, mean.dataPointer, variance.dataPointer, weight?.dataPointer,
        value.dataPointer, weightGradient?.dataPointer, biasGradient?.dataPointer), "normalization", inputs)
    withExtendedLifetime(weight) {}
    try finish(value, result)
    if let weightGradient { try finish(weightGradient, others[0]) }
    if let biasGradient { try finish(biasGradient, others[1]) }
  }

  static func resample(_ attributes: ResampleAttributes, _ inputs: Operands, into result: Tensor) throws(TensorError) {
    let indices = try contiguous(inputs[1])
    try throughComputeType(result) { (compute, output) throws(TensorError) in
      let input = try contiguous(inputs[0], as: compute), weights = try contiguous(inputs[2], as: compute)
      let (outer, _, inner) = split(input.shape, at: attributes.dim)
      var work = mk_resampling()
      work.dtype = compute.code
      work.transposed = attributes.isTransposed
      work.outer = outer
      work.inner = inner
      work.count = Int64((attributes.isTransposed ? output : input).shape[attributes.dim])
      work.picked = Int64(indices.shape[1])
      work.taps = Int64(indices.shape[0])
      work.indices = UnsafePointer(indices.dataPointer.assumingMemoryBound(to: Int64.self))
      work.weights = UnsafeRawPointer(weights.dataPointer)
      try check(mk_run_resample(&work, input.dataPointer, output.dataPointer), "resample", inputs)
      withExtendedLifetime(weights) {}
    }
  }
}
