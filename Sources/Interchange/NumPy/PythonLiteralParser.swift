/// A reader of the few Python literals that stand in NumPy's headers: dictionaries with text keys, lists, tuples, text,
/// integers, True, False, None.
struct PythonLiteralParser {
  indirect enum Value: Equatable {
    case dictionary([String: Value])
    case list([Value])
    case tuple([Value])
    case string(String)
    case int(Int)
    case bool(Bool)
    case none
  }

  /// Deep enough for structured types inside structured types.
  private static let deepest = 32

  private let text: [UInt8]
  private var position = 0

  init(_ text: [UInt8]) { self.text = text }

  /// The one value that the text is.
  mutating func parse() throws(FormatFault) -> Value {
    let result = try value(depth: 0)
    skipSpace()
    guard position == text.count else { throw unexpected() }
    return result
  }

  private func unexpected() -> FormatFault { .damaged("the header is not understood at its character \(position)") }

  private mutating func skipSpace() {
    while position < text.count, [0x20, 0x0a, 0x0d, 0x09].contains(text[position]) { position += 1 }
  }

  private mutating func accept(_ character: Character) -> Bool {
    skipSpace()
    guard position < text.count, text[position] == character.asciiValue else { return false }
    position += 1
    return true
  }

  private mutating func acceptWord(_ word: String) -> Bool {
    guard text[position...].starts(with: word.utf8) else { return false }
    position += word.utf8.count
    return true
  }

  private mutating func value(depth: Int) throws(FormatFault) -> Value {
    guard depth < Self.deepest else { throw unexpected() }
    skipSpace()
    guard position < text.count else { throw unexpected() }
    if accept("{") {
      var entries: [String: Value] = [:]
      while !accept("}") {
        guard case .string(let key) = try value(depth: depth + 1), accept(":") else { throw unexpected() }
        let item = try value(depth: depth + 1)
        guard entries.updateValue(item, forKey: key) == nil else { throw unexpected() }
        guard accept(",") else {
          guard accept("}") else { throw unexpected() }
          break
        }
      }
      return .dictionary(entries)
    }
    if accept("(") {
      let (items, hasComma) = try self.items(until: ")", depth: depth)
      return items.count == 1 && !hasComma ? items[0] : .tuple(items)
    }
    if accept("[") { return .list(try items(until: "]", depth: depth).items) }
    switch text[position] {
    case UInt8(ascii: "'"), UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): return .int(try integer())
    default:
      if acceptWord("True") { return .bool(true) }
      if acceptWord("False") { return .bool(false) }
      if acceptWord("None") { return .none }
      throw unexpected()
    }
  }

  private mutating func items(until end: Character, depth: Int) throws(FormatFault) -> (items: [Value], hasComma: Bool) {
    var items: [Value] = []
    var hasComma = false
    while !accept(end) {
      items.append(try value(depth: depth + 1))
      guard accept(",") else {
        guard accept(end) else { throw unexpected() }
        break
      }
      hasComma = true
    }
    return (items, hasComma)
  }

  private mutating func string() throws(FormatFault) -> String {
    let quote = text[position]
    let start = position + 1
    // Nothing that is read here needs escapes.
    guard let end = text[start...].firstIndex(of: quote), !text[start..<end].contains(UInt8(ascii: "\\")) else {
      throw unexpected()
    }
    position = end + 1
    return String(decoding: text[start..<end], as: UTF8.self)
  }

  private mutating func integer() throws(FormatFault) -> Int {
    let start = position
    position += 1
    while position < text.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[position]) { position += 1 }
    guard let result = Int(String(decoding: text[start..<position], as: UTF8.self)) else { throw unexpected() }
    // Python 2 wrote long integers with a letter.
    if position < text.count, text[position] == UInt8(ascii: "L") { position += 1 }
    return result
  }
}
