internal import CPUKernels
internal import TensorModule

/// What a loader's thread is reading, reachable from the thread's slot while it does: where the sample stands in the
/// epoch, where its random numbers come from, and how errors call it. Used by one thread.
final class LoadingContext {
  /// Thrown where a walk that nobody continues is left.
  struct Cancelled: Error {}

  let workerInfo: WorkerInfo?
  /// True if each sample has a sequence of random numbers of its own, false if one goes on through all samples.
  private let hasSequencePerSample: Bool
  private let baseSeed: Int
  private let datasetName: String
  private let isCancelled: () -> Bool
  private let generator: ThreadGenerator
  private var task = LoadingTask(number: 0)
  private var readCount = 0
  private var totalCount = 0
  private(set) var isInSample = false

  init(
    baseSeed: Int, hasSequencePerSample: Bool, workerInfo: WorkerInfo?, datasetName: String,
    isCancelled: @escaping () -> Bool = { false }
  ) {
    self.baseSeed = baseSeed
    self.hasSequencePerSample = hasSequencePerSample
    self.workerInfo = workerInfo
    self.datasetName = datasetName
    self.isCancelled = isCancelled
    generator = ThreadGenerator(seed: baseSeed &+ (workerInfo?.id ?? 0))
  }

  static var current: LoadingContext? {
    mk_loading_slot().map { Unmanaged<LoadingContext>.fromOpaque($0).takeUnretainedValue() }
  }

  /// Runs the reading of a batch.
  func read<R>(_ task: LoadingTask, _ body: () throws -> R) rethrows -> R {
    self.task = task
    readCount = 0
    seed(task.firstSample)
    return try entered(body)
  }

  /// Runs `body` with this as what the thread is reading.
  func entered<R>(_ body: () throws -> R) rethrows -> R {
    isInSample = false
    let outer = mk_loading_slot()
    mk_set_loading_slot(Unmanaged.passUnretained(self).toOpaque())
    defer { mk_set_loading_slot(outer) }
    return try ModuleFrame.with(self, { context, _ in (context as? LoadingContext)?.place ?? "" }) {
      try generator.asDefault(body)
    }
  }

  /// Reads one more sample of the batch.
  func readNext<Sample>(_ body: () throws -> Sample) throws -> Sample {
    if isCancelled() { throw Cancelled() }
    seed(task.firstSample &+ readCount)
    isInSample = true
    let sample = try body()
    // What failed is this sample: the next ones would be stand-ins.
    if ThreadMode.hasFailed { throw Cancelled() }
    isInSample = false
    readCount += 1
    totalCount += 1
    return sample
  }

  /// The draws of a sample depend on where it stands in the epoch, so they are the same whichever thread reads it.
  private func seed(_ position: Int) {
    if hasSequencePerSample { generator.reseed(baseSeed &+ position) }
  }

  /// The sample or the batch that is being read, for errors.
  var place: String {
    if task.indices.isEmpty {
      let worker = workerInfo.map { " in worker \($0.id)" } ?? ""
      return (isInSample ? "sample \(totalCount) of \(datasetName)" : datasetName) + worker
    }
    if isInSample, readCount < task.indices.count { return "sample \(task.indices[readCount]) of \(datasetName)" }
    if task.indices.count == 1 { return "sample \(task.indices[0]) of \(datasetName)" }
    let shown = task.indices.prefix(8).map(String.init).joined(separator: ", ")
    return "the batch of samples \(shown)\(task.indices.count > 8 ? ", …" : "") of \(datasetName)"
  }
}

/// One batch to read.
struct LoadingTask: Sendable {
  /// Its number in the epoch.
  let number: Int
  /// Which samples; of a data set without positions, none.
  var indices: [Int] = []
  /// How many samples come before it in the epoch.
  var firstSample = 0
  /// Whether it was delivered before the loader was resumed: its samples are only passed by.
  var isPassedBy = false
}
