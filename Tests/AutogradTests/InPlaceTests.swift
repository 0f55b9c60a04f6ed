import Martlet
import Testing

/// Changes in place are recorded as what they are.
@Suite struct InPlaceTests {
  @Test func onResults() {
    let x = leaf([1.0, 2])
    let y = x * 2
    y.mul_(3)
    y.add_(x)
    #expect(numbers(y) == [7, 14])
    y.sum().backward()
    #expect(numbers(x.grad) == [7, 7])
  }

  @Test func activations() {
    let x = leaf([-1.0, 0.5, 2])
    (x * 1).relu_().sum().backward()
    #expect(numbers(x.grad) == [0, 1, 1])
    x.grad = nil
    (x * 1).sigmoid_().sum().backward()
    let expected = x.detach().sigmoid()
    expectClose(numbers(x.grad), numbers(expected * (1 - expected)))
    x.grad = nil
    (x * 1).exp_().sum().backward()
    expectClose(numbers(x.grad), numbers(x.detach().exp()))
    x.grad = nil
    (x * 1).square_().sum().backward()
    expectClose(numbers(x.grad), [-2, 1, 4])
    x.grad = nil
    (x * 1).clamp_(min: 0, max: 1).sum().backward()
    #expect(numbers(x.grad) == [0, 1, 0])
    x.grad = nil
    (x * 1).abs_().neg_().sum().backward()
    #expect(numbers(x.grad) == [1, -1, -1])
  }

  @Test func operands() {
    let x = leaf([2.0, 3]), w = leaf([5.0, 7])
    let y = x * 1
    y.mul_(w)
    y.sum().backward()
    #expect(numbers(x.grad) == [5, 7] && numbers(w.grad) == [2, 3])
    x.grad = nil
    w.grad = nil
    let z = x * 1
    z.div_(w).sub_(w)
    z.sum().backward()
    expectClose(numbers(x.grad), [0.2, 1.0 / 7])
    expectClose(numbers(w.grad), [-2.0 / 25 - 1, -3.0 / 49 - 1])
    x.grad = nil
    let s = x * 1
    s.mul_(s)
    s.sum().backward()
    #expect(numbers(x.grad) == [4, 6])
    x.grad = nil
    let t = x * 1
    t.addcmul_(t, Tensor([10.0, 10]), value: 0.5).lerp_(Tensor([0.0, 0]), 0.25)
    t.sum().backward()
    expectClose(numbers(x.grad), [4.5, 4.5])
  }

  @Test func whatWasSavedStaysRight() {
    // The old value is needed by an earlier operation: an error, not a wrong number.
    let x = leaf([1.0, 2])
    let y = x * 1
    let z = y.square()
    y.add_(1)
    expectError("square", "changed in place") { z.sum().backward() }
    // The output was saved and changed.
    let e = x.exp()
    e.mul_(2)
    expectError("exp", "changed in place") { e.sum().backward() }
    // An operation in place saves its result beside the tensor: later changes do it no harm.
    let a = x + 1
    a.exp_()
    a.add_(5)
    x.grad = nil
    (a + a).sum().backward()
    expectClose(numbers(x.grad), numbers(2 * (x.detach() + 1).exp()))
  }

  @Test func fillingEndsHistory() {
    let x = leaf([1.0, 2])
    let y = x * 3
    y.zero_()
    let z = (y + x * 2).sum()
    z.backward()
    #expect(numbers(x.grad) == [2, 2])
    x.grad = nil
    let w = x * 3
    w.copy_(x)
    w.sum().backward()
    #expect(numbers(x.grad) == [1, 1])
  }

  @Test func throughViews() {
    let x = leaf([1.0, 2, 3])
    let y = x * 1
    y[0].mul_(10)
    #expect(numbers(y) == [10, 2, 3])
    y.sum().backward()
    #expect(numbers(x.grad) == [10, 1, 1])
    // Writing into a part of a plain tensor brings it into the graph.
    x.grad = nil
    let z = Tensor.zeros(2, 3)
    z[1] = x * 2
    #expect(z.requiresGrad)
    (z * Tensor([[1.0], [10]])).sum().backward()
    #expect(numbers(x.grad) == [20, 20, 20])
    // The overwritten part gets no gradient.
    x.grad = nil
    let w = x * 5
    w[1] = Tensor(0.0)
    w.sum().backward()
    #expect(numbers(x.grad) == [5, 0, 5])
    // A view made before the base changed sees the change.
    x.grad = nil
    let base = x * 1, view = base.view(3)
    base.mul_(4)
    #expect(numbers(view) == [4, 8, 12])
    view.sum().backward()
    #expect(numbers(x.grad) == [4, 4, 4])
  }

  /// Several views, each written through; the numbers are PyTorch's.
  @Test func viewsOfViews() {
    let x = leaf([[1.0, 2, 3], [4, 5, 6]])
    let y = x * 1, a = y[0], b = y.t()
    a.mul_(2)
    b[1].add_(x.sum())
    b[2, 0] = Tensor(0.0)
    y.mul_(Tensor([[1.0], [10]]))
    ((b * Tensor.arange(6.0).reshape(3, 2)).sum() + (a * a).sum()).backward()
    expectClose(numbers(y), [2, 25, 0, 40, 260, 60])
    expectClose(numbers(x.grad), [90, 186, 82, 92, 112, 132])
    x.grad = nil
    let z = Tensor.zeros(2, 2, 3), w = z[1]
    w[.all, 1...] = x[.all, ..<2] * x[.all, 1...]
    #expect(z.requiresGrad && w.requiresGrad)
    (z * Tensor.arange(12.0).reshape(2, 2, 3)).sum().backward()
    expectClose(numbers(x.grad), [14, 31, 16, 50, 106, 55])
    // Second derivatives pass through, too.
    x.grad = nil
    let u = x * 0.5
    u.view(3, 2)[1...].exp_()
    grad((u * u).sum(), x, createGraph: true).sum().backward()
    expectClose(numbers(x.grad), [0.5, 0.5, 20.085537, 54.5981522, 148.413162, 403.428802])
    // A base that is not row-major.
    x.grad = nil
    let transposed = Tensor.zeros(2, 3).t().detach()
    transposed[1] = x[.all, 0] * 2
    (transposed * Tensor.arange(6.0).reshape(3, 2)).sum().backward()
    #expect(numbers(x.grad) == [4, 0, 0, 6, 0, 0])
  }

  @Test func indexedWrites() {
    let x = leaf([1.0, 2, 3])
    let y = x * 1
    y[[0, 2]] = Tensor([0.0, 0])
    y.sum().backward()
    #expect(numbers(x.grad) == [0, 1, 0])
    x.grad = nil
    let z = x * 1
    z[x .> 1] *= 10
    z.sum().backward()
    #expect(numbers(x.grad) == [1, 10, 10])
    x.grad = nil
    let w = x * 1
    w[1...] += x[..<2] * 2
    w.sum().backward()
    #expect(numbers(x.grad) == [3, 3, 1])
  }
}
