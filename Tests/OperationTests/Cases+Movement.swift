import Autograd
import TensorModule
import TestSupport

/// Where each element of a view is found in its base.
private struct ViewRow {
  var operation: ViewOperation
  var base: [Int]
  var target: [Int]
  /// The base's index for a view's.
  var source: ([Int]) -> [Int]
  var view: (Tensor) -> Tensor
}

private func viewRows() -> [ViewRow] {
  let base = [3, 4, 5]
  func inserted(_ index: [Int], _ axis: Int, _ value: Int) -> [Int] {
    var index = index
    index.insert(value, at: axis)
    return index
  }
  var rows = [
    ViewRow(operation: .reshape, base: base, target: [5, 12], source: { index in
      let position = index[0] * 12 + index[1]
      return [position / 20, position / 5 % 4, position % 5]
    }, view: { $0.reshape(5, 12) }),
    ViewRow(operation: .reshape, base: base, target: [3, 1, 4, 5], source: { [$0[0], $0[2], $0[3]] }, view: { $0.unsqueeze(1) }),
    ViewRow(operation: .reshape, base: [3, 1, 2], target: [3, 2], source: { [$0[0], 0, $0[1]] }, view: { $0.squeeze(1) }),
    ViewRow(operation: .reshape, base: [], target: [1], source: { _ in [] }, view: { $0.reshape(1) }),
    ViewRow(operation: .expand, base: [3, 1, 2], target: [2, 3, 4, 2], source: { [$0[1], 0, $0[3]] }, view: { $0.expand(2, 3, 4, 2) }),
    ViewRow(operation: .expand, base: [], target: [2, 2], source: { _ in [] }, view: { $0.expand(2, 2) }),
    ViewRow(operation: .transpose(0, 2), base: base, target: [5, 4, 3], source: { [$0[2], $0[1], $0[0]] }, view: { $0.transpose(0, 2) }),
    ViewRow(operation: .permute(0x102), base: base, target: [5, 3, 4], source: { [$0[1], $0[2], $0[0]] }, view: { $0.permute(2, 0, 1) }),
    ViewRow(operation: .select(dim: 1, index: 2), base: base, target: [3, 5], source: { inserted($0, 1, 2) }, view: { $0.select(dim: 1, index: 2) }),
    ViewRow(operation: .select(dim: 0, index: 1), base: [3], target: [], source: { _ in [1] }, view: { $0.select(dim: 0, index: -2) }),
    ViewRow(operation: .slice(dim: 2, start: 1, step: 2), base: base, target: [3, 4, 2], source: { [$0[0], $0[1], 1 + 2 * $0[2]] }, view: { $0.slice(dim: 2, start: 1, step: 2) }),
    ViewRow(operation: .slice(dim: 1, start: 4, step: 1), base: base, target: [3, 0, 5], source: { $0 }, view: { $0.slice(dim: 1, start: 4) }),
    ViewRow(operation: .unfold(dim: 1, size: 2, step: 2), base: base, target: [3, 2, 5, 2], source: { [$0[0], 2 * $0[1] + $0[3], $0[2]] }, view: { $0.unfold(dim: 1, size: 2, step: 2) }),
    ViewRow(operation: .unfold(dim: 0, size: 3, step: 1), base: [5], target: [3, 3], source: { [$0[0] + $0[1]] }, view: { $0.unfold(dim: 0, size: 3, step: 1) }),
  ]
  for offset in [-2, 0, 1] {
    let count = offset >= 0 ? min(3, 5 - offset) : min(3 + offset, 5)
    rows.append(
      ViewRow(operation: .diagonal(offset: offset, 0, 2), base: base, target: [4, count], source: { index in
        [index[1] - min(offset, 0), index[0], index[1] + max(offset, 0)]
      }, view: { $0.diagonal(offset: offset, dim1: 0, dim2: 2) }))
  }
  return rows
}

func movementCases() -> [OperationCase] {
  var numbers = Numbers(seed: 500)
  var result: [OperationCase] = []
  for row in viewRows() {
    let inputs = [OperationInput.varying(numbers.array(row.base, -3...3), whole: numbers.integers(row.base, -9...9))]
    result.append(
      OperationCase(
        key: Primitive.view(row.operation).key, "\(row.base)→\(row.target)", inputs, dtypes: .all, run: { [row.view($0[0])] }
      ) { arrays in [DenseArray(row.target) { arrays[0][row.source($0)] }] })
    // The same view as a copy, and written into.
    let layout = Layout(contiguous: Shape(row.base))
    let geometry = WindowGeometry(base: layout, window: row.operation.layout(of: layout, target: Shape(row.target)))
    let isOverlapping = ViewKind(row.operation) == .unfold || ViewKind(row.operation) == .expand
    result.append(
      OperationCase(
        key: Primitive.window.key, "\(row.base)→\(row.target)", inputs, dtypes: .floats,
        run: { [applyWindow($0[0], geometry)] }
      ) { arrays in [DenseArray(row.target) { arrays[0][row.source($0)] }] })
    if !isOverlapping {
      let value = OperationInput.varying(numbers.array(row.target, -3...3))
      result.append(
        OperationCase(
          key: Primitive.assignWindow.key, "\(row.target)→\(row.base)", inputs + [value], dtypes: .floats,
          run: { [applyAssignWindow($0[0], $0[1], geometry)] }
        ) { arrays in
          var whole = arrays[0]
          for index in DenseArray.indices(of: row.target) { whole[row.source(index)] = arrays[1][index] }
          return [whole]
        })
    }
    guard ViewKind(row.operation).isPlaced else { continue }
    let gradient = [OperationInput.varying(numbers.array(row.target, -3...3))]
    result.append(
      OperationCase(
        key: Primitive.place(row.operation).key, "\(row.target)→\(row.base)", gradient, dtypes: .floats,
        run: { [applyPlacement(row.operation, $0[0], baseShape: Shape(row.base))] }
      ) { arrays in
        var placed = DenseArray(row.base, repeating: 0)
        for index in DenseArray.indices(of: row.target) { placed[row.source(index)] += arrays[0][index] }
        return [placed]
      })
  }
  for shape in [[3, 4, 5], [2, 3], [67], [], [0, 3]] {
    let input = OperationInput.varying(numbers.array(shape, 0...90), whole: numbers.integers(shape, 0...90))
    for target in DType.allCases {
      let dtypes = [DType].all.filter { $0 != target }
      result.append(
        OperationCase(
          .cast(target), "\(shape)", [input], dtypes: dtypes, results: .always(target), slack: target == .bfloat16 ? 1 : 1,
          gradient: .none
        ) { [$0[0].map { target == .bool ? ($0 == 0 ? 0 : 1) : target.isInteger ? $0.rounded(.towardZero) : $0 }] })
    }
    let gradient: GradientOrder = shape == [2, 3] || shape == [] ? .second : .none
    result.append(
      OperationCase(.cast(.float64), "\(shape) to itself", [input], dtypes: [.float64], gradient: gradient) { [$0[0]] })
    result.append(OperationCase(.contiguous, "\(shape)", [input], dtypes: .all, gradient: gradient) { [$0[0]] })
    for axes in shape.isEmpty ? [[]] : shape.count == 1 ? [[0]] : [[0], [shape.count - 1], Array(0..<shape.count)] {
      var set = AxisSet()
      for axis in axes { set.insert(axis) }
      result.append(
        OperationCase(.flip(set), "\(shape) along \(axes)", [input], dtypes: .all, gradient: gradient) { arrays in
          [DenseArray(shape) { index in arrays[0][index.enumerated().map { axes.contains($0) ? shape[$0] - 1 - $1 : $1 }] }]
        })
    }
  }
  return result + triangleCases() + joiningCases() + customCases()
}

/// A function with a backward of its own: reversed and doubled.
private struct ReversedTwice: CustomFunction {
  func forward(_ inputs: [Tensor], _ context: FunctionContext) -> [Tensor] { [inputs[0].flip(0) * 2] }
  func backward(_ gradients: [Tensor], _ context: FunctionContext) -> [Tensor?] { [gradients[0].flip(0) * 2] }
}

private func customCases() -> [OperationCase] {
  var numbers = Numbers(seed: 660)
  return [[4], [3, 2], [0, 3]].map { shape in
    OperationCase(
      key: Primitive.custom.key, "\(shape)", [.varying(numbers.array(shape, -3...3))], dtypes: .floats,
      run: { ReversedTwice().apply($0) }
    ) { arrays in
      [DenseArray(shape) { index in arrays[0][[shape[0] - 1 - index[0]] + index.dropFirst()] * 2 }]
    }
  }
}

private func triangleCases() -> [OperationCase] {
  var numbers = Numbers(seed: 650)
  var result: [OperationCase] = []
  for shape in [[4, 4], [3, 5], [2, 5, 3], [1, 1], [0, 3], [2, 0, 4], [70, 9]] {
    let input = OperationInput.varying(numbers.array(shape, -3...3), whole: numbers.integers(shape, 1...9))
    for diagonal in [0, 1, -2, 7, -100, .max, .min] {
      for isUpper in [false, true] {
        result.append(
          OperationCase(
            .triangle(isUpper: isUpper, diagonal: diagonal), "\(shape) at \(diagonal)", [input],
            dtypes: diagonal == 1 ? .all : [.float32, .int16], gradient: shape == [3, 5] ? .second : .none
          ) { arrays in
            [
              DenseArray(shape) { index in
                let distance = index[index.count - 1] - index[index.count - 2]
                return (isUpper ? distance >= diagonal : distance <= diagonal) ? arrays[0][index] : 0
              }
            ]
          })
      }
    }
  }
  return result
}

private func joiningCases() -> [OperationCase] {
  let samples: [(shapes: [[Int]], dim: Int)] = [
    ([[3, 4], [2, 4]], 0), ([[2, 1], [2, 2], [2, 3]], 1), ([[2, 3, 2], [2, 1, 2]], 1), ([[3], [0], [4]], 0), ([[0], [2, 2]], 1),
    ([[5]], 0), ([[1, 2], [1, 2], [1, 2], [1, 2], [1, 2]], 0),
  ]
  return samples.map { shapes, dim in
    var numbers = Numbers(seed: 600)
    let inputs = shapes.map { OperationInput.varying(numbers.array($0, -3...3), whole: numbers.integers($0, -9...9)) }
    return OperationCase(
      .concatenate(dim: dim), "\(shapes) along \(dim)", inputs, dtypes: .all
    ) { arrays in
      let used = arrays.filter { !($0.shape == [0] && shapes.contains { $0.count > 1 }) }
      var shape = used[0].shape
      shape[dim] = used.reduce(0) { $0 + $1.shape[dim] }
      return [
        DenseArray(shape) { index in
          var index = index
          var which = 0
          while index[dim] >= used[which].shape[dim] {
            index[dim] -= used[which].shape[dim]
            which += 1
          }
          return used[which][index]
        }
      ]
    }
  }
}
