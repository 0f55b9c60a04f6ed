import Foundation
import Martlet
import TensorModule
import TestSupport
import Testing

/// The mistakes that tutorials for PyTorch contain, and that run there into a late or a silent failure: here the
/// compiler refuses them, or a message says what is wrong.
@Suite struct MistakeTests {
  /// A line of Swift, and what the compiler must say to it; nil for a line that is right.
  private typealias Line = (code: String, refusal: String?)

  @Test(.enabled(if: Compiler.isThere)) func compilerRefuses() throws {
    let program: [Line] = [
      ("import Martlet", nil),
      ("let data = [UInt8]()", nil),
      ("final class Net: Layer {", nil),
      ("  let fc1 = Linear(4, 4)", nil),
      // A layer that a trailing comma makes a tuple of.
      ("  let fc2 = Linear(4, 1),", "expected pattern"),
      ("  func forward(_ x: Tensor) -> Tensor { fc1(x) }", nil),
      ("}", nil),
      ("func train(_ model: Sequential, _ linear: Linear, _ x: Tensor, _ y: Tensor) throws {", nil),
      // The gradient of a layer instead of its weight's.
      ("  linear.grad!.data.zero_()", "has no member 'grad'"),
      ("  linear.weight.grad!.zero_()", nil),
      // Names that nobody has defined.
      ("  let loss = crition(model(x), y)", "cannot find 'crition' in scope"),
      ("  let hidden = F.relu(x)", "cannot find 'F' in scope"),
      ("  model.to(device)", "cannot find 'device' in scope"),
      ("  for batch in trian_loader { print(batch) }", "cannot find 'trian_loader' in scope"),
      // The shape is a property.
      ("  print(x.shape())", "cannot call value of non-function type 'Shape'"),
      ("  print(x.shape)", nil),
      // A batch of text and lengths instead of the text.
      ("  _ = model((x, y))", "cannot convert value of type '(Tensor, Tensor)'"),
      // Which part of a data set, by a flag that is easily left as it was.
      (#"  _ = try MNIST(root: "data", train: true)"#, "extra argument 'train'"),
      (#"  _ = try MNIST(root: "data", split: .test)"#, nil),
      ("}", nil),
    ]
    let refusals = try Compiler.errors(in: program.map(\.code).joined(separator: "\n"))
    for (index, line) in program.enumerated() {
      let found = refusals[index + 1] ?? []
      if let refusal = line.refusal {
        #expect(found.contains { $0.contains(refusal) }, "\(line.code): \(found)")
      } else {
        #expect(found.isEmpty, "\(line.code): \(found)")
      }
    }
  }

  /// A flattening to fixed sizes turns a batch of 64 images into 49 rows without an error; the loss names the cause.
  @Test func flatteningChangesTheBatch() {
    let features = Tensor.zeros(64, 64, 7, 7).view(-1, 64 * 64)
    expectMessage("crossEntropy", "batch size (49)", "batch size (64)", "view(-1, …)", "flatten(startDim: 1)") {
      Functional.crossEntropy(features.matmul(Tensor.zeros(64 * 64, 10)), Tensor.zeros(64, dtype: .int64))
    }
  }

  @Test func indexWithTooManyDimensions() {
    let x = Tensor.arange(5)
    expectMessage("(5,)", "2 indices for a tensor of 1 dimensions") { x[.all, 0] }
  }

  /// `Tensor(_:)` copies an array, `Tensor(borrowing:)` shares memory: the names say which.
  @Test func copyingAndSharing() {
    var numbers: [Float] = [1, 2, 3]
    let copy = Tensor(numbers)
    numbers[0] = 10
    #expect(copy.toArray() == [1, 2, 3])
    final class Memory {
      let numbers = UnsafeMutableBufferPointer<Float>.allocate(capacity: 3)
      init() { numbers.initialize(repeating: 1) }
      deinit { numbers.deallocate() }
    }
    let memory = Memory()
    let shared = Tensor(borrowing: memory.numbers, shape: [3], owner: memory)
    memory.numbers[0] = 10
    #expect(shared.toArray() == [10, 1, 1])
  }

  /// Products broadcast, as in PyTorch; who wants equal shapes says so.
  @Test func equalShapesOnDemand() throws {
    let x = Tensor.ones(3, 1), y = Tensor.ones(1, 4)
    #expect((x * y).shape == [3, 4])
    expectMessage("expectShape", "(3, 1)", "(1, 4)") { x.expectShape(of: y) * y }
    expectMessage("expectShape", "(3, 1)", "(?, 4)") { x.expectShape(nil, 4) }
    #expect(try catchingTensorErrors { x.expectShape(nil, 1).expectShape(of: x) } === x)
  }

  /// Nothing but `zeroGrad` forgets gradients: neither `step` nor `backward`.
  @Test func gradientsAddUp() {
    let layer = Linear(2, 1), optimizer = SGD(layer.parameters(), lr: 0.1)
    let x = Tensor.ones(1, 2)
    layer(x).sum().backward()
    optimizer.step()
    #expect(layer.weight.grad?.toArray() == [1, 1])
    layer(x).sum().backward()
    #expect(layer.weight.grad?.toArray() == [2, 2])
    optimizer.zeroGrad()
    #expect(layer.weight.grad == nil)
  }

  /// A write through `data` is not recorded, but a gradient that would be wrong because of it is refused.
  @Test func writesThroughData() {
    let w = Tensor([1.0, 2], requiresGrad: true)
    let loss = (w * w).sum()
    w.data -= 0.5
    expectMessage("changed in place", "clone()") { loss.backward() }
  }
}

/// Holds the text of the first error in `body` against what it must contain.
private func expectMessage<R>(_ parts: String..., location: SourceLocation = #_sourceLocation, _ body: () -> R) {
  do {
    _ = try catchingTensorErrors { body() }
    Issue.record("no error", sourceLocation: location)
  } catch {
    for part in parts {
      #expect("\(error)".contains(part), "\(error) should contain \(part)", sourceLocation: location)
    }
  }
}

/// The compiler that built the tests, on a program of its own against the modules that were built with them.
private enum Compiler {
  static let isThere = path != nil && modules != nil

  private static let path = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    .map { "\($0)/swiftc" }.first { FileManager.default.isExecutableFile(atPath: $0) }

  /// The folder of the built modules, beside the test program.
  private static let modules: URL? = {
    let programs = [Bundle.main.executableURL, Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL]
    return programs.compactMap { $0?.deletingLastPathComponent() }
      .first { FileManager.default.fileExists(atPath: $0.appending(path: "Modules/Martlet.swiftmodule").path) }
  }()

  /// The errors that the compiler finds in a program, by line.
  static func errors(in program: String) throws -> [Int: [String]] {
    let folder = try #require(modules)
    let file = FileManager.default.temporaryDirectory.appending(path: "martlet-mistakes-\(UUID().uuidString).swift")
    try program.write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    let process = Process(), pipe = Pipe()
    process.executableURL = URL(filePath: try #require(path))
    process.arguments = [
      "-typecheck", "-swift-version", "6", "-parse-as-library", "-I", folder.appending(path: "Modules").path,
      "-Xcc", "-fmodule-map-file=\(folder.path)/CPUKernels.build/module.modulemap", "-diagnostic-style", "llvm",
      file.path,
    ]
    process.standardError = pipe
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    var result: [Int: [String]] = [:]
    for line in output.split(separator: "\n") where line.contains(": error: ") {
      guard line.hasPrefix(file.path), let number = Int(line.dropFirst(file.path.count + 1).prefix { $0 != ":" }) else {
        Issue.record("\(line)")
        continue
      }
      result[number, default: []].append(String(line))
    }
    return result
  }
}
