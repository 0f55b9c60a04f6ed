public import Martlet

/// The options that every training example has: where numbers come from, where they are computed, and what is kept.
public struct RunOptions {
  private let arguments: Arguments
  private let threads: Int?
  private let deviceName: String
  /// The seed of the random numbers: the same seed, the same run.
  public let seed: Int
  /// Where the trained weights go.
  public let save: String?
  /// Where weights to begin with come from.
  public let load: String?
  /// The file that keeps the state of the run: the run goes on from there if it exists.
  public let resume: String?
  /// Where the curve of the loss is drawn.
  public let plot: String?

  /// Declares the options. To be read after `finish()`.
  public init(_ arguments: inout Arguments) {
    seed = arguments.option("seed", default: 0, "seed of the random numbers")
    threads = arguments.option("threads", "threads of the CPU (default: all processors)")
    deviceName = arguments.option("device", placeholder: "cpu|cuda|best", default: "cpu", "where to compute")
    save = arguments.option("save", placeholder: "FILE", "writes the trained weights")
    load = arguments.option("load", placeholder: "FILE", "starts from saved weights")
    resume = arguments.option("resume", placeholder: "FILE", "keeps the run's state there, and goes on from it if it exists")
    plot = arguments.option("plot", placeholder: "FILE.svg", "draws the loss")
    self.arguments = arguments
  }

  /// Goes on from the file that `--resume` names, if it is there.
  /// - Returns: what the program had added to the state; nothing for a run that begins.
  public func restore(_ checkpoint: TrainingCheckpoint) throws -> CheckpointDictionary {
    guard let resume, Files.exists(resume) else { return [:] }
    let saved = try checkpoint.load(from: resume)
    print("going on from \(resume)")
    return saved
  }

  /// Writes the state of the run to the file that `--resume` names, if it does. However the program ends, the file holds
  /// the last state that was written completely.
  public func keep(_ checkpoint: TrainingCheckpoint, _ metadata: CheckpointDictionary) throws {
    if let resume { try checkpoint.save(to: resume, metadata) }
  }

  /// Draws the loss of each step to the file that `--plot` names, if it does.
  public func draw(_ losses: [Double], title: String) throws {
    guard let plot else { return }
    var panel = SVGPlot.Panel("The loss", x: "step", y: "cross-entropy")
    panel.line(losses)
    try SVGPlot(title, [panel]).write(to: plot)
    print("drew \(plot)")
  }

  /// Runs the program's work; an error that it throws becomes a message and status 1, not a crash.
  public func work(_ body: () throws -> Void) { arguments.run(body) }

  /// Ends the program with a message about one option's value.
  public func reject(_ name: String, _ reason: String) -> Never { arguments.reject(name, reason) }

  /// Sets the number of threads and gives the device; ends the program with the reason if something is not there.
  public func apply() -> Device {
    if let threads {
      if threads < 1 { arguments.reject("threads", "needs at least one") }
      setThreadCount(threads)
    }
    if deviceName == "best" {
      if let reason = Device.cudaUnavailableReason { print("no GPU (\(reason)): computing on the CPU") }
      return .best
    }
    _ = Device.cuda()  // makes the name known
    guard let chosen = Device(deviceName) else {
      arguments.reject("device", "'\(deviceName)' is none of cpu, cuda, cuda:N, best")
    }
    if chosen != .cpu, let reason = Device.cudaUnavailableReason { arguments.reject("device", reason) }
    return chosen
  }
}
