import Martlet
import Testing

private func optimizer(groups: Int = 1, lr: Double = 1, momentum: Double = 0) -> SGD {
  SGD(groups: (0..<groups).map { _ in ParameterGroup([Tensor.zeros(1).requiresGrad_()], .init(lr: lr, momentum: momentum)) })
}

private func isClose(_ a: [Double], _ b: [Double], _ tolerance: Double = 1e-8) -> Bool {
  a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance }
}

@Suite struct SchedulerTests {
  private func check(_ name: String, _ expected: [Double], _ make: (SGD) -> LRScheduler) {
    let optimizer = optimizer(), scheduler = make(optimizer)
    var rates: [Double] = []
    for _ in expected {
      rates.append(optimizer.learningRate)
      #expect(scheduler.lastLearningRates == optimizer.learningRates)
      scheduler.step()
    }
    #expect(isClose(rates, expected), "\(name): \(rates) should be \(expected)")
  }

  @Test func goldenNumbers() {
    check("StepLR", [1, 1, 1, 0.1, 0.1, 0.1, 0.01, 0.01]) { StepLR($0, stepSize: 3) }
    check("MultiStepLR", [1, 1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.01]) { MultiStepLR($0, milestones: [2, 5]) }
    check("ExponentialLR", [1, 0.9, 0.81, 0.729, 0.6561, 0.59049, 0.531441, 0.4782969]) { ExponentialLR($0, gamma: 0.9) }
    check("PolynomialLR", [1, 0.8, 0.6, 0.4, 0.2, 0, 0, 0]) { PolynomialLR($0) }
    check("CosineAnnealingLR", [1, 0.85355339, 0.5, 0.14644661, 0, 0.14644661, 0.5, 0.85355339]) {
      CosineAnnealingLR($0, tMax: 4)
    }
    check("WarmRestarts", [1, 0.75, 0.25, 1, 0.75, 0.25, 1, 0.75]) { CosineAnnealingWarmRestarts($0, t0: 3) }
    check("OneCycleLR", [0.04, 0.52, 1, 0.95048463, 0.81174565, 0.61126202, 0.38874198, 0.18825835]) {
      OneCycleLR($0, maxLR: 1, totalSteps: 10, cycleMomentum: false)
    }
    check("CyclicLR", [0.1, 0.55, 1, 0.55, 0.1, 0.55, 1, 0.55]) {
      CyclicLR($0, baseLR: 0.1, maxLR: 1, stepSizeUp: 2, cycleMomentum: false)
    }
    check("CyclicLR, own scale", [0.1, 0.55, 1, 0.7, 0.4, 0.1, 0.325, 0.55, 0.4, 0.25, 0.1, 0.25]) {
      CyclicLR(
        $0, baseLR: 0.1, maxLR: [1], stepSizeUp: 2, stepSizeDown: 3, scaleFn: { 1 / $0 }, cycleMomentum: false)
    }
    check("SequentialLR", [0.1, 0.1, 1, 0.9, 0.81, 0.729, 0.6561, 0.59049]) {
      SequentialLR(
        $0, schedulers: [ConstantLR($0, factor: 0.1, totalIters: 2), ExponentialLR($0, gamma: 0.9)], milestones: [2])
    }
    check("three in sequence", [0.1, 0.4, 0.7, 1, 0.5, 1, 1, 1, 0.5, 0.5, 0.25, 0.25]) {
      SequentialLR(
        $0,
        schedulers: [
          LinearLR($0, startFactor: 0.1, totalIters: 3), CosineAnnealingWarmRestarts($0, t0: 2),
          StepLR($0, stepSize: 2, gamma: 0.5),
        ], milestones: [3, 6])
    }
    check("SWALR", [1, 0.9767518452, 0.9092830723, 0.8041979948, 0.6717830723, 0.525, 0.3782169277]) { SWALR($0, swaLR: 0.05) }
    check("SWALR linear", [1, 0.7625, 0.525, 0.2875, 0.05, 0.05]) {
      SWALR($0, swaLR: 0.05, annealEpochs: 4, annealStrategy: .linear)
    }
    check("SWALR at once", [0.05, 0.05, 0.05]) { SWALR($0, swaLR: 0.05, annealEpochs: 0) }
  }

  @Test func warmRestartsTakeFractions() {
    let optimizer = optimizer(), scheduler = CosineAnnealingWarmRestarts(optimizer, t0: 3, tMult: 2, etaMin: 0.1)
    let rates = [0, 0.5, 2, 3, 4.5, 8.9, 9, 20, 22.5].map {
      scheduler.step($0)
      return optimizer.learningRate
    }
    #expect(
      isClose(
        rates, [1, 0.9397114317, 0.325, 1, 0.8681980515, 0.1006167094, 1, 0.1153333782, 0.9913533762]), "\(rates)")
  }

  @Test func oneCycleMovesTheFirstBeta() {
    let optimizer = Adam([Tensor.zeros(1).requiresGrad_()])
    let scheduler = OneCycleLR(optimizer, maxLR: 1, totalSteps: 10, annealStrategy: .linear, threePhase: true)
    var rates: [Double] = [], betas: [Double] = []
    for _ in 0..<10 {
      rates.append(optimizer.learningRate)
      betas.append(optimizer.groups[0].options.betas.0)
      scheduler.step()
    }
    #expect(isClose(rates, [0.04, 0.52, 1, 0.52, 0.04, 0.0320008, 0.0240016, 0.0160024, 0.0080032, 4e-06], 1e-7), "\(rates)")
    #expect(isClose(betas, [0.95, 0.9, 0.85, 0.9, 0.95, 0.95, 0.95, 0.95, 0.95, 0.95]), "\(betas)")
    #expect(optimizer.groups[0].options.betas.1 == 0.999)
    expectError("OneCycleLR", "step 11 of a schedule of 10 steps") { scheduler.step() }
  }

  @Test func plateauReducesAndComesBack() throws {
    let optimizer = optimizer(), scheduler = ReduceLROnPlateau(optimizer, patience: 1)
    var rates: [Double] = []
    for metric in [1, 0.9, 0.9, 0.9] {
      scheduler.step(metric)
      rates.append(optimizer.learningRate)
    }
    let other = self.optimizerLike(optimizer), second = ReduceLROnPlateau(other)
    try second.loadStateDict(scheduler.stateDict())
    for metric in [0.9, 0.9, 0.9] {
      second.step(metric)
      rates.append(other.learningRate)
    }
    #expect(isClose(rates, [1, 1, 1, 0.1, 0.1, 0.01, 0.01]), "\(rates)")
  }

  private func optimizerLike(_ other: SGD) -> SGD {
    let copy = optimizer(groups: other.groups.count)
    try? copy.loadStateDict(other.stateDict())
    return copy
  }

  @Test func savedSchedulesGoOn() throws {
    func run(_ name: String, _ make: (SGD) -> LRScheduler) throws {
      let first = optimizer(groups: 2, lr: 0.4, momentum: 0.9), scheduler = make(first)
      for _ in 0..<5 { scheduler.step() }
      let second = optimizer(groups: 2, lr: 0.4, momentum: 0.9), restored = make(second)
      try restored.loadStateDict(scheduler.stateDict())
      try second.loadStateDict(first.stateDict())
      for _ in 0..<8 {
        scheduler.step()
        restored.step()
        #expect(first.learningRates == second.learningRates, "\(name)")
        #expect(first.groups[1].options.momentum == second.groups[1].options.momentum, "\(name)")
      }
    }
    try run("ConstantLR") { ConstantLR($0, totalIters: 7) }
    try run("LinearLR") { LinearLR($0, totalIters: 7) }
    try run("StepLR") { StepLR($0, stepSize: 3) }
    try run("MultiStepLR") { MultiStepLR($0, milestones: [2, 7, 7]) }
    try run("ExponentialLR") { ExponentialLR($0, gamma: 0.9) }
    try run("LambdaLR") { LambdaLR($0, lrLambda: { 1 / Double($0 + 1) }) }
    try run("MultiplicativeLR") { MultiplicativeLR($0, lrLambdas: [{ _ in 0.9 }, { _ in 0.5 }]) }
    try run("PolynomialLR") { PolynomialLR($0, totalIters: 9, power: 2) }
    try run("CosineAnnealingLR") { CosineAnnealingLR($0, tMax: 4, etaMin: 0.1) }
    try run("WarmRestarts") { CosineAnnealingWarmRestarts($0, t0: 2, tMult: 2) }
    try run("CyclicLR") { CyclicLR($0, baseLR: [0.1, 0.2], maxLR: 1, stepSizeUp: 3, mode: .expRange, gamma: 0.9) }
    try run("OneCycleLR") { OneCycleLR($0, maxLR: 1, totalSteps: 20, threePhase: true) }
    try run("SWALR") { SWALR($0, swaLR: 0.05) }
    try run("SequentialLR") {
      SequentialLR($0, schedulers: [LinearLR($0, totalIters: 3), CosineAnnealingLR($0, tMax: 9)], milestones: [7])
    }
    try run("ChainedScheduler") { ChainedScheduler(LinearLR($0, totalIters: 9), ExponentialLR($0, gamma: 0.9)) }
  }

  @Test func schedulesNest() {
    check("chain in a sequence", [0.1, 0.1, 0.5, 0.675, 0.81, 0.729]) { optimizer in
      SequentialLR(
        optimizer,
        schedulers: [
          ConstantLR(optimizer, factor: 0.1, totalIters: 9),
          ChainedScheduler(
            LinearLR(optimizer, startFactor: 0.5, totalIters: 2), ExponentialLR(optimizer, gamma: 0.9)),
        ], milestones: [2])
    }
  }

  /// A schedule of the user's own.
  private final class Halving: LRScheduler {
    override func learningRates() -> [Double] { isInitial ? optimizer.learningRates : optimizer.learningRates.map { $0 / 2 } }
  }

  @Test func schedulesCanBeWritten() {
    check("halving", [1, 0.5, 0.25]) { Halving($0) }
  }

  @Test func wrongUseIsToldClearly() throws {
    let first = optimizer(), second = optimizer(groups: 2)
    expectError("ConstantLR", "factor 2.0 is not between 0 and 1") { ConstantLR(first, factor: 2) }
    expectError("LinearLR", "startFactor 0.0") { LinearLR(first, startFactor: 0) }
    expectError("StepLR", "stepSize 0 must be positive") { StepLR(first, stepSize: 0) }
    expectError("CyclicLR", "baseLR has 1 numbers for 2 groups") { CyclicLR(second, baseLR: [0.1], maxLR: 1) }
    expectError("CyclicLR", "neither momentum nor betas") {
      CyclicLR(Adagrad([Tensor.zeros(1).requiresGrad_()]), baseLR: 0.1, maxLR: 1)
    }
    expectError("OneCycleLR", "neither totalSteps nor epochs") { OneCycleLR(first, maxLR: 1) }
    expectError("SequentialLR", "belongs to another optimizer") {
      SequentialLR(first, schedulers: [ExponentialLR(second, gamma: 1)], milestones: [])
    }
    expectError("SequentialLR", "1 schedulers and 1 milestones") {
      SequentialLR(first, schedulers: [ExponentialLR(first, gamma: 1)], milestones: [1])
    }
    expectError("ChainedScheduler", "there are no schedulers") { ChainedScheduler([], optimizer: first) }
    expectError("LambdaLR", "1 functions for 2 groups") { LambdaLR(second, lrLambdas: [{ _ in 1 }]) }
    expectError("LRScheduler", "group 0 has no starting rate") { StepLR(optimizer(), stepSize: 1, lastEpoch: 3) }
    let scheduler = StepLR(first, stepSize: 2)
    #expect(throws: OptimizerStateError.self) { try scheduler.loadStateDict([:]) }
    var state = scheduler.stateDict()
    state["gamma"] = .string("small")
    #expect(throws: OptimizerStateError.self) { try scheduler.loadStateDict(state) }
  }
}
