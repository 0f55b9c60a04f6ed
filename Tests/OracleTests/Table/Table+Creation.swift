import Martlet
import TensorModule

extension OracleTable {
  /// What makes tensors.
  mutating func addCreation() {
    one("arange") { try Self.arange($0) }
    one("eye") { Tensor.eye(try $0.int(0), try $0.optionalInt(1, "m"), dtype: try $0.dtype ?? .float32) }
    one("linspace") {
      Tensor.linspace(try $0.double(0), try $0.double(1), try $0.int(2, "steps"), dtype: try $0.dtype ?? .float32)
    }
    one("logspace") {
      Tensor.logspace(
        try $0.double(0), try $0.double(1), try $0.int(2, "steps"), base: try $0.double(3, "base", 10),
        dtype: try $0.dtype ?? .float32)
    }
    one("full") { Self.full(Shape(try $0.ints(0)), try $0.scalar(1), try $0.dtype) }
    one("full_like") { Self.fullLike(try $0.tensor(0), try $0.scalar(1), try $0.dtype) }
    one("new_full") { Self.newFull(try $0.tensor(0), Shape(try $0.ints(1)), try $0.scalar(2), try $0.dtype) }
    one("new_ones") { try $0.tensor(0).newOnes(Shape(try $0.ints(1)), dtype: try $0.dtype) }
    one("new_zeros") { try $0.tensor(0).newZeros(Shape(try $0.ints(1)), dtype: try $0.dtype) }
    one("ones") { Tensor.ones(Shape(try $0.ints(0)), dtype: try $0.dtype ?? .float32) }
    one("zeros") { Tensor.zeros(Shape(try $0.ints(0)), dtype: try $0.dtype ?? .float32) }
    one("ones_like") { Tensor.onesLike(try $0.tensor(0), dtype: try $0.dtype) }
    one("zeros_like") { Tensor.zerosLike(try $0.tensor(0), dtype: try $0.dtype) }
    one("scalar_tensor") { Self.scalarTensor(try $0.scalar(0), try $0.dtype) }
    one("fill") { c in
      if case .tensor(let value)? = c.value(1, "value") { return try c.tensor(0).fill(value) }
      return Self.fill(try c.tensor(0), try c.scalar(1, "value"), inPlace: false)
    }
    one("fill_") { c in
      if case .tensor(let value)? = c.value(1, "value") { return try c.tensor(0).fill_(value) }
      return Self.fill(try c.tensor(0), try c.scalar(1, "value"), inPlace: true)
    }
  }

  // Generic parameters open the scalars' existentials.
  private static func full(_ shape: Shape, _ value: some TensorScalar, _ dtype: DType?) -> Tensor {
    Tensor.full(shape, value, dtype: dtype)
  }
  private static func fullLike(_ x: Tensor, _ value: some TensorScalar, _ dtype: DType?) -> Tensor {
    Tensor.fullLike(x, value, dtype: dtype)
  }
  private static func newFull(_ x: Tensor, _ shape: Shape, _ value: some TensorScalar, _ dtype: DType?) -> Tensor {
    x.newFull(shape, value, dtype: dtype)
  }
  private static func scalarTensor(_ value: some TensorScalar, _ dtype: DType?) -> Tensor {
    Tensor.scalarTensor(value, dtype: dtype ?? .float32)
  }
  private static func fill(_ x: Tensor, _ value: some TensorScalar, inPlace: Bool) -> Tensor {
    inPlace ? x.fill_(value) : x.fill(value)
  }

  /// `arange(end)`, `arange(start, end)` and `arange(start, end, step)`: of integers if all are.
  private static func arange(_ c: OracleCall) throws -> Tensor {
    let dtype = try c.dtype
    let hasEnd = c.arguments.count > 1 || c.keywords["end"] != nil
    let start = hasEnd ? try c.scalar(0, "start") : 0
    let end = hasEnd ? try c.scalar(1, "end") : try c.scalar(0)
    let step = try c.scalar(2, "step", 1)
    if let start = start as? Int, let end = end as? Int, let step = step as? Int {
      return Tensor.arange(start, end, step, dtype: dtype)
    }
    func double(_ number: any TensorScalar) -> Double { (number as? Int).map { Double($0) } ?? number as? Double ?? 0 }
    return Tensor.arange(double(start), double(end), double(step), dtype: dtype)
  }
}
