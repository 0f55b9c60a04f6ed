import Foundation
import TensorModule
import TestSupport

/// Rows of connectionist temporal classification. Its gradient is that of what goes into a log-softmax, so it is not
/// held against differences here; a test of the loss does that.
func temporalClassificationCases() -> [OperationCase] {
  var numbers = Numbers(seed: 1300)
  let frames = 4, batch = 3, classes = 3, width = 2
  let targets = DenseArray([batch, width], [1, 2, 2, 2, 0, 0])
  let frameCounts = DenseArray([batch], [4, 4, 3]), labelCounts = DenseArray([batch], [2, 2, 0])
  let probabilities = numbers.array([frames, batch, classes], -3 ... -0.2)
  let plain = enumerated(probabilities, targets, frameCounts, labelCounts)
  let fixed: [OperationInput] = [.indices(targets), .indices(frameCounts), .indices(labelCounts)]
  let gradient = numbers.array([batch], 0.5...2)
  return [
    OperationCase(
      .ctcLoss(blank: 0, zeroInfinity: false), "", [.varying(probabilities)] + fixed, dtypes: [.float32, .float64], slack: 4,
      gradient: .none, resultCount: 2
    ) { [enumerated($0[0], targets, frameCounts, labelCounts).losses, forwardVariables($0[0], targets, frameCounts, labelCounts)] },
    OperationCase(
      .ctcLossGradient(blank: 0, zeroInfinity: false), "",
      [.varying(gradient), .varying(probabilities)] + fixed
        + [.varying(plain.losses), .varying(forwardVariables(probabilities, targets, frameCounts, labelCounts))],
      dtypes: [.float32, .float64], slack: 16, gradient: .none
    ) { arrays in
      let found = enumerated(arrays[1], targets, frameCounts, labelCounts)
      return [
        DenseArray([frames, batch, classes]) { index in
          Double(index[0]) < frameCounts[[index[1]]]
            ? arrays[0][[index[1]]] * (exp(arrays[1][index]) - found.shares[index]) : 0
        }
      ]
    },
  ]
}

/// What a path of classes says: repetitions once, blanks not at all.
private func collapsed(_ path: [Int]) -> [Int] {
  path.indices.filter { path[$0] != 0 && ($0 == 0 || path[$0] != path[$0 - 1]) }.map { path[$0] }
}

/// Losses, and the share of each class in each frame, by trying all paths.
private func enumerated(
  _ x: DenseArray, _ targets: DenseArray, _ frameCounts: DenseArray, _ labelCounts: DenseArray
) -> (losses: DenseArray, shares: DenseArray) {
  let batch = x.shape[1], classes = x.shape[2]
  var losses = DenseArray([batch], repeating: 0), shares = DenseArray(x.shape, repeating: 0)
  for n in 0..<batch {
    let wanted = (0..<Int(labelCounts[[n]])).map { Int(targets[[n, $0]]) }
    let frames = Int(frameCounts[[n]])
    var total = 0.0, through = DenseArray([frames, classes], repeating: 0)
    for path in DenseArray.indices(of: [Int](repeating: classes, count: frames)) where collapsed(path) == wanted {
      let probability = exp(path.enumerated().reduce(0) { $0 + x[[$1.offset, n, $1.element]] })
      total += probability
      for (t, c) in path.enumerated() { through[[t, c]] += probability }
    }
    losses[[n]] = -log(total)
    for t in 0..<frames { for c in 0..<classes { shares[[t, n, c]] = through[[t, c]] / total } }
  }
  return (losses, shares)
}

/// The logarithm of the probability of all ways to a place of the sequence with blanks, frame by frame.
private func forwardVariables(
  _ x: DenseArray, _ targets: DenseArray, _ frameCounts: DenseArray, _ labelCounts: DenseArray
) -> DenseArray {
  let frames = x.shape[0], batch = x.shape[1], places = 2 * targets.shape[1] + 1
  var result = DenseArray([batch, frames, places], repeating: 0)
  for n in 0..<batch {
    func label(_ place: Int) -> Int { place % 2 == 0 ? 0 : Int(targets[[n, place / 2]]) }
    for t in 0..<Int(frameCounts[[n]]) {
      for s in 0..<(2 * Int(labelCounts[[n]]) + 1) {
        var before = t == 0 ? (s < 2 ? 1.0 : 0) : result[[n, t - 1, s]]
        if t > 0 && s > 0 { before += result[[n, t - 1, s - 1]] }
        if t > 0 && s > 1 && label(s) != label(s - 2) { before += result[[n, t - 1, s - 2]] }
        result[[n, t, s]] = before * exp(x[[t, n, label(s)]])
      }
    }
  }
  return result.map { log($0) }
}
