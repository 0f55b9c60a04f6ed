internal import CPUKernels
package import Synchronization

/// A lock for the few instructions in which an object's fields change.
///
/// Not the standard library's Mutex: on Linux that waits by a system call which ThreadSanitizer does not see, so that it
/// takes all that a Mutex guards for races. An atomic flag is seen, is one byte inside its object, and costs less when
/// nobody waits.
package struct SpinLock: ~Copyable, Sendable {
  @usableFromInline package let isTaken = Atomic<Bool>(false)

  @inlinable @inline(__always)
  package init() {}

  // Two plain calls rather than one with a closure: a generic call from another module is not specialised, and costs more
  // than what it guards.
  @inlinable @inline(__always)
  package borrowing func lock() {
    if isTaken.exchange(true, ordering: .acquiring) { wait() }
  }
  @inlinable @inline(__always)
  package borrowing func unlock() { isTaken.store(false, ordering: .releasing) }

  /// Until the flag is ours: at first at once, then behind the other threads, then asleep for moments.
  @usableFromInline @inline(never)
  package borrowing func wait() {
    var attempts: UInt32 = 0
    repeat {
      while isTaken.load(ordering: .relaxed) {
        mk_wait(attempts)
        attempts &+= 1
      }
    } while isTaken.exchange(true, ordering: .acquiring)
  }
}

/// A value that one thread at a time may touch.
package final class Guarded<Value>: @unchecked Sendable {
  private let lock = SpinLock()
  @exclusivity(unchecked) private var value: Value

  package init(_ value: sending Value) { self.value = value }

  package func withLock<R>(_ body: (inout Value) throws -> R) rethrows -> R {
    lock.lock()
    defer { lock.unlock() }
    return try body(&value)
  }
}

/// A lock that the thread which holds it may take again: for whole calls, in which the same code may be met once more.
package final class RecursiveLock: Sendable {
  private let lock = SpinLock()
  /// The thread that holds the lock, or 0.
  private let owner = Atomic<UInt>(0)

  package init() {}

  /// True while the calling thread holds the lock.
  package var isHeld: Bool { owner.load(ordering: .relaxed) == UInt(mk_thread_identity()) }

  package func withLock<R>(_ body: () throws -> R) rethrows -> R {
    if isHeld { return try body() }
    lock.lock()
    owner.store(UInt(mk_thread_identity()), ordering: .relaxed)
    defer {
      owner.store(0, ordering: .relaxed)
      lock.unlock()
    }
    return try body()
  }
}
