import Foundation
import Testing

/// PyTorch's own operator tests: inputs of its test database, results that PyTorch computed.
///
/// `MARTLET_ORACLE` names the folder of cases, by default the part that is committed beside this file;
/// `MARTLET_ORACLE_ONLY` a comma-separated choice of file names, `MARTLET_ORACLE_VERBOSE` prints every failed case,
/// `MARTLET_ORACLE_REPORT` names a JSON file for the counts.
@Suite("Oracle") struct OracleTests {
  @Test func conformance() throws {
    let environment = ProcessInfo.processInfo.environment
    let folder = environment["MARTLET_ORACLE"].map { URL(filePath: $0) } ?? Bundle.module.resourceURL!.appending(path: "Cases")
    let only = environment["MARTLET_ORACLE_ONLY"].map { Set($0.split(separator: ",").map(String.init)) }
    var report = OracleReport(environment: environment)
    let operations = OperationRunner(table: .complete()), modules = ModuleRunner(table: .complete())
    for family in ["ops", "promotion", "programs", "modules", "optim", "lr_scheduler"] {
      for name in try OracleFile.names(in: folder, family: family) where only?.contains(name) ?? true {
        let file = try OracleFile(folder, family: family, name: name)
        try report.add(family: family, name: name, file.cases.map { json in
          let id = json["id"]?.string ?? "?"
          let tensors = file.tensors(of: id)
          return switch family {
          case "programs": (id, OraclePrograms.run(json, tensors))
          case "modules": (id, modules.run(json, tensors))
          case "optim": (id, OptimizerRunner().run(json, tensors))
          case "lr_scheduler": (id, SchedulerRunner().run(json, tensors))
          default: (id, operations.run(json, tensors))
          }
        })
      }
      if let counts = report.families[family] { print("oracle \(family): \(counts.line)") }
    }
    print("oracle: \(report.all.line)")
    #expect(report.unargued == 0)
    #expect(report.all.passed > 0)
  }
}
