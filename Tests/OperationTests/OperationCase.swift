import TensorModule
import TestSupport

/// One sample of one operation: what goes in, what has to come out, and what is known of its gradients.
struct OperationCase {
  /// The operation as the completeness test counts it, ``Primitive/key``.
  var key: String
  /// What failure texts call it.
  var name: String
  /// The primitive itself; nil for views, which have no kernel.
  var primitive: Primitive?
  var inputs: [OperationInput]
  /// The element types that the varying inputs are tried in.
  var dtypes: [DType]
  /// The results' types.
  var results: ResultRule
  /// A factor on PyTorch's tolerance of the type.
  var slack = 1.0
  /// How often the kernel rounds a value of the result's size to the half-precision type before the end.
  var roundings = 0.0
  var gradient = GradientOrder.second
  /// How many of the results carry gradients, from the first on.
  var run: ([Tensor]) -> [Tensor]
  /// The slow computation, written independently.
  var oracle: ([DenseArray]) -> [DenseArray]

  init(
    _ primitive: Primitive, _ detail: String, _ inputs: [OperationInput], dtypes: [DType], results: ResultRule = .same,
    slack: Double = 1, gradient: GradientOrder = .second, resultCount: Int = 1,
    oracle: @escaping ([DenseArray]) -> [DenseArray]
  ) {
    key = primitive.key
    name = primitive.key + (detail.isEmpty ? "" : " " + detail)
    self.primitive = primitive
    self.inputs = inputs
    self.dtypes = dtypes
    self.results = results
    self.slack = slack
    self.gradient = gradient
    self.oracle = oracle
    run = { tensors in
      switch tensors.count {
      case _ where resultCount > 1: applyToAll(primitive, Operands(tensors), resultCount: resultCount)
      case 1: [apply(primitive, tensors[0])]
      case 2: [apply(primitive, tensors[0], tensors[1])]
      default: [apply(primitive, Operands(tensors))]
      }
    }
  }

  /// For operations that are more than a primitive on operands.
  init(
    key: String, _ detail: String, _ inputs: [OperationInput], dtypes: [DType], gradient: GradientOrder = .second,
    run: @escaping ([Tensor]) -> [Tensor], oracle: @escaping ([DenseArray]) -> [DenseArray]
  ) {
    self.key = key
    name = key + (detail.isEmpty ? "" : " " + detail)
    self.inputs = inputs
    self.dtypes = dtypes
    results = .same
    self.gradient = gradient
    self.run = run
    self.oracle = oracle
  }
}

extension OperationCase {
  /// How far a result of this size may be off. `isDecomposed`: computed in several steps that round each.
  func tolerance(_ dtype: DType, _ expected: DenseArray, isDecomposed: Bool = false) -> Tolerance {
    var result = Tolerance.standard(dtype).scaled(by: slack)
    guard dtype == .float16 || dtype == .bfloat16 else { return result }
    let epsilon = dtype == .float16 ? 0x1p-10 : 0x1p-7
    let size = expected.values.reduce(0) { $1.isFinite ? max($0, $1.magnitude) : $0 }
    result.absolute += (isDecomposed ? max(roundings, 4) : roundings) * epsilon * size
    return result
  }
}

/// The numbers of one operand.
struct OperationInput {
  /// For floating-point types.
  var real: DenseArray
  /// For integers and bool (where anything but 0 is true); the magnitudes for unsigned ones.
  var whole: DenseArray
  /// The type if it is always the same: indices, conditions.
  var fixed: DType?

  static func varying(_ real: DenseArray, whole: DenseArray? = nil) -> OperationInput {
    OperationInput(real: real, whole: whole ?? real.map { $0.rounded() }, fixed: nil)
  }
  static func indices(_ array: DenseArray) -> OperationInput { OperationInput(real: array, whole: array, fixed: .int64) }
  static func condition(_ array: DenseArray) -> OperationInput { OperationInput(real: array, whole: array, fixed: .bool) }

  func array(_ dtype: DType) -> DenseArray {
    switch fixed ?? dtype {
    case .bool: (fixed == nil ? whole : real).map { $0 == 0 ? 0 : 1 }
    case .uint8: whole.map(\.magnitude)
    case let type where type.isInteger: whole
    default: real
    }
  }
}

/// What type an operation's results have, given that of its operands.
enum ResultRule {
  case same
  /// The operand's if it is floating point, else float32.
  case floating
  /// The operand's if it is floating point, else int64.
  case wide
  case always(DType)
  /// The first like the operand, the second int64.
  case withPositions
  /// uint8 for uint8, else bool.
  case truth

  func dtype(_ operand: DType, output: Int) -> DType {
    switch self {
    case .same: operand
    case .floating: operand.isFloatingPoint ? operand : .float32
    case .wide: operand.isFloatingPoint ? operand : .int64
    case .always(let dtype): dtype
    case .withPositions: output == 0 ? operand : .int64
    case .truth: operand == .uint8 ? .uint8 : .bool
    }
  }
}

/// How often an operation can be differentiated.
enum GradientOrder: Int {
  /// Not at all: results require no gradient, or the rule is missing.
  case none
  case first
  case second
}

extension [DType] {
  static let floats: [DType] = [.float32, .float64, .float16, .bfloat16]
  static let integers: [DType] = [.int8, .int16, .int32, .int64, .uint8]
  static let numbers = floats + integers
  static let all = numbers + [.bool]
}
