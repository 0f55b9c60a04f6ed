import Martlet
import Testing

/// What normalization layers do with their mode and their running statistics. Their numbers are PyTorch's in the oracle.
@Suite struct NormLayerTests {
  /// Four samples of two channels, with means 2.5 and 25 and unbiased variances 5/3 and 500/3.
  private let x = Tensor([[1.0, 10], [2, 20], [3, 30], [4, 40]], dtype: .float64)

  private func close(_ tensor: Tensor?, _ values: [Double], _ location: SourceLocation = #_sourceLocation) {
    let found = tensor?.toArray(as: Double.self) ?? []
    #expect(found.count == values.count, sourceLocation: location)
    #expect(zip(found, values).allSatisfy { abs($0 - $1) < 1e-9 * max(1, abs($1)) }, "\(found)", sourceLocation: location)
  }

  @Test func batchNormMovesItsStatisticsWhileTraining() {
    let norm = BatchNorm1d(2, dtype: .float64)
    let first = norm(x)
    close(first.mean(dim: 0), [0, 0])
    close(norm.runningMean, [0.25, 2.5])
    close(norm.runningVar, [0.9 + 5.0 / 30, 0.9 + 500.0 / 30])
    #expect(norm.numBatchesTracked?.toArray(as: Int64.self) == [1])
    #expect(norm.numBatchesTracked?.dtype == .int64)
    norm.eval()
    let before = norm.stateDict().map { $0.value.toArray(as: Double.self) }
    let evaluated = norm(x)
    #expect(norm.stateDict().map { $0.value.toArray(as: Double.self) } == before)
    close(evaluated[0], [0.75 / (0.9 + 5.0 / 30 + 1e-5).squareRoot(), 7.5 / (0.9 + 500.0 / 30 + 1e-5).squareRoot()])
    norm.resetRunningStats()
    close(norm.runningMean, [0, 0])
    close(norm.runningVar, [1, 1])
    #expect(norm.numBatchesTracked?.item() == 0)
  }

  @Test func withoutMomentumTheStatisticsAreMeansOverBatches() {
    let norm = BatchNorm1d(2, momentum: nil, dtype: .float64)
    _ = norm(x)
    close(norm.runningMean, [2.5, 25])
    _ = norm(x * 3)
    close(norm.runningMean, [5, 50])
    close(norm.runningVar, [5.0 / 3 * 5, 500.0 / 3 * 5])
    #expect(norm.numBatchesTracked?.item() == 2)
  }

  @Test func withoutStatisticsEvaluationUsesTheBatch() {
    let norm = BatchNorm1d(2, affine: false, trackRunningStats: false, dtype: .float64)
    let trained = norm(x)
    norm.eval()
    #expect(norm(x).isEqual(to: trained))
    #expect(norm.stateDict().isEmpty && norm.parameters().isEmpty)
  }

  @Test func emptyBatchesStayInTheGraph() {
    let cases: [(norm: any Layer, shape: Shape)] = [
      (BatchNorm1d(2, dtype: .float64), [0, 2]), (BatchNorm2d(2, dtype: .float64), [0, 2, 3, 3]),
      (InstanceNorm1d(2, affine: true, dtype: .float64), [2, 2, 0]),
    ]
    for (norm, shape) in cases {
      let result = norm(Tensor.zeros(shape, dtype: .float64))
      #expect(result.shape == shape && result.requiresGrad && result.dtype == .float64)
      result.sum().backward()
      #expect(norm.parameters().count == 2)
      for parameter in norm.parameters() { close(parameter.grad, [0, 0]) }
    }
    let short = Functional.batchNorm(
      Tensor.zeros([0, 2], dtype: .bfloat16), runningMean: nil, runningVar: nil, weight: Tensor.ones(2), training: true)
    #expect(short.shape == [0, 2] && short.dtype == .bfloat16)
  }

  @Test func refusedBatchesChangeNothing() {
    let norm = BatchNorm1d(2, dtype: .float64)
    expectError("batchNorm", "expected more than 1 value per channel") { norm(x[0..<1]) }
    expectError("BatchNorm1d", "expected an input of 2 or 3 dimensions, got 4") { norm(Tensor.zeros(1, 2, 3, 4)) }
    expectError("batchNorm", "must have 3 elements") { norm(Tensor.zeros([4, 3], dtype: .float64)) }
    expectError("batchNorm", "eps must be positive") { BatchNorm2d(3, eps: 0)(Tensor.ones(2, 3, 2, 2)) }
    #expect(norm.numBatchesTracked?.item() == 0)
    close(norm.runningMean, [0, 0])
    close(norm.runningVar, [1, 1])
  }

  @Test func frozenNormsLearnNothingButStillNormalize() {
    let norm = BatchNorm1d(2, dtype: .float64)
    norm(x).sum().backward()
    #expect(norm.weight?.grad != nil && norm.bias?.grad?.toArray(as: Double.self) == [4, 4])
    #expect(norm.runningMean?.requiresGrad == false && norm.runningMean?.grad == nil)
  }

  @Test func instanceNormUsesItsStatisticsOnlyInEvaluation() {
    let sample = x.t().unsqueeze(0)  // [1, 2, 4]
    let norm = InstanceNorm1d(2, trackRunningStats: true, dtype: .float64)
    let trained = norm(sample)
    close(trained.mean(dim: 2), [0, 0])
    close(norm.runningMean, [0.25, 2.5])
    #expect(norm.numBatchesTracked?.item() == 0)  // as in PyTorch, where only batch normalization counts
    norm.eval()
    #expect(!norm(sample).isClose(to: trained))
    let plain = InstanceNorm1d(2, dtype: .float64)
    #expect(plain(sample).isEqual(to: plain.eval()(sample)))
    #expect(plain(sample[0]).isEqual(to: plain(sample)[0]))
    expectError("InstanceNorm1d", "made for 3 channels, the input has 2") { InstanceNorm1d(3, affine: true, dtype: .float64)(sample) }
    expectError("InstanceNorm2d", "expected an input of 3 or 4 dimensions, got 2") { InstanceNorm2d(3)(Tensor.zeros(3, 4)) }
    // Without parameters the number of channels does not matter.
    #expect(InstanceNorm1d(7, dtype: .float64)(sample).shape == [1, 2, 4])
  }

  @Test func impossibleNormsAreRefused() {
    expectError("GroupNorm", "the number of channels 13 must be divisible by the number of groups 5") { GroupNorm(5, 13) }
    expectError("GroupNorm", "divisible") { GroupNorm(0, 4) }
    expectError("GroupNorm", "made for 4 channels, the input has 6") { GroupNorm(2, 4, affine: false)(Tensor.ones(2, 6, 3)) }
    expectError("BatchNorm2d", "cannot be made") { BatchNorm2d(-1) }
    expectError("LayerNorm", "cannot be made") { LayerNorm(.max) }
    expectError("layerNorm", "last dimensions are (3,)") { LayerNorm(3)(Tensor.ones(2, 4)) }
    expectError("rmsNorm", "last dimensions are (2, 3)") { RMSNorm([2, 3])(Tensor.ones(2, 4)) }
  }
}
