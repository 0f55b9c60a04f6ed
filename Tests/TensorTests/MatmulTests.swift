import Martlet
import Testing

@Suite struct MatmulTests {
  /// The product by its definition, batches broadcast.
  private func product(_ a: Tensor, _ b: Tensor) -> [Double] {
    numbers((a.unsqueeze(-1) * b.unsqueeze(-3)).sum(dim: -2))
  }

  @Test func tutorialExample() {
    let c = Tensor([[1, 2], [3, 4]]) • Tensor([[5], [6]])
    #expect(integers(c) == [17, 39] && c.shape == [2, 1] && c.dtype == .int64)
  }

  @Test func shapes() {
    let cases: [(Shape, Shape, Shape)] = [
      ([3], [3], []), ([2, 3], [3], [2]), ([3], [3, 4], [4]), ([2, 3], [3, 4], [2, 4]), ([5, 2, 3], [3, 4], [5, 2, 4]),
      ([5, 2, 3], [3], [5, 2]), ([3], [5, 3, 4], [5, 4]), ([5, 2, 3], [5, 3, 4], [5, 2, 4]),
      ([6, 1, 2, 3], [5, 3, 4], [6, 5, 2, 4]), ([1, 2, 3], [5, 3, 4], [5, 2, 4]), ([2, 0], [0, 3], [2, 3]),
      ([0, 2], [2, 3], [0, 3]), ([0, 2, 3], [3, 4], [0, 2, 4]),
    ]
    for (a, b, expected) in cases {
      let result = Tensor.ones(a).matmul(Tensor.ones(b))
      #expect(result.shape == expected, "\(a) • \(b)")
      #expect(numbers(result).allSatisfy { $0 == Double(a[-1]) }, "\(a) • \(b)")
    }
  }

  @Test func values() {
    let generator = Generator(seed: 0)
    for (a, b) in [([7, 5], [5, 9]), ([2, 7, 5], [2, 5, 3]), ([3, 1, 4, 5], [2, 5, 6]), ([33, 70], [70, 19])] as [(Shape, Shape)] {
      let x = Tensor.randn(a, dtype: .float64, generator: generator), y = Tensor.randn(b, dtype: .float64, generator: generator)
      expectClose(numbers(x • y), product(x, y), tolerance: 1e-12)
      expectClose(numbers(x.to(.float32) • y.to(.float32)), product(x, y), tolerance: 1e-5)
      // Every layout of the operands.
      let xt = x.mT.contiguous().mT, yt = y.mT.contiguous().mT
      expectClose(numbers(xt • y), product(x, y), tolerance: 1e-12)
      expectClose(numbers(x • yt), product(x, y), tolerance: 1e-12)
      expectClose(numbers(xt • yt), product(x, y), tolerance: 1e-12)
    }
    let half = Tensor([[1.5, 2]], dtype: .float16), other = Tensor([[2.0], [4]], dtype: .float16)
    #expect((half • other).dtype == .float16 && (half • other).item() == 11)
  }

  @Test func integerMatricesAreExact() {
    let large = 1 << 40
    #expect(integers(Tensor([[large, 1]]) • Tensor([[3], [5]])) == [3 * large + 5])
    #expect(integers(Tensor([[100, 100]], dtype: .int8) • Tensor([[1], [1]], dtype: .int8)) == [-56])
    #expect(integers(Tensor([[1, 2]], dtype: .int32) • Tensor([[3], [4]], dtype: .int32)) == [11])
  }

  @Test func matricesAndBatches() {
    #expect(counting(2, 3).mm(counting(3, 2)).shape == [2, 2])
    #expect(counting(2, 2, 3).bmm(counting(2, 3, 1)).shape == [2, 2, 1])
    expectError("[mm] (2, 2, 3) × (3, 2)") { _ = counting(2, 2, 3).mm(counting(3, 2)) }
    expectError("[bmm] (2, 2, 3) × (1, 3, 1)") { _ = counting(2, 2, 3).bmm(counting(1, 3, 1)) }
  }

  @Test func wrongShapes() {
    let a = Tensor.ones(2, 3)
    expectError("[matmul] (2, 3) × (2, 4)", "inner dimensions 3 and 2") { _ = a • Tensor.ones(2, 4) }
    expectError("[matmul] (2, 5) × (3, 5)", "transpose the second operand") { _ = Tensor.ones(2, 5) • Tensor.ones(3, 5) }
    expectError("[matmul] (2, 3) × (2,", "3 and 2") { _ = a • Tensor.ones(2) }
    expectError("[matmul]", "float32 and float64") { _ = a • Tensor.ones([3, 2], dtype: .float64) }
    expectError("[matmul] () × (2, 3)", "at least one dimension") { _ = Tensor(1.0) • a }
    expectError("[matmul] (2, 2, 3) × (5, 3, 2)", "batch") { _ = Tensor.ones(2, 2, 3) • Tensor.ones(5, 3, 2) }
  }
}
