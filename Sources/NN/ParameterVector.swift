internal import Autograd
public import TensorModule

/// The elements of all parameters, one after the other (PyTorch's `nn.utils.parameters_to_vector`). Gradients flow back
/// to the parameters.
public func parametersToVector(_ parameters: [Tensor]) -> Tensor {
  if ThreadMode.hasFailed { return standIn() }
  guard let first = parameters.first else {
    return failing(TensorError("parametersToVector", rule: "there are no parameters"))
  }
  if let other = parameters.first(where: { $0.device != first.device }) {
    return failing(TensorError("parametersToVector", of: first, other, rule: "the parameters must be on one device"))
  }
  return Tensor.cat(parameters.map { $0.reshape([$0.elementCount]) })
}

/// Gives parameters the elements of a vector, in their order (PyTorch's `nn.utils.vector_to_parameters`). They share its
/// memory from then on, as in PyTorch. The vector must have as many elements as they have together.
public func vectorToParameters(_ vector: Tensor, _ parameters: [Tensor]) {
  if ThreadMode.hasFailed { return }
  let count = parameters.reduce(0) { $0 + $1.elementCount }
  guard vector.rank == 1, vector.elementCount == count else {
    return fail(
      TensorError(
        "vectorToParameters", of: vector, rule: "the vector must have the \(count) elements that the parameters have together"))
  }
  let elements = vector.detach()
  var start = 0
  for parameter in parameters {
    let end = start + parameter.elementCount
    parameter.data = elements[start..<end].view(parameter.shape)
    start = end
  }
}
