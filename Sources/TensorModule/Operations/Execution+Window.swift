/// Where a view's elements lie among its base's, both as layouts of one storage.
package struct WindowGeometry: Sendable {
  package let base: Layout
  package let window: Layout
  package init(base: Layout, window: Layout) {
    self.base = base
    self.window = window
  }
}

/// A copy of the elements of `x`, which lies as the geometry's base, that the window shows.
package func applyWindow(_ x: Tensor, _ geometry: WindowGeometry) -> Tensor {
  if ThreadMode.hasFailed { return standIn() }
  do throws(TensorError) {
    // A row-major base needs no frame: the window lies in the tensor itself.
    let isInPlace = x.isContiguous && geometry.base == Layout(contiguous: x.shape)
    let window =
      isInPlace
      ? Tensor(x.storage, layout: geometry.window.offset(by: x.layout.offset), dtype: x.dtype) : try Frame(x, geometry).window
    let result = try window.copied(to: x.device)
    if Recording.records(x.flags, ThreadMode.current) {
      Recording.recorder?.record(.window, Operands(x), output: result, geometry: geometry)
    }
    return result
  } catch {
    return failing(error)
  }
}

/// `x`, which lies as the geometry's base, with the elements that the window shows replaced by those of `value`. What is
/// repeated in the window (stride 0) is summed.
package func applyAssignWindow(_ x: Tensor, _ value: Tensor, _ geometry: WindowGeometry) -> Tensor {
  if ThreadMode.hasFailed { return standIn() }
  let repeated = (0..<geometry.window.rank).filter {
    geometry.window.strides[$0] == 0 && geometry.window.shape.dimensions[$0] > 1
  }
  if !repeated.isEmpty {
    var narrow = geometry.window
    for dim in repeated { narrow.shape.dimensions[dim] = 1 }
    return applyAssignWindow(
      x, value.sum(dims: repeated, keepDim: true), WindowGeometry(base: geometry.base, window: narrow))
  }
  do throws(TensorError) {
    if geometry.window.mayOverlap {
      throw TensorError("backward", of: value, rule: "the gradient of overlapping windows of a tensor that was written in place is not defined")
    }
    let frame = try Frame(x, geometry)
    try frame.window.overwrite(with: value)
    let result = try frame.base.copied(to: x.device)
    if Recording.records(x.flags.union(value.flags), ThreadMode.current) {
      Recording.recorder?.record(.assignWindow, Operands(x, value), output: result, geometry: geometry)
    }
    return result
  } catch {
    return failing(error)
  }
}

/// A tensor of one number with `x` at a place in it.
package func applyPadding(_ x: Tensor, shape: Shape, window: Layout, value: Scalar) -> Tensor {
  let result = Tensor.full(shape, scalar: value, dtype: x.dtype, device: x.device)
  if ThreadMode.hasFailed { return standIn() }
  do throws(TensorError) {
    try Tensor(result.storage, layout: window, dtype: x.dtype).overwrite(with: x)
    if Recording.records(x.flags, ThreadMode.current) {
      let frame = Tensor(result.storage, layout: result.layout, dtype: x.dtype)
      Recording.recorder?.record(
        .assignWindow, Operands(frame, x), output: result, geometry: WindowGeometry(base: result.layout, window: window))
    }
    return result
  } catch {
    return failing(error)
  }
}

/// The gradient of a window's base from that of the window: what the window shows several times adds up, and what the
/// base shows several times is shared among its places (PyTorch's rule for `as_strided`).
package func applyWindowGradient(_ gradient: Tensor, _ geometry: WindowGeometry) -> Tensor {
  if ThreadMode.hasFailed { return standIn() }
  let zeros = { (shape: Shape) in Tensor.zeros(shape, dtype: gradient.dtype, device: gradient.device) }
  if !geometry.window.mayOverlap && !geometry.base.mayOverlap {
    return applyAssignWindow(zeros(geometry.base.shape), gradient, geometry)
  }
  let extent = max(geometry.base.storageExtent, geometry.window.storageExtent)
  let shown = geometry.window.positions().to(gradient.device)
  var block = zeros([extent]).indexAdd(dim: 0, index: shown, gradient.reshape([-1]))
  let places = geometry.base.positions().to(gradient.device)
  if geometry.base.mayOverlap {
    let ones = Tensor.ones(places.shape, dtype: gradient.dtype, device: gradient.device)
    // At least 1: what the base does not show is not asked for, but a zero would make NaN of its second derivative.
    block = block / zeros([extent]).indexAdd(dim: 0, index: places, ones).clamp(min: 1)
  }
  return block.indexSelect(dim: 0, index: places).reshape(geometry.base.shape)
}

extension Layout {
  /// Where each element lies in the storage, in row-major order, int64.
  fileprivate func positions() -> Tensor {
    var result: [Int64] = [Int64(offset)]
    if shape.contains(0) { result = [] }
    for i in 0..<rank where !result.isEmpty {
      let stride = Int64(strides[i])
      result = result.flatMap { start in (0..<Int64(shape.dimensions[i])).map { start + $0 * stride } }
    }
    return Tensor(result, shape: [result.count])
  }
}

/// A copy of a tensor's elements laid out as the base, and the window into it.
private struct Frame {
  let base: Tensor
  let window: Tensor

  init(_ x: Tensor, _ geometry: WindowGeometry) throws(TensorError) {
    let extent = max(geometry.base.storageExtent, geometry.window.storageExtent)
    let block = try Tensor(allocating: Specification([extent], x.dtype), device: x.device)
    base = Tensor(block.storage, layout: geometry.base, dtype: x.dtype)
    window = Tensor(block.storage, layout: geometry.window, dtype: x.dtype)
    try base.overwrite(with: x)
  }
}
