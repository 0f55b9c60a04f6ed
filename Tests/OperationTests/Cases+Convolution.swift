import TensorModule
import TestSupport

/// A convolution's geometry in plain numbers.
private struct Geometry {
  var input: [Int]
  var weight: [Int]
  var stride: [Int]
  var padding: [Int]
  var dilation: [Int]
  var groups = 1

  var rank: Int { stride.count }
  var output: [Int] {
    let sizes = (0..<rank).map { (i: Int) -> Int in
      let span: Int = dilation[i] * (weight[2 + i] - 1) + 1
      let padded: Int = input[2 + i] + 2 * padding[i]
      return (padded - span) / stride[i] + 1
    }
    return [input[0], weight[0]] + sizes
  }
  func attributes(extent: [Int] = []) -> ConvolutionAttributes {
    ConvolutionAttributes(
      rank: rank, stride: Spatial(stride, filler: 1), padding: Spatial(padding, filler: 0),
      dilation: Spatial(dilation, filler: 1), groups: groups, extent: Spatial(extent, filler: 1))
  }

  /// Calls `body` with every triple of flat positions that multiply: output, input, weight.
  func forEachProduct(_ body: (_ output: Int, _ input: Int, _ weight: Int) -> Void) {
    // Missing spatial dimensions in front are of size 1.
    func padded(_ values: [Int], _ filler: Int) -> [Int] { [Int](repeating: filler, count: 3 - rank) + values }
    let size = padded(Array(input.dropFirst(2)), 1), taps = padded(Array(weight.dropFirst(2)), 1)
    let out = padded(Array(output.dropFirst(2)), 1)
    let step = padded(stride, 1), border = padded(padding, 0), spread = padded(dilation, 1)
    let plane = size[0] * size[1] * size[2], kernel = taps[0] * taps[1] * taps[2]
    let channels = weight[1], perGroup = weight[0] / groups
    // For each axis the pairs of tap and place that an output position meets.
    var meetings: [[[(tap: Int, place: Int)]]] = []
    for axis in 0..<3 {
      meetings.append(
        (0..<out[axis]).map { (o: Int) -> [(tap: Int, place: Int)] in
          let corner: Int = o * step[axis] - border[axis]
          let all = (0..<taps[axis]).map { (tap: Int) -> (tap: Int, place: Int) in (tap, corner + tap * spread[axis]) }
          return all.filter { $0.place >= 0 && $0.place < size[axis] }
        })
    }
    var o = 0
    for n in 0..<input[0] {
      for k in 0..<weight[0] {
        for z in 0..<out[0] {
          for y in 0..<out[1] {
            for x in 0..<out[2] {
              for c in 0..<channels {
                let from = (n * input[1] + k / perGroup * channels + c) * plane, with = (k * channels + c) * kernel
                for a in meetings[0][z] {
                  for b in meetings[1][y] {
                    let row = from + (a.place * size[1] + b.place) * size[2], weights = with + (a.tap * taps[1] + b.tap) * taps[2]
                    for d in meetings[2][x] { body(o, row + d.place, weights + d.tap) }
                  }
                }
              }
              o += 1
            }
          }
        }
      }
    }
  }
}

func convolutionCases() -> [OperationCase] {
  let samples = [
    Geometry(input: [1, 2, 4], weight: [2, 2, 3], stride: [1], padding: [1], dilation: [1]),
    Geometry(input: [2, 4, 9], weight: [6, 2, 3], stride: [2], padding: [2], dilation: [2], groups: 2),
    Geometry(input: [1, 1, 3, 3], weight: [2, 1, 2, 2], stride: [1, 1], padding: [0, 0], dilation: [1, 1]),
    Geometry(input: [1, 2, 3, 3], weight: [2, 1, 2, 2], stride: [2, 1], padding: [1, 0], dilation: [1, 1], groups: 2),
    Geometry(input: [2, 3, 7, 6], weight: [4, 3, 3, 3], stride: [1, 1], padding: [1, 1], dilation: [1, 1]),
    Geometry(input: [2, 4, 7, 8], weight: [4, 2, 3, 2], stride: [2, 3], padding: [1, 1], dilation: [2, 1], groups: 2),
    Geometry(input: [2, 3, 6, 6], weight: [3, 1, 3, 3], stride: [1, 1], padding: [1, 1], dilation: [1, 1], groups: 3),
    Geometry(input: [2, 5, 4, 4], weight: [7, 5, 1, 1], stride: [1, 1], padding: [0, 0], dilation: [1, 1]),
    Geometry(input: [1, 17, 6, 7], weight: [17, 17, 3, 3], stride: [1, 1], padding: [1, 1], dilation: [1, 1]),
    Geometry(input: [1, 2, 3, 4, 3], weight: [3, 2, 2, 2, 2], stride: [1, 2, 1], padding: [0, 1, 1], dilation: [1, 1, 2]),
    Geometry(input: [0, 2, 5, 5], weight: [3, 2, 3, 3], stride: [1, 1], padding: [1, 1], dilation: [1, 1]),
  ]
  var result: [OperationCase] = []
  for geometry in samples {
    var numbers = Numbers(seed: 800)
    func input(_ shape: [Int]) -> OperationInput { .varying(numbers.array(shape, -1...1)) }
    let x = input(geometry.input), weight = input(geometry.weight), bias = input([geometry.weight[0]])
    let gradient = input(geometry.output)
    let isSmall = x.real.count <= 18 && x.real.count > 0
    let order: GradientOrder = isSmall ? .second : .none
    let detail = "\(geometry.input)*\(geometry.weight) stride \(geometry.stride) padding \(geometry.padding) dilation \(geometry.dilation) groups \(geometry.groups)"
    for hasBias in [false, true] {
      result.append(
        OperationCase(
          .convolution(geometry.attributes()), detail + (hasBias ? " bias" : ""), [x, weight] + (hasBias ? [bias] : []),
          dtypes: .floats, slack: 4, gradient: order
        ) { arrays in
          var y = DenseArray(geometry.output, repeating: 0)
          geometry.forEachProduct { y.values[$0] += arrays[0].values[$1] * arrays[1].values[$2] }
          if hasBias {
            let plane = geometry.output.dropFirst(2).reduce(1, *)
            for i in y.values.indices { y.values[i] += arrays[2].values[i / plane % geometry.weight[0]] }
          }
          return [y]
        })
    }
    result.append(
      OperationCase(
        .convolutionInputGradient(geometry.attributes(extent: Array(geometry.input.dropFirst(2)))), detail, [gradient, weight],
        dtypes: .floats, slack: 8, gradient: order
      ) { arrays in
        var y = DenseArray(geometry.input, repeating: 0)
        geometry.forEachProduct { y.values[$1] += arrays[0].values[$0] * arrays[1].values[$2] }
        return [y]
      })
    result.append(
      OperationCase(
        .convolutionWeightGradient(geometry.attributes(extent: Array(geometry.weight.dropFirst(2)))), detail, [x, gradient],
        dtypes: .floats, slack: 8, gradient: order
      ) { arrays in
        var y = DenseArray(geometry.weight, repeating: 0)
        geometry.forEachProduct { y.values[$2] += arrays[1].values[$0] * arrays[0].values[$1] }
        return [y]
      })
  }
  return result
}
