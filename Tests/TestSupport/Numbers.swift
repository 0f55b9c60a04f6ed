/// Reproducible numbers for tests, not the library's generator.
public struct Numbers {
  private var state: UInt64

  public init(seed: Int) { state = UInt64(truncatingIfNeeded: seed) &* 0x9E37_79B9_7F4A_7C15 | 1 }

  /// In 0 ..< 1.
  public mutating func next() -> Double {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Double(state >> 11) / 0x1p53
  }

  /// In `low ... high`, at least `distance` away from every number in `avoiding`.
  public mutating func next(_ range: ClosedRange<Double>, avoiding: [Double] = [], by distance: Double = 0.05) -> Double {
    while true {
      let value = range.lowerBound + next() * (range.upperBound - range.lowerBound)
      if avoiding.allSatisfy({ (value - $0).magnitude >= distance }) { return value }
    }
  }

  public mutating func array(_ shape: [Int], _ range: ClosedRange<Double>, avoiding: [Double] = []) -> DenseArray {
    DenseArray(shape, (0..<shape.reduce(1, *)).map { _ in next(range, avoiding: avoiding) })
  }

  /// Whole numbers.
  public mutating func integers(_ shape: [Int], _ range: ClosedRange<Int>) -> DenseArray {
    let count = Double(range.upperBound - range.lowerBound + 1)
    return DenseArray(shape, (0..<shape.reduce(1, *)).map { _ in Double(range.lowerBound) + (next() * count).rounded(.down) })
  }
}
