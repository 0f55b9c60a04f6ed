internal import TensorModule

/// How far a loader's latest walk is, and what it needs to be walked again from the start.
struct LoaderPosition {
  /// Tells walks apart: only the latest is written down.
  var walk = 0
  /// Whether the walk has begun and is not at its end.
  var isInside = false
  /// What the samples' random numbers come from.
  var baseSeed = 0
  /// The state of the order's generator before its first draw; nil before that.
  var orderState: Generator.State?
  /// How many batches from the first on are delivered.
  var delivered = 0
  /// Later batches that are delivered too, of a loader that does not keep the order.
  var ahead: Set<Int> = []

  mutating func markDelivered(_ number: Int) {
    guard number >= delivered else { return }
    ahead.insert(number)
    while ahead.remove(delivered) != nil { delivered += 1 }
  }
}

/// What the walks of a loader share: the latest one's position, and the threads that outlive a walk.
///
/// Sendable: both behind locks.
final class LoaderMemory: Sendable {
  /// The latest walk's position; a loaded one waits here for the next walk.
  let position = Guarded(LoaderPosition())
  /// Whether the position was loaded and no walk has taken it up.
  let isLoaded = Guarded(false)
  /// Of persistent workers: the seed that they began with, and the number of walks since.
  let persistent = Guarded<(seed: Int, walks: Int)?>(nil)
  /// Persistent workers between two walks.
  let crew = Guarded<WorkerCrew?>(nil)
}
