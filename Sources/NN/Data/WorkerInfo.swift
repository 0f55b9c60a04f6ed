/// Which of a loader's worker threads runs this code (PyTorch's `get_worker_info()`).
///
/// An ``IterableDataset`` that several workers read splits its samples by it:
///
/// ```swift
/// func makeIterator() -> some IteratorProtocol<Tensor> {
///   let worker = WorkerInfo.current
///   return stride(from: worker?.id ?? 0, to: 1000, by: worker?.numWorkers ?? 1).lazy.map { read($0) }.makeIterator()
/// }
/// ```
public struct WorkerInfo: Sendable, Equatable {
  /// The worker's number, from 0 on.
  public let id: Int
  /// The number of workers.
  public let numWorkers: Int
  /// The seed of this worker: the walk's own plus the worker's number.
  public let seed: Int

  /// The worker that runs this code; nil outside of workers.
  public static var current: WorkerInfo? { LoadingContext.current?.workerInfo }
}
