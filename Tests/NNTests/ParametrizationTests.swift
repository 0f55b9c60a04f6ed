import Martlet
import Testing

@testable import NN

/// The symmetric part of a square weight.
private final class Symmetric: Parametrization {
  func forward(_ originals: [Tensor]) -> Tensor { (originals[0] + originals[0].t()) / 2 }
}

/// A module that calls itself.
private final class Recursive: Layer {
  let weight = Parameter(Tensor([2.0]))
  func forward(_ x: Tensor) -> Tensor { x.item() < 20 ? self(x * weight) : x }
}

@Suite struct ParametrizationTests {
  /// Runs a case as the fixtures' generator does.
  private func check<M: Layer>(_ name: String, _ layer: M, _ x: Tensor, _ wrap: (M) -> Void) {
    layer.to(.float64)
    withNoGrad { _ = layer.parameter("weight").copy_(fill(like: layer.parameter("weight"), phase: 1) * 0.5) }
    manualSeed(0)
    wrap(layer)
    let first = layer(x)
    layer.eval()
    let second = layer(x)
    ((first * fill(like: first, phase: 2)).sum() + (second * fill(like: second, phase: 3)).sum()).backward()
    let originals = layer.parameters()
    expect(name, [first, second] + originals.map(\.grad) + originals + layer.buffers())
  }

  @Test func numbersArePyTorchs() async {
    await #expect(processExitsWith: .success) {
      let tests = ParametrizationTests()
      let x = fill(3, 4), image = fill(2, 2, 4, 4)
      tests.check("weight linear", Linear(4, 3, bias: false), x) { weightNorm($0) }
      tests.check("weight linear dim 1", Linear(4, 3, bias: false), x) { weightNorm($0, dim: 1) }
      tests.check("weight linear all", Linear(4, 3, bias: false), x) { weightNorm($0, dim: nil) }
      tests.check("weight conv", Conv2d(2, 3, kernelSize: 3, bias: false), image) { weightNorm($0) }
      tests.check("spectral linear", Linear(4, 3, bias: false), x) { spectralNorm($0) }
      tests.check("spectral linear dim 1", Linear(4, 3, bias: false), x) { spectralNorm($0, dim: 1) }
      tests.check("spectral linear three", Linear(4, 3, bias: false), x) { spectralNorm($0, nPowerIterations: 3) }
      tests.check("spectral conv", Conv2d(2, 3, kernelSize: 3, bias: false), image) { spectralNorm($0) }
    }
  }

  @Test func keysAndTextArePyTorchs() throws {
    let layer = weightNorm(Linear(3, 2))
    #expect(layer.stateDict().keys == ["bias", "parametrizations.weight.original0", "parametrizations.weight.original1"])
    #expect(layer.namedParameters().map(\.name) == layer.stateDict().keys)
    #expect(
      layer.description == """
        ParametrizedLinear(
          in_features=3, out_features=2, bias=True
          (parametrizations): ModuleDict(
            (weight): ParametrizationList(
              (0): _WeightNorm()
            )
          )
        )
        """)
    let spectral = spectralNorm(Conv2d(3, 2, kernelSize: 3))
    #expect(
      spectral.stateDict().keys == [
        "bias", "parametrizations.weight.original", "parametrizations.weight.0._u", "parametrizations.weight.0._v",
      ])
    #expect(spectral.parameter("parametrizations.weight.original").shape == [2, 3, 3, 3])
    // A second one takes over the state, and computes the same.
    let other = weightNorm(Linear(3, 2)), x = Tensor.ones(1, 3)
    try other.loadStateDict(layer.stateDict())
    #expect(other(x).isEqual(to: layer(x)))
    spectral.eval()
    #expect(!spectral.isTraining && spectral.modules().count == 3)
  }

  @Test func weightIsThatOfTheLastCall() {
    let layer = weightNorm(Linear(2, 2, bias: false)), x = Tensor([[1.0, 2.0]])
    let before = layer(x).detach()
    let length = layer.parameter("parametrizations.weight.original0")
    #expect(length.shape == [2, 1] && length.requiresGrad && !layer.weight.requiresGrad)
    withNoGrad { _ = length.mul_(2) }
    #expect(layer(x).isClose(to: before * 2))
    #expect(layer.weight.matmul(x[0]).isClose(to: before[0] * 2))
    // Trains as any other.
    let optimizer = SGD(layer.parameters(), lr: 0.1)
    let losses = (0..<50).map { _ in
      optimizer.zeroGrad()
      let loss = (layer(x) - 1).square().sum()
      loss.backward()
      optimizer.step()
      return loss.item()
    }
    #expect(losses[49] < 1e-3 && losses[49] < losses[0])
  }

  @Test func removal() {
    let layer = Linear(3, 2), x = Tensor.ones(1, 3), weight = layer.weight
    weightNorm(layer)
    #expect(layer.isParametrized() && layer.isParametrized("weight") && !layer.isParametrized("bias"))
    withNoGrad { _ = layer.parameter("parametrizations.weight.original0").mul_(3) }
    let expected = layer(x)
    removeParametrizations(layer, "weight")
    #expect(!layer.isParametrized() && layer.weight === weight && weight.requiresGrad)
    #expect(layer.stateDict().keys == ["weight", "bias"])
    #expect(layer(x).isEqual(to: expected))
    layer(x).sum().backward()
    #expect(weight.grad != nil)

    let original = layer.weight.clone().detach()
    spectralNorm(layer)
    #expect(!layer.weight.isEqual(to: original))
    removeParametrizations(layer, "weight", leaveParametrized: false)
    #expect(layer.weight.isEqual(to: original))
    expectError("removeParametrizations", "Linear has no parametrization of \"weight\"") {
      removeParametrizations(layer, "weight")
    }
    expectError("weightNorm", "Linear has no parameter \"wait\"") { weightNorm(layer, name: "wait") }
    expectError("weightNorm", "no dimension 2") { weightNorm(layer, dim: 2) }
    expectError("spectralNorm", "must be positive") { spectralNorm(layer, nPowerIterations: 0) }
    expectError("spectralNorm", "computed from others already") { spectralNorm(weightNorm(layer)) }
    removeParametrizations(layer, "weight")
    weightNorm(layer)
    expectError("removeParametrizations", "none of which") { removeParametrizations(layer, "weight", leaveParametrized: false) }
  }

  @Test func aFailedCallLeavesTheWeight() {
    let layer = weightNorm(Linear(3, 2)), x = Tensor.ones(1, 3)
    let expected = layer(x).detach(), weight = layer.weight.detach().clone()
    #expect(throws: TensorError.self) { try catchingTensorErrors { _ = layer(Tensor.ones(1, 5)) } }
    #expect(layer.weight.isEqual(to: weight) && layer(x).isEqual(to: expected))
  }

  @Test func attentionsOutputProjection() {
    let attention = MultiheadAttention(4, 2).to(.float64), x = fill(3, 1, 4)
    let before = attention(x, x, x).output.detach()
    weightNorm(attention.outProj)
    #expect(attention(x, x, x).output.isClose(to: before))
    // Its bias is zero.
    let length = attention.parameter("out_proj.parametrizations.weight.original0")
    withNoGrad { _ = length.mul_(2) }
    let doubled = attention(x, x, x).output
    #expect(doubled.isClose(to: before * 2))
    doubled.sum().backward()
    #expect(length.grad != nil)
  }

  @Test func stacksOfParametrizedLayersAreRefused() {
    let layer = TransformerEncoderLayer(4, 2, dimFeedforward: 6)
    weightNorm(layer.linear1)
    expectError("TransformerEncoder", "\"linear1\" has parameters computed from others") {
      TransformerEncoder(layer, numLayers: 2)
    }
    removeParametrizations(layer.linear1, "weight")
    #expect(TransformerEncoder(layer, numLayers: 2).layers[1].linear1.weight.isEqual(to: layer.linear1.weight))
  }

  @Test func ofYourOwn() {
    let layer = registerParametrization(Linear(3, 3, bias: false), "weight", Symmetric())
    let x = Tensor.eye(3)
    let y = layer(x)
    #expect(y.isEqual(to: y.t()))
    y.select(dim: 0, index: 0).select(dim: 0, index: 1).backward()
    #expect(
      layer.parameter("parametrizations.weight.original").grad!.toArray(as: Double.self) == [0, 0.5, 0, 0.5, 0, 0, 0, 0, 0])
    let recursive = weightNorm(Recursive())
    #expect(abs(recursive(Tensor([3.0])).item() - 24) < 1e-4)
  }

  @Test func lstmsWeights() {
    let lstm = weightNorm(LSTM(2, 3), name: "weight_hh_l0"), x = fill(4, 1, 2, dtype: .float32)
    let keys = lstm.stateDict().keys
    #expect(keys.contains("parametrizations.weight_hh_l0.original0") && !keys.contains("weight_hh_l0"))
    lstm(x).output.sum().backward()
    #expect(lstm.parameters().allSatisfy { $0.grad != nil })
  }

  @Test func fromSeveralTasks() async {
    let model = Sequential(weightNorm(Linear(8, 16)), ReLU(), spectralNorm(Linear(16, 2))).eval()
    let x = fill(4, 8, dtype: .float32)
    let expected = withNoGrad { model(x) }
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 {
        group.addTask { (0..<50).allSatisfy { _ in withNoGrad { model(x) }.isEqual(to: expected) } }
      }
      for await isRight in group { #expect(isRight) }
    }
  }
}

@Suite struct FunctionalCallTests {
  private func model() -> Sequential { Sequential(Linear(2, 3), Tanh(), Linear(3, 1)).to(.float64) }

  @Test func computesWithOthers() {
    let model = model(), other = self.model(), x = fill(4, 2)
    let before = model(x), state = model.stateDict()
    let result = functionalCall(model, other.stateDict(), x)
    #expect(result.isEqual(to: other(x)) && !result.requiresGrad)
    // The module is as it was.
    #expect(model(x).isEqual(to: before))
    #expect(model.parameters().allSatisfy { $0.requiresGrad && $0.isLeaf })
    #expect(state.allSatisfy { model.stateDict()[$0.key]!.isEqual(to: $0.value) })
    // Some only.
    let part = functionalCall(model, ["2.bias": Tensor([5.0], dtype: .float64)], x)
    #expect(part.isClose(to: before - model.parameter("2.bias") + 5))
    #expect(part.requiresGrad)
  }

  @Test func gradientsGoToWhatWasGiven() {
    let model = model(), x = fill(4, 2)
    let leaves = model.parameters().map { $0.detach().clone().requiresGrad_() }
    let names = model.namedParameters().map(\.name)
    let scaled = leaves.map { $0 * 2 }
    functionalCall(model, StateDict(names, scaled), x).square().sum().backward()
    #expect(model.parameters().allSatisfy { $0.grad == nil })
    #expect(leaves.allSatisfy { $0.grad != nil })
    // The same as for parameters of that value, twice.
    withNoGrad { for parameter in model.parameters() { parameter.mul_(2) } }
    model(x).square().sum().backward()
    for (leaf, parameter) in zip(leaves, model.parameters()) {
      #expect(leaf.grad!.isClose(to: parameter.grad! * 2))
    }
    let stray = functionalCall(model, [:]) { $0.parameter("0.bias") }
    #expect(stray === model.parameter("0.bias"))
    let given = leaves[1]
    #expect(functionalCall(model, ["0.bias": given]) { $0.parameter("0.bias") as Tensor } === given)
  }

  @Test func derivativesOverParameters() {
    let model = model(), x = fill(3, 2)
    let names = model.namedParameters().map(\.name), weights = model.parameters().map { $0.detach() }
    let rows = jacobian(weights) { [functionalCall(model, StateDict(names, $0), x)] }[0]
    #expect(rows.map(\.shape) == [[3, 1, 3, 2], [3, 1, 3], [3, 1, 1, 3], [3, 1, 1]])
    for i in 0..<3 {
      model.zeroGrad()
      model(x)[i].sum().backward()
      for (row, parameter) in zip(rows, model.parameters()) {
        #expect(row[i][0].isClose(to: parameter.grad!))
      }
    }
    // Second derivatives, against differences of the first.
    func loss(_ weights: [Tensor]) -> Tensor { functionalCall(model, StateDict(names, weights), x).square().mean() }
    let blocks = hessian(weights) { loss($0) }
    let step = 1e-5
    func slope(_ shift: Double) -> Tensor {
      var moved = weights
      moved[3] = weights[3] + shift
      return TensorGradient.of(loss, moved)[0]
    }
    let difference = (slope(step) - slope(-step)) / (2 * step)
    #expect((blocks[0][3].select(dim: 2, index: 0) - difference).abs().max().item() < 1e-8)
  }

  /// Learning to learn: the loss after a step, differentiated through the step.
  @Test func metaLearning() {
    let model = model(), x = fill(4, 2), y = fill(4, 1, phase: 1)
    let names = model.namedParameters().map(\.name)
    func loss(_ weights: [Tensor]) -> Tensor { (functionalCall(model, StateDict(names, weights), x) - y).square().mean() }
    func adapted(_ weights: [Tensor]) -> Tensor {
      let slopes = grad(outputs: [loss(weights)], inputs: weights, createGraph: true)
      return loss(zip(weights, slopes).map { $0 - $1 * 0.1 })
    }
    let weights: [Tensor] = model.parameters()
    let slopes = grad(outputs: [adapted(weights)], inputs: weights)
    let step = 1e-5, bias = model.parameter("2.bias")
    func moved(_ shift: Double) -> Double {
      withNoGrad { _ = bias.add_(shift) }
      defer { withNoGrad { _ = bias.sub_(shift) } }
      return adapted(weights).item()
    }
    #expect(abs(slopes[3].item() - (moved(step) - moved(-step)) / (2 * step)) < 1e-8)
  }

  @Test func sharedParametersAndBuffers() {
    final class Tied: Layer {
      let first = Linear(2, 2, bias: false)
      let second: Linear
      let count = Buffer(Tensor([0.0]))
      init() { second = first }
      func forward(_ x: Tensor) -> Tensor {
        count.add_(1)
        return second(first(x))
      }
    }
    let tied = Tied(), two = Tensor.eye(2) * 2, count = Tensor([10.0]), x = Tensor([[1.0, 1.0]])
    #expect(functionalCall(tied, ["first.weight": two, "count": count], x).isEqual(to: x * 4))
    #expect(functionalCall(tied, ["second.weight": two], x, strict: false).isEqual(to: x * 4))
    #expect(count.item() == 11 && tied.count.item() == 1)
    expectError("functionalCall", "several names") {
      functionalCall(tied, ["first.weight": two, "second.weight": Tensor.eye(2)], x)
    }
    expectError("functionalCall", "no tensors were given for \"count\"") {
      functionalCall(tied, ["second.weight": two], x, strict: true)
    }
    expectError("functionalCall", "has no parameter or buffer \"frist.weight\"") {
      functionalCall(tied, ["frist.weight": two], x)
    }
    #expect(tied.first.weight.requiresGrad)
  }

  @Test func otherShapes() {
    let layer = Linear(2, 3), x = fill(4, 2, dtype: .float32)
    let weight = fill(5, 2, dtype: .float32).requiresGrad_(), bias = Tensor.zeros(5)
    let result = functionalCall(layer, ["weight": weight, "bias": bias], x)
    #expect(result.shape == [4, 5] && result.isEqual(to: x.linear(weight, bias)))
    result.sum().backward()
    #expect(weight.grad?.shape == [5, 2])
    #expect(layer.weight.shape == [3, 2] && layer(x).shape == [4, 3])
    // What does not go together is refused by the operations.
    #expect(throws: TensorError.self) { try catchingTensorErrors { _ = functionalCall(layer, ["weight": weight], x) } }
    #expect(layer.weight.shape == [3, 2] && layer.weight.requiresGrad)
    let lstm = LSTM(2, 3, bias: false), gru = GRU(2, 3, bias: false), steps = Tensor.ones(5, 1, 2)
    expectError("LSTM", "4 times as many rows") {
      functionalCall(lstm, ["weight_ih_l0": Tensor.ones(4, 2), "weight_hh_l0": Tensor.ones(4, 3)]) { $0(steps).output }
    }
    expectError("GRU", "3 times as many rows") {
      functionalCall(gru, ["weight_ih_l0": Tensor.ones(3, 2), "weight_hh_l0": Tensor.ones(3, 3)]) { $0(steps).output }
    }
  }

  @Test func checkpointsComputeAgainWithTheSame() {
    let model = model(), x = fill(4, 2)
    let names = model.namedParameters().map(\.name)
    let leaves = model.parameters().map { ($0.detach() * 3).requiresGrad_() }
    functionalCall(model, StateDict(names, leaves)) { model in checkpoint(x) { model($0) } }.square().sum().backward()
    let checkpointed = leaves.map { $0.grad }
    for leaf in leaves { leaf.grad = nil }
    functionalCall(model, StateDict(names, leaves), x).square().sum().backward()
    for (leaf, gradient) in zip(leaves, checkpointed) {
      #expect(gradient != nil && leaf.grad!.isEqual(to: gradient!))
    }
    #expect(model.parameters().allSatisfy { $0.grad == nil })
  }

  @Test func parametrizedModules() {
    let layer = weightNorm(Linear(2, 2, bias: false)), x = Tensor([[1.0, 2.0]])
    let length = layer.parameter("parametrizations.weight.original0").detach().clone().requiresGrad_()
    let y = layer(x).detach()
    let result = functionalCall(layer, ["parametrizations.weight.original0": length * 2], x)
    #expect(result.isClose(to: y * 2))
    result.sum().backward()
    #expect(length.grad != nil && layer.parameter("parametrizations.weight.original0").grad == nil)
  }

  @Test func fromSeveralTasks() async {
    let model = model(), x = fill(4, 2)
    let state = model.stateDict()
    let scaled = (0..<8).map { i in StateDict(state.map { (key: $0.key, value: $0.value * Double(i)) }) }
    let expected = scaled.map { functionalCall(model, $0, x) }
    await withTaskGroup(of: Bool.self) { group in
      for i in 0..<8 {
        group.addTask { (0..<50).allSatisfy { _ in functionalCall(model, scaled[i], x).isEqual(to: expected[i]) } }
      }
      for await isRight in group { #expect(isRight) }
    }
  }
}

private enum TensorGradient {
  static func of(_ function: ([Tensor]) -> Tensor, _ inputs: [Tensor]) -> [Tensor] {
    let leaves = inputs.map { $0.detach().clone().requiresGrad_() }
    return grad(outputs: [function(leaves)], inputs: leaves)
  }
}
