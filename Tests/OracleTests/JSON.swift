import Foundation

/// A JSON value, whole numbers told from others, as the cases are written in.
enum JSON: Decodable, Sendable {
  case null
  case bool(Bool)
  case int(Int)
  case double(Double)
  case string(String)
  case list([JSON])
  case object([String: JSON])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let object = try? container.decode([String: JSON].self) {
      self = .object(object)
    } else if let list = try? container.decode([JSON].self) {
      self = .list(list)
    } else if container.decodeNil() {
      self = .null
    } else if let int = try? container.decode(Int.self) {
      self = .int(int)
    } else if let string = try? container.decode(String.self) {
      self = .string(string)
    } else if let bool = try? container.decode(Bool.self) {
      self = .bool(bool)
    } else {
      self = .double(try container.decode(Double.self))
    }
  }

  subscript(key: String) -> JSON? {
    guard case .object(let object) = self, let value = object[key] else { return nil }
    return value
  }

  var string: String? { if case .string(let text) = self { text } else { nil } }
  var int: Int? { if case .int(let value) = self { value } else { nil } }
  var isTrue: Bool { if case .bool(true) = self { true } else { false } }
  var isNull: Bool { if case .null = self { true } else { false } }
  var list: [JSON]? { if case .list(let items) = self { items } else { nil } }
  var object: [String: JSON]? { if case .object(let items) = self { items } else { nil } }
  var ints: [Int]? { list?.compactMap(\.int) }
  var double: Double? {
    switch self {
    case .double(let value): value
    case .int(let value): Double(value)
    default: nil
    }
  }
}
