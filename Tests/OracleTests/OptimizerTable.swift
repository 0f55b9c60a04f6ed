import Martlet
import TensorModule

/// A name that an option cannot have.
struct UnknownOption: Error {}

/// Makes an optimizer by PyTorch's name, of groups of parameters that may have learning rates of their own.
func makeOptimizer(
  _ name: String, _ groups: [(parameters: [Tensor], rate: Double?)], _ c: OracleCall
) throws -> any Optimizer {
  /// The groups with the options, each with its rate.
  func grouped<Options: OptimizerOptions>(_ options: Options) -> [ParameterGroup<Options>] {
    groups.map { group in
      var options = options
      if let rate = group.rate { options.learningRate = rate }
      return ParameterGroup(group.parameters, options)
    }
  }
  func number(_ key: String, _ standard: Double) throws -> Double { try c.double(nil, key, standard) }
  func flag(_ key: String) throws -> Bool { try c.bool(nil, key, false) }
  func pair(_ key: String, _ standard: (Double, Double)) throws -> (Double, Double) {
    guard let numbers = try c.optionalDoubles(nil, key) else { return standard }
    return (numbers[0], numbers[1])
  }
  func betas() throws -> (Double, Double) { try pair("betas", (0.9, 0.999)) }

  switch name.hasPrefix("optim.") ? String(name.dropFirst(6)) : name {
  case "SGD":
    return SGD(
      groups: grouped(
        .init(
          lr: try number("lr", 1e-3), momentum: try number("momentum", 0), dampening: try number("dampening", 0),
          weightDecay: try number("weight_decay", 0), nesterov: try flag("nesterov"), maximize: try flag("maximize"))))
  case "Adam":
    return Adam(
      groups: grouped(
        .init(
          lr: try number("lr", 1e-3), betas: try betas(), eps: try number("eps", 1e-8),
          weightDecay: try number("weight_decay", 0), amsgrad: try flag("amsgrad"), maximize: try flag("maximize"),
          decoupledWeightDecay: try flag("decoupled_weight_decay"))))
  case "AdamW":
    return AdamW(
      groups: grouped(
        .init(
          lr: try number("lr", 1e-3), betas: try betas(), eps: try number("eps", 1e-8),
          weightDecay: try number("weight_decay", 1e-2), amsgrad: try flag("amsgrad"), maximize: try flag("maximize"))))
  case "RMSprop":
    return RMSprop(
      groups: grouped(
        .init(
          lr: try number("lr", 1e-2), alpha: try number("alpha", 0.99), eps: try number("eps", 1e-8),
          weightDecay: try number("weight_decay", 0), momentum: try number("momentum", 0), centered: try flag("centered"),
          maximize: try flag("maximize"))))
  case "Adagrad":
    return Adagrad(
      groups: grouped(
        .init(
          lr: try number("lr", 1e-2), lrDecay: try number("lr_decay", 0), weightDecay: try number("weight_decay", 0),
          initialAccumulatorValue: try number("initial_accumulator_value", 0), eps: try number("eps", 1e-10),
          maximize: try flag("maximize"))))
  case "Adadelta":
    return Adadelta(
      groups: grouped(
        .init(
          lr: try number("lr", 1), rho: try number("rho", 0.9), eps: try number("eps", 1e-6),
          weightDecay: try number("weight_decay", 0), maximize: try flag("maximize"))))
  case "Adamax":
    return Adamax(
      groups: grouped(
        .init(
          lr: try number("lr", 2e-3), betas: try betas(), eps: try number("eps", 1e-8),
          weightDecay: try number("weight_decay", 0), maximize: try flag("maximize"))))
  case "NAdam":
    return NAdam(
      groups: grouped(
        .init(
          lr: try number("lr", 2e-3), betas: try betas(), eps: try number("eps", 1e-8),
          weightDecay: try number("weight_decay", 0), momentumDecay: try number("momentum_decay", 4e-3),
          decoupledWeightDecay: try flag("decoupled_weight_decay"), maximize: try flag("maximize"))))
  case "RAdam":
    return RAdam(
      groups: grouped(
        .init(
          lr: try number("lr", 1e-3), betas: try betas(), eps: try number("eps", 1e-8),
          weightDecay: try number("weight_decay", 0), decoupledWeightDecay: try flag("decoupled_weight_decay"),
          maximize: try flag("maximize"))))
  case "ASGD":
    return ASGD(
      groups: grouped(
        .init(
          lr: try number("lr", 1e-2), lambd: try number("lambd", 1e-4), alpha: try number("alpha", 0.75),
          t0: try number("t0", 1e6), weightDecay: try number("weight_decay", 0), maximize: try flag("maximize"))))
  case "Rprop":
    return Rprop(
      groups: grouped(
        .init(
          lr: try number("lr", 1e-2), etas: try pair("etas", (0.5, 1.2)), stepSizes: try pair("step_sizes", (1e-6, 50)),
          maximize: try flag("maximize"))))
  case "Adafactor":
    let eps: (Double?, Double) = c.value(nil, "eps") == nil ? (nil, 1e-3) : try pair("eps", (0, 0))
    return Adafactor(
      groups: grouped(
        .init(
          lr: try number("lr", 1e-2), beta2Decay: try number("beta2_decay", -0.8), eps: eps, d: try number("d", 1),
          weightDecay: try number("weight_decay", 0), maximize: try flag("maximize"))))
  case "Muon":
    let adjustment = try c.optionalString(nil, "adjust_lr_fn").map {
      guard let known = Muon.RateAdjustment(rawValue: $0) else { throw UnknownOption() }
      return known
    }
    return Muon(
      groups: grouped(
        .init(
          lr: try number("lr", 1e-3), weightDecay: try number("weight_decay", 0.1), momentum: try number("momentum", 0.95),
          nesterov: try c.bool(nil, "nesterov", true), adjustLRFn: adjustment)))
  case "LBFGS":
    let search = try c.optionalString(nil, "line_search_fn").map {
      guard let known = LBFGS.LineSearch(rawValue: $0) else { throw UnknownOption() }
      return known
    }
    return LBFGS(
      groups[0].parameters, lr: try number("lr", 1), maxIter: try c.int(nil, "max_iter", 20),
      historySize: try c.int(nil, "history_size", 100), lineSearchFn: search)
  default: throw OracleProblem("\(name) is not in the table")
  }
}
