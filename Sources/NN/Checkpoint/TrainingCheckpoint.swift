public import Interchange
public import TensorModule

/// Everything that a training consists of, saved to one file and restored from it, so that a run that was interrupted
/// anywhere, also in the middle of an epoch, ends with the same bits as one that was not.
///
/// ```swift
/// let checkpoint = TrainingCheckpoint(model: model, optimizer: optimizer, scheduler: scheduler, loader: loader)
/// var epoch = 0, losses: [Double] = []
/// if resume {
///   let saved = try checkpoint.load(from: "run.pt")
///   epoch = saved["epoch"]?.int ?? 0
/// }
/// while epoch < epochs {
///   for (x, y) in loader {                  // goes on behind the last batch that the checkpoint has seen
///     …
///     optimizer.step()
///     try checkpoint.save(to: "run.pt", ["epoch": .int(epoch)])
///   }
///   scheduler.step()
///   epoch += 1
/// }
/// ```
///
/// Saved are the parameters and buffers of the model, what the optimizer, the scheduler, the scaler and the loader
/// remember, the state of the default generator (and of others that are added), and what the program adds. Not saved are
/// gradients: save after a step, before the next `backward()`. The file is one of PyTorch's: `torch.load(path)` gives
/// `{"model": …, "optimizer": …, "rng_state": …, "epoch": 3}`, and a checkpoint of that form that PyTorch wrote is loaded,
/// too. It is there whole or not at all.
///
/// Not to be used by several tasks at once.
public struct TrainingCheckpoint {
  private enum Part {
    case module(any Module)
    case optimizer(any Optimizer)
    case stateful(any Stateful)
    case generator(Generator)
  }

  private var parts: [(key: String, part: Part)] = []

  /// PyTorch's usual name for the state of the default generator.
  static let generatorKey = "rng_state"

  /// A checkpoint of these parts.
  /// - Parameters:
  ///   - model: saved as `model`.
  ///   - optimizer: saved as `optimizer`.
  ///   - scheduler: saved as `scheduler`.
  ///   - scaler: saved as `scaler`.
  ///   - loader: a ``DataLoader``, saved as `loader`: which batches of the epoch are done, and in which order the rest
  ///     comes.
  public init(
    model: (any Module)? = nil, optimizer: (any Optimizer)? = nil, scheduler: (any Stateful)? = nil,
    scaler: GradScaler? = nil, loader: (any Stateful)? = nil
  ) {
    if let model { add(model, as: "model") }
    if let optimizer { add(optimizer, as: "optimizer") }
    if let scheduler { add(scheduler, as: "scheduler") }
    if let scaler { add(scaler, as: "scaler") }
    if let loader { add(loader, as: "loader") }
  }

  /// Adds a module: the second network of a pair, the averaged weights.
  public mutating func add(_ module: any Module, as key: String) { add(.module(module), key) }

  /// Adds an optimizer.
  public mutating func add(_ optimizer: any Optimizer, as key: String) { add(.optimizer(optimizer), key) }

  /// Adds something else with a state.
  public mutating func add(_ part: any Stateful, as key: String) { add(.stateful(part), key) }

  /// Adds a generator beside the default one, which is saved anyway.
  public mutating func add(_ generator: Generator, as key: String) { add(.generator(generator), key) }

  private mutating func add(_ part: Part, _ key: String) {
    guard key != Self.generatorKey, !parts.contains(where: { $0.key == key }) else {
      return fail(TensorError("TrainingCheckpoint", rule: "there is a part named \(key) already", hint: "choose another name"))
    }
    parts.append((key, part))
  }

  // MARK: Saving

  /// Everything as a value, without writing it.
  /// - Parameter metadata: what the program adds: the epoch, the losses so far.
  public func value(_ metadata: CheckpointDictionary = [:]) throws(CheckpointError) -> CheckpointValue {
    var result = CheckpointDictionary()
    for (key, part) in parts {
      switch part {
      case .module(let module): result[.string(key)] = module.stateDict().checkpointValue
      case .optimizer(let optimizer): result[.string(key)] = optimizer.stateDict().checkpointValue
      case .stateful(let part): result[.string(key)] = .dictionary(CheckpointDictionary(part.stateDict()))
      case .generator(let generator): result[.string(key)] = .tensor(generator.getState())
      }
    }
    result[.string(Self.generatorKey)] = .tensor(Generator.default.getState())
    for (key, value) in metadata {
      guard result[key] == nil else {
        throw CheckpointError("the name is taken; name what you add differently", part: key.value.description)
      }
      result[key] = value
    }
    return .dictionary(result)
  }

  /// Writes everything to a file, which is there whole or not at all: whenever the program ends, the file is the last one
  /// that was written completely.
  /// - Parameter metadata: what the program adds: the epoch, the losses so far.
  /// - Throws: ``FileError`` with the system's reason, ``PyTorchFileError`` after a failure in a catching scope, or
  ///   ``CheckpointError`` if a name is taken.
  public func save(to path: String, _ metadata: CheckpointDictionary = [:]) throws {
    try PyTorchFile.write(value(metadata), to: path)
  }

  // MARK: Loading

  /// Restores everything from a file, and gives back what the program had added.
  ///
  /// A model is looked for under its name, or with `_state_dict` behind it (`model_state_dict`, `state_dict`), as PyTorch's
  /// tutorials have it; an optimizer likewise. A file of PyTorch's without a generator's state leaves the default generator
  /// as it is.
  /// - Throws: ``FileError`` or ``PyTorchFileError`` if the file cannot be read; ``CheckpointError`` with the part that is
  ///   missing or does not fit. If a part is missing, nothing is changed; if one does not fit, it is not changed, but those
  ///   before it are.
  @discardableResult
  public func load(from path: String) throws -> CheckpointDictionary {
    do {
      return try load(PyTorchFile.read(path))
    } catch var error as CheckpointError {
      error.path = path
      throw error
    }
  }

  /// ``load(from:)`` from a value that was read already.
  @discardableResult
  public func load(_ value: CheckpointValue) throws(CheckpointError) -> CheckpointDictionary {
    guard let whole = value.dictionary else {
      throw CheckpointError("a dictionary with the parts of a training is expected, not \(value.kind)")
    }
    var rest = whole
    var found: [(key: String, part: Part, value: CheckpointValue)] = []
    for (key, part) in parts {
      guard let name = Self.names(of: key, part).first(where: { rest[.string($0)] != nil }),
        let value = rest[.string(name)]
      else {
        let keys = whole.keys.map { $0.value.description }.joined(separator: ", ")
        throw CheckpointError("is missing; the file has \(keys.isEmpty ? "nothing" : keys)", part: key)
      }
      rest[.string(name)] = nil
      found.append((key, part, value))
    }
    let generatorState = rest[.string(Self.generatorKey)]
    rest[.string(Self.generatorKey)] = nil
    for (key, part, value) in found {
      do {
        try Self.load(part, value)
      } catch let error as CheckpointError {
        throw CheckpointError(error.reason, part: key)
      } catch {
        throw CheckpointError("\(error)", part: key)
      }
    }
    // Last, so that nothing draws in between.
    if let generatorState {
      do {
        try Self.load(.generator(.default), generatorState)
      } catch {
        throw CheckpointError("\(error)", part: Self.generatorKey)
      }
    }
    return rest
  }

  /// Under which names a part may be saved.
  private static func names(of key: String, _ part: Part) -> [String] {
    switch part {
    case .module: [key, "\(key)_state_dict"] + (key == "model" ? ["state_dict"] : [])
    case .optimizer, .stateful: [key, "\(key)_state_dict"]
    case .generator: [key]
    }
  }

  private static func load(_ part: Part, _ value: CheckpointValue) throws {
    switch part {
    case .module(let module): try module.loadStateDict(StateDict(value))
    case .optimizer(let optimizer): try optimizer.loadStateDict(OptimizerStateDict(value))
    case .stateful(let part):
      guard let entries = value.dictionary else { throw CheckpointError("a dictionary is expected, not \(value.kind)") }
      try part.loadStateDict(entries.stateValues)
    case .generator(let generator):
      guard let state = value.tensor else { throw CheckpointError("a generator's state is a tensor, not \(value.kind)") }
      try catchingTensorErrors { generator.setState(state) }
    }
  }
}
