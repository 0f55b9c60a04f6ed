internal import CPUKernels

/// The calling thread's mode, one bit each; read once at the door.
package struct ThreadMode: OptionSet, Sendable {
  package let rawValue: UInt64
  package init(rawValue: UInt64) { self.rawValue = rawValue }

  /// Inside `withNoGrad`: nothing is recorded.
  package static let noGradient = ThreadMode(rawValue: 1)
  /// Inside `inferenceMode`: nothing is recorded, and results can never be.
  package static let inference = ThreadMode(rawValue: 2)
  /// Inside ``catchingTensorErrors(_:)``.
  package static let catching = ThreadMode(rawValue: 4)
  /// A catching scope has seen its first failure: the door computes nothing.
  package static let failed = ThreadMode(rawValue: 8)
  /// Anomaly detection looks for NaN after every recorded operation.
  package static let anomaly = ThreadMode(rawValue: 16)
  /// Inside a checkpointed function: the tape keeps no values, or collects them anew.
  package static let checkpoint = ThreadMode(rawValue: 32)

  package static var current: ThreadMode {
    get { ThreadMode(rawValue: mk_thread_mode()) }
    set { mk_set_thread_mode(newValue.rawValue) }
  }

  package static var hasFailed: Bool { current.contains(.failed) }

  /// Runs `body` with the mode changed, and puts it back.
  package static func with<R, E: Error>(
    adding added: ThreadMode = [], removing removed: ThreadMode = [], _ body: () throws(E) -> R
  ) throws(E) -> R {
    let changing: ThreadMode = [.noGradient, .inference, .anomaly, .checkpoint, .autocast]
    let outer = current
    current = outer.union(added).subtracting(removed)
    // Only the bits that were asked for go back: a failure inside must stay visible outside.
    defer { current = current.subtracting(changing).union(outer.intersection(changing)) }
    return try body()
  }
}

/// What a catching scope remembers, reachable from the thread's slot while the scope runs.
private final class ErrorScope {
  var firstError: TensorError?
  var callsAfterFailure = 0
  let outer: UnsafeMutableRawPointer?
  init(outer: UnsafeMutableRawPointer?) { self.outer = outer }

  static var current: ErrorScope? {
    mk_thread_slot().map { Unmanaged<ErrorScope>.fromOpaque($0).takeUnretainedValue() }
  }
}

/// After this many operations following a failure the scope gives up: a loop is waiting for a value that will not come.
private let maximumCallsAfterFailure = 1_000_000

/// Runs `body` and throws the first ``TensorError`` that a tensor operation in it meets, instead of ending the program.
///
/// Synchronous, and for the calling thread. After the first failure no operation in the scope computes anything: each
/// returns a stand-in, writes in place are skipped, random numbers are not drawn, and values read are zeros. So return
/// tensors from the scope and read values outside; a stand-in used outside the scope ends the program with the error's
/// text. Swift's own traps (array bounds, integer overflow) are not caught. Scopes nest.
///
/// ```swift
/// let y = try catchingTensorErrors { a.matmul(b) }
/// ```
/// - Throws: the first `TensorError`, or what `body` itself throws if no operation failed.
public func catchingTensorErrors<R>(_ body: () throws -> R) throws -> R {
  let outerMode = ThreadMode.current
  if outerMode.contains(.failed), let error = ErrorScope.current?.firstError {
    // The scope around has failed already: nothing would be computed, and its error is what there is to tell.
    _ = standIn()
    throw error
  }
  let scope = ErrorScope(outer: mk_thread_slot())
  mk_set_thread_slot(Unmanaged.passUnretained(scope).toOpaque())
  ThreadMode.current = outerMode.union(.catching)
  defer {
    mk_set_thread_slot(scope.outer)
    ThreadMode.current = outerMode
  }
  let result: Result<R, any Error> = withExtendedLifetime(scope) {
    let result = Result { try body() }
    // A device reports its errors when it is waited for; they belong to this scope.
    if scope.firstError == nil { BackendRegistry.synchronizeUsedDevices() }
    return result
  }
  if let error = scope.firstError { throw error }
  return try result.get()
}

/// The one way in which wrong use of the library ends: inside a catching scope the error is kept and the scope's
/// remaining operations become stand-ins; anywhere else the program stops with the error's text.
///
/// `fatalError` prints its message in release builds; `precondition` does not.
package func fail(_ error: TensorError) {
  let mode = ThreadMode.current
  guard mode.contains(.catching), let scope = ErrorScope.current else {
    fatalError(error.description)
  }
  if scope.firstError == nil {
    scope.firstError = error
    ThreadMode.current = mode.union(.failed)
  }
}

/// ``fail(_:)`` with the stand-in that the failed operation returns.
package func failing(_ error: TensorError) -> Tensor {
  fail(error)
  return standIn()
}

/// What every operation returns after a failure in a catching scope.
package func standIn() -> Tensor {
  guard let scope = ErrorScope.current, let error = scope.firstError else {
    fatalError("a stand-in was asked for without a failure")
  }
  scope.callsAfterFailure += 1
  if scope.callsAfterFailure > maximumCallsAfterFailure {
    fatalError("\(error) (and \(maximumCallsAfterFailure) operations were called after that failure)")
  }
  return Tensor(standInFor: error)
}
