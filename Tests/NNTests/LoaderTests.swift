import Martlet
import TensorModule
import Testing

/// Samples that draw: their number, and a random one.
struct Noise: Dataset {
  typealias Batch = (Tensor, Tensor)
  var count = 23
  subscript(index: Int) -> (Int, Tensor) { (index, Tensor.rand(2)) }
}

/// The numbers below a bound, shared out over the workers.
struct Stream: IterableDataset {
  typealias Batch = Tensor
  var end = 11
  var sampleCount: Int? { end }
  func makeIterator() -> AnyIterator<Int> {
    let worker = WorkerInfo.current
    var numbers = stride(from: worker?.id ?? 0, to: end, by: worker?.numWorkers ?? 1).makeIterator()
    return AnyIterator { numbers.next() }
  }
}

private func lists(_ loader: some Sequence<Tensor>) -> [[Int]] { loader.map { $0.toArray(as: Int.self) } }

private func lists(_ loader: some Sequence<(Tensor, Tensor)>) -> [[Double]] {
  loader.map { $0.0.toArray(as: Double.self) + $0.1.toArray(as: Double.self) }
}

/// Batches and what they draw, against PyTorch's.
@Suite struct LoaderOrderTests {
  @Test func defaultGeneratorsDrawsArePyTorchs() async {
    await #expect(processExitsWith: .success) {
      let set = TensorDataset(Tensor.arange(10))
      let first = [[6, 7, 1, 4], [2, 0, 9, 8], [3, 5]], second = [[2, 4, 7, 0], [8, 9, 5, 3], [6, 1]]
      for workers in [0, 1, 2, 5] {
        manualSeed(0)
        let loader = DataLoader(set, batchSize: 4, shuffle: true, numWorkers: workers)
        #expect(lists(loader) == first)
        #expect(lists(loader) == second)
        #expect(abs(Tensor.rand(1).item() - 0.455627977848053) < 1e-7)
      }
      manualSeed(0)
      let persistent = DataLoader(set, batchSize: 4, shuffle: true, numWorkers: 2, persistentWorkers: true)
      #expect(lists(persistent) == first)
      #expect(lists(persistent) == [[3, 5, 0, 6], [1, 2, 4, 9], [7, 8]])
      #expect(abs(Tensor.rand(1).item() - 0.4900934100151062) < 1e-7)

      manualSeed(0)
      let left = DataLoader(set, batchSize: 5, shuffle: true), right = DataLoader(set, batchSize: 5, shuffle: true)
      let pairs = zip(left, right).map { [$0.toArray(as: Int.self), $1.toArray(as: Int.self)] }
      #expect(pairs == [[[3, 5, 0, 6, 1], [2, 4, 7, 0, 8]], [[2, 4, 9, 7, 8], [9, 5, 3, 6, 1]]])
      #expect(abs(Tensor.rand(1).item() - 0.455627977848053) < 1e-7)

      manualSeed(0)
      let subset = DataLoader(set, batchSize: 4, sampler: SubsetRandomSampler([0, 2, 4, 6, 8]))
      #expect(lists(subset) == [[6, 2, 0, 8], [4]])
      #expect(abs(Tensor.rand(1).item() - 0.4900934100151062) < 1e-7)

      manualSeed(0)
      let drawn = DataLoader(set, batchSize: 4, sampler: RandomSampler(set, replacement: true, numSamples: 6))
      #expect(lists(drawn) == [[6, 3, 7, 0], [7, 1]])
      #expect(abs(Tensor.rand(1).item() - 0.30742281675338745) < 1e-7)
    }
  }

  @Test func ownGeneratorsDrawsArePyTorchs() {
    let generator = Generator(seed: 3)
    let loader = DataLoader(TensorDataset(Tensor.arange(10)), batchSize: 4, shuffle: true, generator: generator)
    #expect(lists(loader) == [[7, 4, 2, 9], [1, 5, 0, 8], [6, 3]])
    #expect(lists(loader) == [[1, 2, 0, 5], [9, 4, 8, 3], [6, 7]])
    #expect(abs(Tensor.rand(1, generator: generator).item() - 0.5824220776557922) < 1e-7)
  }

  @Test func streamsAreSharedOutAsPyTorchDoes() {
    let expected = [
      0: [[0, 1], [2, 3], [4, 5], [6, 7], [8, 9], [10]], 2: [[0, 2], [1, 3], [4, 6], [5, 7], [8, 10], [9]],
      3: [[0, 3], [1, 4], [2, 5], [6, 9], [7, 10], [8]],
    ]
    for (workers, batches) in expected {
      #expect(lists(DataLoader(Stream(), batchSize: 2, numWorkers: workers)) == batches)
      #expect(lists(DataLoader(Stream(), batchSize: 2, numWorkers: workers, dropLast: true)) == batches.filter { $0.count == 2 })
    }
    #expect(DataLoader(Stream(), batchSize: 2).count == 6)
    #expect(Array(DataLoader(Stream(end: 3), batchSize: nil, numWorkers: 2)) == [0, 1, 2])
  }

  @Test func batchesOfAnyKind() {
    let set = TensorDataset(Tensor.arange(6))
    #expect(lists(DataLoader(set, batchSize: 4, sampler: [5, 0, 3])) == [[5, 0, 3]])
    let grouped = DataLoader(set, batchSampler: [[1], [2, 3], [5, 5, 5]], numWorkers: 2)
    #expect(lists(grouped) == [[1], [2, 3], [5, 5, 5]])
    #expect(grouped.count == 3 && grouped.batchSize == nil)
    #expect(DataLoader(set, batchSize: nil, shuffle: false).map { $0.item(as: Int.self) } == [0, 1, 2, 3, 4, 5])
    let sums = DataLoader(set, batchSize: 4, collate: { $0.map { $0.item(as: Int.self) }.reduce(0, +) })
    #expect(Array(sums) == [6, 9])
    let named = DataLoader(Stream(), batchSize: 6, collate: { "\($0)" })
    #expect(Array(named) == ["[0, 1, 2, 3, 4, 5]", "[6, 7, 8, 9, 10]"])
  }

  @Test func stepsHaveTheirIteratorToThemselves() {
    let copies = Guarded(0)
    let set = TensorDataset(Tensor.arange(6))
    #expect(lists(DataLoader(set, batchSampler: OwnedOrder(copies: copies))) == [[0], [1], [2], [3], [4], [5]])
    #expect(lists(DataLoader(OwnedStream(copies: copies), batchSize: 2)) == [[0, 1], [2, 3], [4, 5]])
    #expect(copies.withLock { $0 } == 0)
  }

  /// Counts up to 6, and the steps that a copy of the iterator would make dear: those where what it holds has two owners.
  private struct OwnedCounter: IteratorProtocol {
    final class Held {}
    let copies: Guarded<Int>
    var held = Held()
    var number = 0
    mutating func next() -> Int? {
      if !isKnownUniquelyReferenced(&held) { copies.withLock { $0 += 1 } }
      number += 1
      return number > 6 ? nil : number - 1
    }
  }
  private struct OwnedStream: IterableDataset {
    typealias Batch = Tensor
    let copies: Guarded<Int>
    func makeIterator() -> OwnedCounter { OwnedCounter(copies: copies) }
  }
  private struct OwnedOrder: Sampler {
    struct Iterator: IteratorProtocol {
      var counter: OwnedCounter
      mutating func next() -> [Int]? { counter.next().map { [$0] } }
    }
    let copies: Guarded<Int>
    var count: Int { 6 }
    func makeIterator() -> Iterator { Iterator(counter: OwnedCounter(copies: copies)) }
  }

  @Test func wrongUseIsToldClearly() {
    let set = TensorDataset(Tensor.arange(6))
    expectError("DataLoader", "batch size should be a positive integer, but got 0") { DataLoader(set, batchSize: 0) }
    expectError("DataLoader", "sampler is mutually exclusive with shuffle") { DataLoader(set, shuffle: true, sampler: [1]) }
    expectError("DataLoader", "batchSampler is mutually exclusive") { DataLoader(set, batchSize: 2, batchSampler: [[1]]) }
    expectError("DataLoader", "but got -1") { DataLoader(set, numWorkers: -1) }
    expectError("DataLoader", "prefetchFactor has a meaning only with workers") { DataLoader(set, prefetchFactor: 2) }
    expectError("DataLoader", "prefetchFactor should be a positive") { DataLoader(set, numWorkers: 1, prefetchFactor: 0) }
    expectError("DataLoader", "persistentWorkers needs") { DataLoader(set, persistentWorkers: true) }
    expectError("DataLoader", "timeout should be non-negative") { DataLoader(set, timeout: -1) }
    expectError("DataLoader", "does not know its number of samples") {
      DataLoader(ChainDataset(TextStream()), batchSize: 2).count
    }
  }

  private struct TextStream: IterableDataset {
    func makeIterator() -> AnyIterator<String> { AnyIterator { nil } }
  }
}

/// Where a loader goes on after its position was saved.
@Suite struct LoaderStateTests {
  /// Batches of an epoch, and the rest of it after a loader's state was taken in the middle.
  private func check<Source, Batch>(
    _ make: () -> DataLoader<Source, Batch>, _ list: (Batch) -> [Double], _ location: SourceLocation = #_sourceLocation
  ) {
    for stop in [0, 1, 3, 6] {
      let whole = make()
      guard stop <= whole.count else { continue }
      // Before the first batch the order may not be drawn, from the default generator, which is no part of the state.
      guard stop > 0 || whole.generator != nil else { continue }
      _ = whole.map(list)  // an epoch before
      var epoch: [[Double]] = [], state: [String: StateValue] = [:]
      var walk = whole.makeIterator()
      if stop == 0 { state = whole.stateDict() }
      while let batch = walk.next() {
        epoch.append(list(batch))
        if epoch.count == stop { state = whole.stateDict() }
      }
      let following = whole.map(list)
      let resumed = make()
      do {
        try resumed.loadStateDict(state)
        #expect(resumed.stateDict().keys == state.keys, sourceLocation: location)
      } catch {
        Issue.record("\(error)", sourceLocation: location)
      }
      #expect(resumed.map(list) == Array(epoch.dropFirst(stop)), "after \(stop)", sourceLocation: location)
      // A generator of the loader's own is part of the state, so the epochs after are the same too.
      if whole.generator != nil { #expect(resumed.map(list) == following, "after \(stop)", sourceLocation: location) }
    }
  }

  private func list(_ batch: (Tensor, Tensor)) -> [Double] {
    batch.0.toArray(as: Double.self) + batch.1.toArray(as: Double.self)
  }

  @Test func goesOnInTheMiddleOfAnEpoch() {
    for workers in [0, 1, 3] {
      check({ DataLoader(Noise(), batchSize: 4, shuffle: true, numWorkers: workers) }, list)
      check({ DataLoader(Noise(), batchSize: 4, shuffle: true, numWorkers: workers, generator: Generator(seed: 1)) }, list)
      check({ DataLoader(Noise(), batchSize: 4, numWorkers: workers, dropLast: true) }, list)
      check({ DataLoader(Noise(count: 10), batchSampler: [[1], [2, 3], [0], [9, 8, 7], [5], [1], [1, 1]], numWorkers: workers) }, list)
      check(
        {
          let sampler = RandomSampler(count: 23, replacement: true, numSamples: 70, generator: Generator(seed: 4))
          return DataLoader(Noise(), batchSize: 8, sampler: sampler, numWorkers: workers, generator: Generator(seed: 2))
        }, list)
      check({ DataLoader(Noise(), batchSize: 4, sampler: SubsetRandomSampler(Array(0..<23)), numWorkers: workers) }, list)
      check({ DataLoader(Stream(end: 23), batchSize: 3, numWorkers: workers) }, { $0.toArray(as: Double.self) })
    }
    check(
      {
        DataLoader(
          Noise(), batchSize: 4, shuffle: true, numWorkers: 2, generator: Generator(seed: 1), persistentWorkers: true)
      }, list)
  }

  @Test func goesOnAfterBreak() throws {
    let loader = DataLoader(TensorDataset(Tensor.arange(9)), batchSize: 2, shuffle: true, generator: Generator(seed: 8))
    var seen: [Int] = []
    for batch in loader {
      seen += batch.toArray(as: Int.self)
      if seen.count == 4 { break }
    }
    let other = DataLoader(TensorDataset(Tensor.arange(9)), batchSize: 2, shuffle: true, generator: Generator(seed: 0))
    try other.loadStateDict(loader.stateDict())
    let rest = other.flatMap { $0.toArray(as: Int.self) }
    #expect(rest.count == 5)
    #expect(Set(seen + rest) == Set(0..<9))
  }

  @Test func skippedSamplesAreNotRead() throws {
    let reads = Guarded<[Int]>([])
    let set = Recorder(reads: reads)
    let loader = DataLoader(set, batchSize: 2)
    var walk = loader.makeIterator()
    for _ in 0..<3 { _ = walk.next() }
    let state = loader.stateDict()
    reads.withLock { $0 = [] }
    let resumed = DataLoader(set, batchSize: 2)
    try resumed.loadStateDict(state)
    #expect(lists(resumed) == [[6, 7], [8, 9]])
    #expect(reads.withLock { $0 } == [6, 7, 8, 9])
  }

  private struct Recorder: Dataset {
    typealias Batch = Tensor
    let reads: Guarded<[Int]>
    var count: Int { 10 }
    subscript(index: Int) -> Int {
      reads.withLock { $0.append(index) }
      return index
    }
  }

  @Test func outOfOrderTheRestIsWhatIsMissing() throws {
    let make = { DataLoader(Noise(count: 40), batchSize: 2, shuffle: true, numWorkers: 4, generator: Generator(seed: 5), inOrder: false) }
    let loader = make()
    var seen: [Double] = []
    for (indices, _) in loader {
      seen += indices.toArray(as: Double.self)
      if seen.count == 14 { break }
    }
    let resumed = make()
    try resumed.loadStateDict(loader.stateDict())
    let rest = resumed.flatMap { $0.0.toArray(as: Double.self) }
    #expect(rest.count == 26)
    #expect(Set(seen + rest).count == 40)
  }

  @Test func foreignStatesAreRefused() throws {
    let loader = DataLoader(Noise(), batchSize: 4)
    _ = loader.first { _ in true }
    let state = loader.stateDict()
    #expect(throws: OptimizerStateError("DataLoader", "the state is of a loader with 4 samples in a batch, this one has 5")) {
      try DataLoader(Noise(), batchSize: 5).loadStateDict(state)
    }
    #expect(throws: OptimizerStateError("DataLoader", "the state is of a loader with 6 batches, this one has 10")) {
      try DataLoader(Noise(count: 40), batchSize: 4).loadStateDict(state)
    }
    #expect(throws: OptimizerStateError("DataLoader", "there is no \"position\"")) {
      try DataLoader(Noise(), batchSize: 4).loadStateDict([:])
    }
    #expect(throws: OptimizerStateError.self) {
      var broken = state
      broken["order_state"] = .tensor(Tensor.ones(3))
      try DataLoader(Noise(), batchSize: 4).loadStateDict(broken)
    }
  }
}
