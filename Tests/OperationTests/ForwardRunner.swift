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

  /// One operand in one layout, shared by the runs that want it.
  private struct Operand {
    let tensor: Tensor
    let elements: DenseArray
    /// All bytes of its memory, if the host can see them.
    let bytes: [UInt8]?

    init(_ tensor: Tensor) {
      self.tensor = tensor
      elements = tensor.elements
      bytes = tensor.device.isCPU ? Self.bytes(of: tensor) : nil
    }

    static func bytes(of tensor: Tensor) -> [UInt8] {
      Array(UnsafeRawBufferPointer(start: tensor.base, count: tensor.storage.byteCount))
    }
    var isUnchanged: Bool { bytes.map { $0 == Self.bytes(of: tensor) } ?? true }
  }

  private mutating func run(_ item: OperationCase, _ dtype: DType) {
    // Repeating a slice changes the elements, other layouts do not: one reference for each set of repeated operands.
    var references: [[Bool]: [DenseArray]] = [:]
    let arrays = item.inputs.map { $0.array(dtype) }
    var made: [MemoryLayout: [Operand]] = [:]
    for layout in MemoryLayout.allCases {
      made[layout] = zip(item.inputs, arrays).map { input, array in
        Operand(layout.tensor(array, dtype: input.fixed ?? dtype, device: device))
      }
    }
    for layouts in combinations(item.inputs.count) {
      if zip(layouts, item.inputs).allSatisfy({ $0 != .contiguous && !$0.isDistinct(rank: $1.real.rank) }) { continue }
      let operands = layouts.enumerated().compactMap { position, layout in made[layout]?[position] }
      let repeated = layouts.map { $0 == .expanded }
      let expected = references[repeated] ?? item.oracle(operands.map(\.elements))
      references[repeated] = expected
      let place = "\(item.name), \(layouts.map(\.rawValue).joined(separator: " × ")), \(dtype), \(device)"
      let results: [Tensor]
      do {
        results = try catchingTensorErrors { item.run(operands.map(\.tensor)) }
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
      for (position, operand) in operands.enumerated() where !operand.isUnchanged {
        failures.append("\(place): operand \(position) was changed")
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
