import Autograd
import TensorModule
import TestSupport
import Testing

extension OperationCase {
  /// Leaves in a layout, and the function of them whose gradients are checked. The results are brought into another memory
  /// order or summed, so that incoming gradients are strided, or repeat one number.
  fileprivate func leaves(_ layout: MemoryLayout) -> (leaves: [Tensor], body: ([Tensor]) -> [Tensor]) {
    let arrays = inputs.map { $0.array(.float64) }
    let leaves = zip(inputs, arrays).map { input, array -> Tensor in
      if let fixed = input.fixed { return Tensor(array, dtype: fixed) }
      guard layout == .expanded, array.rank > 0, array.count > 0 else {
        return layout.tensor(array, dtype: .float64).requiresGrad_()
      }
      // Overlapping elements cannot be varied one by one: the leaf is the slice that repeats.
      let first = DenseArray([1] + array.shape.dropFirst(), Array(array.values.prefix(array.count / array.shape[0])))
      return Tensor(first, dtype: .float64).requiresGrad_()
    }
    let run = run
    return (leaves, { tensors in
      let operands = zip(tensors, arrays).map { $0.shape == Shape($1.shape) ? $0 : $0.expand(Shape($1.shape)) }
      let results = run(operands).filter { $0.dtype.isFloatingPoint }
      switch layout {
      case .contiguous, .offset: return results
      case .transposed, .stepped, .window: return results.map { $0.rank > 1 ? $0.transpose(0, -1) : $0 }
      case .expanded: return results.map { $0.rank > 1 ? $0.sum(dim: 0) : $0 }
      }
    })
  }
}

/// Every row that has a derivative, against finite differences in double precision.
@Suite struct GradientTests {
  private let cases = operationCases().filter { $0.gradient != .none }

  private func check(
    _ order: GradientOrder, _ layouts: [MemoryLayout],
    _ body: (_ leaves: [Tensor], _ function: @escaping ([Tensor]) -> [Tensor]) throws -> Void
  ) {
    var failures: [String] = []
    for item in cases where item.gradient.rawValue >= order.rawValue {
      for layout in layouts {
        if layout != .contiguous && item.inputs.allSatisfy({ !layout.isDistinct(rank: $0.real.rank) }) { continue }
        do {
          let (leaves, function) = item.leaves(layout)
          try catchingTensorErrors { try body(leaves, function) }
        } catch {
          failures.append("\(item.name), \(layout): \(error)")
        }
      }
    }
    #expect(failures.isEmpty, "\(failures.count) failures:\n\(failures.prefix(40).joined(separator: "\n"))")
  }

  @Test func first() {
    check(.first, MemoryLayout.allCases) { try gradcheck($0, $1) }
  }

  @Test func second() {
    check(.second, [.contiguous, .transposed, .expanded]) { try gradgradcheck($0, $1) }
  }

  /// Many views of one tensor, overlapping, of later outputs, and beside other uses: their gradients add up.
  @Test func windows() throws {
    var numbers = Numbers(seed: 5)
    let x = Tensor(numbers.array([4, 4], -2...2), dtype: .float64).requiresGrad_()
    let body: ([Tensor]) -> [Tensor] = { tensors in
      let x = tensors[0]
      let halves = x.max(dim: 0).values
      return [
        x.select(dim: 0, index: 1) * x.select(dim: 0, index: 1) + x.select(dim: 1, index: 2),
        x.slice(dim: 0, start: 1, step: 2) * x.slice(dim: 0, end: 2),
        (x.slice(dim: 1, start: 1, end: 3) + x.slice(dim: 1, start: 2)).exp(), x.diagonal() * x.diagonal(offset: 1).sum(), x.unfold(dim: 0, size: 3, step: 1).sum(dim: 2),
        halves.slice(dim: 0, start: 1) * halves.select(dim: 0, index: 0), x * x, x.t().select(dim: 0, index: 3),
      ]
    }
    try gradcheck([x], body)
    try gradgradcheck([x], body)
  }

  /// What is declared to have no derivative gives results that require none.
  @Test func nonDifferentiable() {
    for item in operationCases() where item.dtypes.contains(.float64) {
      guard let primitive = item.primitive, item.gradient == .none, !primitive.isRecorded else { continue }
      let leaves = item.inputs.map { input in
        let tensor = Tensor(input.array(.float64), dtype: input.fixed ?? .float64)
        return input.fixed == nil ? tensor.requiresGrad_() : tensor
      }
      for result in item.run(leaves) { #expect(!result.requiresGrad, "\(item.name)") }
    }
  }

  /// Gradients on a device whose memory the host cannot see are the CPU's.
  @Test(arguments: [SeparateMemoryBackend.device, SeparateMemoryBackend.bareDevice])
  func separateMemory(_ device: Device) {
    var failures: [String] = []
    func gradients(_ item: OperationCase, on device: Device) throws -> [Tensor?] {
      try catchingTensorErrors {
        let leaves = item.inputs.map { input in
          let tensor = Tensor(input.array(.float64), dtype: input.fixed ?? .float64).to(device)
          return input.fixed == nil ? tensor.requiresGrad_() : tensor
        }
        let results = item.run(leaves).filter(\.requiresGrad)
        let seeds = results.map { result in
          Tensor((0..<result.elementCount).map { 0.5 + Double($0 % 7) / 4 }, shape: result.shape, dtype: .float64).to(device)
        }
        return grad(outputs: results, inputs: leaves.filter(\.requiresGrad), gradOutputs: seeds, allowUnused: true)
      }
    }
    for item in cases {
      do {
        for (here, there) in zip(try gradients(item, on: .cpu), try gradients(item, on: device)) {
          guard let here, let there else {
            if (here == nil) != (there == nil) { failures.append("\(item.name): a gradient is missing on one device") }
            continue
          }
          if there.device != device { failures.append("\(item.name): the gradient is on \(there.device)") }
          if let text = difference(there, here.elements, Tolerance(relative: 1e-9, absolute: 1e-9)) {
            failures.append("\(item.name) on \(device): \(text)")
          }
        }
      } catch {
        failures.append("\(item.name) on \(device): \(error)")
      }
    }
    #expect(failures.isEmpty, "\(failures.prefix(20).joined(separator: "\n"))")
  }
}
