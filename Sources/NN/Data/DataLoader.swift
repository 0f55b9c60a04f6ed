public import TensorModule

/// The samples of a data set in batches, in order or shuffled anew at each walk, read by threads of its own if asked
/// (PyTorch's `DataLoader`).
///
/// ```swift
/// let loader = DataLoader(trainSet, batchSize: 64, shuffle: true, numWorkers: 2)
/// for (images, labels) in loader { … }
/// ```
///
/// **Random numbers.** After the same `manualSeed` the order of the samples and their batches are PyTorch's. What
/// samples draw themselves, random crops for example, are not the numbers that PyTorch's loader gives them: they come
/// from a generator of each sample's own, seeded from the walk's seed and the sample's place in the epoch, so batches
/// are the same for any number of workers, 0 included, and the default generator goes on as if samples drew nothing.
/// The samples of an ``IterableDataset`` draw from a generator of each worker's own.
///
/// **Workers** read ahead, at most ``prefetchFactor`` batches each. They record no gradients and compute on one thread each.
/// Leaving the loop ends them.
///
/// **Errors.** A sample that fails, by wrong use of tensors or by an error that it throws, ends the walk with a
/// ``TensorError`` that names the sample, in the thread that takes the batches.
///
/// **Resuming.** ``stateDict()`` in the middle of an epoch is a position from which another loader goes on, after
/// ``loadStateDict(_:)``, with exactly the batches that are left.
public final class DataLoader<Source: Sendable, Batch>: Sequence, Sendable {
  /// Where the samples come from.
  public let dataset: Source
  let plan: LoaderPlan<Batch>
  let memory = LoaderMemory()

  init(_ dataset: Source, _ plan: LoaderPlan<Batch>) {
    self.dataset = dataset
    self.plan = plan
  }

  /// The number of samples in a batch; the last may have fewer. Nil if samples come one by one, or if a sampler makes the
  /// batches.
  public var batchSize: Int? { plan.options.batchSize }
  /// Whether a last batch that is not full is left out.
  public var dropLast: Bool { plan.options.dropLast }
  /// The number of threads that read; 0 is the thread that takes the batches.
  public var numWorkers: Int { plan.options.numWorkers }
  /// How many batches each worker reads ahead.
  public var prefetchFactor: Int? { numWorkers == 0 ? nil : plan.options.prefetchFactor ?? 2 }
  /// Whether the workers stay from one walk to the next.
  public var persistentWorkers: Bool { plan.options.persistentWorkers }
  /// Where the random numbers come from, instead of the default generator.
  public var generator: TensorModule.Generator? { plan.options.generator }

  /// The number of batches of a walk (PyTorch's `len(loader)`).
  public var count: Int {
    if let count = plan.count() { return count }
    fail(TensorError("DataLoader", rule: "\(plan.datasetName) does not know its number of samples", hint: "give it a sampleCount"))
    return 0
  }

  /// 0: the standard library takes it for a promise, which a walk that is resumed or fails would break.
  public var underestimatedCount: Int { 0 }

  /// Starts a walk.
  public func makeIterator() -> Iterator { Iterator(LoaderWalk(plan, memory)) }

  /// A walk over the batches. Its end, or that of the last variable that holds it, ends its workers.
  public struct Iterator: IteratorProtocol {
    private let walk: LoaderWalk<Batch>

    fileprivate init(_ walk: LoaderWalk<Batch>) { self.walk = walk }

    /// The next batch, or nil at the end, and after a failure in a catching scope.
    public mutating func next() -> Batch? { walk.next() }
  }
}
