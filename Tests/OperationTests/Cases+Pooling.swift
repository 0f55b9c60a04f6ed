import TensorModule
import TestSupport

/// A pooling window's geometry in plain numbers.
private struct Window {
  var input: [Int]
  var kernel: [Int]
  var stride: [Int]
  var padding: [Int]
  var dilation: [Int]
  var ceilMode = false
  var countsPadding = true
  var divisor = 0

  var rank: Int { kernel.count }
  var lead: Int { input.count - rank }
  var output: [Int] {
    Array(input.prefix(lead))
      + (0..<rank).map { (i: Int) -> Int in
        let size = input[lead + i]
        let span = size + 2 * padding[i] - dilation[i] * (kernel[i] - 1) - 1
        var count = (ceilMode ? (span + stride[i] - 1) / stride[i] : span / stride[i]) + 1
        if ceilMode && (count - 1) * stride[i] >= size + padding[i] { count -= 1 }
        return count
      }
  }
  var attributes: PoolAttributes {
    PoolAttributes(
      rank: rank, kernel: Spatial(kernel, filler: 1), stride: Spatial(stride, filler: 1),
      padding: Spatial(padding, filler: 0), dilation: Spatial(dilation, filler: 1), ceilMode: ceilMode,
      countIncludesPadding: countsPadding, divisorOverride: divisor, extent: Spatial(Array(input.suffix(rank)), filler: 1))
  }
  /// The places of the input that an output looks at, and how many elements the average counts.
  func look(_ index: [Int]) -> (places: [[Int]], divisor: Double) {
    let corner = (0..<rank).map { (i: Int) -> Int in index[lead + i] * stride[i] - padding[i] }
    let places = DenseArray.indices(of: kernel).compactMap { tap -> [Int]? in
      let place = (0..<rank).map { (i: Int) -> Int in corner[i] + tap[i] * dilation[i] }
      guard (0..<rank).allSatisfy({ place[$0] >= 0 && place[$0] < input[lead + $0] }) else { return nil }
      return index.prefix(lead) + place
    }
    // Padding counts, but not what lies beyond it.
    let whole = (0..<rank).reduce(1) { (product: Int, i: Int) -> Int in
      product * (min(corner[i] + kernel[i], input[lead + i] + padding[i]) - corner[i])
    }
    return (places, Double(divisor > 0 ? divisor : countsPadding ? whole : places.count))
  }
  /// The position in the plane.
  func position(_ place: [Int]) -> Int {
    (0..<rank).reduce(0) { $0 * input[lead + $1] + place[lead + $1] }
  }
  /// The first largest place of each window.
  func largest(_ x: DenseArray) -> [[Int]] {
    DenseArray.indices(of: output).map { index in
      let places = look(index).places
      var best = places[0]
      for place in places where x[place] > x[best] || (x[place].isNaN && !x[best].isNaN) { best = place }
      return best
    }
  }
}

func poolingCases() -> [OperationCase] {
  let samples = [
    Window(input: [1, 1, 4, 4], kernel: [2, 2], stride: [2, 2], padding: [0, 0], dilation: [1, 1]),
    Window(input: [1, 3, 4], kernel: [2, 2], stride: [1, 1], padding: [0, 0], dilation: [1, 1]),
    Window(input: [2, 3, 7, 6], kernel: [3, 2], stride: [2, 1], padding: [1, 1], dilation: [1, 1], countsPadding: false),
    Window(input: [2, 2, 6, 7], kernel: [3, 3], stride: [2, 2], padding: [1, 0], dilation: [1, 1], ceilMode: true),
    Window(input: [1, 2, 5, 5], kernel: [2, 2], stride: [2, 2], padding: [0, 0], dilation: [1, 1], ceilMode: true, divisor: 3),
    Window(input: [2, 3, 9], kernel: [3], stride: [2], padding: [1], dilation: [1]),
    Window(input: [1, 2, 4, 4, 5], kernel: [2, 2, 2], stride: [1, 2, 2], padding: [0, 1, 0], dilation: [1, 1, 1]),
    Window(input: [1, 2, 9, 34], kernel: [2, 2], stride: [2, 2], padding: [0, 0], dilation: [1, 1]),
    Window(input: [0, 2, 4, 4], kernel: [2, 2], stride: [2, 2], padding: [0, 0], dilation: [1, 1]),
  ]
  var result: [OperationCase] = []
  for window in samples {
    var numbers = Numbers(seed: 900)
    let x = numbers.array(window.input, -3...3), gradient = numbers.array(window.output, -2...2)
    let order: GradientOrder = x.count <= 16 && x.count > 0 ? .second : .none
    let detail = "\(window.input) by \(window.kernel) stride \(window.stride) padding \(window.padding)"
    result.append(
      OperationCase(.averagePool(window.attributes), detail, [.varying(x)], dtypes: .floats, slack: 2, gradient: order) { arrays in
        [
          DenseArray(window.output) { index in
            let (places, divisor) = window.look(index)
            return places.reduce(0) { $0 + arrays[0][$1] } / divisor
          }
        ]
      })
    result.append(
      OperationCase(
        .averagePoolGradient(window.attributes), detail, [.varying(gradient)], dtypes: .floats, slack: 4, gradient: order
      ) { arrays in
        var y = DenseArray(window.input, repeating: 0)
        for (o, index) in DenseArray.indices(of: window.output).enumerated() {
          let (places, divisor) = window.look(index)
          for place in places { y[place] += arrays[0].values[o] / divisor }
        }
        return [y]
      })
    for dilation in [1, 2] {
      var window = window
      window.dilation = window.dilation.map { $0 * dilation }
      guard zip(window.kernel, window.input.suffix(window.rank)).allSatisfy({ dilation * ($0 - 1) + 1 <= $1 }) else { continue }
      let detail = detail + " dilation \(window.dilation)"
      let gradient = numbers.array(window.output, -2...2)
      let positions = DenseArray(window.output, window.largest(x).map { Double(window.position($0)) })
      result.append(
        OperationCase(
          .maxPool(window.attributes), detail, [.varying(x)], dtypes: .floats, results: .withPositions, gradient: order, resultCount: 2
        ) { arrays in
          let places = window.largest(arrays[0])
          return [
            DenseArray(window.output, places.map { arrays[0][$0] }),
            DenseArray(window.output, places.map { Double(window.position($0)) }),
          ]
        })
      func place(_ index: [Int], _ positions: DenseArray) -> Int {
        let plane = window.input.suffix(window.rank).reduce(1, *)
        var lead = 0
        for axis in 0..<window.lead { lead = lead * window.input[axis] + index[axis] }
        return lead * plane + Int(positions[index])
      }
      result.append(
        OperationCase(
          .maxPoolGradient(window.attributes), detail, [.varying(gradient), .indices(positions)], dtypes: .floats, slack: 4,
          gradient: order
        ) { arrays in
          var y = DenseArray(window.input, repeating: 0)
          for index in DenseArray.indices(of: window.output) { y.values[place(index, arrays[1])] += arrays[0][index] }
          return [y]
        })
      result.append(
        OperationCase(
          .maxPoolPick(window.attributes), detail, [.varying(x), .indices(positions)], dtypes: .floats, gradient: order
        ) { arrays in [DenseArray(window.output) { arrays[0].values[place($0, arrays[1])] }] })
    }
  }
  return result
}
