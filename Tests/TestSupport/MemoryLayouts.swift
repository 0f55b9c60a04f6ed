package import TensorModule

/// The ways in which a tensor of given shape and elements can lie in memory.
package enum MemoryLayout: String, CaseIterable, Sendable {
  /// Row-major.
  case contiguous
  /// The first and the last dimension swapped in memory.
  case transposed
  /// Row-major, but not at the start of the storage.
  case offset
  /// With gaps between the elements of the last dimension.
  case stepped
  /// A slice of a tensor that is longer in the first dimension and reversed in memory order: permuted with gaps.
  case window
  /// The first dimension repeats one slice: stride 0.
  case expanded

  /// True if the layout differs from `contiguous` for tensors of this rank.
  package func isDistinct(rank: Int) -> Bool {
    switch self {
    case .contiguous, .offset: true
    case .transposed, .window: rank >= 2
    case .stepped, .expanded: rank >= 1
    }
  }

  /// A tensor on `device` with these elements that lies in memory like this. Gaps are filled with NaN (100 for integers, true
  /// for bool). Of an expanded one only the first slice's elements count.
  package func tensor(_ array: DenseArray, dtype: DType, device: Device = .cpu) -> Tensor {
    let filler = dtype.isFloatingPoint ? Double.nan : dtype == .bool ? 1 : 100
    func made(_ array: DenseArray) -> Tensor { Tensor(array, dtype: dtype).to(device) }
    let rank = array.rank
    guard isDistinct(rank: rank) else { return made(array) }
    switch self {
    case .contiguous:
      return made(array)
    case .transposed:
      var shape = array.shape
      shape.swapAt(0, rank - 1)
      let swapped = DenseArray(shape) { index in
        var index = index
        index.swapAt(0, rank - 1)
        return array[index]
      }
      return made(swapped).transpose(0, rank - 1)
    case .offset:
      let padding = [Double](repeating: filler, count: 3)
      let padded = DenseArray([array.count + 6], padding + array.values + padding)
      return made(padded).slice(dim: 0, start: 3, end: 3 + array.count).view(Shape(array.shape))
    case .stepped:
      var shape = array.shape
      shape[rank - 1] = shape[rank - 1] * 2 + 1
      let spread = DenseArray(shape) { index in
        guard index[rank - 1] % 2 == 1 else { return filler }
        var index = index
        index[rank - 1] /= 2
        return array[index]
      }
      return made(spread).slice(dim: rank - 1, start: 1, step: 2)
    case .window:
      // Dimensions in reverse order in memory, the first of them padded on both sides.
      var shape = Array(array.shape.reversed())
      shape[0] += 2
      let wide = DenseArray(shape) { index in
        var index = index
        index[0] -= 1
        guard index[0] >= 0, index[0] < array.shape[rank - 1] else { return filler }
        return array[Array(index.reversed())]
      }
      return made(wide).slice(dim: 0, start: 1, end: shape[0] - 1).permute(Array((0..<rank).reversed()))
    case .expanded:
      guard array.shape[0] > 0 else { return made(array) }
      var shape = array.shape
      shape[0] = 1
      let first = DenseArray(shape, Array(array.values.prefix(array.count / array.shape[0])))
      return made(first).expand(Shape(array.shape))
    }
  }
}
