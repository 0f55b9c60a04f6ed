import Martlet
import Testing

/// Functions of `Functional` and dropout, against numbers that PyTorch gives.
@Suite struct FunctionalTests {
  private func expectNumbers(
    _ x: Tensor?, _ expected: [Double], _ tolerance: Double = 1e-6, _ location: SourceLocation = #_sourceLocation
  ) {
    let actual = x?.to(.float64).toArray(as: Double.self) ?? []
    let isClose = actual.count == expected.count && zip(actual, expected).allSatisfy { abs($0 - $1) <= tolerance * max(1, abs($1)) }
    #expect(isClose, "\(actual) should be \(expected)", sourceLocation: location)
  }

  private let ramp = ((Tensor.arange(24).to(.float32) * (4.0 / 23)) - 2).reshape([2, 3, 4])

  /// Generators of their own, so that tests in parallel do not meet in the default one.
  private var generator: Generator { Generator(seed: 3) }

  @Test func dropsTheElementsThatPyTorchDrops() {
    let channels = [
      -3.3333333, -3.0434783, -2.753623, -2.463768, -2.1739128, -1.8840579, -1.5942029, -1.3043478, 0, 0, 0, 0, 0.1449275,
      0.4347825, 0.7246376, 1.0144926, 0, 0, 0, 0, 0, 0, 0, 0,
    ]
    expectNumbers(ramp.dropout1d(0.4, generator: generator), channels)
    expectNumbers(ramp.reshape([2, 3, 2, 2]).dropout2d(0.4, generator: generator), channels)
    expectNumbers(ramp.reshape([2, 3, 1, 2, 2]).dropout3d(0.4, generator: generator), channels)
    expectNumbers(
      ramp.alphaDropout(0.3, generator: generator),
      [
        -1.2678132, -1.1180824, -1.0595483, -0.8186206, -1.0595483, -0.5191587, -0.3694278, -0.219697, -0.069966, -1.0595483,
        0.2294957, 0.3792266, 0.5289575, 0.6786883, -1.0595483, 0.9781501, 1.1278811, 1.277612, -1.0595483, 1.5770737,
        1.7268046, 1.8765354, 2.0262666, 2.1759973,
      ])
    expectNumbers(
      ramp.featureAlphaDropout(0.3, generator: generator),
      [
        -1.2678132, -1.1180824, -0.9683514, -0.8186206, -0.6688896, -0.5191587, -0.3694278, -0.219697, -1.0595483, -1.0595483,
        -1.0595483, -1.0595483, 0.5289575, 0.6786883, 0.8284192, 0.9781501, -1.0595483, -1.0595483, -1.0595483, -1.0595483,
        1.7268046, 1.8765354, 2.0262666, 2.1759973,
      ])
    // A transposed tensor is drawn for in the order of its memory.
    expectNumbers(
      ramp.transpose(0, 2).dropout(0.5, generator: generator),
      [
        -4.0, 0.173913, 0, 1.5652174, -1.2173913, 0.0, -3.652174, 0.5217391, 0, 0.0, 0, 0.0, 0, 0.0, -1.9130435, 0.0,
        -0.5217391, 3.652174, -2.9565217, 1.2173913, -1.5652174, 2.6086955, 0, 4.0,
      ])
    expectNumbers(
      ramp.rrelu(training: true, generator: generator),
      [
        -0.2642117, -0.3373468, -0.4725613, -0.2386551, -0.368307, -0.2845518, -0.1591666, -0.1684917, -0.1274256, -0.1248686,
        -0.0427437, -0.0216384, 0.0869565, 0.2608695, 0.4347826, 0.6086956, 0.7826087, 0.9565217, 1.1304348, 1.3043478,
        1.4782609, 1.6521739, 1.826087, 2.0,
      ])
    expectNumbers(
      Functional.gumbelSoftmax(ramp, tau: 0.5, generator: generator),
      [
        0.9021105, 0.013473, 0.0009912, 0.0834254, 0.0097454, 0.0311505, 0.7891658, 0.1699384, 0.0676509, 0.0113501,
        0.8574976, 0.0635014, 0.0080604, 0.0228732, 0.0004609, 0.9686055, 0.3009577, 0.0109392, 0.0010149, 0.6870882,
        0.0010515, 0.0027623, 0.9597031, 0.0364831,
      ])
    #expect(Functional.gumbelSoftmax(ramp, hard: true, generator: generator).sum(dim: -1).isClose(to: Tensor.ones([2, 3])))
    #expect(ramp.dropout(0.5, training: false) === ramp)
    #expect(ramp.dropout(1).toArray(as: Float.self).allSatisfy { $0 == 0 })
  }

  @Test func dropsInPlace() {
    let x = ramp.clone()
    #expect(x.dropout_(0.5, generator: generator) === x)
    #expect(x.isEqual(to: ramp.dropout(0.5, generator: generator)))
    let y = ramp.clone()
    y.rrelu_(training: true, generator: generator)
    #expect(y.isEqual(to: ramp.rrelu(training: true, generator: generator)))
  }

  private func table() -> Tensor {
    (Tensor.arange(12).to(.float64).reshape([4, 3]) / 6 - 1).detach().requiresGrad_()
  }

  @Test func embeddingOptions() {
    let weight = table(), indices = Tensor([[0, 2, 2], [2, 3, 0]])
    Functional.embedding(indices, weight, paddingIdx: 3, scaleGradByFreq: true).square().sum().backward()
    expectNumbers(weight.grad, [-2.0, -1.6666667, -1.3333333, 0, 0, 0, 0, 0.3333333, 0.6666667, 0, 0, 0])
    // Only the rows that were looked up are shortened, though the table requires gradients.
    let long = table()
    _ = Functional.embedding(indices, long, maxNorm: 0.9)
    expectNumbers(
      long.detach(),
      [
        -0.6153871, -0.5128226, -0.410258, -0.5, -0.3333333, -0.1666667, 0.0, 0.1666667, 0.3333333, 0.3818376, 0.5091168,
        0.636396,
      ])
  }

  @Test func embeddingBags() {
    let expected: [(BagMode, [Double], [Double])] = [
      (.sum, [0, 0, 0, -1.0, -0.5, 0, -1.0, -0.6666667, -0.3333333], [-2, -1, 0, -4, -2.6666667, -1.3333333, -4, -2, 0, 0, 0, 0]),
      (
        .mean, [0, 0, 0, -0.3333333, -0.1666667, 0, -0.5, -0.3333333, -0.1666667],
        [-0.2222222, -0.1111111, 0, -1, -0.6666667, -0.3333333, -0.4444444, -0.2222222, 0, 0, 0, 0]
      ),
      (
        .max, [0, 0, 0, 0, 0.1666667, 0.3333333, -0.5, -0.3333333, -0.1666667],
        [0, 0, 0, -1, -0.6666667, -0.3333333, 0, 0.3333333, 0.6666667, 0, 0, 0]
      ),
    ]
    for (mode, values, gradient) in expected {
      let weight = table()
      // An empty bag first; the third row is padding.
      let bags = Functional.embeddingBag(
        Tensor([0, 2, 2, 3, 1, 1]), weight, offsets: Tensor([0, 0, 3, 6]), mode: mode, includeLastOffset: true, paddingIdx: 3)
      expectNumbers(bags, values)
      bags.square().sum().backward()
      expectNumbers(weight.grad, gradient)
    }
    let weight = table()
    Functional.embeddingBag(Tensor([0, 2, 2, 3]), weight, offsets: Tensor([0, 3]), scaleGradByFreq: true).square().sum().backward()
    expectNumbers(weight.grad, [-0.2222222, -0.1111111, 0, 0, 0, 0, -0.2222222, -0.1111111, 0, 1.0, 1.3333333, 1.6666667])
  }

  @Test func largestOfBags() {
    // The first of equal numbers gets the gradient; the first bag and the last are empty.
    let weight = Tensor([[1.0, 5], [3, 5], [3, -1]]).to(.float64).detach().requiresGrad_()
    let bags = Functional.embeddingBag(Tensor([0, 1, 2, 2, 1, 0]), weight, offsets: Tensor([0, 0, 3, 6]), mode: .max)
    expectNumbers(bags, [0, 0, 3, 5, 3, 5, 0, 0])
    bags.sum().backward()
    expectNumbers(weight.grad, [0, 1, 1, 1, 1, 0])
    let table = Tensor([[Double.nan, -Double.infinity], [1, -Double.infinity], [2, 3]])
    let odd = Functional.embeddingBag(Tensor([[0, 1], [2, 2]]), table, mode: .max)
    let values = odd.toArray(as: Double.self)
    #expect(values[0].isNaN && Array(values[1...]) == [-.infinity, 2, 3])
    // One long bag among many takes no more memory than its rows.
    let count = 50_000
    let long = Functional.embeddingBag(
      Tensor.arange(count), Tensor.arange(count).to(.float32).unsqueeze(1),
      offsets: Tensor.full([count], count).indexFill(dim: 0, index: Tensor([0]), 0), mode: .max)
    #expect(long.shape == [count, 1] && long[0].item() == Double(count - 1) && long.sum().item() == Double(count - 1))
  }

  @Test func queriesThatSeeNothingGetZeros() {
    let q = (Tensor.arange(12).to(.float64).reshape([3, 4]) / 5).detach().requiresGrad_()
    let mask = Tensor([[true, false, true], [false, false, false], [true, true, true]])
    let output = Functional.scaledDotProductAttention(q, q * 0.5, q + 1, attnMask: mask)
    expectNumbers(
      output, [1.9883966, 2.1883966, 2.3883966, 2.5883966, 0, 0, 0, 0, 2.4014244, 2.6014244, 2.8014244, 3.0014244])
    output.square().sum().backward()
    expectNumbers(
      q.grad,
      [
        4.0106864, 3.7756633, 3.5406401, 3.3056169, -0.0684171, -0.1115674, -0.1547178, -0.1978681, 8.5105174, 9.5886909,
        10.6668644, 11.7450379,
      ])
  }

  @Test func temporalClassification() {
    func logits() -> Tensor { (Tensor.arange(24).to(.float64).reshape([4, 2, 3]) * 1.7).sin().detach().requiresGrad_() }
    let targets = Tensor([[1, 2], [2, 2]]), lengths = Tensor([2, 2])
    let x = logits()
    let loss = Functional.ctcLoss(x.logSoftmax(dim: -1), targets, inputLengths: Tensor([4, 3]), targetLengths: lengths)
    expectNumbers(loss, [1.3323997])
    loss.backward()
    expectNumbers(
      x.grad,
      [
        0.0241834, -0.0674977, 0.0433143, 0.0232657, 0.0962461, -0.1195118, -0.0200408, -0.0579639, 0.0780047, -0.1138754,
        0.035003, 0.0788724, 0.0031541, 0.0294798, -0.0326339, 0.0814018, 0.1369494, -0.2183512, -0.043511, 0.1246231,
        -0.0811121, 0.0, 0.0, 0.0,
      ])
    // Two equal labels do not fit into two frames: an infinite loss, which counts as 0 with a gradient of 0.
    let y = logits()
    let losses = Functional.ctcLoss(
      y.logSoftmax(dim: -1), targets, inputLengths: Tensor([4, 2]), targetLengths: lengths, reduction: .none, zeroInfinity: true)
    expectNumbers(losses, [2.0047706, 0])
    losses.sum().backward()
    #expect(y.grad!.select(dim: 1, index: 1).toArray(as: Double.self).allSatisfy { $0 == 0 })
    // Labels one after the other, and one sample alone.
    let flat = Functional.ctcLoss(
      logits().logSoftmax(dim: -1), Tensor([1, 2, 2, 2]), inputLengths: Tensor([4, 3]), targetLengths: lengths)
    #expect(flat.isEqual(to: loss))
    let single = Functional.ctcLoss(
      logits().select(dim: 1, index: 0).logSoftmax(dim: -1), Tensor([1, 2]), inputLengths: Tensor(4), targetLengths: Tensor(2),
      reduction: .none)
    #expect(single.shape == [])
    expectNumbers(single, [2.0047706])
  }

  @Test func temporalClassificationIsDifferentiatedOnce() throws {
    let x = (Tensor.arange(12).to(.float64).reshape([4, 1, 3])).sin().detach().requiresGrad_()
    try gradcheck([x]) {
      [Functional.ctcLoss($0[0].logSoftmax(dim: -1), Tensor([[1, 2]]), inputLengths: Tensor([4]), targetLengths: Tensor([2]))]
    }
    #expect(throws: TensorError.self) {
      try catchingTensorErrors {
        let loss = Functional.ctcLoss(x.logSoftmax(dim: -1), Tensor([[1, 2]]), inputLengths: Tensor([4]), targetLengths: Tensor([2]))
        let first: Tensor = grad(loss, x, createGraph: true)
        return grad(first.square().sum(), x)
      }
    }
  }

  @Test func normsAreFlatAtZero() {
    let other = Tensor([[1.0, -1, 0], [1, 2, 3]], dtype: .float64)
    let flat = [-1.0, 0, 0, 0, 0, 0]
    let expected: [(Double, [Double], [Double])] = [
      (0.5, [3, 0], flat), (1, [3, 0], flat), (2, [3, 0], flat), (3, [3, 0], flat), (.infinity, [3, 0], flat),
      (-.infinity, [0, 0], [0, 0, 0, 0, 0, 0]),
    ]
    for (p, values, gradient) in expected {
      let x = (Tensor.arange(6).to(.float64).reshape([2, 3]) - 2).detach().requiresGrad_()
      let distances = Functional.pairwiseDistance(x, other, p: p, eps: 0)
      expectNumbers(distances, values)
      distances.sum().backward()
      expectNumbers(x.grad, gradient)
    }
  }

  @Test func lowVariancesKeepTheirSlope() {
    let variance = Tensor([1e-9, 0.5], dtype: .float64).requiresGrad_()
    let input = Tensor([0.0, 1], dtype: .float64), target = Tensor([1.0, 1.5], dtype: .float64)
    let loss = Functional.gaussianNLLLoss(input, target, variance: variance, full: true)
    expectNumbers(loss, [249997.4167741])
    loss.backward()
    expectNumbers(variance.grad, [-249999750000, 0.25])
  }

  @Test func wrongUseIsRefused() {
    let x = Tensor.ones([2, 3]), row = Tensor.ones([3])
    expectError("huberLoss", "delta must be positive") { Functional.huberLoss(x, x, delta: 0) }
    expectError("smoothL1Loss", "same shape") { Functional.smoothL1Loss(x, row) }
    expectError("mseLoss", "weight and input") { Functional.mseLoss(x, x, weight: row) }
    expectError("gaussianNLLLoss", "negative") { Functional.gaussianNLLLoss(x, x, variance: -x) }
    expectError("gaussianNLLLoss", "incorrect size") { Functional.gaussianNLLLoss(x, x, variance: Tensor.ones([5])) }
    expectError("multiMarginLoss", "out of range") { Functional.multiMarginLoss(x, Tensor([0, 3])) }
    expectError("multilabelMarginLoss", "out of range") { Functional.multilabelMarginLoss(x, Tensor([[0, -1, -1], [1, -2, 0]])) }
    expectError("cosineEmbeddingLoss", "expects inputs of 2") { Functional.cosineEmbeddingLoss(row, row, Tensor([1.0])) }
    expectError("marginRankingLoss", "number of dimensions") { Functional.marginRankingLoss(x, row, x) }
    expectError("tripletMarginLoss", "margin") { Functional.tripletMarginLoss(x, x, x, margin: 0) }
    expectError("oneHot", "smaller than 3") { Functional.oneHot(Tensor([0, 3]), numClasses: 3) }
    expectError("oneHot", "negative") { Functional.oneHot(Tensor([-1])) }
    expectError("pdist", "matrix") { Functional.pdist(row) }
    expectError("embedding", "within the 2") { Functional.embedding(Tensor([0]), x, paddingIdx: 2) }
    expectError("embeddingBag", "needs offsets") { Functional.embeddingBag(Tensor([0]), x) }
    expectError("embeddingBag", "has to be 0") { Functional.embeddingBag(Tensor([0, 1]), x, offsets: Tensor([1])) }
    expectError("embeddingBag", "mode sum only") {
      Functional.embeddingBag(Tensor([[0]]), x, perSampleWeights: Tensor.ones([1, 1]))
    }
    expectError("ctcLoss", "between 0 and the 4 frames") {
      Functional.ctcLoss(Tensor.zeros([4, 1, 3]), Tensor([[1]]), inputLengths: Tensor([5]), targetLengths: Tensor([1]))
    }
    expectError("ctcLoss", "not among the 3 classes") {
      Functional.ctcLoss(Tensor.zeros([4, 1, 3]), Tensor([[3]]), inputLengths: Tensor([4]), targetLengths: Tensor([1]))
    }
    expectError("scaledDotProductAttention", "isCausal") {
      Functional.scaledDotProductAttention(x, x, x, attnMask: Tensor.ones([2, 2]), isCausal: true)
    }
    expectError("scaledDotProductAttention", "one floating-point dtype") {
      Functional.scaledDotProductAttention(x, x.to(.float64), x)
    }
    expectError("prelu", "2 weights for 3 channels") { x.prelu(Tensor.ones([2])) }
    expectError("glu", "even size") { x.glu() }
    expectError("dropout1d", "2 or 3 dimensions") { row.dropout1d() }
    expectError("dropout", "between 0 and 1") { x.dropout(1.5) }
    expectError("softshrink", "negative") { x.softshrink(lambda: -1) }
    expectError("reduction", "not a valid value") { Reduction(named: "avg") }
  }

  @Test func modulesSayWhatTheyAre() {
    #expect("\(ReLU(inplace: true))" == "ReLU(inplace=True)")
    #expect("\(Hardtanh())" == "Hardtanh(min_val=-1.0, max_val=1.0)")
    #expect("\(PReLU())" == "PReLU(num_parameters=1)")
    #expect("\(Softshrink())" == "Softshrink(0.5)")
    #expect("\(Dropout2d(0.25))" == "Dropout2d(p=0.25, inplace=False)")
    #expect("\(EmbeddingBag(5, 3))" == "EmbeddingBag(5, 3, mode='mean')")
    #expect(PReLU().weight.toArray(as: Float.self) == [0.25])
    let x = ramp.clone()
    #expect(ReLU(inplace: true)(x) === x)
  }
}
