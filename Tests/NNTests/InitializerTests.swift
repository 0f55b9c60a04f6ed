import Martlet
import Testing

/// Everything that draws from the default generator runs in one child process: tests share it.
@Suite struct InitializerTests {
  @Test func layersStartWithPyTorchsNumbers() async {
    await #expect(processExitsWith: .success) {
      func check(_ name: String, _ make: () -> any Module) {
        manualSeed(0)
        expect(name, make().parameters(), tolerance: 1e-6)
      }
      check("init linear") { Linear(3, 2) }
      check("init conv") { Conv2d(2, 3, kernelSize: [3, 2]) }
      check("init conv groups") { Conv2d(4, 2, kernelSize: 3, groups: 2, bias: false) }
      check("init embedding") { Embedding(4, 5, paddingIdx: 1) }
      check("init lstm") { LSTM(2, 3, numLayers: 2, bidirectional: true) }
      manualSeed(0)
      let linear = Linear(3, 2)
      // The bits of PyTorch's float32 numbers.
      #expect(linear.weight.toArray(as: Float.self) == [-0.0043225177, 0.3097158372, -0.4751853347, -0.4248946011, -0.2223689705, 0.1548207253])
      #expect(linear.bias!.toArray(as: Float.self) == [-0.0114391446, 0.4577749372])
      manualSeed(0)
      expect("dropout", [Dropout(0.3)(Tensor.ones(20))], tolerance: 1e-6)
    }
  }

  @Test func initializersGivePyTorchsNumbers() {
    func check(_ name: String, _ shape: Shape = [4, 3, 2], _ fill: (Tensor, Generator) -> Tensor) {
      expect(name, [fill(Tensor.empty(shape), Generator(seed: 0))], tolerance: 1e-6)
    }
    check("xavier uniform") { Init.xavierUniform_($0, generator: $1) }
    check("xavier normal") { Init.xavierNormal_($0, generator: $1) }
    check("kaiming uniform") { Init.kaimingUniform_($0, generator: $1) }
    check("kaiming normal") { Init.kaimingNormal_($0, generator: $1) }
    check("kaiming fan out", [4, 3]) { Init.kaimingUniform_($0, mode: .fanOut, nonlinearity: .relu, generator: $1) }
    #expect(Init.ones_(Tensor.empty([2])).toArray(as: Float.self) == [1, 1])
    #expect(Init.calculateGain(.tanh) == 5.0 / 3)
    #expect(abs(Init.calculateGain(.leakyRelu()) - 1.4141428569978354) < 1e-15)
  }

  private func check(
    _ x: Tensor, _ values: [Double], tolerance: Double = 1e-6, _ location: SourceLocation = #_sourceLocation
  ) {
    let actual = x.toArray(as: Double.self)
    let isClose = actual.count == values.count && zip(actual, values).allSatisfy { abs($0 - $1) <= tolerance }
    #expect(isClose, "\(actual) should be \(values)", sourceLocation: location)
  }

  @Test func truncatedNormalNumbersArePyTorchs() {
    func next(_ generator: Generator) -> Double { Tensor.rand(1, generator: generator).item() }
    check(
      Init.truncNormal_(Tensor.empty([4, 3, 2]), generator: Generator(seed: 0)),
      [
        -1.12583983, -1.1523602, -0.250578582, -0.433878809, 0.848710358, 0.692009151, -0.31601277, 0.488869816,
        0.468096405, -0.157712445, 1.44366014, 0.266049415, 0.166455343, 0.87438184, -0.143473849, -0.111609332,
        0.931826591, 1.25900924, -0.479834259, 0.0537369028, 0.618056655, -0.412802219, -0.841064811, 0.805753589,
      ])
    // Several rounds.
    var generator = Generator(seed: 0)
    check(
      Init.truncNormal_(Tensor.empty([4, 3, 2]), mean: 0.5, std: 2, a: -0.5, b: 1.5, generator: generator),
      [
        0.0682734847, 0.39081049, -0.00115716457, -0.367757618, 0.152078003, -0.300068319, -0.13202554, 1.47773957,
        1.43619275, 0.184575111, 1.06453443, 1.03209877, 0.832910657, 1.27319551, 0.213052303, 0.276781321,
        0.912832618, -0.166895747, -0.459668517, 0.607473791, 1.32942677, -0.325604439, 0.218657136, 1.27072549,
      ])
    #expect(abs(next(generator) - 0.16170406341552734) < 1e-9)
    // From uniform candidates.
    generator = Generator(seed: 0)
    check(
      Init.truncNormal_(Tensor.empty([4, 3]), a: 1, b: 3, generator: generator),
      [
        1.99251318, 1.52592278, 1.17695487, 1.26406097, 1.37046206, 1.74683475, 1.98018682, 1.74831522, 1.35182035,
        1.53966713, 1.30691385, 1.06343901,
      ])
    #expect(abs(next(generator) - 0.049970805644989014) < 1e-9)
  }

  @Test func orthogonalMatricesArePyTorchs() {
    func make(_ shape: Shape, gain: Double = 1) -> Tensor {
      Init.orthogonal_(Tensor.empty(shape), gain: gain, generator: Generator(seed: 0))
    }
    check(
      make([4, 3]),
      [
        0.886280298, -0.0291698687, 0.258661896, 0.326924562, -0.662902176, -0.441255748, 0.231978774, 0.603456318,
        -0.762525082, -0.231976852, -0.442210674, -0.396160305,
      ], tolerance: 1e-5)
    check(
      make([2, 2, 2], gain: 2),
      [
        1.12306547, -0.213848576, -1.58788407, 0.414268076, -0.781196475, -1.53620028, -0.0817355812, 1.01150382,
      ], tolerance: 1e-5)
    let tall = make([50, 20]), wide = make([20, 5, 10]).reshape(20, 50)
    let identity = Tensor.eye(20).toArray(as: Double.self)
    check(tall.t().matmul(tall), identity, tolerance: 1e-5)
    check(wide.matmul(wide.t()), identity, tolerance: 1e-5)
  }

  @Test func structuredInitializers() {
    #expect(Init.eye_(Tensor.empty([2, 3])).toArray(as: Float.self) == [1, 0, 0, 0, 1, 0])
    let grouped: [Float] = [0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]
    #expect(Init.dirac_(Tensor.empty([4, 2, 3]), groups: 2).toArray(as: Float.self) == grouped)
    let plain = Init.dirac_(Tensor.empty([2, 3, 2, 3]))
    #expect(plain.sum().item() == 2.0)
    #expect(plain[0, 0, 1, 1].item() == 1.0 && plain[1, 1, 1, 1].item() == 1.0)
    let convolution = Conv2d(3, 3, kernelSize: 3, padding: 1, bias: false)
    Init.dirac_(convolution.weight)
    let image = Tensor.rand(1, 3, 5, 4, generator: Generator(seed: 1))
    check(convolution(image), image.toArray(as: Double.self))
  }

  @Test func sparseNumbersArePyTorchs() async {
    await #expect(processExitsWith: .success) {
      manualSeed(0)
      let x = Init.sparse_(Tensor.empty([5, 3]), sparsity: 0.3).toArray(as: Double.self)
      let values = [
        0.0154099613, -0.00293428916, -0.021787893, 0, -0.0108452234, -0.0139859542, 0.00403346866, 0, -0.00719257584, 0,
        -0.0059663537, 0, -0.00856674556, 0, 0,
      ]
      #expect(zip(x, values).allSatisfy { abs($0 - $1) < 1e-8 }, "\(x)")
      #expect(abs(Tensor.rand(1).item() - 0.13871687650680542) < 1e-9)
    }
  }

  @Test func wrongUseIsToldClearly() {
    expectError("truncNormal_", "a = 1.0 must not exceed b = 0.0") { Init.truncNormal_(Tensor.empty([3]), a: 1, b: 0) }
    expectError("truncNormal_", "too far apart") { Init.truncNormal_(Tensor.empty([3]), a: 3, b: .infinity) }
    expectError("orthogonal_", "2 or more dimensions") { Init.orthogonal_(Tensor.empty([3])) }
    expectError("eye_", "only tensors with 2 dimensions") { Init.eye_(Tensor.empty([3])) }
    expectError("dirac_", "3, 4, or 5 dimensions") { Init.dirac_(Tensor.empty([3, 3])) }
    expectError("dirac_", "must be divisible by groups, 2") { Init.dirac_(Tensor.empty([3, 3, 3]), groups: 2) }
    expectError("dirac_", "must be divisible by groups, 0") { Init.dirac_(Tensor.empty([3, 3, 3]), groups: 0) }
    expectError("sparse_", "sparsity 1.5 is not a share") { Init.sparse_(Tensor.empty([3, 3]), sparsity: 1.5) }
  }

  @Test func parametersCanBeFilledOutsideOfTheTape() {
    let linear = Linear(2, 2)
    Init.constant_(linear.weight, 3)
    #expect(linear.weight.requiresGrad)
    #expect(linear.weight.toArray(as: Float.self) == [3, 3, 3, 3])
    expectError("xavierUniform_", "fan in and fan out are not defined") { Init.xavierUniform_(Tensor.empty([3])) }
  }
}
