import Martlet
import Testing

/// Batch normalisation, reduced to its statistics.
private final class MeanKeeper: Layer, RunningStatistics {
  let runningMean = Buffer(Tensor([7.0]))
  private let state = Guarded<(momentum: Double?, count: Int, isTraining: Bool)>((0.1, 0, true))
  var momentum: Double? {
    get { state.withLock { $0.momentum } }
    set { state.withLock { $0.momentum = newValue } }
  }
  var isTraining: Bool {
    get { state.withLock { $0.isTraining } }
    set { state.withLock { $0.isTraining = newValue } }
  }
  func resetRunningStats() {
    runningMean.zero_()
    state.withLock { $0.count = 0 }
  }
  func forward(_ x: Tensor) -> Tensor {
    guard isTraining else { return x - runningMean }
    let count = state.withLock {
      $0.count += 1
      return $0.count
    }
    runningMean.lerp_(x.mean().reshape([1]), momentum ?? 1 / Double(count))
    return x - x.mean()
  }
}

@Suite struct RunningStatisticsTests {
  @Test func meansOverTheBatches() {
    let keeper = MeanKeeper(), dropout = Dropout(0.5)
    let model = Sequential(keeper, dropout)
    model.eval()
    dropout.isTraining = true
    updateBN([Tensor([1.0, 3.0]), Tensor([5.0]), Tensor([9.0])], model)
    #expect(abs(keeper.runningMean.item() - 16.0 / 3) < 1e-6)
    #expect(keeper.momentum == 0.1 && !keeper.isTraining && dropout.isTraining)
    let loader = DataLoader(TensorDataset(Tensor([2.0, 4.0]), Tensor([0, 0])), batchSize: 1)
    updateBN(loader, model)
    #expect(keeper.runningMean.item() == 3)
    // Nothing to do: the loader is not walked.
    updateBN(sequence(first: Tensor([1.0])) { _ in fatalError("walked") }, Sequential(Linear(1, 1)))
  }
}

extension RunningStatisticsTests {
  @Test func ofBatchNormalization() {
    let norm = BatchNorm1d(1), model = Sequential(norm)
    norm.runningMean!.fill_(50)
    updateBN([Tensor([[1.0], [3.0]]), Tensor([[5.0], [9.0]])], model)
    #expect(abs(norm.runningMean!.item() - 4.5) < 1e-6)
    // Unbiased variances, 2 and 8.
    #expect(abs(norm.runningVar!.item() - 5) < 1e-5)
    #expect(norm.momentum == 0.1 && norm.numBatchesTracked!.item() == 2)
  }
}

@Suite struct FusionTests {
  @Test func convolutionAndNormalization() {
    for bias in [true, false] {
      let conv = Conv2d(2, 3, kernelSize: 3, stride: 2, padding: 1, bias: bias), norm = BatchNorm2d(3)
      let model = Sequential(conv, norm).to(.float64), x = fill(2, 2, 5, 5)
      withNoGrad {
        norm.weight!.copy_(Tensor([0.5, 1.5, -2.0]))
        norm.bias!.copy_(Tensor([1.0, 0.0, -1.0]))
      }
      _ = model(x)
      model.eval()
      let fused = fuseConvBNEval(conv, norm)
      #expect((fused(x) - model(x)).abs().max().item() < 1e-12)
      #expect(fused.extraDescription.hasPrefix("2, 3, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1)"))
      norm.train()
      expectError("fuseConvBNEval", "is training") { fuseConvBNEval(conv, norm) }
    }
    expectError("fuseConvBNEval", "of 4 channels, the convolution gives 3") {
      fuseConvBNEval(Conv1d(1, 3, kernelSize: 1), BatchNorm1d(4).eval())
    }
  }
}
