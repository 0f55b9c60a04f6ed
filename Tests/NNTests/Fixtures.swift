import Foundation
import Martlet
import Testing

/// The results of PyTorch by case, each a list of tensors' values.
let layerFixtures: [String: [[Double]]] = {
  var result: [String: [[Double]]] = [:]
  for line in [layerFixtureText, sequenceFixtureText, parametrizationFixtureText].joined(separator: "\n").split(separator: "\n") {
    let parts = line.split(separator: ":", maxSplits: 1)
    result[String(parts[0])] = parts[1].split(separator: "|").map { $0.split(separator: " ").compactMap { Double($0) } }
  }
  return result
}()

/// The formula that the fixtures' inputs come from.
func fill(_ sizes: Int..., phase: Double = 0, dtype: DType = .float64) -> Tensor {
  let shape = Shape(sizes)
  return Tensor((0..<shape.elementCount).map { sin(0.7 * Double($0) + phase) }, shape: shape, dtype: dtype)
}

func fill(like x: Tensor, phase: Double) -> Tensor {
  Tensor((0..<x.elementCount).map { sin(0.7 * Double($0) + phase) }, shape: x.shape, dtype: .float64)
}

/// Holds tensors against a fixture.
func expect(_ name: String, _ tensors: [Tensor?], tolerance: Double = 1e-8, _ location: SourceLocation = #_sourceLocation) {
  guard let expected = layerFixtures[name] else {
    Issue.record("no fixture \(name)", sourceLocation: location)
    return
  }
  #expect(tensors.count == expected.count, "\(name)", sourceLocation: location)
  for (index, (tensor, values)) in zip(tensors, expected).enumerated() {
    let actual = tensor?.toArray(as: Double.self) ?? []
    let isClose = actual.count == values.count
      && zip(actual, values).allSatisfy { abs($0 - $1) <= tolerance * max(1, abs($1)) || ($0.isNaN && $1.isNaN) }
    #expect(isClose, "\(name), tensor \(index): \(actual) should be \(values)", sourceLocation: location)
  }
}

/// Runs a case as the fixtures' generator does and holds outputs and gradients against PyTorch's.
func check(
  _ name: String, _ inputs: [Tensor], _ module: (any Module)? = nil, _ location: SourceLocation = #_sourceLocation,
  _ function: ([Tensor]) -> [Tensor]
) {
  let inputs = inputs.map { $0.dtype.isFloatingPoint ? $0.clone().requiresGrad_() : $0 }
  let parameters = module?.parameters() ?? []
  withNoGrad {
    for (index, parameter) in parameters.enumerated() {
      parameter.copy_(fill(like: parameter, phase: Double(index) + 1) * 0.5)
    }
  }
  let outputs = function(inputs)
  var total = Tensor(0.0, dtype: .float64)
  for (index, output) in outputs.enumerated() {
    total = total + (output * fill(like: output, phase: 0.3 * Double(index) + 2)).sum()
  }
  total.backward()
  let leaves = inputs.filter { $0.dtype.isFloatingPoint } + parameters
  expect(name, outputs + leaves.map(\.grad), location)
}

func check(_ name: String, _ layer: some Layer, _ input: Tensor, _ location: SourceLocation = #_sourceLocation) {
  layer.to(.float64)
  check(name, [input], layer, location) { [layer($0[0])] }
}
