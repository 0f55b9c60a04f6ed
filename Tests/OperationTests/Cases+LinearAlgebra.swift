import TensorModule
import TestSupport

/// `[…, m, k] × […, k, n]`, batches broadcast.
private func product(_ a: DenseArray, _ b: DenseArray) -> DenseArray {
  let m = a.shape[a.rank - 2], k = a.shape[a.rank - 1], n = b.shape[b.rank - 1]
  let batch = DenseArray.broadcastShape([
    DenseArray(Array(a.shape.dropLast(2)), repeating: 0), DenseArray(Array(b.shape.dropLast(2)), repeating: 0),
  ])
  func start(_ x: DenseArray, _ index: [Int]) -> Int {
    let lead = index.count - (x.rank - 2)
    var position = 0
    for axis in 0..<(x.rank - 2) { position = position * x.shape[axis] + (x.shape[axis] == 1 ? 0 : index[lead + axis]) }
    return position * x.shape[x.rank - 2] * x.shape[x.rank - 1]
  }
  var values: [Double] = []
  for index in DenseArray.indices(of: batch) {
    let startA = start(a, index), startB = start(b, index)
    for i in 0..<m {
      for j in 0..<n {
        var sum = 0.0
        for l in 0..<k { sum += a.values[startA + i * k + l] * b.values[startB + l * n + j] }
        values.append(sum)
      }
    }
  }
  return DenseArray(batch + [m, n], values)
}

func linearAlgebraCases() -> [OperationCase] {
  var numbers = Numbers(seed: 700)
  func input(_ shape: [Int]) -> OperationInput {
    .varying(numbers.array(shape, -1...1), whole: numbers.integers(shape, -2...2))
  }
  var result: [OperationCase] = []
  let products: [([Int], [Int])] = [
    ([2, 3], [3, 2]), ([1, 4], [4, 1]), ([5, 7], [7, 9]), ([2, 1, 3, 4], [3, 4, 2]), ([2, 3, 4], [4, 5]), ([3, 0], [0, 2]),
    ([0, 3], [3, 2]), ([0, 2, 3], [3, 2]), ([2, 2, 2], [2, 2, 2]), ([33, 70], [70, 41]),
  ]
  for (a, b) in products {
    let isSmall = a.reduce(1, *) <= 8 && b.reduce(1, *) <= 8 && !a.contains(0)
    result.append(
      OperationCase(
        .matmul, "\(a)×\(b)", [input(a), input(b)],
        // Sums of up to 70 products of 2 leave int8.
        dtypes: .floats + (a.last! < 20 ? .integers : [.int16, .int32, .int64]), slack: a.last! < 20 ? 1 : 4,
        gradient: isSmall ? .second : .none
      ) { [product($0[0], $0[1])] })
  }
  let layers: [([Int], [Int], Bool)] = [
    ([2, 3], [2, 3], true), ([2, 2, 3], [2, 3], true), ([4, 5], [3, 5], false), ([5], [2, 5], true), ([0, 4], [3, 4], true),
    ([9, 70], [33, 70], true), ([2, 3, 8], [5, 8], false),
  ]
  for (x, weight, hasBias) in layers {
    let isSmall = x.reduce(1, *) <= 12 && !x.contains(0)
    result.append(
      OperationCase(
        .linear, "\(x)×\(weight)\(hasBias ? "+bias" : "")", [input(x), input(weight)] + (hasBias ? [input([weight[0]])] : []),
        dtypes: .floats, slack: 4, gradient: isSmall ? .second : .none
      ) { arrays in
        let transposed = DenseArray([weight[1], weight[0]]) { arrays[1][[$0[1], $0[0]]] }
        let rows = DenseArray([max(x.dropLast().reduce(1, *), 0), weight[1]], arrays[0].values)
        var result = product(rows, transposed)
        if hasBias {
          for i in result.values.indices { result.values[i] += arrays[2].values[i % weight[0]] }
        }
        result.shape = x.dropLast() + [weight[0]]
        return [result]
      })
  }
  return result
}
