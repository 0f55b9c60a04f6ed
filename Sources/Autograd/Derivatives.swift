package import TensorModule

// One rule a primitive, written in tensor operations, so that a pass that records itself gives gradients of gradients.
// A family's rules stand in Derivatives+<Family>.swift; a switch without a default keeps the list complete.

extension Primitive {
  /// False for operations without a derivative (comparisons, positions, counts): their results require no gradient.
  package var isRecorded: Bool {
    switch self {
    case .unary(let operation, _): operation.isRecorded
    case .binary(let operation, _): operation.isRecorded
    case .reduce(let operation, _, _, _): operation.isRecorded
    case .searchSorted, .nonzero, .histogram: false
    case .linearAlgebra(let operation): operation.isRecorded
    default: true
    }
  }

  /// Which values the rule looks at, given the operands whose gradient is asked for.
  package func savedValues(_ needs: OperandMask) -> SavedMask {
    switch self {
    case .unary(let operation, _): operation.savedValues
    case .binary(let operation, _): operation.savedValues(needs)
    case .ternary(let operation, _): operation.savedValues(needs)
    case .reduce(let operation, _, _, _): operation.savedValues
    case .cast, .view, .place, .window, .assignWindow, .contiguous, .flip, .triangle, .concatenate: .nothing
    case .cumulative(let operation, _): operation.savedValues
    case .order: SavedMask(outputs: 2)
    case .searchSorted, .nonzero, .histogram: .nothing
    case .matmul, .convolution, .linear:
      SavedMask(operands: needs.contains(0) ? (needs.contains(1) ? .of(0, 1) : .of(1)) : (needs.contains(1) ? .of(0) : .of()))
    case .linearAlgebra(let operation): operation.savedValues
    case .convolutionInputGradient, .convolutionWeightGradient: .operands(0, 1)
    case .maxPool: SavedMask(outputs: 2)
    case .maxPoolGradient, .maxPoolPick: .operands(1)
    case .averagePool, .averagePoolGradient: .nothing
    case .resample: .operands(1, 2)
    case .normalization(let attributes):
      SavedMask(operands: attributes.hasWeight ? .of(0, 1) : .of(0), outputs: 0b110)
    case .normalizationGradient(let attributes): attributes.hasWeight ? .operands(0, 1, 2, 3, 4) : .operands(0, 1, 2, 3)
    case .indexSelect, .gather: .operands(1)
    case .indexScatter(let operation, _), .scatter(let operation, _): operation.savedValues
    case .softmax: .output
    case .softmaxGradient: .operands(0, 1)
    case .lstmCell: SavedMask(operands: .of(1), outputs: 0b110)
    case .lstmCellGradient: .operands(0, 1, 2, 3, 4)
    case .gruCell: SavedMask(operands: .of(2), outputs: 0b10)
    case .gruCellGradient: .operands(0, 1, 2)
    case .ctcLoss: SavedMask(operands: .of(0, 1, 2, 3), outputs: 0b11)
    case .ctcLossGradient: .nothing
    case .custom: .nothing  // what it saves, it keeps itself
    }
  }

  /// Computes the gradients of the operands from those of the results.
  func derive(_ context: inout DerivativeContext) throws(TensorError) {
    switch self {
    case .unary(let operation, let parameters):
      try operation.derive(&context, parameters)
    case .binary(let operation, let parameters):
      try operation.derive(&context, parameters)
    case .ternary(let operation, let parameters):
      try operation.derive(&context, parameters)
    case .cast, .contiguous:
      context.give(context.takeGradient(), to: 0)
    case .reduce(let operation, let axes, let keepDim, let parameter):
      try operation.derive(&context, axes, keepDim: keepDim, parameter: parameter)
    case .cumulative(let operation, let dim):
      try operation.derive(&context, dim: dim)
    case .order(_, let dim, _):
      let shape = context.shape(ofOperand: 0)
      context.give(placed(context.takeGradient(), at: try context.output(1), dim: dim, in: shape), to: 0)
    case .searchSorted, .nonzero, .histogram:
      return
    case .view(let operation):
      context.give(operation.derived(context.takeGradient(), baseShape: context.shape(ofOperand: 0)), to: 0)
    case .place(let operation):
      let gradient = context.takeGradient()
      let layout = operation.layout(of: gradient.layout, target: context.shape(ofOperand: 0))
      context.give(applyView(operation, gradient, layout), to: 0)
    case .window:
      context.give(applyWindowGradient(context.takeGradient(), context.geometry), to: 0)
    case .assignWindow:
      let gradient = context.takeGradient()
      if context.needs(0) {
        let zeros = Tensor.zeros(context.shape(ofOperand: 1), dtype: gradient.dtype, device: gradient.device)
        context.give(applyAssignWindow(gradient, zeros, context.geometry), to: 0)
      }
      if context.needs(1) { context.give(applyWindow(gradient, context.geometry), to: 1) }
    case .flip(let axes):
      context.give(apply(.flip(axes), context.takeGradient()), to: 0)
    case .triangle:
      context.give(apply(self, context.takeGradient()), to: 0)
    case .concatenate(let dim):
      deriveConcatenate(&context, dim: dim)
    case .matmul:
      let gradient = context.takeGradient()
      if context.needs(0) { context.give(gradient.matmul(try context.operand(1).mT), to: 0) }
      if context.needs(1) { context.give(try context.operand(0).mT.matmul(gradient), to: 1) }
    case .linear:
      try deriveLinear(&context)
    case .linearAlgebra(let operation):
      try operation.derive(&context)
    case .convolution, .convolutionInputGradient, .convolutionWeightGradient:
      try deriveConvolution(&context)
    case .maxPool, .maxPoolGradient, .maxPoolPick, .averagePool, .averagePoolGradient:
      try derivePooling(&context)
    case .resample(var attributes):
      attributes.isTransposed.toggle()
      attributes.extent = context.shape(ofOperand: 0)[attributes.dim]
      context.give(
        apply(.resample(attributes), Operands(context.takeGradient(), try context.operand(1), try context.operand(2))), to: 0)
    case .normalization(let attributes):
      try deriveNormalization(&context, attributes)
    case .indexSelect, .indexScatter, .gather, .scatter:
      try deriveIndexing(&context)
    case .softmax(let dim, let logarithm):
      context.give(
        apply(.softmaxGradient(dim: dim, logarithm: logarithm), context.takeGradient(), try context.output()), to: 0)
    case .lstmCell:
      try deriveLSTMCell(&context)
    case .ctcLoss(let blank, let zeroInfinity):
      var operands = [context.takeGradient()]
      for i in 0..<4 { operands.append(try context.operand(i)) }
      operands += [try context.output(), try context.output(1)]
      context.give(apply(.ctcLossGradient(blank: blank, zeroInfinity: zeroInfinity), Operands(operands)), to: 0)
    case .ctcLossGradient:
      throw TensorError("ctcLoss", of: context.gradient, rule: "the gradient has no derivative of its own", hint: "do not pass createGraph: true")
    case .gruCell:
      try deriveGRUCell(&context)
    case .softmaxGradient, .lstmCellGradient, .gruCellGradient, .normalizationGradient:
      try deriveByDecomposition(&context)
    case .custom:
      try context.deriveCustom()
    }
  }

  /// Means and variances are outputs for the derivative's use; nobody sees them with their history.
  private func deriveNormalization(
    _ context: inout DerivativeContext, _ attributes: NormalizationAttributes
  ) throws(TensorError) {
    var operands = [
      context.takeGradient(), try context.operand(0), try context.output(1).detach(), try context.output(2).detach(),
    ]
    if attributes.hasWeight { operands.append(try context.operand(1)) }
    let results = applyToAll(.normalizationGradient(attributes), Operands(operands), resultCount: 3)
    context.give(results[0], to: 0)
    if attributes.hasWeight { context.give(results[1], to: 1) }
    if attributes.hasBias { context.give(results[2], to: attributes.hasWeight ? 2 : 1) }
  }

  /// For fused operations whose derivative is not worth a rule: the decomposition is computed again, recorded, and
  /// walked back.
  private func deriveByDecomposition(_ context: inout DerivativeContext) throws(TensorError) {
    var operands: [Tensor] = []
    for i in 0..<context.operandCount { operands.append(try context.operand(i)) }
    let recordsPass = isGradEnabled
    // Without a recorded pass the saved values have no history: they become leaves of a small graph of their own.
    // With one, each gets a node of its own, so that an operand made from another is not walked through here: the
    // engine does that.
    let leaves = operands.enumerated().map { i, operand in
      !context.needs(i) ? operand
        : recordsPass ? applyView(.reshape, operand, operand.layout) : operand.detach().requiresGrad_()
    }
    let wanted = leaves.indices.filter { context.needs($0) }
    let outputs = recording { decomposed(Operands(leaves)) ?? [] }
    var tracked: [Tensor] = [], gradients: [Tensor?] = []
    for (i, output) in outputs.enumerated() where output.requiresGrad {
      tracked.append(output)
      gradients.append(context.gradient(ofOutput: i))
    }
    if tracked.isEmpty { return }
    let results: [Tensor?] = grad(
      outputs: tracked, inputs: wanted.map { leaves[$0] }, gradOutputs: gradients, createGraph: recordsPass, allowUnused: true)
    for (i, result) in zip(wanted, results) { if let result { context.give(result, to: i) } }
  }

  private func deriveConcatenate(_ context: inout DerivativeContext, dim: Int) {
    let gradient = context.takeGradient()
    var start = 0
    for i in 0..<context.operandCount {
      let shape = context.shape(ofOperand: i)
      if shape.rank == 1 && shape[0] == 0 && gradient.rank != 1 { continue }
      let length = shape[dim]
      if context.needs(i) { context.give(gradient.narrow(dim: dim, start: start, length: length), to: i) }
      start += length
    }
  }

  private func deriveLinear(_ context: inout DerivativeContext) throws(TensorError) {
    let gradient = context.takeGradient()
    // Counted, because a size of -1 is ambiguous where there are no elements.
    let rowCount = gradient.shape.dropLast().reduce(1, *)
    let rows = gradient.rank == 2 ? gradient : gradient.reshape([rowCount, gradient.shape[-1]])
    if context.operandCount > 2 && context.needs(2) { context.give(rows.sum(dim: 0), to: 2) }
    if context.needs(1) {
      let input = try context.operand(0)
      let inputRows = input.rank == 2 ? input : input.reshape([rowCount, input.shape[-1]])
      context.give(rows.mT.matmul(inputRows), to: 1)
    }
    if context.needs(0) { context.give(gradient.matmul(try context.operand(1)), to: 0) }
  }
}

extension ViewOperation {
  /// True for views of a part of their base whose elements do not overlap.
  var isWindow: Bool {
    switch self {
    case .slice, .select, .diagonal: true
    case .reshape, .expand, .transpose, .permute, .unfold: false
    }
  }

  /// The gradient of the base from that of the view.
  func derived(_ gradient: Tensor, baseShape: Shape) -> Tensor {
    switch self {
    case .reshape: return gradient.reshape(baseShape)
    case .expand: return gradient  // the engine sums over what was repeated
    case .transpose(let a, let b): return gradient.transpose(a, b)
    case .permute(let packed):
      var inverse = [Int](repeating: 0, count: baseShape.rank)
      for i in 0..<baseShape.rank { inverse[ViewOperation.axis(i, of: packed)] = i }
      return gradient.permute(inverse)
    case .slice, .select, .diagonal, .unfold: return applyPlacement(self, gradient, baseShape: baseShape)
    }
  }
}
