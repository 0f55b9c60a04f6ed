internal import TensorModule

/// The positions that one of several processes visits (PyTorch's `DistributedSampler`): every process has as many, and
/// together they visit every sample.
///
/// The order is drawn from `seed` and the epoch, so it is the same in each process; call ``setEpoch(_:)`` before each epoch
/// to have another one.
public final class DistributedSampler: Sampler {
  /// The number of samples of the data set.
  public let sourceCount: Int
  /// The number of processes.
  public let numReplicas: Int
  /// Which of them this is.
  public let rank: Int
  /// Whether the order is random.
  public let shuffle: Bool
  /// What the order is drawn from, with the epoch.
  public let seed: Int
  /// Whether samples at the end are left out, instead of some visited twice, where they cannot be shared out evenly.
  public let dropLast: Bool
  /// The number of positions of this process.
  public let count: Int
  private let currentEpoch = Guarded(0)

  /// The part of a data set's positions that belongs to process `rank` of `numReplicas`.
  public convenience init(
    _ dataset: some Dataset, numReplicas: Int, rank: Int, shuffle: Bool = true, seed: Int = 0, dropLast: Bool = false
  ) {
    self.init(
      count: dataset.count, numReplicas: numReplicas, rank: rank, shuffle: shuffle, seed: seed, dropLast: dropLast)
  }

  /// The part of the positions 0 ..< count that belongs to process `rank` of `numReplicas`.
  public init(
    count: Int, numReplicas: Int, rank: Int, shuffle: Bool = true, seed: Int = 0, dropLast: Bool = false
  ) {
    let isValid = rank >= 0 && rank < numReplicas
    if !isValid {
      fail(TensorError("DistributedSampler", rule: "rank \(rank) is not in 0 ..< \(numReplicas)"))
    }
    sourceCount = Swift.max(0, count)
    self.numReplicas = isValid ? numReplicas : 1
    self.rank = isValid ? rank : 0
    self.shuffle = shuffle
    self.seed = seed
    self.dropLast = dropLast
    self.count = batchCount(sourceCount, batchSize: self.numReplicas, dropLast: dropLast)
  }

  /// The epoch whose order a walk has.
  public var epoch: Int { currentEpoch.withLock { $0 } }

  /// Has the following walks go in the order of another epoch.
  public func setEpoch(_ epoch: Int) { currentEpoch.withLock { $0 = epoch } }

  /// A walk through this process's positions.
  public func makeIterator() -> IndexingIterator<[Int]> {
    if ThreadMode.hasFailed || sourceCount == 0 { return [].makeIterator() }
    let order = shuffle
      ? Tensor.randperm(sourceCount, generator: TensorModule.Generator(seed: seed &+ epoch)).toArray(as: Int.self)
      : Array(0..<sourceCount)
    // What is missing to an even share begins again at the front.
    return (0..<count).map { order[(rank + $0 * numReplicas) % sourceCount] }.makeIterator()
  }
}
