/// What `pad` lays around a tensor.
public enum PadMode: String, Sendable, Hashable, CaseIterable {
  /// One number.
  case constant
  /// The tensor mirrored at its border, which is not repeated.
  case reflect
  /// The border repeated.
  case replicate
  /// The opposite side.
  case circular
}

extension Tensor {
  /// The tensor with elements laid around it (PyTorch's `F.pad`).
  ///
  /// - Parameters:
  ///   - padding: how many elements before and after each dimension, the last dimension first: `[left, right, top,
  ///     bottom]`. Negative numbers cut off. At most two for each dimension; for the modes other than ``PadMode/constant``
  ///     exactly two for each of the last 1 to 3, of a tensor that has one or two dimensions more.
  ///   - mode: what is laid around; zeros unless told otherwise.
  /// - Returns: A tensor of the same dtype.
  ///
  /// An odd count of numbers, more than the tensor has dimensions, a result of negative size, a reflection that is not
  /// smaller than the dimension, and a circle that goes round more than once fail.
  public func pad(_ padding: [Int], mode: PadMode = .constant) -> Tensor { pad(padding, mode: mode, value: 0) }

  /// ``pad(_:mode:)`` with the number that ``PadMode/constant`` lays around, converted to the tensor's dtype.
  public func pad(_ padding: [Int], mode: PadMode = .constant, value: some TensorScalar) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard padding.count % 2 == 0 else {
      return failing(TensorError("pad", of: self, rule: "needs an even count of numbers, got \(padding)"))
    }
    guard padding.count <= 2 * rank else {
      return failing(
        TensorError("pad", of: self, rule: "\(padding) has \(padding.count) numbers, but there are only \(rank) dimensions of two each"))
    }
    if mode == .constant { return constantPadded(padding, value.scalar) }
    let dims = padding.count / 2
    guard (1...3).contains(dims), rank == dims + 1 || rank == dims + 2 else {
      return failing(
        TensorError(
          "pad", of: self,
          rule: "a padding of \(padding.count) numbers is not supported for \(rank) dimensions in mode \(mode)",
          hint: "2 numbers need 2 or 3 dimensions, 4 need 3 or 4, 6 need 4 or 5"))
    }
    // Computed in float32 where PyTorch's mixed precision does so.
    var result = mode != .circular && !(mode == .reflect && dims == 3) ? Autocast.full(self) : self
    for i in 0..<dims {
      result = result.padded(dim: rank - 1 - i, before: padding[2 * i], after: padding[2 * i + 1], mode: mode)
    }
    // A padding of nothing is a copy all the same.
    return result === self ? clone() : result
  }

  /// The tensor with one number laid around it (PyTorch's `constant_pad_nd`): ``pad(_:mode:value:)`` in the mode
  /// ``PadMode/constant``.
  public func constantPadNd(_ padding: [Int], value: some TensorScalar = 0.0) -> Tensor {
    pad(padding, mode: .constant, value: value)
  }

  /// Padding of any number of dimensions, the last first; negative numbers cut off.
  final func constantPadded(_ padding: [Int], _ value: Scalar) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    var source = self
    var target = shape, starts = [Int](repeating: 0, count: rank)
    for i in 0..<(padding.count / 2) {
      let dim = rank - 1 - i, before = padding[2 * i], after = padding[2 * i + 1], size = shape[dim]
      let (added, overflow) = before.addingReportingOverflow(after)
      let (total, overflows) = size.addingReportingOverflow(added)
      let cut = before.cutOff, end = size - after.cutOff
      guard !overflow, !overflows, total >= 0, end >= cut, cut <= size else {
        return failing(
          TensorError(
            "pad", of: self,
            rule: "padding (\(before), \(after)) of dimension \(dim) of size \(size) leaves a negative size"))
      }
      if before < 0 || after < 0 { source = source.slice(dim: dim, start: cut, end: end) }
      target[dim] = total
      starts[dim] = Swift.max(before, 0)
    }
    if target == source.shape { return source.clone() }
    guard target.checkedElementCount != nil else {
      return failing(TensorError("pad", of: self, rule: "a result of shape \(target.tupleDescription) is too large"))
    }
    var window = Layout(contiguous: target)
    for dim in 0..<rank { window.offset += starts[dim] * window.strides[dim] }
    window.shape = source.shape
    return applyPadding(source, shape: target, window: window, value: value)
  }

  /// Elements added before and after a dimension that depend on what is there; negative numbers cut off.
  final func padded(dim: Int, before: Int, after: Int, mode: PadMode) -> Tensor {
    if ThreadMode.hasFailed || (before == 0 && after == 0) { return self }
    let size = shape[dim]
    func refused(_ rule: String) -> Tensor {
      failing(TensorError("pad", of: self, rule: "\(mode) padding (\(before), \(after)) of dimension \(dim) of size \(size) " + rule))
    }
    let (added, overflow) = before.addingReportingOverflow(after)
    guard !overflow, case let (total, overflows) = size.addingReportingOverflow(added), !overflows else {
      return refused("is too large")
    }
    guard total > 0, before.cutOff <= size, after.cutOff <= size else { return refused("leaves nothing") }
    switch mode {
    case .constant, .replicate:
      guard size > 0 else { return refused("has no border to repeat") }
    case .reflect:
      guard Swift.max(before, after) < size else { return refused("must be smaller than the dimension") }
    case .circular:
      guard Swift.max(before, after) <= size else { return refused("would go round more than once") }
    }
    // A circle goes round what is left after cutting.
    let first = before.cutOff, left = size - first - after.cutOff
    guard mode != .circular || left > 0 else { return refused("leaves nothing") }
    if mode == .constant || mode == .replicate {
      let positions = Tensor.arange(total, device: device) - before
      return indexSelect(dim: dim, index: positions.clamp(min: 0, max: size - 1))
    }
    // The other modes at most treble the dimension.
    let positions = (0..<total).map { index -> Int in
      let position = index - before
      switch mode {
      case .reflect: return position < 0 ? -position : position >= size ? 2 * size - 2 - position : position
      case .constant, .replicate, .circular: return first + ((position - first) % left + left) % left
      }
    }
    return indexSelect(dim: dim, index: Tensor(positions).to(device))
  }
}

extension Int {
  /// How many elements a padding cuts off: what it is below 0.
  fileprivate var cutOff: Int { self < 0 ? Int(clamping: magnitude) : 0 }
}
