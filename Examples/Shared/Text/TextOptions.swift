internal import Martlet

/// The command line of an example that learns to write.
public struct TextOptions {
  /// What differs from one such example to the other.
  public struct Defaults {
    let steps: Int
    let length: Int
    let rate: Double

    /// - Parameters:
    ///   - steps: how many steps the training has.
    ///   - length: how many characters the model sees at once.
    ///   - rate: the learning rate.
    public init(steps: Int, length: Int, rate: Double) {
      self.steps = steps
      self.length = length
      self.rate = rate
    }
  }

  /// The options of all examples.
  public let run: RunOptions
  /// The text to learn from.
  public let text: String?
  /// How many steps the training has.
  public let steps: Int
  /// Stretches of text per step.
  public let batchSize: Int
  /// Characters per stretch.
  public let length: Int
  /// The learning rate of Adam.
  public let learningRate: Double
  /// How many characters are written in the end.
  public let sampleLength: Int
  /// What the written text begins with.
  public let prompt: String
  /// How the characters are drawn.
  public let sampler: TextSampler

  /// Reads the command line; ends the program if it is wrong.
  public init(_ program: String, _ summary: String, _ defaults: Defaults, more: (inout Arguments) -> Void = { _ in }) {
    var arguments = Arguments(program, summary)
    text = arguments.option("text", placeholder: "FILE", "the text to learn from (default: a small story)")
    steps = arguments.option("steps", default: defaults.steps, "steps of the training")
    batchSize = arguments.option("batch-size", default: 32, "stretches of text per step")
    length = arguments.option("length", default: defaults.length, "characters per stretch")
    learningRate = arguments.option("lr", default: defaults.rate, "learning rate of Adam")
    sampleLength = arguments.option("sample", default: 400, "characters to write in the end")
    prompt = arguments.option("prompt", default: "The martlet ", "what the written text begins with")
    let temperature = arguments.option("temperature", default: 0.8, "how daring the choice of characters is; 0: the likeliest")
    let topK: Int? = arguments.option("top-k", "choose among so many of the likeliest characters")
    more(&arguments)
    run = RunOptions(&arguments)
    arguments.finish()
    if steps < 0 { arguments.reject("steps", "must not be negative") }
    if batchSize < 1 { arguments.reject("batch-size", "needs at least one stretch") }
    if length < 1 { arguments.reject("length", "needs at least one character") }
    if sampleLength < 0 { arguments.reject("sample", "must not be negative") }
    if prompt.isEmpty { arguments.reject("prompt", "needs at least one character") }
    if temperature < 0 { arguments.reject("temperature", "must not be negative") }
    if let topK, topK < 1 { arguments.reject("top-k", "needs at least one candidate") }
    sampler = TextSampler(temperature: temperature, topK: topK)
  }
}
