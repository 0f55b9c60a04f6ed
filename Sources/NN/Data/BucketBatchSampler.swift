public import TensorModule

/// Batches of samples of similar lengths, so that little of a batch is padding (torchtext's `BucketIterator`).
///
/// The positions, shuffled anew at each walk, are taken in pools of some batches; each pool is sorted by length and cut
/// into batches, which come in random order. A larger pool has less padding, a smaller one more varied batches.
///
/// ```swift
/// let sampler = BucketBatchSampler(lengths: lengths, batchSize: 32)
/// let loader = DataLoader(trainSet, batchSampler: sampler, collate: { padSequence($0, batchFirst: true) })
/// ```
public struct BucketBatchSampler: Sampler {
  /// The length of each sample.
  public let lengths: [Int]
  /// The number of positions in a batch; one may have fewer.
  public let batchSize: Int
  /// Whether positions, and batches of a pool, come in random order.
  public let shuffle: Bool
  /// Whether samples that do not fill a batch are left out.
  public let dropLast: Bool
  /// The number of batches of a pool.
  public let poolSize: Int
  /// Where the random numbers come from, instead of the default generator.
  public let generator: TensorModule.Generator?

  /// The positions of samples of these lengths in batches.
  ///
  /// - Parameters:
  ///   - lengths: the length of each sample of the data set, in its order.
  ///   - batchSize: the number of positions in a batch.
  ///   - shuffle: whether positions, and batches of a pool, come in random order. If not, pools are taken from first to
  ///     last, and each pool's batches come from its shortest samples to its longest.
  ///   - dropLast: whether samples that do not fill a batch are left out. They are the last of the walk's positions
  ///     before sorting, so any samples if shuffled, not always the longest.
  ///   - poolSize: the number of batches that are sorted together.
  ///   - generator: where the random numbers come from, instead of the default generator.
  public init(
    lengths: [Int], batchSize: Int, shuffle: Bool = true, dropLast: Bool = false, poolSize: Int = 100,
    generator: TensorModule.Generator? = nil
  ) {
    if batchSize <= 0 {
      fail(TensorError("BucketBatchSampler", rule: "batch size should be a positive integer, but got \(batchSize)"))
    }
    if poolSize <= 0 {
      fail(TensorError("BucketBatchSampler", rule: "pool size should be a positive integer, but got \(poolSize)"))
    }
    self.lengths = lengths
    self.batchSize = Swift.max(1, batchSize)
    self.shuffle = shuffle
    self.dropLast = dropLast
    self.poolSize = Swift.max(1, poolSize)
    self.generator = generator
  }

  /// The number of batches.
  public var count: Int { batchCount(lengths.count, batchSize: batchSize, dropLast: dropLast) }

  /// A walk through the batches; it draws the positions at its first step, and the order of a pool's batches at the
  /// first of them.
  public func makeIterator() -> Iterator { Iterator(self) }

  /// A walk through the batches.
  public struct Iterator: IteratorProtocol {
    private let sampler: BucketBatchSampler
    private var positions: [Int]?
    /// How many positions have gone into pools.
    private var taken = 0
    /// The batches of the pool that are left, last first.
    private var pool: [[Int]] = []

    fileprivate init(_ sampler: BucketBatchSampler) { self.sampler = sampler }

    /// The next batch.
    public mutating func next() -> [Int]? {
      if pool.isEmpty { fillPool() }
      return pool.popLast()
    }

    private mutating func fillPool() {
      let all = positions ?? order(sampler.lengths.count)
      positions = all
      let size = sampler.batchSize
      let usable = sampler.dropLast ? all.count - all.count % size : all.count
      guard taken < usable else { return }
      let (wanted, isTooLarge) = size.multipliedReportingOverflow(by: sampler.poolSize)
      let end = isTooLarge || wanted > usable - taken ? usable : taken + wanted
      let lengths = sampler.lengths
      // Positions of one length keep their order.
      let sorted = all[taken..<end].enumerated()
        .sorted { (lengths[$0.element], $0.offset) < (lengths[$1.element], $1.offset) }.map(\.element)
      taken = end
      let batches = stride(from: 0, to: sorted.count, by: size).map { start in Array(sorted[start...].prefix(size)) }
      pool = order(batches.count).reversed().map { batches[$0] }
    }

    /// The numbers below `count` as they come; none after a failure.
    private func order(_ count: Int) -> [Int] {
      if ThreadMode.hasFailed { return [] }
      guard sampler.shuffle else { return Array(0..<count) }
      let drawn = Tensor.randperm(count, generator: sampler.generator).toArray(as: Int.self)
      return ThreadMode.hasFailed ? [] : drawn
    }
  }
}
