internal import Synchronization
internal import TensorModule

/// One walk from outputs back to leaves.
///
/// Nodes wait in a heap ordered by their serial numbers. A node's users are all younger than it, so when it comes to
/// the top every gradient that it will ever get has arrived. No recursion, no counting beforehand.
struct BackwardPass {
  private let id: UInt64
  private let keepsGraph: Bool
  private let createsGraph: Bool
  private var heap = NodeHeap()
  /// Gradients of nodes that another pass has claimed (a task walking the same graph, or an outer pass).
  private var sideSlots: [ObjectIdentifier: GradientSlot] = [:]
  /// If not nil: only these nodes lead to what is asked for.
  private var needed: Set<ObjectIdentifier>?
  /// Where gradients are captured instead of accumulated, by node and output.
  private var captures: [CaptureKey: Tensor?] = [:]
  private var accumulatesOnly: Set<ObjectIdentifier>?

  private struct CaptureKey: Hashable {
    let node: ObjectIdentifier
    let output: Int
    init(_ edge: Edge) {
      node = ObjectIdentifier(edge.node)
      output = edge.output
    }
  }

  private static let lastID = Atomic<UInt64>(0)

  private init(keepsGraph: Bool, createsGraph: Bool) {
    id = Self.lastID.add(1, ordering: .relaxed).newValue
    self.keepsGraph = keepsGraph
    self.createsGraph = createsGraph
  }

  // MARK: Entry points

  /// Accumulates into the leaves' gradients.
  static func run(
    _ outputs: [Tensor], _ gradients: [Tensor?], retainGraph: Bool, createGraph: Bool, inputs: [Tensor]?, operation: String
  ) {
    guard let roots = checkedRoots(outputs, gradients, operation) else { return }
    var pass = BackwardPass(keepsGraph: retainGraph, createsGraph: createGraph)
    if let inputs {
      var leaves = Set<ObjectIdentifier>()
      for input in inputs {
        guard input.isLeaf, let edge = input.gradientEdge, input.requiresGrad else {
          return fail(TensorError(operation, of: input, rule: "every input must be a leaf that requires gradients"))
        }
        leaves.insert(ObjectIdentifier(edge.node))
      }
      pass.accumulatesOnly = leaves
      pass.restrict(to: leaves, from: roots.map(\.edge))
    }
    pass.walk(roots)
  }

  /// Returns the gradients at `inputs`; nil where the outputs do not depend on one.
  static func gradients(
    _ outputs: [Tensor], _ gradients: [Tensor?], _ inputs: [Tensor], retainGraph: Bool, createGraph: Bool
  ) -> [Tensor?] {
    guard let roots = checkedRoots(outputs, gradients, "grad") else { return inputs.map { _ in nil } }
    var pass = BackwardPass(keepsGraph: retainGraph, createsGraph: createGraph)
    var edges: [Edge] = []
    for input in inputs {
      guard input.flags.contains(.tracked), let edge = input.gradientEdge else {
        fail(TensorError("grad", of: input, rule: "an input does not require gradients", hint: "set requiresGrad before it is used"))
        return inputs.map { _ in nil }
      }
      edges.append(edge)
      pass.captures[CaptureKey(edge)] = .some(nil)
    }
    pass.accumulatesOnly = []
    pass.restrict(to: Set(edges.map { ObjectIdentifier($0.node) }), from: roots.map(\.edge))
    pass.walk(roots)
    return edges.map { pass.captures[CaptureKey($0)] ?? nil }
  }

  /// The outputs' edges with their first gradients, or nil after failing.
  private static func checkedRoots(
    _ outputs: [Tensor], _ gradients: [Tensor?], _ operation: String
  ) -> [(edge: Edge, gradient: Tensor)]? {
    var roots: [(edge: Edge, gradient: Tensor)] = []
    for (output, gradient) in zip(outputs, gradients) {
      if let error = output.standInError { fatalError("a tensor from a failed scope was used outside of it: \(error)") }
      guard output.flags.contains(.tracked), let edge = output.gradientEdge else {
        fail(
          TensorError(
            operation, of: output, rule: "the tensor does not require gradients and no operation on one that does made it",
            hint: "set requiresGrad on a leaf before the computation, outside of withNoGrad"))
        return nil
      }
      if let gradient {
        guard gradient.shape == output.shape else {
          fail(TensorError(operation, of: output, gradient, rule: "the gradient must have the output's shape"))
          return nil
        }
        roots.append((edge, gradient))
      } else {
        guard output.elementCount == 1 else {
          fail(
            TensorError(
              operation, of: output, rule: "only a single number can start a backward pass by itself",
              hint: "reduce it with sum() or mean(), or pass gradient:"))
          return nil
        }
        roots.append((edge, withNoGrad { Tensor.onesLike(output) }))
      }
    }
    return roots
  }

  /// Finds the nodes that lead to the targets: an operation does if one of its operands' nodes does.
  private mutating func restrict(to targets: Set<ObjectIdentifier>, from roots: [Edge]) {
    var nodes: [GradientNode] = []
    var seen = Set<ObjectIdentifier>()
    var stack = roots.map(\.node)
    while let node = stack.popLast() {
      guard seen.insert(ObjectIdentifier(node)).inserted else { continue }
      nodes.append(node)
      if let node = node as? TapeNode {
        for i in 0..<node.operandCount { if let edge = node.edge(i) { stack.append(edge.node) } }
      }
    }
    nodes.sort { $0.serial < $1.serial }
    var result = targets
    for case let node as TapeNode in nodes {
      let leads = (0..<node.operandCount).contains { i in node.edge(i).map { result.contains(ObjectIdentifier($0.node)) } ?? false }
      if leads { result.insert(ObjectIdentifier(node)) }
    }
    needed = result
  }

  // MARK: The walk

  private mutating func walk(_ roots: [(edge: Edge, gradient: Tensor)]) {
    let body: (inout BackwardPass) -> Void = { pass in
      for root in roots { pass.deliver(root.gradient, to: root.edge) }
      while let node = pass.heap.popLargest() {
        pass.process(node)
        if ThreadMode.hasFailed { break }
      }
      pass.abandonQueue()
    }
    // In the types of the forward computation, whatever the scope around.
    Autocast.without { if createsGraph { withGrad { body(&self) } } else { withNoGrad { body(&self) } } }
  }

  /// After a failure: gives claimed nodes back.
  private mutating func abandonQueue() {
    while let node = heap.popLargest() { _ = takeSlot(node) }
  }

  private mutating func process(_ node: GradientNode) {
    var slot = takeSlot(node)
    if let extras = node.extras { runHooks(extras, &slot) }
    if !captures.isEmpty {
      for index in 0..<node.outputCount {
        let key = CaptureKey(Edge(node, index))
        if captures[key] != nil { captures[key] = .some(slot[index]) }
      }
    }
    guard node.isOperation else {
      let leaf = unsafeDowncast(node, to: LeafNode.self)
      if accumulatesOnly?.contains(ObjectIdentifier(leaf)) ?? true { accumulate(&slot, into: leaf) }
      return
    }
    let node = unsafeDowncast(node, to: TapeNode.self)
    // The gradient is taken last: if another condition fails, the rule below needs it.
    if !createsGraph, case .view(let window) = node.primitive, window.isWindow, let edge = node.edge(0), edge.output == 0,
      let gradient = slot.first.take()
    {
      if ThreadMode.current.contains(.anomaly) { Anomaly.checkGradient(of: node, gradient, operand: 0) }
      deliver(gradient, in: window, to: edge)
      return
    }
    // A node at which the asked-for gradients end is not walked through.
    if let needed, !(0..<node.operandCount).contains(where: { i in node.edge(i).map { needed.contains(ObjectIdentifier($0.node)) } ?? false }) {
      return
    }
    var context = DerivativeContext(
      node: node, gradient: slot.first.take(), moreGradients: slot.more ?? [], tracked: createsGraph, needed: needed)
    do throws(TensorError) {
      try node.primitive.derive(&context)
    } catch {
      return fail(error)
    }
    if !keepsGraph { node.releaseSaved() }
    let checksNaN = ThreadMode.current.contains(.anomaly)
    for i in 0..<node.operandCount {
      guard let edge = node.edge(i), let gradient = context.takeResult(i) else { continue }
      if checksNaN { Anomaly.checkGradient(of: node, gradient, operand: i) }
      deliver(gradient, to: edge)
    }
  }

  /// Adds a gradient to what a node has got, fitted to the output's shape and type.
  @inline(__always)
  private mutating func deliver(_ gradient: consuming Tensor, to edge: Edge) {
    if let needed, !needed.contains(ObjectIdentifier(edge.node)) { return }
    let fitted = Self.fit(gradient, edge.metadata)
    let node = edge.node
    let isOurs = claim(node)
    if isOurs {
      if node.slot.add(fitted, at: edge.output) { heap.insert(node) }
    } else {
      if sideSlots[ObjectIdentifier(node), default: GradientSlot()].add(fitted, at: edge.output) { heap.insert(node) }
    }
  }

  /// Adds the gradient of a view that looks at a part of its base.
  private mutating func deliver(_ gradient: Tensor, in window: ViewOperation, to edge: Edge) {
    let node = edge.node
    if let needed, !needed.contains(ObjectIdentifier(node)) { return }
    if claim(node) {
      if node.slot.add(gradient, in: window, of: edge.metadata) { heap.insert(node) }
    } else if sideSlots[ObjectIdentifier(node), default: GradientSlot()].add(gradient, in: window, of: edge.metadata) {
      heap.insert(node)
    }
  }

  @inline(__always)
  private static func fit(_ gradient: consuming Tensor, _ metadata: OutputMetadata) -> Tensor {
    var result = gradient
    if result.layout.shape != metadata.shape { result = result.summed(to: metadata.shape) }
    if result.dtype != metadata.dtype { result = result.to(metadata.dtype) }
    if result.device != metadata.device { result = result.to(metadata.device) }
    return result
  }

  @inline(__always)
  private func claim(_ node: GradientNode) -> Bool {
    if node.claimant.load(ordering: .relaxed) == id { return true }
    // Once put aside a node stays there for this pass, even if the other pass ends meanwhile.
    if !sideSlots.isEmpty && sideSlots[ObjectIdentifier(node)] != nil { return false }
    return node.claimant.compareExchange(expected: 0, desired: id, ordering: .acquiringAndReleasing).exchanged
  }

  private mutating func takeSlot(_ node: GradientNode) -> GradientSlot {
    if node.claimant.load(ordering: .relaxed) == id {
      let slot = node.slot
      node.slot = GradientSlot()
      node.claimant.store(0, ordering: .releasing)
      return slot
    }
    return sideSlots.removeValue(forKey: ObjectIdentifier(node)) ?? GradientSlot()
  }

  private func accumulate(_ slot: inout GradientSlot, into leaf: LeafNode) {
    guard var gradient = slot.first else { return }
    slot.first = nil
    // Taken over if nobody else can see it, else copied: two leaves must not share one gradient, nor a leaf and the
    // caller. A recorded one is copied with its history.
    let isOwned = !createsGraph && isKnownUniquelyReferenced(&gradient) && gradient.ownsUnsharedMemory && gradient.isContiguous
    leaf.update { present in
      guard let present else { return isOwned ? gradient : gradient.clone() }
      return createsGraph ? present + gradient : present.add_(gradient)
    }
    // Outside the lock: they may add or remove hooks.
    for hook in leaf.extras?.withContent({ $0.accumulationHooks }) ?? [] { hook.body() }
  }

  private func runHooks(_ extras: NodeExtras, _ slot: inout GradientSlot) {
    // Hooks run outside the lock: they may add or remove hooks.
    let content = extras.withContent { $0 }
    for hook in content.hooks {
      guard let current = slot[hook.output], let replacement = hook.body(current) else { continue }
      slot[hook.output] = replacement
    }
    for output in content.retained.keys {
      guard let gradient = slot[output] else { continue }
      let present = content.retained[output] ?? nil
      let total = present.map { $0 + gradient } ?? (createsGraph ? gradient : gradient.clone())
      extras.withContent { $0.retained[output] = .some(total) }
    }
  }
}

extension GradientSlot {
  /// Adds the gradient of a window into this node's output: into the window itself if the rest is there already, so that
  /// the steps of a sequence do not each cost a whole sequence of zeros. True if this is the first for the node.
  mutating func add(_ gradient: Tensor, in window: ViewOperation, of metadata: OutputMetadata) -> Bool {
    if ownsFirst, let present = first, present.dtype == gradient.dtype, present.device == gradient.device {
      let layout = window.layout(of: present.layout, target: gradient.shape)
      let part = Tensor(present.storage, layout: layout, dtype: present.dtype)
      do throws(TensorError) {
        try run(.binary(.add), Operands(part, gradient), into: part)
      } catch {
        fail(error)
      }
      return false
    }
    let isFirst = first == nil
    let result = add(applyPlacement(window, gradient, baseShape: metadata.shape), at: 0)
    if isFirst { ownsFirst = true }
    return result
  }

  /// Adds a gradient; true if this is the first for the node.
  @inline(__always)
  mutating func add(_ gradient: consuming Tensor, at output: Int) -> Bool {
    if output == 0 {
      if let present = first.take() {
        first = present + gradient
        ownsFirst = true
      } else {
        first = gradient
      }
    } else if let present = self[output] {
      self[output] = present + gradient
    } else {
      self[output] = gradient
    }
    if isQueued { return false }
    isQueued = true
    return true
  }
}

/// A binary heap of nodes, the greatest serial number on top.
private struct NodeHeap {
  private var nodes: [GradientNode] = []

  mutating func insert(_ node: GradientNode) {
    nodes.append(node)
    var i = nodes.count - 1
    while i > 0 {
      let parent = (i - 1) / 2
      if nodes[parent].serial >= nodes[i].serial { break }
      nodes.swapAt(i, parent)
      i = parent
    }
  }

  mutating func popLargest() -> GradientNode? {
    guard let top = nodes.first else { return nil }
    let last = nodes.removeLast()
    guard !nodes.isEmpty else { return top }
    nodes[0] = last
    var i = 0
    while true {
      let left = 2 * i + 1
      guard left < nodes.count else { break }
      let right = left + 1
      let larger = right < nodes.count && nodes[right].serial > nodes[left].serial ? right : left
      if nodes[i].serial >= nodes[larger].serial { break }
      nodes.swapAt(i, larger)
      i = larger
    }
    return top
  }
}

extension Tensor {
  /// Summed over the dimensions along which `target` was broadcast to this shape.
  final func summed(to target: Shape) -> Tensor {
    if shape == target { return self }
    let lead = rank - target.rank
    guard lead >= 0 else { return reshape(target) }
    var axes: [Int] = Array(0..<lead)
    for i in 0..<target.rank where target.dimensions[i] == 1 && shape.dimensions[lead + i] != 1 { axes.append(lead + i) }
    let total = axes.isEmpty ? self : sum(dims: axes, keepDim: true, dtype: dtype)
    return total.reshape(target)
  }
}
