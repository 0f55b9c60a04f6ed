import TensorModule
import TestSupport

func ternaryCases() -> [OperationCase] {
  TernaryOperation.allCases.flatMap { operation -> [OperationCase] in
    var numbers = Numbers(seed: 200 + Int(operation.rawValue))
    let shapes: [([Int], [Int], [Int])] = [
      ([3, 4, 5], [3, 4, 5], [3, 4, 5]), ([3, 1, 5], [4, 1], [5]), ([2, 3], [3], [2, 1]), ([67], [], [67]), ([], [], []),
      ([0, 3], [3], [1, 3]),
    ]
    return shapes.map { a, b, c in
      let first = OperationInput.varying(numbers.array(a, -3...3), whole: numbers.integers(a, -5...5))
      let second = OperationInput.varying(numbers.array(b, -3...3), whole: numbers.integers(b, -3...3))
      let divisor = OperationInput.varying(numbers.array(c, 0.5...3), whole: numbers.integers(c, 1...3))
      let condition = OperationInput.condition(numbers.integers(a, 0...1))
      let gradient: GradientOrder = a == [2, 3] || a == [] ? .second : .none
      let detail = "\(a)×\(b)×\(c)"
      func made(
        _ parameters: Parameters, _ inputs: [OperationInput], _ dtypes: [DType],
        _ function: @escaping (Double, Double, Double) -> Double
      ) -> OperationCase {
        OperationCase(.ternary(operation, parameters), detail, inputs, dtypes: dtypes, slack: 2, gradient: gradient) {
          [DenseArray.elementwise($0) { function($0[0], $0[1], $0[2]) }]
        }
      }
      switch operation {
      case .select:
        return made(.none, [condition, second, divisor], .all) { $0 != 0 ? $1 : $2 }
      case .multiplyAdd:
        return made(Parameters(2), [first, second, divisor], [.float32, .float64, .float16, .bfloat16, .int8, .int16, .int32, .int64]) {
          $0 + 2 * $1 * $2
        }
      case .divideAdd:
        return made(Parameters(0.5), [first, second, divisor], .floats) { $0 + 0.5 * $1 / $2 }
      case .interpolate:
        return made(.none, [first, second, .varying(numbers.array(c, -0.5...1.5))], .floats) { $0 + $2 * ($1 - $0) }
      }
    }
  }
}
