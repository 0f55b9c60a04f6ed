extension Tensor {
  /// The type in which two tensors meet in arithmetic (PyTorch's `result_type`): tensors with dimensions decide, 0-d ones
  /// only raise the category.
  public static func resultType(_ a: Tensor, _ b: Tensor) -> DType { BinaryOperation.add.promotedType(a, b) }
  /// The type in which a tensor and a number meet.
  public static func resultType(_ a: Tensor, _ b: some TensorScalar) -> DType {
    BinaryOperation.add.promotedType(a, .wrapped(b))
  }

  /// The tensor in another type: itself if it already is, else a converted copy (PyTorch's `to(dtype)`).
  public func to(_ dtype: DType) -> Tensor { self.dtype == dtype ? self : apply(.cast(dtype), self) }

  /// The tensor on another device: itself if it already is there, else a copy (PyTorch's `to(device)`).
  public func to(_ device: Device) -> Tensor {
    if self.device == device { return self }
    if ThreadMode.hasFailed { return standIn() }
    do throws(TensorError) {
      let result = try copied(to: device)
      let mode = ThreadMode.current
      if Recording.records(flags, mode) {
        // To the derivative a move is a copy: the engine brings gradients back to where the operand lives.
        Recording.recorder?.record(.unary(.copy), Operands(self), output: result, others: [])
      }
      return result
    } catch {
      return failing(error)
    }
  }

  /// The tensor on the CPU (PyTorch's `cpu()`).
  public func cpu() -> Tensor { to(.cpu) }

  /// The same elements outside of the gradient tape: shares storage, requires no gradient (PyTorch's `detach`).
  public func detach() -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    // Through the door, which tells of the failure.
    if flags.contains(.standIn) { return apply(.contiguous, self) }
    return Tensor(storage, layout: layout, dtype: dtype, flags: flags.intersection(.inference))
  }

  /// The same elements outside of the gradient tape (PyTorch's `data`). Assigning makes the tensor look at the
  /// assigned one's elements; writing through it is invisible to autograd, so prefer `withNoGrad`.
  public var data: Tensor {
    get { detach() }
    set {
      if ThreadMode.hasFailed { return }
      // `x.data -= y` hands the view back that was changed in place.
      if newValue.base == base && newValue.layout == layout && newValue.dtype == dtype { return }
      replaceData(with: newValue)
      if history != nil { Recording.recorder?.didReplaceData(self) }
    }
  }

  /// The elements in row-major order, converted to a Swift type.
  public func toArray<S: TensorScalar>(as type: S.Type = S.self) -> [S] {
    if ThreadMode.hasFailed || flags.contains(.standIn) {
      if !ThreadMode.hasFailed { _ = apply(.contiguous, self) }
      return (0..<elementCount).map { _ in S(ScalarValue(.integer(0))) }
    }
    return ThreadMode.with(adding: .noGradient) {
      let source = detach().to(S.dtype).cpu().contiguous()
      // In a failed scope (a device went away) there is nothing to read.
      guard source.dtype == S.dtype else { return [] }
      return withExtendedLifetime(source) {
        Array(UnsafeBufferPointer(start: source.dataPointer.assumingMemoryBound(to: S.self), count: source.elementCount))
      }
    }
  }

  /// The value of a tensor of one element (PyTorch's `item()`).
  public func item() -> Double { item(as: Double.self) }

  /// The value of a tensor of one element, converted to a Swift type.
  public func item<S: TensorScalar>(as type: S.Type) -> S {
    let zero = S(ScalarValue(.integer(0)))
    if ThreadMode.hasFailed { return zero }
    guard elementCount == 1 else {
      fail(
        TensorError("item", of: self, rule: "a tensor with \(elementCount) elements is not a single number", hint: "use toArray"))
      return zero
    }
    return toArray(as: S.self).first ?? zero
  }

  /// Calls `body` with the elements of a row-major CPU tensor of the type, to be read in place.
  public func withUnsafeElements<S: TensorScalar, R>(as type: S.Type, _ body: (UnsafeBufferPointer<S>) throws -> R) rethrows -> R {
    let source = detach().to(S.dtype).cpu().contiguous()
    let start = UnsafePointer(source.dataPointer.assumingMemoryBound(to: S.self))
    return try withExtendedLifetime(source) {
      try body(UnsafeBufferPointer(start: start, count: source.dtype == S.dtype ? source.elementCount : 0))
    }
  }

  /// True if shapes are equal and all elements too; NaN equals nothing (PyTorch's `torch.equal`).
  public func isEqual(to other: Tensor) -> Bool {
    if ThreadMode.hasFailed || shape != other.shape { return false }
    return ThreadMode.with(adding: .noGradient) { (detach() .== other.detach().to(device)).all().item(as: Bool.self) }
  }

  /// True if |self - other| ≤ absolute + relative·|other| everywhere (PyTorch's `torch.allclose`).
  public func isClose(to other: Tensor, relative: Double = 1e-5, absolute: Double = 1e-8, equalNaN: Bool = false) -> Bool {
    if ThreadMode.hasFailed { return false }
    let a = toArray(as: Double.self)
    let b = other.shape == shape ? other.toArray(as: Double.self) : other.expand(shape).toArray(as: Double.self)
    return zip(a, b).allSatisfy { x, y in
      x == y || (x.isNaN && y.isNaN && equalNaN) || (x - y).isFinite && (x - y).magnitude <= absolute + relative * y.magnitude
    }
  }
}
