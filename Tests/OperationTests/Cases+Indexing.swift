import TensorModule
import TestSupport

/// A row whose kernel adds to elements of the type itself, rounding each time.
private func accumulating(
  _ primitive: Primitive, _ detail: String, _ inputs: [OperationInput], dtypes: [DType], slack: Double, gradient: GradientOrder,
  oracle: @escaping ([DenseArray]) -> [DenseArray]
) -> OperationCase {
  var item = OperationCase(primitive, detail, inputs, dtypes: dtypes, slack: slack, gradient: gradient, oracle: oracle)
  item.roundings = 2
  return item
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
    result.append(
      accumulating(
        .indexAdd(dim: dim), detail, [input(shape), indices, input(picked)], dtypes: .floats + [.int8, .int16, .int32, .int64],
        slack: 2, gradient: order
      ) { arrays in
        var y = arrays[0]
        for index in DenseArray.indices(of: picked) {
          var target = index
          target[dim] = Int(arrays[1].values[index[dim]])
          y[target] += arrays[2][index]
        }
        return [y]
      })
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
      var dtypes: [DType] = .floats + [.int8, .int16, .int32, .int64]
      if operation == .replace { dtypes = .all }
      if operation == .multiply { dtypes.removeAll { $0 == .int8 } }  // six factors of 3 leave it
      result.append(
        accumulating(
          .scatter(operation, dim: dim), detail, [input(shape), distinct, input(source)], dtypes: dtypes, slack: 4,
          gradient: operation == .add || operation == .replace ? order : .none
        ) { arrays in
          var y = arrays[0]
          for index in DenseArray.indices(of: index) {
            let place = target(index, arrays[1]), value = arrays[2][index]
            switch operation {
            case .replace: y[place] = value
            case .add: y[place] += value
            case .multiply: y[place] *= value
            case .maximum: y[place] = max(y[place], value)
            case .minimum: y[place] = min(y[place], value)
            }
          }
          return [y]
        })
    }
  }
  return result
}
