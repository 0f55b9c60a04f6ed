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
    let x = DenseArray(input, repeating: 0), w = DenseArray(weight, repeating: 0)
    let kernel = DenseArray.indices(of: Array(weight.dropFirst(2)))
    for (o, index) in DenseArray.indices(of: output).enumerated() {
      let group = index[1] / (weight[0] / groups)
      for channel in 0..<weight[1] {
        for tap in kernel {
          let place = (0..<rank).map { (i: Int) -> Int in index[2 + i] * stride[i] - padding[i] + tap[i] * dilation[i] }
          guard (0..<rank).allSatisfy({ place[$0] >= 0 && place[$0] < input[2 + $0] }) else { continue }
          body(o, x.position(of: [index[0], group * weight[1] + channel] + place), w.position(of: [index[1], channel] + tap))
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
    Geometry(input: [1, 17, 9, 10], weight: [19, 17, 3, 3], stride: [1, 1], padding: [1, 1], dilation: [1, 1]),
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
