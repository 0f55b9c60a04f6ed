import Martlet
import TensorModule
import TestSupport

/// Runs the cases of the family `modules`.
struct ModuleRunner {
  let table: ModuleTable

  func run(_ json: JSON, _ tensors: OracleTensors) -> OracleOutcome {
    do {
      guard let operation = json["op"]?.string else { throw OracleProblem("no operation") }
      guard let entry = table[operation] else { return .failed("\(operation) is not in the table") }
      func call(_ part: JSON?) throws -> OracleCall {
        OracleCall(
          operation: operation, arguments: try (part?["args"]?.list ?? []).map(tensors.value),
          keywords: try (part?["kwargs"]?.object ?? [:]).mapValues(tensors.value))
      }
      let constructor = try call(json["constructor"]), forward = try call(json)
      if let error = json["error"] { return runRefused(error, constructor, forward, entry, json) }
      let made = try prepared(try catchingTensorErrors { try entry(constructor) }, constructor, json, tensors)
      guard let expect = json["expect"] else { throw OracleProblem("nothing expected") }
      if let wrong = try difference(made, forward, expect, tensors) { return .failed(wrong) }
      return .passed
    } catch let problem as OracleProblem where problem.isUnreadable && json["error"] != nil {
      return .passed  // refused before it could be called
    } catch {
      return .failed("\(error)")
    }
  }

  /// A module that must fail with a `TensorError`, when it is made or when it is called.
  private func runRefused(
    _ error: JSON, _ constructor: OracleCall, _ forward: OracleCall, _ entry: ModuleTable.Entry, _ json: JSON
  ) -> OracleOutcome {
    if error["static"]?.isTrue == true { return .skipped }
    let isConstructor = error["on"]?.string == "constructor"
    do {
      let made = try catchingTensorErrors { try entry(constructor) }
      if isConstructor { return .failed("no error; expected: \(error["message"]?.string ?? "")") }
      guard constructor.unread.isEmpty else { return .failed("not read: \(constructor.unread.joined(separator: ", "))") }
      made.module.train(json["training"].map(\.isTrue) ?? true)
      do {
        _ = try catchingTensorErrors { try made.call(forward) }
      } catch {
        return error is TensorError ? .passed : .failed("\(error)")
      }
      return .failed("no error; expected: \(error["message"]?.string ?? "")")
    } catch {
      return isConstructor && error is TensorError ? .passed : .failed("\(error)")
    }
  }

  /// The module in the case's type, mode and state.
  private func prepared(
    _ made: OracleModule, _ constructor: OracleCall, _ json: JSON, _ tensors: OracleTensors
  ) throws -> OracleModule {
    guard constructor.unread.isEmpty else {
      throw OracleProblem("the constructor did not read: \(constructor.unread.joined(separator: ", "))")
    }
    let dtype = DType.allCases.first { $0.description == json["dtype"]?.string }
    try catchingTensorErrors {
      if let dtype, dtype.isFloatingPoint { made.module.to(dtype) }
      made.module.train(json["training"].map(\.isTrue) ?? true)
    }
    var state = StateDict()
    for (key, reference) in json["state"]?.object ?? [:] {
      guard let name = reference["t"]?.string else { throw OracleProblem("state \(key) is no tensor") }
      state[key] = try tensors.stored(name)
    }
    for (key, tensor) in made.module.stateDict() {
      if let given = state[key], given.dtype != tensor.dtype {
        throw OracleProblem("state \(key) is \(tensor.dtype), expected \(given.dtype)")
      }
    }
    try made.module.loadStateDict(state)
    return made
  }

  private func difference(
    _ made: OracleModule, _ forward: OracleCall, _ expect: JSON, _ tensors: OracleTensors
  ) throws -> String? {
    let before = StateDict(made.module.stateDict().map { (key: $0.key, value: $0.value.clone()) })
    let results = try catchingTensorErrors { try made.call(forward) }
    guard forward.unread.isEmpty else { return "not read: \(forward.unread.joined(separator: ", "))" }
    guard let expected = expect["out"]?.list else { throw OracleProblem("no results expected") }
    guard results.count == expected.count else { return "\(results.count) results, expected \(expected.count)" }
    for (position, (result, reference)) in zip(results, expected).enumerated() {
      guard let name = reference["t"]?.string else {
        if reference.isNull { continue }
        return "result \(position): a tensor, expected \(reference)"
      }
      if let wrong = oracleDifference(
        result, try tensors.stored(name), tolerance: try expect.tolerance(for: result.dtype))
      {
        return results.count == 1 ? wrong : "result \(position): \(wrong)"
      }
    }
    if let wrong = try gradientDifference(made, results, expect, tensors) { return wrong }
    return try stateDifference(made, before, expect, tensors)
  }

  /// The gradients of arguments and parameters.
  private func gradientDifference(
    _ made: OracleModule, _ results: [Tensor], _ expect: JSON, _ tensors: OracleTensors
  ) throws -> String? {
    guard let weights = expect["w"]?.list else { return nil }
    var inputs: [Tensor] = [], expected: [(name: String, value: JSON)] = []
    for (name, value) in (expect["grads"]?.object ?? [:]).sorted(by: { $0.key < $1.key }) {
      guard let input = tensors.arguments[name] else { throw OracleProblem("no argument \(name)") }
      inputs.append(input)
      expected.append((name, value))
    }
    let parameters = made.module.namedParameters()
    let slopes = expect["param_grads"]?.object ?? [:]
    for name in slopes.keys where !parameters.contains(where: { $0.name == name }) { return "there is no parameter \(name)" }
    for (name, parameter) in parameters {
      guard let value = slopes[name] else { continue }
      inputs.append(parameter)
      expected.append((name, value))
    }
    guard !inputs.isEmpty else { return nil }
    let gradients = try oracleGradients(of: results, weights: weights, inputs: inputs, tensors)
    for (gradient, expected) in zip(gradients, expected) {
      if let wrong = try oracleGradientDifference(gradient, expected.value, expect, tensors) {
        return "gradient of \(expected.name): \(wrong)"
      }
    }
    return nil
  }

  /// What the call was to change in the state, and that it changed nothing else.
  private func stateDifference(
    _ made: OracleModule, _ before: StateDict, _ expect: JSON, _ tensors: OracleTensors
  ) throws -> String? {
    let after = made.module.stateDict(), changed = expect["state_after"]?.object ?? [:]
    guard after.keys == before.keys else { return "the state's keys changed to \(after.keys)" }
    for key in changed.keys where after[key] == nil { return "there is no state \(key)" }
    for (key, tensor) in after {
      if let name = changed[key]?["t"]?.string {
        if let wrong = oracleDifference(tensor, try tensors.stored(name), tolerance: try expect.tolerance(for: tensor.dtype)) {
          return "state \(key): \(wrong)"
        }
      } else if let old = before[key], let wrong = oracleDifference(tensor, old, tolerance: .exact) {
        return "state \(key) changed: \(wrong)"
      }
    }
    return nil
  }
}

extension Tolerance {
  /// The same numbers.
  fileprivate static var exact: Tolerance { Tolerance(relative: 0, absolute: 0) }
}
