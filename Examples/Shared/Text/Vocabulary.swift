/// The characters of a text, numbered: what a character model reads and writes. A character is a Unicode scalar.
public struct Vocabulary: Sendable {
  /// The characters in order of their numbers.
  public let characters: [Unicode.Scalar]
  private let numbers: [Unicode.Scalar: Int]

  /// The characters that a text contains, sorted.
  public init(of text: String) { self.init(Set(text.unicodeScalars).sorted()) }

  /// The characters in the order in which a file holds them.
  public init(_ characters: [Unicode.Scalar]) {
    self.characters = characters
    numbers = Dictionary(characters.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// How many characters there are.
  public var count: Int { characters.count }

  /// The characters one after the other.
  public var text: String { decode(Array(0..<count)) }

  /// The numbers of a text's characters; those that the vocabulary lacks are left out.
  public func encode(_ text: String) -> [Int] { text.unicodeScalars.compactMap { numbers[$0] } }

  /// The text of some numbers.
  public func decode(_ ids: [Int]) -> String {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: ids.map { characters[$0] })
    return String(text)
  }
}
