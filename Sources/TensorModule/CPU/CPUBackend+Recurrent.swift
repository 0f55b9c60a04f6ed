internal import CPUKernels

extension CPUBackend {
  static func lstmCell(_ inputs: Operands, into hidden: Tensor, _ others: [Tensor]) throws(TensorError) {
    try recurrent("lstmCell", inputs, into: hidden, others) { dtype, sources, targets in
      mk_run_lstm_cell(
        dtype.code, Int64(sources[1].shape[0]), Int64(sources[1].shape[1]), sources[0].dataPointer, sources[1].dataPointer,
        targets[2].dataPointer, targets[1].dataPointer, targets[0].dataPointer)
    }
  }

  static func lstmCellGradient(_ inputs: Operands, into gates: Tensor, _ others: [Tensor]) throws(TensorError) {
    try recurrent("lstmCell", inputs, into: gates, others) { dtype, sources, targets in
      mk_run_lstm_cell_gradient(
        dtype.code, Int64(sources[4].shape[0]), Int64(sources[4].shape[1]), sources[0].dataPointer, sources[1].dataPointer,
        sources[2].dataPointer, sources[3].dataPointer, sources[4].dataPointer, targets[0].dataPointer,
        targets[1].dataPointer)
    }
  }

  static func gruCell(_ inputs: Operands, into hidden: Tensor, _ others: [Tensor]) throws(TensorError) {
    try recurrent("gruCell", inputs, into: hidden, others) { dtype, sources, targets in
      mk_run_gru_cell(
        dtype.code, Int64(sources[2].shape[0]), Int64(sources[2].shape[1]), sources[0].dataPointer, sources[1].dataPointer,
        sources[2].dataPointer, targets[1].dataPointer, targets[0].dataPointer)
    }
  }

  static func gruCellGradient(_ inputs: Operands, into inputGates: Tensor, _ others: [Tensor]) throws(TensorError) {
    try recurrent("gruCell", inputs, into: inputGates, others) { dtype, sources, targets in
      mk_run_gru_cell_gradient(
        dtype.code, Int64(sources[2].shape[0]), Int64(sources[2].shape[1]), sources[0].dataPointer, sources[1].dataPointer,
        sources[2].dataPointer, targets[0].dataPointer, targets[1].dataPointer, targets[2].dataPointer)
    }
  }

  /// Runs a cell's kernel on row-major operands of the type that it computes in.
  private static func recurrent(
    _ name: StaticString, _ inputs: Operands, into result: Tensor, _ others: [Tensor],
    _ kernel: (_ dtype: DType, _ sources: [Tensor], _ targets: [Tensor]) -> Int32
  ) throws(TensorError) {
    let compute = result.dtype.computeType, results = [result] + others
    let sources = try inputs.array.map { (x) throws(TensorError) in try contiguous(x, as: compute) }
    let targets = try results.map { (x) throws(TensorError) in
      x.dtype == compute ? x : try Tensor(allocating: Specification(x.shape, compute), device: .cpu)
    }
    // An array may be let go of after its last use; the kernel still reads its tensors.
    let status = withExtendedLifetime((sources, targets)) { kernel(compute, sources, targets) }
    try check(status, "\(name)", inputs)
    for (computed, target) in zip(targets, results) where computed !== target {
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
