import Martlet
import Testing

/// What may be done with tensors and views that were made while nothing was recorded.
@Suite struct ModeTests {
  @Test func viewsMadeWithoutRecording() {
    let x = leaf([1.0, 2, 3, 4])
    let y = x * 2
    let view = withNoGrad { y[0..<2] }
    #expect(!view.requiresGrad)
    expectError("withNoGrad", "both inside or both outside") { view.mul_(3) }
    expectError("withNoGrad") { view.mul_(x[0..<2]) }
    expectError("withNoGrad") { view[0...].add_(x[0..<2]) }
    expectError("withNoGrad") { view.t_() }
    let plain = Tensor.ones([4]), part = withNoGrad { plain[0..<2] }
    part.mul_(3)
    #expect(numbers(plain) == [3, 3, 1, 1])
    expectError("withNoGrad") { part.mul_(x[0..<2]) }
    expectError("withNoGrad") { inferenceMode { y[0..<2] }.mul_(2) }
    // Both inside is no mistake.
    withNoGrad { _ = y[0..<2].mul_(0) }
    #expect(numbers(y) == [0, 0, 6, 8])
    // A view may be read anywhere.
    #expect(!(view * 2).requiresGrad && (view * x[0..<2]).requiresGrad)
  }

  @Test func inferenceTensors() {
    let made = inferenceMode { Tensor.ones([3]) }
    #expect(made.isInference && made[0..<2].isInference && made.detach().isInference)
    #expect(!made.clone().isInference && !(made * 2).isInference && inferenceMode { Tensor([1.0]) }.isInference)
    let x = leaf([1.0, 2, 3])
    expectError("*", "inference mode", "clone()") { _ = x * made }
    #expect((x + made).requiresGrad)
    #expect((x * made.clone()).requiresGrad)
    expectError("inference mode", "clone()") { made.add_(1) }
    expectError("inference mode") { withNoGrad { _ = made.add_(1) } }
    expectError("inference mode") { made.requiresGrad_() }
    inferenceMode { _ = made.add_(1) }
    #expect(numbers(made) == [2, 2, 2])
    // Ordinary tensors may be changed inside, uncounted by no one.
    let y = x * 1
    inferenceMode { _ = y.add_(1) }
    (y * 1).sum().backward()
    #expect(numbers(x.grad) == [1, 1, 1] && numbers(y) == [2, 3, 4])
    expectError("changed in place") {
      let z = x.exp()
      inferenceMode { _ = z.add_(1) }
      z.sum().backward()
    }
    // Its values are not needed here.
    let z = x * 1
    z.add_(made).copy_(made)
    #expect(z.requiresGrad)
  }

  @Test func inferenceModeNests() {
    let x = leaf([1.0])
    inferenceMode {
      #expect(isInferenceModeEnabled && !isGradEnabled)
      #expect(!withGrad { x * 2 }.requiresGrad)
      inferenceMode(false) { #expect((x * 2).requiresGrad && !(x * 2).isInference) }
      #expect((x * 2).isInference)
      let leaf = Tensor.ones([2]).requiresGrad_()
      #expect(leaf.requiresGrad && !(leaf * 2).requiresGrad)
    }
    // A backward pass inside uses the graph from outside.
    let y = x.softmax(dim: 0).exp().sum()
    inferenceMode { y.backward() }
    #expect(numbers(x.grad) == [0])
  }

  @Test func layoutsInPlace() {
    let x = leaf([0.0, 1, 2, 3])
    let y = (x * 2).view(2, 2), view = y[0]
    y.t_()
    #expect(numbers(y) == [0, 4, 2, 6] && y.requiresGrad && view.requiresGrad)
    (view.sum() + (y * Tensor([[1.0, 2], [3, 4]])).sum()).backward()
    #expect(numbers(x.grad) == [4, 8, 4, 8])
    x.grad = nil
    let z = x * 2, part = z[1...]
    z.unsqueeze_(0).transpose_(0, 1)
    #expect(z.shape == [4, 1])
    (z * Tensor([[1.0], [2], [3], [4]])).sum().backward(retainGraph: true)
    #expect(numbers(x.grad) == [2, 4, 6, 8])
    z.squeeze_().mul_(3)
    #expect(numbers(part) == [6, 12, 18])
    part.sum().backward()
    #expect(numbers(x.grad) == [2, 10, 12, 14])
    expectError("t_", "leaf") { x.t_() }
    withNoGrad { _ = x.unsqueeze_(0) }
    #expect(x.shape == [1, 4] && x.isLeaf && x.requiresGrad)
    x.sum().backward()
    #expect(x.grad?.shape == [1, 4])
  }

  /// Numbers are PyTorch's.
  @Test func stridedViews() throws {
    let t = Tensor.arange(12.0, dtype: .float64).view(3, 4).requiresGrad_()
    let w = Tensor.arange(9.0, dtype: .float64).view(3, 3)
    let z = (t * t).asStrided([3, 3], [2, 1], storageOffset: 1)
    let first = grad(outputs: [(z * w).sum()], inputs: [t], createGraph: true)[0]
    #expect(numbers(first) == [0, 0, 4, 30, 32, 110, 84, 112, 0, 0, 0, 0])
    #expect(numbers(grad(first.square().sum(), t)) == [0, 0, 16, 600, 512, 4840, 2352, 3584, 0, 0, 0, 0])
    let x = leaf([0.0, 1, 2, 3, 4, 5])
    #expect(numbers(grad(x.expand(2, 6).asStrided([3, 2], [1, 1]).sum(), x)) == [1, 2, 2, 1, 0, 0])
    // Elements outside of the tensor that the view was made of get nothing.
    let outside = x[2...].asStrided([3, 2], [1, 1], storageOffset: 0) * Tensor([[0.0, 1], [2, 3], [4, 5]])
    #expect(numbers(grad(outside.sum(), x)) == [0, 0, 7, 5, 0, 0])
    try gradgradcheck([leaf([1.0, 2, 3, 4, 5], dtype: .float64)]) { [($0[0].square().asStrided([3, 3], [1, 1])).exp()] }
    // A write through it reaches the base's history.
    let base = x * 1
    base.asStrided([2], [3], storageOffset: 1).mul_(10)
    #expect(numbers(base) == [0, 10, 2, 3, 40, 5] && numbers(grad(base.sum(), x)) == [1, 10, 1, 1, 10, 1])
    expectError("asStrided", "element 7", "has 6") { _ = x.asStrided([3], [3], storageOffset: 1) }
    expectError("asStrided", "negative") { _ = x.asStrided([3], [-1]) }
  }

  @Test func anomaliesTellWhere() {
    let x = leaf([-1.0, 4])
    expectError("[sqrt] (2,)", "NaN") { detectAnomaly { _ = x.sqrt() } }
    expectError("operand 0 of sqrt", "on (2,)", "NaN") {
      detectAnomaly {
        let y = (x * 0).sqrt()
        (y * 0).sum().backward()
      }
    }
    expectError("operand 0 of sqrt", "before detectAnomaly", "forward") {
      let y = ((x * 0).sqrt() * 0).sum()
      detectAnomaly { y.backward() }
    }
    expectError("an operand contains NaN") { detectAnomaly { _ = Tensor([Double.nan, 1]) * x } }
  }
}
