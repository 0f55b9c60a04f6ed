public import TensorModule

/// A function with a backward of its own (PyTorch's `torch.autograd.Function`).
///
/// ```swift
/// struct Cube: CustomFunction {
///   func forward(_ inputs: [Tensor], _ context: FunctionContext) -> [Tensor] {
///     context.saveForBackward(inputs[0])
///     return [inputs[0] ** 3]
///   }
///   func backward(_ gradients: [Tensor], _ context: FunctionContext) -> [Tensor?] {
///     [gradients[0] * context.savedTensors[0].square() * 3]
///   }
/// }
/// let y = Cube()(x)
/// ```
/// What the function needs beside tensors (a factor, a mode) are its stored properties. The backward is written in tensor
/// operations: with `createGraph` they are recorded, so that it is differentiated in turn.
public protocol CustomFunction: Sendable {
  /// Computes the results, at least one. Nothing is recorded while it runs.
  func forward(_ inputs: [Tensor], _ context: FunctionContext) -> [Tensor]

  /// Computes the gradients of the inputs, one for each, from those of the results; nil for inputs that have none.
  /// Results to which no gradient came bring zeros.
  func backward(_ gradients: [Tensor], _ context: FunctionContext) -> [Tensor?]
}

extension CustomFunction {
  /// Calls the function, recorded if an input requires gradients (PyTorch's `Function.apply`).
  ///
  /// An input that comes back as a result is returned as a view of itself, unless it was marked as changed in place.
  public func apply(_ inputs: [Tensor]) -> [Tensor] {
    let context = FunctionContext(needs: inputs.map { $0.requiresGrad })
    let results = withNoGrad { forward(inputs, context) }
    if ThreadMode.hasFailed { return results }
    let name = String(describing: Self.self)
    guard !results.isEmpty else {
      fail(TensorError(name, inputs.map(TensorError.Operand.init), "the function gives no result"))
      return [standIn()]
    }
    guard isGradEnabled, inputs.contains(where: { $0.requiresGrad }) else {
      context.discard()
      return results
    }
    for input in context.dirty {
      guard inputs.contains(where: { $0 === input }), results.contains(where: { $0 === input }) else {
        fail(TensorError(name, of: input, rule: "a tensor that was marked as changed in place must be an input and a result"))
        return results.map { _ in standIn() }
      }
      if let refusal = Tape.shared.refusalToWrite(input) {
        fail(TensorError(name, of: input, rule: refusal, hint: "write inside withNoGrad { }"))
        return results.map { _ in standIn() }
      }
    }
    return context.record(CustomBody(self, name: name, context), inputs, results)
  }

  /// Calls the function and gives its only result.
  public func callAsFunction(_ inputs: Tensor...) -> Tensor {
    let results = apply(inputs)
    guard results.count == 1 else {
      return ThreadMode.hasFailed
        ? standIn()
        : failing(
          TensorError(
            String(describing: Self.self), inputs.map(TensorError.Operand.init), "the function gives \(results.count) results",
            hint: "use apply"))
    }
    return results[0]
  }
}

/// A custom function as its node holds it.
final class CustomBody: Sendable {
  let function: any CustomFunction
  let name: String
  let context: FunctionContext
  init(_ function: any CustomFunction, name: String, _ context: FunctionContext) {
    self.function = function
    self.name = name
    self.context = context
  }
}

extension DerivativeContext {
  /// Asks the function's own backward.
  mutating func deriveCustom() throws(TensorError) {
    guard let body = custom else { return }
    let arrived = (0..<outputCount).map { hasGradient(ofOutput: $0) }
    let gradients = (0..<outputCount).map { gradient(ofOutput: $0) }
    let results = body.context.with(arrived: arrived) { body.function.backward(gradients, body.context) }
    if ThreadMode.hasFailed { return }
    guard results.count == operandCount else {
      throw TensorError(
        body.name, gradients.map(TensorError.Operand.init),
        "backward gave \(results.count) gradients for \(operandCount) inputs")
    }
    for (position, result) in results.enumerated() {
      guard let result, needs(position) else { continue }
      let shape = shape(ofOperand: position)
      guard broadcastShape(result.shape, shape) == result.shape else {
        throw TensorError(
          body.name, of: result,
          rule: "backward gave a gradient of shape \(result.shape.tupleDescription) for input \(position) of shape \(shape.tupleDescription)")
      }
      give(result, to: position)
    }
  }
}
