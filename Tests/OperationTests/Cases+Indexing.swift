import TensorModule
import TestSupport

/// A row that writes into places that others may write into.
private func combining(
  _ primitive: Primitive, _ operation: ScatterOperation, _ detail: String, _ inputs: [OperationInput], gradient: GradientOrder,
  oracle: @escaping ([DenseArray]) -> [DenseArray]
) -> OperationCase {
  var dtypes: [DType] = .floats + [.int8, .int16, .int32, .int64]
  if operation == .replace { dtypes = .all }
  if operation == .multiply { dtypes.removeAll { $0 == .int8 } }  // six factors of 3 leave it
  return OperationCase(primitive, detail, inputs, dtypes: dtypes, slack: 4, gradient: gradient, oracle: oracle)
}

func indexingCases() -> [OperationCase] {
  var numbers = Numbers(seed: 1000)
  func input(_ shape: [Int], _ range: ClosedRange<Double> = -3...3) -> OperationInput {
    .varying(numbers.array(shape, range), whole: numbers.integers(shape, -3...3))
  }
  var result: [OperationCase] = []
  // Slices of a dimension, some twice.
  let slices: [([Int], Int, [Double])] = [
    ([3, 4, 5], 0, [2, 0, 2, 1]), ([3, 4, 5], 1, [3, 0, 1]), ([3, 4, 5], 2, [4, 4]), ([3, 2], 0, [1, 1, 2]), ([4], 0, [2]), ([3, 2], 1, []),
    ([9, 33], 0, [8, 3, 3, 1, 0, 5]),
  ]
  for (shape, dim, index) in slices {
    let indices = OperationInput.indices(DenseArray([index.count], index))
    var picked = shape
    picked[dim] = index.count
    let order: GradientOrder = shape.reduce(1, *) <= 6 && !index.isEmpty ? .second : .none
    let detail = "\(shape) at \(index) of \(dim)"
    result.append(
      OperationCase(.indexSelect(dim: dim), detail, [input(shape), indices], dtypes: .all, gradient: order) { arrays in
        [
          DenseArray(picked) { index in
            var index = index
            index[dim] = Int(arrays[1].values[index[dim]])
            return arrays[0][index]
          }
        ]
      })
    for operation in ScatterOperation.allCases {
      // Which of two writers wins, and which of two extremes it was, has no derivative: one writer each.
      let distinct = Set(index).count == index.count
      let allowed: GradientOrder = operation == .add || operation == .multiply || distinct ? order : .none
      result.append(
        combining(.indexScatter(operation, dim: dim), operation, detail, [input(shape), indices, input(picked)], gradient: allowed) { arrays in
          var y = arrays[0]
          for index in DenseArray.indices(of: picked) {
            var target = index
            target[dim] = Int(arrays[1].values[index[dim]])
            y[target] = operation.combine(y[target], arrays[2][index])
          }
          return [y]
        })
    }
  }
  // An index for each element; smaller than the tensor elsewhere.
  let elements: [(shape: [Int], dim: Int, index: [Int])] = [
    ([3, 4], 0, [5, 3]), ([3, 4], 1, [3, 6]), ([2, 3, 4], 1, [2, 2, 3]), ([2, 3], 1, [2, 2]), ([5], 0, [3]), ([3, 2], 0, [0, 2]), ([], 0, []),
  ]
  for (shape, dim, index) in elements {
    let size = shape.isEmpty ? 1 : shape[dim]
    let indices = OperationInput.indices(numbers.integers(index, 0...(size - 1)))
    let order: GradientOrder = shape.reduce(1, *) <= 6 && !index.contains(0) ? .second : .none
    let detail = "\(shape) by \(index) along \(dim)"
    func target(_ index: [Int], _ indices: DenseArray) -> [Int] {
      var place = index
      if !place.isEmpty { place[dim] = Int(indices[index]) }
      return place
    }
    result.append(
      OperationCase(.gather(dim: dim), detail, [input(shape), indices], dtypes: .all, gradient: order) { arrays in
        [DenseArray(index) { arrays[0][target($0, arrays[1])] }]
      })
    for operation in ScatterOperation.allCases {
      // The source may be larger than the index.
      let source = index.map { $0 + (index.count == 2 ? 1 : 0) }
      var distinct = indices
      if operation == .replace && order == .second {
        // Which of two writers wins has no derivative: one writer each.
        distinct = .indices(DenseArray(index) { Double($0.isEmpty ? 0 : ($0[dim] + 1) % size) })
      }
      let allowed: GradientOrder = operation == .maximum || operation == .minimum ? .none : order
      result.append(
        combining(.scatter(operation, dim: dim), operation, detail, [input(shape), distinct, input(source)], gradient: allowed) { arrays in
          var y = arrays[0]
          for index in DenseArray.indices(of: index) {
            let place = target(index, arrays[1])
            y[place] = operation.combine(y[place], arrays[2][index])
          }
          return [y]
        })
    }
  }
  return result + nonzeroCases() + histogramCases() + productsWithZeros()
}

extension ScatterOperation {
  fileprivate func combine(_ old: Double, _ new: Double) -> Double {
    switch self {
    case .replace: new
    case .add: old + new
    case .multiply: old * new
    case .maximum: max(old, new)
    case .minimum: min(old, new)
    }
  }
}

/// Which elements are not zero.
private func nonzeroCases() -> [OperationCase] {
  var numbers = Numbers(seed: 1100)
  return ([[7], [3, 5], [2, 3, 17], [4, 0], [3, 1, 2]] as [[Int]]).map { shape in
    let mask = numbers.integers(shape, 0...2)
    let places = DenseArray.indices(of: shape).filter { mask[$0] != 0 }
    return OperationCase(
      .nonzero(count: places.count), "\(shape)", [.condition(mask)], dtypes: [.bool], results: .always(.int64), gradient: .none
    ) { arrays in
      let found = DenseArray.indices(of: arrays[0].shape).filter { arrays[0][$0] != 0 }
      // A repeated slice has another number of them; the count is an attribute.
      let kept = found.prefix(places.count) + Array(repeating: Array(repeating: 0, count: shape.count), count: max(0, places.count - found.count))
      return [DenseArray([places.count, shape.count], kept.flatMap { $0.map(Double.init) })]
    }
  }
}

/// Counts of numbers and of intervals: few bins and many, elements on the edges and outside.
private func histogramCases() -> [OperationCase] {
  var numbers = Numbers(seed: 1200)
  let samples: [(shape: [Int], bins: Int)] = [([9], 5), ([3, 41], 5), ([2500], 100), ([70], 1500), ([0], 3), ([], 4)]
  return samples.flatMap { shape, bins -> [OperationCase] in
    let whole = numbers.integers(shape, 0...min(bins - 1, 100))
    var real = numbers.array(shape, -3...3)
    for (place, value) in zip(real.values.indices, [-2, 2, 0, .nan, .infinity, -2.5]) where shape != [] { real.values[place] = value }
    return [
      OperationCase(
        .histogram(.numbers(count: bins)), "\(shape)", [.varying(real, whole: whole)], dtypes: .integers, results: .always(.int64),
        gradient: .none
      ) { arrays in
        var counts = [Double](repeating: 0, count: bins)
        for value in arrays[0].values { counts[Int(value)] += 1 }
        return [DenseArray([bins], counts)]
      },
      OperationCase(
        .histogram(.intervals(count: bins, low: -2, high: 2)), "\(shape)", [.varying(real)], dtypes: .floats, slack: 0, gradient: .none
      ) { arrays in
        var counts = [Double](repeating: 0, count: bins)
        for value in arrays[0].values where value >= -2 && value <= 2 {
          counts[min(bins - 1, Int((value + 2) * Double(bins) / 4))] += 1
        }
        return [DenseArray([bins], counts)]
      },
    ]
  }
}

/// Factors of zero: none, one or two to a place.
private func productsWithZeros() -> [OperationCase] {
  let target = DenseArray([4], [1.5, -2, 0, 0.5]), index = DenseArray([7], [0, 0, 1, 1, 2, 3, 1])
  return [[1.25, 0, 0, 0, 2, 1.5, 3], [0.5, 2, 0, 1.5, 0, -1, 2]].map { source in
    OperationCase(
      .scatter(.multiply, dim: 0), "with zeros \(source)",
      [.varying(target), .indices(index), .varying(DenseArray([7], source))], dtypes: [.float32, .float64], slack: 2
    ) { arrays in
      var y = arrays[0]
      for i in 0..<7 { y.values[Int(arrays[1].values[i])] *= arrays[2].values[i] }
      return [y]
    }
  }
}
