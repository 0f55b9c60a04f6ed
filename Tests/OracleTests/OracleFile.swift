import Foundation
import Interchange
import Martlet
import TensorModule

/// The cases of one operation (layer, optimizer …) and their tensors.
struct OracleFile {
  let family: String
  let name: String
  let cases: [JSON]
  private let tensors: [String: [String: Tensor]]

  init(_ folder: URL, family: String, name: String) throws {
    self.family = family
    self.name = name
    let base = folder.appending(path: family).appending(path: name)
    let text = try Data(contentsOf: base.appendingPathExtension("jsonl"))
    let decoder = JSONDecoder()
    cases = try text.split(separator: UInt8(ascii: "\n")).map { try decoder.decode(JSON.self, from: Data($0)) }
    var grouped: [String: [String: Tensor]] = [:]
    for (key, tensor) in try Self.tensors(base.path + ".safetensors") {
      // A tensor's name begins with the number of its case.
      let number = key.prefix { $0 != "." }
      grouped[String(number), default: [:]][key] = tensor
    }
    tensors = grouped
  }

  /// The tensors of a file, without those of more dimensions than there can be: what a case wants to be refused.
  private static func tensors(_ path: String) throws -> [(key: String, value: Tensor)] {
    do {
      return try SafeTensors.read(path)
    } catch {
      let bytes = try Data(contentsOf: URL(filePath: path))
      let length = bytes.prefix(8).enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
      guard var header = try JSONSerialization.jsonObject(with: bytes[8..<(8 + length)]) as? [String: Any] else { throw error }
      let deep = header.filter { (($0.value as? [String: Any])?["shape"] as? [Int] ?? []).count > 64 }
      guard !deep.isEmpty else { throw error }
      for name in deep.keys { header[name] = nil }
      // Padded to the old length, the data stays where it is; what no tensor names is not looked at.
      var text = try JSONSerialization.data(withJSONObject: header)
      text.append(Data(repeating: UInt8(ascii: " "), count: length - text.count))
      let copy = FileManager.default.temporaryDirectory.appending(path: "oracle-\(UUID().uuidString).safetensors")
      defer { try? FileManager.default.removeItem(at: copy) }
      try (bytes.prefix(8) + text + bytes[(8 + length)...]).write(to: copy)
      return try SafeTensors.read(copy.path)
    }
  }

  /// The tensors of a case, from its identifier `name/number`.
  func tensors(of id: String) -> OracleTensors {
    OracleTensors(stored: tensors[String(id.split(separator: "/").last ?? "")] ?? [:])
  }

  /// The names of a family's files, sorted.
  static func names(in folder: URL, family: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: family).path)
      .filter { $0.hasSuffix(".jsonl") }.map { String($0.dropLast(6)) }.sorted()
  }
}
