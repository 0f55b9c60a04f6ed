import Martlet
import Testing

private final class Encoder: Layer {
  let layers: [any Layer] = [Sequential(Linear(2, 3), ReLU()), Linear(4, 1)]
  func forward(_ x: Tensor) -> Tensor { layers[1](layers[0](x)) }
}

private final class Model: Layer {
  let encoder = Encoder()
  func forward(_ x: Tensor) -> Tensor { encoder(x) }
}

@Suite struct ModulePathTests {
  @Test func errorsNameTheModule() {
    func path(_ body: () -> Tensor) -> String {
      do {
        _ = try catchingTensorErrors(body)
        return "no error"
      } catch {
        return (error as? TensorError)?.modulePath ?? "\(error)"
      }
    }
    #expect(path { Model()(Tensor.zeros(1, 2)) } == "encoder.layers.1")
    #expect(path { Model()(Tensor.zeros(1, 5)) } == "encoder.layers.0.0")
    #expect(path { Linear(2, 3)(Tensor.zeros(1, 5)) } == "")
    #expect(path { Tensor.zeros(2) + Tensor.zeros(3) } == "")
  }
}
