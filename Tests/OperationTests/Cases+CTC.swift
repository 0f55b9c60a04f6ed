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
  let plain = [probabilities, targets, frameCounts, labelCounts]
  let fixed: [OperationInput] = [.indices(targets), .indices(frameCounts), .indices(labelCounts)]
  let gradient = numbers.array([batch], 0.5...2)
  return [
    OperationCase(
      .ctcLoss(blank: 0, zeroInfinity: false), "", [.varying(probabilities)] + fixed, dtypes: [.float32, .float64], slack: 4,
      gradient: .none, resultCount: 2
    ) { [enumeratedLosses($0), forwardVariables($0)] },
    OperationCase(
      .ctcLossGradient(blank: 0, zeroInfinity: false), "",
      [.varying(gradient), .varying(probabilities)] + fixed + [.varying(enumeratedLosses(plain)), .varying(forwardVariables(plain))],
      dtypes: [.float32, .float64], slack: 32, gradient: .none
    ) { [classGradient($0[0], Array($0[1...4]), $0[5], $0[6])] },
  ]
}

/// What a path of classes says: repetitions once, blanks not at all.
private func collapsed(_ path: [Int]) -> [Int] {
  path.indices.filter { path[$0] != 0 && ($0 == 0 || path[$0] != path[$0 - 1]) }.map { path[$0] }
}

/// Losses by trying all paths. Operands as the primitive's.
private func enumeratedLosses(_ operands: [DenseArray]) -> DenseArray {
  let x = operands[0], classes = x.shape[2]
  return DenseArray([x.shape[1]]) { index in
    let n = index[0], frames = Int(operands[2][[n]])
    let wanted = (0..<Int(operands[3][[n]])).map { Int(operands[1][[n, $0]]) }
    var total = 0.0
    for path in DenseArray.indices(of: [Int](repeating: classes, count: frames)) where collapsed(path) == wanted {
      total += exp(path.enumerated().reduce(0) { $0 + x[[$1.offset, n, $1.element]] })
    }
    return -log(total)
  }
}

/// The class at a place of the sequence with blanks.
private func label(_ operands: [DenseArray], _ n: Int, _ place: Int) -> Int {
  place % 2 == 0 ? 0 : Int(operands[1][[n, place / 2]])
}

/// The logarithm of the probability of all ways to a place of the sequence with blanks, frame by frame.
private func forwardVariables(_ operands: [DenseArray]) -> DenseArray {
  let x = operands[0], frames = x.shape[0], batch = x.shape[1], places = 2 * operands[1].shape[1] + 1
  var result = DenseArray([batch, frames, places], repeating: 0)
  for n in 0..<batch {
    for t in 0..<Int(operands[2][[n]]) {
      for s in 0..<(2 * Int(operands[3][[n]]) + 1) {
        let own = label(operands, n, s)
        var before = t == 0 ? (s < 2 ? 1.0 : 0) : result[[n, t - 1, s]]
        if t > 0 && s > 0 { before += result[[n, t - 1, s - 1]] }
        if t > 0 && s > 1 && own != label(operands, n, s - 2) { before += result[[n, t - 1, s - 2]] }
        result[[n, t, s]] = before * exp(x[[t, n, own]])
      }
    }
  }
  return result.map { log($0) }
}

/// The gradient from given losses and forward variables, whether or not they belong to the operands.
private func classGradient(_ g: DenseArray, _ operands: [DenseArray], _ losses: DenseArray, _ alpha: DenseArray) -> DenseArray {
  let x = operands[0], places = 2 * operands[1].shape[1] + 1
  var result = DenseArray(x.shape, repeating: 0)
  for n in 0..<x.shape[1] {
    let frames = Int(operands[2][[n]]), used = 2 * Int(operands[3][[n]]) + 1
    var later = [Double](repeating: 0, count: places)
    for t in (0..<frames).reversed() {
      var rest = [Double](repeating: 0, count: places), shares = [Double](repeating: 0, count: x.shape[2])
      for s in 0..<used {
        let own = label(operands, n, s)
        if t == frames - 1 { rest[s] = s >= used - 2 ? 1 : 0 } else { rest[s] = later[s] }
        if t < frames - 1 && s + 1 < used { rest[s] += later[s + 1] }
        if t < frames - 1 && s + 2 < used && own != label(operands, n, s + 2) { rest[s] += later[s + 2] }
        shares[own] += exp(alpha[[n, t, s]]) * rest[s]
      }
      for c in shares.indices { result[[t, n, c]] = g[[n]] * (exp(x[[t, n, c]]) - shares[c] * exp(losses[[n]])) }
      for s in 0..<used { later[s] = rest[s] * exp(x[[t, n, label(operands, n, s)]]) }
    }
  }
  return result
}
