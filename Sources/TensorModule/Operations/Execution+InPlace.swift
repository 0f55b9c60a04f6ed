// Writing in place, through the same door.

/// Applies `primitive` with `target` as its first operand and writes the result over `target`'s elements. The result's
/// shape must be `target`'s; its type must be of the same or a lower category.
///
/// Recorded writes are computed beside the target and copied in, so that what the tape saved stays intact; the target
/// then takes over the result's history.
@discardableResult
package func applyInPlace(_ primitive: Primitive, _ target: Tensor, _ others: Tensor...) -> Tensor {
  let operands = Operands([target] + others)
  let mode = ThreadMode.current
  if mode.contains(.failed) { return standIn() }
  let flags = operands.flags.union(target.baseFlags)
  if flags.contains(.standIn) { return apply(primitive, operands) }
  do throws(TensorError) {
    let signature = try primitive.signature(operands)
    try checkWritable(primitive.name + "_", target, others)
    guard signature.first.shape == target.shape else {
      throw TensorError(
        primitive.name + "_", operands.array.map(TensorError.Operand.init),
        "the result has shape \(signature.first.shape.tupleDescription), which does not fit into the tensor that is written to")
    }
    try checkCast(primitive.name + "_", from: signature.first.dtype, to: target)
    if Recording.records(flags, mode) {
      writeRecorded(primitive, target, others)
    } else {
      var inputs = [target]
      for other in others { inputs.append(try other.unaliased(from: target, inOrder: primitive.isElementwise)) }
      try run(primitive, Operands(inputs), into: target)
      target.bumpVersion()
    }
    return target
  } catch {
    return failing(error)
  }
}

/// Replaces `target`'s elements with those of `source`, broadcast and converted: PyTorch's `copy_`.
@discardableResult
package func applyCopy(_ target: Tensor, from source: Tensor) -> Tensor {
  let mode = ThreadMode.current
  if mode.contains(.failed) { return standIn() }
  if source.flags.union(target.flags).contains(.standIn) { return apply(.contiguous, Operands(source, target)) }
  do throws(TensorError) {
    try checkWritable("copy_", target, [source])
    guard source.layout.broadcast(to: target.shape) != nil else {
      throw TensorError("copy_", of: target, source, rule: "the source cannot be broadcast to the tensor that is written to")
    }
    if Recording.records(source.flags.union(target.flags).union(target.baseFlags), mode) {
      let value = source.to(target.dtype).to(target.device).expand(target.shape)
      // A fresh node of the value's history: the target must not become an alias of the source's.
      commit(apply(.unary(.copy), value), to: target)
    } else {
      try target.overwrite(with: try source.unaliased(from: target))
      target.bumpVersion()
    }
    return target
  } catch {
    return failing(error)
  }
}

private func writeRecorded(_ primitive: Primitive, _ target: Tensor, _ others: [Tensor]) {
  // A derivative that looks at the old value gets a copy of it.
  let keepsOld = Recording.recorder?.savesFirstOperand(primitive) ?? false
  let first = keepsOld ? target.clone() : target
  let operands = Operands([first] + others.map { $0 === target ? first : $0 })
  commit(apply(primitive, operands).to(target.dtype), to: target)
}

/// Copies a recorded result into the target, which takes over its history.
private func commit(_ result: Tensor, to target: Tensor) {
  do throws(TensorError) {
    try target.overwrite(with: result)
    target.bumpVersion()
    Recording.recorder?.didWrite(target, from: result)
  } catch {
    fail(error)
  }
}

private func checkWritable(_ name: String, _ target: Tensor, _ others: [Tensor]) throws(TensorError) {
  if target.layout.mayOverlap {
    throw TensorError(
      name, of: target, rule: "several elements of the tensor that is written to share one memory location",
      hint: "clone() the expanded tensor first")
  }
  try checkRecordable(name, target, others.reduce(target.flags.union(target.baseFlags)) { $0.union($1.flags) })
}

/// Refuses to change a tensor in place where the tape could not tell it right. `flags`: those of all operands.
private func checkRecordable(_ name: String, _ target: Tensor, _ flags: TensorFlags) throws(TensorError) {
  let mode = ThreadMode.current
  if target.flags.contains(.inference) && !mode.contains(.inference) {
    throw TensorError(
      name, of: target, rule: "a tensor made in inference mode cannot be changed in place outside of it",
      hint: "clone() it first")
  }
  guard Recording.records(flags, mode) else { return }
  if target.flags.contains(.untrackedView) {
    throw TensorError(
      name, of: target,
      rule: "the tensor is a view that was made inside withNoGrad or inferenceMode and cannot be changed in place while gradients are recorded",
      hint: "make the view and change it either both inside or both outside")
  }
  if let refusal = Recording.recorder?.refusalToWrite(target) {
    throw TensorError(name, of: target, rule: refusal, hint: "write inside withNoGrad { }")
  }
}

/// Makes `target` the view of itself that `body` makes: PyTorch's in-place `transpose_`, `squeeze_` … Elements stay.
@discardableResult
package func applyLayoutInPlace(_ name: String, _ target: Tensor, _ body: (Tensor) -> Tensor) -> Tensor {
  let mode = ThreadMode.current
  if mode.contains(.failed) { return standIn() }
  let flags = target.flags.union(target.baseFlags)
  if !flags.contains(.standIn) {
    do throws(TensorError) { try checkRecordable(name, target, flags) } catch { return failing(error) }
  }
  // Recorded in any mode, because gradients arrive in the new shape from now on.
  let view = ThreadMode.with(removing: [.noGradient, .inference]) { body(target) }
  if ThreadMode.hasFailed { return standIn() }
  let recorder = Recording.recorder
  let isLeaf = recorder?.isLeaf(target) ?? true
  // Read now: once the target has changed, the view would follow it.
  let history = view.history
  target.replaceLayout(view.layout)
  target.bumpVersion()
  if flags.contains(.view) && target.viewBase?.flags.contains(.tracked) == true { return target }
  if isLeaf {
    recorder?.didReplaceData(target)
  } else if let history {
    target.setHistory(history.node, output: history.output)
  }
  return target
}

private func checkCast(_ name: String, from dtype: DType, to target: Tensor) throws(TensorError) {
  guard DType.canCast(from: dtype, to: target.dtype) else {
    throw TensorError(
      name, of: target, rule: "the result is \(dtype) and cannot be written into a tensor of \(target.dtype)",
      hint: "convert the tensor first, with to(.\(dtype))")
  }
}

extension Tensor {
  /// The flags of the tensor that this one is a view of: writing to a part changes the whole.
  fileprivate final var baseFlags: TensorFlags { viewBase?.flags.intersection(.tracked) ?? [] }

  /// This tensor, or a copy if writing to `target` could change it halfway. `inOrder`: element i is written when element
  /// i has been read, so the very same elements may be both.
  final func unaliased(from target: Tensor, inOrder: Bool = true) throws(TensorError) -> Tensor {
    guard base == target.base, !(inOrder && layout == target.layout) else { return self }
    let copy = try Tensor(allocating: Specification(shape, dtype), device: device)
    try copy.overwrite(with: self)
    return copy
  }

  /// Writes `source`'s elements, broadcast and converted, over this tensor's, from any device; nothing is recorded.
  package final func overwrite(with source: Tensor) throws(TensorError) {
    if device == source.device {
      try run(.unary(.copy), Operands(source), into: self)
      return
    }
    // Across devices whole row-major blocks are copied.
    if !device.isCPU && !source.device.isCPU { return try overwrite(with: try source.copied(to: .cpu)) }
    let packed = try source.packed(as: dtype, shape: shape)
    if layout.isContiguous {
      try packed.copyBlock(to: self)
    } else {
      let staged = try Tensor(allocating: Specification(shape, dtype), device: device)
      try packed.copyBlock(to: staged)
      try run(.unary(.copy), Operands(staged), into: self)
    }
  }

  /// A copy on another device, nothing recorded.
  package final func copied(to target: Device) throws(TensorError) -> Tensor {
    let copy = try Tensor(
      allocating: Specification(shape, dtype), device: target, flags: flags.intersection(.wrappedNumber))
    try copy.overwrite(with: self)
    return copy
  }

  /// Row-major, of the type and shape: itself if it already is.
  private final func packed(as dtype: DType, shape: Shape) throws(TensorError) -> Tensor {
    if self.dtype == dtype && layout.isContiguous && self.shape == shape { return self }
    let result = try Tensor(allocating: Specification(shape, dtype), device: device)
    try run(.unary(.copy), Operands(self), into: result)
    return result
  }

  /// Copies the bytes of a row-major tensor to another device.
  private final func copyBlock(to target: Tensor) throws(TensorError) {
    let byteCount = elementCount * dtype.itemSize
    guard byteCount > 0 else { return }
    if target.device.isCPU {
      try BackendRegistry.backend(for: device).copy(
        toHost: target.dataPointer, from: dataPointer, byteCount: byteCount, device: device)
    } else {
      try BackendRegistry.backend(for: target.device).copy(
        fromHost: dataPointer, to: target.dataPointer, byteCount: byteCount, device: target.device)
    }
  }
}
