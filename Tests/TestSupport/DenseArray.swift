/// Numbers in row-major order with a shape, in plain Swift: what slow reference computations work on. Independent of the
/// library's kernels on purpose.
public struct DenseArray: Sendable {
  public var shape: [Int]
  public var values: [Double]

  public init(_ shape: [Int], _ values: [Double]) {
    self.shape = shape
    self.values = values
  }

  public init(_ shape: [Int], repeating value: Double) {
    self.init(shape, [Double](repeating: value, count: shape.reduce(1, *)))
  }

  /// Each element computed from its index.
  public init(_ shape: [Int], _ element: ([Int]) -> Double) {
    self.init(shape, Self.indices(of: shape).map(element))
  }

  public var rank: Int { shape.count }
  public var count: Int { values.count }

  /// All indices of a shape, row-major.
  public static func indices(of shape: [Int]) -> [[Int]] {
    var result: [[Int]] = []
    let count = shape.reduce(1, *)
    result.reserveCapacity(count)
    var index = [Int](repeating: 0, count: shape.count)
    for _ in 0..<count {
      result.append(index)
      var axis = shape.count - 1
      while axis >= 0 {
        index[axis] += 1
        if index[axis] < shape[axis] { break }
        index[axis] = 0
        axis -= 1
      }
    }
    return result
  }

  public func position(of index: [Int]) -> Int {
    var position = 0
    for (axis, i) in index.enumerated() { position = position * shape[axis] + i }
    return position
  }

  public subscript(index: [Int]) -> Double {
    get { values[position(of: index)] }
    set { values[position(of: index)] = newValue }
  }

  /// The element that broadcasting to a larger shape shows at `index`.
  public func broadcastElement(_ index: [Int]) -> Double {
    let lead = index.count - rank
    return self[(0..<rank).map { shape[$0] == 1 ? 0 : index[lead + $0] }]
  }

  /// NumPy's shape of several operands together.
  public static func broadcastShape(_ arrays: [DenseArray]) -> [Int] {
    let rank = arrays.map(\.rank).max() ?? 0
    return (0..<rank).map { axis in
      var size = 1
      for array in arrays {
        let own = axis - (rank - array.rank)
        if own >= 0 && array.shape[own] != 1 { size = array.shape[own] }
      }
      return size
    }
  }

  /// An element-wise function of operands that broadcast.
  public static func elementwise(_ arrays: [DenseArray], _ body: ([Double]) -> Double) -> DenseArray {
    if arrays.allSatisfy({ $0.shape == arrays[0].shape }) {
      return DenseArray(arrays[0].shape, arrays[0].values.indices.map { i in body(arrays.map { $0.values[i] }) })
    }
    return DenseArray(broadcastShape(arrays)) { index in body(arrays.map { $0.broadcastElement(index) }) }
  }

  public func map(_ body: (Double) -> Double) -> DenseArray { DenseArray(shape, values.map(body)) }
}
