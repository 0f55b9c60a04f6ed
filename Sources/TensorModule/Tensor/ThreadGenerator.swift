internal import CPUKernels

/// A generator that stands in for the default one on a thread, for some time. Used by one thread.
package final class ThreadGenerator {
  private let source: Generator
  /// Seeding costs more than many a sample, and most samples draw nothing: it waits until somebody does.
  private var pendingSeed: Int?

  /// A stand-in seeded with `seed`.
  package init(seed: Int) {
    source = Generator()
    pendingSeed = seed
  }

  /// A stand-in that goes on from a position.
  package init(_ state: Generator.State) {
    source = Generator()
    source.savedState = state
  }

  /// Starts the sequence of `seed`.
  package func reseed(_ seed: Int) { pendingSeed = seed }

  var generator: Generator {
    if let seed = pendingSeed {
      source.manualSeed(seed)
      pendingSeed = nil
    }
    return source
  }

  /// Runs `body` with this as the thread's default generator.
  package func asDefault<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
    let outer = mk_generator_slot()
    mk_set_generator_slot(Unmanaged.passUnretained(self).toOpaque())
    defer { mk_set_generator_slot(outer) }
    return try body()
  }

  static var current: ThreadGenerator? {
    mk_generator_slot().map { Unmanaged<ThreadGenerator>.fromOpaque($0).takeUnretainedValue() }
  }
}
