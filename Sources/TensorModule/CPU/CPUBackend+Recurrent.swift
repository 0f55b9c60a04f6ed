internal import CPUKernels

extension CPUBackend {
  static func lstmCell(_ inputs: Operands, into hidden: Tensor, _ others: [Tensor]) throws(TensorError) {
    let compute = hidden.dtype.computeType
    let gates = try contiguous(inputs[0], as: compute), previous = try contiguous(inputs[1], as: compute)
    let outputs = try ([hidden] + others).map { (x) throws(TensorError) in
      x.dtype == compute ? x : try Tensor(allocating: Specification(x.shape, compute), device: .cpu)
    }
    try check(
      mk_run_lstm_cell(
        compute.code, Int64(previous.shape[0]), Int64(previous.shape[1]), gates.dataPointer, previous.dataPointer,
        outputs[2].dataPointer, outputs[1].dataPointer, outputs[0].dataPointer),
      "lstmCell", inputs)
    for (computed, target) in zip(outputs, [hidden] + others) where computed !== target {
      try unary(.copy, .none, Operands(computed), into: target)
    }
  }

  static func lstmCellGradient(_ inputs: Operands, into gates: Tensor, _ others: [Tensor]) throws(TensorError) {
    let compute = gates.dtype.computeType
    let sources = try inputs.array.map { (x) throws(TensorError) in try contiguous(x, as: compute) }
    let outputs = try ([gates] + others).map { (x) throws(TensorError) in
      x.dtype == compute ? x : try Tensor(allocating: Specification(x.shape, compute), device: .cpu)
    }
    // An array may be let go of after its last use; the kernel still reads its tensors.
    let status = withExtendedLifetime(sources) {
      mk_run_lstm_cell_gradient(
        compute.code, Int64(sources[4].shape[0]), Int64(sources[4].shape[1]), sources[0].dataPointer,
        sources[1].dataPointer, sources[2].dataPointer, sources[3].dataPointer, sources[4].dataPointer,
        outputs[0].dataPointer, outputs[1].dataPointer)
    }
    try check(status, "lstmCell", inputs)
    for (computed, target) in zip(outputs, [gates] + others) where computed !== target {
      try unary(.copy, .none, Operands(computed), into: target)
    }
  }
}

extension CPUBackend {
  static func ctcLoss(_ blank: Int, _ inputs: Operands, into losses: Tensor, alpha: Tensor) throws(TensorError) {
    let sources = try inputs.array.map { (x) throws(TensorError) in try contiguous(x) }
    let status = withExtendedLifetime(sources) {
      mk_run_ctc_loss(
        losses.dtype.code, ctcSizes(sources[0], sources[1]), Int64(blank), sources[0].dataPointer, integers(sources[1]),
        integers(sources[2]), integers(sources[3]), losses.dataPointer, alpha.dataPointer)
    }
    try check(status, "ctcLoss", inputs)
  }

  static func ctcLossGradient(
    _ blank: Int, _ zeroInfinity: Bool, _ inputs: Operands, into result: Tensor
  ) throws(TensorError) {
    let sources = try inputs.array.map { (x) throws(TensorError) in try contiguous(x) }
    let status = withExtendedLifetime(sources) {
      mk_run_ctc_loss_gradient(
        result.dtype.code, ctcSizes(sources[1], sources[2]), Int64(blank), zeroInfinity, sources[0].dataPointer,
        sources[1].dataPointer, integers(sources[2]), integers(sources[3]), integers(sources[4]), sources[5].dataPointer,
        sources[6].dataPointer, result.dataPointer)
    }
    try check(status, "ctcLoss", inputs)
  }

  private static func ctcSizes(_ logProbabilities: Tensor, _ targets: Tensor) -> [Int64] {
    (logProbabilities.shape.map { $0 } + [targets.shape[1]]).map(Int64.init)
  }

  private static func integers(_ x: Tensor) -> UnsafePointer<Int64> {
    UnsafePointer(x.dataPointer.assumingMemoryBound(to: Int64.self))
  }
}
