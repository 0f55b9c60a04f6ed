import TensorModule
import TestSupport
import Testing

/// Writing in place, into targets that lie in memory in all ways.
@Suite struct InPlaceTests {
  private static let layouts: [MemoryLayout] = [.contiguous, .transposed, .offset, .stepped, .window]

  /// Runs a write on a target and holds the elements against what was expected, and the memory around it against before.
  private func check(
    _ name: String, _ layout: MemoryLayout, _ target: Tensor, _ expected: DenseArray, _ tolerance: Tolerance,
    _ failures: inout [String], _ body: (Tensor) -> Tensor
  ) {
    let place = "\(name), target \(layout), \(target.dtype), \(target.device)"
    // Everything in the storage that is not the target's.
    let count = target.storage.byteCount / target.dtype.itemSize
    let whole = Tensor(target.storage, layout: Layout(contiguous: [count]), dtype: target.dtype)
    let own = Set(target.elementOffsets.map { $0 / target.dtype.itemSize })
    let before = whole.elements.values
    let version = target.version
    do {
      let result = try catchingTensorErrors { body(target) }
      if result !== target { failures.append("\(place): did not return the target") }
    } catch {
      failures.append("\(place): \(error)")
      return
    }
    if let text = difference(target, expected, tolerance) { failures.append("\(place): \(text)") }
    if target.version != version + 1 { failures.append("\(place): version went from \(version) to \(target.version)") }
    let after = whole.elements.values
    for i in 0..<count where !own.contains(i) && before[i] != after[i] && !(before[i].isNaN && after[i].isNaN) {
      failures.append("\(place): wrote beside the target, at item \(i)")
      break
    }
  }

  private func checkCases(on device: Device, dtypes: Set<DType>) -> [String] {
    var failures: [String] = []
    for item in operationCases() {
      guard let primitive = item.primitive, let first = item.inputs.first, first.fixed == nil else { continue }
      switch primitive {
      case .unary, .binary, .ternary, .indexScatter, .scatter: break
      default: continue
      }
      for dtype in item.dtypes where dtypes.contains(dtype) && item.results.dtype(dtype, output: 0) == dtype {
        let arrays = item.inputs.map { $0.array(dtype) }
        let rounded = zip(arrays, item.inputs).map { Tensor($0, dtype: $1.fixed ?? dtype).elements }
        let expected = item.oracle(rounded)[0]
        guard expected.shape == arrays[0].shape else { continue }
        for layout in Self.layouts where layout.isDistinct(rank: arrays[0].rank) {
          let target = layout.tensor(arrays[0], dtype: dtype, device: device)
          for other in [MemoryLayout.contiguous, .transposed] {
            let others = zip(arrays, item.inputs).dropFirst().map { other.tensor($0, dtype: $1.fixed ?? dtype, device: device) }
            if other == .transposed && others.isEmpty { continue }
            let fresh = other == .contiguous ? target : layout.tensor(arrays[0], dtype: dtype, device: device)
            check(item.name, layout, fresh, expected, item.tolerance(dtype, expected), &failures) { target in
              switch others.count {
              case 0: applyInPlace(primitive, target)
              case 1: applyInPlace(primitive, target, others[0])
              default: applyInPlace(primitive, target, others[0], others[1])
              }
            }
          }
        }
      }
    }
    return failures
  }

  @Test func cpu() {
    let failures = checkCases(on: .cpu, dtypes: [.float32, .float64, .bfloat16, .int64, .uint8, .bool])
    #expect(failures.isEmpty, "\(failures.count) failures:\n\(failures.prefix(30).joined(separator: "\n"))")
  }

  @Test func separateMemory() {
    let failures = checkCases(on: SeparateMemoryBackend.device, dtypes: [.float32])
    #expect(failures.isEmpty, "\(failures.count) failures:\n\(failures.prefix(30).joined(separator: "\n"))")
  }

  /// `copy_`: broadcast and converted, between all layouts and some types.
  @Test func copies() {
    var failures: [String] = []
    var numbers = Numbers(seed: 1)
    for (shape, source) in [([3, 4, 5], [3, 4, 5]), ([3, 4, 5], [4, 1]), ([3, 4], []), ([67], [67]), ([], []), ([2, 0], [2, 1])] {
      let values = numbers.array(source, 0...90)
      for target in [DType.float32, .float64, .bfloat16, .int32, .bool] {
        for from in [DType.float32, .float16, .int64, .uint8] {
          for layout in Self.layouts where layout.isDistinct(rank: shape.count) {
            for sourceLayout in MemoryLayout.allCases where sourceLayout.isDistinct(rank: source.count) {
              let input = sourceLayout.tensor(from.isInteger ? values.map { $0.rounded() } : values, dtype: from)
              let shown = input.elements
              let expected = DenseArray(shape) { index in
                let x = shown.broadcastElement(index)
                return target == .bool ? (x == 0 ? 0 : 1) : target.isInteger ? x.rounded(.towardZero) : x
              }
              let memory = layout.tensor(DenseArray(shape, repeating: 1), dtype: target)
              check("copy_ of \(from) \(source) \(sourceLayout)", layout, memory, expected, .standard(target), &failures) { $0.copy_(input) }
            }
          }
        }
      }
    }
    #expect(failures.isEmpty, "\(failures.count) failures:\n\(failures.prefix(30).joined(separator: "\n"))")
  }

  /// A source that overlaps its target is read as it was before.
  @Test func overlappingSources() {
    let x = Tensor(DenseArray([6], [0, 1, 2, 3, 4, 5]), dtype: .float32)
    x.slice(dim: 0, start: 1).copy_(x.slice(dim: 0, end: 5))
    #expect(x.elements.values == [0, 0, 1, 2, 3, 4])
    x.slice(dim: 0, end: 5).add_(x.slice(dim: 0, start: 1))
    #expect(x.elements.values == [0, 1, 3, 5, 7, 4])
    let square = Tensor(DenseArray([3, 3], (0..<9).map(Double.init)), dtype: .float64)
    square.add_(square.t())
    #expect(square.elements.values == [0, 4, 8, 4, 8, 12, 8, 12, 16])
    square.copy_(square.t().flip(0))
    square.mul_(square)
    #expect(square.elements.values == [64, 144, 256, 16, 64, 144, 0, 16, 64])
  }

  /// The kinds of number go up only: integers take no fractions.
  @Test func refusesLowerCategories() {
    let x = Tensor([1, 2, 3])
    #expect(throws: TensorError.self) { try catchingTensorErrors { x.add_(Tensor([0.5, 0.5, 0.5])) } }
    #expect(throws: TensorError.self) { try catchingTensorErrors { Tensor([1.0]).expand(3).add_(Tensor([1.0, 2.0, 3.0])) } }
    #expect(throws: TensorError.self) { try catchingTensorErrors { Tensor([1.0]).add_(Tensor([1.0, 2.0, 3.0])) } }
    #expect(x.elements.values == [1, 2, 3])
    let half = Tensor([1.0, 2.0], dtype: .float16)
    half.add_(Tensor([0.5, 0.25], dtype: .float64))
    #expect(half.dtype == .float16 && half.elements.values == [1.5, 2.25])
  }
}
