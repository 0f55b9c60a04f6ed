import Martlet
import TensorModule
import TestSupport

/// Runs the cases of the family `lr_scheduler`.
struct SchedulerRunner {
  func run(_ json: JSON, _ tensors: OracleTensors) -> OracleOutcome {
    do {
      guard let operation = json["op"]?.string, let description = json["optimizer"], let steps = json["steps"]?.int,
        let expect = json["expect"], let name = description["name"]?.string, let rates = description["lrs"]?.list
      else { throw OracleProblem("incomplete case") }
      let options = try OracleCall(
        operation: name, arguments: [], keywords: (description["kwargs"]?.object ?? [:]).mapValues(tensors.value))
      let optimizer = try makeOptimizer(
        "optim.\(name)", try rates.map { ([Tensor.zeros(1).requiresGrad_()], try OracleTensors.number($0["f"] ?? $0)) },
        options)
      let keywords = json["kwargs"] ?? .object([:])
      let schedule = try makeSchedule(String(operation.dropFirst("lr_scheduler.".count)), optimizer, keywords, tensors)
      let metrics = try json["metrics"].map { try tensors.tensor($0).toArray(as: Double.self) }
      return try check(schedule, optimizer, expect, steps: steps, metrics: metrics, tensors).map { .failed($0) } ?? .passed
    } catch {
      return .failed("\(error)")
    }
  }

  private func check<O: Optimizer>(
    _ schedule: Schedule, _ optimizer: O, _ expect: JSON, steps: Int, metrics: [Double]?, _ tensors: OracleTensors
  ) throws -> String? {
    guard let name = expect["lrs"]?["t"]?.string else { throw OracleProblem("no rates expected") }
    let rates = try tensors.stored(name).toArray(as: Double.self)
    let momenta = try expect["momentum"]?["t"]?.string.map { try tensors.stored($0).toArray(as: Double.self) }
    let count = optimizer.groups.count
    for step in 0...steps {
      if step > 0 {
        try catchingTensorErrors {
          optimizer.step()
          switch schedule {
          case .plain(let scheduler): scheduler.step()
          case .plateau(let scheduler): scheduler.step(metrics?[step - 1] ?? .nan)
          }
        }
      }
      for group in 0..<count {
        let position = step * count + group
        let rate = optimizer.groups[group].learningRate
        if !Tolerance.standard(.float64).accepts(rate, rates[position]) {
          return "step \(step), group \(group): \(rate), expected \(rates[position])"
        }
        guard let momenta, let sgd = optimizer as? SGD else { continue }
        let momentum = sgd.groups[group].options.momentum
        if !Tolerance.standard(.float64).accepts(momentum, momenta[position]) {
          return "step \(step), group \(group): momentum \(momentum), expected \(momenta[position])"
        }
      }
    }
    return nil
  }

  private enum Schedule {
    case plain(LRScheduler)
    case plateau(ReduceLROnPlateau)
  }

  private func makeSchedule(
    _ name: String, _ optimizer: any Optimizer, _ keywords: JSON, _ tensors: OracleTensors
  ) throws -> Schedule {
    let plain = (keywords.object ?? [:]).filter { $0.key != "lr_lambda" && $0.key != "schedulers" }
    let c = OracleCall(operation: name, arguments: [], keywords: try plain.mapValues(tensors.value))
    func number(_ key: String, _ standard: Double? = nil) throws -> Double { try c.double(nil, key, standard) }
    func int(_ key: String, _ standard: Int? = nil) throws -> Int { try c.int(nil, key, standard) }
    func perGroup(_ key: String, _ standard: PerGroup) throws -> PerGroup {
      switch c.value(nil, key) {
      case nil: standard
      case .float(let value): PerGroup(value)
      case .int(let value): PerGroup(Double(value))
      default: PerGroup(try c.optionalDoubles(nil, key) ?? [])
      }
    }
    func parts() throws -> [LRScheduler] {
      try (keywords["schedulers"]?.list ?? []).map { part in
        guard let name = part["name"]?.string,
          case .plain(let scheduler) = try makeSchedule(name, optimizer, part["kwargs"] ?? .object([:]), tensors)
        else { throw OracleProblem("not a schedule: \(part)") }
        return scheduler
      }
    }
    let result: Schedule
    switch name {
    case "ConstantLR":
      result = .plain(ConstantLR(optimizer, factor: try number("factor", 1 / 3), totalIters: try int("total_iters", 5)))
    case "LinearLR":
      result = .plain(
        LinearLR(
          optimizer, startFactor: try number("start_factor", 1.0 / 3), endFactor: try number("end_factor", 1),
          totalIters: try int("total_iters", 5)))
    case "StepLR":
      result = .plain(StepLR(optimizer, stepSize: try int("step_size"), gamma: try number("gamma", 0.1)))
    case "MultiStepLR":
      result = .plain(MultiStepLR(optimizer, milestones: try c.ints(nil, "milestones"), gamma: try number("gamma", 0.1)))
    case "ExponentialLR": result = .plain(ExponentialLR(optimizer, gamma: try number("gamma")))
    case "LambdaLR": result = .plain(LambdaLR(optimizer, lrLambda: try function(keywords["lr_lambda"], tensors)))
    case "MultiplicativeLR":
      result = .plain(MultiplicativeLR(optimizer, lrLambda: try function(keywords["lr_lambda"], tensors)))
    case "PolynomialLR":
      result = .plain(PolynomialLR(optimizer, totalIters: try int("total_iters", 5), power: try number("power", 1)))
    case "CosineAnnealingLR":
      result = .plain(CosineAnnealingLR(optimizer, tMax: try int("T_max"), etaMin: try number("eta_min", 0)))
    case "CosineAnnealingWarmRestarts":
      result = .plain(
        CosineAnnealingWarmRestarts(
          optimizer, t0: try int("T_0"), tMult: try int("T_mult", 1), etaMin: try number("eta_min", 0)))
    case "CyclicLR":
      guard let mode = CyclicLR.Mode(rawValue: try c.string(nil, "mode", "triangular")) else { throw OracleProblem("mode") }
      result = .plain(
        CyclicLR(
          optimizer, baseLR: try perGroup("base_lr", 0), maxLR: try perGroup("max_lr", 0),
          stepSizeUp: try int("step_size_up", 2000), stepSizeDown: try c.optionalInt(nil, "step_size_down"), mode: mode,
          gamma: try number("gamma", 1)))
    case "OneCycleLR":
      result = .plain(
        OneCycleLR(
          optimizer, maxLR: try perGroup("max_lr", 0), totalSteps: try c.optionalInt(nil, "total_steps"),
          epochs: try c.optionalInt(nil, "epochs"), stepsPerEpoch: try c.optionalInt(nil, "steps_per_epoch"),
          cycleMomentum: try c.bool(nil, "cycle_momentum", true)))
    case "ReduceLROnPlateau":
      guard let mode = ReduceLROnPlateau.Mode(rawValue: try c.string(nil, "mode", "min")),
        let thresholdMode = ReduceLROnPlateau.ThresholdMode(rawValue: try c.string(nil, "threshold_mode", "rel"))
      else { throw OracleProblem("mode") }
      result = .plateau(
        ReduceLROnPlateau(
          optimizer, mode: mode, factor: try number("factor", 0.1), patience: try int("patience", 10),
          threshold: try number("threshold", 1e-4), thresholdMode: thresholdMode, cooldown: try int("cooldown", 0),
          minLR: try perGroup("min_lr", 0)))
    case "SequentialLR":
      result = .plain(SequentialLR(optimizer, schedulers: try parts(), milestones: try c.ints(nil, "milestones")))
    case "ChainedScheduler": result = .plain(ChainedScheduler(try parts(), optimizer: optimizer))
    default: throw OracleProblem("\(name) is not in the table")
    }
    guard c.unread.isEmpty else { throw OracleProblem("not read: \(c.unread.joined(separator: ", "))") }
    return result
  }

  /// The functions of the cases, of t, the epoch.
  private func function(_ json: JSON?, _ tensors: OracleTensors) throws -> (Int) -> Double {
    guard let description = json?["lambda"] else { throw OracleProblem("no function") }
    func number(_ key: String) throws -> Double {
      guard let value = description[key] else { throw OracleProblem("no \(key)") }
      return try OracleTensors.number(value["f"] ?? value)
    }
    switch description["kind"]?.string {
    case "power":
      let base = try number("base")
      return { epoch in (0..<epoch).reduce(1) { product, _ in product * base } }
    case "inverse":
      let rate = try number("rate")
      return { 1 / (1 + rate * Double($0)) }
    case "warmup":
      let steps = try number("steps")
      return { min(1, Double($0 + 1) / steps) }
    case "stair":
      let base = try number("base"), every = Int(try number("every"))
      return { epoch in (0..<epoch / every).reduce(1) { product, _ in product * base } }
    default: throw OracleProblem("unknown function")
    }
  }
}
