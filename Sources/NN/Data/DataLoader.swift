public import TensorModule

/// The samples of a data set in batches, in order or shuffled anew at each walk (PyTorch's `DataLoader`).
///
/// ```swift
/// let loader = DataLoader(TensorDataset(images, labels), batchSize: 64, shuffle: true)
/// for (images, labels) in loader { … }
/// ```
///
/// After the same `manualSeed` batches are PyTorch's, and so are the numbers drawn after them.
public struct DataLoader<Source: Dataset>: Sequence, Sendable {
  /// Where the samples come from.
  public let dataset: Source
  /// The number of samples in a batch; the last may have fewer.
  public let batchSize: Int
  /// Whether the order is random.
  public let shuffle: Bool
  /// Whether a last batch that is not full is left out.
  public let dropLast: Bool
  /// Where the random numbers come from, instead of the default generator.
  public let generator: Generator?

  /// Batches of `dataset`.
  public init(
    _ dataset: Source, batchSize: Int = 1, shuffle: Bool = false, dropLast: Bool = false, generator: Generator? = nil
  ) {
    if batchSize <= 0 {
      fail(TensorError("DataLoader", rule: "batch size should be a positive integer, but got \(batchSize)"))
    }
    self.dataset = dataset
    self.batchSize = Swift.max(batchSize, 1)
    self.shuffle = shuffle
    self.dropLast = dropLast
    self.generator = generator
  }

  /// The number of batches (PyTorch's `len(loader)`).
  public var count: Int {
    let (full, rest) = dataset.count.quotientAndRemainder(dividingBy: batchSize)
    return dropLast || rest <= 0 ? full : full + 1
  }

  /// The number of batches.
  public var underestimatedCount: Int { count }

  /// Starts a walk and draws its order.
  public func makeIterator() -> Iterator { Iterator(self) }

  /// A walk over the batches.
  public struct Iterator: IteratorProtocol {
    private let loader: DataLoader
    private let order: [Int]?
    private let end: Int
    private var position = 0

    fileprivate init(_ loader: DataLoader) {
      self.loader = loader
      let samples = loader.dataset.count
      end = loader.dropLast ? samples / loader.batchSize * loader.batchSize : samples
      if ThreadMode.hasFailed {
        order = nil
        return
      }
      // PyTorch's draws: a seed for workers at every walk, also without workers and shuffling; then, unless a generator
      // was given, a seed for the sampler's own.
      let source = loader.generator ?? .default
      _ = source.nextInt63()
      guard loader.shuffle else {
        order = nil
        return
      }
      let sampler = loader.generator ?? TensorModule.Generator(seed: source.nextInt63())
      order = Tensor.randperm(samples, generator: sampler).toArray(as: Int.self)
    }

    /// The next batch, or nil at the end, and after a failure in a catching scope.
    public mutating func next() -> Source.Batch? {
      guard position < end, !ThreadMode.hasFailed else { return nil }
      let range = position..<(position + Swift.min(loader.batchSize, end - position))
      position = range.upperBound
      return loader.dataset.batch(order.map { Array($0[range]) } ?? Array(range))
    }
  }
}
