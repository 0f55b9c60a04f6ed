internal import CPUKernels

extension CPUBackend {
  /// The kernels' geometry; missing leading spatial dimensions are of size 1.
  private static func geometry(
    _ attributes: ConvolutionAttributes, _ dtype: DType, input: Shape, weight: Shape, output: Shape
  ) -> mk_convolution {
    var result = mk_convolution()
    result.dtype = dtype.code
    result.batch = Int64(input[0])
    result.in_channels = Int64(input[1])
    result.out_channels = Int64(weight[0])
    result.groups = Int64(attributes.groups)
    let rank = attributes.rank
    result.input = spatial(rank, filler: 1) { input[2 + $0] }
    result.kernel = spatial(rank, filler: 1) { weight[2 + $0] }
    result.output = spatial(rank, filler: 1) { output[2 + $0] }
    result.stride = spatial(rank, filler: 1) { attributes.stride[$0] }
    result.padding = spatial(rank, filler: 0) { attributes.padding[$0] }
    result.dilation = spatial(rank, filler: 1) { attributes.dilation[$0] }
    return result
  }

  /// Three numbers, the last `rank` of them from `value`.
  private static func spatial(_ rank: Int, filler: Int, _ value: (Int) -> Int) -> (Int64, Int64, Int64) {
    func at(_ i: Int) -> Int64 { Int64(i >= 3 - rank ? value(i - (3 - rank)) : filler) }
    return (at(0), at(1), at(2))
  }

  static func convolution(_ attributes: ConvolutionAttributes, _ inputs: Operands, into result: Tensor) throws(TensorError) {
    try throughComputeType(result) { (compute, output) throws(TensorError) in
      let input = try contiguous(inputs[0], as: compute), weight = try contiguous(inputs[1], as: compute)
      let bias = inputs.count > 2 ? try contiguous(inputs[2], as: compute) : nil
      var work = geometry(attributes, compute, input: input.shape, weight: weight.shape, output: output.shape)
      try check(
        mk_run_convolution(&work, input.dataPointer, weight.dataPointer, bias?.dataPointer, output.dataPointer),
        "conv\(attributes.rank)d", inputs)
      withExtendedLifetime(bias) {}
    }
  }

  static func convolutionInputGradient(
    _ attributes: ConvolutionAttributes, _ inputs: Operands, into result: Tensor
  ) throws(TensorError) {
    try throughComputeType(result) { (compute, output) throws(TensorError) in
      let gradient = try contiguous(inputs[0], as: compute), weight = try contiguous(inputs[1], as: compute)
      var work = geometry(attributes, compute, input: output.shape, weight: weight.shape, output: gradient.shape)
      try check(
        mk_run_convolution_input_gradient(&work, gradient.dataPointer, weight.dataPointer, output.dataPointer),
        "conv\(attributes.rank)d", inputs)
    }
  }

  static func convolutionWeightGradient(
    _ attributes: ConvolutionAttributes, _ inputs: Operands, into result: Tensor
  ) throws(TensorError) {
    try throughComputeType(result) { (compute, output) throws(TensorError) in
      let input = try contiguous(inputs[0], as: compute), gradient = try contiguous(inputs[1], as: compute)
      var work = geometry(attributes, compute, input: input.shape, weight: output.shape, output: gradient.shape)
      try check(
        mk_run_convolution_weight_gradient(&work, input.dataPointer, gradient.dataPointer, output.dataPointer),
        "conv\(attributes.rank)d", inputs)
    }
  }

  // MARK: Pooling

  private static func geometry(_ attributes: PoolAttributes, _ dtype: DType, input: Shape, output: Shape) -> mk_pooling {
    var result = mk_pooling()
    let rank = attributes.rank
    let lead = input.rank - rank
    result.dtype = dtype.code
    result.planes = Int64(input.prefix(lead).reduce(1, *))
    result.input = spatial(rank, filler: 1) { input[lead + $0] }
    result.output = spatial(rank, filler: 1) { output[lead + $0] }
    result.kernel = spatial(rank, filler: 1) { attributes.kernel[$0] }
    result.stride = spatial(rank, filler: 1) { attributes.stride[$0] }
    result.padding = spatial(rank, filler: 0) { attributes.padding[$0] }
    result.dilation = spatial(rank, filler: 1) { attributes.dilation[$0] }
    result.count_include_pad = attributes.countIncludesPadding
    result.divisor_override = Int64(attributes.divisorOverride)
    result.adaptive = attributes.isAdaptive
    return result
  }

  /// Integers are pooled as int64.
  private static func poolType(_ dtype: DType) -> DType { dtype.isFloatingPoint ? dtype.computeType : .int64 }

  static func maxPool(_ attributes: PoolAttributes, _ x: Tensor, into result: Tensor, positions: Tensor) throws(TensorError) {
    try throughComputeType(result, as: poolType(x.dtype)) { (compute, output) throws(TensorError) in
      let input = try contiguous(x, as: compute)
      var work = geometry(attributes, compute, input: input.shape, output: output.shape)
      try check(
        mk_run_max_pool(
          &work, input.dataPointer, output.dataPointer, positions.dataPointer.assumingMemoryBound(to: Int64.self)),
        "maxPool\(attributes.rank)d", Operands(x))
    }
  }

  static func maxPoolGradient(_ attributes: PoolAttributes, _ inputs: Operands, into result: Tensor) throws(TensorError) {
    try throughComputeType(result) { (compute, output) throws(TensorError) in
      let gradient = try contiguous(inputs[0], as: compute), positions = try contiguous(inputs[1])
      var work = geometry(attributes, compute, input: output.shape, output: gradient.shape)
      try check(
        mk_run_max_pool_gradient(
          &work, gradient.dataPointer, positions.dataPointer.assumingMemoryBound(to: Int64.self), output.dataPointer),
        "maxPool\(attributes.rank)d", inputs)
    }
  }

  /// The values at the positions; 0 for a window without a cell inside.
  static func maxPoolPick(_ attributes: PoolAttributes, _ inputs: Operands, into result: Tensor) throws(TensorError) {
    let input = try contiguous(inputs[0]), positions = try contiguous(inputs[1])
    var work = geometry(attributes, .float32, input: input.shape, output: positions.shape)
    try check(
      mk_run_max_pool_pick(
        &work, Int64(input.dtype.itemSize), input.dataPointer, positions.dataPointer.assumingMemoryBound(to: Int64.self),
        result.dataPointer), "maxPool\(attributes.rank)d", inputs)
  }

  static func averagePool(_ attributes: PoolAttributes, _ x: Tensor, into result: Tensor) throws(TensorError) {
    try throughComputeType(result, as: poolType(x.dtype)) { (compute, output) throws(TensorError) in
      let input = try contiguous(x, as: compute)
      var work = geometry(attributes, compute, input: input.shape, output: output.shape)
      try check(
        mk_run_average_pool(&work, input.dataPointer, output.dataPointer), "avgPool\(attributes.rank)d", Operands(x))
    }
  }

  static func averagePoolGradient(_ attributes: PoolAttributes, _ x: Tensor, into result: Tensor) throws(TensorError) {
    try throughComputeType(result) { (compute, output) throws(TensorError) in
      let gradient = try contiguous(x, as: compute)
      var work = geometry(attributes, compute, input: output.shape, output: gradient.shape)
      try check(
        mk_run_average_pool_gradient(&work, gradient.dataPointer, output.dataPointer), "avgPool\(attributes.rank)d",
        Operands(x))
    }
  }
}
