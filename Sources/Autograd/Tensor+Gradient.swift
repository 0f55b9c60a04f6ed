public import TensorModule

extension Tensor {
  /// True if gradients are computed for this tensor: a leaf that asked for them, or a result of one (PyTorch's
  /// `requires_grad`). Only floating-point leaves can be set.
  public var requiresGrad: Bool {
    get { flags.contains(.tracked) }
    set { requiresGrad_(newValue) }
  }

  /// Asks for gradients, or no longer (PyTorch's `requires_grad_`).
  @discardableResult
  public func requiresGrad_(_ requiresGrad: Bool = true) -> Tensor {
    if ThreadMode.hasFailed { return self }
    if flags.contains(.standIn) { return apply(.contiguous, self) }
    if requiresGrad == flags.contains(.tracked) { return self }
    if requiresGrad {
      guard dtype.isFloatingPoint else {
        return failing(
          TensorError(
            "requiresGrad", of: self, rule: "only floating-point tensors can require gradients, not \(dtype)",
            hint: "convert it with to(.float32) first"))
      }
      guard !flags.contains(.inference) || isInferenceModeEnabled else {
        return failing(
          TensorError(
            "requiresGrad", of: self, rule: "a tensor made in inference mode cannot require gradients", hint: "clone() it outside"))
      }
      Tape.install()
      if history == nil { setHistory(LeafNode(for: self)) }
      setFlags(.tracked)
    } else {
      guard isLeaf else {
        return failing(
          TensorError(
            "requiresGrad", of: self, rule: "only leaves can stop requiring gradients; this is the result of an operation",
            hint: "use detach()"))
      }
      setFlags([], removing: .tracked)
    }
    return self
  }

  /// True if the tensor was made inside of ``inferenceMode(_:_:)`` (PyTorch's `is_inference()`).
  public var isInference: Bool { flags.contains(.inference) }

  /// True if no recorded operation made this tensor (PyTorch's `is_leaf`).
  public var isLeaf: Bool { !(history?.node is TapeNode) }

  /// The gradient that backward passes have accumulated, nil before the first (PyTorch's `grad`). Results of
  /// operations keep theirs only after ``retainGrad()``. Set it to nil to start anew.
  public var grad: Tensor? {
    get {
      if ThreadMode.hasFailed { return standIn() }
      guard let edge = gradientEdge else { return nil }
      if let leaf = edge.node as? LeafNode { return leaf.gradient }
      return edge.node.extras?.withContent { $0.retained[edge.output] ?? nil }
    }
    set {
      if ThreadMode.hasFailed { return }
      if let newValue, newValue.shape != shape {
        return fail(TensorError("grad", of: self, newValue, rule: "a gradient must have its tensor's shape"))
      }
      if let leaf = history?.node as? LeafNode {
        leaf.gradient = newValue
      } else if history == nil {
        guard newValue != nil else { return }
        let leaf = LeafNode(for: self)
        leaf.gradient = newValue
        setHistory(leaf)
      } else if let edge = gradientEdge {
        edge.node.makeExtras().withContent { $0.retained[edge.output] = .some(newValue) }
      }
    }
  }

  /// Keeps the gradient of a result, to be read from `grad` (PyTorch's `retain_grad()`).
  public func retainGrad() {
    if ThreadMode.hasFailed { return }
    guard flags.contains(.tracked), let edge = gradientEdge else {
      return fail(TensorError("retainGrad", of: self, rule: "the tensor does not require gradients"))
    }
    guard edge.node is TapeNode else { return }
    edge.node.makeExtras().withContent { content in
      if content.retained[edge.output] == nil { content.retained[edge.output] = .some(nil) }
    }
  }

  /// Calls `body` with the gradient of this tensor whenever a backward pass has computed it; what it returns, if
  /// anything, replaces it (PyTorch's `register_hook`).
  /// - Returns: a handle whose `remove()` ends it.
  @discardableResult
  public func registerHook(_ body: @escaping @Sendable (Tensor) -> Tensor?) -> HookHandle {
    guard flags.contains(.tracked), let edge = gradientEdge else {
      fail(TensorError("registerHook", of: self, rule: "the tensor does not require gradients"))
      return HookHandle {}
    }
    let node = edge.node
    let id = node.makeExtras().withContent { content in
      defer { content.nextHook += 1 }
      content.hooks.append((content.nextHook, edge.output, body))
      return content.nextHook
    }
    return HookHandle { [weak node] in node?.extras?.withContent { $0.hooks.removeAll { $0.id == id } } }
  }

  /// Calls `body` with this leaf whenever a backward pass has added to its `grad` (PyTorch's
  /// `register_post_accumulate_grad_hook`): to update it at once and free the gradient, for example.
  /// - Returns: a handle whose `remove()` ends it.
  @discardableResult
  public func registerPostAccumulateGradHook(_ body: @escaping @Sendable (Tensor) -> Void) -> HookHandle {
    if ThreadMode.hasFailed { return HookHandle {} }
    guard flags.contains(.tracked), let node = gradientEdge?.node as? LeafNode else {
      fail(
        TensorError(
          "registerPostAccumulateGradHook", of: self,
          rule: isLeaf
            ? "the tensor does not require gradients" : "the tensor is the result of an operation: only leaves accumulate gradients",
          hint: isLeaf ? nil : "use registerHook"))
      return HookHandle {}
    }
    // Weak: nothing but its user keeps a tensor alive.
    let id = node.makeExtras().withContent { [weak self] content in
      defer { content.nextHook += 1 }
      content.accumulationHooks.append((content.nextHook, { [weak self] in if let self { body(self) } }))
      return content.nextHook
    }
    return HookHandle { [weak node] in node?.extras?.withContent { $0.accumulationHooks.removeAll { $0.id == id } } }
  }

  /// Computes the gradients of this tensor for all leaves it came from, and adds them to their `grad` (PyTorch's
  /// `backward()`).
  ///
  /// - Parameters:
  ///   - gradient: The gradient of whatever follows with respect to this tensor; 1 for a single number.
  ///   - retainGraph: Keeps what was saved, so that a second pass is possible. The default is `createGraph`.
  ///   - createGraph: Records the pass itself, for gradients of gradients.
  ///   - inputs: Accumulates only for these leaves.
  public func backward(
    gradient: Tensor? = nil, retainGraph: Bool? = nil, createGraph: Bool = false, inputs: [Tensor]? = nil
  ) {
    if ThreadMode.hasFailed { return }
    BackwardPass.run(
      [self], [gradient], retainGraph: retainGraph ?? createGraph, createGraph: createGraph, inputs: inputs, operation: "backward")
  }
}

/// Ends a hook.
public struct HookHandle: Sendable {
  private let body: @Sendable () -> Void
  package init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  /// Ends the hook.
  public func remove() { body() }
}

/// The gradients of outputs with respect to inputs, returned instead of accumulated (PyTorch's `torch.autograd.grad`).
///
/// - Parameters:
///   - outputs: What is differentiated; each needs a gradient in `gradOutputs` unless it is a single number.
///   - inputs: With respect to what.
///   - allowUnused: An input that the outputs do not depend on gives nil instead of an error.
public func grad(
  outputs: [Tensor], inputs: [Tensor], gradOutputs: [Tensor?]? = nil, retainGraph: Bool? = nil, createGraph: Bool = false,
  allowUnused: Bool
) -> [Tensor?] {
  if ThreadMode.hasFailed { return inputs.map { _ in standIn() } }
  guard gradOutputs == nil || gradOutputs!.count == outputs.count else {
    fail(TensorError("grad", rule: "got \(outputs.count) outputs but \(gradOutputs!.count) gradients for them"))
    return inputs.map { _ in standIn() }
  }
  let results = BackwardPass.gradients(
    outputs, gradOutputs ?? outputs.map { _ in nil }, inputs, retainGraph: retainGraph ?? createGraph,
    createGraph: createGraph)
  if !allowUnused && !ThreadMode.hasFailed, let position = results.firstIndex(where: { $0 == nil }) {
    fail(
      TensorError(
        "grad", of: inputs[position], rule: "the outputs do not depend on input \(position)",
        hint: "pass allowUnused: true to get nil for it"))
  }
  return ThreadMode.hasFailed ? inputs.map { _ in standIn() } : results
}

/// The gradients of outputs with respect to inputs that they all depend on (PyTorch's `torch.autograd.grad`).
public func grad(
  outputs: [Tensor], inputs: [Tensor], gradOutputs: [Tensor?]? = nil, retainGraph: Bool? = nil, createGraph: Bool = false
) -> [Tensor] {
  grad(
    outputs: outputs, inputs: inputs, gradOutputs: gradOutputs, retainGraph: retainGraph, createGraph: createGraph,
    allowUnused: false
  ).map { $0 ?? Tensor.zeros([]) }
}

/// The gradient of one output with respect to one input.
public func grad(_ output: Tensor, _ input: Tensor, createGraph: Bool = false) -> Tensor {
  grad(outputs: [output], inputs: [input], createGraph: createGraph)[0]
}

extension Parameter {
  /// A parameter that shares `data`'s elements and requires gradients unless told otherwise (PyTorch's
  /// `nn.Parameter`).
  public convenience init(_ data: Tensor, requiresGrad: Bool = true) {
    self.init(viewing: data)
    if requiresGrad { requiresGrad_() }
  }
}

extension Tensor {
  /// ``init(_:dtype:)`` for a leaf that requires gradients.
  public convenience init<E: TensorElements>(_ elements: E, dtype: DType? = nil, requiresGrad: Bool) {
    self.init(elements, dtype: dtype)
    if requiresGrad { requiresGrad_() }
  }
  /// ``rand(_:dtype:device:generator:)`` for a leaf that requires gradients.
  public static func rand(_ shape: Shape, dtype: DType = .float32, generator: Generator? = nil, requiresGrad: Bool) -> Tensor {
    rand(shape, dtype: dtype, generator: generator).requiresGrad_(requiresGrad)
  }
  /// ``randn(_:dtype:device:generator:)`` for a leaf that requires gradients.
  public static func randn(_ shape: Shape, dtype: DType = .float32, generator: Generator? = nil, requiresGrad: Bool) -> Tensor {
    randn(shape, dtype: dtype, generator: generator).requiresGrad_(requiresGrad)
  }
  /// ``zeros(_:dtype:device:)`` for a leaf that requires gradients.
  public static func zeros(_ shape: Shape, dtype: DType = .float32, requiresGrad: Bool) -> Tensor {
    zeros(shape, dtype: dtype).requiresGrad_(requiresGrad)
  }
  /// ``ones(_:dtype:device:)`` for a leaf that requires gradients.
  public static func ones(_ shape: Shape, dtype: DType = .float32, requiresGrad: Bool) -> Tensor {
    ones(shape, dtype: dtype).requiresGrad_(requiresGrad)
  }
}
