internal import CPUKernels

/// A value that one thread at a time may touch, with a place to wait at until it has changed.
///
/// Sendable: the value is touched with the lock held only.
final class Monitor<Value>: @unchecked Sendable {
  private let monitor = mk_monitor_create()
  @exclusivity(unchecked) private var value: Value

  init(_ value: sending Value) { self.value = value }
  deinit { mk_monitor_destroy(monitor) }

  /// Changes the value and wakes the threads that wait.
  func change<R>(_ body: (inout Value) -> R) -> R {
    mk_monitor_lock(monitor)
    defer {
      mk_monitor_wake_all(monitor)
      mk_monitor_unlock(monitor)
    }
    return body(&value)
  }

  /// Waits until `body` has an answer, which may change the value too; nil if `seconds`, if that is more than 0, pass
  /// without one.
  func wait<R>(seconds: Double = 0, _ body: (inout Value) -> R?) -> R? {
    mk_monitor_lock(monitor)
    defer { mk_monitor_unlock(monitor) }
    let end = seconds > 0 ? ContinuousClock.now + .seconds(min(seconds, 1e8)) : nil
    while true {
      if let answer = body(&value) { return answer }
      let left = end.map { ($0 - .now) / .seconds(1) } ?? 0
      if end != nil && left <= 0 { return nil }
      _ = mk_monitor_wait(monitor, left)
    }
  }
}
