internal import Synchronization
internal import TensorModule

/// What became of reading a batch.
enum LoadingOutcome<Batch> {
  case batch(Batch)
  /// Its samples were passed by.
  case passedBy
  /// There are no more samples for this worker.
  case end
  case failure(TensorError)
}

/// Where a loader's consumer leaves tasks and takes batches, and its workers take tasks and leave batches.
///
/// Sendable: all is inside the monitor. Batches need not be Sendable: each is made by one worker, which keeps nothing of it,
/// and handed to the one consumer.
final class BatchQueue<Batch>: @unchecked Sendable {
  private struct State {
    /// Tasks nobody has taken, oldest first; a lane a worker, or one for all.
    var lanes: [[LoadingTask]]
    var outcomes: [Int: LoadingOutcome<Batch>] = [:]
    /// Workers that are still doing what the user wants done at their start, and the first that failed at it.
    var startingCount: Int
    var startFailure: TensorError?
  }

  private let state: Monitor<State>
  private let cancelled = Atomic(false)

  /// A queue with a lane for each worker, or with one for all, whose first batch waits for workers to have started.
  init(lanes: Int, starting: Int) {
    state = Monitor(State(lanes: Array(repeating: [], count: lanes), startingCount: starting))
  }

  /// True when nobody wants the batches any more.
  var isCancelled: Bool { cancelled.load(ordering: .relaxed) }

  /// Has the workers stop at their next look.
  func cancel() {
    state.change { _ in cancelled.store(true, ordering: .relaxed) }
  }

  /// One more worker has started.
  func markStarted(_ failure: TensorError?) {
    state.change {
      $0.startingCount -= 1
      $0.startFailure = $0.startFailure ?? failure
    }
  }

  /// Whether a worker failed at what the user wants done at its start.
  var hasStartFailure: Bool { state.change { $0.startFailure != nil } }

  /// Leaves a task.
  func issue(_ task: LoadingTask, lane: Int) { state.change { $0.lanes[lane].append(task) } }

  /// The oldest task of a lane, waited for; nil when the queue is cancelled.
  func take(lane: Int) -> LoadingTask? {
    state.wait { state -> LoadingTask?? in
      if isCancelled { return .some(nil) }
      return state.lanes[lane].isEmpty ? nil : .some(state.lanes[lane].removeFirst())
    } ?? nil
  }

  /// Leaves what became of a task.
  func put(_ outcome: LoadingOutcome<Batch>, number: Int) { state.change { $0.outcomes[number] = outcome } }

  /// What became of a task, or of any, waited for; nil if `seconds`, if more than 0, pass.
  func collect(number: Int?, seconds: Double) -> (number: Int, outcome: LoadingOutcome<Batch>)? {
    state.wait(seconds: seconds) { state in
      if let failure = state.startFailure { return (-1, .failure(failure)) }
      if state.startingCount > 0 { return nil }
      guard let key = number ?? state.outcomes.keys.min(), let outcome = state.outcomes.removeValue(forKey: key) else {
        return nil
      }
      return (key, outcome)
    }
  }
}
