// Views share the tensor's storage and never copy; `reshape` and `contiguous` copy only if they must.

extension Tensor {
  /// The dimension counted from the front, or nil after failing. 0-d tensors accept 0 and -1, as in PyTorch.
  @inline(__always)
  package final func normalized(_ dim: Int, _ operation: @autoclosure () -> String, extra: Int = 0) -> Int? {
    if ThreadMode.hasFailed { return nil }
    let count = Swift.max(rank + extra, 1)
    if dim >= 0 && dim < count { return dim }
    if dim < 0 && dim >= -count { return dim + count }
    fail(.dimensionOutOfRange(operation: operation(), shape: shape, dim: dim))
    return nil
  }

  /// The sizes with one -1 filled in, or nil after failing.
  private final func completed(_ sizes: Shape, _ operation: String) -> Shape? {
    if ThreadMode.hasFailed { return nil }
    let count = elementCount
    var result = sizes
    var unknown: Int?
    var known = 1
    for i in 0..<sizes.rank {
      let size = sizes.dimensions[i]
      if size == -1 {
        if unknown != nil {
          fail(TensorError(operation, of: self, rule: "only one size can be -1 in \(sizes)"))
          return nil
        }
        unknown = i
      } else if size < 0 {
        fail(TensorError(operation, of: self, rule: "size \(size) in \(sizes) is negative"))
        return nil
      } else {
        let (product, overflow) = known.multipliedReportingOverflow(by: size)
        known = overflow ? -1 : product
        if overflow { break }
      }
    }
    if let unknown {
      if known > 0, count % known == 0 {
        result.dimensions[unknown] = count / known
        return result
      }
      if known == 0 && count == 0 {
        fail(TensorError(operation, of: self, rule: "the size -1 in \(sizes) could be anything: the tensor is empty"))
        return nil
      }
    } else if known == count {
      return result
    }
    fail(
      TensorError(
        operation, of: self, rule: "the tensor has \(count) elements, which do not fill shape \(sizes)"))
    return nil
  }

  /// The same elements in another shape, without a copy (PyTorch's `view`). One size may be -1. Fails if the strides
  /// do not allow it: `reshape` copies then.
  public func view(_ sizes: Shape) -> Tensor {
    guard let target = completed(sizes, "view") else { return standIn() }
    guard let strides = layout.strides(viewedAs: target) else {
      return failing(
        TensorError(
          "view", of: self,
          rule: "a tensor with strides \(self.strides) cannot be seen as shape \(target) without a copy",
          hint: "use reshape"))
    }
    return applyView(.reshape, self, Layout(shape: target, strides: strides, offset: layout.offset))
  }
  /// ``view(_:)`` with the sizes as arguments.
  public func view(_ sizes: Int...) -> Tensor { view(Shape(sizes)) }

  /// The same elements in another shape (PyTorch's `reshape`): a view if possible, else a copy. One size may be -1.
  public func reshape(_ sizes: Shape) -> Tensor {
    guard let target = completed(sizes, "reshape") else { return standIn() }
    guard let strides = layout.strides(viewedAs: target) else { return contiguous().view(target) }
    return applyView(.reshape, self, Layout(shape: target, strides: strides, offset: layout.offset))
  }
  /// ``reshape(_:)`` with the sizes as arguments.
  public func reshape(_ sizes: Int...) -> Tensor { reshape(Shape(sizes)) }

  /// Itself if row-major without gaps, else a copy that is (PyTorch's `contiguous`).
  public func contiguous() -> Tensor { layout.isContiguous ? self : apply(.contiguous, self) }

  /// A copy with its own storage; gradients pass through (PyTorch's `clone`).
  public func clone() -> Tensor { apply(.unary(.copy), Operands(self)) }

  /// The dimensions from `startDim` to `endDim` merged into one (PyTorch's `flatten`).
  public func flatten(startDim: Int = 0, endDim: Int = -1) -> Tensor {
    guard let start = normalized(startDim, "flatten"), let end = normalized(endDim, "flatten") else { return standIn() }
    if rank == 0 { return reshape([1]) }
    guard start <= end else {
      return failing(TensorError("flatten", of: self, rule: "startDim \(startDim) comes after endDim \(endDim)"))
    }
    if start == end { return self }
    let merged = (start...end).reduce(1) { $0 * shape.dimensions[$1] }
    return reshape(Shape(shape[..<start] + [merged] + shape[(end + 1)...]))
  }

  /// One dimension split into several (PyTorch's `unflatten`); one size may be -1.
  public func unflatten(dim: Int, _ sizes: Shape) -> Tensor {
    guard let axis = normalized(dim, "unflatten") else { return standIn() }
    guard rank > 0, sizes.count(where: { $0 == -1 }) <= 1 else {
      return failing(
        TensorError("unflatten", of: self, rule: rank == 0 ? "a 0-d tensor has no dimension \(dim)" : "only one size of \(sizes) may be -1"))
    }
    let known = Shape(sizes.filter { $0 != -1 }).checkedElementCount ?? 0
    let filled = sizes.map { $0 == -1 && known > 0 ? shape[axis] / known : $0 }
    guard Shape(filled).checkedElementCount == shape[axis] else {
      return failing(TensorError("unflatten", of: self, rule: "sizes \(sizes) do not multiply to \(shape[axis])"))
    }
    return view(Shape(shape[..<axis] + filled + shape[(axis + 1)...]))
  }

  /// Two dimensions swapped: a view (PyTorch's `transpose`).
  public func transpose(_ dim0: Int, _ dim1: Int) -> Tensor {
    guard let a = normalized(dim0, "transpose"), let b = normalized(dim1, "transpose") else { return standIn() }
    var result = layout
    if rank > 0 {
      result.shape.dimensions.swapAt(a, b)
      result.strides.swapAt(a, b)
    }
    return applyView(.transpose(a, b), self, result)
  }

  /// The transposed matrix (PyTorch's `t()`): at most two dimensions.
  public func t() -> Tensor {
    guard rank <= 2 else {
      return failing(TensorError("t", of: self, rule: "needs at most 2 dimensions", hint: "use transpose or mT"))
    }
    return transpose(0, rank < 2 ? 0 : 1)
  }

  /// The last two dimensions swapped (PyTorch's `mT`).
  public var mT: Tensor {
    if !ThreadMode.hasFailed && rank < 2 {
      return failing(TensorError("mT", of: self, rule: "needs a matrix or a batch of matrices, not \(rank) dimensions"))
    }
    return transpose(-2, -1)
  }

  /// All dimensions in reverse order: a view (PyTorch's `T`).
  public var T: Tensor { permute(Array((0..<rank).reversed())) }

  /// The dimensions in another order: a view (PyTorch's `permute`).
  public func permute(_ dims: Int...) -> Tensor { permute(dims) }
  /// ``permute(_:)-(Int...)`` with the order as a list.
  public func permute(_ dims: [Int]) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard dims.count == rank else {
      return failing(
        TensorError("permute", of: self, rule: "got \(dims.count) dimensions \(dims) for a tensor of \(rank)"))
    }
    var order: [Int] = []
    for dim in dims {
      guard let axis = normalized(dim, "permute") else { return standIn() }
      order.append(axis)
    }
    guard Set(order).count == rank else {
      return failing(TensorError("permute", of: self, rule: "a dimension appears more than once in \(dims)"))
    }
    return permuted(order)
  }

  private final func permuted(_ order: [Int]) -> Tensor {
    guard rank <= 16 else {
      // Beyond what a primitive's attribute holds: by transpositions.
      var result = self
      var current = Array(0..<rank)
      for i in 0..<rank {
        let j = current.firstIndex(of: order[i])!
        if i != j {
          result = result.transpose(i, j)
          current.swapAt(i, j)
        }
      }
      return result
    }
    var packed: UInt64 = 0
    var result = layout
    for (i, axis) in order.enumerated() {
      packed |= UInt64(axis) << UInt64(4 * i)
      result.shape.dimensions[i] = layout.shape.dimensions[axis]
      result.strides[i] = layout.strides[axis]
    }
    return applyView(.permute(packed), self, result)
  }

  /// A dimension moved to another place: a view (PyTorch's `movedim`).
  public func movedim(_ source: Int, _ destination: Int) -> Tensor { movedim([source], [destination]) }
  /// Dimensions moved to other places, the others staying in order: a view (PyTorch's `movedim`). A dimension may appear
  /// once in each list.
  public func movedim(_ source: [Int], _ destination: [Int]) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard source.count == destination.count else {
      return failing(
        TensorError("movedim", of: self, rule: "\(source.count) dimensions \(source) cannot go to \(destination.count) places \(destination)"))
    }
    var from: [Int] = [], to: [Int] = []
    for (dim, place) in zip(source, destination) {
      guard let axis = normalized(dim, "movedim"), let target = normalized(place, "movedim") else { return standIn() }
      from.append(axis)
      to.append(target)
    }
    for (name, given, axes) in [("source", source, from), ("destination", destination, to)] where Set(axes).count < axes.count {
      return failing(TensorError("movedim", of: self, rule: "a dimension is repeated in the \(name) \(given)"))
    }
    if rank == 0 { return permute([]) }
    var order = [Int?](repeating: nil, count: rank)
    for (axis, target) in zip(from, to) { order[target] = axis }
    var others = (0..<rank).filter { !from.contains($0) }.makeIterator()
    return permute(order.map { $0 ?? others.next() ?? 0 })
  }

  /// Repeated along dimensions of size 1 and new leading ones, without a copy (PyTorch's `expand`); -1 keeps a size.
  public func expand(_ sizes: Shape) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    let lead = sizes.rank - rank
    guard lead >= 0 else {
      return failing(TensorError("expand", of: self, rule: "\(sizes) has fewer dimensions than the tensor"))
    }
    var target = sizes
    for i in 0..<sizes.rank where sizes.dimensions[i] == -1 {
      guard i >= lead else {
        return failing(TensorError("expand", of: self, rule: "-1 at the new dimension \(i) has no size to keep"))
      }
      target.dimensions[i] = shape.dimensions[i - lead]
    }
    guard target.checkedElementCount != nil else {
      return failing(TensorError("expand", of: self, rule: "\(sizes) is not a valid shape"))
    }
    guard let result = layout.broadcast(to: target) else {
      let dim = (0..<rank).first { shape.dimensions[$0] != 1 && shape.dimensions[$0] != target.dimensions[lead + $0] } ?? 0
      return failing(
        TensorError(
          "expand", of: self,
          rule: "size \(shape[dim]) at dimension \(dim) cannot become \(target[lead + dim]); only sizes of 1 are repeated"))
    }
    return applyView(.expand, self, result)
  }
  /// ``expand(_:)`` with the sizes as arguments.
  public func expand(_ sizes: Int...) -> Tensor { expand(Shape(sizes)) }
  /// Expanded to another tensor's shape (PyTorch's `expand_as`).
  public func expandAs(_ other: Tensor) -> Tensor { expand(other.shape) }

  /// Without the dimensions of size 1 (PyTorch's `squeeze`).
  public func squeeze() -> Tensor {
    var result = Layout(shape: Shape(), strides: Dimensions(), offset: layout.offset)
    for i in 0..<rank where shape.dimensions[i] != 1 {
      result.shape.dimensions.append(shape.dimensions[i])
      result.strides.append(layout.strides[i])
    }
    return applyView(.reshape, self, result)
  }
  /// Without one dimension if its size is 1, else unchanged (PyTorch's `squeeze(dim)`).
  public func squeeze(_ dim: Int) -> Tensor {
    guard let axis = normalized(dim, "squeeze") else { return standIn() }
    var result = layout
    if rank > 0 && shape.dimensions[axis] == 1 {
      result.shape.dimensions.remove(at: axis)
      result.strides.remove(at: axis)
    }
    return applyView(.reshape, self, result)
  }

  /// Without those of the dimensions whose size is 1 (PyTorch's `squeeze(dim)` with a tuple).
  public func squeeze(_ dims: [Int]) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard let axes = dims.isEmpty ? AxisSet() : axes("squeeze", dims) else { return standIn() }
    var result = Layout(shape: Shape(), strides: Dimensions(), offset: layout.offset)
    for i in 0..<rank where !(axes.contains(i) && shape.dimensions[i] == 1) {
      result.shape.dimensions.append(shape.dimensions[i])
      result.strides.append(layout.strides[i])
    }
    return applyView(.reshape, self, result)
  }

  /// With a new dimension of size 1 (PyTorch's `unsqueeze`).
  public func unsqueeze(_ dim: Int) -> Tensor {
    guard let axis = normalized(dim, "unsqueeze", extra: 1) else { return standIn() }
    var result = layout
    let stride = axis < rank ? shape.dimensions[axis] * layout.strides[axis] : 1
    result.shape.dimensions.insert(1, at: axis)
    result.strides.insert(stride, at: axis)
    return applyView(.reshape, self, result)
  }

  /// Part of one dimension: a view (PyTorch's `narrow`).
  public func narrow(dim: Int, start: Int, length: Int) -> Tensor {
    guard let axis = normalized(dim, "narrow") else { return standIn() }
    guard rank > 0 else { return failing(TensorError("narrow", of: self, rule: "a 0-d tensor has no dimension to narrow")) }
    let size = shape[axis]
    let first = start < 0 ? start + size : start
    guard first >= 0, first <= size, length >= 0, length <= size - first else {
      return failing(
        TensorError("narrow", of: self, rule: "\(length) elements from \(start) are not inside dimension \(axis) of size \(size)"))
    }
    return slice(dim: axis, start: first, end: first + length)
  }

  /// ``narrow(dim:start:length:)`` with the start in a 0-d integer tensor.
  public func narrow(dim: Int, start: Tensor, length: Int) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard start.rank == 0, start.dtype.isInteger else {
      return failing(TensorError("narrow", of: self, start, rule: "the start must be a 0-d integer tensor, not \(start.dtype)"))
    }
    return narrow(dim: dim, start: start.item(as: Int.self), length: length)
  }

  /// ``narrow(dim:start:length:)`` as a copy (PyTorch's `narrow_copy`).
  public func narrowCopy(dim: Int, start: Int, length: Int) -> Tensor { narrow(dim: dim, start: start, length: length).clone() }

  /// Every `step`-th element of one dimension from `start` to before `end`: a view. Ends are cut to the size and may be
  /// negative, as in Python.
  public func slice(dim: Int, start: Int? = nil, end: Int? = nil, step: Int = 1) -> Tensor {
    guard let axis = normalized(dim, "slice") else { return standIn() }
    guard rank > 0 else { return failing(TensorError("slice", of: self, rule: "a 0-d tensor cannot be sliced")) }
    guard step > 0 else { return failing(TensorError("slice", of: self, rule: "step \(step) must be positive", hint: "use flip")) }
    let size = shape.dimensions[axis]
    func bound(_ index: Int) -> Int { Swift.min(Swift.max(index < 0 ? index + size : index, 0), size) }
    let first = bound(start ?? 0)
    let last = Swift.max(bound(end ?? size), first)
    var result = layout
    result.shape.dimensions[axis] = (last - first) / step + ((last - first) % step == 0 ? 0 : 1)
    // A stride may have wrapped where it is never taken.
    result.offset &+= first &* layout.strides[axis]
    result.strides[axis] = layout.strides[axis] &* step
    return applyView(.slice(dim: axis, start: first, step: step), self, result)
  }

  /// One element of a dimension, which disappears: a view (PyTorch's `select`). Negative indices count from the end.
  public func select(dim: Int, index: Int) -> Tensor {
    guard let axis = normalized(dim, "select") else { return standIn() }
    guard rank > 0 else { return failing(TensorError("select", of: self, rule: "a 0-d tensor cannot be indexed", hint: "use item()")) }
    let size = shape.dimensions[axis]
    let position = index < 0 ? index + size : index
    guard position >= 0, position < size else {
      return failing(
        TensorError("index", of: self, rule: "index \(index) is out of range for dimension \(axis) of size \(size)"))
    }
    var result = layout
    result.offset += position * layout.strides[axis]
    result.shape.dimensions.remove(at: axis)
    result.strides.remove(at: axis)
    return applyView(.select(dim: axis, index: position), self, result)
  }

  /// The diagonal of two dimensions as the last one: a view (PyTorch's `diagonal`).
  public func diagonal(offset: Int = 0, dim1: Int = 0, dim2: Int = 1) -> Tensor {
    guard let a = normalized(dim1, "diagonal"), let b = normalized(dim2, "diagonal") else { return standIn() }
    guard a != b, rank >= 2 else {
      return failing(TensorError("diagonal", of: self, rule: "needs two different dimensions"))
    }
    let rows = shape[a], columns = shape[b]
    let count = Swift.max(0, offset >= 0 ? Swift.min(rows, columns - offset) : Swift.min(rows + offset, columns))
    var result = layout
    if count > 0 { result.offset += offset >= 0 ? offset * layout.strides[b] : -offset * layout.strides[a] }
    for axis in [Swift.max(a, b), Swift.min(a, b)] {
      result.shape.dimensions.remove(at: axis)
      result.strides.remove(at: axis)
    }
    result.shape.dimensions.append(count)
    result.strides.append(layout.strides[a] &+ layout.strides[b])
    return applyView(.diagonal(offset: offset, a, b), self, result)
  }

  /// Windows of `size` elements, `step` apart, as a new last dimension: a view (PyTorch's `unfold`).
  public func unfold(dim: Int, size: Int, step: Int) -> Tensor {
    guard let axis = normalized(dim, "unfold") else { return standIn() }
    let length = rank == 0 ? 1 : shape[axis]
    guard size >= 0, step > 0, size <= length else {
      return failing(
        TensorError("unfold", of: self, rule: "windows of size \(size) and step \(step) do not fit dimension \(axis) of size \(length)"))
    }
    var result = layout
    if rank == 0 {
      result.shape.dimensions.append(size)
      result.strides.append(1)
    } else {
      result.shape.dimensions[axis] = (length - size) / step + 1
      result.strides[axis] = layout.strides[axis] &* step
      result.shape.dimensions.append(size)
      result.strides.append(layout.strides[axis])
    }
    return applyView(.unfold(dim: axis, size: size, step: step), self, result)
  }
}
