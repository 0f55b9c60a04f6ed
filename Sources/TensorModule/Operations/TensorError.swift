/// What went wrong in a tensor operation: which operation, on which operands, the rule that was broken, and what to do
/// about it.
///
/// Wrong use of the library traps with this text, or, inside ``catchingTensorErrors(_:)``, is thrown as this error. The
/// text is one line: `[matmul] (2, 5) × (3, 5): inner dimensions 5 and 3 differ; did you mean …?`
public struct TensorError: Error, Sendable, CustomStringConvertible {
  /// One operand as it was when the operation refused it.
  public struct Operand: Sendable, Equatable {
    /// Its sizes.
    public let shape: Shape
    /// Its element type.
    public let dtype: DType
    /// Where it lives.
    public let device: Device

    package init(_ tensor: Tensor) {
      shape = tensor.shape
      dtype = tensor.dtype
      device = tensor.device
    }
  }

  /// Boxed, so that the error is one pointer wide on the paths where nothing fails.
  private final class Content: Sendable {
    let operation: String
    let operands: [Operand]
    let rule: String
    let hint: String?
    let modulePath: String
    init(operation: String, operands: [Operand], rule: String, hint: String?, modulePath: String) {
      self.operation = operation
      self.operands = operands
      self.rule = rule
      self.hint = hint
      self.modulePath = modulePath
    }
  }

  private let content: Content

  package init(_ operation: String, _ operands: [Operand] = [], _ rule: String, hint: String? = nil) {
    content = Content(
      operation: operation, operands: operands, rule: rule, hint: hint, modulePath: ModuleFrame.currentPath)
  }

  package init(_ operation: String, of tensors: Tensor..., rule: String, hint: String? = nil) {
    self.init(operation, tensors.map(Operand.init), rule, hint: hint)
  }

  /// The operation's name, as the method is called.
  public var operation: String { content.operation }
  /// The operands, in order.
  public var operands: [Operand] { content.operands }
  /// The rule that was broken, with the values that broke it.
  public var rule: String { content.rule }
  /// What to do instead, where there is an answer.
  public var hint: String? { content.hint }
  /// The module in whose call it happened, e.g. `encoder.layers.3.fc1`; empty outside of modules.
  public var modulePath: String { content.modulePath }

  /// The whole message, one line.
  public var description: String {
    var text = modulePath.isEmpty ? "[\(operation)] " : "[\(operation) in \(modulePath)] "
    if !operands.isEmpty {
      text += operands.map(\.shape.tupleDescription).joined(separator: " × ") + ": "
    }
    text += rule
    if let hint { text += "; " + hint }
    return text
  }
}

extension TensorError {
  static func outOfMemory(byteCount: Int) -> TensorError {
    TensorError("allocate", rule: "the system has no memory for \(byteCount) bytes")
  }

  static func tooManyDimensions(operation: String, _ count: Int) -> TensorError {
    TensorError(operation, rule: "a tensor has at most \(Dimensions.maximumCount) dimensions, not \(count)")
  }

  package static func dimensionOutOfRange(operation: String, shape: Shape, dim: Int) -> TensorError {
    let range = max(shape.rank, 1)
    return TensorError(
      operation,
      rule: "dimension \(dim) is out of range for a tensor of shape \(shape.tupleDescription)",
      hint: "expected \(-range) ... \(range - 1)")
  }

  package static func broadcast(operation: String, _ a: Tensor, _ b: Tensor) -> TensorError {
    let conflict = broadcastConflict(a.shape, b.shape)
    let rule = conflict.map {
      "sizes \($0.sizeA) and \($0.sizeB) differ at dimension \($0.dim), and neither is 1"
    }
    return TensorError(
      operation, of: a, b, rule: rule ?? "the shapes cannot be broadcast together",
      hint: "broadcasting aligns shapes at the last dimension; reshape or unsqueeze one operand")
  }

  package static func deviceMismatch(operation: String, _ a: Tensor, _ b: Tensor) -> TensorError {
    TensorError(
      operation, of: a, b, rule: "operands are on different devices, \(a.device) and \(b.device)",
      hint: "move one with to(_:)")
  }
}
