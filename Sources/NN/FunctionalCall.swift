internal import Autograd
public import TensorModule

/// Computes `body` with other tensors in place of a module's parameters and buffers (PyTorch's
/// `torch.func.functional_call`), differentiable with respect to them: for derivatives by parameters, and for models whose
/// weights another model computes.
///
/// ```swift
/// let names = net.namedParameters().map(\.name)
/// let rows = jacobian(net.parameters()) { weights in
///   [functionalCall(net, StateDict(names, weights), x)]
/// }
/// ```
///
/// The parameters themselves become the given tensors for the time of the call: they are lent their elements and their
/// gradient history, and get their own back at the end. A parameter that the module has under several names follows the
/// tensor of any of them. Writes to a buffer go to the tensor that was given for it.
///
/// Safe from several threads among functional calls, which take turns; a plain call of the same module must not run
/// beside one.
/// - Parameters:
///   - parametersAndBuffers: by the names of ``Module/namedParameters()`` and ``Module/namedBuffers()``. They may have
///     other shapes, if the module's operations can compute with these. Unknown names are errors.
///   - strict: whether missing names are errors too; else the module's own tensors are used.
///   - body: calls the module.
public func functionalCall<M: Module, Result>(
  _ module: M, _ parametersAndBuffers: StateDict, strict: Bool = false, _ body: (M) -> Result
) -> Result {
  let pairs = substitutes(of: module, parametersAndBuffers, strict: strict)
  return Substitution(pairs).run {
    let result = body(module)
    // A parameter that is itself the result is about to be its own again.
    if let tensor = result as? Tensor, let pair = pairs.first(where: { $0.target === tensor }), let value = pair.value as? Result {
      return value
    }
    return result
  }
}

/// ``functionalCall(_:_:strict:_:)`` of a layer: its output for `x`.
public func functionalCall(
  _ layer: some Layer, _ parametersAndBuffers: StateDict, _ x: Tensor, strict: Bool = false
) -> Tensor {
  functionalCall(layer, parametersAndBuffers, strict: strict) { $0(x) }
}

extension StateDict {
  /// Names and tensors in the same order, as many of each.
  public init(_ keys: [String], _ tensors: [Tensor]) {
    self.init(zip(keys, tensors).map { (key: $0, value: $1) })
    if keys.count != tensors.count && !ThreadMode.hasFailed {
      fail(TensorError("StateDict", rule: "got \(keys.count) names for \(tensors.count) tensors"))
    }
  }
}

/// The module's tensors with those that take their place; none after failing.
private func substitutes(
  of module: some Module, _ tensors: StateDict, strict: Bool
) -> [(target: Tensor, value: Tensor)] {
  if ThreadMode.hasFailed { return [] }
  var pairs: [(target: Tensor, value: Tensor)] = []
  var positions: [ObjectIdentifier: Int] = [:]
  var known = Set<String>(), missing: [String] = []
  var refusal: TensorError?
  module.walk { name, member in
    let target: Tensor
    switch member {
    case .parameter(let parameter): target = parameter
    case .buffer(let buffer): target = buffer
    case .module: return
    }
    known.insert(name)
    guard let value = tensors[name] else { return missing.append(name) }
    if let position = positions[ObjectIdentifier(target)] {
      if pairs[position].value !== value {
        refusal = TensorError(
          "functionalCall", of: value, rule: "\"\(name)\" is one tensor under several names, for which different ones were given")
      }
    } else {
      positions[ObjectIdentifier(target)] = pairs.count
      pairs.append((target, value))
    }
  }
  if let name = tensors.keys.first(where: { !known.contains($0) }) {
    refusal = TensorError(
      "functionalCall", rule: "\(_typeName(type(of: module), qualified: false)) has no parameter or buffer \"\(name)\"",
      hint: name.nearest(among: Array(known)).map { "did you mean \"\($0)\"?" })
  } else if strict {
    // A tensor that was given under another of its names is not missing.
    let given = Set(positions.keys)
    let absent = missing.filter { name in
      module.member(name) { member in
        switch member {
        case .parameter(let parameter): !given.contains(ObjectIdentifier(parameter))
        case .buffer(let buffer): !given.contains(ObjectIdentifier(buffer))
        case .module: nil
        }
      } ?? true
    }
    if !absent.isEmpty {
      refusal = TensorError(
        "functionalCall", rule: "no tensors were given for \(absent.map { "\"\($0)\"" }.joined(separator: ", "))")
    }
  }
  if let refusal {
    fail(refusal)
    return []
  }
  return pairs
}
