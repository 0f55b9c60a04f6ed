import Martlet
import Synchronization
import Testing

/// Values are computed again instead of kept.
@Suite struct CheckpointTests {
  @Test func sameGradients() {
    manualSeed(7)
    let w = Tensor.randn([4, 4], dtype: .float64).requiresGrad_(), x = Tensor.randn([3, 4], dtype: .float64).requiresGrad_()
    let body: @Sendable (Tensor) -> Tensor = { ($0.matmul(w).tanh() * $0.sigmoid()).softmax(dim: 1).exp() }
    let plain = grad(outputs: [body(x).square().sum()], inputs: [x, w])
    let result = checkpoint(x, body)
    #expect(numbers(result) == numbers(body(x)))
    result.square().sum().backward()
    expectClose(numbers(x.grad), numbers(plain[0]), tolerance: 1e-14)
    expectClose(numbers(w.grad), numbers(plain[1]), tolerance: 1e-14)
  }

  @Test func countsCalls() {
    let calls = Atomic<Int>(0)
    let x = leaf([1.0, 2])
    let y = checkpoint(x) { calls.add(1, ordering: .relaxed); return $0.exp().sin() }
    #expect(calls.load(ordering: .relaxed) == 1)
    y.sum().backward(retainGraph: true)
    #expect(calls.load(ordering: .relaxed) == 2)
    y.sum().backward()
    #expect(calls.load(ordering: .relaxed) == 2)
    expectError("freed", "retainGraph") { y.sum().backward() }
    _ = withNoGrad { checkpoint(x) { calls.add(1, ordering: .relaxed); return $0 } }
    #expect(calls.load(ordering: .relaxed) == 3)
  }

  @Test func capturedOnlyAndNested() {
    let w = leaf([3.0], dtype: .float64), x = Tensor([2.0], dtype: .float64)
    let y = checkpoint(x) { a in checkpoint(a * w) { ($0 * w).exp().log() } * w }
    y.sum().backward()  // x w³
    expectClose(numbers(w.grad), [54], tolerance: 1e-12)
  }

  @Test func higherDerivatives() throws {
    try gradgradcheck([leaf([0.5, -1.5], dtype: .float64)]) { inputs in
      checkpoint(inputs) { [($0[0] ** 3).exp() * $0[0].sin()] }
    }
  }

  @Test func severalTensors() {
    let a = leaf([1.0, 2]), b = leaf([3.0, 4])
    let results = checkpoint([a, b]) { [$0[0] * $0[1], $0[0].exp()] }
    (results[0].sum() + results[1].sum()).backward()
    #expect(numbers(b.grad) == [1, 2])
    expectClose(numbers(a.grad), [3 + 2.718281828, 4 + 7.389056099], tolerance: 1e-6)
  }

  @Test func refusals() {
    expectError("checkpoint", "changed in place", "clone") {
      let x = leaf([1.0, 2]) * 1
      let y = checkpoint(x) { $0.exp() }
      x.add_(1)
      y.sum().backward()
    }
    expectError("checkpoint", "something else", "exp", "sin") {
      let calls = Atomic<Int>(0)
      checkpoint(leaf([1.0])) { calls.add(1, ordering: .relaxed).oldValue == 0 ? $0.exp() : $0.sin() }.sum().backward()
    }
    // A change inside that the derivative would notice is noticed.
    expectError("changed in place") {
      checkpoint(leaf([1.0])) { let y = $0.exp(); y.mul_(2); return y }.sum().backward()
    }
  }

  /// In a process of its own, because other tests draw from the default generator.
  @Test func randomState() async {
    await #expect(processExitsWith: .success) {
      let x = Tensor.ones([64]).requiresGrad_()
      manualSeed(3)
      let y = checkpoint(x) { $0 * ($0 * Tensor.rand([64])) }
      let after = Tensor.rand([4])
      y.sum().backward()
      guard (x.grad! - y.detach() * 2).abs().max().item() < 1e-6 else { fatalError("other random numbers") }
      manualSeed(3)
      _ = Tensor.rand([64])
      guard after.isEqual(to: Tensor.rand([4])) else { fatalError("the stream was disturbed") }
      guard !Tensor.rand([4]).isEqual(to: after) else { fatalError("the stream was set back") }
    }
  }
}
