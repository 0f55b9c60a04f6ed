import Martlet
import Testing

@Suite struct OptimizerTests {
  /// Four steps on Σ p²·w, as the fixtures' generator takes them.
  private func run(_ name: String, dtype: DType = .float64, transposed: Bool = false, tolerance: Double = 1e-8, _ make: ([Tensor]) -> any Optimizer) {
    let numbers = Tensor([[1, 2, -3], [0.5, -1.5, 4]], dtype: dtype)
    // A parameter whose elements do not lie in row-major order takes the way of tensor operations.
    let p = (transposed ? numbers.t().contiguous().t() : numbers).requiresGrad_()
    let optimizer = make([p])
    for step in 0..<4 {
      optimizer.zeroGrad()
      (p.pow(2) * fill(2, 3, phase: Double(step), dtype: dtype)).sum().backward()
      optimizer.step()
    }
    expect("step \(name)", [p], tolerance: tolerance)
  }

  @Test func stepsArePyTorchs() {
    for (transposed, dtype, tolerance) in [(false, DType.float64, 1e-8), (true, .float64, 1e-8), (false, .float32, 1e-5)] {
      func check(_ name: String, _ make: ([Tensor]) -> any Optimizer) {
        run(name, dtype: dtype, transposed: transposed, tolerance: tolerance, make)
      }
      check("sgd") { SGD($0, lr: 0.1) }
      check("sgd all") { SGD($0, lr: 0.1, momentum: 0.9, weightDecay: 0.01, nesterov: true) }
      check("sgd dampening") { SGD($0, lr: 0.1, momentum: 0.9, dampening: 0.3, maximize: true) }
      check("adam") { Adam($0, lr: 0.1) }
      check("adam amsgrad") { Adam($0, lr: 0.1, weightDecay: 0.1, amsgrad: true) }
      check("adam betas") { Adam($0, lr: 0.05, betas: (0.8, 0.9), eps: 1e-3, maximize: true) }
      check("adamw") { AdamW($0, lr: 0.1) }
    }
  }

  @Test func goldenNumbers() {
    func run(_ make: ([Tensor]) -> any Optimizer) -> [Double] {
      let p = Tensor([1, 2], dtype: .float64).requiresGrad_()
      let optimizer = make([p])
      for _ in 0..<3 {
        optimizer.zeroGrad()
        (p.pow(2) * Tensor([1, 0.5], dtype: .float64)).sum().backward()
        optimizer.step()
      }
      return p.toArray()
    }
    func isClose(_ a: [Double], _ b: [Double]) -> Bool { zip(a, b).allSatisfy { abs($0 - $1) < 1e-9 } }
    #expect(isClose(run { SGD($0, lr: 0.1, momentum: 0.9, weightDecay: 0.01, nesterov: true) }, [-0.1116510943, 0.6437193469]))
    #expect(isClose(run { Adam($0, lr: 0.1) }, [0.7015862729, 1.7006233928]))
    #expect(isClose(run { AdamW($0, lr: 0.1) }, [0.6989111832, 1.6949445152]))
    #expect(isClose(run { Adam($0, lr: 0.1, weightDecay: 0.1, amsgrad: true) }, [0.7015862729, 1.7006233927]))
  }

  @Test func groupsHaveTheirOwnOptions() {
    let a = Tensor([1.0]).requiresGrad_(), b = Tensor([1.0]).requiresGrad_(), idle = Tensor([1.0]).requiresGrad_()
    let optimizer = SGD(groups: [ParameterGroup([a, idle], .init(lr: 0.5))])
    optimizer.addParameterGroup(ParameterGroup([b], .init(lr: 0.25, weightDecay: 1)))
    #expect(optimizer.learningRates == [0.5, 0.25])
    let loss = optimizer.step {
      optimizer.zeroGrad()
      let loss = (a + b).sum()
      loss.backward()
      return loss
    }
    #expect(loss.item() == 2)
    #expect(a.item() == 0.5)
    #expect(b.item() == 0.5)
    #expect(idle.item() == 1)
    optimizer.learningRate = 0.125
    #expect(optimizer.learningRates == [0.125, 0.125])
    optimizer.groups[1].learningRate = 1
    #expect(optimizer.learningRates == [0.125, 1])
    optimizer.zeroGrad(setToNil: false)
    #expect(a.grad?.item() == 0)
    optimizer.zeroGrad()
    #expect(a.grad == nil)
  }

  @Test func wrongUseIsToldClearly() {
    let p = Tensor([1.0]).requiresGrad_()
    expectError("SGD", "the optimizer got an empty parameter list") { SGD([]) }
    expectError("Adam", "invalid learning rate: -1.0") { Adam([p], lr: -1) }
    expectError("AdamW", "invalid second beta: 1.0") { AdamW([p], betas: (0.9, 1)) }
    expectError("SGD", "parameter 1 of group 0 appears more than once") { SGD([p, p]) }
    expectError("SGD", "Nesterov momentum needs a momentum") { SGD([p], nesterov: true) }
    expectError("Adam", "parameter 0 of group 0 is not a leaf") { Adam([p * 2]) }
  }

  @Test func failedScopeStepsNothing() {
    let p = Tensor([1.0]).requiresGrad_()
    p.sum().backward()
    let optimizer = SGD([p], lr: 1)
    #expect(throws: TensorError.self) {
      try catchingTensorErrors {
        _ = Tensor.zeros(2) + Tensor.zeros(3)
        optimizer.step()
      }
    }
    #expect(p.item() == 1)
  }
}
