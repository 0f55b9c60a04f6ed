public import TensorModule

/// Computes `body` without keeping the values that its gradients need: the backward pass computes them again (PyTorch's
/// `torch.utils.checkpoint`, in its non-reentrant form). Costs a second forward computation, saves its memory.
///
/// Gradients are the same as without, also for tensors that `body` captures, and of any order. `body` must do the same
/// when it is called again; its inputs may not be changed in place before that.
/// - Parameter preservesRandomState: Draws the same random numbers from the default generator again, for dropout.
public func checkpoint(
  _ inputs: [Tensor], preservesRandomState: Bool = true, _ body: @escaping @Sendable ([Tensor]) -> [Tensor]
) -> [Tensor] {
  guard isGradEnabled, !ThreadMode.hasFailed else { return body(inputs) }
  let frame = CheckpointFrame(inputs, preservesRandomState: preservesRandomState, body)
  let scope = CheckpointScope(frame, isCollecting: false)
  let results = scope.run { body(inputs) }
  frame.seal(scope.kinds)
  return results
}

/// ``checkpoint(_:preservesRandomState:_:)`` for a function of one tensor.
public func checkpoint(
  _ input: Tensor, preservesRandomState: Bool = true, _ body: @escaping @Sendable (Tensor) -> Tensor
) -> Tensor {
  checkpoint([input], preservesRandomState: preservesRandomState) { [body($0[0])] }[0]
}

/// A checkpointed call: what is needed to make it again, and the values that were computed again and not yet fetched.
final class CheckpointFrame: Sendable {
  private let inputs: [Tensor]
  private let versions: [UInt32]
  private let randomState: Generator.State?
  /// The call may be made again when the parameters that were lent to it are back.
  private let substitution = Substitution.current
  private let dtype = autocastDType
  private let body: @Sendable ([Tensor]) -> [Tensor]

  private struct Content {
    /// The operations that save values, in order.
    var kinds: [String] = []
    var values: [Int: SavedValues.Content] = [:]
  }
  private let content = Guarded(Content())

  init(_ inputs: [Tensor], preservesRandomState: Bool, _ body: @escaping @Sendable ([Tensor]) -> [Tensor]) {
    self.inputs = inputs
    versions = inputs.map { $0.storage.version }
    randomState = preservesRandomState ? Generator.default.savedState : nil
    self.body = body
  }

  func seal(_ kinds: [String]) { content.withLock { $0.kinds = kinds } }

  /// The values of the operation at a place; computed with all others if nobody has yet.
  func values(at index: Int) throws(TensorError) -> SavedValues.Content {
    if let values = content.withLock({ $0.values.removeValue(forKey: index) }) { return values }
    try recompute()
    guard let values = content.withLock({ $0.values.removeValue(forKey: index) }) else {
      throw TensorError("checkpoint", rule: "the checkpointed function could not be computed again")
    }
    return values
  }

  private func recompute() throws(TensorError) {
    for (input, version) in zip(inputs, versions) where input.storage.version != version {
      throw TensorError(
        "checkpoint", of: input, rule: "an input of a checkpointed function was changed in place before the backward pass",
        hint: "clone() it before the change")
    }
    let presentState = randomState.map { _ in Generator.default.savedState }
    if let randomState { Generator.default.savedState = randomState }
    let scope = CheckpointScope(self, isCollecting: true)
    _ = scope.run { Autocast.with(dtype) { substitution?.run { body(inputs) } ?? body(inputs) } }
    if let presentState { Generator.default.savedState = presentState }
    let kinds = content.withLock { $0.kinds }
    guard scope.kinds == kinds else {
      let place = zip(scope.kinds, kinds).enumerated().first { $1.0 != $1.1 }?.offset ?? min(scope.kinds.count, kinds.count)
      func name(_ list: [String]) -> String { place < list.count ? list[place] : "none" }
      throw TensorError(
        "checkpoint",
        rule:
          "the checkpointed function did something else when it was computed again: operation \(place) was \(name(kinds)) and is \(name(scope.kinds))",
        hint: "it must not depend on what changes between the calls")
    }
    content.withLock { content in
      for (index, values) in scope.collected.enumerated() { content.values[index] = values.current }
    }
  }
}

/// One run of a checkpointed function: counts the operations that save values.
///
/// Sendable: used by the thread that runs the function alone.
final class CheckpointScope: @unchecked Sendable {
  @TaskLocal static var current: CheckpointScope?

  private let frame: CheckpointFrame
  private let isCollecting: Bool
  private(set) var kinds: [String] = []
  private(set) var collected: [SavedValues] = []

  init(_ frame: CheckpointFrame, isCollecting: Bool) {
    self.frame = frame
    self.isCollecting = isCollecting
  }

  func run<R>(_ body: () -> R) -> R {
    Self.$current.withValue(self) {
      ThreadMode.with(adding: .checkpoint, removing: [.noGradient, .inference], body)
    }
  }

  /// A promise on the first run, the values when they are collected.
  func values(of primitive: Primitive, _ make: () -> SavedValues) -> SavedValues {
    defer { kinds.append(primitive.name) }
    guard isCollecting else { return SavedValues(from: frame, at: kinds.count) }
    let values = make()
    collected.append(values)
    return values
  }
}
