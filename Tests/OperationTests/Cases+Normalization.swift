import TensorModule
import TestSupport

/// Which elements share a mean and which a weight, in plain numbers.
private struct Sets {
  var shape: [Int]
  var attributes: NormalizationAttributes
  var detail: String

  /// Rows of `length` elements, in segments of `run` that share a weight.
  static func rows(_ shape: [Int], length: Int, period: Int = 1, run: Int = 1, isCentered: Bool = true) -> Sets {
    var attributes = NormalizationAttributes(isOverChannels: false, epsilon: 0.1)
    attributes.length = length
    attributes.period = period
    attributes.run = run
    attributes.isCentered = isCentered
    return Sets(shape: shape, attributes: attributes, detail: "\(shape) rows of \(length), period \(period), run \(run), centered \(isCentered)")
  }
  static func channels(_ shape: [Int]) -> Sets {
    Sets(shape: shape, attributes: NormalizationAttributes(isOverChannels: true, epsilon: 0.1), detail: "\(shape) channels")
  }

  var setCount: Int { attributes.sets(of: Shape(shape)) }
  var weightCount: Int { attributes.weightCount(of: Shape(shape)) }
  private var plane: Int { shape.dropFirst(2).reduce(1, *) }
  func set(_ i: Int) -> Int { attributes.isOverChannels ? i / plane % shape[1] : i / attributes.length }
  func weight(_ i: Int) -> Int {
    if attributes.isOverChannels { return set(i) }
    let segments = attributes.length / attributes.run
    return set(i) % attributes.period * segments + i % attributes.length / attributes.run
  }

  func moments(_ x: [Double]) -> (mean: [Double], variance: [Double]) {
    var mean = [Double](repeating: 0, count: setCount), variance = mean, count = mean
    for i in x.indices {
      mean[set(i)] += x[i]
      count[set(i)] += 1
    }
    for s in mean.indices { mean[s] = attributes.isCentered ? mean[s] / count[s] : 0 }
    for i in x.indices { variance[set(i)] += (x[i] - mean[set(i)]) * (x[i] - mean[set(i)]) }
    for s in mean.indices { variance[s] /= count[s] }
    return (mean, variance)
  }
}

func normalizationCases() -> [OperationCase] {
  let samples: [Sets] = [
    .rows([2, 3], length: 3), .rows([1, 2, 2], length: 4), .rows([3, 37], length: 37), .rows([4, 3, 17], length: 51, isCentered: false),
    .rows([2, 4, 3], length: 6, period: 2, run: 3), .rows([2, 4, 19], length: 19, period: 4, run: 19), .channels([3, 2]),
    .channels([2, 2, 2]), .channels([3, 40]), .channels([2, 3, 5, 7]), .channels([0, 3, 2]), .rows([2, 3], length: 3, isCentered: false),
  ]
  var result: [OperationCase] = []
  for sets in samples {
    for (hasWeight, hasBias) in [(true, true), (false, false), (true, false)] {
      var numbers = Numbers(seed: 1300)
      var attributes = sets.attributes
      attributes.hasWeight = hasWeight
      attributes.hasBias = hasBias
      let x = numbers.array(sets.shape, -2...2), gradient = numbers.array(sets.shape, -2...2)
      let weight = numbers.array([sets.weightCount], 0.5...2), bias = numbers.array([sets.weightCount], -1...1)
      let detail = sets.detail + (hasWeight ? ", weight" : "") + (hasBias ? ", bias" : "")
      var inputs: [OperationInput] = [.varying(x)]
      if hasWeight { inputs.append(.varying(weight)) }
      if hasBias { inputs.append(.varying(bias)) }
      // Means and variances are no results to differentiate: the value alone is looked at.
      result.append(
        OperationCase(
          key: "normalization", detail, inputs, dtypes: .floats, gradient: x.count <= 8 && x.count > 0 ? .second : .none
        ) { tensors in
          [applyToAll(.normalization(attributes), Operands(tensors), resultCount: 3)[0]]
        } oracle: { arrays in
          let x = arrays[0].values, (mean, variance) = sets.moments(x)
          let values = x.indices.map { i -> Double in
            let s = sets.set(i), w = sets.weight(i)
            let unit = (x[i] - mean[s]) / (variance[s] + 0.1).squareRoot()
            return unit * (hasWeight ? arrays[1].values[w] : 1) + (hasBias ? arrays[hasWeight ? 2 : 1].values[w] : 0)
          }
          return [DenseArray(sets.shape, values)]
        })
      var operands: [OperationInput] = [.varying(gradient), .varying(x)]
      if hasWeight { operands.append(.varying(weight)) }
      // The moments have to be those of the input.
      result.append(
        OperationCase(
          key: "normalizationGradient", detail, operands, dtypes: .floats, gradient: x.count <= 6 && x.count > 0 ? .second : .none
        ) { tensors in
          let moments = applyToAll(.normalization(sets.attributes), Operands(tensors[1].detach()), resultCount: 3).dropFirst()
          let results = applyToAll(
            .normalizationGradient(attributes), Operands(Array(tensors.prefix(2)) + moments + tensors.dropFirst(2)), resultCount: 3)
          return Array(results.prefix(hasBias ? 3 : hasWeight ? 2 : 1))
        } oracle: { arrays in
          let g = arrays[0].values, x = arrays[1].values, (mean, variance) = sets.moments(x)
          let weights = hasWeight ? arrays[2].values : [Double](repeating: 1, count: sets.weightCount)
          var plain = [Double](repeating: 0, count: sets.setCount), weighted = plain, count = plain
          var weightGradient = [Double](repeating: 0, count: sets.weightCount), biasGradient = weightGradient
          func unit(_ i: Int) -> Double { (x[i] - mean[sets.set(i)]) / (variance[sets.set(i)] + 0.1).squareRoot() }
          for i in x.indices {
            let s = sets.set(i), w = sets.weight(i)
            plain[s] += g[i] * weights[w]
            weighted[s] += g[i] * weights[w] * unit(i)
            count[s] += 1
            weightGradient[w] += g[i] * unit(i)
            biasGradient[w] += g[i]
          }
          let values = x.indices.map { i -> Double in
            let s = sets.set(i)
            let centre = attributes.isCentered ? plain[s] / count[s] : 0
            return (g[i] * weights[sets.weight(i)] - centre - unit(i) * weighted[s] / count[s]) / (variance[s] + 0.1).squareRoot()
          }
          let all = [
            DenseArray(sets.shape, values), DenseArray([sets.weightCount], weightGradient), DenseArray([sets.weightCount], biasGradient),
          ]
          return Array(all.prefix(hasBias ? 3 : hasWeight ? 2 : 1))
        })
    }
  }
  return result + resampleCases()
}

private func resampleCases() -> [OperationCase] {
  var result: [OperationCase] = []
  for (shape, dim, size, taps) in [([2, 3], 1, 4, 2), ([3, 2], 0, 2, 1), ([2, 5, 7], 1, 3, 4), ([4, 33], 1, 40, 5), ([2, 3, 18], 1, 6, 6), ([0, 3], 1, 2, 2)] {
    var numbers = Numbers(seed: 1400)
    let indices = numbers.integers([taps, size], 0...(shape[dim] - 1)), weights = numbers.array([taps, size], -1...1)
    let tables = [OperationInput.indices(indices), OperationInput(real: weights, whole: weights, fixed: .float64)]
    var attributes = ResampleAttributes(dim: dim)
    attributes.extent = shape[dim]
    var picked = shape
    picked[dim] = size
    let order: GradientOrder = shape.reduce(1, *) <= 6 && !shape.contains(0) ? .second : .none
    for isTransposed in [false, true] {
      attributes.isTransposed = isTransposed
      let (from, to) = isTransposed ? (picked, shape) : (shape, picked)
      result.append(
        OperationCase(
          .resample(attributes), "\(shape) along \(dim) to \(size) by \(taps), transposed \(isTransposed)",
          [.varying(numbers.array(from, -2...2))] + tables, dtypes: .floats, slack: 4, gradient: order
        ) { arrays in
          var y = DenseArray(to, repeating: 0)
          for index in DenseArray.indices(of: picked) {
            for tap in 0..<taps {
              var place = index
              place[dim] = Int(arrays[1][[tap, index[dim]]])
              let weight = arrays[2][[tap, index[dim]]]
              if isTransposed { y[place] += weight * arrays[0][index] } else { y[index] += weight * arrays[0][place] }
            }
          }
          return [y]
        })
    }
  }
  return result
}
