public import TensorModule

/// What a ``CustomFunction``'s forward leaves for its backward (PyTorch's `ctx`).
public final class FunctionContext: Sendable {
  /// Whether the gradient of each input is wanted (PyTorch's `needs_input_grad`): what is not need not be computed.
  public let needsInputGradient: [Bool]

  private struct Saved: Sendable {
    let value: SavedValue
    /// Where the tensor's own gradient goes; for a result of the function itself, its number.
    let edge: Edge?
    let output: Int?
  }
  private struct Content: Sendable {
    /// During forward only.
    var pending: [Tensor] = []
    var dirty: [Tensor] = []
    var nonDifferentiable: [Tensor] = []

    var saved: [Saved] = []
    var savedCount = 0
    var wasReleased = false
    var info: (any Sendable)?
    var arrived: [Bool] = []
    // Weak: the node holds this context.
    weak var node: TapeNode?
  }
  private let content = Guarded(Content())

  init(needs: [Bool]) { needsInputGradient = needs }

  // MARK: For forward

  /// Keeps tensors for backward, to be read from ``savedTensors``: inputs, results or others. They are kept without their
  /// history, so nothing refers to itself, and a change in place before the backward pass is noticed.
  public func saveForBackward(_ tensors: Tensor...) { saveForBackward(tensors) }

  /// Keeps a list of tensors for backward.
  public func saveForBackward(_ tensors: [Tensor]) { content.withLock { $0.pending = tensors } }

  /// Says that results carry no gradient: indices, counts …
  public func markNonDifferentiable(_ results: Tensor...) { content.withLock { $0.nonDifferentiable = results } }

  /// Says that inputs were changed in place. They must be among the results.
  public func markDirty(_ inputs: Tensor...) { content.withLock { $0.dirty = inputs } }

  /// Anything else that backward needs.
  public var info: (any Sendable)? {
    get { content.withLock { $0.info } }
    set { content.withLock { $0.info = newValue } }
  }

  // MARK: For backward

  /// What forward saved, in its order. Fails if a backward pass has freed it or it was changed in place since.
  public var savedTensors: [Tensor] {
    let (saved, count, wasReleased, node) = content.withLock { ($0.saved, $0.savedCount, $0.wasReleased, $0.node) }
    // As many as were saved in any case: backward counts on them.
    if ThreadMode.hasFailed { return (0..<count).map { _ in standIn() } }
    if wasReleased {
      fail(
        TensorError(
          "savedTensors", rule: "the tensors saved by a custom function were freed by an earlier backward pass",
          hint: "pass retainGraph: true to the first backward if you need a second"))
      return (0..<count).map { _ in standIn() }
    }
    return saved.map { item in
      let value = item.value.value
      guard value.storage.version == item.value.version else {
        return failing(
          TensorError(
            "savedTensors",
            rule:
              "a tensor of shape \(value.layout.shape.tupleDescription) that a custom function saved was changed in place: it is at version \(value.storage.version), expected \(item.value.version)",
            hint: "use the operation that returns a new tensor instead, or clone() before the change"))
      }
      let tensor = Tensor(value.storage, layout: value.layout, dtype: value.dtype, flags: value.flags)
      if let edge = item.edge {
        tensor.setFreshHistory(edge.node, output: edge.output)
      } else if let output = item.output, let node {
        tensor.setFreshHistory(node, output: output)
      }
      return tensor
    }
  }

  /// Whether a gradient came to each result; where not, backward is given zeros.
  public var receivedGradients: [Bool] { content.withLock { $0.arrived } }

  // MARK: Ours

  var dirty: [Tensor] { content.withLock { $0.dirty } }

  func with<R>(arrived: [Bool], _ body: () -> R) -> R {
    content.withLock { $0.arrived = arrived }
    return body()
  }

  /// Lets go of all that only a backward would need.
  func discard() { clear { $0 = Content() } }

  func release() {
    if content.withLock({ $0.saved.isEmpty }) { return }
    clear {
      $0.saved = []  // the count stays
      $0.wasReleased = true
    }
  }

  private func clear(_ body: (inout Content) -> Void) {
    // What is let go of may be long in dying: outside the lock.
    let old = content.withLock { content in
      let old = content
      body(&content)
      return old
    }
    withExtendedLifetime(old) {}
  }

  /// Makes the node, gives the results their history, and keeps what was saved.
  func record(_ body: CustomBody, _ inputs: [Tensor], _ results: [Tensor]) -> [Tensor] {
    let marks = content.withLock { $0 }
    func contains(_ list: [Tensor], _ tensor: Tensor) -> Bool { list.contains { $0 === tensor } }
    var outputs: [Tensor] = []
    for result in results {
      let isDirty = contains(marks.dirty, result)
      let isTaken = !isDirty && (contains(inputs, result) || contains(outputs, result) || result.history != nil)
      // A result may have one history only: what has one, or could be changed through another tensor, comes as a view.
      let output = isTaken ? Tensor(result.storage, layout: result.layout, dtype: result.dtype) : result
      if isTaken && output.dtype.isFloatingPoint { output.becomeUntrackedView(of: result) }
      outputs.append(output)
    }
    let node = TapeNode(body, inputs, outputs: outputs)
    let saved = marks.pending.map { tensor in
      let output = results.firstIndex { $0 === tensor }
      let isInput = contains(inputs, tensor) && !contains(marks.dirty, tensor)
      let isDifferentiable = output.map { results[$0].dtype.isFloatingPoint && !contains(marks.nonDifferentiable, results[$0]) } ?? false
      if let output, !isInput { return Saved(value: SavedValue(tensor), edge: nil, output: isDifferentiable ? output : nil) }
      return Saved(value: SavedValue(tensor), edge: tensor.requiresGrad ? tensor.gradientEdge : nil, output: nil)
    }
    for (position, output) in outputs.enumerated() {
      guard output.dtype.isFloatingPoint, !contains(marks.nonDifferentiable, results[position]) else { continue }
      if contains(marks.dirty, output) {
        let written = Tensor(output.storage, layout: output.layout, dtype: output.dtype)
        written.setFreshHistory(node, output: position)
        Tape.shared.didWrite(output, from: written)
      } else {
        output.setFreshHistory(node, output: position)
      }
    }
    clear {
      $0.pending = []
      $0.dirty = []
      $0.nonDifferentiable = []
      $0.saved = saved
      $0.savedCount = saved.count
      $0.node = node
    }
    return outputs
  }
}
