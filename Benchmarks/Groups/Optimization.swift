import Martlet

/// One step of an optimizer over four million parameters.
enum Optimization {
  static func workloads() -> [Workload] {
    [
      step("optim/sgd-momentum-4m") { SGD($0, lr: 0.01, momentum: 0.9) },
      step("optim/adam-4m") { Adam($0, lr: 0.001) },
    ]
  }

  private static func step(_ name: String, _ make: @escaping ([Parameter]) -> any Optimizer) -> Workload {
    Workload(name) {
      let parameters = (0..<4).map { _ in
        let parameter = Parameter(Tensor.randn(1000, 1000))
        parameter.grad = Tensor.randn(1000, 1000)
        return parameter
      }
      let optimizer = make(parameters)
      return { optimizer.step() }
    }
  }
}
