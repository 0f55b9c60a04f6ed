public import Martlet

/// A text to learn, cut into what a model is trained on and a tenth that it is only measured with.
public struct TextTask {
  /// The characters of the text.
  public let vocabulary: Vocabulary
  private let training: TextWindows
  private let heldOut: TextWindows
  private let options: TextOptions

  /// Reads the text, and the characters of the weights that `--load` names: they are numbered as when these were trained.
  /// - Throws: if a file cannot be read, is not UTF-8, or is too short for a stretch.
  public init(_ options: TextOptions) throws {
    self.options = options
    var text = sampleText
    if let file = options.text {
      guard let read = String(validating: try Files.read(file), as: UTF8.self) else { throw TextFailure("\(file): is not UTF-8") }
      text = read
    }
    let characters = try options.run.load.flatMap { try SafeTensorsFile($0).metadata[Self.charactersKey] }
    vocabulary = Vocabulary(of: characters ?? text)
    let ids = vocabulary.encode(text), cut = ids.count - ids.count / 10
    training = TextWindows(Array(ids[..<cut]), length: options.length)
    heldOut = TextWindows(Array(ids[cut...]), length: options.length)
    if training.count == 0 || heldOut.count == 0 {
      throw TextFailure(
        "\(ids.count) characters are too few for stretches of \(options.length): give a longer text or a smaller --length")
    }
    print("\(NumberText.grouped(ids.count)) characters, \(vocabulary.count) different ones")
  }

  /// Under which name a file of weights holds the characters.
  private static let charactersKey = "characters"

  /// Trains a model that maps character numbers `[N, L]` to scores of the next characters `[N, L, V]`, from and to the
  /// files that the command line names.
  public func train(_ model: some Layer, on device: Device) throws {
    let optimizer = Adam(model.parameters(), lr: options.learningRate)
    let loader = DataLoader(training, batchSize: options.batchSize, shuffle: true)
    print("\(NumberText.grouped(model.parameterCount)) parameters on \(device), \(threadCount) threads")
    if let file = options.run.load { try model.loadStateDict(StateDict(SafeTensors.read(file))) }
    let checkpoint = TrainingCheckpoint(model: model, optimizer: optimizer, loader: loader)
    var losses = try options.run.restore(checkpoint)["losses"]?.list?.compactMap(\.double) ?? []
    let interval = max(1, options.steps / 10)

    var progress = ProgressBar(total: options.steps, unit: "steps")
    progress.advance(by: losses.count)
    walks: while losses.count < options.steps {
      for (inputs, targets) in loader {
        optimizer.zeroGrad()
        let loss = self.loss(model, inputs.to(device), targets.to(device))
        loss.backward()
        clipGradNorm(model.parameters(), maxNorm: 1)
        optimizer.step()
        losses.append(loss.item())
        progress.advance(by: 1, loss: losses.last)
        if losses.count % interval == 0 {
          progress.finish()
          try report(model, losses.suffix(interval), step: losses.count, device)
          try options.run.keep(checkpoint, ["losses": .list(losses.map { .double($0) })])
        }
        if losses.count == options.steps { break walks }
      }
    }
    progress.finish()
    try options.run.draw(losses, title: "Learning to write")
    if let file = options.run.save {
      try SafeTensors.write(model.stateDict(), to: file, metadata: [Self.charactersKey: vocabulary.text])
      print("saved \(file)")
    }
  }

  /// How surprised the model is by the next character, on average: the cross-entropy.
  private func loss(_ model: some Layer, _ inputs: Tensor, _ targets: Tensor) -> Tensor {
    // Every position of every stretch is one prediction.
    Functional.crossEntropy(model(inputs).flatten(startDim: 0, endDim: 1), targets.flatten())
  }

  /// Prints the loss of the last steps, and that of text which the model has not been trained on.
  private func report(_ model: some Layer, _ losses: ArraySlice<Double>, step: Int, _ device: Device) throws {
    model.eval()
    let (inputs, targets) = try heldOut.batch(Array(stride(from: 0, to: heldOut.count, by: max(1, heldOut.count / 32))))
    let measured = withNoGrad { loss(model, inputs.to(device), targets.to(device)).item() }
    model.train()
    print(
      "step \(step)  loss \(NumberText.fixed(losses.reduce(0, +) / Double(losses.count), 4))"
        + "  held out \(NumberText.fixed(measured, 4))")
  }

  /// Writes text: the prompt, then character by character what the model makes of it.
  /// - Parameter scores: the scores of the next character, `[V]`, after some new characters.
  public func write(scores: (_ new: [Int]) -> Tensor) {
    var ids = vocabulary.encode(options.prompt)
    if ids.isEmpty { ids = [0] }
    print("---\n" + vocabulary.decode(ids), terminator: "")
    withNoGrad {
      for _ in 0..<options.sampleLength {
        let next = options.sampler.draw(scores(ids))
        ids = [next]
        Terminal.write(vocabulary.decode(ids))
      }
    }
    print("\n---")
  }
}

/// Why a text cannot be learned, in a sentence.
public struct TextFailure: Error, CustomStringConvertible {
  public let description: String
  init(_ description: String) { self.description = description }
}
