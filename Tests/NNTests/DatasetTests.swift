import Martlet
import Testing

private struct Numbers: Dataset {
  let range: Range<Int>
  var count: Int { range.count }
  subscript(index: Int) -> Int { range.lowerBound + index }
}

private struct Records: Dataset {
  typealias Batch = (Tensor, Tensor, [String], [Tensor], [String: Tensor])
  var count: Int { 3 }
  subscript(index: Int) -> (Tensor, Double, String, [Int], [String: Float]) {
    (Tensor([Float(index)]), Double(index) / 10, "n\(index)", [index, -index], ["a": Float(index), "b": 1])
  }
}

private struct Count: IterableDataset {
  let range: Range<Int>
  func makeIterator() -> Range<Int>.Iterator { range.makeIterator() }
}

@Suite struct DatasetTests {
  @Test func collatesEveryKind() throws {
    let (tensors, doubles, texts, lists, dictionaries) = try Records().batch([2, 0])
    #expect(tensors.shape == [2, 1] && tensors.toArray(as: Float.self) == [2, 0])
    #expect(doubles.dtype == .float64 && doubles.toArray(as: Double.self) == [0.2, 0])
    #expect(texts == ["n2", "n0"])
    #expect(lists.map(\.dtype) == [.int64, .int64])
    #expect(lists.map { $0.toArray(as: Int.self) } == [[2, 0], [-2, 0]])
    #expect(dictionaries["a"]?.dtype == .float32)
    #expect(dictionaries["a"]?.toArray(as: Float.self) == [2, 0] && dictionaries.count == 2)
    #expect(try defaultCollate([true, false]).dtype == .bool)
    #expect(try defaultCollate([(1, "x"), (2, "y")]).0.toArray(as: Int.self) == [1, 2])
  }

  @Test func largeBatchesOfTuplesAreCollatedInOnePass() throws {
    // A copy of what is there already for each sample would be 20 billion elements.
    let count = 200_000, clock = ContinuousClock()
    let samples = (0..<count).map { ($0, $0 &+ 1) }
    let time = try clock.measure {
      let (first, second) = try defaultCollate(samples)
      #expect(first.shape == [count] && first[count - 1].item(as: Int.self) == count - 1)
      #expect(second[0].item(as: Int.self) == 1)
      let stack = StackDataset(Numbers(range: 0..<count), Numbers(range: 1..<count + 1))
      let (left, right) = try stack.collate(samples)
      #expect(left[7].item(as: Int.self) == 7 && right[7].item(as: Int.self) == 8)
    }
    #expect(time < .seconds(10), "\(time)")
  }

  @Test func unequalSizesAreToldClearly() {
    #expect(throws: CollateError(rule: """
      each element in list of batch should be of equal size: number 1 of the batch has 3 elements, the first 2
      """)) { try defaultCollate([[1, 2], [1, 2, 3]]) }
    #expect(throws: CollateError.self) { try defaultCollate([["a": 1], ["b": 1]]) }
    expectError("defaultCollate", "number 1 of the batch differs from the first") {
      Tensor.collated([Tensor.ones(2, 3), Tensor.ones(3)])
    }
  }

  @Test func subsetsAndConcatenations() throws {
    let first = Numbers(range: 0..<3), second = Subset(Numbers(range: 100..<200), [7, 0, 99])
    #expect(try [0, 1, 2].map { try second[$0] } == [107, 100, 199])
    #expect(try second.batch([2, 1]).toArray(as: Int.self) == [199, 100])
    let all = first + second
    #expect(all.count == 6 && all.cumulativeSizes == [3, 6])
    #expect(try (0..<6).map { try all[$0] } == [0, 1, 2, 107, 100, 199])
    #expect(try all.batch([5, 0]).toArray(as: Int.self) == [199, 0])
    #expect(try all.batch([5, 4]).toArray(as: Int.self) == [199, 100])
    #expect(throws: IndexError(index: 6, count: 6)) { try all[6] }
    #expect(throws: IndexError(index: 3, count: 3)) { try second[3] }
    let empty = ConcatDataset<Int, Tensor>([Subset(first, []), first, Subset(first, []), first])
    #expect(try (0..<6).map { try empty[$0] } == [0, 1, 2, 0, 1, 2])
    let tensors = TensorDataset(Tensor.arange(4)) + TensorDataset(Tensor.arange(4) * 10)
    #expect(try tensors.batch([1, 6]).toArray(as: Int.self) == [1, 20])
  }

  @Test func stacks() throws {
    let set = StackDataset(Numbers(range: 0..<3), TensorDataset(fill(3, 2)))
    #expect(set.count == 3)
    #expect(try set[1].0 == 1 && set[1].1.shape == [2])
    let loader = DataLoader(set, batchSize: 2)
    let batches = Array(loader)
    #expect(batches.map { $0.0.toArray(as: Int.self) } == [[0, 1], [2]])
    #expect(batches[0].1.shape == [2, 2])
    expectError("StackDataset", "number 1 has 2 samples, the first 3") {
      StackDataset(Numbers(range: 0..<3), Numbers(range: 0..<2))
    }
  }

  @Test func chains() {
    let chain = ChainDataset(Count(range: 0..<3), Count(range: 5..<5), Count(range: 7..<9))
    #expect(Array(chain) == [0, 1, 2, 7, 8])
    #expect(chain.sampleCount == nil)
    #expect(DataLoader(chain, batchSize: 2).map { $0.toArray(as: Int.self) } == [[0, 1], [2, 7], [8]])
  }

  @Test func splitsArePyTorchs() {
    let counted = randomSplit(Numbers(range: 0..<10), lengths: [3, 7], generator: Generator(seed: 42))
    #expect(counted.map(\.indices) == [[2, 6, 1], [8, 4, 5, 0, 9, 3, 7]])
    let generator = Generator(seed: 42)
    let parts = randomSplit(Numbers(range: 0..<11), lengths: [0.3, 0.3, 0.4], generator: generator)
    #expect(parts.map(\.indices) == [[6, 8, 9, 2], [1, 10, 0], [7, 3, 5, 4]])
    #expect(abs(Tensor.rand(1, generator: generator).item() - 0.9345980882644653) < 1e-9)
    expectError("randomSplit", "add up to the data set's 10 samples") {
      randomSplit(Numbers(range: 0..<10), lengths: [3, 6])
    }
    expectError("randomSplit", "must not be negative") { randomSplit(Numbers(range: 0..<10), lengths: [-1, 11]) }
    expectError("randomSplit", "add up to 1") { randomSplit(Numbers(range: 0..<10), lengths: [0.5, 0.6]) }
  }
}
