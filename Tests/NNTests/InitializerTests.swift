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

  @Test func parametersCanBeFilledOutsideOfTheTape() {
    let linear = Linear(2, 2)
    Init.constant_(linear.weight, 3)
    #expect(linear.weight.requiresGrad)
    #expect(linear.weight.toArray(as: Float.self) == [3, 3, 3, 3])
    expectError("xavierUniform_", "fan in and fan out are not defined") { Init.xavierUniform_(Tensor.empty([3])) }
  }
}
