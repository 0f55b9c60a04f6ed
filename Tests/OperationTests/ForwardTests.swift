import CPUKernels
import Foundation
import TensorModule
import TestSupport
import Testing

/// Every row forward: layouts × element types, here and on other devices and instruction sets.
@Suite struct ForwardTests {
  @Test func cpu() {
    var runner = ForwardRunner()
    runner.run(operationCases())
    #expect(runner.failures.isEmpty, "\(runner.report)")
    #expect(runner.runs > 10_000)
  }

  /// Memory that the core cannot look into, with some kernels: the rest is decomposed or computed by the CPU on copies.
  @Test func separateMemory() throws {
    var runner = ForwardRunner(device: SeparateMemoryBackend.device, dtypes: [.float32, .float16, .int64, .bool], mixesLayouts: false)
    runner.run(operationCases())
    #expect(runner.failures.isEmpty, "\(runner.report)")
    let counts = try #require(SeparateMemoryBackend.backend(of: SeparateMemoryBackend.device)).counts
    #expect(counts.executed > 1000)
    #expect(counts.declined > 100)
  }

  /// A backend that can only copy is a whole backend.
  @Test func bareBackend() {
    var runner = ForwardRunner(device: SeparateMemoryBackend.bareDevice, dtypes: [.float32, .int64, .bool], mixesLayouts: false)
    runner.run(operationCases())
    #expect(runner.failures.isEmpty, "\(runner.report)")
  }

  /// All kernel tables of this processor. The choice is the process's, so a child makes it.
  @Test func instructionSets() async {
    let child = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      var failed = false
      let usual = String(cString: mk_isa())
      withEachInstructionSet { name in
        if name == usual { return }  // the test above
        // The children of the parallel tests share the machine: the usual layouts, most types.
        var runner = ForwardRunner(dtypes: [.float32, .float64, .bfloat16, .float16, .int64, .int8, .bool], mixesLayouts: false)
        runner.run(operationCases())
        if !runner.failures.isEmpty {
          FileHandle.standardError.write(Data("with \(name): \(runner.report)\n".utf8))
          failed = true
        }
      }
      if failed { exit(1) }
    }
    let text = String(decoding: child?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.isEmpty, "\(text)")
  }

  /// Fused operations give what their decomposition gives.
  @Test func decompositions() {
    var failures: [String] = []
    var decomposedKeys = Set<String>()
    for item in operationCases() {
      guard let primitive = item.primitive else { continue }
      for dtype in item.dtypes where dtype == .float32 || dtype == .float64 {
        for layout in MemoryLayout.allCases {
          let tensors = item.inputs.map { layout.tensor($0.array(dtype), dtype: $0.fixed ?? dtype) }
          guard let parts = primitive.decomposed(Operands(tensors)) else { continue }
          decomposedKeys.insert(item.key)
          for (output, (part, whole)) in zip(parts, item.run(tensors)).enumerated() {
            if let text = difference(part, whole.elements, Tolerance.standard(dtype).scaled(by: item.slack * 2)) {
              failures.append("\(item.name), \(layout), \(dtype), result \(output): decomposition and kernel differ: \(text)")
            }
          }
        }
      }
    }
    #expect(failures.isEmpty, "\(failures.prefix(20).joined(separator: "\n"))")
    #expect(decomposedKeys.contains("softmax"))
    #expect(decomposedKeys.contains("lstmCell"))
    #expect(decomposedKeys.contains("gruCell"))
  }
}
