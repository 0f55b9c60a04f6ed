// The one door: every computation passes here. Signature, run, observe.

/// Applies an operation of one operand. A dying operand's memory may become the result's.
@inline(__always)
package func apply(_ primitive: Primitive, _ a: consuming Tensor) -> Tensor {
  var a = a  // moved: a consuming parameter itself could not be copied
  if case .unary(let operation, let parameters) = primitive, let result = applyFlat(operation, parameters, &a) {
    return result
  }
  let mode = ThreadMode.current
  let flags = a.flags
  if mode.contains(.failed) { return standIn() }
  if flags.contains(.standIn) { useOfStandIn(a) }
  if mode.isAutocast, let operands = Autocast.converted(primitive, Operands(a), mode) { return apply(primitive, operands) }
  do throws(TensorError) {
    let signature = try primitive.signature(Operands(a))
    if Recording.records(flags, mode) { return try runRecorded(primitive, Operands(a), signature) }
    if primitive.isElementwise && a.canBecome(signature.first) && isKnownUniquelyReferenced(&a) {
      let result = a
      try run(primitive, Operands(result), into: result)
      return result
    }
    return try runFresh(primitive, Operands(a), signature, mode)
  } catch {
    return failing(error)
  }
}

/// Applies an operation of two operands. A dying operand's memory may become the result's.
@inline(__always)
package func apply(_ primitive: Primitive, _ a: consuming Tensor, _ b: consuming Tensor) -> Tensor {
  var a = a, b = b  // moved: a consuming parameter itself could not be copied
  if case .binary(let operation, let parameters) = primitive, let result = applyFlat(operation, parameters, &a, &b) {
    return result
  }
  let mode = ThreadMode.current
  let flags = a.flags.union(b.flags)
  if mode.contains(.failed) { return standIn() }
  if flags.contains(.standIn) { useOfStandIn(a, b) }
  if mode.isAutocast, let operands = Autocast.converted(primitive, Operands(a, b), mode) { return apply(primitive, operands) }
  do throws(TensorError) {
    let signature = try primitive.signature(Operands(a, b))
    if Recording.records(flags, mode) { return try runRecorded(primitive, Operands(a, b), signature) }
    if primitive.isElementwise {
      if a.canBecome(signature.first) && isKnownUniquelyReferenced(&a) {
        let result = a
        try run(primitive, Operands(result, b), into: result)
        return result
      }
      if b.canBecome(signature.first) && isKnownUniquelyReferenced(&b) {
        let result = b
        try run(primitive, Operands(a, result), into: result)
        return result
      }
    }
    return try runFresh(primitive, Operands(a, b), signature, mode)
  } catch {
    return failing(error)
  }
}

/// Applies an operation of any number of operands that has one result.
package func apply(_ primitive: Primitive, _ operands: Operands) -> Tensor {
  let mode = ThreadMode.current
  let flags = operands.flags
  if mode.contains(.failed) { return standIn() }
  if flags.contains(.standIn) { useOfStandIn(operands.array) }
  if mode.isAutocast, let operands = Autocast.converted(primitive, operands, mode) { return apply(primitive, operands) }
  do throws(TensorError) {
    let signature = try primitive.signature(operands)
    return Recording.records(flags, mode)
      ? try runRecorded(primitive, operands, signature) : try runFresh(primitive, operands, signature, mode)
  } catch {
    return failing(error)
  }
}

/// Applies an operation that has several results.
package func applyToAll(_ primitive: Primitive, _ operands: Operands, resultCount: Int) -> [Tensor] {
  let mode = ThreadMode.current
  let flags = operands.flags
  func standIns() -> [Tensor] { (0..<resultCount).map { _ in standIn() } }
  if mode.contains(.failed) { return standIns() }
  if flags.contains(.standIn) { useOfStandIn(operands.array) }
  if mode.isAutocast, let operands = Autocast.converted(primitive, operands, mode) {
    return applyToAll(primitive, operands, resultCount: resultCount)
  }
  do throws(TensorError) {
    let signature = try primitive.signature(operands)
    let device = operands.resultDevice
    let made: TensorFlags = mode.contains(.inference) ? .inference : []
    let first = try Tensor(allocating: signature.first, device: device, flags: made)
    var others: [Tensor] = []
    for specification in signature.more { others.append(try Tensor(allocating: specification, device: device, flags: made)) }
    try run(primitive, operands, into: first, others: others)
    if Recording.records(flags, mode) {
      Recording.recorder?.record(primitive, operands, output: first, others: others)
    }
    return [first] + others
  } catch {
    fail(error)
    return standIns()
  }
}

/// Makes a view: no kernel, the same storage under another layout.
package func applyView(_ operation: ViewOperation, _ x: Tensor, _ layout: Layout) -> Tensor {
  let mode = ThreadMode.current
  let flags = x.flags
  if mode.contains(.failed) { return standIn() }
  if flags.contains(.standIn) { useOfStandIn(x) }
  guard layout.rank <= Dimensions.maximumCount else {
    return failing(.tooManyDimensions(operation: operation.name, layout.rank))
  }
  let result = Tensor(x.storage, layout: layout, dtype: x.dtype, flags: flags.intersection(.inference))
  result.becomeView(of: x, flags, mode)
  if Recording.records(flags, mode) {
    Recording.recorder?.record(.view(operation), Operands(x), output: result, others: [])
  }
  return result
}

extension Tensor {
  /// Makes a fresh view of `x` follow its history, or not, as the thread's mode has it.
  @inline(__always)
  fileprivate final func becomeView(of x: Tensor, _ flags: TensorFlags, _ mode: ThreadMode) {
    guard dtype.isFloatingPoint, !flags.contains(.inference) else { return }
    if mode.isDisjoint(with: [.noGradient, .inference]) && !flags.contains(.untrackedView) {
      becomeView(of: x)
    } else {
      becomeUntrackedView(of: x)
    }
  }
}

/// Makes a view of any layout over the storage of `x`, which must hold it.
package func applyStridedView(_ x: Tensor, _ layout: Layout) -> Tensor {
  let mode = ThreadMode.current
  let flags = x.flags
  if mode.contains(.failed) { return standIn() }
  if flags.contains(.standIn) { useOfStandIn(x) }
  guard layout.rank <= Dimensions.maximumCount else {
    return failing(.tooManyDimensions(operation: "asStrided", layout.rank))
  }
  let result = Tensor(x.storage, layout: layout, dtype: x.dtype, flags: flags.intersection(.inference))
  result.becomeView(of: x, flags, mode)
  if Recording.records(flags, mode) {
    Recording.recorder?.record(
      .window, Operands(x), output: result, geometry: WindowGeometry(base: x.layout, window: layout))
  }
  return result
}

/// Zeros of the base's shape with `x` where the view looks: the gradient of a view. Windows that overlap add up.
package func applyPlacement(_ operation: ViewOperation, _ x: Tensor, baseShape: Shape) -> Tensor {
  let result = Tensor.zeros(baseShape, dtype: x.dtype, device: x.device)
  if ThreadMode.hasFailed { return standIn() }
  do throws(TensorError) {
    let window = Tensor(result.storage, layout: operation.layout(of: result.layout, target: x.shape), dtype: x.dtype)
    if case .unfold(_, let size, _) = operation {
      let plain = Tensor(x.storage, layout: x.layout, dtype: x.dtype)
      for i in 0..<size {
        let part = window.select(dim: -1, index: i)
        try run(.binary(.add), Operands(part, plain.select(dim: -1, index: i)), into: part)
      }
    } else {
      try run(.unary(.copy), Operands(x), into: window)
    }
  } catch {
    return failing(error)
  }
  if Recording.records(x.flags, ThreadMode.current) {
    Recording.recorder?.record(.place(operation), Operands(x), output: result, others: [])
  }
  return result
}

// MARK: Running

/// Allocates the result and runs; nothing is recorded.
@inline(__always)
private func runFresh(
  _ primitive: Primitive, _ operands: Operands, _ signature: Signature, _ mode: ThreadMode
) throws(TensorError) -> Tensor {
  var flags: TensorFlags = mode.contains(.inference) ? .inference : []
  // Arithmetic among plain numbers gives a plain number.
  if operands.areAllNumbers { flags.insert(.wrappedNumber) }
  let result = try Tensor(allocating: signature.first, device: operands.resultDevice, flags: flags)
  if signature.more.isEmpty {
    try run(primitive, operands, into: result)
  } else {
    var others: [Tensor] = []
    for specification in signature.more { others.append(try Tensor(allocating: specification, device: result.device)) }
    try run(primitive, operands, into: result, others: others)
  }
  return result
}

/// Allocates the result, runs, and lets the tape see it.
private func runRecorded(
  _ primitive: Primitive, _ operands: Operands, _ signature: Signature
) throws(TensorError) -> Tensor {
  let result = try Tensor(allocating: signature.first, device: operands.resultDevice)
  var others: [Tensor] = []
  if !signature.more.isEmpty {
    for specification in signature.more { others.append(try Tensor(allocating: specification, device: result.device)) }
  }
  try run(primitive, operands, into: result, others: others)
  Recording.recorder?.record(primitive, operands, output: result, others: others)
  return result
}

/// Computes into allocated results: the backend's kernel, else the decomposition, else the CPU on copies.
@inline(__always)
package func run(
  _ primitive: Primitive, _ operands: Operands, into result: Tensor, others: [Tensor] = []
) throws(TensorError) {
  if result.device.isCPU {
    try CPUBackend.execute(primitive, operands, into: result, others: others)
  } else {
    try runOnDevice(primitive, operands, into: result, others: others)
  }
}

private func runOnDevice(
  _ primitive: Primitive, _ operands: Operands, into result: Tensor, others: [Tensor]
) throws(TensorError) {
  let device = result.device
  let backend = try BackendRegistry.backend(for: device)
  // Plain numbers and 0-d tensors may come from the host.
  var local: [Tensor] = []
  for tensor in operands.array { local.append(tensor.device == device ? tensor : try tensor.copied(to: device)) }
  let outputs = [result] + others
  if try backend.execute(primitive, Operands(local), into: outputs) { return }
  if let decomposed = ThreadMode.with(adding: .noGradient, removing: .autocast, { primitive.decomposed(Operands(local)) }) {
    for (output, value) in zip(outputs, decomposed) { try output.overwrite(with: value) }
    return
  }
  var hostInputs: [Tensor] = [], hostOutputs: [Tensor] = []
  for tensor in local { hostInputs.append(try tensor.copied(to: .cpu)) }
  for output in outputs {
    hostOutputs.append(try Tensor(allocating: Specification(output.shape, output.dtype), device: .cpu))
  }
  try CPUBackend.execute(
    primitive, Operands(hostInputs), into: hostOutputs[0], others: Array(hostOutputs.dropFirst()))
  for (output, host) in zip(outputs, hostOutputs) { try output.overwrite(with: host) }
}

private func useOfStandIn(_ tensors: Tensor...) -> Never { useOfStandIn(tensors) }

/// A result of a failed operation has left its catching scope and is being used.
private func useOfStandIn(_ tensors: [Tensor]) -> Never {
  let text = tensors.lazy.compactMap(\.standInError).first.map(\.description) ?? ""
  fatalError("a tensor from a failed catchingTensorErrors scope was used outside of it: \(text)")
}

extension Operands {
  /// True if every operand is a plain number.
  @inline(__always)
  fileprivate var areAllNumbers: Bool {
    first.isWrappedNumber && (1..<Swift.max(count, 1)).allSatisfy { self[$0].isWrappedNumber }
  }

  /// Where the result lives: with the operands; plain numbers follow the others.
  @inline(__always)
  package var resultDevice: Device {
    if first.device.isCPU && count > 1 {
      for i in 1..<count where !self[i].device.isCPU { return self[i].device }
    }
    return first.device
  }
}

extension Primitive {
  /// True if element i of the result depends on element i of the operands alone, so that a result may be written over
  /// an operand.
  @inline(__always)
  var isElementwise: Bool {
    switch self {
    case .unary, .binary: true
    default: false
    }
  }
}

extension Tensor {
  /// A fresh row-major tensor with undefined elements.
  @inline(__always)
  package convenience init(
    allocating specification: Specification, device: Device, flags: TensorFlags = []
  ) throws(TensorError) {
    let shape = specification.shape
    guard shape.rank <= Dimensions.maximumCount else { throw .tooManyDimensions(operation: "allocate", shape.rank) }
    let layout = Layout(contiguous: shape)
    guard let count = shape.checkedElementCount,
      case let (bytes, overflow) = count.multipliedReportingOverflow(by: specification.dtype.itemSize), !overflow
    else {
      throw TensorError("allocate", rule: "a tensor of shape \(shape.tupleDescription) is too large")
    }
    self.init(
      takingOver: try Storage.allocate(byteCount: bytes, device: device), byteCount: bytes, layout: layout,
      dtype: specification.dtype, device: device, flags: flags)
  }

  /// True if a result of this shape and type may be written over this tensor's elements, once nobody else holds it.
  @inline(__always)
  final func canBecome(_ specification: Specification) -> Bool {
    ownsUnsharedMemory && flags.isEmpty && dtype == specification.dtype && layout.shape == specification.shape
      && layout.offset == 0 && contiguousCount >= 0
  }
}
