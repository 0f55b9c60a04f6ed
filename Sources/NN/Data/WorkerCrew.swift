internal import CPUKernels
internal import TensorModule

/// Threads that a loader reads with. They do one job after another, each thread its part, and end with the crew.
///
/// Sendable: the threads meet at the monitor; the rest is touched by the crew's owner only.
final class WorkerCrew: @unchecked Sendable {
  /// What a thread does: its number, and whether it is its first job.
  typealias Job = @Sendable (_ worker: Int, _ isFirst: Bool) -> Void

  private struct State {
    var job: Job?
    var jobNumber = 0
    var busy = 0
    var isEnding = false
  }

  /// What a thread needs to know at its start, handed over to it.
  private final class Start {
    let worker: Int
    let state: Monitor<State>
    init(worker: Int, state: Monitor<State>) {
      self.worker = worker
      self.state = state
    }
  }

  private let state = Monitor(State())
  private var threads: [OpaquePointer]
  /// The number of threads.
  var count: Int { threads.count }

  /// Starts threads; fewer than asked for if the system has no more.
  init(_ count: Int) {
    var threads: [OpaquePointer] = []
    for worker in 0..<count {
      let start = Unmanaged.passRetained(Start(worker: worker, state: state))
      let thread = mk_thread_start(
        { context in
          guard let context else { return }
          let start = Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
          WorkerCrew.work(start.worker, start.state)
        }, start.toOpaque())
      guard let thread else {
        start.release()
        break
      }
      threads.append(thread)
    }
    self.threads = threads
  }

  deinit {
    state.change { $0.isEnding = true }
    for thread in threads { mk_thread_join(thread) }
  }

  /// Has every thread do a job. Only when they are idle.
  func start(_ job: @escaping Job) {
    state.change {
      $0.job = job
      $0.jobNumber += 1
      $0.busy = threads.count
    }
  }

  /// Waits until the job is done, and forgets it.
  func waitUntilIdle() {
    state.wait { state -> Void? in
      guard state.busy == 0 else { return nil }
      state.job = nil
      return ()
    }
  }

  /// Leaves the threads to themselves: each ends when its part is done, and nobody waits for one that never is.
  func abandon() {
    state.change { $0.isEnding = true }
    for thread in threads { mk_thread_detach(thread) }
    threads = []
  }

  private static func work(_ worker: Int, _ state: Monitor<State>) {
    // What a data set computes is not trained.
    ThreadMode.current = .noGradient
    var done = 0
    while true {
      let next = state.wait { state -> (job: Job?, number: Int)? in
        if state.isEnding && (state.job == nil || state.jobNumber == done) { return (nil, 0) }
        return state.jobNumber > done ? (state.job, state.jobNumber) : nil
      }
      guard let next, let job = next.job else { return }
      job(worker, done == 0)
      done = next.number
      state.change { $0.busy -= 1 }
    }
  }
}
