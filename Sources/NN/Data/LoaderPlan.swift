internal import TensorModule

/// What a loader reads and how, the type of the data set left behind.
struct LoaderPlan<Batch>: Sendable {
  /// Reads the batch of a task; nil at the end of the samples.
  typealias Fetch = (LoadingTask) throws -> Batch?

  /// The order of the batches' positions; nil for samples that come one after another.
  let order: (any Sampler<[Int]>)?
  /// The number of batches, if it is known.
  let count: @Sendable () -> Int?
  /// Makes what reads batches, for one thread.
  let makeFetch: @Sendable () -> Fetch
  /// How errors call the data set.
  let datasetName: String
  let options: LoaderOptions
}

/// The numbers and switches of a loader.
struct LoaderOptions: Sendable {
  var batchSize: Int?
  var dropLast = false
  var numWorkers = 0
  var timeout = 0.0
  var workerInit: (@Sendable (Int) throws -> Void)?
  var generator: Generator?
  var prefetchFactor: Int?
  var persistentWorkers = false
  var inOrder = true

  /// The options as they can be used; what cannot has failed.
  func checked() -> LoaderOptions {
    func refuse(_ rule: String) { fail(TensorError("DataLoader", rule: rule)) }
    var valid = self
    if let size = batchSize, size <= 0 {
      refuse("batch size should be a positive integer, but got \(size)")
      valid.batchSize = 1
    }
    if numWorkers < 0 || numWorkers > 1024 {
      refuse("numWorkers should be from 0 (no threads of its own) to 1024, but got \(numWorkers)")
      valid.numWorkers = 0
    }
    if !(timeout >= 0) { refuse("timeout should be non-negative, but got \(timeout)") }
    if let factor = prefetchFactor {
      if numWorkers == 0 { refuse("prefetchFactor has a meaning only with workers: let numWorkers be more than 0") }
      if factor <= 0 || factor > 1 << 20 {
        refuse("prefetchFactor should be a positive integer, but got \(factor)")
        valid.prefetchFactor = nil
      }
    }
    if persistentWorkers && numWorkers == 0 { refuse("persistentWorkers needs numWorkers to be more than 0") }
    return valid
  }

  /// How many batches may be read ahead.
  var window: Int { max(1, numWorkers * (prefetchFactor ?? 2)) }
}

extension LoaderPlan {
  /// Batches of a data set with positions.
  static func indexed(
    _ dataset: some Dataset, order: any Sampler<[Int]>, _ options: LoaderOptions,
    fetch: @escaping @Sendable ([Int]) throws -> Batch
  ) -> LoaderPlan {
    LoaderPlan(
      order: order, count: { order.count }, makeFetch: { { try fetch($0.indices) } },
      datasetName: _typeName(type(of: dataset), qualified: false), options: options)
  }

  /// Batches of samples that come one after another.
  static func streamed<Source: IterableDataset>(
    _ dataset: Source, _ options: LoaderOptions, collate: @escaping @Sendable ([Source.Element]) throws -> Batch
  ) -> LoaderPlan {
    let size = options.batchSize ?? 1
    let count: @Sendable () -> Int? = {
      dataset.sampleCount.map { batchCount($0, batchSize: size, dropLast: options.dropLast) }
    }
    return LoaderPlan(
      order: nil, count: count,
      makeFetch: {
        var samples: Source.Iterator?
        var hasEnded = false
        return { task in
          if hasEnded { return nil }
          // Begun in the thread that reads, under its worker's name.
          var iterator = samples ?? dataset.makeIterator()
          samples = nil  // so that its steps find its arrays with one owner and copy none
          defer { samples = iterator }
          var read: [Source.Element] = []
          while !hasEnded, read.count < size {
            let sample = try LoadingContext.current?.readNext { () throws -> Source.Element? in
              let sample = iterator.next()
              if sample == nil, let error = (iterator as? any FailableIterator)?.error { throw error }
              return sample
            } ?? nil
            if let sample { read.append(sample) } else { hasEnded = true }
          }
          if read.isEmpty || (options.dropLast && read.count < size) { return nil }
          // Put together in any case: what that draws belongs to the sequence of random numbers.
          let batch = try collate(read)
          if task.isPassedBy { throw PassedBy() }
          return batch
        }
      }, datasetName: _typeName(Source.self, qualified: false), options: options)
  }
}

/// Thrown by a fetch for a batch that was delivered before.
struct PassedBy: Error {}
