public import TensorModule

// Derivatives of functions rather than of computed results: PyTorch's `torch.autograd.functional`, and `torch.func.grad`.
//
// The functions are called on copies of the inputs that require gradients; results come without history unless
// `createGraph` asks for derivatives of derivatives, and then connect to inputs that require gradients themselves.
// `strict` makes an error of outputs that do not depend on an input; else their derivative is zeros.

/// The product of a vector with the Jacobian of a function: vᵀJ, by one backward pass (PyTorch's
/// `torch.autograd.functional.vjp`).
///
/// - Parameters:
///   - inputs: Where, floating-point tensors.
///   - v: One tensor for each output, of its shape; may be left out if the only output is a single number.
/// - Returns: the function's outputs, and the product: one tensor for each input, of its shape.
public func vjp(
  _ inputs: [Tensor], _ v: [Tensor]? = nil, createGraph: Bool = false, strict: Bool = false, _ function: ([Tensor]) -> [Tensor]
) -> (outputs: [Tensor], vjp: [Tensor]) {
  let transform = Transform("vjp", inputs, createGraph: createGraph, strict: strict)
  return withGrad {
    let outputs = transform.outputs(function)
    let gradients = transform.seeds(v, for: outputs).map { transform.gradients(of: outputs, $0) }
    return (transform.finished(outputs), gradients ?? transform.standIns)
  }
}

/// ``vjp(_:_:createGraph:strict:_:)-([Tensor],_,_,_,_)`` of a function of one tensor.
public func vjp(
  _ input: Tensor, _ v: Tensor? = nil, createGraph: Bool = false, strict: Bool = false, _ function: (Tensor) -> Tensor
) -> (output: Tensor, vjp: Tensor) {
  let result = vjp([input], v.map { [$0] }, createGraph: createGraph, strict: strict) { [function($0[0])] }
  return (result.outputs[0], result.vjp[0])
}

/// The product of the Jacobian of a function with a vector: Jv, the derivative along v, by two backward passes (PyTorch's
/// `torch.autograd.functional.jvp`).
///
/// - Parameters:
///   - inputs: Where, floating-point tensors.
///   - v: One tensor for each input, of its shape; may be left out if the only input is a single number.
/// - Returns: the function's outputs, and the product: one tensor for each output, of its shape.
public func jvp(
  _ inputs: [Tensor], _ v: [Tensor]? = nil, createGraph: Bool = false, strict: Bool = false, _ function: ([Tensor]) -> [Tensor]
) -> (outputs: [Tensor], jvp: [Tensor]) {
  let transform = Transform("jvp", inputs, createGraph: createGraph, strict: strict)
  return withGrad {
    let outputs = transform.outputs(function)
    guard let directions = transform.seeds(v, for: transform.inputs) else { return (outputs, outputs.map { _ in standIn() }) }
    // uᵀJ is linear in u: its derivative by u, times v, is Jv.
    let weights = outputs.map { Tensor.zerosLike($0).requiresGrad_() }
    let products = transform.rawGradients(of: outputs, weights, createGraph: true)
    let rows = zip(products, directions).compactMap { product, direction in product.map { ($0, direction) } }
      .filter { $0.0.requiresGrad }
    let results: [Tensor?] = rows.isEmpty
      ? outputs.map { _ in nil }
      : grad(
        outputs: rows.map(\.0), inputs: weights, gradOutputs: rows.map(\.1), createGraph: createGraph, allowUnused: true)
    if ThreadMode.hasFailed { return (outputs, outputs.map { _ in standIn() }) }
    if strict {
      if let position = results.firstIndex(where: { $0 == nil }) {
        fail(TensorError("jvp", of: outputs[position], rule: "output \(position) does not depend on the inputs, which strict forbids"))
        return (outputs, outputs.map { _ in standIn() })
      }
    }
    return (
      transform.finished(outputs),
      transform.finished(zip(results, outputs).map { result, output in result ?? Tensor.zerosLike(output) })
    )
  }
}

/// ``jvp(_:_:createGraph:strict:_:)-([Tensor],_,_,_,_)`` of a function of one tensor.
public func jvp(
  _ input: Tensor, _ v: Tensor? = nil, createGraph: Bool = false, strict: Bool = false, _ function: (Tensor) -> Tensor
) -> (output: Tensor, jvp: Tensor) {
  let result = jvp([input], v.map { [$0] }, createGraph: createGraph, strict: strict) { [function($0[0])] }
  return (result.outputs[0], result.jvp[0])
}

/// The derivatives of every element of the outputs by every element of the inputs (PyTorch's
/// `torch.autograd.functional.jacobian`): a backward pass for each element of the outputs.
///
/// - Returns: for each output and input a tensor of the output's shape followed by the input's.
public func jacobian(
  _ inputs: [Tensor], createGraph: Bool = false, strict: Bool = false, _ function: ([Tensor]) -> [Tensor]
) -> [[Tensor]] {
  let transform = Transform("jacobian", inputs, createGraph: createGraph, strict: strict)
  return withGrad {
    transform.outputs(function).map { output in
      // One row for each element of the output.
      var rows = inputs.map { _ in [Tensor]() }
      for element in 0..<output.elementCount where !ThreadMode.hasFailed {
        let seed = Tensor.zerosLike(output)
        withNoGrad { _ = seed.view([-1])[element].fill_(1) }
        for (i, gradient) in transform.gradients(of: [output], [seed]).enumerated() { rows[i].append(gradient) }
      }
      return zip(rows, transform.inputs).map { rows, input in
        let shape = Shape(Array(output.shape) + Array(input.shape))
        return rows.isEmpty
          ? Tensor.zeros(shape, dtype: output.dtype, device: output.device) : Tensor.stack(rows).reshape(shape)
      }
    }
  }
}

/// ``jacobian(_:createGraph:strict:_:)-([Tensor],_,_,_)`` of a function of one tensor: the output's shape followed by the
/// input's.
public func jacobian(
  _ input: Tensor, createGraph: Bool = false, strict: Bool = false, _ function: (Tensor) -> Tensor
) -> Tensor {
  jacobian([input], createGraph: createGraph, strict: strict) { [function($0[0])] }[0][0]
}

/// The second derivatives of a single number by every pair of elements of the inputs (PyTorch's
/// `torch.autograd.functional.hessian`).
///
/// - Returns: for each pair of inputs a tensor of the first's shape followed by the second's.
public func hessian(
  _ inputs: [Tensor], createGraph: Bool = false, strict: Bool = false, _ function: ([Tensor]) -> Tensor
) -> [[Tensor]] {
  jacobian(inputs, createGraph: createGraph, strict: strict) { arguments in
    let transform = Transform("hessian", arguments, createGraph: true, strict: strict)
    let outputs = transform.outputs { [function($0)] }
    guard transform.seeds(nil, for: outputs) != nil else { return transform.standIns }
    return transform.gradients(of: outputs, [Tensor.onesLike(outputs[0])])
  }
}

/// ``hessian(_:createGraph:strict:_:)-([Tensor],_,_,_)`` of a function of one tensor: the input's shape twice.
public func hessian(
  _ input: Tensor, createGraph: Bool = false, strict: Bool = false, _ function: (Tensor) -> Tensor
) -> Tensor {
  hessian([input], createGraph: createGraph, strict: strict) { function($0[0]) }[0][0]
}

/// The product of a vector with the Hessian of a function that gives a single number (PyTorch's
/// `torch.autograd.functional.vhp`); the Hessian is symmetric where the second derivatives are continuous, so this is
/// `hvp` too.
public func vhp(
  _ inputs: [Tensor], _ v: [Tensor]? = nil, createGraph: Bool = false, strict: Bool = false, _ function: ([Tensor]) -> Tensor
) -> (output: Tensor, vhp: [Tensor]) {
  var output = Tensor.zeros([])
  let result = vjp(inputs, v, createGraph: createGraph, strict: strict) { arguments in
    let transform = Transform("vhp", arguments, createGraph: true, strict: strict)
    let outputs = transform.outputs { [function($0)] }
    output = createGraph ? outputs[0] : outputs[0].detach()
    guard transform.seeds(nil, for: outputs) != nil else { return transform.standIns }
    return transform.gradients(of: outputs, [Tensor.onesLike(outputs[0])])
  }
  return (output, result.vjp)
}

/// ``vhp(_:_:createGraph:strict:_:)-([Tensor],_,_,_,_)`` of a function of one tensor.
public func vhp(
  _ input: Tensor, _ v: Tensor? = nil, createGraph: Bool = false, strict: Bool = false, _ function: (Tensor) -> Tensor
) -> (output: Tensor, vhp: Tensor) {
  let result = vhp([input], v.map { [$0] }, createGraph: createGraph, strict: strict) { function($0[0]) }
  return (result.output, result.vhp[0])
}

// MARK: Functions that give functions

/// The function that computes the gradient of `function`, which gives a single number (PyTorch's `torch.func.grad`).
/// `grad(grad(f))` is its second derivative.
///
/// The result carries history if the argument, or something that `function` captures, requires gradients.
public func grad(_ function: @escaping (Tensor) -> Tensor) -> (Tensor) -> Tensor {
  { gradAndValue(function)($0).grad }
}

/// ``grad(_:)-((Tensor)->Tensor)`` for a function of several tensors: a gradient for each.
public func grad(_ function: @escaping ([Tensor]) -> Tensor) -> ([Tensor]) -> [Tensor] {
  { gradAndValue(function)($0).grads }
}

/// ``grad(_:)-((Tensor)->Tensor)`` with the function's value beside the gradient (PyTorch's `torch.func.grad_and_value`).
public func gradAndValue(_ function: @escaping (Tensor) -> Tensor) -> (Tensor) -> (grad: Tensor, value: Tensor) {
  { input in
    let result = gradAndValue { (inputs: [Tensor]) in function(inputs[0]) }([input])
    return (result.grads[0], result.value)
  }
}

/// ``gradAndValue(_:)-((Tensor)->Tensor)`` for a function of several tensors.
public func gradAndValue(_ function: @escaping ([Tensor]) -> Tensor) -> ([Tensor]) -> (grads: [Tensor], value: Tensor) {
  { inputs in
    let isRecorded = isGradEnabled
    let transform = Transform("grad", inputs, createGraph: isRecorded, strict: false)
    return withGrad {
      let outputs = transform.outputs { [function($0)] }
      guard transform.seeds(nil, for: outputs) != nil else { return (transform.standIns, standIn()) }
      let gradients = transform.gradients(of: outputs, [Tensor.onesLike(outputs[0])])
      // The leaves that were made here are nobody else's: a history that ends there alone is cut.
      let own = transform.ownLeaves
      func cut(_ x: Tensor) -> Tensor { isRecorded && x.requiresGrad && x.leadsToLeaves(outside: own) ? x : x.detach() }
      return (gradients.map(cut), cut(outputs[0]))
    }
  }
}

/// One use of a transform: its inputs made ready, and the rules that all transforms share.
private struct Transform {
  let name: String
  /// Copies of the given inputs that require gradients.
  let inputs: [Tensor]
  private let createGraph: Bool
  private let strict: Bool

  init(_ name: String, _ inputs: [Tensor], createGraph: Bool, strict: Bool) {
    self.name = name
    self.createGraph = createGraph
    self.strict = strict
    if inputs.isEmpty { fail(TensorError(name, rule: "needs at least one input")) }
    self.inputs = withGrad {
      inputs.map { input in
        createGraph && input.requiresGrad ? applyView(.reshape, input, input.layout) : input.detach().requiresGrad_()
      }
    }
  }

  var standIns: [Tensor] { inputs.map { _ in ThreadMode.hasFailed ? standIn() : Tensor.zeros([]) } }

  /// The leaves that were made for this use.
  var ownLeaves: Set<ObjectIdentifier> { Set(inputs.compactMap { $0.isLeaf ? $0.gradientEdge.map { ObjectIdentifier($0.node) } : nil }) }

  func outputs(_ function: ([Tensor]) -> [Tensor]) -> [Tensor] {
    let outputs = function(inputs)
    if ThreadMode.hasFailed { return outputs }
    if strict, let position = outputs.firstIndex(where: { !$0.requiresGrad }) {
      fail(
        TensorError(
          name, of: outputs[position],
          rule: "output \(position) does not require gradients: it is not computed from the inputs, which strict forbids"))
    }
    return outputs
  }

  /// What the outputs (or inputs) are weighted with, or nil after failing.
  func seeds(_ v: [Tensor]?, for tensors: [Tensor]) -> [Tensor]? {
    if ThreadMode.hasFailed { return nil }
    guard let v else {
      guard tensors.count == 1, tensors[0].elementCount == 1 else {
        fail(
          TensorError(
            name, tensors.map(TensorError.Operand.init), "only a single number needs no vector",
            hint: name == "vjp" || name == "jvp" ? "pass v" : "the function must give one number: reduce it with sum()"))
        return nil
      }
      return [Tensor.onesLike(tensors[0])]
    }
    guard v.count == tensors.count, zip(v, tensors).allSatisfy({ $0.shape == $1.shape }) else {
      fail(
        TensorError(
          name, v.map(TensorError.Operand.init),
          "v must have the shapes \(tensors.map(\.shape.tupleDescription).joined(separator: ", "))"))
      return nil
    }
    return v
  }

  /// The gradients of the inputs as they come; nil where nothing leads.
  func rawGradients(of outputs: [Tensor], _ seeds: [Tensor], createGraph: Bool) -> [Tensor?] {
    let pairs = zip(outputs, seeds).filter { $0.0.requiresGrad }
    if pairs.isEmpty || ThreadMode.hasFailed { return inputs.map { _ in nil } }
    return grad(
      outputs: pairs.map(\.0), inputs: inputs, gradOutputs: pairs.map(\.1), retainGraph: true, createGraph: createGraph,
      allowUnused: true)
  }

  /// The gradients of the inputs, zeros where nothing leads.
  func gradients(of outputs: [Tensor], _ seeds: [Tensor]) -> [Tensor] {
    let results = rawGradients(of: outputs, seeds, createGraph: createGraph)
    if ThreadMode.hasFailed { return standIns }
    if strict, let position = results.firstIndex(where: { $0 == nil }) {
      fail(
        TensorError(name, of: inputs[position], rule: "the outputs do not depend on input \(position), which strict forbids"))
      return standIns
    }
    return finished(zip(results, inputs).map { result, input in result ?? Tensor.zerosLike(input) })
  }

  /// Without history, unless it was asked for.
  func finished(_ tensors: [Tensor]) -> [Tensor] { createGraph ? tensors : tensors.map { $0.detach() } }
}

extension Tensor {
  /// True if a leaf that is not among these is part of the history.
  fileprivate func leadsToLeaves(outside own: Set<ObjectIdentifier>) -> Bool {
    var seen = Set<ObjectIdentifier>()
    var stack = [gradientEdge?.node].compactMap { $0 }
    while let node = stack.popLast() {
      guard seen.insert(ObjectIdentifier(node)).inserted else { continue }
      guard let node = node as? TapeNode else {
        if !own.contains(ObjectIdentifier(node)) { return true }
        continue
      }
      for i in 0..<node.operandCount { if let edge = node.edge(i) { stack.append(edge.node) } }
    }
    return false
  }
}
