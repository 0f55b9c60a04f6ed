internal import TensorModule

/// Runs `body` looking for NaN after every recorded operation, forward and backward; the first one fails with the name
/// of the operation that made it (PyTorch's `detect_anomaly`). Slow: for hunting only.
public func detectAnomaly<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
  try ThreadMode.with(adding: .anomaly, body)
}

enum Anomaly {
  static func check(_ primitive: Primitive, _ output: Tensor) {
    if withNoGrad({ output.detach().isNaN().any().item(as: Bool.self) }) {
      fail(TensorError(primitive.name, of: output, rule: "the result contains NaN", hint: "found by detectAnomaly"))
    }
  }

  static func checkGradient(of primitive: Primitive, _ gradient: Tensor, operand: Int) {
    if withNoGrad({ gradient.detach().isNaN().any().item(as: Bool.self) }) {
      fail(
        TensorError(
          "backward", of: gradient, rule: "the gradient of operand \(operand) of \(primitive.name) contains NaN",
          hint: "found by detectAnomaly"))
    }
  }
}
