internal import TensorModule
internal import Synchronization

/// A node of the gradient graph: receives the gradient of each of its outputs during a backward pass. Either a
/// ``TapeNode`` (an operation) or a ``LeafNode`` (a tensor that gradients are accumulated for).
///
/// Sendable: what changes after creation is under the node's lock, or belongs to the one backward pass that claimed
/// the node.
package class GradientNode: @unchecked Sendable {
  /// Greater than that of every node this one leads to: the order of the backward pass.
  package let serial: UInt64
  /// Shape, type and place of the outputs, to which incoming gradients are fitted.
  package let output: OutputMetadata
  /// What few nodes have; nil for most, so that the usual node is one allocation.
  let rare: RareParts?
  /// Hooks and retained gradients, made when first asked for: few nodes have them.
  private let extrasReference = Atomic<Unmanaged<NodeExtras>?>(nil)
  /// False for leaves. A stored answer, because asking the class costs more.
  let isOperation: Bool

  /// The pass that holds `slot` now; 0 if none.
  let claimant = Atomic<UInt64>(0)
  /// The claiming pass's gradients for this node.
  @exclusivity(unchecked) final var slot = GradientSlot()

  private static let lastSerial = Atomic<UInt64>(0)

  init(output: OutputMetadata, rare: RareParts?, isOperation: Bool) {
    self.isOperation = isOperation
    serial = Self.lastSerial.add(1, ordering: .relaxed).newValue
    self.output = output
    self.rare = rare
  }

  deinit { extrasReference.load(ordering: .acquiring)?.release() }

  /// Hooks and retained gradients, if there are any.
  final var extras: NodeExtras? { extrasReference.load(ordering: .acquiring)?.takeUnretainedValue() }

  /// The same, made if missing.
  final func makeExtras() -> NodeExtras {
    if let extras { return extras }
    let mine = Unmanaged.passRetained(NodeExtras())
    let (exchanged, winner) = extrasReference.compareExchange(expected: nil, desired: mine, ordering: .acquiringAndReleasing)
    if exchanged { return mine.takeUnretainedValue() }
    mine.release()
    return winner!.takeUnretainedValue()
  }

  final var outputCount: Int { 1 + (rare?.moreOutputs.count ?? 0) }
  final func metadata(_ index: Int) -> OutputMetadata { index == 0 ? output : rare!.moreOutputs[index - 1] }
}

/// What a node knows of one of its outputs.
package struct OutputMetadata: Sendable {
  let shape: Shape
  let dtype: DType
  let device: Device
  @inline(__always)
  init(_ tensor: __shared Tensor) {
    shape = tensor.shape
    dtype = tensor.dtype
    device = tensor.device
  }
}

/// Parts of a node beyond two operands and one output.
final class RareParts {
  let moreOutputs: [OutputMetadata]
  /// The third and later operands' edges.
  var laterEdges: [Edge?]
  /// The sizes of all operands, for the primitives whose derivative cuts by them.
  let operandShapes: [Shape]
  /// Of the operations on windows.
  let geometry: WindowGeometry?
  /// Of a function of the program's own.
  let custom: CustomBody?

  init(
    moreOutputs: [OutputMetadata] = [], laterEdges: [Edge?] = [], operandShapes: [Shape] = [],
    geometry: WindowGeometry? = nil, custom: CustomBody? = nil
  ) {
    self.custom = custom
    self.moreOutputs = moreOutputs
    self.laterEdges = laterEdges
    self.operandShapes = operandShapes
    self.geometry = geometry
  }
}

/// Gradients that have arrived at a node during a pass.
struct GradientSlot {
  var first: Tensor?
  /// True if `first` was made during the pass and nobody else can see it: more may be added in place.
  var ownsFirst = false
  /// Of the outputs after the first.
  var more: [Tensor?]?
  var isQueued = false

  /// The gradient of an output, if one has arrived.
  subscript(output: Int) -> Tensor? {
    get {
      if output == 0 { return first }
      guard let more, output <= more.count else { return nil }
      return more[output - 1]
    }
    set {
      if output == 0 {
        first = newValue
      } else {
        var list = more ?? []
        while list.count < output { list.append(nil) }
        list[output - 1] = newValue
        more = list
      }
    }
  }
}

/// Hooks on the outputs of a node, and gradients kept for `grad` of results.
final class NodeExtras: @unchecked Sendable {
  struct Content {
    var hooks: [(id: Int, output: Int, body: @Sendable (Tensor) -> Tensor?)] = []
    /// Of leaves: called when a gradient has been accumulated.
    var accumulationHooks: [(id: Int, body: @Sendable () -> Void)] = []
    var nextHook = 0
    /// By output: present if the gradient is to be kept.
    var retained: [Int: Tensor?] = [:]
    /// Where and on what the operation ran, noted while anomalies are looked for.
    var origin: String?
  }
  private let lock = SpinLock()
  @exclusivity(unchecked) private var content = Content()

  func withContent<R>(_ body: (inout Content) -> R) -> R {
    lock.lock()
    defer { lock.unlock() }
    return body(&content)
  }
}

/// Where a gradient goes next: an output of a node.
package struct Edge: Sendable {
  package let node: GradientNode
  package let output: Int
  @inline(__always)
  init(_ node: GradientNode, _ output: Int) {
    self.node = node
    self.output = output
  }
  var metadata: OutputMetadata { node.metadata(output) }
}

/// The end of the graph at a tensor that the user made: holds its gradient. Holds not the tensor itself, so nothing but
/// its user keeps it alive.
package final class LeafNode: GradientNode, @unchecked Sendable {
  private let lock = SpinLock()
  @exclusivity(unchecked) private var storedGradient: Tensor?

  init(for tensor: Tensor) {
    super.init(output: OutputMetadata(tensor), rare: nil, isOperation: false)
  }

  /// The node of a tensor whose shape, type or place has changed: the gradient so far does not fit it, its hooks stay.
  convenience init(for tensor: Tensor, hooksOf previous: LeafNode) {
    self.init(for: tensor)
    if let content = previous.extras?.withContent({ $0 }) { makeExtras().withContent { $0 = content } }
  }

  /// Replaces the gradient by what `body` makes of it, alone: two passes may reach a leaf at once.
  func update(_ body: (Tensor?) -> Tensor?) {
    lock.lock()
    let old = storedGradient
    storedGradient = body(old)
    lock.unlock()
    withExtendedLifetime(old) {}
  }

  var gradient: Tensor? {
    get {
      lock.lock()
      defer { lock.unlock() }
      return storedGradient
    }
    set {
      // The old one is released outside the lock.
      lock.lock()
      let old = storedGradient
      storedGradient = newValue
      lock.unlock()
      withExtendedLifetime(old) {}
    }
  }
}

extension Tensor {
  /// The node that this tensor's gradient goes to.
  @inline(__always)
  final var gradientEdge: Edge? {
    // What a stand-in refers to is no node.
    guard let history, !flags.contains(.standIn) else { return nil }
    return Edge(unsafeDowncast(history.node, to: GradientNode.self), history.output)
  }
}
