extension ViewOperation {
  /// The layout of this view of a base, whose shape is known to be `target`: what the view's method computed when it was
  /// made.
  package func layout(of base: Layout, target: Shape) -> Layout {
    var result = base
    switch self {
    case .reshape:
      return Layout(shape: target, strides: base.strides(viewedAs: target) ?? base.strides, offset: base.offset)
    case .expand:
      return base.broadcast(to: target) ?? base
    case .transpose(let a, let b):
      if base.rank > 0 {
        result.shape.dimensions.swapAt(a, b)
        result.strides.swapAt(a, b)
      }
    case .permute(let packed):
      for i in 0..<base.rank {
        let axis = Self.axis(i, of: packed)
        result.shape.dimensions[i] = base.shape.dimensions[axis]
        result.strides[i] = base.strides[axis]
      }
    case .slice(let dim, let start, let step):
      result.shape.dimensions[dim] = target.dimensions[dim]
      result.offset &+= start &* base.strides[dim]
      result.strides[dim] = base.strides[dim] &* step
    case .select(let dim, let index):
      result.offset += index * base.strides[dim]
      result.shape.dimensions.remove(at: dim)
      result.strides.remove(at: dim)
    case .diagonal(let offset, let a, let b):
      let count = target.dimensions[target.rank - 1]
      if count > 0 { result.offset += offset >= 0 ? offset * base.strides[b] : -offset * base.strides[a] }
      for axis in [max(a, b), min(a, b)] {
        result.shape.dimensions.remove(at: axis)
        result.strides.remove(at: axis)
      }
      result.shape.dimensions.append(count)
      result.strides.append(base.strides[a] &+ base.strides[b])
    case .unfold(let dim, let size, let step):
      if base.rank == 0 {
        result.shape.dimensions.append(size)
        result.strides.append(1)
      } else {
        result.shape.dimensions[dim] = target.dimensions[dim]
        result.strides[dim] = base.strides[dim] &* step
        result.shape.dimensions.append(size)
        result.strides.append(base.strides[dim])
      }
    }
    return result
  }

  /// The i-th entry of a packed permutation.
  package static func axis(_ i: Int, of packed: UInt64) -> Int { Int(packed >> UInt64(4 * i) & 15) }
}
