import Martlet
import Testing

/// Orders held against PyTorch's, drawn from the same seeds.
@Suite struct SamplerTests {
  private func next(_ generator: Generator) -> Double { Tensor.rand(1, generator: generator).item() }

  @Test func replacementDrawsBlocksOf32() {
    let generator = Generator(seed: 5)
    let sampler = RandomSampler(count: 10, replacement: true, numSamples: 40, generator: generator)
    #expect(
      Array(sampler) == [
        1, 4, 7, 5, 6, 0, 2, 3, 8, 4, 9, 0, 1, 2, 8, 8, 3, 0, 7, 9, 9, 7, 2, 9, 4, 7, 1, 9, 3, 6, 4, 4, 5, 4, 0, 5, 7, 4, 5, 9,
      ])
    #expect(abs(next(generator) - 0.5818747282028198) < 1e-9)
    #expect(sampler.count == 40)
  }

  @Test func moreSamplesThanThereAreAreSeveralRounds() {
    let generator = Generator(seed: 5)
    let order = Array(RandomSampler(count: 6, numSamples: 15, generator: generator))
    #expect(order == [5, 0, 1, 3, 4, 2, 4, 3, 1, 2, 0, 5, 1, 0, 5])
    #expect(abs(next(generator) - 0.5793275833129883) < 1e-9)
  }

  @Test func subsetsAndWeights() {
    var generator = Generator(seed: 6)
    #expect(Array(SubsetRandomSampler([5, 3, 9, 11], generator: generator)) == [9, 3, 11, 5])
    #expect(abs(next(generator) - 0.6080296039581299) < 1e-9)
    generator = Generator(seed: 7)
    let weights = [0.1, 0.9, 0.4, 0.7, 3.0, 0.6]
    #expect(Array(WeightedRandomSampler(weights, numSamples: 8, generator: generator)) == [3, 3, 4, 4, 5, 4, 3, 4])
    #expect(abs(next(generator) - 0.720380425453186) < 1e-9)
    let others = [0.9, 0.4, 0.05, 0.2, 0.3, 0.1]
    let sampler = WeightedRandomSampler(others, numSamples: 5, replacement: false, generator: generator)
    #expect(Array(sampler) == [5, 0, 3, 4, 1])
    #expect(abs(next(generator) - 0.11322057247161865) < 1e-9)
  }

  @Test func batches() {
    let order = SequentialSampler(count: 10)
    #expect(Array(BatchSampler(order, batchSize: 3, dropLast: false)) == [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9]])
    #expect(Array(BatchSampler(order, batchSize: 3, dropLast: true)) == [[0, 1, 2], [3, 4, 5], [6, 7, 8]])
    #expect(BatchSampler(order, batchSize: 3, dropLast: false).count == 4)
    #expect(BatchSampler(order, batchSize: 3, dropLast: true).count == 3)
    #expect(Array(BatchSampler([4, 1, 3], batchSize: 2, dropLast: false)) == [[4, 1], [3]])
  }

  @Test func distributed() {
    func orders(_ count: Int, _ replicas: Int, dropLast: Bool) -> [[Int]] {
      (0..<replicas).map { rank in
        let sampler = DistributedSampler(count: count, numReplicas: replicas, rank: rank, seed: 2, dropLast: dropLast)
        sampler.setEpoch(1)
        #expect(sampler.count == Array(sampler).count)
        return Array(sampler)
      }
    }
    #expect(orders(10, 4, dropLast: false) == [[6, 8, 2], [0, 5, 4], [3, 1, 6], [7, 9, 0]])
    #expect(orders(10, 4, dropLast: true) == [[6, 8], [0, 5], [3, 1], [7, 9]])
    #expect(orders(3, 8, dropLast: false) == [[1], [0], [2], [1], [0], [2], [1], [0]])
    #expect(orders(3, 8, dropLast: true) == Array(repeating: [], count: 8))
    let plain = (0..<3).map { Array(DistributedSampler(count: 10, numReplicas: 3, rank: $0, shuffle: false)) }
    #expect(plain == [[0, 3, 6, 9], [1, 4, 7, 0], [2, 5, 8, 1]])
  }

  @Test func bucketsAreOfSimilarLengths() {
    // What the same steps give with PyTorch's randperm.
    let lengths = [5, 1, 9, 3, 7, 2, 8, 6, 4, 9, 1]
    func check(_ expected: [[Int]], then number: Double, dropLast: Bool, poolSize: Int) {
      let generator = Generator(seed: 3)
      let sampler = BucketBatchSampler(
        lengths: lengths, batchSize: 2, dropLast: dropLast, poolSize: poolSize, generator: generator)
      #expect(Array(sampler) == expected)
      #expect(sampler.count == expected.count)
      #expect(abs(next(generator) - number) < 1e-9)
      #expect(Array(sampler) != expected)
    }
    let all = [[6, 9], [8, 0], [7, 4], [2], [1, 10], [5, 3]]
    check(all, then: 0.45940524339675903, dropLast: false, poolSize: 100)
    check(all, then: 0.45940524339675903, dropLast: false, poolSize: .max)
    let pools = [[3, 0], [6, 9], [4, 2], [5, 8], [7], [1, 10]]
    check(pools, then: 0.40146881341934204, dropLast: false, poolSize: 2)
    check([[9, 2], [1, 10], [5, 3], [8, 0], [4, 6]], then: 0.054176926612854004, dropLast: true, poolSize: 100)
    check([[3, 0], [6, 9], [4, 2], [5, 8], [1, 10]], then: 0.14984089136123657, dropLast: true, poolSize: 2)
    let plain = BucketBatchSampler(lengths: lengths, batchSize: 3, shuffle: false)
    #expect(Array(plain) == [[1, 10, 5], [3, 8, 0], [7, 4, 6], [2, 9]])
    let full = BucketBatchSampler(lengths: lengths, batchSize: 3, shuffle: false, dropLast: true)
    #expect(Array(full) == [[1, 5, 3], [8, 0, 7], [4, 6, 2]])
    #expect(Array(BucketBatchSampler(lengths: [], batchSize: 3)).isEmpty)
  }

  @Test func bucketsArePaddedByACollate() {
    struct Sentences: Dataset {
      let lengths: [Int]
      var count: Int { lengths.count }
      subscript(index: Int) -> Tensor { Tensor.ones(lengths[index]) }
    }
    let lengths = (0..<60).map { 1 + $0 * 7 % 30 }
    let sampler = BucketBatchSampler(lengths: lengths, batchSize: 4, generator: Generator(seed: 1))
    let loader = DataLoader(
      Sentences(lengths: lengths), batchSampler: sampler, numWorkers: 2, collate: { padSequence($0, batchFirst: true) })
    let batches = Array(loader)
    #expect(batches.count == 15)
    let tokens = lengths.reduce(0, +)
    let filled: [Int] = batches.map { batch in Int(batch.sum().item() as Double) }
    #expect(filled.reduce(0, +) == tokens)
    // Each length is there twice, so a batch of four has two lengths: half of it is padded by one.
    let sizes: [Int] = batches.map(\.elementCount)
    #expect(sizes.reduce(0, +) == tokens + 30)
  }

  @Test func wrongUseIsToldClearly() {
    expectError("BucketBatchSampler", "batch size should be a positive integer, but got 0") {
      BucketBatchSampler(lengths: [1], batchSize: 0)
    }
    expectError("BucketBatchSampler", "pool size should be a positive integer, but got -1") {
      BucketBatchSampler(lengths: [1], batchSize: 1, poolSize: -1)
    }
    expectError("RandomSampler", "should be a positive integer, but got 0") { RandomSampler(count: 3, numSamples: 0) }
    expectError("RandomSampler", "no samples to choose from") { RandomSampler(count: 0) }
    expectError("BatchSampler", "but got -1") { BatchSampler([1], batchSize: -1, dropLast: false) }
    expectError("DistributedSampler", "rank 2 is not in 0 ..< 2") { DistributedSampler(count: 3, numReplicas: 2, rank: 2) }
    expectError("WeightedRandomSampler", "cannot draw 3 of 2") {
      WeightedRandomSampler([1, 1], numSamples: 3, replacement: false)
    }
  }
}
