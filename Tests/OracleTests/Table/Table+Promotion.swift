import Martlet
import TensorModule

extension OracleTable {
  /// What only the promotion family calls.
  mutating func addPromotion() {
    one("result_type") { c in
      // An empty tensor of the resulting type.
      let dtype: DType
      switch (c.value(0), c.value(1)) {
      case (.tensor(let a)?, .tensor(let b)?): dtype = Tensor.resultType(a, b)
      case (.tensor(let a)?, _): dtype = Self.resultType(a, try c.scalar(1))
      case (_, .tensor(let b)?): dtype = Self.resultType(b, try c.scalar(0))
      default: throw OracleProblem("result_type of two numbers")
      }
      return Tensor.empty([0], dtype: dtype)
    }
  }

  private static func resultType(_ tensor: Tensor, _ number: some TensorScalar) -> DType { Tensor.resultType(tensor, number) }
}
