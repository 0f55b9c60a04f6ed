import Foundation
import Testing

/// That the runner of modules sees what is wrong: a case that passes fails as soon as any part of it is changed.
@Suite struct ModuleRunnerTests {
  /// A case of the committed ones, and why it fails when it is changed.
  private struct Subject {
    let file: OracleFile
    let json: JSON

    init(_ name: String, _ isSuitable: (JSON) -> Bool) throws {
      let folder = Bundle.module.resourceURL!.appending(path: "Cases")
      file = try OracleFile(folder, family: "modules", name: name)
      let found = file.cases.first(where: isSuitable)
      json = try #require(found)
    }

    func reason(_ json: JSON) -> String? {
      guard case .failed(let reason) = ModuleRunner(table: .complete()).run(json, file.tensors(of: json["id"]?.string ?? ""))
      else { return nil }
      return reason
    }
    /// The reason with what is at a path of keys replaced, or removed.
    func reason(_ path: String..., with value: JSON?) -> String? { reason(json.replacing(path[...], with: value)) }

    /// A reference to a tensor that is right nowhere else.
    var other: JSON { .object(["t": .string(json["expect"]?["w"]?.list?[0]["t"]?.string ?? "")]) }
    var input: String { json["args"]?.list?[0]["t"]?.string ?? "" }
  }

  @Test func resultsGradientsAndArgumentsCount() throws {
    let subject = try Subject("nn.BatchNorm3d") { $0["expect"]?["param_grads"]?["weight"] != nil }
    #expect(subject.reason(subject.json) == nil)
    #expect(subject.reason("expect", "out", with: .list([subject.other]))?.contains("element") == true)
    #expect(subject.reason("expect", "out", with: .list([]))?.contains("1 results, expected 0") == true)
    #expect(subject.reason("expect", "grads", subject.input, with: subject.other)?.contains("gradient of") == true)
    #expect(subject.reason("expect", "param_grads", "weight", with: .null)?.contains("gradient of weight") == true)
    #expect(subject.reason("expect", "param_grads", "scale", with: .null)?.contains("no parameter scale") == true)
    #expect(subject.reason("kwargs", "more", with: .int(1))?.contains("not read: more") == true)
    #expect(subject.reason("constructor", "kwargs", "more", with: .int(1))?.contains("not read: more") == true)
    // What should be refused and is not.
    for place in ["forward", "constructor"] {
      let refused = JSON.object(["on": .string(place), "message": .string("")])
      #expect(subject.reason("error", with: refused)?.contains("no error") == true)
    }
  }

  @Test func modeAndStateCount() throws {
    let subject = try Subject("nn.BatchNorm1d") { $0["expect"]?["state_after"] != nil }
    #expect(subject.reason(subject.json) == nil)
    #expect(subject.reason("training", with: .bool(false)) != nil)
    #expect(subject.reason("expect", "state_after", with: .null)?.contains("state running_mean changed") == true)
    #expect(subject.reason("expect", "state_after", "running_var", with: subject.other)?.contains("state running_var") == true)
    #expect(subject.reason("expect", "state_after", "median", with: subject.other)?.contains("no state median") == true)
    #expect(subject.reason("state", "extra", with: subject.other)?.contains("unexpected") == true)
    #expect(subject.reason("state", "running_mean", with: nil)?.contains("missing") == true)
  }
}

extension JSON {
  fileprivate func replacing(_ path: ArraySlice<String>, with value: JSON?) -> JSON {
    guard let key = path.first, var object else { return self }
    let rest = path.dropFirst()
    object[key] = rest.isEmpty ? value : (object[key] ?? .object([:])).replacing(rest, with: value)
    return .object(object)
  }
}
