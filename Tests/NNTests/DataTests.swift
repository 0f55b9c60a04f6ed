import Martlet
import Testing

private struct Squares: Dataset {
  typealias Batch = (Tensor, Tensor)
  var count: Int { 5 }
  subscript(index: Int) -> (Tensor, Int) { (Tensor([Float(index), Float(index * index)]), index) }
}

private struct Words: Dataset {
  var count: Int { 3 }
  subscript(index: Int) -> String { ["a", "b", "c"][index] }
  func batch(_ indices: [Int]) -> [String] { indices.map { self[$0] } }
}

@Suite struct DataTests {
  /// Runs with a seeded generator of its own, since tests share the default one.
  @Test func shuffledOrderIsPyTorchs() {
    let set = TensorDataset(Tensor.arange(10))
    let loader = DataLoader(set, batchSize: 10, shuffle: true, generator: Generator(seed: 0))
    #expect(loader.map { $0.toArray(as: Int.self) } == [[3, 7, 5, 2, 0, 8, 1, 6, 9, 4]])
  }

  @Test func pairsComeAsPairs() {
    let set = TensorDataset(fill(7, 2, 3), Tensor.arange(7))
    let loader = DataLoader(set, batchSize: 3, dropLast: true)
    #expect(loader.count == 2)
    #expect(loader.dataset.count == 7)
    var seen = 0
    for (x, y) in loader {
      #expect(x.shape == [3, 2, 3])
      #expect(y.shape == [3])
      seen += 1
    }
    #expect(seen == 2)
    #expect(set[6].1.item(as: Int.self) == 6)
  }

  @Test func ownDatasets() {
    let batches = Array(DataLoader(Squares(), batchSize: 2))
    #expect(batches.count == 3)
    #expect(batches[1].0.toArray(as: Float.self) == [2, 4, 3, 9])
    #expect(batches[1].1.toArray(as: Int.self) == [2, 3])
    #expect(Array(DataLoader(Words(), batchSize: 2)) == [["a", "b"], ["c"]])
  }

  @Test func wrongUseIsToldClearly() {
    expectError("TensorDataset", "all tensors must have as many rows; tensor 1 has 3, the first 2") {
      TensorDataset(Tensor.zeros(2), Tensor.zeros(3))
    }
    expectError("DataLoader", "batch size should be a positive integer, but got 0") { DataLoader(Words(), batchSize: 0) }
  }
}
