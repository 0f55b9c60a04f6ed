import TensorModule
import TestSupport

/// Windows that share the input evenly.
func adaptivePoolingCases() -> [OperationCase] {
  var result: [OperationCase] = []
  for (input, output) in [([1, 1, 4], [3]), ([2, 3, 7, 5], [3, 4]), ([1, 1, 3, 2], [2, 1]), ([2, 3, 4, 5], [6, 2]), ([1, 2, 3, 4, 5], [2, 3, 3])] {
    let rank = output.count, lead = input.count - rank
    var attributes = PoolAttributes(
      rank: rank, kernel: Spatial(output, filler: 1), stride: Spatial(1), padding: Spatial(0),
      extent: Spatial(Array(input.suffix(rank)), filler: 1))
    attributes.isAdaptive = true
    let pooled = input.prefix(lead) + output
    func places(_ index: [Int]) -> [[Int]] {
      let ranges = (0..<rank).map { (i: Int) -> Range<Int> in
        let size = input[lead + i], at = index[lead + i]
        return (at * size / output[i])..<(((at + 1) * size + output[i] - 1) / output[i])
      }
      return DenseArray.indices(of: ranges.map(\.count)).map { tap in
        index.prefix(lead) + (0..<rank).map { (i: Int) -> Int in ranges[i].lowerBound + tap[i] }
      }
    }
    func position(_ place: [Int]) -> Int { (0..<rank).reduce(0) { $0 * input[lead + $1] + place[lead + $1] } }
    func largest(_ x: DenseArray, _ index: [Int]) -> [Int] {
      places(index).reduce(places(index)[0]) { x[$1] > x[$0] ? $1 : $0 }
    }
    var numbers = Numbers(seed: 950)
    let x = numbers.array(input, -3...3), gradient = numbers.array(Array(pooled), -2...2)
    let order: GradientOrder = x.count <= 8 ? .second : .none
    let detail = "adaptive \(input) to \(output)"
    result.append(
      OperationCase(.averagePool(attributes), detail, [.varying(x)], dtypes: .floats, slack: 2, gradient: order) { arrays in
        [
          DenseArray(Array(pooled)) { index in
            places(index).reduce(0) { $0 + arrays[0][$1] } / Double(places(index).count)
          }
        ]
      })
    result.append(
      OperationCase(.averagePoolGradient(attributes), detail, [.varying(gradient)], dtypes: .floats, slack: 4, gradient: order) { arrays in
        var y = DenseArray(input, repeating: 0)
        for index in DenseArray.indices(of: Array(pooled)) {
          for place in places(index) { y[place] += arrays[0][index] / Double(places(index).count) }
        }
        return [y]
      })
    result.append(
      OperationCase(
        .maxPool(attributes), detail, [.varying(x)], dtypes: .floats, results: .withPositions, gradient: order, resultCount: 2
      ) { arrays in
        [
          DenseArray(Array(pooled)) { arrays[0][largest(arrays[0], $0)] },
          DenseArray(Array(pooled)) { Double(position(largest(arrays[0], $0))) },
        ]
      })
  }
  return result
}
