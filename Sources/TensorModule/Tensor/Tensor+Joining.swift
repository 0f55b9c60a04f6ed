// Joining, splitting and repeating.

extension Tensor {
  /// Tensors laid one after the other along a dimension (PyTorch's `torch.cat`). Other sizes must agree; types are
  /// promoted.
  public static func cat(_ tensors: [Tensor], dim: Int = 0) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard let reference = tensors.first(where: { !($0.rank == 1 && $0.elementCount == 0) }) ?? tensors.first else {
      return failing(TensorError("cat", rule: "needs at least one tensor"))
    }
    guard let axis = reference.normalized(dim, "cat") else { return standIn() }
    return apply(.concatenate(dim: axis), Operands(tensors))
  }

  /// Tensors of one shape laid along a new dimension (PyTorch's `torch.stack`).
  public static func stack(_ tensors: [Tensor], dim: Int = 0) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard let first = tensors.first else { return failing(TensorError("stack", rule: "needs at least one tensor")) }
    for (position, tensor) in tensors.enumerated() where tensor.shape != first.shape {
      return failing(
        TensorError("stack", of: first, tensor, rule: "all tensors must have one shape; tensor \(position) differs"))
    }
    guard let axis = first.normalized(dim, "stack", extra: 1) else { return standIn() }
    return cat(tensors.map { $0.unsqueeze(axis) }, dim: axis)
  }

  /// Views of at most `size` elements each along a dimension (PyTorch's `split`).
  public func split(_ size: Int, dim: Int = 0) -> [Tensor] {
    guard let axis = normalized(dim, "split") else { return [standIn()] }
    guard size > 0 || shape[axis] == 0 else {
      return [failing(TensorError("split", of: self, rule: "size \(size) must be positive"))]
    }
    let total = shape[axis]
    if total == 0 { return [self] }
    let length = Swift.min(size, total)
    return Swift.stride(from: 0, to: total, by: length).map { slice(dim: axis, start: $0, end: Swift.min($0 + length, total)) }
  }

  /// Views of the given sizes along a dimension (PyTorch's `split` with a list).
  public func split(_ sizes: [Int], dim: Int = 0) -> [Tensor] {
    guard let axis = normalized(dim, "split") else { return sizes.map { _ in standIn() } }
    guard sizes.allSatisfy({ $0 >= 0 && $0 <= shape[axis] }), sizes.reduce(0, &+) == shape[axis] else {
      fail(TensorError("split", of: self, rule: "sizes \(sizes) must add up to \(shape[axis]), the size of dimension \(axis)"))
      return sizes.map { _ in standIn() }
    }
    var start = 0
    return sizes.map { size in
      defer { start += size }
      return slice(dim: axis, start: start, end: start + size)
    }
  }

  /// At most `count` views of equal size, the last may be smaller (PyTorch's `chunk`).
  public func chunk(_ count: Int, dim: Int = 0) -> [Tensor] {
    guard let axis = normalized(dim, "chunk") else { return (0..<Swift.max(count, 1)).map { _ in standIn() } }
    guard count > 0 else { return [failing(TensorError("chunk", of: self, rule: "count \(count) must be positive"))] }
    let size = shape[axis]
    return split(Swift.max(1, size / count + (size % count == 0 ? 0 : 1)), dim: axis)
  }

  /// The slices along a dimension, which disappears (PyTorch's `unbind`).
  public func unbind(dim: Int = 0) -> [Tensor] {
    guard let axis = normalized(dim, "unbind") else { return [standIn()] }
    return (0..<(rank == 0 ? 0 : shape[axis])).map { select(dim: axis, index: $0) }
  }

  /// The tensor repeated so many times along each dimension, copied (PyTorch's `repeat`).
  public func `repeat`(_ counts: Int...) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard counts.count >= rank, counts.allSatisfy({ $0 >= 0 }) else {
      return failing(TensorError("repeat", of: self, rule: "needs one count (not negative) for each of the \(rank) dimensions"))
    }
    let lead = counts.count - rank
    var interleaved: [Int] = [], expanded: [Int] = [], merged: [Int] = []
    for (i, count) in counts.enumerated() {
      let size = i < lead ? 1 : shape[i - lead]
      interleaved += [1, size]
      expanded += [count, size]
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      if overflow { return failing(TensorError("repeat", of: self, rule: "\(counts) times the shape is too large")) }
      merged.append(product)
    }
    return reshape(Shape(interleaved)).expand(Shape(expanded)).reshape(Shape(merged))
  }

  /// The elements in reverse order along dimensions (PyTorch's `flip`).
  public func flip(_ dims: Int...) -> Tensor {
    guard !dims.isEmpty else { return clone() }
    guard let axes = axes("flip", dims) else { return standIn() }
    return apply(.flip(axes), self)
  }

  /// The elements shifted along a dimension, those that fall off coming back at the other end (PyTorch's `roll`).
  public func roll(_ shift: Int, dim: Int) -> Tensor {
    guard let axis = normalized(dim, "roll") else { return standIn() }
    let size = rank == 0 ? 1 : shape[axis]
    guard size > 0, rank > 0 else { return clone() }
    let start = (size - shift % size) % size
    return Tensor.cat([slice(dim: axis, start: start), slice(dim: axis, end: start)], dim: axis)
  }
}
