import Martlet
import Testing

/// The tutorials' gradients and hand-written training loops give PyTorch's numbers. Where they seed the default
/// generator they run in a child process.
@Suite struct TutorialTests {
  @Test func firstGradients() {
    let x = leaf(2.0)
    (x ** 2).backward()
    #expect(x.grad?.item() == 4)
    let y = leaf(1.0)
    (y ** 2).backward()
    #expect(y.grad?.item() == 2)
    let v = leaf([1.0, 2])
    (v ** 2).mean().backward()
    #expect(numbers(v.grad) == [1, 2])
    let x1 = leaf(5.0), x2 = leaf(3.0)
    (x1 ** 2 + 2 * x2 + 7).backward()
    #expect(x1.grad?.item() == 10 && x2.grad?.item() == 2)
    let m = leaf([[1.0, 0], [-1, 1]])
    m.pow(2).sum().backward()
    #expect(numbers(m.grad) == [2, 0, -2, 2] && m.grad?.shape == [2, 2])
    #expect(grad(v.square().sum(), v).toArray(as: Double.self) == [2, 4])
  }

  @Test func dynamicGraph() async {
    await #expect(processExitsWith: .success) {
      manualSeed(0)
      let x = Tensor.randn(3, 4)
      var w1 = Tensor.randn([4, 5], requiresGrad: true)
      var b1 = Tensor.randn([5], requiresGrad: true)
      var w2 = Tensor.randn([5, 2], requiresGrad: true)
      var b2 = Tensor.randn([2], requiresGrad: true)
      let h = (x • w1 + b1).relu()
      let y = h • w2 + b2
      let loss = ((y - Tensor.randn(3, 2)) ** 2).mean()
      loss.backward()
      expectClose([loss.item()], [10.5104599])
      expectClose(numbers(b2.grad), [-1.0503292, -2.9599595])
      expectClose(numbers(b1.grad), [2.7758577, 0, 1.6506766, -0.2803074, 3.4019918])
      let before = numbers(b2)
      withNoGrad {
        w1 -= 0.01 * w1.grad!
        b1 -= 0.01 * b1.grad!
        w2 -= 0.01 * w2.grad!
        b2 -= 0.01 * b2.grad!
        for parameter in [w1, b1, w2, b2] { parameter.grad!.zero_() }
      }
      expectClose(numbers(b2), [before[0] + 0.010503292, before[1] + 0.029599595])
      #expect(b2.requiresGrad && b2.isLeaf && numbers(b2.grad) == [0, 0])
    }
  }

  @Test func linearRegressionStep() async {
    await #expect(processExitsWith: .success) {
      let x = Tensor([[1.0, 2], [3, 4]]), y = Tensor([3.0, 7])
      manualSeed(0)
      let w = Tensor.randn([2, 1], requiresGrad: true), b = Tensor.randn([1], requiresGrad: true)
      let loss = ((x • w + b - y.view(-1, 1)) ** 2).mean()
      loss.backward()
      expectClose([loss.item()], [25.3375225])
      expectClose(numbers(w.grad), [-21.4132023, -31.3673706])
      expectClose(numbers(b.grad), [-9.9541683])
    }
  }

  @Test func logisticRegressionStep() async {
    await #expect(processExitsWith: .success) {
      let x = Tensor([[1.0, 2], [3, 4]]), y = Tensor([0.0, 1]).view(-1, 1)
      manualSeed(0)
      let w = Tensor.randn([2, 1], requiresGrad: true), b = Tensor.randn([1], requiresGrad: true)
      let p = (x • w + b).sigmoid()
      let loss = -(y * p.log() + (1 - y) * (1 - p).log()).mean()
      loss.backward()
      expectClose([loss.item()], [0.2525169])
      expectClose(numbers(w.grad), [-0.2152023, -0.2112300])
      expectClose(numbers(b.grad), [0.0039722], tolerance: 1e-7)
    }
  }

  /// y = 2x + 1 by gradient descent: 0.01 is slow, 0.05 good, 0.1 diverges.
  @Test func linearRegressionLearningRates() {
    func train(_ rate: Double) -> (a: Double, b: Double, loss: Double) {
      let x = Tensor([1.0, 2, 3, 4, 5]), y = Tensor([3.0, 5, 7, 9, 11])
      var a = leaf([1.0]), b = leaf([1.0])
      var last = 0.0
      for _ in 0..<500 {
        let loss = ((a * x + b - y) ** 2).mean()
        loss.backward()
        last = loss.item()
        withNoGrad {
          a -= rate * a.grad!
          b -= rate * b.grad!
        }
        a.grad!.zero_()
        b.grad!.zero_()
      }
      return (a.item(), b.item(), last)
    }
    let slow = train(0.01)
    expectClose([slow.a, slow.b], [1.986896, 1.047309], tolerance: 2e-6)
    expectClose([slow.loss], [4.1015e-4], tolerance: 1e-7)
    let good = train(0.05)
    expectClose([good.a, good.b], [1.99998581, 1.00005102], tolerance: 1e-6)
    let bad = train(0.1)
    #expect(bad.a.isNaN && bad.b.isNaN)
  }

  /// Updates through `.data`, as old programs do.
  @Test func updatesThroughData() {
    let w = leaf([1.0, 2])
    (w * w).sum().backward()
    w.data -= 0.5 * w.grad!.data
    #expect(numbers(w) == [0, 0] && w.requiresGrad && w.isLeaf)
    w.grad!.data.zero_()
    #expect(numbers(w.grad) == [0, 0])
  }

  @Test func trainingStepsRepeat() {
    let w = leaf([[1.0, -1], [0.5, 2]])
    let x = Tensor([[1.0, 2]])
    for step in 1...3 {
      (x • w).sum().backward()
      expectClose(numbers(w.grad), [1.0, 1, 2, 2].map { $0 * Double(step) })
    }
    w.grad = nil
    (x • w).sum().backward()
    expectClose(numbers(w.grad), [1, 1, 2, 2])
  }
}
