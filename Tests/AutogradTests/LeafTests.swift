import Martlet
import Testing

/// Leaves, modes, and what may and may not be written in place.
@Suite struct LeafTests {
  @Test func leaves() {
    let x = leaf([1.0, 2])
    let y = x * 2
    #expect(x.isLeaf && x.requiresGrad && x.grad == nil)
    #expect(!y.isLeaf && y.requiresGrad && y.grad == nil)
    #expect(Tensor([1.0]).isLeaf && !Tensor([1.0]).requiresGrad)
    #expect(y.detach().isLeaf && !y.detach().requiresGrad)
    #expect(!(x .> 1).requiresGrad && !x.argmax().requiresGrad && !x.to(.int64).requiresGrad)
    #expect(Parameter(Tensor([1.0])).requiresGrad && !Parameter(Tensor([1.0]), requiresGrad: false).requiresGrad)
    #expect(Tensor.rand([2], requiresGrad: true).requiresGrad && Tensor.zeros([2], requiresGrad: true).requiresGrad)
    let (values, indices) = x.max(dim: 0)
    #expect(values.requiresGrad && !indices.requiresGrad)
  }

  @Test func onlyFloatingPointRequires() {
    expectError("[requiresGrad] (2,)", "floating-point", "int64", "to(.float32)") { Tensor([1, 2]).requiresGrad_() }
    expectError("bool") { _ = Tensor([true], requiresGrad: true) }
    #expect(Tensor([1.0], dtype: .float16).requiresGrad_().requiresGrad)
    expectError("only leaves", "detach()") { (leaf([1.0]) * 2).requiresGrad_(false) }
    let x = leaf([1.0])
    x.requiresGrad = false
    #expect(!x.requiresGrad && !(x * 2).requiresGrad)
  }

  @Test func modes() {
    let x = leaf([1.0])
    #expect(isGradEnabled)
    withNoGrad {
      #expect(!isGradEnabled && !(x * 2).requiresGrad)
      withGrad { #expect(isGradEnabled && (x * 2).requiresGrad) }
      #expect(!isGradEnabled)
      #expect(leaf([2.0]).requiresGrad)
    }
    let made = inferenceMode {
      #expect(!isGradEnabled)
      return x * 2
    }
    #expect(isGradEnabled && !made.requiresGrad)
    expectError("inference") { made.requiresGrad_() }
    #expect(made.clone().requiresGrad_().requiresGrad)
    struct Stop: Error {}
    #expect(throws: Stop.self) { try withNoGrad { throw Stop() } }
    #expect(isGradEnabled)
  }

  @Test func detachShares() {
    let x = leaf([1.0, 2])
    let d = x.detach()
    withNoGrad { _ = d.mul_(3) }
    #expect(numbers(x) == [3, 6])
    (x * x.detach()).sum().backward()
    #expect(numbers(x.grad) == [3, 6])
  }

  @Test func accumulation() {
    let x = leaf([1.0, 2])
    (x * 3).sum().backward()
    let first = x.grad
    (x * 4).sum().backward()
    #expect(numbers(x.grad) == [7, 7] && first === x.grad)
    x.grad!.zero_()
    #expect(numbers(x.grad) == [0, 0])
    x.grad = nil
    #expect(x.grad == nil)
    x.grad = Tensor([5.0, 5])
    (x * 1).sum().backward()
    #expect(numbers(x.grad) == [6, 6])
    expectError("[grad] (2,) × (3,)") { x.grad = Tensor.ones(3) }
    // Two leaves never share one gradient.
    let a = leaf([1.0]), b = leaf([1.0])
    (a + b).sum().backward()
    a.grad!.add_(1)
    #expect(numbers(a.grad) == [2] && numbers(b.grad) == [1])
    // Nor does a gradient share the memory of the one that was passed in.
    let seed = Tensor([1.0, 1])
    let c = leaf([1.0, 2])
    (c + 0).backward(gradient: seed)
    c.grad!.zero_()
    #expect(numbers(seed) == [1, 1])
  }

  @Test func leavesAreNotWritten() {
    expectError("+_", "leaf", "withNoGrad") { leaf([1.0]).add_(1) }
    expectError("leaf") {
      var x = leaf([1.0])
      x -= 0.5
    }
    expectError("copy_", "leaf") { leaf([1.0]).fill_(3) }
    expectError("leaf") { leaf([1.0, 2]).relu_() }
    expectError("leaf") {
      let x = leaf([1.0, 2])
      x[0] = Tensor(5.0)
    }
    expectError("leaf") { leaf([1.0, 2])[0].add_(1) }
    expectError("leaf") { leaf([1.0, 2]).view(2, 1).mul_(2) }
    let x = leaf([1.0, 2])
    withNoGrad { _ = x.add_(1) }
    #expect(numbers(x) == [2, 3] && x.isLeaf && x.requiresGrad)
    // Another leaf may be written with a tracked value: it joins the graph.
    let y = Tensor.zeros(2)
    y.add_(x * 3)
    #expect(y.requiresGrad && !y.isLeaf)
    y.sum().backward()
    #expect(numbers(x.grad) == [3, 3])
  }

  @Test func copiesIntoOtherTensors() {
    let x = leaf([1.0, 2])
    let y = Tensor.zeros([2], dtype: .float64)
    y.copy_(x)
    (y * 2).sum().backward()
    #expect(numbers(x.grad) == [2, 2] && x.grad?.dtype == .float32)
  }
}

/// What is called when a leaf has got its gradient.
@Suite struct AccumulationHookTests {
  @Test func updatesInTheBackwardPass() {
    let x = leaf([1.0, 2]), y = leaf([3.0])
    let handle = x.registerPostAccumulateGradHook { x in
      withNoGrad { _ = x.sub_(x.grad! * 0.5) }
      x.grad = nil
    }
    (x * 2).sum().backward()
    #expect(numbers(x) == [0, 1] && x.grad == nil)
    (x * 2 + y).sum().backward()
    #expect(numbers(x) == [-1, 0] && numbers(y.grad) == [2])
    _ = grad(outputs: [(x * 2).sum()], inputs: [x])
    #expect(numbers(x) == [-1, 0])
    handle.remove()
    (x * 2).sum().backward()
    #expect(numbers(x) == [-1, 0] && numbers(x.grad) == [2, 2])
  }

  @Test func comesAfterTheSumOfAllUses() {
    let x = leaf([2.0])
    let seen = Guarded<[Double]>([])
    x.registerPostAccumulateGradHook { x in seen.withLock { $0 += numbers(x.grad) } }
    (x * x + x).sum().backward()
    (x * 3).sum().backward()
    #expect(seen.withLock { $0 } == [5, 8])
    expectError("registerPostAccumulateGradHook", "only leaves", "use registerHook") {
      (leaf([1.0]) * 2).registerPostAccumulateGradHook { _ in }
    }
    expectError("does not require gradients") { Tensor([1.0]).registerPostAccumulateGradHook { _ in } }
  }
}
