import Martlet
import TensorModule

/// The arguments of one call. Each is asked for by its position and by the keyword under which PyTorch takes it; what no
/// one asked for fails the case, so that no argument is lost silently.
final class OracleCall {
  let operation: String
  let arguments: [OracleValue]
  let keywords: [String: OracleValue]
  private var readPositions: Set<Int> = []
  private var readKeywords: Set<String> = []

  init(operation: String, arguments: [OracleValue], keywords: [String: OracleValue]) {
    self.operation = operation
    self.arguments = arguments
    self.keywords = keywords
  }

  /// The arguments that no one asked for; those that say "nothing" do not count.
  var unread: [String] {
    var names: [String] = []
    for (position, value) in arguments.enumerated() where !readPositions.contains(position) {
      if case .none = value { continue }
      names.append("argument \(position)")
    }
    for (name, value) in keywords where !readKeywords.contains(name) {
      if case .none = value { continue }
      names.append(name)
    }
    return names.sorted()
  }

  /// Says that an argument makes no difference.
  func ignore(_ keywords: String...) { readKeywords.formUnion(keywords) }
  /// Says that the arguments from a position on make no difference.
  func ignore(from position: Int) { readPositions.formUnion(position..<max(position, arguments.count)) }

  /// The argument as it is written; nil if it is not given, or given as nothing.
  func value(_ position: Int?, _ keyword: String = "") -> OracleValue? {
    var found: OracleValue?
    if let position, position < arguments.count {
      readPositions.insert(position)
      found = arguments[position]
    } else if let named = keywords[keyword] {
      readKeywords.insert(keyword)
      found = named
    }
    if case .none? = found { return nil }
    return found
  }

  private func wrong(_ position: Int?, _ keyword: String, _ expected: String) -> OracleProblem {
    let name = keyword.isEmpty ? "argument \(position ?? -1)" : keyword
    return OracleProblem("\(operation): \(name) is not \(expected)")
  }

  // MARK: Tensors

  func optionalTensor(_ position: Int?, _ keyword: String = "") throws -> Tensor? {
    guard let value = value(position, keyword) else { return nil }
    guard case .tensor(let tensor) = value else { throw wrong(position, keyword, "a tensor") }
    return tensor
  }
  func tensor(_ position: Int?, _ keyword: String = "") throws -> Tensor {
    guard let tensor = try optionalTensor(position, keyword) else { throw wrong(position, keyword, "given") }
    return tensor
  }
  /// A list of tensors.
  func tensors(_ position: Int?, _ keyword: String = "") throws -> [Tensor] {
    guard let items = list(value(position, keyword)) else { throw wrong(position, keyword, "a list") }
    return try items.map {
      guard case .tensor(let tensor) = $0 else { throw wrong(position, keyword, "a list of tensors") }
      return tensor
    }
  }
  /// All positional arguments, or the list that is the only one: PyTorch's `*tensors`.
  func variadicTensors() throws -> [Tensor] {
    if case .list? = arguments.first { return try tensors(0) }
    if case .tuple? = arguments.first { return try tensors(0) }
    return try arguments.indices.map { try tensor($0) }
  }

  // MARK: Numbers

  func optionalInt(_ position: Int?, _ keyword: String = "") throws -> Int? {
    guard let value = value(position, keyword) else { return nil }
    switch value {
    case .int(let value): return value
    case .bool(let value): return value ? 1 : 0
    case .tensor(let tensor) where tensor.elementCount == 1: return Int(tensor.item())
    default: throw wrong(position, keyword, "an integer")
    }
  }
  func int(_ position: Int?, _ keyword: String = "", _ standard: Int? = nil) throws -> Int {
    guard let value = try optionalInt(position, keyword) ?? standard else { throw wrong(position, keyword, "given") }
    return value
  }
  func optionalDouble(_ position: Int?, _ keyword: String = "") throws -> Double? {
    guard let value = value(position, keyword) else { return nil }
    switch value {
    case .float(let value): return value
    case .int(let value): return Double(value)
    case .bool(let value): return value ? 1 : 0
    default: throw wrong(position, keyword, "a number")
    }
  }
  func double(_ position: Int?, _ keyword: String = "", _ standard: Double? = nil) throws -> Double {
    guard let value = try optionalDouble(position, keyword) ?? standard else { throw wrong(position, keyword, "given") }
    return value
  }
  /// A number with its kind, which type promotion asks for; open the existential to pass it on.
  func optionalScalar(_ position: Int?, _ keyword: String = "") throws -> (any TensorScalar)? {
    guard let value = value(position, keyword) else { return nil }
    switch value {
    case .float(let value): return value
    case .int(let value): return value
    case .bool(let value): return value
    default: throw wrong(position, keyword, "a number")
    }
  }
  func scalar(_ position: Int?, _ keyword: String = "", _ standard: (any TensorScalar)? = nil) throws -> any TensorScalar {
    guard let value = try optionalScalar(position, keyword) ?? standard else { throw wrong(position, keyword, "given") }
    return value
  }
  func optionalBool(_ position: Int?, _ keyword: String = "") throws -> Bool? {
    guard let value = value(position, keyword) else { return nil }
    switch value {
    case .bool(let value): return value
    case .int(let value): return value != 0
    default: throw wrong(position, keyword, "a bool")
    }
  }
  func bool(_ position: Int?, _ keyword: String = "", _ standard: Bool? = nil) throws -> Bool {
    guard let value = try optionalBool(position, keyword) ?? standard else { throw wrong(position, keyword, "given") }
    return value
  }

  // MARK: Lists, text and types

  private func list(_ value: OracleValue?) -> [OracleValue]? {
    switch value {
    case .list(let items)?, .tuple(let items)?: items
    default: nil
    }
  }
  /// A list of integers; one integer is a list of one.
  func optionalInts(_ position: Int?, _ keyword: String = "") throws -> [Int]? {
    guard let value = value(position, keyword) else { return nil }
    if case .int(let single) = value { return [single] }
    guard let items = list(value) else { throw wrong(position, keyword, "a list of integers") }
    return try items.map {
      guard case .int(let item) = $0 else { throw wrong(position, keyword, "a list of integers") }
      return item
    }
  }
  func ints(_ position: Int?, _ keyword: String = "", _ standard: [Int]? = nil) throws -> [Int] {
    guard let value = try optionalInts(position, keyword) ?? standard else { throw wrong(position, keyword, "given") }
    return value
  }
  /// The first of a list of integers.
  func firstInt(_ position: Int?, _ keyword: String = "", _ standard: [Int]? = nil) throws -> Int {
    guard let first = try ints(position, keyword, standard).first else { throw wrong(position, keyword, "long enough") }
    return first
  }
  /// The integers from a position on, or the list that stands there: PyTorch's `*sizes`.
  func variadicInts(from position: Int, _ keyword: String = "") throws -> [Int] {
    if position < arguments.count, list(arguments[position]) == nil {
      return try (position..<arguments.count).map { try int($0) }
    }
    return try ints(position, keyword, [])
  }
  func optionalDoubles(_ position: Int?, _ keyword: String = "") throws -> [Double]? {
    guard let value = value(position, keyword) else { return nil }
    switch value {
    case .float(let single): return [single]
    case .int(let single): return [Double(single)]
    default: break
    }
    guard let items = list(value) else { throw wrong(position, keyword, "a list of numbers") }
    return try items.map {
      switch $0 {
      case .float(let item): return item
      case .int(let item): return Double(item)
      default: throw wrong(position, keyword, "a list of numbers")
      }
    }
  }
  func optionalString(_ position: Int?, _ keyword: String = "") throws -> String? {
    guard let value = value(position, keyword) else { return nil }
    guard case .string(let text) = value else { throw wrong(position, keyword, "a text") }
    return text
  }
  func string(_ position: Int?, _ keyword: String = "", _ standard: String? = nil) throws -> String {
    guard let value = try optionalString(position, keyword) ?? standard else { throw wrong(position, keyword, "given") }
    return value
  }
  /// The type of the keyword `dtype`, or of another argument; nil if it is not given.
  func optionalDType(_ position: Int?, _ keyword: String = "dtype") throws -> DType? {
    guard let value = value(position, keyword) else { return nil }
    guard case .dtype(let dtype) = value else { throw wrong(position, keyword, "a dtype") }
    return dtype
  }
  var dtype: DType? { get throws { try optionalDType(nil) } }
}
