import Martlet
import Testing

/// The optimizers that step parameter by parameter, with options that use all of their states.
private struct Maker: Sendable {
  let name: String
  /// Its state's keys in PyTorch.
  let keys: [String]
  let make: @Sendable ([Tensor]) -> any Optimizer

  init(_ name: String, _ keys: [String], _ make: @escaping @Sendable ([Tensor]) -> any Optimizer) {
    self.name = name
    self.keys = keys
    self.make = make
  }

  static let all = [
    Maker("SGD", ["momentum_buffer"]) { SGD($0, lr: 0.1, momentum: 0.9, weightDecay: 0.01, nesterov: true) },
    Maker("SGD plain", []) { SGD($0, lr: 0.1) },
    Maker("Adam", ["exp_avg", "exp_avg_sq", "max_exp_avg_sq", "step"]) { Adam($0, lr: 0.1, weightDecay: 0.1, amsgrad: true) },
    Maker("AdamW", ["exp_avg", "exp_avg_sq", "step"]) { AdamW($0, lr: 0.1, maximize: true) },
    Maker("RMSprop", ["grad_avg", "momentum_buffer", "square_avg", "step"]) {
      RMSprop($0, lr: 0.05, weightDecay: 0.1, momentum: 0.5, centered: true)
    },
    Maker("RMSprop momentum", ["momentum_buffer", "square_avg", "step"]) { RMSprop($0, lr: 0.05, momentum: 0.5) },
    Maker("RMSprop centered", ["grad_avg", "square_avg", "step"]) { RMSprop($0, alpha: 0.4, centered: true, maximize: true) },
    Maker("RMSprop plain", ["square_avg", "step"]) { RMSprop($0) },
    Maker("Adagrad", ["step", "sum"]) { Adagrad($0, lr: 0.1, lrDecay: 0.5, weightDecay: 0.1, initialAccumulatorValue: 0.3) },
    Maker("Adadelta", ["acc_delta", "square_avg", "step"]) { Adadelta($0, weightDecay: 0.1) },
    Maker("Adamax", ["exp_avg", "exp_inf", "step"]) { Adamax($0, lr: 0.1, betas: (0.4, 0.9), weightDecay: 0.1) },
    Maker("NAdam", ["exp_avg", "exp_avg_sq", "mu_product", "step"]) { NAdam($0, lr: 0.1, weightDecay: 0.1) },
    Maker("NAdam decoupled", ["exp_avg", "exp_avg_sq", "mu_product", "step"]) {
      NAdam($0, weightDecay: 0.1, momentumDecay: 0.006, decoupledWeightDecay: true)
    },
    Maker("RAdam", ["exp_avg", "exp_avg_sq", "step"]) { RAdam($0, lr: 0.1, betas: (0.5, 0.9), weightDecay: 0.1) },
    Maker("RAdam decoupled", ["exp_avg", "exp_avg_sq", "step"]) { RAdam($0, weightDecay: 0.1, decoupledWeightDecay: true) },
    Maker("ASGD", ["ax", "eta", "mu", "step"]) { ASGD($0, lr: 0.1, t0: 3, weightDecay: 0.1) },
    Maker("Rprop", ["prev", "step", "step_size"]) { Rprop($0, lr: 0.1) },
    Maker("Adafactor", ["col_var", "row_var", "step"]) { Adafactor($0, weightDecay: 0.1) },
    Maker("Muon", ["momentum_buffer"]) { Muon($0, lr: 0.01) },
  ]
}

/// A matrix whose elements lie in row-major order, or, transposed, do not.
private func matrix(_ rows: Int, _ columns: Int, dtype: DType = .float64, transposed: Bool = false) -> Tensor {
  let numbers = fill(rows, columns, phase: 1, dtype: dtype)
  return (transposed ? numbers.t().contiguous().t() : numbers).requiresGrad_()
}

/// Sets a gradient that changes its sign here and there from step to step, and is nowhere 0 in the first: in float16 an
/// eps of 1e-8 is 0, as in PyTorch, and 0 / 0 is not a number.
private func setGradient(_ p: Tensor, _ step: Int) {
  p.grad = fill(p.shape[0], p.shape[1], phase: 0.3 + 0.9 * Double(step), dtype: p.dtype)
}

private func isClose(_ a: Tensor, _ b: Tensor, _ tolerance: Double) -> Bool {
  zip(a.toArray(as: Double.self), b.toArray(as: Double.self)).allSatisfy { abs($0 - $1) <= tolerance * max(1, abs($1)) }
}

@Suite struct OptimizerFamilyTests {
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
    func check(_ name: String, _ expected: [Double], _ make: ([Tensor]) -> any Optimizer) {
      let got = run(make)
      #expect(zip(got, expected).allSatisfy { abs($0 - $1) < 2e-9 }, "\(name): \(got) should be \(expected)")
    }
    check("RMSprop", [0, 0.3096874094]) { RMSprop($0, lr: 0.1) }
    check("RMSprop centered", [-1.0394789856, -1.4190865664]) { RMSprop($0, lr: 0.1, momentum: 0.9, centered: true) }
    check("Adagrad", [0.7804561814, 1.775821515]) { Adagrad($0, lr: 0.1) }
    check("Adadelta", [0.9990294151, 1.9990293326]) { Adadelta($0, lr: 0.1) }
    check("Adamax", [0.7154994734, 1.7076482363]) { Adamax($0, lr: 0.1) }
    check("NAdam", [0.7527292651, 1.7475085006]) { NAdam($0, lr: 0.1) }
    check("RAdam", [0.4623033599, 1.4315401049]) { RAdam($0, lr: 0.1) }
    check("Rprop", [0.636, 1.636]) { Rprop($0, lr: 0.1) }
  }

  /// Fused kernels, over sizes with and without a rest of a vector, and tensor operations say the same.
  @Test func kernelsAndOperationsAgree() {
    for (dtype, tolerance) in [(DType.float64, 1e-10), (.float32, 2e-4)] {
      for maker in Maker.all where maker.name != "Muon" {
        for (rows, columns) in [(3, 5), (1, 1), (64, 33), (0, 3)] {
          let fused = matrix(rows, columns, dtype: dtype), plain = matrix(rows, columns, dtype: dtype, transposed: true)
          let one = maker.make([fused]), other = maker.make([plain])
          for step in 0..<9 {
            setGradient(fused, step)
            setGradient(plain, step)
            one.step()
            other.step()
          }
          #expect(isClose(fused, plain, tolerance), "\(maker.name), \(dtype), \(rows)×\(columns)")
        }
      }
    }
  }

  /// Large parameters are cut into pieces; each element steps as it would alone.
  @Test func largeParametersStepInPieces() {
    for maker in Maker.all where maker.name != "Muon" && maker.name != "Adafactor" {
      let large = matrix(300, 301, dtype: .float32), small = large.detach()[299..<300].clone().requiresGrad_()
      let one = maker.make([large]), other = maker.make([small])
      for step in 0..<7 {
        setGradient(large, step)
        small.grad = large.grad?[299..<300].clone()
        one.step()
        other.step()
      }
      #expect(isClose(large.detach()[299], small.detach()[0], 1e-6), "\(maker.name)")
    }
  }

  @Test func halfPrecisionKeepsItsType() {
    for dtype in [DType.float16, .bfloat16] {
      for maker in Maker.all {
        let p = matrix(3, 4, dtype: dtype), start = p.detach().clone()
        let optimizer = maker.make([p])
        for step in 0..<4 {
          setGradient(p, step)
          optimizer.step()
        }
        #expect(p.dtype == dtype && p.detach().isFinite().all().item(as: Bool.self), "\(maker.name) \(dtype)")
        #expect(!isClose(p, start, 0), "\(maker.name) \(dtype) does not move")
      }
    }
  }

  @Test func statesHavePyTorchsKeys() throws {
    for maker in Maker.all {
      let p = matrix(2, 3), optimizer = maker.make([p])
      #expect(optimizer.stateDict().state.isEmpty)
      setGradient(p, 0)
      optimizer.step()
      let state = optimizer.stateDict()
      #expect((state.state[0]?.keys.sorted() ?? []) == maker.keys, "\(maker.name)")
      if maker.keys.contains("step") {
        let step = try #require(state.state[0]?["step"]?.tensor)
        #expect(step.dtype == .float32 && step.rank == 0 && step.item() == 1)
      }
      #expect(state.parameterGroups[0]["params"]?.list?.count == 1)
      #expect(state.parameterGroups[0]["lr"]?.double == optimizer.learningRate)
    }
    let group = AdamW([matrix(1, 1)]).stateDict().parameterGroups[0]
    #expect(
      group.keys.sorted() == [
        "amsgrad", "betas", "capturable", "decoupled_weight_decay", "differentiable", "eps", "foreach", "fused", "lr", "maximize",
        "params", "weight_decay",
      ])
    #expect(group["betas"]?.doubles == [0.9, 0.999])
    #expect(group["weight_decay"]?.double == 0.01)
    #expect(group["decoupled_weight_decay"]?.bool == true)
  }

  /// A run that was interrupted goes on with the same numbers.
  @Test func savedStatesGoOn() throws {
    for maker in Maker.all {
      let p = matrix(3, 4), optimizer = maker.make([p])
      for step in 0..<5 {
        setGradient(p, step)
        optimizer.step()
      }
      optimizer.learningRate *= 0.5
      let saved = optimizer.stateDict(), q = p.detach().clone().requiresGrad_()
      let second = maker.make([q])
      try second.loadStateDict(saved)
      #expect(second.learningRate == optimizer.learningRate)
      for step in 5..<9 {
        setGradient(p, step)
        setGradient(q, step)
        optimizer.step()
        second.step()
      }
      #expect(p.toArray(as: Double.self) == q.toArray(as: Double.self), "\(maker.name)")
    }
  }

  @Test func wrongStatesChangeNothing() {
    let p = matrix(2, 3), q = matrix(2, 2)
    let optimizer = Adam([p]), other = Adam([q], lr: 0.5)
    for (optimizer, parameter) in [(optimizer, p), (other, q)] {
      setGradient(parameter, 0)
      optimizer.step()
    }
    let state = optimizer.stateDict()
    #expect(throws: OptimizerStateError("Adam", "exp_avg has the shape (2, 3), its parameter (2, 2)")) {
      try other.loadStateDict(state)
    }
    #expect(other.learningRate == 0.5)
    var broken = state
    broken.state[0]?["step"] = nil
    #expect(throws: OptimizerStateError.self) { try optimizer.loadStateDict(broken) }
    broken = state
    broken.state[0]?["surprise"] = .int(1)
    #expect(throws: OptimizerStateError.self) { try optimizer.loadStateDict(broken) }
    broken = state
    broken.parameterGroups[0]["lr"] = .string("fast")
    #expect(throws: OptimizerStateError.self) { try optimizer.loadStateDict(broken) }
    broken = state
    broken.parameterGroups[0]["lr"] = .double(-1)
    #expect(throws: OptimizerStateError.self) { try optimizer.loadStateDict(broken) }
    broken = state
    broken.parameterGroups.append([:])
    #expect(throws: OptimizerStateError.self) { try optimizer.loadStateDict(broken) }
    #expect(throws: OptimizerStateError.self) { try SGD([q]).loadStateDict(state) }
    #expect(throws: OptimizerStateError.self) { try Adam([p, q]).loadStateDict(state) }
  }

  @Test func wrongOptionsAreToldClearly() {
    let p = matrix(2, 2)
    expectError("RMSprop", "invalid momentum: -1.0") { RMSprop([p], momentum: -1) }
    expectError("Rprop", "invalid etas: 1.0, 0.5") { Rprop([p], etas: (1, 0.5)) }
    expectError("NAdam", "invalid momentumDecay") { NAdam([p], momentumDecay: -0.2) }
    expectError("ASGD", "invalid alpha") { ASGD([p], alpha: -0.5) }
    expectError("Adafactor", "invalid first eps") { Adafactor([p], eps: (-1e-30, 1e-3)) }
    expectError("Muon", "two dimensions only") { Muon([Tensor.zeros(3).requiresGrad_()]) }
    expectError("LBFGS", "evaluates the objective several times") { LBFGS([p]).step() }
  }

  @Test func adafactorFollowsVectorsAndStacks() {
    let vector = fill(5).requiresGrad_(), stack = fill(2, 3, 4).requiresGrad_(), number = Tensor(2.0).requiresGrad_()
    let optimizer = Adafactor([vector, stack, number])
    for p in [vector, stack, number] { p.grad = Tensor.onesLike(p) }
    optimizer.step()
    let state = optimizer.stateDict().state
    #expect(state[0]?.keys.sorted() == ["step", "variance"])
    #expect(state[1]?["row_var"]?.tensor?.shape == [2, 3, 1])
    #expect(state[1]?["col_var"]?.tensor?.shape == [2, 1, 4])
    #expect(number.item() < 2)
  }
}

@Suite struct LBFGSTests {
  private func rosenbrock(_ x: Tensor) -> Tensor { (1 - x[0]).pow(2) + 100 * (x[1] - x[0].pow(2)).pow(2) }

  private func closure(_ optimizer: LBFGS, _ x: Tensor) -> () -> Tensor {
    {
      optimizer.zeroGrad()
      let loss = self.rosenbrock(x)
      loss.backward()
      return loss
    }
  }

  @Test func findsTheMinimum() {
    let x = Tensor([-1.5, 2], dtype: .float64).requiresGrad_()
    let optimizer = LBFGS([x], maxIter: 100, lineSearchFn: .strongWolfe)
    let first = optimizer.step(closure(optimizer, x))
    #expect(first.item() == 12.5)
    // Where PyTorch stops, too, after as many iterations.
    #expect(abs(rosenbrock(x).item() - 1.87692701e-10) < 1e-15)
    #expect(optimizer.stateDict().state[0]?["n_iter"]?.int == 41)
    #expect(optimizer.stateDict().state[0]?["func_evals"]?.int == 51)
    // Through the protocol, too, it is the one that evaluates.
    let erased: any Optimizer = optimizer
    erased.step(closure(optimizer, x))
  }

  @Test func savedStateGoesOn() throws {
    for search in [LBFGS.LineSearch.strongWolfe, nil] {
      let x = Tensor([-1.5, 2], dtype: .float64).requiresGrad_()
      let optimizer = LBFGS([x], lr: search == nil ? 1e-3 : 1, maxIter: 4, historySize: 3, lineSearchFn: search)
      for _ in 0..<3 { optimizer.step(closure(optimizer, x)) }
      let state = optimizer.stateDict()
      #expect(state.state[0]?["n_iter"]?.int == (search == nil ? 12 : 11))
      #expect(state.state[0]?["old_dirs"]?.list?.count == 3)
      let y = x.detach().clone().requiresGrad_()
      let second = LBFGS([y])
      try second.loadStateDict(state)
      #expect(second.groups[0].options.lineSearchFn == search)
      for _ in 0..<3 {
        optimizer.step(closure(optimizer, x))
        second.step(closure(second, y))
      }
      #expect(x.toArray(as: Double.self) == y.toArray(as: Double.self))
    }
  }

  @Test func maximizeTurnsTheObjectiveOver() {
    let x = Tensor([3.0, -2], dtype: .float64).requiresGrad_()
    let optimizer = LBFGS([x], maximize: true)
    optimizer.step {
      optimizer.zeroGrad()
      let value = -(x * x).sum()
      value.backward()
      return value
    }
    #expect(abs((x * x).sum().item()) < 1e-12)
  }
}
