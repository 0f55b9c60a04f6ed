public import TensorModule

extension DataLoader where Source: Dataset {
  /// Batches of a data set, put together as the data set does.
  ///
  /// - Parameters:
  ///   - dataset: where the samples come from.
  ///   - batchSize: the number of samples in a batch.
  ///   - shuffle: whether the order is random, another at each walk.
  ///   - sampler: the order of the positions, instead of `shuffle`; an array of positions will do.
  ///   - batchSampler: the positions of each batch, instead of `batchSize`, `shuffle`, `sampler` and `dropLast`.
  ///   - numWorkers: the number of threads that read; 0 is the thread that takes the batches.
  ///   - dropLast: whether a last batch that is not full is left out.
  ///   - timeout: how many seconds a batch of workers may be waited for; 0 is any time.
  ///   - workerInit: what each worker does when it starts, with its number (PyTorch's `worker_init_fn`).
  ///   - generator: where the random numbers come from, instead of the default generator. The loader's own: nothing else
  ///     should draw from it.
  ///   - prefetchFactor: how many batches each worker reads ahead; 2 unless given.
  ///   - persistentWorkers: whether the workers stay from one walk to the next.
  ///   - inOrder: whether batches come in the order of the sampler; if not, whichever is read first comes first.
  public convenience init(
    _ dataset: Source, batchSize: Int = 1, shuffle: Bool = false, sampler: (any Sampler<Int>)? = nil,
    batchSampler: (any Sampler<[Int]>)? = nil, numWorkers: Int = 0, dropLast: Bool = false, timeout: Double = 0,
    workerInit: (@Sendable (Int) throws -> Void)? = nil, generator: TensorModule.Generator? = nil,
    prefetchFactor: Int? = nil, persistentWorkers: Bool = false, inOrder: Bool = true
  ) where Batch == Source.Batch {
    let options = LoaderOptions(
      batchSize: batchSize, dropLast: dropLast, numWorkers: numWorkers, timeout: timeout, workerInit: workerInit,
      generator: generator, prefetchFactor: prefetchFactor, persistentWorkers: persistentWorkers, inOrder: inOrder)
    self.init(dataset, options, Ordering(shuffle, sampler, batchSampler)) { try dataset.batch($0) }
  }

  /// Batches of a data set, put together by `collate` (PyTorch's `collate_fn`). For the other parameters see the loader
  /// without it.
  public convenience init(
    _ dataset: Source, batchSize: Int = 1, shuffle: Bool = false, sampler: (any Sampler<Int>)? = nil,
    batchSampler: (any Sampler<[Int]>)? = nil, numWorkers: Int = 0,
    collate: @escaping @Sendable ([Source.Sample]) throws -> Batch, dropLast: Bool = false, timeout: Double = 0,
    workerInit: (@Sendable (Int) throws -> Void)? = nil, generator: TensorModule.Generator? = nil,
    prefetchFactor: Int? = nil, persistentWorkers: Bool = false, inOrder: Bool = true
  ) {
    let options = LoaderOptions(
      batchSize: batchSize, dropLast: dropLast, numWorkers: numWorkers, timeout: timeout, workerInit: workerInit,
      generator: generator, prefetchFactor: prefetchFactor, persistentWorkers: persistentWorkers, inOrder: inOrder)
    self.init(dataset, options, Ordering(shuffle, sampler, batchSampler)) { try collate(dataset.samples($0)) }
  }

  /// The samples of a data set one by one: pass nil as `batchSize`. For the other parameters see the loader of batches.
  public convenience init(
    _ dataset: Source, batchSize: Never?, shuffle: Bool = false, sampler: (any Sampler<Int>)? = nil, numWorkers: Int = 0,
    timeout: Double = 0, workerInit: (@Sendable (Int) throws -> Void)? = nil,
    generator: TensorModule.Generator? = nil, prefetchFactor: Int? = nil, persistentWorkers: Bool = false,
    inOrder: Bool = true
  ) where Batch == Source.Sample {
    let options = LoaderOptions(
      numWorkers: numWorkers, timeout: timeout, workerInit: workerInit, generator: generator,
      prefetchFactor: prefetchFactor, persistentWorkers: persistentWorkers, inOrder: inOrder)
    self.init(dataset, options, Ordering(shuffle, sampler, nil)) { try dataset.samples($0)[0] }
  }

  private convenience init(
    _ dataset: Source, _ options: LoaderOptions, _ ordering: Ordering,
    _ fetch: @escaping @Sendable ([Int]) throws -> Batch
  ) {
    var options = options.checked()
    let order = ordering.order(dataset, &options)
    self.init(dataset, .indexed(dataset, order: order, options, fetch: fetch))
  }
}

extension DataLoader where Source: IterableDataset {
  /// Batches of samples that come one after another, put together as the data set does. For the parameters see the loader
  /// of a ``Dataset``.
  public convenience init(
    _ dataset: Source, batchSize: Int = 1, numWorkers: Int = 0, dropLast: Bool = false, timeout: Double = 0,
    workerInit: (@Sendable (Int) throws -> Void)? = nil, generator: TensorModule.Generator? = nil,
    prefetchFactor: Int? = nil, persistentWorkers: Bool = false, inOrder: Bool = true
  ) where Batch == Source.Batch {
    let options = LoaderOptions(
      batchSize: batchSize, dropLast: dropLast, numWorkers: numWorkers, timeout: timeout, workerInit: workerInit,
      generator: generator, prefetchFactor: prefetchFactor, persistentWorkers: persistentWorkers, inOrder: inOrder)
    self.init(dataset, .streamed(dataset, options.checked()) { try dataset.collate($0) })
  }

  /// Batches of samples that come one after another, put together by `collate`.
  public convenience init(
    _ dataset: Source, batchSize: Int = 1, numWorkers: Int = 0,
    collate: @escaping @Sendable ([Source.Element]) throws -> Batch, dropLast: Bool = false, timeout: Double = 0,
    workerInit: (@Sendable (Int) throws -> Void)? = nil, generator: TensorModule.Generator? = nil,
    prefetchFactor: Int? = nil, persistentWorkers: Bool = false, inOrder: Bool = true
  ) {
    let options = LoaderOptions(
      batchSize: batchSize, dropLast: dropLast, numWorkers: numWorkers, timeout: timeout, workerInit: workerInit,
      generator: generator, prefetchFactor: prefetchFactor, persistentWorkers: persistentWorkers, inOrder: inOrder)
    self.init(dataset, .streamed(dataset, options.checked(), collate: collate))
  }

  /// Samples that come one after another, one by one: pass nil as `batchSize`.
  public convenience init(
    _ dataset: Source, batchSize: Never?, numWorkers: Int = 0, timeout: Double = 0,
    workerInit: (@Sendable (Int) throws -> Void)? = nil, generator: TensorModule.Generator? = nil,
    prefetchFactor: Int? = nil, persistentWorkers: Bool = false, inOrder: Bool = true
  ) where Batch == Source.Element {
    let options = LoaderOptions(
      numWorkers: numWorkers, timeout: timeout, workerInit: workerInit, generator: generator,
      prefetchFactor: prefetchFactor, persistentWorkers: persistentWorkers, inOrder: inOrder)
    self.init(dataset, .streamed(dataset, options.checked()) { $0[0] })
  }
}

/// How a loader's user wants the positions ordered.
private struct Ordering {
  let shuffle: Bool
  let sampler: (any Sampler<Int>)?
  let batchSampler: (any Sampler<[Int]>)?

  init(_ shuffle: Bool, _ sampler: (any Sampler<Int>)?, _ batchSampler: (any Sampler<[Int]>)?) {
    self.shuffle = shuffle
    self.sampler = sampler
    self.batchSampler = batchSampler
  }

  /// The positions of the batches; wishes that exclude each other fail.
  func order(_ dataset: some Dataset, _ options: inout LoaderOptions) -> any Sampler<[Int]> {
    if sampler != nil && shuffle { refuse("sampler is mutually exclusive with shuffle") }
    if let batchSampler {
      if options.batchSize != 1 || shuffle || sampler != nil || options.dropLast {
        refuse("batchSampler is mutually exclusive with batchSize, shuffle, sampler and dropLast")
      }
      options.batchSize = nil
      return batchSampler
    }
    let positions: any Sampler<Int>
    if let sampler {
      positions = sampler
    } else if shuffle {
      positions = RandomSampler(dataset, generator: options.generator)
    } else {
      positions = SequentialSampler(dataset)
    }
    guard let size = options.batchSize else { return UnbatchedSampler(sampler: positions) }
    return BatchSampler(positions, batchSize: size, dropLast: options.dropLast)
  }

  private func refuse(_ rule: String) { fail(TensorError("DataLoader", rule: rule)) }
}
