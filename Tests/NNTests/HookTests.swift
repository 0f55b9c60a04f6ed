import Martlet
import Testing

@testable import NN

/// Notes of hooks, from whatever thread.
private final class Log: @unchecked Sendable {
  private let guarded = Guarded<[String]>([])
  func note(_ text: String) { guarded.withLock { $0.append(text) } }
  var lines: [String] { guarded.withLock { $0 } }
  func clear() { guarded.withLock { $0 = [] } }
}

private func text(_ tensors: [Tensor?]) -> String {
  tensors.map { $0.map { "\($0.toArray(as: Double.self))" } ?? "nil" }.joined(separator: " ")
}

/// Two inputs, two outputs.
private final class Pair: Module {
  let scale = Parameter(Tensor([2.0]))
  func callAsFunction(_ x: Tensor, _ y: Tensor?) -> (Tensor, Tensor) {
    inCall(x, y) { x, y in (x * scale, (y ?? x) * 3) }
  }
}

private final class Watched: Layer {
  let onRelease: @Sendable () -> Void
  init(_ onRelease: @escaping @Sendable () -> Void = {}) { self.onRelease = onRelease }
  func forward(_ x: Tensor) -> Tensor { x + 1 }
  deinit { onRelease() }
}

private final class Squared: Layer {
  func forward(_ x: Tensor) -> Tensor { x * x }
}

/// A type that hooks cannot take apart.
private struct Box {
  let tensor: Tensor
}

private final class Containers: Module {
  let scale = Parameter(Tensor([2.0]))
  func boxed(_ x: Box) -> Box { inCall(x) { x in Box(tensor: x.tensor * scale) } }
  func named(_ x: [Tensor?]) -> [String: Tensor] {
    inCall(x) { x in
      var result: [String: Tensor] = [:]
      for (index, tensor) in x.enumerated() {
        if let tensor { result["\(index)"] = tensor * scale }
      }
      return result
    }
  }
}

/// A tensor that a hook saw.
private final class Seen: @unchecked Sendable {
  weak var tensor: Tensor?
  var count = 0
}

@Suite struct HookTests {
  @Test func forwardHooksSeeAndReplace() {
    let layer = Watched(), log = Log()
    let x = Tensor([1.0])
    let first = layer.registerForwardHook { _, inputs, outputs in
      log.note("first \(text(inputs)) \(text(outputs))")
      return nil
    }
    layer.registerForwardHook(prepend: true) { module, _, outputs in
      log.note("before \(type(of: module) == Watched.self)")
      return [outputs[0] * 10]
    }
    let pre = layer.registerForwardPreHook { _, inputs in [inputs[0] + 5] }
    #expect(layer(x).item() == 70)
    #expect(log.lines == ["before true", "first [6.0] [70.0]"])
    log.clear()
    first.remove()
    pre.remove()
    pre.remove()
    #expect(layer(x).item() == 20)
    #expect(log.lines == ["before true"])
    // Others are untouched.
    #expect(Watched()(x).item() == 2)
  }

  @Test func hooksOfAnyArity() {
    let pair = Pair(), log = Log()
    pair.registerForwardPreHook { _, inputs in
      log.note("pre \(inputs.count)")
      return inputs.map { $0 + 1 }
    }
    pair.registerForwardHook { _, inputs, outputs in
      log.note("\(text(inputs)) -> \(text(outputs))")
      return outputs.reversed()
    }
    let both = pair(Tensor([1.0]), Tensor([10.0]))
    #expect(both.0.item() == 33 && both.1.item() == 4)
    #expect(log.lines == ["pre 2", "[2.0] [11.0] -> [4.0] [33.0]"])
    log.clear()
    let one = pair(Tensor([1.0]), nil)
    #expect(one.0.item() == 6 && one.1.item() == 4)
    #expect(log.lines == ["pre 1", "[2.0] -> [4.0] [6.0]"])

    let lstm = LSTM(2, 3), x = Tensor.ones(4, 1, 2)
    lstm.registerForwardPreHook { _, inputs in
      log.note("lstm \(inputs.count)")
      return inputs.map { $0 * 0 }
    }
    lstm.registerForwardHook { _, _, outputs in
      log.note("\(outputs.map(\.shape))")
      return outputs.map { $0 * 0 + 2 }
    }
    log.clear()
    let state = (hidden: Tensor.ones(1, 1, 3), cell: Tensor.ones(1, 1, 3))
    let (output, (hidden, cell)) = lstm(x, state)
    #expect(log.lines == ["lstm 3", "[[4, 1, 3], [1, 1, 3], [1, 1, 3]]"])
    #expect(output.isEqual(to: Tensor.full([4, 1, 3], 2.0)) && hidden.isEqual(to: cell))

    let loss = MSELoss()
    loss.registerForwardHook { _, inputs, outputs in [outputs[0] + inputs.count] }
    #expect(loss(Tensor([1.0]), Tensor([3.0])).item() == 6)
  }

  @Test func backwardHooks() {
    let pair = Pair(), log = Log()
    pair.registerFullBackwardPreHook { _, gradOutputs in
      log.note("pre \(text(gradOutputs))")
      return gradOutputs.map { $0.map { $0 * 10 } }
    }
    pair.registerFullBackwardHook { module, gradInputs, gradOutputs in
      log.note("full \(text(gradInputs)) | \(text(gradOutputs)) \(module.scale.elementCount)")
      return gradInputs.map { $0.map { $0 + 1 } }
    }
    let x = Tensor([1.0], requiresGrad: true), y = Tensor([1.0], requiresGrad: true)
    pair(x, y).0.sum().backward()
    #expect(log.lines == ["pre [1.0] nil", "full [20.0] [0.0] | [10.0] nil 1"])
    #expect(x.grad?.item() == 21 && y.grad?.item() == 1 && pair.scale.grad?.item() == 10)
    log.clear()
    // An input that requires no gradient.
    let (a, b) = pair(Tensor([1.0]), y)
    (a + b).sum().backward()
    #expect(log.lines == ["pre [1.0] [1.0]", "full nil [30.0] | [10.0] [10.0] 1"])
    log.clear()
    pair.scale.grad = nil
    pair(Tensor([3.0]), nil).0.sum().backward()
    #expect(log.lines.first == "pre [1.0]" + " nil")
    #expect(pair.scale.grad?.item() == 30)
    // Nothing is recorded: nothing to see.
    log.clear()
    withNoGrad { _ = pair(x, y) }
    #expect(log.lines.isEmpty)
  }

  @Test func withoutInputsThatRequireGradientsOutputsTell() {
    let layer = Linear(2, 1, bias: false), log = Log()
    layer.registerFullBackwardHook { _, gradInputs, gradOutputs in
      log.note("\(text(gradInputs)) | \(text(gradOutputs))")
      return nil
    }
    (layer(Tensor.ones(1, 2)) * 3).sum().backward()
    #expect(log.lines == ["nil | [3.0]"])
    #expect(layer.weight.grad!.toArray(as: Double.self) == [3, 3])
  }

  @Test func secondDerivativesPassBackwardHooks() {
    let layer = Watched()
    layer.registerFullBackwardHook { _, gradInputs, _ in gradInputs.map { $0.map { $0 * $0 } } }
    let x = Tensor([2.0], requiresGrad: true)
    let first = grad((layer(x) ** 2).sum(), x, createGraph: true)
    #expect(first.item() == 36)
    // d/dx (2(x + 1))² = 8(x + 1) = 24, and the hook sees the second pass as well.
    let second = grad(first.sum(), x)
    #expect(second.item() == 24 * 24)
  }

  @Test func nothingIsKeptOfDifferentiableGradients() {
    let layer = Watched(), seen = Seen()
    layer.registerFullBackwardHook { _, _, gradOutputs in
      seen.tensor = gradOutputs[0]
      seen.count += 1
      return nil
    }
    do {
      let x = Tensor([2.0], requiresGrad: true)
      #expect(grad((layer(x) ** 2).sum(), x, createGraph: true).item() == 6)
    }
    #expect(seen.count == 1 && seen.tensor == nil)
  }

  /// The second derivative comes to the input by way of the square's operand, not of its result.
  @Test func passesThatMissTheOutputsAreNotSeen() {
    let layer = Squared(), seen = Seen()
    layer.registerFullBackwardHook { _, _, _ in
      seen.count += 1
      return nil
    }
    let x = Tensor([3.0], requiresGrad: true)
    let first = grad(layer(x).sum(), x, createGraph: true)
    #expect(first.item() == 6 && seen.count == 1)
    #expect(grad(first.sum(), x).item() == 2 && seen.count == 1)
  }

  @Test func optionalsDictionariesAndTypesOfYourOwn() {
    let module = Containers(), log = Log()
    let handle = module.registerFullBackwardHook { _, gradInputs, gradOutputs in
      log.note("\(text(gradInputs)) | \(text(gradOutputs))")
      return nil
    }
    let x = Tensor([1.0], requiresGrad: true), y = Tensor([3.0], requiresGrad: true)
    let result = module.named([x, nil, y])
    #expect(result.keys.sorted() == ["0", "2"] && result["0"]?.item() == 2)
    result["2"]?.sum().backward()
    #expect(log.lines == ["[0.0] [2.0] | nil [1.0]"] && y.grad?.item() == 2)
    // A hook that replaces nothing lets any type pass.
    let boxed = module.boxed(Box(tensor: x)).tensor
    #expect(boxed.item() == 2)
    x.grad = nil
    boxed.sum().backward()
    #expect(x.grad?.item() == 2 && log.lines.count == 1)
    handle.remove()
    module.registerForwardPreHook { _, inputs in inputs.map { $0 * 10 } }
    module.registerForwardHook { _, _, outputs in outputs.reversed() }
    let swapped = module.named([x, nil, y])
    #expect(swapped["0"]?.item() == 60 && swapped["2"]?.item() == 20)
    expectError("hook", "cannot replace the tensors in a value of type") { module.boxed(Box(tensor: x)).tensor }
  }

  @Test func packedSequences() {
    let lstm = LSTM(2, 3), log = Log()
    let x = Tensor.ones(1, 2).requiresGrad_(), packed = packSequence([x, Tensor.ones(3, 2)], enforceSorted: false)
    let expected = lstm(packed).output.data
    lstm.registerFullBackwardHook { _, gradInputs, gradOutputs in
      log.note("\(gradInputs.count) \(gradOutputs.count)")
      return nil
    }
    let output = lstm(packed).output
    #expect(output.data.isEqual(to: expected) && output.lengths == [1, 3])
    output.data.sum().backward()
    #expect(log.lines == ["1 3"] && x.grad != nil)

    lstm.registerForwardHook { _, _, outputs in outputs.map { $0 * 0 + 2 } }
    let (twos, state) = lstm(packed)
    #expect(twos.data.isEqual(to: Tensor.full([4, 3], 2.0)) && twos.lengths == [1, 3])
    #expect(state.hidden.isEqual(to: Tensor.full([1, 2, 3], 2.0)))
    lstm.registerForwardPreHook { _, inputs in [inputs[0].narrow(dim: 0, start: 0, length: 1)] }
    expectError("hook", "must stay 4") { lstm(packed).output.data }
  }

  @Test func errors() {
    let layer = Watched(), pair = Pair()
    layer.registerForwardHook { _, _, _ in [] }
    expectError("hook", "gave 0 tensors for 1 outputs") { _ = layer(Tensor.ones(1)) }
    pair.registerForwardPreHook { _, _ in [Tensor.ones(1)] }
    expectError("hook", "gave 1 tensors for 2 inputs") { _ = pair(Tensor.ones(1), Tensor.ones(1)) }
    let other = Watched()
    other.registerFullBackwardHook { _, _, _ in [] }
    expectError("backward hook", "gave 0 gradients for the 1 inputs") {
      other(Tensor([1.0], requiresGrad: true)).sum().backward()
    }
  }

  @Test func globalHooksComeFirst() async {
    await #expect(processExitsWith: .success) {
      let log = Log(), layer = Linear(1, 1)
      let handles = [
        layer.registerForwardHook { _, _, _ in log.note("own"); return nil },
        layer.registerForwardPreHook { _, _ in log.note("own pre"); return nil },
        layer.registerFullBackwardHook { _, _, _ in log.note("own backward"); return nil },
        registerModuleForwardHook { module, _, _ in log.note("global \(type(of: module))"); return nil },
        registerModuleForwardPreHook { _, _ in log.note("global pre"); return nil },
        registerModuleFullBackwardHook { _, _, _ in log.note("global backward"); return nil },
        registerModuleFullBackwardPreHook { _, _ in log.note("global backward pre"); return nil },
      ]
      let x = Tensor([[1.0]], requiresGrad: true)
      layer(x).sum().backward()
      let lines = [
        "global pre", "own pre", "global Linear", "own", "global backward pre", "global backward", "own backward",
      ]
      guard log.lines == lines else { fatalError("\(log.lines)") }
      for handle in handles { handle.remove() }
      log.clear()
      layer(x).sum().backward()
      guard log.lines.isEmpty, !ModuleTable.isInUse, ModuleTable.count == 0 else { fatalError("hooks stayed") }
    }
  }

  @Test func entriesDieWithTheirModules() async {
    await #expect(processExitsWith: .success) {
      let log = Log()
      for _ in 0..<100 {
        let layer = Watched { log.note("released") }
        layer.registerForwardHook { _, _, _ in fatalError("a hook of a dead module") }
      }
      guard log.lines.count == 100 else { fatalError("modules were kept alive") }
      // Others come to lie where they were.
      let layers = (0..<1000).map { _ in Watched() }
      for layer in layers { _ = layer(Tensor.ones(1)) }
      for _ in 0..<5 { for layer in layers { _ = layer(Tensor.ones(1)) } }
      guard ModuleTable.count == 0, !ModuleTable.isInUse else { fatalError("entries stayed") }
    }
  }

  @Test func fromSeveralTasks() async {
    let layer = Linear(2, 2), x = Tensor.ones(1, 2)
    let expected = layer(x)
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 {
        group.addTask {
          (0..<200).allSatisfy { _ in
            let handle = layer.registerForwardHook { _, _, _ in nil }
            defer { handle.remove() }
            return withNoGrad { layer(x) }.isEqual(to: expected)
          }
        }
      }
      for await isRight in group { #expect(isRight) }
    }
  }

  @Test func existentialsHaveHooks() {
    let model = Sequential(Linear(1, 1), ReLU()), log = Log()
    for module in model.modules() {
      module.registerForwardHook { module, _, _ in
        log.note("\(type(of: module))")
        return nil
      }
    }
    _ = model(Tensor.ones(1, 1))
    #expect(log.lines == ["Linear", "ReLU", "Sequential"])
  }

  @Test func stateDictHooks() throws {
    let model = Sequential(Linear(1, 1), Linear(1, 1)), log = Log()
    let inner = model[1]
    inner.registerStateDictPreHook { _, prefix in log.note("pre \(prefix)") }
    inner.registerStateDictPostHook { _, state, prefix in state[prefix + "extra"] = Tensor([7.0]) }
    model.registerStateDictPostHook { _, state, _ in log.note("\(state.count)") }
    let state = model.stateDict()
    #expect(state.keys == ["0.weight", "0.bias", "1.weight", "1.bias", "1.extra"])
    #expect(log.lines == ["pre 1.", "5"])

    // A hook that knows an older name, and one that forgives.
    inner.registerLoadStateDictPreHook { _, state, prefix in
      guard let old = state[prefix + "w"] else { return }
      state[prefix + "w"] = nil
      state[prefix + "weight"] = old
    }
    let old: StateDict = [
      "0.weight": Tensor([[1.0]]), "0.bias": Tensor([1.0]), "1.w": Tensor([[5.0]]), "1.bias": Tensor([1.0]),
      "1.extra": Tensor([7.0]),
    ]
    #expect(throws: StateDictError.self) { try model.loadStateDict(old) }
    inner.registerLoadStateDictPostHook { _, keys in keys.unexpectedKeys.removeAll { $0.hasSuffix("extra") } }
    let keys = try model.loadStateDict(old)
    #expect(keys.unexpectedKeys.isEmpty)
    #expect(model.parameter("1.weight").item() == 5)
  }

  @Test func membersByName() {
    let model = Sequential(named: ["body": Sequential(Linear(2, 3), ReLU()), "head": Linear(3, 1)])
    #expect(model.parameter("body.0.weight") === (model[0] as? Sequential).map { $0[0] as? Linear }??.weight)
    #expect(model.submodule("body.1") is ReLU)
    #expect(model.submodule("") === model)
    #expect(CrossEntropyLoss(weight: Tensor([1.0, 2])).buffer("weight").shape == [2])
    expectError("parameter", "Sequential has no parameter \"body.0.wieght\"") { model.parameter("body.0.wieght") * 2 }
    do {
      _ = try catchingTensorErrors { model.parameter("body.0.wieght") }
    } catch {
      #expect("\(error)".hasSuffix("did you mean \"body.0.weight\"?"), "\(error)")
    }
    expectError("submodule", "has no submodule \"boddy\"") { _ = model.submodule("boddy") }
    expectError("buffer", "has no buffer \"weight\"") { _ = model.buffer("weight") }
  }
}
