import Foundation
import TensorModule
import TestSupport

/// A matrix of the slow computations, which know nothing of the kernels' ways.
private struct Matrix {
  var rows: Int
  var columns: Int
  var values: [Double]

  init(_ rows: Int, _ columns: Int, _ value: (Int, Int) -> Double) {
    (self.rows, self.columns) = (rows, columns)
    values = (0..<(rows * columns)).map { value($0 / columns, $0 % columns) }
  }
  subscript(i: Int, j: Int) -> Double {
    get { values[i * columns + j] }
    set { values[i * columns + j] = newValue }
  }
  var transposed: Matrix { Matrix(columns, rows) { self[$1, $0] } }

  static func * (a: Matrix, b: Matrix) -> Matrix {
    Matrix(a.rows, b.columns) { i, j in (0..<a.columns).reduce(0) { $0 + a[i, $1] * b[$1, j] } }
  }
  static func + (a: Matrix, b: Matrix) -> Matrix { Matrix(a.rows, a.columns) { a[$0, $1] + b[$0, $1] } }
  static func identity(_ n: Int, _ value: Double = 1) -> Matrix { Matrix(n, n) { $0 == $1 ? value : 0 } }

  /// Gaussian elimination with partial pivoting: the order of rows, L, U and the sign of the exchanges.
  func eliminated() -> (order: [Int], l: Matrix, u: Matrix, sign: Double) {
    var a = self, order = Array(0..<rows), sign = 1.0
    let count = min(rows, columns)
    for j in 0..<count {
      let pivot = (j..<rows).max { abs(a[$0, j]) < abs(a[$1, j]) } ?? j
      if pivot != j {
        for q in 0..<columns { (a[j, q], a[pivot, q]) = (a[pivot, q], a[j, q]) }
        order.swapAt(j, pivot)
        sign = -sign
      }
      for i in (j + 1)..<max(rows, j + 1) {
        a[i, j] /= a[j, j]
        for q in (j + 1)..<max(columns, j + 1) { a[i, q] -= a[i, j] * a[j, q] }
      }
    }
    return (order, Matrix(rows, count) { $0 == $1 ? 1 : $0 > $1 ? a[$0, $1] : 0 }, Matrix(count, columns) { $0 <= $1 ? a[$0, $1] : 0 }, sign)
  }

  func solving(_ b: Matrix) -> Matrix {
    let (order, l, u, _) = eliminated()
    var x = Matrix(b.rows, b.columns) { b[order[$0], $1] }
    for q in 0..<b.columns {
      for i in 0..<rows { for p in 0..<i { x[i, q] -= l[i, p] * x[p, q] } }
      for i in (0..<rows).reversed() {
        for p in (i + 1)..<max(rows, i + 1) { x[i, q] -= u[i, p] * x[p, q] }
        x[i, q] /= u[i, i]
      }
    }
    return x
  }

  /// Eigenvalues, ascending, and vectors by Jacobi's rotations.
  func eigen() -> (values: [Double], vectors: Matrix) {
    var a = self, v = Matrix.identity(rows)
    for _ in 0..<30 {
      for p in 0..<rows {
        for q in (p + 1)..<max(rows, p + 1) where a[p, q] != 0 {
          let angle = 0.5 * atan2(2 * a[p, q], a[q, q] - a[p, p])
          var turn = Matrix.identity(rows)
          (turn[p, p], turn[q, q], turn[p, q], turn[q, p]) = (cos(angle), cos(angle), sin(angle), -sin(angle))
          a = turn.transposed * a * turn
          v = v * turn
        }
      }
    }
    let order = (0..<rows).sorted { a[$0, $0] < a[$1, $1] }
    return (order.map { a[$0, $0] }, Matrix(rows, rows) { v[$0, order[$1]] })
  }
}

/// Applies a slow computation to each matrix of the batch; all operands have the same batch.
private func batched(_ arrays: [DenseArray], _ body: ([Matrix]) -> [DenseArray]) -> [DenseArray] {
  let batch = Array(arrays[0].shape.dropLast(2)), count = batch.reduce(1, *)
  var results: [DenseArray] = []
  for element in 0..<count {
    let matrices = arrays.map { array in
      let m = array.shape[array.rank - 2], n = array.shape[array.rank - 1]
      return Matrix(m, n) { array.values[(element * m + $0) * n + $1] }
    }
    for (i, result) in body(matrices).enumerated() {
      if element == 0 { results.append(DenseArray(batch + result.shape, [])) }
      results[i].values += result.values
    }
  }
  return results
}

private func dense(_ matrix: Matrix) -> DenseArray { DenseArray([matrix.rows, matrix.columns], matrix.values) }

/// A matrix far from singular, whatever `x`'s elements between -1 and 1 are.
private func shifted(_ x: Tensor) -> Tensor {
  x + 3 * Tensor.eye(x.shape[-2], x.shape[-1], dtype: x.dtype, device: x.device)
}
private func shifted(_ x: Matrix) -> Matrix { Matrix(x.rows, x.columns) { x[$0, $1] + ($0 == $1 ? 3 : 0) } }

func factorizationCases() -> [OperationCase] {
  var numbers = Numbers(seed: 1700)
  func input(_ shape: [Int], _ range: ClosedRange<Double> = -1...1) -> OperationInput { .varying(numbers.array(shape, range)) }
  var result: [OperationCase] = []
  func add(
    _ kind: LinearAlgebraKind, _ detail: String, _ inputs: [OperationInput], slack: Double = 40, isSmall: Bool, run: @escaping ([Tensor]) -> [Tensor],
    oracle: @escaping ([Matrix]) -> [DenseArray]
  ) {
    var item = OperationCase(
      key: "linearAlgebra.\(kind)", detail, inputs, dtypes: [.float32, .float64], gradient: isSmall ? .second : .none, run: run,
      oracle: { batched($0, oracle) })
    item.slack = slack
    result.append(item)
  }
  for shape in [[2, 2], [3, 2], [2, 3], [2, 3, 3], [1, 1], [6, 5]] {
    let isSmall = shape.reduce(1, *) <= 18 && !shape.contains(6)
    add(.lu, "\(shape)", [input(shape)], isSmall: isSmall) {
      let factors = Linalg.lu(shifted($0[0]))
      return [factors.l, factors.u]
    } oracle: {
      let factors = shifted($0[0]).eliminated()
      return [dense(factors.l), dense(factors.u)]
    }
    add(.qr, "\(shape)", [input(shape)], isSmall: isSmall) {
      // Signs are the algorithm's choice.
      let factors = Linalg.qr(shifted($0[0]))
      return [factors.q * factors.q, factors.r * factors.r]
    } oracle: {
      let a = shifted($0[0]), k = min(a.rows, a.columns)
      var q = Matrix(a.rows, k) { a[$0, $1] }
      for j in 0..<k {
        for _ in 0..<2 {
          for p in 0..<j {
            let along = (0..<a.rows).reduce(0) { $0 + q[$1, p] * q[$1, j] }
            for i in 0..<a.rows { q[i, j] -= along * q[i, p] }
          }
        }
        let length = (0..<a.rows).reduce(0) { $0 + q[$1, j] * q[$1, j] }.squareRoot()
        for i in 0..<a.rows { q[i, j] /= length }
      }
      let r = q.transposed * a
      return [dense(Matrix(a.rows, k) { q[$0, $1] * q[$0, $1] }), dense(Matrix(k, a.columns) { $0 <= $1 ? r[$0, $1] * r[$0, $1] : 0 })]
    }
    add(.svd, "\(shape)", [input(shape)], isSmall: isSmall && shape != [2, 3, 3]) {
      let parts = Linalg.svd($0[0] * Tensor.arange(1, $0[0].shape[-1] + 1, dtype: $0[0].dtype, device: $0[0].device) + Tensor.eye($0[0].shape[-2], $0[0].shape[-1], dtype: $0[0].dtype, device: $0[0].device), fullMatrices: false)
      return [parts.s.unsqueeze(-1), (parts.u * (parts.s * parts.s * parts.s).unsqueeze(-2)).matmul(parts.vh)]
    } oracle: {
      let x = $0[0], a = Matrix(x.rows, x.columns) { x[$0, $1] * Double($1 + 1) + ($0 == $1 ? 1 : 0) }
      let square = a.rows < a.columns ? a * a.transposed : a.transposed * a
      let values = square.eigen().values.reversed().map { max($0, 0).squareRoot() }
      return [DenseArray([values.count, 1], values), dense(a * a.transposed * a)]
    }
    add(.pseudoInverse, "\(shape)", [input(shape)], slack: 200, isSmall: isSmall) {
      [Linalg.pinv(shifted($0[0]))]
    } oracle: {
      let a = shifted($0[0]), t = a.transposed
      return [dense(a.rows < a.columns ? (a * t).solving(a).transposed : (t * a).solving(t))]
    }
  }
  for shape in [[2, 2], [2, 3, 3], [1, 1], [6, 6]] {
    let n = shape[shape.count - 1], isSmall = n < 6
    add(.cholesky, "\(shape)", [input(shape)], isSmall: isSmall) {
      [Linalg.cholesky($0[0].matmul($0[0].mT) + Tensor.eye(n, dtype: $0[0].dtype, device: $0[0].device))]
    } oracle: {
      let a = $0[0] * $0[0].transposed + Matrix.identity(n)
      var l = Matrix(n, n) { _, _ in 0 }
      for i in 0..<n {
        for j in 0...i {
          let sum = (0..<j).reduce(a[i, j]) { $0 - l[i, $1] * l[j, $1] }
          l[i, j] = i == j ? sum.squareRoot() : sum / l[j, j]
        }
      }
      return [dense(l)]
    }
    add(.eigen, "\(shape)", [input(shape)], isSmall: isSmall) {
      let place = Tensor.arange(1, n + 1, dtype: $0[0].dtype, device: $0[0].device)
      let parts = Linalg.eigh($0[0] + $0[0].mT + (place * place).unsqueeze(-1) * Tensor.eye(n, dtype: $0[0].dtype, device: $0[0].device))
      let values = parts.eigenvalues
      return [values.unsqueeze(-1), (parts.eigenvectors * (values * values * values).unsqueeze(-2)).matmul(parts.eigenvectors.mT)]
    } oracle: {
      let x = $0[0], a = Matrix(n, n) { x[$0, $1] + x[$1, $0] + ($0 == $1 ? Double(($0 + 1) * ($0 + 1)) : 0) }
      return [DenseArray([n, 1], a.eigen().values), dense(a * a * a)]
    }
    add(.determinant, "\(shape)", [input(shape)], slack: 200, isSmall: isSmall) {
      let a = shifted($0[0])
      let parts = Linalg.slogdet(a)
      return [(Linalg.det(a * 0.5)).unsqueeze(-1), parts.logabsdet.unsqueeze(-1)]
    } oracle: {
      let a = shifted($0[0]), parts = a.eliminated()
      let diagonal = (0..<n).map { parts.u[$0, $0] }
      return [DenseArray([1], [diagonal.reduce(parts.sign) { $0 * $1 / 2 }]), DenseArray([1], [diagonal.reduce(0) { $0 + log(abs($1)) }])]
    }
    let right = Array(shape.dropLast()) + [3]
    add(.solve, "\(shape)", [input(shape), input(right)], isSmall: isSmall) {
      [Linalg.solve(shifted($0[0]), $0[1])]
    } oracle: { [dense(shifted($0[0]).solving($0[1]))] }
    add(.choleskySolve, "\(shape)", [input(shape), input(right)], slack: 100, isSmall: isSmall) {
      [$0[1].choleskySolve(shifted($0[0]).tril())]
    } oracle: {
      let a = shifted($0[0]), l = Matrix(n, n) { $0 >= $1 ? a[$0, $1] : 0 }
      return [dense((l * l.transposed).solving($0[1]))]
    }
    for upper in [false, true] {
      for unit in [false, true] {
        let a = input(shape, 0.8...1.2)
        let item = OperationCase(
          .linearAlgebra(.triangularSolve(upper: upper, unit: unit)), "\(shape) \(upper ? "upper" : "lower")\(unit ? " unit" : "")",
          [a, input(right)], dtypes: [.float32, .float64], slack: 400, gradient: isSmall ? .second : .none
        ) { arrays in
          batched(arrays) { parts in
            let t = Matrix(n, n) { $0 == $1 ? (unit ? 1 : parts[0][$0, $1]) : ($0 < $1) == upper ? parts[0][$0, $1] : 0 }
            return [dense(t.solving(parts[1]))]
          }
        }
        result.append(item)
      }
    }
  }
  let pivots = OperationInput(real: DenseArray([2, 3], [2, 3, 3, 4, 2, 3]), whole: DenseArray([2, 3], [2, 3, 3, 4, 2, 3]), fixed: .int32)
  result.append(
    OperationCase(
      .linearAlgebra(.permutation(size: 4)), "", [pivots], dtypes: [.float32], results: .always(.int64), gradient: .none
    ) { arrays in
      let count = arrays[0].shape[0]
      return [
        DenseArray([count, 4], (0..<count).flatMap { row -> [Double] in
          var order = [0.0, 1, 2, 3]
          for i in 0..<3 { order.swapAt(i, Int(arrays[0][[row, i]]) - 1) }
          return order
        })
      ]
    })
  return result
}
