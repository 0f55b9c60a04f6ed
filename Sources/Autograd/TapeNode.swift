package import TensorModule

/// One recorded operation, as plain data: the primitive, the values that its derivative needs, and where the gradients
/// of its operands go.
package final class TapeNode: GradientNode, @unchecked Sendable {
  package let primitive: Primitive
  let operandCount: Int
  // Nil for operands without gradient.
  @exclusivity(unchecked) private var firstEdge: Edge?
  @exclusivity(unchecked) private var secondEdge: Edge?
  /// Values for the derivative, nil if it needs none; let go of after the backward pass.
  @exclusivity(unchecked) private var saved: SavedValues?

  /// The usual case: one or two operands, one output. (Initialisers take their arguments over unless told that they are
  /// shared; here that would be three needless reference counts.)
  init(_ primitive: Primitive, _ first: __shared Tensor, _ second: __shared Tensor?, output: __shared Tensor) {
    self.primitive = primitive
    var needs = OperandMask()
    firstEdge = Self.edge(of: first)
    if firstEdge != nil { needs.insert(0) }
    if let second {
      operandCount = 2
      secondEdge = Self.edge(of: second)
      if secondEdge != nil { needs.insert(1) }
    } else {
      operandCount = 1
      secondEdge = nil
    }
    let wanted = primitive.savedValues(needs)
    saved = wanted.isEmpty ? nil : SavedValues(wanted, second.map { Operands(first, $0) } ?? Operands(first), output, [])
    super.init(output: OutputMetadata(output), rare: nil, isOperation: true)
  }

  /// An operation on a window: saves no values, only where the window is.
  init(_ primitive: Primitive, _ operands: Operands, output: Tensor, geometry: WindowGeometry) {
    self.primitive = primitive
    operandCount = operands.count
    firstEdge = Self.edge(of: operands.first)
    secondEdge = operands.count > 1 ? Self.edge(of: operands.second!) : nil
    saved = nil
    super.init(
      output: OutputMetadata(output), rare: RareParts(operandShapes: operands.array.map(\.shape), geometry: geometry),
      isOperation: true)
  }

  init(_ primitive: Primitive, _ operands: Operands, output: Tensor, others: [Tensor]) {
    self.primitive = primitive
    operandCount = operands.count
    firstEdge = Self.edge(of: operands.first)
    secondEdge = operands.count > 1 ? Self.edge(of: operands.second!) : nil
    var needs = OperandMask()
    if firstEdge != nil { needs.insert(0) }
    if secondEdge != nil { needs.insert(1) }
    var rare: RareParts?
    if operands.count > 2 || !others.isEmpty {
      var laterEdges: [Edge?] = []
      for i in 2..<max(operands.count, 2) {
        laterEdges.append(Self.edge(of: operands[i]))
        if laterEdges[i - 2] != nil { needs.insert(i) }
      }
      rare = RareParts(moreOutputs: others.map { OutputMetadata($0) }, laterEdges: laterEdges, operandShapes: Self.shapes(primitive, operands))
    } else if case .concatenate = primitive {
      rare = RareParts(moreOutputs: [], laterEdges: [], operandShapes: Self.shapes(primitive, operands))
    }
    let wanted = primitive.savedValues(needs)
    saved = wanted.isEmpty ? nil : Self.values(primitive, wanted, operands, output, others)
    super.init(output: OutputMetadata(output), rare: rare, isOperation: true)
  }

  /// A function of the program's own.
  init(_ custom: CustomBody, _ operands: [Tensor], outputs: [Tensor]) {
    primitive = .custom
    operandCount = operands.count
    firstEdge = operands.first.flatMap { Self.edge(of: $0) }
    secondEdge = operands.count > 1 ? Self.edge(of: operands[1]) : nil
    saved = nil
    super.init(
      output: OutputMetadata(outputs[0]),
      rare: RareParts(
        moreOutputs: outputs.dropFirst().map { OutputMetadata($0) }, laterEdges: operands.dropFirst(2).map { Self.edge(of: $0) },
        operandShapes: operands.map(\.shape), custom: custom),
      isOperation: true)
  }

  /// The values to keep; inside a checkpointed function the promise to compute them again.
  private static func values(
    _ primitive: Primitive, _ wanted: SavedMask, _ operands: Operands, _ output: Tensor, _ others: [Tensor]
  ) -> SavedValues {
    guard ThreadMode.current.contains(.checkpoint), let scope = CheckpointScope.current else {
      return SavedValues(wanted, operands, output, others)
    }
    return scope.values(of: primitive) { SavedValues(wanted, operands, output, others) }
  }

  /// What errors call the operation.
  var operationName: String { rare?.custom?.name ?? primitive.name }

  private static func shapes(_ primitive: Primitive, _ operands: Operands) -> [Shape] {
    if case .concatenate = primitive { return operands.array.map(\.shape) }
    return []
  }

  @inline(__always)
  private static func edge(of tensor: Tensor) -> Edge? {
    tensor.flags.contains(.tracked) ? tensor.gradientEdge : nil
  }

  @inline(__always)
  func edge(_ index: Int) -> Edge? {
    switch index {
    case 0: firstEdge
    case 1: secondEdge
    default: rare!.laterEdges[index - 2]
    }
  }

  /// The saved value of an operand, or of the output for nil; with its history if `tracked`.
  func value(_ operand: Int?, tracked: Bool, outputIndex: Int = 0) throws(TensorError) -> Tensor {
    try saved?.recompute()
    let found = operand.map { saved?.operand($0) } ?? saved?.output(outputIndex)
    guard let found else {
      throw TensorError(
        "backward",
        rule: saved?.wasReleased == true
          ? "the values saved by \(primitive.name) were freed by an earlier backward pass"
          : "\(primitive.name) did not save what its derivative needs",
        hint: saved?.wasReleased == true ? "pass retainGraph: true to the first backward if you need a second" : nil)
    }
    let value = found.value
    guard value.storage.version == found.version else {
      throw TensorError(
        "backward",
        rule:
          "a tensor of shape \(value.layout.shape.tupleDescription) that \(primitive.name) needs for its gradient was changed in place: it is at version \(value.storage.version), expected \(found.version)",
        hint: "use the operation that returns a new tensor instead, or clone() before the change")
    }
    guard tracked else { return value }
    let tensor = Tensor(value.storage, layout: value.layout, dtype: value.dtype, flags: value.flags)
    if let operand {
      if let edge = edge(operand) { tensor.setFreshHistory(edge.node, output: edge.output) }
    } else if metadata(outputIndex).dtype.isFloatingPoint {
      tensor.setFreshHistory(self, output: outputIndex)
    }
    return tensor
  }

  /// Lets go of the saved values.
  func releaseSaved() {
    saved?.release()
    rare?.custom?.context.release()
  }

  deinit {
    // A chain of a million nodes must not be released by a million nested calls.
    // Ends of the graph need no list.
    guard firstEdge?.node.isOperation == true || secondEdge?.node.isOperation == true || rare != nil else { return }
    var pending: [GradientNode] = []
    moveEdges(to: &pending)
    while var node = pending.popLast() {
      guard isKnownUniquelyReferenced(&node) else { continue }
      unsafeDowncast(node, to: TapeNode.self).moveEdges(to: &pending)
    }
  }

  private func moveEdges(to list: inout [GradientNode]) {
    if let node = firstEdge?.node, node.isOperation { list.append(node) }
    if let node = secondEdge?.node, node.isOperation { list.append(node) }
    firstEdge = nil
    secondEdge = nil
    guard let rare else { return }
    for edge in rare.laterEdges { if let node = edge?.node, node.isOperation { list.append(node) } }
    rare.laterEdges = []
  }
}

/// A set of operand positions; positions past 63 are always in it.
package struct OperandMask: Sendable, Equatable {
  package var bits: UInt64 = 0
  package init(bits: UInt64 = 0) { self.bits = bits }
  @inline(__always) package mutating func insert(_ index: Int) { if index < 64 { bits |= 1 << UInt64(index) } }
  @inline(__always) package func contains(_ index: Int) -> Bool { index >= 64 || bits >> UInt64(index) & 1 != 0 }
  static func of(_ indices: Int...) -> OperandMask {
    var mask = OperandMask()
    for index in indices { mask.insert(index) }
    return mask
  }
}

/// Which values a derivative looks at.
package struct SavedMask: Sendable {
  package var operands = OperandMask()
  /// Bit i: output i.
  package var outputs: UInt8 = 0
  static let nothing = SavedMask()
  @inline(__always) var isEmpty: Bool { operands.bits == 0 && outputs == 0 }
  static let output = SavedMask(outputs: 1)
  static func operands(_ indices: Int...) -> SavedMask {
    var result = SavedMask()
    for index in indices { result.operands.insert(index) }
    return result
  }
}

/// A value as the tape keeps it: the elements under a tensor of their own, without history, and their version then. Never
/// the tensor itself, whose history would lead back here.
struct SavedValue: Sendable {
  let value: Tensor
  let version: UInt32

  init(_ tensor: __shared Tensor) {
    let storage = tensor.storage
    value = Tensor(storage, layout: tensor.layout, dtype: tensor.dtype, flags: tensor.flags.intersection(.wrappedNumber))
    version = storage.version
  }
}

/// The values of one node. Two passes may walk one graph, so they are under a lock.
final class SavedValues: @unchecked Sendable {
  struct Content: Sendable {
    var first: SavedValue?
    var second: SavedValue?
    var output: SavedValue?
    /// Third and later operands, and later outputs.
    var rest: [(isOutput: Bool, index: Int, value: SavedValue)] = []
    var wasReleased = false
    /// Where the values come from if they were not kept: a checkpointed function's frame, and the place in it.
    var source: (frame: CheckpointFrame, index: Int)?
  }
  private let lock = SpinLock()
  @exclusivity(unchecked) private var content: Content

  /// Values that a checkpointed function computes again when they are asked for.
  init(from frame: CheckpointFrame, at index: Int) { content = Content(source: (frame, index)) }

  init(_ mask: SavedMask, _ operands: Operands, _ output: Tensor, _ others: [Tensor]) {
    content = Content()
    if mask.operands.contains(0) { content.first = SavedValue(operands.first) }
    if operands.count > 1 && mask.operands.contains(1) { content.second = SavedValue(operands[1]) }
    if mask.outputs & 1 != 0 { content.output = SavedValue(output) }
    if operands.count > 2 {
      for i in 2..<operands.count where mask.operands.contains(i) {
        content.rest.append((false, i, SavedValue(operands[i])))
      }
    }
    for (i, other) in others.enumerated() where mask.outputs >> UInt8(i + 1) & 1 != 0 {
      content.rest.append((true, i + 1, SavedValue(other)))
    }
  }

  /// All values together.
  var current: Content {
    lock.lock()
    defer { lock.unlock() }
    return content
  }

  var wasReleased: Bool {
    lock.lock()
    defer { lock.unlock() }
    return content.wasReleased
  }

  /// Fetches the values that were not kept.
  func recompute() throws(TensorError) {
    lock.lock()
    let source = content.source
    lock.unlock()
    guard let source else { return }
    let values = try source.frame.values(at: source.index)
    // The frame may be let go of with this: outside the lock.
    lock.lock()
    let old = content
    if content.source != nil { content = values }
    lock.unlock()
    withExtendedLifetime(old) {}
  }

  func operand(_ index: Int) -> SavedValue? {
    lock.lock()
    defer { lock.unlock() }
    switch index {
    case 0: return content.first
    case 1: return content.second
    default: return content.rest.first { !$0.isOutput && $0.index == index }?.value
    }
  }
  func output(_ index: Int) -> SavedValue? {
    lock.lock()
    defer { lock.unlock() }
    return index == 0 ? content.output : content.rest.first { $0.isOutput && $0.index == index }?.value
  }

  func release() {
    // What is let go of may be long in dying: outside the lock.
    lock.lock()
    let old = content
    content = Content(wasReleased: true)
    lock.unlock()
    withExtendedLifetime(old) {}
  }
}
