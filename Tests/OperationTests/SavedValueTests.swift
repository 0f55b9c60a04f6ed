import Autograd
import TensorModule
import TestSupport
import Testing

/// The derivative of a primitive looks at nothing but what it declares as saved: whatever else there is is overwritten
/// between forward and backward, and the gradients must not notice.
@Suite struct SavedValueTests {
  /// The gradients of the operands in `wanted`, after overwriting what `poisons` selects.
  private func gradients(
    _ item: OperationCase, _ wanted: Set<Int>, poisons: (_ isOutput: Bool, _ position: Int) -> Bool
  ) -> [DenseArray?] {
    let operands = item.inputs.enumerated().map { position, input in
      let tensor = Tensor(input.array(.float64), dtype: input.fixed ?? .float64)
      return wanted.contains(position) ? tensor.requiresGrad_() : tensor
    }
    let all = item.run(operands)
    let results = all.filter(\.requiresGrad)
    if results.isEmpty { return [] }
    for (position, tensor) in operands.enumerated() where poisons(false, position) { tensor.poison() }
    for (position, tensor) in all.enumerated() where poisons(true, position) { tensor.poison() }
    let seeds = results.map { result in
      Tensor((0..<result.elementCount).map { 0.5 + Double($0 % 7) / 4 }, shape: result.shape, dtype: .float64)
    }
    let leaves = wanted.sorted().map { operands[$0] }
    let found: [Tensor?] = grad(outputs: results, inputs: leaves, gradOutputs: seeds, allowUnused: true)
    return found.map { $0?.elements }
  }

  @Test func unsavedValuesAreNotRead() {
    var failures: [String] = []
    var poisoned = 0
    for item in operationCases() where item.gradient != .none {
      guard let primitive = item.primitive else { continue }
      let varying = item.inputs.indices.filter { item.inputs[$0].fixed == nil }
      for wanted in [varying] + (varying.count > 1 ? varying.map { [$0] } : []) {
        var needs = OperandMask()
        for position in wanted { needs.insert(position) }
        let saved = primitive.savedValues(needs)
        let expected = gradients(item, Set(wanted)) { _, _ in false }
        let found = gradients(item, Set(wanted)) { isOutput, position in
          let isSaved = isOutput ? saved.outputs >> UInt8(position) & 1 != 0 : saved.operands.contains(position)
          if !isSaved { poisoned += 1 }
          return !isSaved
        }
        for (operand, (a, b)) in zip(wanted, zip(expected, found)) {
          guard let a, let b else { continue }
          for (i, (x, y)) in zip(a.values, b.values).enumerated() where x != y {
            failures.append(
              "\(item.name), gradients of operands \(wanted): that of operand \(operand) is \(y), not \(x), at element \(i) once the values that are not saved are overwritten")
            break
          }
        }
      }
    }
    #expect(failures.isEmpty, "\(failures.prefix(20).joined(separator: "\n"))")
    #expect(poisoned > 100)
  }

  /// The instrument itself: what is saved is read, so overwriting it shows.
  @Test func savedValuesAreRead() {
    var silent: [String] = []
    for item in operationCases() where item.gradient != .none {
      switch item.primitive {
      case .unary(.exp, _), .binary(.multiply, _), .matmul, .linear, .convolution, .softmax: break
      default: continue
      }
      let found = gradients(item, [0]) { _, _ in true }
      if !found.contains(where: { $0?.values.contains(where: \.isNaN) ?? false }) { silent.append(item.name) }
    }
    #expect(silent == [])
  }
}
