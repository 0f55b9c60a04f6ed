import Foundation
import TensorModule
import TestSupport

/// Replaces the numbers along a dimension by what `body` makes of them.
private func along(_ dim: Int, _ arrays: [DenseArray], _ body: ([[Double]]) -> [Double]) -> DenseArray {
  var result = arrays[0]
  let shape = result.shape
  if shape.isEmpty { return DenseArray([], body(arrays.map(\.values))) }
  var outer = shape
  outer[dim] = min(1, shape[dim])
  for index in DenseArray.indices(of: outer) {
    let line = (0..<shape[dim]).map { i -> [Int] in
      var place = index
      place[dim] = i
      return place
    }
    for (place, value) in zip(line, body(arrays.map { array in line.map { array[$0] } })) { result[place] = value }
  }
  return result
}

func fusedCases() -> [OperationCase] {
  var numbers = Numbers(seed: 1100)
  func input(_ shape: [Int], _ range: ClosedRange<Double> = -2...2) -> OperationInput { .varying(numbers.array(shape, range)) }
  var result: [OperationCase] = []
  let samples: [([Int], Int)] = [
    ([3, 4, 5], 0), ([3, 4, 5], 1), ([3, 4, 5], 2), ([2, 3], 1), ([3, 2], 0), ([4, 131], 1), ([], 0), ([0, 3], 1), ([2, 0], 1),
  ]
  for (shape, dim) in samples {
    let order: GradientOrder = shape.reduce(1, *) <= 6 && !shape.contains(0) ? .second : .none
    for logarithm in [false, true] {
      let detail = "\(shape) along \(dim)"
      result.append(
        OperationCase(
          .softmax(dim: dim, logarithm: logarithm), detail, [input(shape, -5...5)], dtypes: .floats, slack: 2, gradient: order
        ) { arrays in
          [
            along(dim, arrays) { lines in
              let top = lines[0].max() ?? 0, total = lines[0].reduce(0) { $0 + exp($1 - top) }
              return lines[0].map { logarithm ? $0 - top - log(total) : exp($0 - top) / total }
            }
          ]
        })
      let output = logarithm ? input(shape, -3 ... -0.1) : input(shape, 0.05...0.9)
      result.append(
        OperationCase(
          .softmaxGradient(dim: dim, logarithm: logarithm), detail, [input(shape), output], dtypes: .floats, slack: 8, gradient: order
        ) { arrays in
          [
            along(dim, arrays) { lines in
              let g = lines[0], y = lines[1]
              if logarithm {
                let total = g.reduce(0, +)
                return zip(g, y).map { $0 - exp($1) * total }
              }
              let total = zip(g, y).reduce(0) { $0 + $1.0 * $1.1 }
              return zip(g, y).map { $1 * ($0 - total) }
            }
          ]
        })
    }
  }
  return result
}
