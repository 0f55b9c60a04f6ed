import Foundation
import Martlet
import TensorModule
import TestSupport
import Testing

/// Random calls: the operations of the cases with other shapes, types, layouts and numbers. Each must give a result or a
/// `TensorError`, never a crash.
///
/// `MARTLET_FUZZ_SECONDS` says how long (default 3), `MARTLET_FUZZ_SEED` where the sequence starts (printed at the
/// beginning), `MARTLET_FUZZ_TRACE` prints every call before it is made: the last line names the one that crashed.
@Suite("Fuzz") struct FuzzTests {
  @Test func randomCalls() throws {
    let environment = ProcessInfo.processInfo.environment
    let seconds = environment["MARTLET_FUZZ_SECONDS"].flatMap(Double.init) ?? 3
    let seed = environment["MARTLET_FUZZ_SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 0...UInt64.max)
    let isTracing = environment["MARTLET_FUZZ_TRACE"] != nil
    print("fuzz: seed \(seed)")
    var mutator = CallMutator(seed: seed)
    let table = OracleTable.complete()
    let folder = try #require(Bundle.module.resourceURL).appending(path: "Cases")
    let only = environment["MARTLET_FUZZ_ONLY"].map { Set($0.split(separator: ",").map(String.init)) }
    let files = try OracleFile.names(in: folder, family: "ops").filter { only?.contains($0) ?? true }
      .map { try OracleFile(folder, family: "ops", name: $0) }
    let end = Date(timeIntervalSinceNow: seconds)
    var results = 0, refusals = 0
    while Date() < end {
      guard let file = files.randomElement(using: &mutator.generator), let json = file.cases.randomElement(using: &mutator.generator)
      else { continue }
      let tensors = file.tensors(of: json["id"]?.string ?? "")
      guard let name = json["inplace"]?.string ?? json["op"]?.string, let entry = table[name] else { continue }
      // A tensor with more dimensions than there may be is not in the file.
      guard let arguments = try? (json["args"]?.list ?? []).map({ mutator.mutated(try tensors.value($0)) }),
        let keywords = try? (json["kwargs"]?.object ?? [:]).sorted(by: { $0.key < $1.key })
          .reduce(into: [:], { $0[$1.key] = mutator.mutated(try tensors.value($1.value)) })
      else { continue }
      let call = OracleCall(operation: name, arguments: arguments, keywords: keywords)
      if isTracing { FileHandle.standardError.write(Data("\(name) \(CallMutator.description(of: call))\n".utf8)) }
      do {
        try catchingTensorErrors {
          guard case .tensors(let outputs) = try entry(call) else { return }
          for output in outputs { _ = output.toArray(as: Double.self) }
          let tracked = outputs.filter(\.requiresGrad)
          for output in tracked { output.backward(gradient: Tensor.onesLike(output), retainGraph: true) }
        }
        results += 1
      } catch is TensorError {
        refusals += 1
      } catch is OracleProblem {
        continue  // the arguments have no Swift spelling
      }
    }
    print("fuzz: \(results) results, \(refusals) refusals")
    #expect(results > 0 && refusals > 0)
  }
}

/// Changes the arguments of a call at random, reproducibly.
struct CallMutator {
  /// SplitMix64 (Steele, Lea and Flood 2014).
  struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
      return z ^ z >> 31
    }
  }

  var generator: Generator
  init(seed: UInt64) { generator = Generator(state: seed) }

  private mutating func chance(_ oneIn: Int) -> Bool { Int.random(in: 0..<oneIn, using: &generator) == 0 }

  /// Most arguments stay as they are: a call in which all is wrong fails at its first check.
  mutating func mutated(_ value: OracleValue) -> OracleValue {
    switch value {
    case .tensor(let tensor): return chance(2) ? value : .tensor(mutated(tensor))
    case .int: return chance(3) ? .int(randomInt()) : value
    case .float: return chance(3) ? .float(randomDouble()) : value
    case .bool(let bit): return chance(3) ? .bool(!bit) : value
    case .list(let items): return .list(mutated(items))
    case .tuple(let items): return .tuple(mutated(items))
    case .slice(let start, let end, let step):
      return chance(3) ? .slice(chance(3) ? nil : randomInt(), chance(3) ? nil : randomInt(), step) : .slice(start, end, step)
    case .dtype: return chance(2) ? .dtype(DType.allCases.randomElement(using: &generator)!) : value
    default: return value
    }
  }

  private mutating func mutated(_ items: [OracleValue]) -> [OracleValue] {
    var result: [OracleValue] = []
    for item in items where !chance(12) { result.append(mutated(item)) }
    if !items.isEmpty && chance(12) { result.append(items.randomElement(using: &generator)!) }
    return result
  }

  private mutating func randomInt() -> Int {
    switch Int.random(in: 0..<20, using: &generator) {
    case 0: .max
    case 1: .min
    case 2: 1 << 45
    case 3: Int.random(in: -100...100, using: &generator)
    default: Int.random(in: -4...6, using: &generator)
    }
  }

  private mutating func randomDouble() -> Double {
    [0, -0.0, 1, -1, 0.5, 1e-30, 1e30, -2.5, .infinity, -.infinity, .nan, 1e300].randomElement(using: &generator)!
  }

  private mutating func mutated(_ tensor: Tensor) -> Tensor {
    var result = tensor.detach()
    if chance(2) {
      // Another shape altogether: few dimensions, small, sometimes empty.
      let shape = (0..<Int.random(in: 0...5, using: &generator)).map { _ in
        chance(8) ? 0 : Int.random(in: 1...5, using: &generator)
      }
      result = Tensor.empty(Shape(shape), dtype: tensor.dtype)
      let values = (0..<result.elementCount).map { _ in Double(Int.random(in: -8...8, using: &generator)) / 2 }
      result = Tensor(values, shape: Shape(shape), dtype: .float64).to(tensor.dtype)
    }
    if chance(4) { result = result.to(DType.allCases.randomElement(using: &generator)!) }
    if result.rank > 1 && chance(3) { result = result.transpose(0, result.rank - 1) }
    if result.rank > 0 && result.size(0) > 1 && chance(4) { result = result[.slice(0, nil, step: 2)] }
    if chance(8) { result = result.unsqueeze(0).expand(Shape([3] + Array(result.shape))) }
    if result.dtype.isFloatingPoint && chance(6) {
      result = result.clone()
      if result.elementCount > 0 { result.flatten()[0].fill_(chance(2) ? Double.nan : Double.infinity) }
    }
    if result.dtype.isFloatingPoint && chance(2) { result = result.detach().requiresGrad_() }
    return result
  }

  /// The call in words, for finding the one that crashed.
  static func description(of call: OracleCall) -> String {
    func text(_ value: OracleValue) -> String {
      switch value {
      case .tensor(let tensor):
        "\(tensor.dtype)\(tensor.shape)\(tensor.isContiguous ? "" : "/\(tensor.strides)")\(tensor.requiresGrad ? "*" : "")"
      case .list(let items), .tuple(let items): "[" + items.map(text).joined(separator: ", ") + "]"
      case .int(let value): "\(value)"
      case .float(let value): "\(value)f"
      default: "\(value)"
      }
    }
    return (call.arguments.map(text) + call.keywords.map { "\($0.key)=\(text($0.value))" }).joined(separator: ", ")
  }
}
