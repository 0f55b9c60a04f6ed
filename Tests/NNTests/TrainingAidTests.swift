import Martlet
import Testing

private func parameter(_ values: [Double], gradient: [Double], dtype: DType = .float64) -> Tensor {
  let p = Tensor(values, dtype: dtype).requiresGrad_()
  p.grad = Tensor(gradient, dtype: dtype)
  return p
}

@Suite struct GradientClippingTests {
  @Test func normsAreOverAllGradients() {
    let a = parameter([0, 0], gradient: [3, 0]), b = parameter([0], gradient: [-4]), idle = Tensor([1.0]).requiresGrad_()
    #expect(clipGradNorm([a, b, idle], maxNorm: 100).item() == 5)
    #expect(a.grad?.toArray() == [3, 0])
    #expect(clipGradNorm([a, b, idle], maxNorm: 1).item() == 5)
    #expect(abs((b.grad?.item() ?? 0) + 0.8) < 1e-6)
    #expect(abs(getTotalNorm([a, b].compactMap(\.grad)).item() - 1) < 1e-6)
    #expect(clipGradNorm([], maxNorm: 1).item() == 0)
    #expect(clipGradNorm([idle], maxNorm: 1).item() == 0)
    let c = parameter([0, 0], gradient: [3, -1])
    #expect(clipGradNorm([c], maxNorm: 9, normType: .infinity).item() == 3)
    #expect(clipGradNorm([c], maxNorm: 9, normType: -.infinity).item() == 1)
    #expect(clipGradNorm([c], maxNorm: 9, normType: 0).item() == 2)
    #expect(abs(clipGradNorm([c], maxNorm: 9, normType: 3).item() - 3.0365889718756622) < 1e-9)
  }

  @Test func halfPrecisionDoesNotOverflow() {
    let p = parameter([0, 0], gradient: [3000, 4000], dtype: .float16)
    let norm = clipGradNorm([p], maxNorm: 5)
    #expect(norm.dtype == .float16 && norm.item() == 5000)
    #expect(p.grad?.dtype == .float16)
    #expect(abs((p.grad?.toArray(as: Double.self)[1] ?? 0) - 4) < 0.01)
  }

  @Test func infiniteNormsAreErrorsIfAsked() {
    let p = parameter([0], gradient: [.infinity])
    expectError("clipGradNorm", "total norm of order 2.0 of the gradients is inf") {
      clipGradNorm([p], maxNorm: 1, errorIfNonfinite: true)
    }
    #expect(p.grad?.item() == .infinity)
    clipGradNorm([p], maxNorm: 1)
    #expect(p.grad?.item().isNaN == true)
  }

  @Test func valuesAreLimited() {
    let p = parameter([0, 0, 0], gradient: [3, -7, 0.5])
    clipGradValue([p], clipValue: 2)
    #expect(p.grad?.toArray() == [2, -2, 0.5])
    // The gradient of a sum is one number, expanded.
    let q = Tensor.zeros(4).requiresGrad_()
    (q.sum() * 3).backward()
    clipGradValue([q], clipValue: 2)
    #expect(q.grad?.toArray() == [2, 2, 2, 2])
  }
}

@Suite struct GradScalerTests {
  @Test func stepsUnlessAGradientOverflows() throws {
    let p = Tensor([1.0, 2]).requiresGrad_(), optimizer = SGD([p], lr: 1)
    let scaler = GradScaler(initScale: 8, growthInterval: 2)
    func backward(_ factor: Float) {
      optimizer.zeroGrad()
      scaler.scale((p * factor).sum()).backward()
    }
    backward(0.5)
    #expect(p.grad?.toArray() == [4, 4])
    scaler.unscale(optimizer)
    #expect(p.grad?.toArray() == [0.5, 0.5])
    #expect(scaler.step(optimizer))
    scaler.update()
    #expect(p.toArray() == [0.5, 1.5] && scaler.scale == 8)
    backward(0.5)
    #expect(scaler.step(optimizer))
    scaler.update()
    #expect(p.toArray() == [0, 1] && scaler.scale == 16)
    backward(.infinity)
    #expect(!scaler.step(optimizer))
    scaler.update()
    #expect(p.toArray() == [0, 1] && scaler.scale == 8)

    let other = GradScaler()
    try other.loadStateDict(scaler.stateDict())
    #expect(other.scale == 8 && other.growthInterval == 2)
    scaler.update(newScale: 4)
    #expect(scaler.scale == 4)
  }

  @Test func disabledDoesNothing() throws {
    let p = Tensor([1.0]).requiresGrad_(), optimizer = SGD([p], lr: 1), scaler = GradScaler(enabled: false)
    let loss = p.sum()
    #expect(scaler.scale(loss) === loss)
    loss.backward()
    #expect(scaler.step(optimizer))
    scaler.update()
    #expect(p.item() == 0 && scaler.scale == 1 && scaler.stateDict().isEmpty)
    #expect(throws: OptimizerStateError.self) { try GradScaler().loadStateDict([:]) }
  }

  @Test func wrongOrderIsToldClearly() {
    let p = Tensor([1.0]).requiresGrad_(), optimizer = SGD([p], lr: 1), scaler = GradScaler()
    p.grad = Tensor([1.0])
    expectError("GradScaler", "no gradients were checked") { scaler.update() }
    scaler.unscale(optimizer)
    expectError("GradScaler", "unscale was called twice") { scaler.unscale(optimizer) }
    scaler.step(optimizer)
    expectError("GradScaler", "after the step") { scaler.unscale(optimizer) }
    expectError("GradScaler", "step was called twice") { scaler.step(optimizer) }
    expectError("GradScaler", "growthFactor 1.0 must be above 1") { GradScaler(growthFactor: 1) }
    let half = parameter([1], gradient: [1], dtype: .float16)
    expectError("GradScaler", "float16 cannot be unscaled") { GradScaler().unscale(SGD([half])) }
  }
}

@Suite struct AveragedModelTests {
  private func set(_ model: Linear, _ value: Double) { withNoGrad { for p in model.parameters() { p.fill_(value) } } }

  @Test func means() {
    let model = Linear(2, 1), average = AveragedModel(Linear(2, 1), of: model)
    let x = Tensor([[1.0, 1]])
    #expect(average(x).item() == model(x).item())
    for value in [1.0, 2, 6] {
      set(model, value)
      average.updateParameters(model)
    }
    #expect(average.nAveraged.item() == 3)
    #expect(abs(average(x).item() - 9) < 1e-5)
    #expect(average.stateDict().keys == ["n_averaged", "module.weight", "module.bias"])
  }

  @Test func exponentialMeans() {
    let model = Linear(1, 1), average = AveragedModel(Linear(1, 1), of: model, averaging: .exponential(decay: 0.75))
    for value in [4.0, 8] {
      set(model, value)
      average.updateParameters(model)
    }
    #expect(average.module.weight.item() == 5)
    #expect(model.weight.item() == 8)
    let own = AveragedModel(Linear(1, 1), of: model, averaging: Averaging { averaged, current, count in averaged + current * count })
    own.updateParameters(model)
    own.updateParameters(model)
    #expect(own.module.bias?.item() == 16)
    expectError("Averaging", "decay 2.0 is not between 0 and 1") { _ = Averaging.exponential(decay: 2) }
    expectError("AveragedModel", "do not have the same parameters") { AveragedModel(Linear(2, 1), of: model) }
  }
}
