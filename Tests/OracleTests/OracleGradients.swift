import Martlet
import TensorModule
import TestSupport

/// The gradients of a case's loss, L = Σ over the results of sum(result · w), results without a weight left out; nil
/// where no gradient arrives.
func oracleGradients(
  of results: [Tensor], weights: [JSON], inputs: [Tensor], _ tensors: OracleTensors, createGraph: Bool = false
) throws -> [Tensor?] {
  var outputs: [Tensor] = [], outputGradients: [Tensor?] = []
  for (result, weight) in zip(results, weights) where !weight.isNull {
    guard result.requiresGrad else { throw OracleProblem("a result does not require gradients") }
    outputs.append(result)
    outputGradients.append(try tensors.tensor(weight))
  }
  return try catchingTensorErrors {
    grad(
      outputs: outputs, inputs: inputs, gradOutputs: outputGradients, retainGraph: true, createGraph: createGraph,
      allowUnused: true)
  }
}

/// Says how a gradient differs from the expected one. No gradient and a gradient of zeros are the same.
func oracleGradientDifference(_ got: Tensor?, _ expected: JSON, _ expect: JSON, _ tensors: OracleTensors) throws -> String? {
  switch (got, expected["t"]?.string) {
  case (nil, nil): return nil
  case (let got?, nil): return got.elements.values.allSatisfy { $0 == 0 } ? nil : "not zero, expected none"
  case (nil, let reference?):
    return try tensors.stored(reference).elements.values.allSatisfy { $0 == 0 } ? nil : "none, expected one"
  case (let got?, let reference?):
    return oracleDifference(got, try tensors.stored(reference), tolerance: try expect.tolerance(for: got.dtype))
  }
}
