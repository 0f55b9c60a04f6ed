internal import TensorModule

/// The recorder at the core's door: turns every operation on tracked tensors into a node.
final class Tape: OperationRecorder {
  static let shared = Tape()

  private static let installation: Void = Recording.install(shared)

  /// Installs the tape, once; called before a tensor becomes tracked.
  static func install() { installation }

  func record(_ primitive: Primitive, _ inputs: Operands, output: Tensor, others: [Tensor]) {
    // Integers and bool carry no gradient.
    guard output.dtype.isFloatingPoint, primitive.isRecorded else { return }
    if inputs.flags.contains(.inference) { checkSaved(primitive, inputs) }
    let node = TapeNode(primitive, inputs, output: output, others: others)
    output.setFreshHistory(node, output: 0)
    for (i, other) in others.enumerated() where other.dtype.isFloatingPoint {
      other.setFreshHistory(node, output: i + 1)
    }
    if ThreadMode.current.contains(.anomaly) {
      Anomaly.note(node, inputs)
      for result in [output] + others where result.dtype.isFloatingPoint { Anomaly.check(primitive, result, inputs) }
    }
  }

  /// Refuses to save the values of tensors that were made in inference mode: no one counts their changes.
  private func checkSaved(_ primitive: Primitive, _ inputs: Operands) {
    var needs = OperandMask()
    for i in 0..<inputs.count where inputs[i].flags.contains(.tracked) { needs.insert(i) }
    let saved = primitive.savedValues(needs).operands
    guard let position = (0..<inputs.count).first(where: { saved.contains($0) && inputs[$0].flags.contains(.inference) }) else {
      return
    }
    fail(
      TensorError(
        primitive.name, inputs.array.map(TensorError.Operand.init),
        "operand \(position) was made in inference mode and cannot be saved for the backward pass",
        hint: "clone() it outside of inferenceMode, or use withNoGrad instead"))
  }

  @inline(__always)
  func record(_ primitive: Primitive, _ first: Tensor, _ second: Tensor?, output: Tensor) {
    guard primitive.isRecorded else { return }
    output.setFreshHistory(TapeNode(primitive, first, second, output: output), output: 0)
  }

  func savesFirstOperand(_ primitive: Primitive) -> Bool {
    primitive.savedValues(OperandMask(bits: .max)).operands.contains(0)
  }

  func isLeaf(_ tensor: Tensor) -> Bool { tensor.isLeaf }

  func refusalToWrite(_ tensor: Tensor) -> String? {
    let base = tensor.viewBase ?? tensor
    guard base.flags.contains(.tracked), base.isLeaf else { return nil }
    return base === tensor
      ? "a leaf that requires gradients cannot be changed in place while gradients are recorded"
      : "a view of a leaf that requires gradients cannot be changed in place while gradients are recorded"
  }

  func record(_ primitive: Primitive, _ inputs: Operands, output: Tensor, geometry: WindowGeometry) {
    guard output.dtype.isFloatingPoint else { return }
    output.setFreshHistory(TapeNode(primitive, inputs, output: output, geometry: geometry), output: 0)
  }

  func refreshView(_ view: Tensor, of base: Tensor) {
    guard base.flags.contains(.tracked) else {
      view.setHistory(nil)
      return view.setFlags([], removing: .tracked)
    }
    let geometry = WindowGeometry(base: base.layout, window: view.layout)
    view.setHistory(TapeNode(.window, Operands(base), output: view, geometry: geometry))
    view.setFlags(.tracked)
  }

  func didWrite(_ target: Tensor, from result: Tensor) {
    if let base = target.viewBase {
      // The base is now itself with the window replaced; its views, the target among them, follow when next used.
      let geometry = WindowGeometry(base: base.layout, window: target.layout)
      base.setHistory(TapeNode(.assignWindow, Operands(base, result), output: base, geometry: geometry))
      base.setFlags(.tracked)
      return base.bumpGeneration()
    }
    defer { target.bumpGeneration() }
    guard result.flags.contains(.tracked), let history = result.history else {
      // All was overwritten by constants: what was there before gets a gradient of zero.
      let geometry = WindowGeometry(base: target.layout, window: target.layout)
      return target.setHistory(TapeNode(.assignWindow, Operands(target, result), output: target, geometry: geometry))
    }
    target.setHistory(history.node, output: history.output)
    target.setFlags(.tracked)
  }

  func didReplaceData(_ tensor: Tensor) {
    guard let leaf = tensor.history?.node as? LeafNode else { return }
    let metadata = OutputMetadata(tensor)
    if leaf.output.shape == metadata.shape, leaf.output.dtype == metadata.dtype, leaf.output.device == metadata.device { return }
    tensor.setHistory(LeafNode(for: tensor, hooksOf: leaf))
  }

  func describe(_ tensor: Tensor) -> String? {
    guard let edge = tensor.gradientEdge else { return nil }
    guard let node = edge.node as? TapeNode else { return "requires_grad=True" }
    return "grad_fn=<\(node.rare?.custom.map { $0.name + "Backward" } ?? node.primitive.graphName)>"
  }
}

extension Primitive {
  /// PyTorch's name of the node, for printing: `ExpBackward0`.
  var graphName: String {
    let base: String
    switch self {
    case .binary(.add, _): base = "Add"
    case .binary(.subtract, _): base = "Sub"
    case .binary(.multiply, _): base = "Mul"
    case .binary(.divide, _): base = "Div"
    case .unary(.square, _): base = "Pow"
    case .matmul: base = "Mm"
    case .linear: base = "Addmm"
    case .view(.reshape): base = "View"
    case .cast: base = "ToCopy"
    default: base = name.prefix(1).uppercased() + name.dropFirst()
    }
    return base + "Backward0"
  }
}
