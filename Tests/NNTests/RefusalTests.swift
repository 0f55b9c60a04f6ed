import Martlet
import TensorModule
import Testing

/// What layers, losses and optimizers refuse, and what a failed scope leaves untouched.
@Suite struct RefusalTests {
  /// Runs `body` in a scope that has already failed.
  private func afterFailure(_ body: () -> Void) {
    _ = try? catchingTensorErrors {
      _ = Tensor.ones(2) + Tensor.ones(3)
      body()
    }
  }

  @Test func sizesAreRefused() {
    expectError("Linear", "cannot be made") { Linear(.max, .max) }
    expectError("Linear", "(3, -1)") { Linear(-1, 3) }
    expectError("Conv2d", "cannot be made") { Conv2d(.max, .max, kernelSize: 3) }
    expectError("Conv2d", "cannot be made") { Conv2d(3, 3, kernelSize: -1) }
    expectError("Conv2d", "too large") { Conv2d(3, 3, kernelSize: [3, 3], padding: .same, dilation: IntPair(.max)) }
    expectError("LSTM", "cannot be made") { LSTM(10, .max) }
    expectError("LSTM", "cannot be made") { LSTM(.max, 10) }
    expectError("Embedding", "cannot be made") { Embedding(.max, .max) }
  }

  @Test func hugeBatchesAreOne() {
    let set = TensorDataset(Tensor.arange(5))
    let loader = DataLoader(set, batchSize: .max)
    #expect(loader.count == 1 && loader.map(\.elementCount) == [5])
    #expect(DataLoader(set, batchSize: .max, dropLast: true).count == 0)
    #expect(DataLoader(set, batchSize: 2).map(\.elementCount) == [2, 2, 1])
  }

  @Test func negativePaddingIsRefused() {
    for mode in [PaddingMode.zeros, .reflect, .replicate, .circular] {
      expectError("Conv2d", "must not be negative") { Conv2d(1, 1, kernelSize: 3, padding: -3, paddingMode: mode) }
    }
  }

  @Test func emptyTargetsAreRefused() {
    expectError("crossEntropy", "batch size") {
      Functional.crossEntropy(Tensor.zeros(4, 10), Tensor.zeros([0], dtype: .int64))
    }
    expectError("crossEntropy", "batch size") {
      Functional.crossEntropy(Tensor.zeros(4, 0), Tensor.zeros([3], dtype: .int64))
    }
  }

  @Test func negativeIndicesAreRefused() {
    expectError("indexSelect", "out of range") { Functional.embedding(Tensor([0, -1]), Tensor.ones(3, 2)) }
    // Ignored targets are never looked up.
    let loss = Functional.crossEntropy(Tensor.zeros(2, 4), Tensor([1, -100]))
    #expect(abs(loss.item() - 1.3862943611) < 1e-6)
  }

  @Test func optimizersStopInFailedScopes() {
    let makers: [([Tensor]) -> any Optimizer] = [{ SGD($0, lr: 0.5, momentum: 0.9) }, { Adam($0, lr: 0.5) }]
    for make in makers {
      // The second parameter does not lie row by row: no fused step.
      let a = Tensor([1.0]).requiresGrad_(), b = Tensor([[1.0, 2], [3, 4]]).t().requiresGrad_()
      let optimizer = make([a, b])
      (a.sum() + b.sum()).backward()
      afterFailure { optimizer.step() }
      #expect(a.item() == 1 && b.sum().item() == 10)
      optimizer.step()
      #expect(abs(a.item() - 0.5) < 1e-6)
    }
  }

  @Test func optimizersRefuseStandIns() {
    var escaped: Tensor?
    afterFailure { escaped = Tensor.ones(2) + 1 }
    let parameter = Tensor(1.0).requiresGrad_()
    guard let escaped else { return }
    parameter.grad = escaped
    expectError("SGD", "failed scope") { SGD([parameter], momentum: 0.9).step() }
    expectError("Adam", "failed scope") { Adam([parameter]).step() }
    #expect(parameter.item() == 1)
  }

  @Test func conversionInAFailedScopeChangesNothing() {
    let layer = Linear(2, 1)
    layer(Tensor.ones(1, 2)).sum().backward()
    afterFailure { layer.to(.float64) }
    #expect(layer.weight.dtype == .float32 && layer.weight.requiresGrad && layer.weight.grad?.dtype == .float32)
    layer.to(.float64)
    #expect(layer.weight.dtype == .float64 && layer.weight.requiresGrad && layer.weight.grad?.dtype == .float64)
    layer(Tensor.ones([1, 2], dtype: .float64)).sum().backward()
    #expect(layer.weight.grad?.toArray(as: Double.self) == [2, 2])
  }
}
