internal import CPUKernels

/// A source of random numbers: MT19937 with PyTorch's CPU recipes, so that a seed gives the numbers that PyTorch gives.
///
/// Drawing is serialised; tasks that share a generator get some order of its numbers.
public final class Generator: Sendable {
  private let state: Guarded<mk_generator>

  /// A generator seeded with `seed`. Negative seeds wrap around, as PyTorch's do.
  public init(seed: Int = 5489) {
    var generator = mk_generator()
    mk_generator_seed(&generator, UInt64(bitPattern: Int64(seed)))
    state = Guarded(generator)
  }

  /// Starts the sequence of `seed` (PyTorch's `manual_seed`), forgetting a cached normal number.
  @discardableResult
  public func manualSeed(_ seed: Int) -> Generator {
    state.withLock { mk_generator_seed(&$0, UInt64(bitPattern: Int64(seed))) }
    return self
  }

  /// The seed that the sequence began with (PyTorch's `initial_seed`).
  public var initialSeed: Int { Int(bitPattern: UInt(withState { $0.seed })) }

  /// Starts a sequence from a seed drawn from the system, and returns it (PyTorch's `seed()`).
  @discardableResult
  public func seed() -> Int {
    let seed = Int.random(in: 0...Int.max)
    manualSeed(seed)
    return seed
  }

  /// The generator that operations use when none is named. Seeded at random at start-up, by `manualSeed(_:)` later.
  ///
  /// While a data loader reads a sample, a generator of that sample's own.
  public static var `default`: Generator { ThreadGenerator.current?.generator ?? shared }

  private static let shared = Generator(seed: Int.random(in: 0...Int.max))

  /// Runs `body` with the state, alone.
  func withState<R>(_ body: (inout mk_generator) -> R) -> R {
    state.withLock { body(&$0) }
  }

  /// The position in the sequence, to go back to (PyTorch's `get_state`).
  public struct State: Sendable {
    let words: mk_generator
  }

  /// The position in the sequence; assigning goes back to it (PyTorch's `get_state`, `set_state`).
  public var savedState: State {
    get { State(words: withState { $0 }) }
    set { withState { $0 = newValue.words } }
  }

  /// An integer from all of 0 ..< 2⁶³, as `torch.empty((), dtype=int64).random_()` draws it.
  package func nextInt63() -> Int { Int(withState { mk_random64(&$0) } & UInt64(Int64.max)) }
}

/// Seeds the default generator: the numbers that follow are PyTorch's after `torch.manual_seed(seed)`.
@discardableResult
public func manualSeed(_ seed: Int) -> Generator { Generator.default.manualSeed(seed) }
