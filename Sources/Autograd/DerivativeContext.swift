internal import TensorModule

/// What a derivative rule works with: the incoming gradients, the saved values, and where it puts the gradients of the
/// operands. Not copyable: a copy would count a handful of references, for every node.
struct DerivativeContext: ~Copyable {
  private let node: TapeNode
  private var incoming: Tensor?
  private let moreIncoming: [Tensor?]
  /// Values carry their history, for gradients of gradients.
  private let tracked: Bool
  private let needed: Set<ObjectIdentifier>?
  private var first: Tensor?
  private var second: Tensor?
  private var third: Tensor?
  private var later: [Tensor?] = []

  init(node: TapeNode, gradient: Tensor?, moreGradients: [Tensor?], tracked: Bool, needed: Set<ObjectIdentifier>?) {
    self.node = node
    incoming = gradient
    moreIncoming = moreGradients
    self.tracked = tracked
    self.needed = needed
  }

  /// The gradient of the first output. Taken out: an unneeded one may become a result's memory.
  mutating func takeGradient() -> Tensor {
    if let gradient = incoming.take() { return gradient }
    return Tensor.zeros(node.output.shape, dtype: node.output.dtype, device: node.output.device)
  }
  /// The gradient of the first output.
  var gradient: Tensor {
    incoming ?? Tensor.zeros(node.output.shape, dtype: node.output.dtype, device: node.output.device)
  }
  /// The gradient of an output after the first, nil if none arrived.
  func gradientIfAny(ofOutput index: Int) -> Tensor? {
    moreIncoming.indices.contains(index - 1) ? moreIncoming[index - 1] : nil
  }
  /// The gradient of a later output; zeros if none arrived.
  func gradient(ofOutput index: Int) -> Tensor {
    if index == 0 { return gradient }
    if let gradient = gradientIfAny(ofOutput: index) { return gradient }
    let metadata = node.metadata(index)
    return Tensor.zeros(metadata.shape, dtype: metadata.dtype, device: metadata.device)
  }

  /// True if the gradient of an operand is asked for.
  func needs(_ operand: Int) -> Bool {
    guard let edge = node.edge(operand) else { return false }
    return needed.map { $0.contains(ObjectIdentifier(edge.node)) } ?? true
  }

  /// A saved operand.
  func operand(_ index: Int) throws(TensorError) -> Tensor { try node.value(index, tracked: tracked) }
  /// A saved output.
  func output(_ index: Int = 0) throws(TensorError) -> Tensor { try node.value(nil, tracked: tracked, outputIndex: index) }

  /// The shape of an operand whose gradient is asked for.
  func shape(ofOperand index: Int) -> Shape {
    if let shapes = node.rare?.operandShapes, !shapes.isEmpty { return shapes[index] }
    return node.edge(index)?.metadata.shape ?? Shape()
  }
  /// Where the window of an operation on windows is.
  var geometry: WindowGeometry {
    node.rare?.geometry ?? WindowGeometry(base: Layout(contiguous: outputShape), window: Layout(contiguous: outputShape))
  }
  var operandCount: Int { node.operandCount }
  var outputCount: Int { node.outputCount }
  /// The function of the program's own that the node stands for.
  var custom: CustomBody? { node.rare?.custom }
  /// True if a gradient came to an output.
  func hasGradient(ofOutput index: Int) -> Bool { index == 0 ? incoming != nil : gradientIfAny(ofOutput: index) != nil }
  var outputShape: Shape { node.output.shape }

  /// Gives the gradient of an operand. It may still have the result's broadcast shape and promoted type.
  mutating func give(_ gradient: consuming Tensor, to operand: Int) {
    switch operand {
    case 0: first = gradient
    case 1: second = gradient
    case 2: third = gradient
    default:
      while later.count <= operand - 3 { later.append(nil) }
      later[operand - 3] = gradient
    }
  }

  mutating func takeResult(_ operand: Int) -> Tensor? {
    switch operand {
    case 0: return first.take()
    case 1: return second.take()
    case 2: return third.take()
    default: return operand - 3 < later.count ? later[operand - 3].take() : nil
    }
  }
}
