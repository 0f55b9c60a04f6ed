import Martlet
import TensorModule
import TestSupport

/// Runs the cases of the family `optim`.
struct OptimizerRunner {
  func run(_ json: JSON, _ tensors: OracleTensors) -> OracleOutcome {
    do {
      guard let operation = json["op"]?.string else { throw OracleProblem("no operation") }
      let arguments = try OracleCall(
        operation: operation, arguments: [], keywords: (json["kwargs"]?.object ?? [:]).mapValues(tensors.value))
      let wrong: String?
      if json["error"] != nil {
        return runRefused(operation, arguments)
      } else if operation.hasPrefix("nn.utils.") {
        wrong = try runClipping(operation, json, arguments, tensors)
      } else if json["function"] != nil {
        wrong = try runClosure(json, arguments, tensors)
      } else {
        wrong = try runSteps(operation, json, arguments, tensors)
      }
      if let wrong { return .failed(wrong) }
      return arguments.unread.isEmpty ? .passed : .failed("not read: \(arguments.unread.joined(separator: ", "))")
    } catch {
      return .failed("\(error)")
    }
  }

  /// Options that must be refused.
  private func runRefused(_ operation: String, _ arguments: OracleCall) -> OracleOutcome {
    do {
      let parameter = Tensor.zeros(2, 2).requiresGrad_()
      _ = try catchingTensorErrors { Result { try makeOptimizer(operation, [([parameter], nil)], arguments) } }.get()
      return .failed("no error")
    } catch is TensorError {
      return .passed
    } catch is UnknownOption {
      // An enumeration has no such case.
      return .passed
    } catch {
      return .failed("\(error)")
    }
  }

  private func runSteps(
    _ operation: String, _ json: JSON, _ arguments: OracleCall, _ tensors: OracleTensors
  ) throws -> String? {
    guard let starts = json["params"]?.list, let gradients = json["grads"]?.list, let groups = json["groups"]?.list,
      let expect = json["expect"], let expected = expect["params"]?.list
    else { throw OracleProblem("incomplete case") }
    let parameters = try starts.map { try tensors.tensor($0).requiresGrad_() }
    let slopes = try gradients.map(tensors.tensor)
    let results = try expected.map { try tensors.stored($0["t"]?.string ?? "") }
    let optimizer = try makeOptimizer(
      operation,
      try groups.map { group in
        let options = try (group["opts"]?.object ?? [:]).mapValues(tensors.value)
        guard options.keys.allSatisfy({ $0 == "lr" }) else { throw OracleProblem("options \(options.keys)") }
        var rate: Double?
        if case .float(let value)? = options["lr"] { rate = value }
        return ((group["params"]?.ints ?? []).map { parameters[$0] }, rate)
      }, arguments)
    for step in 0..<results[0].shape[0] {
      for (parameter, slope) in zip(parameters, slopes) { parameter.grad = slope[step].clone() }
      try catchingTensorErrors { optimizer.step() }
      for (number, (parameter, result)) in zip(parameters, results).enumerated() {
        if let wrong = oracleDifference(
          parameter.detach(), result[step], tolerance: try expect.tolerance(for: parameter.dtype))
        {
          return "step \(step), parameter \(number): \(wrong)"
        }
      }
    }
    return nil
  }

  /// LBFGS, which evaluates its objective.
  private func runClosure(_ json: JSON, _ arguments: OracleCall, _ tensors: OracleTensors) throws -> String? {
    guard let start = json["params"]?.list?.first, let steps = json["steps"]?.int, let expect = json["expect"],
      let expected = expect["params"]?.list?.first?["t"]?.string
    else { throw OracleProblem("incomplete case") }
    let x = try tensors.tensor(start).requiresGrad_(), result = try tensors.stored(expected)
    let objective: () -> Tensor
    switch json["function"]?.string {
    case "quadratic":
      guard let a = json["A"], let b = json["b"] else { throw OracleProblem("no matrix") }
      let matrix = try tensors.tensor(a), vector = try tensors.tensor(b)
      objective = { 0.5 * x.dot(matrix.matmul(x)) - vector.dot(x) }
    case "rosenbrock":
      objective = { (1 - x[0]).pow(2) + 100 * (x[1] - x[0].pow(2)).pow(2) }
    default: throw OracleProblem("unknown function")
    }
    guard let optimizer = try makeOptimizer("optim.LBFGS", [([x], nil)], arguments) as? LBFGS else { return "no LBFGS" }
    let own = expect["tol"]
    let tolerance = try own.map {
      Tolerance(
        relative: try OracleTensors.number($0["rtol"] ?? .null), absolute: try OracleTensors.number($0["atol"] ?? .null))
    }
    for step in 0..<steps {
      try catchingTensorErrors {
        _ = optimizer.step {
          optimizer.zeroGrad()
          let loss = objective()
          loss.backward()
          return loss
        }
      }
      if let wrong = oracleDifference(x.detach(), result[step], tolerance: tolerance) { return "step \(step): \(wrong)" }
    }
    return nil
  }

  private func runClipping(
    _ operation: String, _ json: JSON, _ arguments: OracleCall, _ tensors: OracleTensors
  ) throws -> String? {
    guard let gradients = json["grads"]?.list, let expect = json["expect"], let after = expect["grads_after"]?.list else {
      throw OracleProblem("incomplete case")
    }
    let parameters = try gradients.map {
      let gradient = try tensors.tensor($0), parameter = Tensor.zerosLike(gradient).requiresGrad_()
      parameter.grad = gradient
      return parameter
    }
    if operation == "nn.utils.clip_grad_value_" {
      let limit = try arguments.double(nil, "clip_value")
      try catchingTensorErrors { clipGradValue(parameters, clipValue: limit) }
    } else {
      let maxNorm = try arguments.double(nil, "max_norm"), type = try arguments.double(nil, "norm_type", 2)
      let norm = try catchingTensorErrors { clipGradNorm(parameters, maxNorm: maxNorm, normType: type) }
      if let name = expect["total_norm"]?["t"]?.string,
        let wrong = oracleDifference(norm, try tensors.stored(name), tolerance: try expect.tolerance(for: norm.dtype))
      {
        return "norm: \(wrong)"
      }
    }
    for (number, (parameter, expected)) in zip(parameters, after).enumerated() {
      guard let gradient = parameter.grad, let name = expected["t"]?.string else { return "gradient \(number) is gone" }
      if let wrong = oracleDifference(
        gradient, try tensors.stored(name), tolerance: try expect.tolerance(for: gradient.dtype))
      {
        return "gradient \(number): \(wrong)"
      }
    }
    return nil
  }
}
