internal import FoundationEssentials
internal import TensorModule

/// The JSON between the first 8 bytes of a safetensors file and its elements.
struct SafeTensorsHeader {
  /// What it says of a tensor.
  struct Entry: Codable {
    let dtype: String
    let shape: [Int]
    let data_offsets: [Int]
  }

  static let metadataKey = "__metadata__"
  /// The longest header that is read, in bytes (the format's own limit).
  private static let longest = 100_000_000

  static let typeNames: [(DType, String)] = [
    (.float16, "F16"), (.bfloat16, "BF16"), (.float32, "F32"), (.float64, "F64"), (.int8, "I8"), (.int16, "I16"),
    (.int32, "I32"), (.int64, "I64"), (.uint8, "U8"), (.bool, "BOOL"),
  ]

  var entries: [String: Entry] = [:]
  var metadata: [String: String] = [:]

  init() {}

  /// Reads the header, and says where the elements begin.
  static func read(_ source: FileSource) throws -> (SafeTensorsHeader, dataStart: Int) {
    guard source.count >= 8 else {
      throw FormatFault.damaged("\(source.count) bytes are too few for a header's length")
    }
    let length = try source.bytes(0, 8).number(0, 8)
    guard length <= UInt64(longest), Int(length) <= source.count - 8 else {
      throw FormatFault.damaged("the header should be \(length) bytes long, but only \(source.count - 8) follow")
    }
    let json = try source.bytes(8, Int(length))
    do {
      return (try JSONDecoder().decode(SafeTensorsHeader.self, from: Data(json)), 8 + Int(length))
    } catch {
      throw FormatFault.damaged("the header is not the JSON of a safetensors file: \(error)")
    }
  }

  /// The first bytes of a file: the header's length and the header, so long that the elements start at a multiple of 8.
  func bytes() throws(FormatFault) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    var json: [UInt8]
    do {
      json = Array(try encoder.encode(self))
    } catch {
      throw .unsupported("the header cannot be written: \(error)")
    }
    while json.count % 8 != 0 { json.append(UInt8(ascii: " ")) }
    var result: [UInt8] = []
    result.append(UInt64(json.count), bytes: 8)
    return result + json
  }
}

extension SafeTensorsHeader: Codable {
  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    for key in container.allKeys {
      if key.stringValue == Self.metadataKey {
        metadata = try container.decode([String: String].self, forKey: key)
      } else {
        entries[key.stringValue] = try container.decode(Entry.self, forKey: key)
      }
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    for (name, entry) in entries { try container.encode(entry, forKey: Key(stringValue: name)) }
    if !metadata.isEmpty { try container.encode(metadata, forKey: Key(stringValue: Self.metadataKey)) }
  }
}
