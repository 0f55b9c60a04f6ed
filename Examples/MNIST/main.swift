// Learns to read handwritten digits. Run it, and watch a network learn:
//
//   swift run -c release mnist
//   swift run -c release mnist --model mlp --epochs 10 --save digits.safetensors --plot loss.svg

import ExampleSupport
import Martlet

let options = Options()
options.run.work { try trainAndTest(options) }

func trainAndTest(_ options: Options) throws {
  let device = options.run.apply()
  let data = try MNISTData.load(named: options.data, offline: options.offline)
  print(data.origin)

  // Images are float32 [N, 1, 28, 28] from 0 to 1, labels int64 [N].
  let limit = options.limit ?? .max
  let trainingSet = TensorDataset(data.training.images()[0..<limit], data.training.labels()[0..<limit])
  let testImages = data.test.images()[0..<limit].to(device), testLabels = data.test.labels()[0..<limit].to(device)

  // The seed comes before the model: it decides the initial weights, then the order of the images.
  manualSeed(options.run.seed)
  let model = options.model == "cnn" ? convolutionalNetwork() : multilayerPerceptron()
  model.to(device)
  if let file = options.run.load { try model.loadStateDict(StateDict(SafeTensors.read(file))) }
  let optimizer = Adam(model.parameters(), lr: options.learningRate)
  let loader = DataLoader(trainingSet, batchSize: options.batchSize, shuffle: true)
  let criterion = CrossEntropyLoss()
  print("\(options.model): \(NumberText.grouped(model.parameterCount)) parameters on \(device), \(threadCount) threads")

  // A run that was interrupted goes on where its last state was kept, in the middle of an epoch, too: the loader gives
  // the batches that are left, and the result is the same to the last bit.
  let checkpoint = TrainingCheckpoint(model: model, optimizer: optimizer, loader: loader)
  var losses = try options.run.restore(checkpoint)["losses"]?.list?.compactMap(\.double) ?? []

  while losses.count < options.epochs * loader.count {
    let epoch = losses.count / loader.count + 1
    var progress = ProgressBar(total: loader.count, label: "epoch \(epoch)", unit: "batches")
    progress.advance(by: losses.count % loader.count)
    for (images, labels) in loader {
      optimizer.zeroGrad()
      let loss = criterion(model(images.to(device)), labels.to(device))
      loss.backward()
      optimizer.step()
      losses.append(loss.item())
      progress.advance(by: 1, loss: losses.last)
      if losses.count % 100 == 0 { try keep() }
    }
    progress.finish()
    let mean = losses.suffix(loader.count).reduce(0, +) / Double(loader.count)
    print("epoch \(epoch) loss \(NumberText.fixed(mean, 4)) test \(evaluate(model, testImages, testLabels).percent) %")
    try keep()
  }
  func keep() throws { try options.run.keep(checkpoint, ["losses": .list(losses.map { .double($0) })]) }

  try options.run.draw(losses, title: "Learning to read digits")
  if let file = options.run.save {
    try SafeTensors.write(model.stateDict(), to: file)
    print("saved \(file)")
  }
  showPredictions(model, testImages, data.test)
  let score = evaluate(model, testImages, testLabels)
  print("test accuracy \(score.percent) % (\(score.correct)/\(score.total))")
}

/// How many of the test images are read rightly.
struct Score {
  let correct: Int
  let total: Int
  var percent: String { NumberText.fixed(100 * Double(correct) / Double(max(total, 1)), 2) }
}

func evaluate(_ model: Sequential, _ images: Tensor, _ labels: Tensor) -> Score {
  model.eval()
  defer { model.train() }
  return withNoGrad {
    var correct = 0
    for start in stride(from: 0, to: labels.elementCount, by: 1000) {
      let guesses = model(images[start..<(start + 1000)]).argmax(dim: 1)
      correct += (guesses .== labels[start..<(start + 1000)]).sum().item(as: Int.self)
    }
    return Score(correct: correct, total: labels.elementCount)
  }
}

/// Draws a few test digits with what the model takes them for.
func showPredictions(_ model: Sequential, _ images: Tensor, _ test: MNIST) {
  let count = min(Terminal.isInteractive ? max(1, Terminal.width / 30) : 2, 4, images.shape[0])
  guard count > 0 else { return }
  let guesses = withNoGrad { model(images[0..<count]).argmax(dim: 1).toArray(as: Int.self) }
  let drawings = (0..<count).map { DigitDrawing.lines(test.image(at: $0), columns: test.columns) }
  let captions = (0..<count).map { "read as \(guesses[$0]), is \(test.targets[$0])" }
  print(DigitDrawing.row(drawings, captions: captions))
}
