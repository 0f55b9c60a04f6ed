internal import TensorModule

/// Runs `body` looking for NaN after every recorded operation, forward and backward; the first one fails with the name
/// of the operation that made it, its operands' shapes and the module in whose call it ran (PyTorch's `detect_anomaly`).
///
/// Put both the forward computation and the backward pass inside: the backward pass can tell where an operation ran only
/// if that was noted when it ran. Slow: for hunting only.
public func detectAnomaly<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
  try ThreadMode.with(adding: .anomaly, body)
}

enum Anomaly {
  /// Keeps with the node where its operation ran, for what the backward pass may have to tell.
  static func note(_ node: TapeNode, _ inputs: Operands) {
    let path = ModuleFrame.currentPath
    let shapes = inputs.array.map(\.shape.tupleDescription).joined(separator: " × ")
    node.makeExtras().withContent { $0.origin = (path.isEmpty ? "" : "in \(path) ") + "on \(shapes)" }
  }

  static func check(_ primitive: Primitive, _ output: Tensor, _ inputs: Operands) {
    guard hasNaN(output) else { return }
    let isInherited = inputs.array.contains { $0.dtype.isFloatingPoint && hasNaN($0) }
    fail(
      TensorError(
        primitive.name, inputs.array.map(TensorError.Operand.init),
        isInherited ? "an operand contains NaN, and so does the result" : "the result contains NaN, the operands do not",
        hint: "found by detectAnomaly"))
  }

  static func checkGradient(of node: TapeNode, _ gradient: Tensor, operand: Int) {
    guard hasNaN(gradient) else { return }
    let origin = node.extras?.withContent { $0.origin }
    fail(
      TensorError(
        "backward", of: gradient,
        rule: "the gradient of operand \(operand) of \(node.operationName), which ran \(origin ?? "before detectAnomaly"), contains NaN",
        hint: origin == nil ? "run the forward computation inside detectAnomaly too" : "found by detectAnomaly"))
  }

  private static func hasNaN(_ x: Tensor) -> Bool { withNoGrad { x.detach().isNaN().any().item(as: Bool.self) } }
}
