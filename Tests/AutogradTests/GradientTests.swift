import Martlet
import Testing

/// Gradients where definitions differ between libraries, across shapes and across types.
@Suite struct GradientTests {
  /// The gradient of the sum of a function.
  private func slope<E: TensorElements>(_ at: E, _ function: (Tensor) -> Tensor) -> [Double] {
    let x = leaf(at, dtype: .float64)
    function(x).sum().backward()
    return numbers(x.grad)
  }

  @Test func edges() {
    #expect(slope([0.0, -0.0, 1]) { $0.relu() } == [0, 0, 1])
    #expect(slope([0.0, -2]) { $0.abs() } == [0, -1])
    #expect(slope([0.0]) { $0.sqrt() } == [.infinity])
    #expect(slope([0.0]) { $0 ** 2 } == [0])
    #expect(slope([0.0]) { $0 ** 0.5 } == [.infinity])
    #expect(slope([0.0]) { $0 ** 0 } == [0])
    #expect(slope([0.0, 0]) { $0.norm() } == [0, 0])
    expectClose(slope([3.0, 4]) { $0.norm() }, [0.6, 0.8])
    #expect(slope([-1.0, 0, 0.5, 1, 2]) { $0.clamp(min: 0, max: 1) } == [0, 0, 1, 0, 0])
    #expect(slope([-1.0, 0, 1]) { $0.clamp(min: 0) } == [0, 0, 1])
    #expect(slope([0.5, 1.5]) { $0.round() } == [0, 0] && slope([0.5]) { $0.floor() } == [0])
    #expect(slope([-2.0, 0, 3]) { $0.sign() } == [0, 0, 0])
  }

  @Test func ties() {
    #expect(slope([1.0, 3, 3]) { $0.max() } == [0, 0.5, 0.5])
    #expect(slope([1.0, 1, 3]) { $0.min() } == [0.5, 0.5, 0])
    let third = 1.0 / 3
    #expect(slope([[1.0, 3, 3], [2, 2, 2]]) { $0.amax(dim: 1) } == [0, 0.5, 0.5, third, third, third])
    #expect(slope([1.0, 3, 3]) { $0.max(dim: 0).values } == [0, 1, 0])
    #expect(slope([1.0, 1, 3]) { $0.min(dim: 0).values } == [1, 0, 0])
    let a = leaf([1.0, 2, 3]), b = leaf([1.0, 1, 4])
    a.maximum(b).sum().backward()
    #expect(numbers(a.grad) == [0.5, 1, 0] && numbers(b.grad) == [0.5, 0, 1])
    let c = leaf([1.0]), d = leaf([1.0])
    c.minimum(d).sum().backward()
    #expect(numbers(c.grad) == [0.5] && numbers(d.grad) == [0.5])
  }

  @Test func products() {
    #expect(slope([0.0, 2, 3]) { $0.prod() } == [6, 0, 0])
    #expect(slope([0.0, 2, 0]) { $0.prod() } == [0, 0, 0])
    #expect(slope([2.0, 3]) { $0.prod() } == [3, 2])
    #expect(slope([2.0, 0, 3]) { $0.cumprod(dim: 0) } == [1, 8, 0])
    #expect(slope([1.0, 2, 3]) { $0.cumsum(dim: 0) } == [3, 2, 1])
  }

  @Test func theWhereTrap() {
    let result = slope([0.0, 1]) { x in Tensor.where(x .> 0, x.log(), 0.0) }
    #expect(result[0].isNaN && result[1] == 1)
  }

  @Test func broadcasting() {
    let a = leaf([[1.0], [2]]), b = leaf([10.0, 20, 30]), c = leaf(2.0)
    (a * b * c).sum().backward()
    #expect(numbers(a.grad) == [120, 120] && a.grad?.shape == [2, 1])
    #expect(numbers(b.grad) == [6, 6, 6] && b.grad?.shape == [3])
    #expect(c.grad?.item() == 180 && c.grad?.shape == [])
    let d = leaf([1.0]), e = Tensor.ones(4, 1, 3)
    (d + e).sum().backward()
    #expect(numbers(d.grad) == [12])
    let f = leaf([1.0, 2])
    f.expand(3, 2).sum().backward()
    #expect(numbers(f.grad) == [3, 3])
    let g = leaf([[1.0, 2]])
    (g.expand(3, 2) * Tensor([[1.0], [2], [3]])).sum().backward()
    #expect(numbers(g.grad) == [6, 6] && g.grad?.shape == [1, 2])
  }

  @Test func mixedTypes() {
    let x = leaf([1.0, 2]), y = Tensor([3.0, 4], dtype: .float64, requiresGrad: true)
    let z = x * y
    #expect(z.dtype == .float64)
    z.sum().backward()
    #expect(x.grad?.dtype == .float32 && numbers(x.grad) == [3, 4])
    #expect(y.grad?.dtype == .float64 && numbers(y.grad) == [1, 2])
    let h = Tensor([1.0, 2], dtype: .float16, requiresGrad: true)
    (h * 3).to(.float32).sum().backward()
    #expect(h.grad?.dtype == .float16 && numbers(h.grad) == [3, 3])
    let w = leaf([2.0])
    (w * Tensor([3])).sum().backward()
    #expect(numbers(w.grad) == [3])
    let n = leaf([1.0, 2, 3])
    n[[0, 0, 2]].sum().backward()
    #expect(numbers(n.grad) == [2, 0, 1])
  }

  @Test func views() {
    let x = leaf([[1.0, 2, 3], [4, 5, 6]])
    (x.t()[1] * Tensor([10.0, 100])).sum().backward()
    #expect(numbers(x.grad) == [0, 10, 0, 0, 100, 0])
    x.grad = nil
    (x[.all, .stride(from: 0, to: 3, by: 2)] * 2).sum().backward()
    #expect(numbers(x.grad) == [2, 0, 2, 2, 0, 2])
    x.grad = nil
    x.unfold(dim: 1, size: 2, step: 1).sum().backward()
    #expect(numbers(x.grad) == [1, 2, 1, 1, 2, 1])
    x.grad = nil
    (x.diagonal() * 3).sum().backward()
    #expect(numbers(x.grad) == [3, 0, 0, 0, 3, 0])
    x.grad = nil
    (x.permute(1, 0).reshape(6)[1...].unsqueeze(0).flatten() * Tensor.arange(5.0)).sum().backward()
    #expect(numbers(x.grad) == [0, 1, 3, 0, 2, 4])
    x.grad = nil
    x[x .> 2].square().sum().backward()
    #expect(numbers(x.grad) == [0, 0, 6, 8, 10, 12])
  }

  @Test func joining() {
    let a = leaf([1.0, 2]), b = leaf([[3.0, 4], [5, 6]])
    (Tensor.cat([a.unsqueeze(0), b, a.unsqueeze(0)]) * Tensor([[1.0], [2], [3], [4]])).sum().backward()
    #expect(numbers(a.grad) == [5, 5] && numbers(b.grad) == [2, 2, 3, 3])
    a.grad = nil
    (Tensor.stack([a, a * 2], dim: 1) * Tensor([[1.0, 10], [100, 1000]])).sum().backward()
    #expect(numbers(a.grad) == [21, 2100])
    a.grad = nil
    (a.repeat(3) * Tensor.arange(6.0)).sum().backward()
    #expect(numbers(a.grad) == [6, 9])
    a.grad = nil
    let parts = b.split(1, dim: 0)
    (parts[0] * 2 + parts[1] * 3).sum().backward()
    #expect(numbers(b.grad) == [4, 4, 6, 6])
    let wide = leaf([1.0])
    Tensor.cat((0..<100).map { wide * Double($0) }).sum().backward()
    #expect(numbers(wide.grad) == [4950])
  }

  @Test func derivativesAgreeWithDifferences() throws {
    let generator = Generator(seed: 0)
    func random(_ sizes: Int...) -> Tensor {
      (Tensor.rand(Shape(sizes), dtype: .float64, generator: generator) + 0.5).requiresGrad_()
    }
    try gradcheck([random(2, 3), random(3, 4)]) { [$0[0] • $0[1]] }
    try gradcheck([random(2, 2, 3), random(3)]) { [($0[0].matmul($0[1])).tanh()] }
    try gradcheck([random(2, 3), random(3)]) { [($0[0] / $0[1]).exp().mean(dim: 0)] }
    try gradcheck([random(3, 4)]) { [$0[0].softmax(dim: 1), $0[0].logsumexp(dim: 0), $0[0].variance(dim: 1)] }
    try gradgradcheck([random(2, 3), random(3, 2)]) { [($0[0] • $0[1]).sigmoid()] }
    try gradgradcheck([random(2, 3), random(3)]) { [$0[0] ** $0[1]] }
    try gradgradcheck([random(3, 2)]) { [$0[0].logSoftmax(dim: 0), $0[0].norm()] }
    // And a wrong derivative is found.
    #expect(throws: GradientMismatch.self) {
      try gradcheck([random(2)]) { [$0[0] * $0[0].detach()] }
    }
  }
}
