import Martlet
import Testing

private final class Block: Layer {
  let fc1 = Linear(2, 2)
  let outputLN = Linear(2, 2, bias: false)
  let runningMean = Buffer(Tensor.zeros(2))
  let cache = Buffer(Tensor.zeros(3), persistent: false)
  let scaleFactor = Parameter(Tensor.ones(1))
  let plain = Tensor.zeros(9)
  func forward(_ x: Tensor) -> Tensor { outputLN(fc1(x)) * scaleFactor }
}

private final class Net: Layer {
  let layers: [any Layer]
  let heads: [String: Linear]
  let extra: Linear?
  let none: Linear?
  let attention = Linear(2, 1)
  let dropout = Dropout(0.5)
  let shared: Linear
  let sizes = [Int](repeating: 1, count: 100_000)

  init() {
    let linear = Linear(2, 2)
    layers = [Block(), ReLU(), linear]
    heads = ["b": Linear(2, 1, bias: false), "a": Linear(2, 1, bias: false)]
    extra = Linear(1, 1, bias: false)
    none = nil
    shared = linear
  }
  var stateKeys: [String: String] { ["attention": "self_attn"] }
  func forward(_ x: Tensor) -> Tensor { attention(dropout(layers[0](x))) }
}

@Suite struct ModuleTests {
  @Test func keysArePyTorchs() {
    let net = Net()
    #expect(
      net.stateDict().keys == [
        "layers.0.scale_factor", "layers.0.running_mean", "layers.0.fc1.weight", "layers.0.fc1.bias",
        "layers.0.output_ln.weight", "layers.2.weight", "layers.2.bias", "heads.a.weight", "heads.b.weight",
        "extra.weight", "self_attn.weight", "self_attn.bias", "shared.weight", "shared.bias",
      ])
    #expect(net.namedParameters().count == 11)
    #expect(Sequential(Linear(3, 2), Linear(2, 1)).parameterCount == 11)
    #expect(net.parameters().count == Set(net.parameters().map { ObjectIdentifier($0) }).count)
    #expect(net.namedBuffers().map(\.name) == ["layers.0.running_mean", "layers.0.cache"])
    #expect(net.namedChildren().map(\.name) == ["layers.0", "layers.1", "layers.2", "heads.a", "heads.b", "extra", "self_attn", "dropout"])
    #expect(net.namedModules().map(\.name).prefix(4) == ["", "layers.0", "layers.0.fc1", "layers.0.output_ln"])
    #expect(LSTM(2, 3).stateDict().keys == ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"])
    #expect(LSTM(2, 3).parameter("weight_hh_l0").shape == [12, 3])
    #expect(Sequential(Linear(1, 1), ReLU(), Linear(1, 1, bias: false)).stateDict().keys == ["0.weight", "0.bias", "2.weight"])
    #expect(Sequential(named: ["a": Linear(1, 1, bias: false)]).stateDict().keys == ["a.weight"])
    #expect(ModuleList([Linear(1, 1, bias: false)]).stateDict().keys == ["0.weight"])
  }

  @Test func applyVisitsInnerModulesFirst() {
    var names: [String] = []
    Sequential(Linear(1, 1), Sequential(ReLU())).apply { names.append(String(describing: type(of: $0))) }
    #expect(names == ["Linear", "ReLU", "Sequential", "Sequential"])
  }

  @Test func stateDictRoundTrip() throws {
    let a = Net(), b = Net()
    #expect(!a.attention.weight.isEqual(to: b.attention.weight))
    try b.loadStateDict(a.stateDict())
    for (key, tensor) in a.stateDict() { #expect(b.stateDict()[key]!.isEqual(to: tensor), "\(key)") }
    #expect(b.attention.weight.requiresGrad)
    // The dictionary's tensors share the module's elements.
    Init.constant_(a.attention.bias!, 5)
    #expect(a.stateDict()["self_attn.bias"]!.item() == 5)
  }

  @Test func loadTellsAllThatIsWrong() throws {
    let linear = Linear(3, 2)
    let state: StateDict = ["weight": Tensor.zeros(2, 4), "biass": Tensor.zeros(2), "zzzzzzzz": Tensor.zeros(1)]
    let before = linear.weight.clone()
    do {
      try linear.loadStateDict(state)
      Issue.record("no error")
    } catch {
      #expect(error.missingKeys == ["bias"])
      #expect(error.unexpectedKeys == ["biass", "zzzzzzzz"])
      #expect(error.mismatches.map(\.key) == ["weight"])
      #expect(
        error.description
          == "the state dictionary does not fit Linear: missing keys: \"bias\" (the state dictionary has \"biass\"); "
          + "unexpected keys: \"biass\" (did you mean \"bias\"?), \"zzzzzzzz\"; "
          + "shapes differ: \"weight\" has shape (2, 4) in the state dictionary, (2, 3) in the module")
    }
    #expect(linear.weight.isEqual(to: before))
    let keys = try linear.loadStateDict(["bias": Tensor.ones([2], dtype: .float64), "b": Tensor.zeros(1)], strict: false)
    #expect(keys.missingKeys == ["weight"])
    #expect(keys.unexpectedKeys == ["b"])
    #expect(linear.bias!.toArray(as: Float.self) == [1, 1])
    #expect(linear.bias!.dtype == .float32)
  }

  @Test func modeTypeAndGradients() {
    let net = Net()
    #expect(net.isTraining)
    #expect(!net.eval().isTraining)
    #expect(!net.dropout.isTraining)
    net.train()
    #expect(net.dropout.isTraining)

    net(Tensor.ones(1, 2)).sum().backward()
    let weight = net.attention.weight
    #expect(weight.grad != nil)
    net.to(.float64)
    #expect(net.attention.weight === weight)
    #expect(weight.dtype == .float64 && weight.grad?.dtype == .float64)
    net.zeroGrad()
    #expect(weight.grad == nil)
    net.requiresGrad_(false)
    #expect(net.parameters().allSatisfy { !$0.requiresGrad })
    #expect(!net(Tensor.ones([1, 2], dtype: .float64)).requiresGrad)
    expectError("Module.to", "floating-point types only") { net.to(.int64) }
  }

  @Test func description() {
    let model = Sequential(Linear(10, 32), Sigmoid(), Sequential(Conv2d(1, 2, kernelSize: 3, padding: 1), MaxPool2d(2)))
    #expect(
      model.description == """
        Sequential(
          (0): Linear(in_features=10, out_features=32, bias=True)
          (1): Sigmoid()
          (2): Sequential(
            (0): Conv2d(1, 2, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))
            (1): MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)
          )
        )
        """)
  }

  @Test func parallelInference() async {
    let model = Sequential(Linear(8, 16), ReLU(), Linear(16, 2)).eval()
    let x = fill(4, 8, dtype: .float32)
    let expected = withNoGrad { model(x) }
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 { group.addTask { withNoGrad { model(x) }.isEqual(to: expected) } }
      for await isEqual in group { #expect(isEqual) }
    }
  }
}

@Suite struct DescriptionTests {
  @Test func listsAsPyTorchPrintsThem() {
    final class Blocks: Layer {
      let layers = (0..<3).map { _ in Sequential(Linear(1, 1)) }
      let heads = ["b": ReLU(), "a": ReLU()]
      func forward(_ x: Tensor) -> Tensor { layers[0](x) }
    }
    #expect(
      Blocks().description == """
        Blocks(
          (layers): ModuleList(
            (0-2): 3 x Sequential(
              (0): Linear(in_features=1, out_features=1, bias=True)
            )
          )
          (heads): ModuleDict(
            (a): ReLU()
            (b): ReLU()
          )
        )
        """)
    let linear = { Linear(2, 2) }
    #expect(
      ModuleList([linear(), linear(), linear(), ReLU(), linear()]).description == """
        ModuleList(
          (0-2): 3 x Linear(in_features=2, out_features=2, bias=True)
          (3): ReLU()
          (4): Linear(in_features=2, out_features=2, bias=True)
        )
        """)
    #expect(ModuleList().description == "ModuleList()")
  }
}
