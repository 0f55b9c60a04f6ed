package import TensorModule

/// Tensors that are lent the elements and the gradient history of others for the time of a call: how a module whose
/// parameters are constants computes with other ones.
///
/// A tensor cannot be two things at once, so calls of this kind take turns across threads. What was computed keeps the
/// history of the tensors that were lent, and needs the borrowers no more.
package final class Substitution: Sendable {
  /// The substitutions that hold on this thread now.
  @TaskLocal package static var current: Substitution?

  private static let turn = RecursiveLock()

  private let pairs: [(target: Tensor, value: Tensor)]
  private let outer: Substitution?

  /// Each target is lent the value beside it.
  package init(_ pairs: [(target: Tensor, value: Tensor)]) {
    self.pairs = pairs
    outer = Self.current
  }

  /// Runs `body` with the targets being the values, those of the substitutions around this one included.
  package func run<R>(_ body: () -> R) -> R {
    Self.turn.withLock {
      if let outer, Self.current !== outer { return outer.run { lend(body) } }
      return lend(body)
    }
  }

  private func lend<R>(_ body: () -> R) -> R {
    if ThreadMode.hasFailed { return body() }
    // All are read before any is changed: a value may be another pair's target.
    let lent = pairs.map(\.value.substance), own = pairs.map(\.target.substance)
    for (pair, substance) in zip(pairs, lent) { pair.target.become(substance) }
    defer { for (pair, substance) in zip(pairs, own) { pair.target.become(substance) } }
    return Self.$current.withValue(self, operation: body)
  }
}
