/// How a tensor's elements lie in its storage: element [i, j, …] is at `offset + i·strides[0] + j·strides[1] + …`, in
/// elements. Views of one storage differ in nothing else.
package struct Layout: Sendable, Equatable, BitwiseCopyable {
  package var shape: Shape
  package var strides: Dimensions
  package var offset: Int

  @inline(__always)
  package init(shape: Shape, strides: Dimensions, offset: Int) {
    self.shape = shape
    self.strides = strides
    self.offset = offset
  }

  /// Row-major from the storage's start. Strides of empty tensors count sizes of 0 as 1, as PyTorch's do.
  @inline(__always)
  package init(contiguous shape: Shape) {
    self.shape = shape
    offset = 0
    guard shape.rank <= Dimensions.inlineCapacity else {
      strides = Self.contiguousStrides(ofLong: shape)
      return
    }
    strides = shape.dimensions
    var step = 1
    var i = shape.rank - 1
    while i >= 0 {
      strides[i] = step
      step &*= max(shape.dimensions[i], 1)
      i -= 1
    }
  }

  /// The strides of a shape whose dimensions are not inline: each list that is ever made of so many is kept, so that only
  /// the finished one may be made.
  @inline(never)
  package static func contiguousStrides(ofLong shape: Shape) -> Dimensions {
    var strides = shape.dimensions.array
    var step = 1
    for i in strides.indices.reversed() {
      let size = strides[i]
      strides[i] = step
      step &*= max(size, 1)
    }
    return Dimensions(strides)
  }

  @inline(__always) package var rank: Int { shape.dimensions.count }
  package var elementCount: Int { shape.elementCount }

  /// True if the elements lie in row-major order without gaps (strides of dimensions of size 1 do not matter).
  package var isContiguous: Bool {
    var expected = 1
    var i = rank - 1
    while i >= 0 {
      let size = shape.dimensions[i]
      if size == 0 { return true }
      if size != 1 {
        if strides[i] != expected { return false }
        expected &*= size
      }
      i -= 1
    }
    return true
  }

  /// The number of elements from the storage's start to just after the last element that this layout reaches.
  package var storageExtent: Int {
    var last = offset
    for i in 0..<rank {
      if shape.dimensions[i] == 0 { return 0 }
      last += max(0, (shape.dimensions[i] - 1) * strides[i])
    }
    return last + 1
  }

  /// True if two indices may address the same element (a dimension of stride 0, or overlapping windows).
  package var mayOverlap: Bool {
    // Sorted by stride, each stride must pass what the smaller ones span.
    var pairs: [(stride: Int, size: Int)] = []
    for i in 0..<rank where shape.dimensions[i] > 1 { pairs.append((abs(strides[i]), shape.dimensions[i])) }
    pairs.sort { $0.stride < $1.stride }
    var span = 0
    for pair in pairs {
      if pair.stride <= span { return true }
      span += pair.stride * (pair.size - 1)
    }
    return false
  }

  /// The layout of this tensor seen at a broadcast shape: repeated dimensions get stride 0. Nil if it does not fit.
  package func broadcast(to target: Shape) -> Layout? {
    if shape == target { return self }
    let lead = target.rank - rank
    guard lead >= 0 else { return nil }
    guard target.rank <= Dimensions.inlineCapacity else { return broadcast(toLong: target, lead: lead) }
    var result = Dimensions(repeating: 0, count: target.rank)
    for i in 0..<rank {
      if shape.dimensions[i] == target.dimensions[lead + i] {
        result[lead + i] = strides[i]
      } else if shape.dimensions[i] != 1 {
        return nil
      }
    }
    return Layout(shape: target, strides: result, offset: offset)
  }

  /// The same for a shape whose dimensions are not inline, with one list made for all strides.
  private func broadcast(toLong target: Shape, lead: Int) -> Layout? {
    var result = [Int](repeating: 0, count: target.rank)
    for i in 0..<rank {
      if shape.dimensions[i] == target.dimensions[lead + i] {
        result[lead + i] = strides[i]
      } else if shape.dimensions[i] != 1 {
        return nil
      }
    }
    return Layout(shape: target, strides: Dimensions(result), offset: offset)
  }

  /// The strides with which this layout shows the same elements in another shape of the same count, or nil if only a
  /// copy can (PyTorch's rule for `view`).
  package func strides(viewedAs target: Shape) -> Dimensions? {
    if isContiguous || elementCount == 0 { return Layout(contiguous: target).strides }
    var result = Dimensions(repeating: 1, count: target.rank)
    var viewDim = target.rank - 1
    // Groups of dimensions that lie without gaps are taken from the end and cut anew.
    var groupEnd = rank - 1
    while groupEnd >= 0 {
      var groupStart = groupEnd
      let baseStride = strides[groupEnd]
      var groupCount = shape.dimensions[groupEnd]
      while groupStart > 0
        && (shape.dimensions[groupStart - 1] == 1 || strides[groupStart - 1] == groupCount * baseStride)
      {
        groupStart -= 1
        groupCount *= shape.dimensions[groupStart]
      }
      var placed = 1
      while viewDim >= 0 && (placed < groupCount || target.dimensions[viewDim] == 1) {
        result[viewDim] = placed * baseStride
        placed *= target.dimensions[viewDim]
        viewDim -= 1
      }
      if placed != groupCount { return nil }
      groupEnd = groupStart - 1
    }
    return viewDim == -1 ? result : nil
  }
}

extension Layout {
  /// The same layout, so many elements further into the storage.
  package func offset(by elements: Int) -> Layout {
    Layout(shape: shape, strides: strides, offset: offset + elements)
  }
}
