import TensorModule
import TestSupport

/// Runs rows forward and tells what is wrong with the results.
struct ForwardRunner {
  var device = Device.cpu
  /// Tries these element types of each row only.
  var dtypes: Set<DType> = Set(DType.allCases)
  /// Different layouts of different operands, too.
  var mixesLayouts = true
  private(set) var failures: [String] = []
  private(set) var runs = 0

  init(device: Device = .cpu, dtypes: Set<DType> = Set(DType.allCases), mixesLayouts: Bool = true) {
    self.device = device
    self.dtypes = dtypes
    self.mixesLayouts = mixesLayouts
  }

  mutating func run(_ cases: [OperationCase]) {
    for item in cases {
      for dtype in item.dtypes where dtypes.contains(dtype) { run(item, dtype) }
    }
  }

  private mutating func run(_ item: OperationCase, _ dtype: DType) {
    var reference: [DenseArray]?
    for layouts in combinations(item.inputs.count) {
      let isExpanded = layouts.contains(.expanded)
      if zip(layouts, item.inputs).allSatisfy({ $0 != .contiguous && !$0.isDistinct(rank: $1.real.rank) }) { continue }
      let tensors = zip(layouts, item.inputs).map { $0.tensor($1.array(dtype), dtype: $1.fixed ?? dtype, device: device) }
      let before = tensors.map(\.elements)
      let expected: [DenseArray]
      if let reference, !isExpanded { expected = reference } else { expected = item.oracle(before) }
      if !isExpanded { reference = expected }
      let place = "\(item.name), \(layouts.map(\.rawValue).joined(separator: " × ")), \(dtype), \(device)"
      let results: [Tensor]
      do {
        results = try catchingTensorErrors { item.run(tensors) }
      } catch {
        failures.append("\(place): \(error)")
        continue
      }
      runs += 1
      guard results.count == expected.count else {
        failures.append("\(place): \(results.count) results, expected \(expected.count)")
        continue
      }
      for (output, (result, array)) in zip(results, expected).enumerated() {
        let wanted = item.results.dtype(dtype, output: output)
        let position = results.count > 1 ? ", result \(output)" : ""
        if result.dtype != wanted { failures.append("\(place)\(position): type \(result.dtype), expected \(wanted)") }
        if result.device != device { failures.append("\(place)\(position): on \(result.device)") }
        if let text = difference(result, array, item.tolerance(wanted, array, isDecomposed: !device.isCPU)) {
          failures.append("\(place)\(position): \(text)")
        }
      }
      for (input, (tensor, array)) in zip(tensors, before).enumerated() {
        if let text = difference(tensor, array, Tolerance(relative: 0, absolute: 0)) {
          failures.append("\(place): operand \(input) was changed: \(text)")
        }
      }
    }
  }

  /// The same layout for all operands, then some mixtures.
  private func combinations(_ count: Int) -> [[MemoryLayout]] {
    let all = MemoryLayout.allCases
    var result = all.map { [MemoryLayout](repeating: $0, count: count) }
    if mixesLayouts && count > 1 {
      for shift in 0..<all.count { result.append((0..<count).map { all[(shift + $0 * (1 + shift % 2)) % all.count] }) }
    }
    return result
  }

  /// What to say about it: the first failures and how many there are.
  var report: String {
    "\(failures.count) failures in \(runs) runs:\n" + failures.prefix(40).joined(separator: "\n")
  }
}
