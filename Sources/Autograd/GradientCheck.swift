public import TensorModule

/// Where a computed gradient and finite differences disagree.
public struct GradientMismatch: Error, Sendable, CustomStringConvertible {
  /// Which input of the function.
  public let input: Int
  /// Which element of the input, row-major.
  public let element: Int
  /// Which element of the outputs, laid one after the other.
  public let output: Int
  /// What the backward pass says.
  public let computed: Double
  /// What finite differences say.
  public let numerical: Double

  /// The place and both numbers.
  public var description: String {
    "d output[\(output)] / d input \(input)[\(element)]: backward gives \(computed), finite differences \(numerical)"
  }
}

/// Holds the gradients of a function against finite differences (PyTorch's `gradcheck`).
///
/// - Parameters:
///   - inputs: float64 tensors; those that require gradients are varied.
///   - step: how far each element is moved to either side.
///   - absolute: tolerated distance, beside `relative` times the numerical value.
///   - body: the function; called many times, so it must always give the same for the same inputs.
/// - Throws: ``GradientMismatch`` for the first element that disagrees.
public func gradcheck(
  _ inputs: [Tensor], step: Double = 1e-6, absolute: Double = 1e-5, relative: Double = 1e-3,
  _ body: ([Tensor]) -> [Tensor]
) throws {
  let outputs = body(inputs)
  let varied = inputs.indices.filter { inputs[$0].requiresGrad }
  // One backward pass for each element of the outputs.
  var rows: [[[Double]]] = []  // [output element][varied input][element]
  for output in outputs where output.requiresGrad {
    for element in 0..<output.elementCount {
      let seed = Tensor.zerosLike(output)
      withNoGrad { _ = seed.view(-1)[element].fill_(1) }
      let gradients: [Tensor?] = grad(
        outputs: [output], inputs: varied.map { inputs[$0] }, gradOutputs: [seed], retainGraph: true, allowUnused: true)
      rows.append(zip(varied, gradients).map { $1?.toArray(as: Double.self) ?? [Double](repeating: 0, count: inputs[$0].elementCount) })
    }
  }
  let isRecorded = outputs.flatMap { output in (0..<output.elementCount).map { _ in output.requiresGrad } }
  func values() -> [Double] { withNoGrad { body(inputs).flatMap { $0.toArray(as: Double.self) } } }
  for (position, input) in varied.enumerated() {
    // A dense copy is varied and written back, so that overlapping layouts are refused by copy_ rather than varied wrongly.
    let original = inputs[input].detach().contiguous().clone()
    for element in 0..<original.elementCount {
      func moved(by distance: Double) -> [Double] {
        withNoGrad {
          let copy = original.clone()
          copy.view(-1)[element].add_(distance)
          inputs[input].detach().copy_(copy)
          return values()
        }
      }
      let above = moved(by: step), below = moved(by: -step)
      withNoGrad { _ = inputs[input].detach().copy_(original) }
      var row = 0
      for output in above.indices {
        guard isRecorded[output] else { continue }
        let numerical = (above[output] - below[output]) / (2 * step)
        let computed = rows[row][position][element]
        row += 1
        if !((computed - numerical).magnitude <= absolute + relative * numerical.magnitude) {
          throw GradientMismatch(input: input, element: element, output: output, computed: computed, numerical: numerical)
        }
      }
    }
  }
}

/// Holds second derivatives against finite differences of the first (PyTorch's `gradgradcheck`). The gradients that the
/// outputs are multiplied with are fixed, unequal numbers, and are varied too.
public func gradgradcheck(
  _ inputs: [Tensor], step: Double = 1e-6, absolute: Double = 1e-5, relative: Double = 1e-3,
  _ body: @escaping ([Tensor]) -> [Tensor]
) throws {
  let outputs = withNoGrad { body(inputs) }
  let seeds = outputs.enumerated().map { position, output in
    let numbers = (0..<output.elementCount).map { 0.5 + Double(($0 * 7 + position * 3) % 11) / 10 }
    return Tensor(numbers, shape: output.shape, dtype: .float64).requiresGrad_()
  }
  let varied = inputs.indices.filter { inputs[$0].requiresGrad }
  try gradcheck(inputs + seeds, step: step, absolute: absolute, relative: relative) { all in
    withGrad {
      let arguments = Array(all[..<inputs.count])
      let results = body(arguments)
      let tracked = results.indices.filter { results[$0].requiresGrad }
      let gradients: [Tensor?] = grad(
        outputs: tracked.map { results[$0] }, inputs: varied.map { arguments[$0] },
        gradOutputs: tracked.map { all[inputs.count + $0] }, createGraph: true, allowUnused: true)
      return gradients.compactMap { $0 }
    }
  }
}
