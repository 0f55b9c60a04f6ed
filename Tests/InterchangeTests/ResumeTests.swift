import Foundation
import Martlet
import TestSupport
import Testing

/// A training that is killed at any moment and goes on from its checkpoint ends with the bits of one that was not.
/// `MARTLET_RESUME` says how many trainings are killed, each several times.
@Suite struct ResumeTests {
  private static let rounds = ProcessInfo.processInfo.environment["MARTLET_RESUME"].flatMap(Int.init) ?? 1

  @Test(arguments: [0, 4]) func killedTrainingsEndWithTheSameBits(_ workers: Int) async throws {
    let reference = try TemporaryFolder()
    await #expect(processExitsWith: .success) { [path = reference.path as String, workers = workers as Int] in
      try Training.run(in: path, workers: workers, kill: nil)
    }
    let weights = try Data(contentsOf: URL(filePath: "\(reference.path)/weights.safetensors"))
    let losses = try PyTorchFile.read("\(reference.path)/run.pt")["losses"]
    #expect(losses?.list?.count == Training.stepCount)

    for round in 0..<Self.rounds {
      let folder = try TemporaryFolder()
      var random = SystemRandomNumberGenerator()
      // At once behind the save, the end of an epoch among them, or a few milliseconds later, in whatever it is at then.
      let steps = [Training.stepCount / 2] + (0..<3).map { _ in Int.random(in: 1..<Training.stepCount, using: &random) }
      for (number, step) in steps.sorted().enumerated() {
        let delay = number == 1 ? 0 : Int.random(in: 0...12_000, using: &random)
        await #expect(processExitsWith: .signal(SIGKILL)) {
          [path = folder.path as String, workers = workers as Int, step = step as Int, delay = delay as Int] in
          try Training.run(in: path, workers: workers, kill: (step, delay))
        }
      }
      await #expect(processExitsWith: .success) { [path = folder.path as String, workers = workers as Int] in
        try Training.run(in: path, workers: workers, kill: nil)
      }
      let found = try Data(contentsOf: URL(filePath: "\(folder.path)/weights.safetensors"))
      #expect(found == weights, "round \(round), killed at steps \(steps)")
      #expect(try PyTorchFile.read("\(folder.path)/run.pt")["losses"]?.description == losses?.description)
    }
  }
}

/// A small network with dropout, trained on noise; everything that has a state takes part.
private enum Training {
  static let epochCount = 4, batchCount = 6
  static let stepCount = epochCount * batchCount

  final class Net: Layer {
    let conv = Conv2d(1, 4, kernelSize: 3, padding: 1)
    let dropout = Dropout(0.25)
    let fc = Linear(4 * 4 * 4, 3)
    func forward(_ x: Tensor) -> Tensor { fc(dropout(conv(x).relu().maxPool2d(2).flatten(startDim: 1))) }
  }

  /// Trains to the end, from the checkpoint if there is one.
  /// - Parameter kill: at which step the process ends itself, and how many microseconds later.
  static func run(in folder: String, workers: Int, kill: (step: Int, delay: Int)?) throws {
    manualSeed(5)
    let data = Generator(seed: 1)
    let images = Tensor.randn(batchCount * 8, 1, 8, 8, generator: data)
    let labels = Tensor.randint(0, 3, [batchCount * 8], generator: data)
    let model = Net()
    let optimizer = Adam(model.parameters(), lr: 0.01)
    let scheduler = CosineAnnealingLR(optimizer, tMax: epochCount)
    let loader = DataLoader(TensorDataset(images, labels), batchSize: 8, shuffle: true, numWorkers: workers)
    let checkpoint = TrainingCheckpoint(model: model, optimizer: optimizer, scheduler: scheduler, loader: loader)

    let path = "\(folder)/run.pt"
    var epoch = 0
    var losses: [CheckpointValue] = []
    if FileManager.default.fileExists(atPath: path) {
      let saved = try checkpoint.load(from: path)
      epoch = saved["epoch"]?.int ?? 0
      losses = saved["losses"]?.list ?? []
    }
    if let kill, losses.count >= kill.step { end(after: kill.delay) }
    while epoch < epochCount {
      for (x, y) in loader {
        optimizer.zeroGrad()
        let loss = CrossEntropyLoss()(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(.double(loss.item()))
        try checkpoint.save(to: path, ["epoch": .int(epoch), "losses": .list(losses)])
        if let kill, losses.count == kill.step { end(after: kill.delay) }
      }
      scheduler.step()
      epoch += 1
    }
    // The process that is to be killed is not the one that finishes.
    if kill != nil { sleep(10) }
    try SafeTensors.write(model.stateDict(), to: "\(folder)/weights.safetensors")
  }

  private static func end(after delay: Int) {
    if delay == 0 { kill(getpid(), SIGKILL) }
    Thread.detachNewThread {
      usleep(UInt32(delay))
      kill(getpid(), SIGKILL)
    }
  }
}
