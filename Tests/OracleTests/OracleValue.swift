import Martlet
import TensorModule

/// An argument or a result, in the grammar of the cases.
indirect enum OracleValue {
  case none
  case bool(Bool)
  case int(Int)
  case float(Double)
  case string(String)
  case list([OracleValue])
  case tuple([OracleValue])
  case dictionary([String: OracleValue])
  case dtype(DType)
  case memoryFormat(String)
  case slice(Int?, Int?, Int?)
  case ellipsis
  case tensor(Tensor)
}

/// Why a case cannot be tried or is refused before it reaches the library.
struct OracleProblem: Error, CustomStringConvertible {
  let description: String
  /// The file holds a tensor that the library cannot make.
  var isUnreadable = false
  static func unreadable(_ name: String) -> OracleProblem {
    var result = OracleProblem("no tensor \(name) in the file")
    result.isUnreadable = true
    return result
  }
  init(_ description: String) { self.description = description }
}

/// The tensors of one case: the stored ones, and the arguments made from them, one tensor for a name.
final class OracleTensors {
  private let stored: [String: Tensor]
  private(set) var arguments: [String: Tensor] = [:]

  init(stored: [String: Tensor]) { self.stored = stored }

  /// A stored tensor, as it is in the file.
  func stored(_ name: String) throws -> Tensor {
    guard let tensor = stored[name] else { throw OracleProblem.unreadable(name) }
    return tensor
  }

  /// The tensor that a reference describes: a copy of the stored one, or a strided view of such a copy.
  func tensor(_ reference: JSON) throws -> Tensor {
    guard let name = reference["t"]?.string else { throw OracleProblem("not a tensor: \(reference)") }
    if let known = arguments[name] { return known }
    var tensor = try stored(name).clone()
    if let shape = reference["shape"]?.ints, let strides = reference["strides"]?.ints {
      let layout = Layout(
        shape: Shape(shape), strides: Dimensions(strides), offset: reference["offset"]?.int ?? 0)
      tensor = Tensor(tensor.storage, layout: layout, dtype: tensor.dtype)
    }
    if reference["grad"]?.isTrue == true { tensor.requiresGrad_() }
    arguments[name] = tensor
    return tensor
  }

  func value(_ json: JSON) throws -> OracleValue {
    switch json {
    case .null: return .none
    case .bool(let value): return .bool(value)
    case .int(let value): return .int(value)
    case .double(let value): return .float(value)
    case .string(let text): return .string(text)
    case .list(let items): return .list(try items.map(value))
    case .object(let object):
      if object["t"] != nil { return .tensor(try tensor(json)) }
      if let number = object["f"] { return .float(try Self.number(number)) }
      if let text = object["int"]?.string {
        guard let value = Int(text) else { throw OracleProblem("integer \(text) does not fit") }
        return .int(value)
      }
      if let items = object["tuple"]?.list { return .tuple(try items.map(value)) }
      if let items = object["dict"]?.object { return .dictionary(try items.mapValues(value)) }
      if let name = object["dtype"]?.string {
        guard let dtype = DType.allCases.first(where: { $0.description == name }) else { throw OracleProblem("dtype \(name)") }
        return .dtype(dtype)
      }
      if let name = object["memory_format"]?.string { return .memoryFormat(name) }
      if let parts = object["slice"]?.list { return .slice(parts[0].int, parts[1].int, parts[2].int) }
      if object["ellipsis"] != nil { return .ellipsis }
      throw OracleProblem("unknown value \(object.keys)")
    }
  }

  static func number(_ json: JSON) throws -> Double {
    if let value = json.double { return value }
    guard let text = json.string, let value = Double(text) else { throw OracleProblem("not a number: \(json)") }
    return value
  }
}
