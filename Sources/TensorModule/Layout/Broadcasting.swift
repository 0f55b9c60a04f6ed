/// The shape that two operands have together: aligned at the last dimension, sizes equal or 1 (NumPy's rule). Nil if
/// they do not fit.
@inline(__always)
package func broadcastShape(_ a: Shape, _ b: Shape) -> Shape? {
  if a == b { return a }
  return broadcastDifferingShapes(a, b)
}

private func broadcastDifferingShapes(_ a: Shape, _ b: Shape) -> Shape? {
  let rank = max(a.rank, b.rank)
  var result = Dimensions(repeating: 1, count: rank)
  for i in 1..<(rank + 1) {
    let sizeA = i <= a.rank ? a.dimensions[a.rank - i] : 1
    let sizeB = i <= b.rank ? b.dimensions[b.rank - i] : 1
    if sizeA == sizeB || sizeB == 1 {
      result[rank - i] = sizeA
    } else if sizeA == 1 {
      result[rank - i] = sizeB
    } else {
      return nil
    }
  }
  return Shape(result)
}

/// The first dimension, counted in the broadcast shape from the front, at which two shapes disagree.
package func broadcastConflict(_ a: Shape, _ b: Shape) -> (dim: Int, sizeA: Int, sizeB: Int)? {
  let rank = max(a.rank, b.rank)
  for i in 1..<(rank + 1) {
    let sizeA = i <= a.rank ? a.dimensions[a.rank - i] : 1
    let sizeB = i <= b.rank ? b.dimensions[b.rank - i] : 1
    if sizeA != sizeB && sizeA != 1 && sizeB != 1 { return (rank - i, sizeA, sizeB) }
  }
  return nil
}
