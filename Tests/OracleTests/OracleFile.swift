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
    for (key, tensor) in try SafeTensors.read(base.path + ".safetensors") {
      // A tensor's name begins with the number of its case.
      let number = key.prefix { $0 != "." }
      grouped[String(number), default: [:]][key] = tensor
    }
    tensors = grouped
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
