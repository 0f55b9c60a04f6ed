import Martlet
import TensorModule
import TestSupport

/// Runs the cases of the family `programs`: steps on named tensors, one after the other, then a backward pass.
enum OraclePrograms {
  static func run(_ json: JSON, _ tensors: OracleTensors) -> OracleOutcome {
    do {
      return try Program(json, tensors).run()
    } catch {
      return .failed("\(error)")
    }
  }
}

private struct Program {
  private let json: JSON
  private let tensors: OracleTensors
  private let inputs: [String: Tensor]
  private let steps: [JSON]

  init(_ json: JSON, _ tensors: OracleTensors) throws {
    guard let inputs = json["inputs"]?.object, let steps = json["steps"]?.list else { throw OracleProblem("no program") }
    self.json = json
    self.tensors = tensors
    self.inputs = try inputs.mapValues(tensors.tensor)
    self.steps = steps
  }

  func run() throws -> OracleOutcome {
    var variables = inputs
    let refusal = json["error"]?["on"]?.string
    for (position, step) in steps.enumerated() {
      do {
        let result = try catchingTensorErrors { try perform(step, variables) }
        guard let name = step["out"]?.string else { throw OracleProblem("step without a name for its result") }
        variables[name] = result
      } catch let error as TensorError {
        let expected = json["error"]?["step"]?.int
        guard refusal == "forward", expected == nil || expected == position else { return .failed("step \(position): \(error)") }
        return .passed
      }
    }
    if refusal == "forward" { return .failed("no step failed; expected: \(json["error"]?["message"]?.string ?? "")") }
    if let expect = json["expect"], let wrong = try difference(variables, expect) { return .failed(wrong) }
    do {
      try catchingTensorErrors { try loss(variables)?.backward() }
    } catch let error as TensorError {
      return refusal == "backward" ? .passed : .failed("backward: \(error)")
    }
    // Where PyTorch overwrote what its derivative needs, ours may not need it; then finite differences are the judge.
    if refusal == "backward" { return try numericalDifference().map { .failed($0) } ?? .passed }
    guard let expected = json["expect"]?["grads"]?.object else { throw OracleProblem("no gradients expected") }
    for (name, gradient) in expected.sorted(by: { $0.key < $1.key }) {
      if let wrong = try difference(inputs[name]?.grad, gradient) { return .failed("gradient of \(name): \(wrong)") }
    }
    return .passed
  }

  /// The sum of the named variables, each times its weights; nil if none requires gradients.
  private func loss(_ variables: [String: Tensor]) throws -> Tensor? {
    guard let weights = json["loss"]?.object else { throw OracleProblem("no loss") }
    let terms = try weights.sorted { $0.key < $1.key }.map { name, weight in
      guard let variable = variables[name] else { throw OracleProblem("no variable \(name)") }
      return (variable * (try tensors.stored(weight["t"]?.string ?? ""))).sum()
    }
    let total = terms.dropFirst().reduce(terms[0]) { $0 + $1 }
    return total.requiresGrad ? total : nil
  }

  /// Values, flags and leaves after all steps.
  private func difference(_ variables: [String: Tensor], _ expect: JSON) throws -> String? {
    for (name, value) in (expect["values"]?.object ?? [:]).sorted(by: { $0.key < $1.key }) {
      guard let variable = variables[name], let stored = value["t"]?.string else { throw OracleProblem("no variable \(name)") }
      if let wrong = oracleDifference(variable, try tensors.stored(stored)) { return "\(name): \(wrong)" }
    }
    for (name, flag) in expect["requires_grad"]?.object ?? [:] where variables[name]?.requiresGrad != flag.isTrue {
      return "\(name): requiresGrad is not \(flag.isTrue)"
    }
    for (name, flag) in expect["is_leaf"]?.object ?? [:] where variables[name]?.isLeaf != flag.isTrue {
      return "\(name): isLeaf is not \(flag.isTrue)"
    }
    return nil
  }

  private func difference(_ got: Tensor?, _ expected: JSON) throws -> String? {
    switch (got, expected["t"]?.string) {
    case (nil, nil): return nil
    case (let got?, nil): return got.elements.values.allSatisfy { $0 == 0 } ? nil : "not zero, expected none"
    case (nil, let name?): return try tensors.stored(name).elements.values.allSatisfy { $0 == 0 } ? nil : "none, expected one"
    case (let got?, let name?): return oracleDifference(got, try tensors.stored(name))
    }
  }

  /// Holds the accumulated gradients against finite differences of the whole program. Values that PyTorch cuts off
  /// (detached ones, writes without recording) make these differ; a case with such steps is not judged so.
  private func numericalDifference() throws -> String? {
    guard !steps.contains(where: { $0["fn"]?.string == "detach" || $0["fn"]?.string?.hasPrefix("no_grad") == true }) else {
      return nil
    }
    func value(moving moved: String, at element: Int, by distance: Double) throws -> Double {
      var variables: [String: Tensor] = [:]
      for (name, _) in inputs {
        let copy = try tensors.stored((json["inputs"]?[name]?["t"]?.string) ?? "").clone()
        if name == moved { copy.view([-1])[element].add_(distance) }
        // Programs refuse to write to leaves: the copies are results.
        variables[name] = copy
      }
      for step in steps { variables[step["out"]?.string ?? ""] = try perform(step, variables) }
      let weights = json["loss"]?.object ?? [:]
      return try weights.reduce(0) { total, item in
        total + (variables[item.key]! * (try tensors.stored(item.value["t"]?.string ?? ""))).sum().item()
      }
    }
    for (name, input) in inputs.sorted(by: { $0.key < $1.key }) where input.requiresGrad {
      for element in 0..<input.elementCount {
        let step = 1e-6
        let above = try value(moving: name, at: element, by: step), below = try value(moving: name, at: element, by: -step)
        let numerical = (above - below) / (2 * step)
        let computed = input.grad?.elements.values[element] ?? 0
        if !((computed - numerical).magnitude <= 1e-4 + 1e-4 * numerical.magnitude) {
          return "gradient of \(name)[\(element)]: \(computed), finite differences \(numerical), and no error"
        }
      }
    }
    return nil
  }

  // MARK: Steps

  private func perform(_ step: JSON, _ variables: [String: Tensor]) throws -> Tensor {
    guard let name = step["fn"]?.string, let arguments = step["args"]?.list else { throw OracleProblem("not a step: \(step)") }
    let call = OracleCall(
      operation: name,
      arguments: try arguments.map { argument in
        guard let variable = argument["v"]?.string else { return try tensors.value(argument) }
        guard let tensor = variables[variable] else { throw OracleProblem("no variable \(variable)") }
        return .tensor(tensor)
      }, keywords: [:])
    guard let body = Self.functions[name] else { throw OracleProblem("no function \(name)") }
    let result = try body(try call.tensor(0), call)
    guard call.unread.isEmpty else { throw OracleProblem("\(name): not read: \(call.unread)") }
    return result
  }

  private typealias Function = @Sendable (Tensor, OracleCall) throws -> Tensor

  private static let functions: [String: Function] = [
    "abs": { x, _ in x.abs() }, "clone": { x, _ in x.clone() }, "detach": { x, _ in x.detach() }, "exp": { x, _ in x.exp() },
    "relu": { x, _ in x.relu() }, "sigmoid": { x, _ in x.sigmoid() }, "sin": { x, _ in x.sin() },
    "square": { x, _ in x.square() }, "tanh": { x, _ in x.tanh() },
    "exp_": { x, _ in x.exp_() }, "relu_": { x, _ in x.relu_() }, "sin_": { x, _ in x.sin_() }, "tanh_": { x, _ in x.tanh_() },
    "zero_": { x, _ in x.zero_() }, "fill_": { x, c in x.fill_(try c.double(1)) }, "copy_": { x, c in x.copy_(try c.tensor(1)) },
    "add": { x, c in try binary(x, c, { $0 + $1 }, { $0 + $1 }) }, "sub": { x, c in try binary(x, c, { $0 - $1 }, { $0 - $1 }) },
    "mul": { x, c in try binary(x, c, { $0 * $1 }, { $0 * $1 }) }, "div": { x, c in try binary(x, c, { $0 / $1 }, { $0 / $1 }) },
    "add_": { x, c in try binary(x, c, { $0.add_($1) }, { $0.add_($1) }) },
    "sub_": { x, c in try binary(x, c, { $0.sub_($1) }, { $0.sub_($1) }) },
    "mul_": { x, c in try binary(x, c, { $0.mul_($1) }, { $0.mul_($1) }) },
    "no_grad_mul_": { x, c in try withNoGrad { () throws in try binary(x, c, { $0.mul_($1) }, { $0.mul_($1) }) } },
    "atan2": { x, c in x.atan2(try c.tensor(1)) }, "maximum": { x, c in x.maximum(try c.tensor(1)) },
    "matmul": { x, c in x.matmul(try c.tensor(1)) },
    "amax": { x, c in x.amax(dim: try c.int(1), keepDim: try c.bool(2, "", false)) },
    "sum": { x, c in x.sum(dim: try c.int(1), keepDim: try c.bool(2, "", false)) },
    "mean": { x, c in x.mean(dim: try c.int(1), keepDim: try c.bool(2, "", false)) },
    "prod": { x, c in x.prod(dim: try c.int(1), keepDim: try c.bool(2, "", false)) },
    "flatten": { x, _ in x.flatten() }, "view": { x, c in x.view(Shape(try c.ints(1))) },
    "flip": { x, c in x.flip(try c.ints(1)) }, "expand": { x, c in x.expand(Shape(try c.ints(1))) },
    "permute": { x, c in x.permute(try c.ints(1)) }, "unsqueeze": { x, c in x.unsqueeze(try c.int(1)) },
    "transpose": { x, c in x.transpose(try c.int(1), try c.int(2)) },
    "select": { x, c in x.select(dim: try c.int(1), index: try c.int(2)) },
    "narrow": { x, c in x.narrow(dim: try c.int(1), start: try c.int(2), length: try c.int(3)) },
    "diagonal": { x, c in x.diagonal(offset: try c.int(1), dim1: try c.int(2), dim2: try c.int(3)) },
    "getitem": { x, c in x[try index(c)] },
    "setitem": { x, c in
      let item = try index(c)
      if case .tensor(let value)? = c.value(2) { x[item] = value } else { x[item] = Tensor(try c.double(2), dtype: .float64) }
      return x
    },
  ]

  private static func binary(
    _ x: Tensor, _ call: OracleCall, _ tensors: (Tensor, Tensor) -> Tensor, _ number: (Tensor, Double) -> Tensor
  ) throws -> Tensor {
    if case .tensor(let other)? = call.value(1) { return tensors(x, other) }
    return number(x, try call.double(1))
  }

  private static func index(_ call: OracleCall) throws -> any TensorIndex {
    func item(_ value: OracleValue?) throws -> any TensorIndex {
      switch value {
      case .int(let position)?: position
      case .slice(let start, let end, let step)?: IndexItem.slice(start, end, step: step ?? 1)
      case .tuple(let items)? where items.count == 1: try item(items[0])
      default: throw OracleProblem("index \(String(describing: value))")
      }
    }
    return try item(call.value(1))
  }
}
