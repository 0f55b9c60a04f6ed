import Martlet

/// One step of an optimizer over four million parameters.
enum Optimization {
  static func workloads() -> [Workload] {
    [
      step("optim/sgd-momentum-4m") { SGD($0, lr: 0.01, momentum: 0.9) },
      step("optim/adam-4m") { Adam($0, lr: 0.001) },
      step("optim/rmsprop-4m") { RMSprop($0) },
      step("optim/adagrad-4m") { Adagrad($0) },
      step("optim/adadelta-4m") { Adadelta($0) },
      step("optim/adamax-4m") { Adamax($0) },
      step("optim/nadam-4m") { NAdam($0) },
      step("optim/radam-4m") { RAdam($0) },
      step("optim/asgd-4m") { ASGD($0) },
      step("optim/rprop-4m") { Rprop($0) },
      step("optim/adafactor-4m") { Adafactor($0) },
      step("optim/muon-4m") { Muon($0) },
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
