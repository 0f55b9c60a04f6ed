import Martlet
import Testing

/// The engine's rules: what may be walked, how often, and what goes where.
@Suite struct BackwardTests {
  @Test func onlyNumbersStartByThemselves() {
    let x = leaf([1.0, 2])
    expectError("[backward] (2,)", "single number", "sum()") { (x * 2).backward() }
    (x * 2).backward(gradient: Tensor([1.0, 10]))
    #expect(numbers(x.grad) == [2, 20])
    expectError("[backward] (2,) × (3,)") { (x * 2).backward(gradient: Tensor.ones(3)) }
    let y = leaf([[3.0]])
    (y * 2).backward()
    #expect(numbers(y.grad) == [2])
  }

  @Test func somethingMustRequireGradients() {
    expectError("[backward] ()", "does not require gradients") { Tensor(1.0).backward() }
    let x = leaf(1.0)
    expectError("does not require") { withNoGrad { x * 2 }.backward() }
    expectError("does not require") { (x * 2).detach().backward() }
  }

  @Test func secondPass() {
    let x = leaf(2.0)
    let y = x.exp() * x
    y.backward()
    expectError("[backward]", "freed by an earlier backward pass", "retainGraph: true") { y.backward() }
    // Where nothing was saved nothing was freed.
    let z = x + 2
    x.grad = nil
    z.backward()
    z.backward()
    #expect(x.grad?.item() == 2)
    let kept = x * x
    x.grad = nil
    kept.backward(retainGraph: true)
    kept.backward()
    #expect(x.grad?.item() == 8)
    expectError("freed") { kept.backward() }
  }

  @Test func savedValuesAreWatched() {
    let x = leaf([1.0, 2])
    let y = x.exp()
    let z = y * 2
    y.add_(1)
    expectError("[backward]", "exp", "(2,)", "changed in place", "version 1, expected 0") { z.sum().backward() }
    // Add needs nothing of its operands.
    let a = x * 1
    let b = a + 1
    a.mul_(2)
    b.sum().backward()
    #expect(numbers(x.grad) == [1, 1])
    // Through views and detached tensors too.
    let w = leaf([3.0]), s = w * 1
    let p = s * s
    s.detach().zero_()
    expectError("changed in place") { p.sum().backward() }
    let t = w * 1
    let q = t * t
    t.view(1, 1).detach().add_(1)
    expectError("changed in place") { q.sum().backward() }
    // A parameter that was updated before its pass.
    let parameter = leaf([1.0, 2]), product = parameter * parameter
    withNoGrad { _ = parameter.sub_(0.1) }
    expectError("*", "changed in place") { product.sum().backward() }
  }

  @Test func diamondsAndSharedNodes() {
    let x = leaf(3.0)
    let a = x * 2, b = a * a, c = a.exp() * 0
    (b + c + a + x + x).backward()
    #expect(x.grad?.item() == 28.0)
    var y = leaf([1.0])
    let start = y
    for _ in 0..<10 { y = y + y }
    y.sum().backward()
    #expect(start.grad?.item() == 1024)
  }

  @Test func gradFunction() {
    let x = leaf(3.0), y = leaf(2.0)
    let gradients: [Tensor] = grad(outputs: [x * x * y], inputs: [x, y])
    #expect(gradients.map { $0.item() } == [12, 9] && x.grad == nil && y.grad == nil)
    let unused: [Tensor?] = grad(outputs: [x * 2], inputs: [x, y], allowUnused: true)
    #expect(unused[0]?.item() == 2 && unused[1] == nil)
    expectError("[grad]", "do not depend on input 1", "allowUnused") { _ = grad(outputs: [x * 2], inputs: [x, y]) as [Tensor] }
    expectError("[grad]", "does not require gradients") { _ = grad(x * 2, Tensor(1.0)) }
    // With respect to a result in the middle, and to outputs themselves.
    let m = x * 4
    #expect(grad(m * m, m).item() == 24)
    #expect(grad(m, m).item() == 1)
    // Several outputs add up, with their own gradients.
    let v = leaf([1.0, 2])
    let sum: [Tensor] = grad(outputs: [v * 2, v * v], inputs: [v], gradOutputs: [Tensor([1.0, 1]), Tensor([10.0, 100])])
    #expect(numbers(sum[0]) == [22, 402])
    expectError("1 outputs but 2 gradients") { _ = grad(outputs: [x * 2], inputs: [x], gradOutputs: [nil, nil]) as [Tensor] }
  }

  @Test func backwardForSomeInputs() {
    let x = leaf(3.0), y = leaf(2.0)
    (x * y).backward(inputs: [x])
    #expect(x.grad?.item() == 2 && y.grad == nil)
    expectError("leaf") { (x * y).backward(inputs: [x * 1]) }
  }

  @Test func secondDerivatives() {
    let x = leaf(2.0, dtype: .float64)
    let first = grad(x ** 3, x, createGraph: true)
    #expect(first.item() == 12 && first.requiresGrad)
    let second = grad(first, x, createGraph: true)
    #expect(second.item() == 12)
    #expect(grad(second, x).item() == 6)
    // A gradient penalty: the gradient of a gradient's norm reaches the leaf.
    let w = leaf([1.0, 2], dtype: .float64), v = Tensor([3.0, 4], dtype: .float64, requiresGrad: true)
    let g: [Tensor] = grad(outputs: [(w * v * v).sum()], inputs: [v], createGraph: true)
    g[0].square().sum().backward()
    // d/dw (2wv)² = 8wv².
    #expect(numbers(w.grad) == [72, 256])
    (x ** 3).backward(createGraph: true)
    #expect(x.grad?.requiresGrad == true)
    #expect(grad(x.grad!, x).item() == 12)
  }

  @Test func hooks() {
    let x = leaf([1.0, 2])
    let doubling = x.registerHook { $0 * 2 }
    (x * 3).sum().backward()
    #expect(numbers(x.grad) == [6, 6])
    doubling.remove()
    x.grad = nil
    (x * 3).sum().backward()
    #expect(numbers(x.grad) == [3, 3])
    // On a result; hooks run in order, nil leaves the gradient as it is.
    x.grad = nil
    let y = x * 3
    y.registerHook { $0 + 1 }
    y.registerHook { _ in nil }
    y.registerHook { $0 * 10 }
    y.sum().backward()
    #expect(numbers(x.grad) == [60, 60])
    expectError("registerHook", "does not require") { Tensor([1.0]).registerHook { $0 } }
  }

  @Test func retainedGradients() {
    let x = leaf([1.0, 2])
    let y = x * 3
    #expect(y.grad == nil)
    y.retainGrad()
    (y * y).sum().backward()
    #expect(numbers(y.grad) == [6, 12] && numbers(x.grad) == [18, 36])
    x.retainGrad()  // allowed and without effect on a leaf
    expectError("retainGrad") { Tensor([1.0]).retainGrad() }
    let z = x * 1
    (z * 2).sum().backward()
    #expect(z.grad == nil)
  }

  @Test func anomalyDetection() {
    let x = leaf([0.0, 1])
    expectError("[log] (2,)", "NaN", "detectAnomaly") { detectAnomaly { _ = (x - 1).log() } }
    expectError("backward", "sqrt", "NaN") {
      detectAnomaly { (x.sqrt() * 0).sum().backward() }
    }
    detectAnomaly { (x * 2).sum().backward() }
    #expect(numbers(x.grad) == [2, 2])
  }

  @Test func failuresInAPass() {
    // A pass that fails leaves the graph usable: nothing stays claimed.
    let x = leaf([1.0, 2])
    let y = x.exp(), z = y * y
    y.detach().add_(1)
    expectError("changed in place") { z.sum().backward() }
    x.grad = nil
    (x.exp() * 2).sum().backward()
    #expect(x.grad != nil)
  }
}
