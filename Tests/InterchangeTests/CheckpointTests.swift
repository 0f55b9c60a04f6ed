import Martlet
import TestSupport
import Testing

@testable import Interchange

/// Training checkpoints: PyTorch's continued here, and what is said about those that do not fit.
@Suite struct CheckpointTests {
  @Test func continuesPyTorchsTrainings() async {
    await #expect(processExitsWith: .success) {
      try follow(FileFixtures.adamTraining, FileFixtures.adamTrainingResults) { Adam($0.parameters(), lr: 0.5) }
      try follow(FileFixtures.momentumTraining, FileFixtures.momentumTrainingResults) { model in
        let parameters = model.parameters()
        return SGD(groups: [
          ParameterGroup(Array(parameters[..<2]), SGD.Options(lr: 1)), ParameterGroup(Array(parameters[2...]), SGD.Options(lr: 1)),
        ])
      }
    }
  }

  @Test func restoresEveryPart() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      let path = "\(folder.path)/run.pt"
      manualSeed(3)
      let model = Sequential(Linear(4, 3), BatchNorm1d(3)), other = Linear(2, 2)
      let optimizer = NAdam(model.parameters()), scaler = GradScaler(initScale: 1024)
      let plateau = ReduceLROnPlateau(optimizer, patience: 1)
      let generator = Generator(seed: 7)
      var checkpoint = TrainingCheckpoint(model: model, optimizer: optimizer, scheduler: plateau, scaler: scaler)
      checkpoint.add(other, as: "other")
      checkpoint.add(generator, as: "generator")
      let x = Tensor.randn(5, 4)
      func step() -> Double {
        optimizer.zeroGrad()
        let loss = model(x).square().sum()
        loss.backward()
        optimizer.step()
        plateau.step(loss.item())
        return loss.item()
      }
      _ = step()
      try checkpoint.save(to: path, ["epoch": 4, "losses": [0.5, 0.25]])
      let expected = (step(), Tensor.randn(3, generator: generator).toArray(as: Float.self), Tensor.rand(2).toArray(as: Float.self))
      let weight = other.weight.detach().clone()
      _ = step()
      withNoGrad { _ = other.weight.zero_() }
      optimizer.learningRate = 7
      let rest = try checkpoint.load(from: path)
      #expect(rest["epoch"]?.int == 4 && rest["losses"]?.list?.compactMap(\.double) == [0.5, 0.25])
      #expect(optimizer.learningRate == 2e-3)
      let found = (step(), Tensor.randn(3, generator: generator).toArray(as: Float.self), Tensor.rand(2).toArray(as: Float.self))
      #expect(found == expected)
      #expect(other.weight.detach().equal(weight))
    }
  }

  @Test func saysWhichPartDoesNotFit() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/run.pt"
    let model = Linear(4, 3)
    let adam = Adam(model.parameters())
    model(Tensor.ones(1, 4)).sum().backward()
    adam.step()
    try TrainingCheckpoint(model: model, optimizer: adam).save(to: path)

    func failure(_ checkpoint: TrainingCheckpoint) -> CheckpointError? {
      do {
        try checkpoint.load(from: path)
        return nil
      } catch {
        return error as? CheckpointError
      }
    }
    let scheduler = StepLR(adam, stepSize: 2)
    let missing = failure(TrainingCheckpoint(model: model, optimizer: adam, scheduler: scheduler))
    #expect(missing?.description == "\(path): scheduler: is missing; the file has 'model', 'optimizer', 'rng_state'")
    let wider = failure(TrainingCheckpoint(model: Linear(5, 3)))
    #expect(wider?.part == "model" && wider?.reason.contains("shapes differ") == true)
    let other = Linear(4, 3, bias: false)
    let fewer = failure(TrainingCheckpoint(optimizer: Adam(other.parameters())))
    #expect(fewer?.part == "optimizer" && fewer?.reason.contains("2 parameters in the state and 1 in the optimizer") == true)
    let kind = failure(TrainingCheckpoint(model: model, optimizer: SGD(model.parameters())))
    #expect(kind?.part == "optimizer")

    #expect(throws: CheckpointError.self) { try TrainingCheckpoint(model: model).save(to: path, ["model": 3]) }
    #expect(throws: CheckpointError.self) { try TrainingCheckpoint().save(to: path, ["rng_state": 3]) }
    #expect(throws: CheckpointError.self) { try TrainingCheckpoint().load([3]) }
    #expect(throws: CheckpointError.self) { try TrainingCheckpoint().load(["rng_state": .tensor(Tensor.ones(3))]) }
    #expect(throws: OptimizerStateError.self) { try OptimizerStateDict([:]) }
    #expect(throws: OptimizerStateError.self) { try OptimizerStateDict(["state": ["a": [:]], "param_groups": []]) }
  }
}

/// Goes on with a checkpoint of PyTorch's, and compares every step.
private func follow<O: Optimizer>(
  _ fixture: String, _ results: FileFixtures.Results, _ make: (Sequential) -> O
) throws {
  let model = Sequential(Linear(4, 3), Tanh(), Linear(3, 2))
  let optimizer = make(model)
  let scheduler = StepLR(optimizer, stepSize: 100, gamma: 0.1)
  let checkpoint = TrainingCheckpoint(model: model, optimizer: optimizer, scheduler: scheduler)
  manualSeed(99)
  let file = try PyTorchFile.read(FileSource(FileFixtures.bytes(fixture), name: "a.pt"))
  let rest = try checkpoint.load(file)
  #expect(rest.keys == ["epoch", "x", "y"] && rest["epoch"]?.int == 3)
  let x = try #require(rest["x"]?.tensor), y = try #require(rest["y"]?.tensor)
  for expected in results.losses {
    optimizer.zeroGrad()
    let loss = MSELoss()(model(x), y)
    loss.backward()
    optimizer.step()
    scheduler.step()
    #expect(abs(loss.item() - expected) < 1e-6, "\(loss.item()) should be \(expected)")
  }
  #expect(Tensor.rand(2).toArray(as: Float.self) == results.random.map(Float.init))
  let bias = try #require(model.stateDict()["2.bias"]).toArray(as: Float.self)
  for (found, expected) in zip(bias, results.bias) { #expect(abs(Double(found) - expected) < 1e-6) }
}
