import Martlet
import TensorModule

extension OracleTable {
  /// What stands beside PyTorch's own database: second names, and tensors of Python values.
  mutating func addExtra() {
    one("swapaxes") { c in try c.tensor(0).swapaxes(try c.int(1, "axis0"), try c.int(2, "axis1")) }
    one("moveaxis") { c in try c.tensor(0).moveaxis(try c.int(1, "source"), try c.int(2, "destination")) }
    one("tensor") { c in
      let dtype = try c.dtype
      switch c.value(0, "data") {
      case .float(let value)?: return Tensor(value, dtype: dtype)
      case .int(let value)?: return Tensor(value, dtype: dtype)
      case .bool(let value)?: return Tensor(value, dtype: dtype)
      case .list(let items)?:
        let whole = items.compactMap { if case .int(let item) = $0 { item } else { Int?.none } }
        if !items.isEmpty && whole.count == items.count { return Tensor(whole, dtype: dtype) }
        let bits = items.compactMap { if case .bool(let item) = $0 { item } else { Bool?.none } }
        if !items.isEmpty && bits.count == items.count { return Tensor(bits, dtype: dtype) }
        return Tensor(try items.map { item -> Double in
          guard case .float(let value) = item else { throw OracleProblem("not a list of numbers of one kind") }
          return value
        }, dtype: dtype)
      default: throw OracleProblem("no data")
      }
    }
  }
}
