import Foundation
import TensorModule
import TestSupport

// Rows of the recurrent cells.

func recurrentCases() -> [OperationCase] {
  var numbers = Numbers(seed: 1150)
  func input(_ shape: [Int], _ range: ClosedRange<Double> = -2...2) -> OperationInput { .varying(numbers.array(shape, range)) }
  var result: [OperationCase] = []
  for (batch, hidden) in [(2, 1), (1, 2), (3, 5), (2, 33), (0, 3)] {
    result.append(lstmCell(batch, hidden, [input([batch, 4 * hidden]), input([batch, hidden])]))
    result.append(
      lstmCellGradient(
        batch, hidden,
        [
          input([batch, hidden]), input([batch, hidden]), input([batch, 4 * hidden], 0.1...0.9), input([batch, hidden]),
          input([batch, hidden]),
        ]))
    result.append(
      gruCell(batch, hidden, [input([batch, 3 * hidden]), input([batch, 3 * hidden]), input([batch, hidden])]))
    result.append(
      gruCellGradient(
        batch, hidden, [input([batch, hidden]), input([batch, 4 * hidden], 0.1...0.9), input([batch, hidden])]))
  }
  return result
}

private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

private func lstmCell(_ batch: Int, _ hidden: Int, _ inputs: [OperationInput]) -> OperationCase {
  OperationCase(
    .lstmCell, "\(batch)×\(hidden)", inputs, dtypes: .floats, slack: 4, gradient: batch * hidden == 2 ? .second : .none, resultCount: 3
  ) { arrays in
    func gate(_ index: [Int], _ which: Int) -> Double {
      let x = arrays[0][[index[0], which * hidden + index[1]]]
      return which == 2 ? tanh(x) : sigmoid(x)
    }
    let cell = DenseArray([batch, hidden]) { gate($0, 1) * arrays[1][$0] + gate($0, 0) * gate($0, 2) }
    let state = DenseArray([batch, hidden]) { gate($0, 3) * tanh(cell[$0]) }
    let activations = DenseArray([batch, 4 * hidden]) { gate([$0[0], $0[1] % hidden], $0[1] / hidden) }
    return [state, cell, activations]
  }
}

/// Operands: hidden gradient, cell gradient, activations, previous cell, cell.
private func lstmCellGradient(_ batch: Int, _ hidden: Int, _ inputs: [OperationInput]) -> OperationCase {
  OperationCase(
    .lstmCellGradient, "\(batch)×\(hidden)", inputs, dtypes: .floats, slack: 8, gradient: batch * hidden == 2 ? .second : .none, resultCount: 2
  ) { arrays in
    func gate(_ index: [Int], _ which: Int) -> Double { arrays[2][[index[0], which * hidden + index[1]]] }
    func cellGradient(_ index: [Int]) -> Double {
      let t = tanh(arrays[4][index])
      return arrays[1][index] + arrays[0][index] * gate(index, 3) * (1 - t * t)
    }
    let gates = DenseArray([batch, 4 * hidden]) { place in
      let index = [place[0], place[1] % hidden], which = place[1] / hidden
      let a = gate(index, which)
      switch which {
      case 0: return cellGradient(index) * gate(index, 2) * a * (1 - a)
      case 1: return cellGradient(index) * arrays[3][index] * a * (1 - a)
      case 2: return cellGradient(index) * gate(index, 0) * (1 - a * a)
      default: return arrays[0][index] * tanh(arrays[4][index]) * a * (1 - a)
      }
    }
    return [gates, DenseArray([batch, hidden]) { cellGradient($0) * gate($0, 1) }]
  }
}

private func gruCell(_ batch: Int, _ hidden: Int, _ inputs: [OperationInput]) -> OperationCase {
  OperationCase(
    .gruCell, "\(batch)×\(hidden)", inputs, dtypes: .floats, slack: 4, gradient: batch * hidden == 2 ? .second : .none, resultCount: 2
  ) { arrays in
    func input(_ index: [Int], _ which: Int) -> Double { arrays[0][[index[0], which * hidden + index[1]]] }
    func previous(_ index: [Int], _ which: Int) -> Double { arrays[1][[index[0], which * hidden + index[1]]] }
    func gate(_ index: [Int], _ which: Int) -> Double {
      switch which {
      case 0, 1: return sigmoid(input(index, which) + previous(index, which))
      case 2: return tanh(input(index, 2) + gate(index, 0) * previous(index, 2))
      default: return previous(index, 2)
      }
    }
    let state = DenseArray([batch, hidden]) { (1 - gate($0, 1)) * gate($0, 2) + gate($0, 1) * arrays[2][$0] }
    return [state, DenseArray([batch, 4 * hidden]) { gate([$0[0], $0[1] % hidden], $0[1] / hidden) }]
  }
}

/// Operands: hidden gradient, activations, previous hidden state.
private func gruCellGradient(_ batch: Int, _ hidden: Int, _ inputs: [OperationInput]) -> OperationCase {
  OperationCase(
    .gruCellGradient, "\(batch)×\(hidden)", inputs, dtypes: .floats, slack: 8, gradient: batch * hidden == 2 ? .second : .none, resultCount: 3
  ) { arrays in
    func gate(_ index: [Int], _ which: Int) -> Double { arrays[1][[index[0], which * hidden + index[1]]] }
    func slope(_ place: [Int], ofHidden: Bool) -> Double {
      let index = [place[0], place[1] % hidden]
      let r = gate(index, 0), z = gate(index, 1), n = gate(index, 2), g = arrays[0][index]
      let proposal = g * (1 - z) * (1 - n * n)
      switch place[1] / hidden {
      case 0: return proposal * gate(index, 3) * r * (1 - r)
      case 1: return g * (arrays[2][index] - n) * z * (1 - z)
      default: return ofHidden ? proposal * r : proposal
      }
    }
    return [
      DenseArray([batch, 3 * hidden]) { slope($0, ofHidden: false) }, DenseArray([batch, 3 * hidden]) { slope($0, ofHidden: true) },
      DenseArray([batch, hidden]) { arrays[0][$0] * gate($0, 1) },
    ]
  }
}
