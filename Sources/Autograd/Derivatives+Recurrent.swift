internal import TensorModule

// Cells have their activations as an output for the derivative's use; a gradient arrives there in second derivatives only.

extension Primitive {
  func deriveLSTMCell(_ context: inout DerivativeContext) throws(TensorError) {
    let activations = try context.output(2)
    let results = applyToAll(
      .lstmCellGradient,
      Operands([
        context.gradient(ofOutput: 0), context.gradient(ofOutput: 1), activations, try context.operand(1),
        try context.output(1),
      ]), resultCount: 2)
    var gates = results[0]
    if let gradient = context.gradientIfAny(ofOutput: 2) {
      // Input, forget and output gates are sigmoids, the third is a tanh.
      let slopes = activations.chunk(4, dim: 1).enumerated().map { $0 == 2 ? 1 - $1.square() : $1 * (1 - $1) }
      gates = gates + gradient * Tensor.cat(slopes, dim: 1)
    }
    context.give(gates, to: 0)
    context.give(results[1], to: 1)
  }

  func deriveGRUCell(_ context: inout DerivativeContext) throws(TensorError) {
    let activations = try context.output(1)
    let results = applyToAll(
      .gruCellGradient, Operands([context.takeGradient(), activations, try context.operand(2)]), resultCount: 3)
    var inputGates = results[0], hiddenGates = results[1]
    if let gradient = context.gradientIfAny(ofOutput: 1) {
      let parts = activations.chunk(4, dim: 1), gradients = gradient.chunk(4, dim: 1)
      let r = parts[0], z = parts[1], n = parts[2], proposal = parts[3]
      let newGradient = gradients[2] * (1 - n.square())
      let shared = [(gradients[0] + newGradient * proposal) * r * (1 - r), gradients[1] * z * (1 - z)]
      inputGates = inputGates + Tensor.cat(shared + [newGradient], dim: 1)
      hiddenGates = hiddenGates + Tensor.cat(shared + [gradients[3] + newGradient * r], dim: 1)
    }
    context.give(inputGates, to: 0)
    context.give(hiddenGates, to: 1)
    context.give(results[2], to: 2)
  }
}
