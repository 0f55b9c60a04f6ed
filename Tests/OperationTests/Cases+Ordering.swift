import Foundation
import TensorModule
import TestSupport

/// The lines of an array along a dimension: their positions, and a way to put results back.
private func lines(_ x: DenseArray, _ dim: Int, count: Int? = nil, _ body: ([Double]) -> [[Double]]) -> [DenseArray] {
  guard x.rank > 0 else {
    return body(x.values).map { DenseArray([], $0) }
  }
  var shape = x.shape
  if let count { shape[dim] = count }
  let length = x.shape[dim]
  let outputs = body([Double](repeating: 0, count: max(length, 1))).count
  var results = (0..<outputs).map { _ in DenseArray(shape, repeating: 0) }
  guard length > 0 else { return results }
  for start in DenseArray.indices(of: x.shape) where start[dim] == 0 {
    var place = start
    let line = (0..<length).map { i -> Double in
      place[dim] = i
      return x[place]
    }
    for (output, values) in body(line).enumerated() {
      for (i, value) in values.enumerated() {
        place[dim] = i
        results[output][place] = value
      }
    }
  }
  return results
}

/// NaN is above all else.
private func precedes(_ a: Double, _ b: Double) -> Bool { a.isNaN ? false : b.isNaN ? true : a < b }

private func ordered(_ operation: OrderOperation, _ line: [Double], count: Int) -> [[Double]] {
  let ascending = line.indices.sorted { precedes(line[$0], line[$1]) || (!precedes(line[$1], line[$0]) && $0 < $1) }
  let descending = line.indices.sorted { precedes(line[$1], line[$0]) || (!precedes(line[$0], line[$1]) && $0 < $1) }
  let chosen: [Int]
  switch operation {
  case .ascending: chosen = ascending
  case .descending: chosen = descending
  case .largest: chosen = Array(descending.prefix(count))
  case .smallest: chosen = Array(ascending.prefix(count))
  case .kthSmallest: chosen = [ascending[count - 1]]
  case .median: chosen = [line.firstIndex { $0.isNaN } ?? ascending[(line.count - 1) / 2]]
  case .nanMedian:
    let known = ascending.filter { !line[$0].isNaN }
    chosen = [known.isEmpty ? 0 : known[(known.count - 1) / 2]]
  case .mode:
    var best = (count: 0, last: 0)
    for i in ascending {
      let equals = line.indices.filter { line[$0] == line[i] || (line[$0].isNaN && line[i].isNaN) }
      if equals.count > best.count { best = (equals.count, equals[equals.count - 1]) }
    }
    chosen = [best.last]
  }
  return [chosen.map { line[$0] }, chosen.map(Double.init)]
}

func orderingCases() -> [OperationCase] {
  var result = cumulativeCases() + searchCases()
  // Short lines, lines sorted by digits of both widths, and few out of many.
  let samples: [(shape: [Int], dim: Int, count: Int)] = [
    ([3, 4, 5], 0, 2), ([3, 4, 5], 1, 4), ([3, 4, 5], 2, 1), ([2, 3], 1, 2), ([67], 0, 3), ([1500], 0, 400), ([9000], 0, 20), ([], 0, 1),
    ([0, 3], 1, 2),
  ]
  for operation in OrderOperation.allCases {
    for (shape, dim, count) in samples {
      var numbers = Numbers(seed: 600 + Int(operation.rawValue))
      let real = numbers.array(shape, -3...3), whole = numbers.integers(shape, -4...4)
      let length = shape.isEmpty ? 1 : shape[dim]
      let kept = operation == .ascending || operation == .descending ? length : operation == .largest || operation == .smallest ? count : 1
      // Large lines in a few types only: the reference computation is slow.
      let dtypes: [DType] = real.count > 1000 ? [.float32, .int64, .int8] : .all
      if operation == .mode && real.count > 1000 { continue }
      result.append(
        OperationCase(
          .order(operation, dim: dim, count: count), "\(count) of \(shape) along \(dim)", [.varying(real, whole: whole)],
          dtypes: dtypes, results: .withPositions, gradient: real.count > 0 && real.count <= 6 ? .second : .none, resultCount: 2
        ) { arrays in lines(arrays[0], dim, count: kept) { ordered(operation, $0, count: count) } })
    }
    let special = DenseArray([2, 6], [1, .nan, -0.0, 0, .infinity, 1, -.infinity, 2, .nan, .nan, -1, 2])
    let kept = operation == .ascending || operation == .descending ? 6 : operation == .largest || operation == .smallest ? 3 : 1
    result.append(
      OperationCase(
        .order(operation, dim: 1, count: 3), "with NaN and zeros", [.varying(special)], dtypes: .floats,
        results: .withPositions, gradient: .none, resultCount: 2
      ) { arrays in lines(arrays[0], 1, count: kept) { ordered(operation, $0, count: 3) } })
  }
  return result
}

private func cumulativeCases() -> [OperationCase] {
  CumulativeOperation.allCases.flatMap { operation in
    ([([3, 4, 5], 0), ([3, 4, 5], 1), ([3, 4, 5], 2), ([2, 3], 1), ([67], 0), ([], 0), ([2, 0], 1), ([3, 300], 0)] as [([Int], Int)]).map { shape, dim in
      var numbers = Numbers(seed: 400 + Int(operation.rawValue))
      let real = numbers.array(shape, operation == .product ? 0.8...1.25 : -2...2)
      let whole = numbers.integers(shape, operation == .product ? -1...1 : -3...3)
      return OperationCase(
        .cumulative(operation, dim: dim), "\(shape) along \(dim)", [.varying(real, whole: whole)],
        dtypes: operation == .logSumExp ? .floats : operation.hasPositions ? .all : .floats + [.int64],
        results: operation.hasPositions ? .withPositions : .same, slack: 4,
        gradient: real.count <= 6 && real.count > 0 ? .second : .none, resultCount: operation.hasPositions ? 2 : 1
      ) { arrays in
        lines(arrays[0], dim) { line in
          var totals: [Double] = [], places: [Double] = []
          for (i, x) in line.enumerated() {
            let before = totals.last ?? x
            switch operation {
            case .sum: totals.append(i == 0 ? x : before + x)
            case .product: totals.append(i == 0 ? x : before * x)
            case .logSumExp: totals.append(i == 0 ? x : max(before, x) + log1p(exp(-abs(before - x))))
            case .maximum, .minimum:
              let better = i == 0 || (operation == .maximum ? x >= before : x <= before)
              totals.append(better ? x : before)
              places.append(better ? Double(i) : places[i - 1])
            }
          }
          return operation.hasPositions ? [totals, places] : [totals]
        }
      }
    }
  }
}

private func searchCases() -> [OperationCase] {
  [false, true].flatMap { right in
    ([([7], [3, 5]), ([2, 9], [2, 4]), ([1], [6]), ([0], [3]), ([65], [])] as [([Int], [Int])]).map { sortedShape, valueShape in
      var numbers = Numbers(seed: 700)
      func sorted(_ x: DenseArray) -> DenseArray { x.rank > 0 && x.count > 0 ? lines(x, x.rank - 1) { [$0.sorted()] }[0] : x }
      let line = OperationInput.varying(sorted(numbers.array(sortedShape, -3...3)), whole: sorted(numbers.integers(sortedShape, 0...6)))
      let values = OperationInput.varying(numbers.array(valueShape, -4...4), whole: numbers.integers(valueShape, 0...7))
      return OperationCase(
        .searchSorted(right: right, .int64), "\(valueShape) in \(sortedShape)\(right ? ", right" : "")", [line, values],
        dtypes: .numbers, results: .always(.int64), gradient: .none
      ) { arrays in
        let length = sortedShape[sortedShape.count - 1]
        return [
          DenseArray(valueShape) { index in
            let row = sortedShape.count == 1 ? 0 : index[0]
            let value = arrays[1][index]
            return Double((0..<length).filter { i in
              let x = arrays[0].values[row * length + i]
              return right ? x <= value : x < value
            }.count)
          }
        ]
      }
    }
  }
}
