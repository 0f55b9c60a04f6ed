import Martlet
import TensorModule
import TestSupport

/// How a case ended.
enum OracleOutcome {
  case passed
  case failed(String)
  /// The case does not apply, by its own mark.
  case skipped
}

/// Runs the cases of the families `ops` and `promotion`.
struct OperationRunner {
  let table: OracleTable

  func run(_ json: JSON, _ tensors: OracleTensors) -> OracleOutcome {
    do {
      guard let operation = json["op"]?.string else { throw OracleProblem("no operation") }
      let name = json["inplace"]?.string ?? operation
      guard let entry = table[name] else { return .failed("\(name) is not in the table") }
      let call = OracleCall(
        operation: name, arguments: try (json["args"]?.list ?? []).map(tensors.value),
        keywords: try (json["kwargs"]?.object ?? [:]).mapValues(tensors.value))
      if let error = json["error"] { return runRefused(error, call, entry) }
      guard let expect = json["expect"] else { throw OracleProblem("nothing expected") }
      return try check(try catchingTensorErrors { try entry(call) }, call, expect, tensors, inPlace: json["inplace"] != nil)
    } catch let problem as OracleProblem where problem.isUnreadable && json["error"] != nil {
      return .passed  // refused before it could be called
    } catch {
      return .failed("\(error)")
    }
  }

  /// A call that must fail with a `TensorError`.
  private func runRefused(_ error: JSON, _ call: OracleCall, _ entry: OracleTable.Entry) -> OracleOutcome {
    if error["static"]?.isTrue == true { return .skipped }
    do {
      _ = try catchingTensorErrors { try entry(call) }
    } catch {
      if error is TensorError { return .passed }
      return .failed("\(error)")
    }
    if error["optional"]?.isTrue == true { return .skipped }
    return .failed("no error; expected: \(error["message"]?.string ?? "")")
  }

  private func check(
    _ result: OracleResult, _ call: OracleCall, _ expect: JSON, _ tensors: OracleTensors, inPlace: Bool
  ) throws -> OracleOutcome {
    guard call.unread.isEmpty else { return .failed("not read: \(call.unread.joined(separator: ", "))") }
    guard let expected = expect["out"]?.list else { throw OracleProblem("no results expected") }
    switch result {
    case .value(let value):
      guard expected.count == 1, let wrong = try difference(value, expected[0], tensors) else { return .passed }
      return .failed(wrong)
    case .tensors(let results):
      guard results.count == expected.count else {
        return .failed("\(results.count) results, expected \(expected.count)")
      }
      for (position, result) in results.enumerated() {
        if let wrong = try difference(result, expected[position], position, results, expect, call, tensors, inPlace) {
          return .failed(results.count == 1 ? wrong : "result \(position): \(wrong)")
        }
      }
      if let wrong = try gradientDifference(results, expect, tensors) { return .failed(wrong) }
      return .passed
    }
  }

  private func difference(_ value: OracleValue, _ expected: JSON, _ tensors: OracleTensors) throws -> String? {
    let wanted = try tensors.value(expected)
    switch (value, wanted) {
    case (.bool(let got), .bool(let want)) where got == want: return nil
    case (.int(let got), .int(let want)) where got == want: return nil
    case (.float(let got), .float(let want)) where got == want || (got.isNaN && want.isNaN): return nil
    case (.dtype(let got), .dtype(let want)) where got == want: return nil
    case (.none, .none): return nil
    default: return "\(value), expected \(wanted)"
    }
  }

  private func difference(
    _ result: Tensor, _ expected: JSON, _ position: Int, _ results: [Tensor], _ expect: JSON, _ call: OracleCall,
    _ tensors: OracleTensors, _ inPlace: Bool
  ) throws -> String? {
    guard let name = expected["t"]?.string else { return expected.isNull ? nil : "a tensor, expected \(expected)" }
    let reference = try tensors.stored(name)
    let isLooseIndex = expect["loose_indices"]?.isTrue == true && reference.dtype == .int64 && (position > 0 || call.operation == "argsort")
    if isLooseIndex {
      if let wrong = looseIndexDifference(result, reference, results, call) { return wrong }
    } else if let wrong = oracleDifference(
      result, reference, tolerance: try expect.tolerance(for: result.dtype),
      magnitudes: expect["compare"]?.string == "abs")
    {
      return wrong
    }
    return try aliasDifference(result, expected, tensors, inPlace)
  }

  /// Any index of an equal value will do.
  private func looseIndexDifference(_ result: Tensor, _ reference: Tensor, _ results: [Tensor], _ call: OracleCall) -> String? {
    guard result.shape == reference.shape else { return "shape \(result.shape), expected \(reference.shape)" }
    guard case .tensor(let input)? = call.arguments.first else { return "no operand to index" }
    let source = input.detach()
    for dim in 0..<max(source.rank, 1) {
      // The dimension is the one along which both sets of indices pick the same values; a lost one counts as 1.
      let shrunk = result.rank < source.rank
      let mine = shrunk ? result.unsqueeze(dim) : result, theirs = shrunk ? reference.unsqueeze(dim) : reference
      let picked = try? catchingTensorErrors { (source.gather(dim: dim, index: mine), source.gather(dim: dim, index: theirs)) }
      if let picked, oracleDifference(picked.0, picked.1) == nil { return nil }
    }
    return "indices do not select the right values"
  }

  /// A view must share its operand's storage with PyTorch's strides, anything else must have its own.
  private func aliasDifference(_ result: Tensor, _ expected: JSON, _ tensors: OracleTensors, _ inPlace: Bool) throws -> String? {
    guard let name = expected["alias"]?.string else {
      if inPlace { return nil }
      for (name, argument) in tensors.arguments where argument.storage === result.storage && result.elementCount > 0 {
        return "shares the storage of \(name), which PyTorch does not"
      }
      return nil
    }
    guard let base = tensors.arguments[name] else { throw OracleProblem("no argument \(name)") }
    guard base.storage === result.storage else { return "does not share the storage of \(name)" }
    guard result.elementCount > 0, let strides = expected["strides"]?.ints else { return nil }
    for dim in 0..<result.rank where result.shape[dim] != 1 && result.layout.strides[dim] != strides[dim] {
      return "strides \((0..<result.rank).map { result.layout.strides[$0] }), expected \(strides)"
    }
    if let offset = expected["offset"]?.int, offset != result.layout.offset {
      return "offset \(result.layout.offset), expected \(offset)"
    }
    return nil
  }

  // MARK: Gradients

  private func gradientDifference(_ results: [Tensor], _ expect: JSON, _ tensors: OracleTensors) throws -> String? {
    guard let expected = expect["grads"]?.object, let weights = expect["w"]?.list else { return nil }
    let names = expected.keys.sorted()
    let inputs = try names.map { name in
      guard let input = tensors.arguments[name] else { throw OracleProblem("no argument \(name)") }
      return input
    }
    let second = expect["grads2"]?.object
    let gradients = try oracleGradients(of: results, weights: weights, inputs: inputs, tensors, createGraph: second != nil)
    for (position, name) in names.enumerated() {
      if let wrong = try oracleGradientDifference(gradients[position], expected[name]!, expect, tensors) { return "gradient of \(name): \(wrong)" }
    }
    guard let second, let directions = expect["v"]?.object else { return nil }
    var firsts: [Tensor] = [], weightsOfFirsts: [Tensor?] = []
    for (position, name) in names.enumerated() {
      guard let gradient = gradients[position], gradient.requiresGrad, let direction = directions[name], !direction.isNull else {
        continue
      }
      firsts.append(gradient)
      weightsOfFirsts.append(try tensors.tensor(direction))
    }
    let secondNames = second.keys.sorted()
    let secondInputs = try secondNames.map { name in
      guard let input = tensors.arguments[name] else { throw OracleProblem("no argument \(name)") }
      return input
    }
    let seconds: [Tensor?] = firsts.isEmpty
      ? secondInputs.map { _ in nil }
      : try catchingTensorErrors {
        grad(outputs: firsts, inputs: secondInputs, gradOutputs: weightsOfFirsts, retainGraph: true, allowUnused: true)
      }
    for (position, name) in secondNames.enumerated() {
      if let wrong = try oracleGradientDifference(seconds[position], second[name]!, expect, tensors) {
        return "second gradient of \(name): \(wrong)"
      }
    }
    return nil
  }
}
