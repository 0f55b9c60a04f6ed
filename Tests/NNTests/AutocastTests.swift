import Martlet
import Testing

/// Printed by Tests/Fixtures/make-autocast-fixtures.py.
private let fixture = """
  torch.bfloat16: -0.5078125 -0.65625 -0.100097656 -0.1953125 -0.7890625 -0.275390625 -0.5234375 -0.62890625 -0.109863281 -0.209960938 -0.87890625 -0.173828125 -0.412109375 -0.5625 -0.29296875 | 2.06290102 | 0.111816406 -0.0476074219 -0.18359375 -0.234375 0.0217285156 -0.0402832031 -0.0830078125 -0.0869140625 -0.159179688 -0.0942382812 0.0144042969 0.116210938 | 0.2578125 0.172851562 0.072265625 | -0.0588378906 -0.08203125 -0.00146484375 -0.3359375 -0.232421875 0.3046875 -0.104003906 0.119140625 -0.120117188 | -0.4140625 -0.765625 0.0068359375
  attention: 0.796875 0.6015625 0.123046875 -0.41015625 -0.275390625 -0.215820312 -0.0537109375 0.1328125 0.53125 0.421875 0.116699219 -0.243164062 -0.384765625 -0.6875 -0.66796875 -0.33203125 0.00909423828 0.0588378906 0.0810546875 0.06640625 -0.172851562 -0.365234375 -0.38671875 -0.225585938
  convolution: 1.84375 4.875 0.0654296875 -3.609375 2.34375 5.5 0.90234375 -2.875
  torch.float16: -0.507324219 -0.65625 -0.100097656 -0.1953125 -0.791015625 -0.275634766 -0.5234375 -0.629882812 -0.110595703 -0.210327148 -0.877929688 -0.173095703 -0.41015625 -0.560058594 -0.293945312 | 2.06262064 | 0.111328125 -0.0474243164 -0.183837891 -0.233886719 0.0210876465 -0.0405578613 -0.0831298828 -0.0866088867 -0.158447266 -0.0943603516 0.014175415 0.116027832 | 0.256835938 0.172119141 0.0719604492 | -0.0585632324 -0.0816650391 -0.00122070312 -0.334960938 -0.232910156 0.305664062 -0.10369873 0.11895752 -0.120239258 | -0.4140625 -0.763671875 0.00744628906
  attention: 0.793945312 0.600097656 0.123291016 -0.411132812 -0.274658203 -0.214477539 -0.0536193848 0.132568359 0.529785156 0.423095703 0.1171875 -0.243774414 -0.385253906 -0.688964844 -0.668457031 -0.333740234 0.00816345215 0.0586242676 0.0817260742 0.0662231445 -0.172485352 -0.365478516 -0.386474609 -0.225708008
  convolution: 1.84570312 4.875 0.0607910156 -3.61328125 2.34179688 5.5 0.895507812 -2.8828125
  """

@Suite struct AutocastTests {
  private static let lines = fixture.split(separator: "\n").map { line in
    line.drop { $0 != ":" }.dropFirst().split(separator: "|").map { $0.split(separator: " ").compactMap { Double($0) } }
  }

  /// The types that float32 and short operands give, as PyTorch has them.
  private func expectTypes(
    _ name: String, _ fromFloat: DType?, _ fromShort: DType?, _ inputs: Tensor..., body: ([Tensor]) -> Tensor
  ) {
    for dtype in [DType.bfloat16, .float16] {
      for (given, expected) in [(DType.float32, fromFloat), (dtype, fromShort)] {
        let arguments = inputs.map { $0.dtype.isFloatingPoint ? $0.to(given) : $0 }
        let result = withNoGrad { withAutocast(dtype) { body(arguments) } }
        #expect(result.dtype == expected ?? dtype, "\(name) of \(given) in \(dtype): \(result.dtype)")
      }
      if fromFloat == nil {
        let wide = withAutocast(dtype) { body(inputs.map { $0.dtype.isFloatingPoint ? $0.to(.float64) : $0 }) }
        #expect(wide.dtype == .float64, "\(name) of float64 in \(dtype): \(wide.dtype)")
      }
    }
  }

  private func shortened(_ name: String, _ inputs: Tensor..., body: ([Tensor]) -> Tensor) {
    switch inputs.count {
    case 1: expectTypes(name, nil, nil, inputs[0], body: body)
    case 2: expectTypes(name, nil, nil, inputs[0], inputs[1], body: body)
    default: expectTypes(name, nil, nil, inputs[0], inputs[1], inputs[2], body: body)
    }
  }

  private func full(_ name: String, _ inputs: Tensor..., body: ([Tensor]) -> Tensor) {
    switch inputs.count {
    case 1: expectTypes(name, .float32, .float32, inputs[0], body: body)
    case 2: expectTypes(name, .float32, .float32, inputs[0], inputs[1], body: body)
    default: expectTypes(name, .float32, .float32, inputs[0], inputs[1], inputs[2], body: body)
    }
  }

  private func kept(_ name: String, _ inputs: Tensor..., body: ([Tensor]) -> Tensor) {
    inputs.count == 1
      ? expectTypes(name, .float32, nil, inputs[0], body: body)
      : expectTypes(name, .float32, nil, inputs[0], inputs[1], body: body)
  }

  @Test func computedInTheShorterType() {
    let m = fill(4, 4, dtype: .float32), b = fill(2, 4, 4, dtype: .float32), image = fill(1, 2, 6, 6, dtype: .float32)
    shortened("matmul", m, m) { $0[0].matmul($0[1]) }
    shortened("mm", m, m) { $0[0].mm($0[1]) }
    shortened("bmm", b, b) { $0[0].bmm($0[1]) }
    shortened("linear", m, m, m[0]) { $0[0].linear($0[1], $0[2]) }
    shortened("addmm", m, m) { $0[0].mm($0[1]) }
    shortened("conv2d", image, fill(3, 2, 3, 3)) { $0[0].conv2d($0[1]) }
    shortened("convTranspose2d", image, fill(2, 3, 3, 3)) { $0[0].convTranspose2d($0[1]) }
    shortened("conv1d", fill(1, 2, 8), fill(3, 2, 3)) { $0[0].conv1d($0[1]) }
    shortened("conv3d", fill(1, 2, 4, 4, 4), fill(3, 2, 3, 3, 3)) { $0[0].conv3d($0[1]) }
    shortened("attention", b, b, b) { Functional.scaledDotProductAttention($0[0], $0[1], $0[2]) }
    shortened("prelu", image, fill(2)) { $0[0].prelu($0[1]) }
    shortened("prelu of one weight", m, fill(1)) { $0[0].prelu($0[1]) }
    shortened("einsum", m, m) { Tensor.einsum("ij,jk->ik", $0[0], $0[1]) }
    // Modules with float32 parameters.
    for dtype in [DType.bfloat16, .float16] {
      for input in [DType.float32, dtype] {
        let x = b.to(input)
        #expect(withAutocast(dtype) { Linear(4, 4)(x) }.dtype == dtype)
        #expect(withAutocast(dtype) { LSTM(4, 4)(x) }.output.dtype == dtype)
        #expect(withAutocast(dtype) { RNN(4, 4)(x) }.output.dtype == dtype)
        #expect(withAutocast(dtype) { GRU(4, 4)(x) }.output.dtype == input)
        #expect(withAutocast(dtype) { LSTMCell(4, 4)(x[0]) }.hidden.dtype == input)
        #expect(withAutocast(dtype) { MultiheadAttention(4, 2)(x, x, x) }.output.dtype == dtype)
        #expect(withAutocast(dtype) { Conv2d(2, 3, kernelSize: 3)(image.to(input)) }.dtype == dtype)
        #expect(withAutocast(dtype) { ConvTranspose2d(2, 3, kernelSize: 3)(image.to(input)) }.dtype == dtype)
        #expect(withAutocast(dtype) { BatchNorm2d(2)(image.to(input)) }.dtype == input)
        #expect(withAutocast(dtype) { LayerNorm([4])(x) }.dtype == input)
      }
    }
  }

  @Test func computedInFloat32() {
    let m = fill(4, 4, dtype: .float32), positive = m.sigmoid(), classes = Tensor([0, 1, 2, 3])
    full("mseLoss", m, m) { Functional.mseLoss($0[0], $0[1]) }
    full("l1Loss", m, m) { Functional.l1Loss($0[0], $0[1]) }
    full("smoothL1Loss", m, m) { Functional.smoothL1Loss($0[0], $0[1]) }
    full("huberLoss", m, m) { Functional.huberLoss($0[0], $0[1]) }
    full("binaryCrossEntropy", positive, positive) { Functional.binaryCrossEntropy($0[0], $0[1]) }
    full("binaryCrossEntropyWithLogits", m, positive) { Functional.binaryCrossEntropyWithLogits($0[0], $0[1]) }
    full("crossEntropy", m, classes) { Functional.crossEntropy($0[0], $0[1]) }
    full("nllLoss", m, classes) { Functional.nllLoss($0[0], $0[1]) }
    full("klDivLoss", m, positive) { Functional.klDivLoss($0[0], $0[1]) }
    full("poissonNLLLoss", m, m) { Functional.poissonNLLLoss($0[0], $0[1]) }
    full("cosineEmbeddingLoss", m, m, Tensor.ones(4)) { Functional.cosineEmbeddingLoss($0[0], $0[1], $0[2]) }
    full("marginRankingLoss", m[0], m[1], Tensor.ones(4)) { Functional.marginRankingLoss($0[0], $0[1], $0[2]) }
    full("multilabelMarginLoss", m, Tensor.zeros([4, 4], dtype: .int64)) { Functional.multilabelMarginLoss($0[0], $0[1]) }
    full("multiMarginLoss", m, classes) { Functional.multiMarginLoss($0[0], $0[1]) }
    full("softMarginLoss", m, m.sign()) { Functional.softMarginLoss($0[0], $0[1]) }
    full("tripletMarginLoss", m, m, m) { Functional.tripletMarginLoss($0[0], $0[1], $0[2]) }
    full("hingeEmbeddingLoss", m, m.sign()) { Functional.hingeEmbeddingLoss($0[0], $0[1]) }
    full("ctcLoss", fill(4, 1, 4), Tensor([[1, 2]])) {
      Functional.ctcLoss($0[0].logSoftmax(dim: 2), $0[1], inputLengths: Tensor([4]), targetLengths: Tensor([2]))
    }
    full("cdist", m, m) { $0[0].cdist($0[1]) }
    full("cdist of many rows", fill(30, 4), fill(30, 4)) { $0[0].cdist($0[1]) }
    full("prod", m) { $0[0].prod() }
    full("trace", m) { $0[0].trace() }
    full("quantile", m) { $0[0].quantile(0.5) }
    full("nanquantile", m) { $0[0].nanquantile(0.5) }
    full("avgPool3d", fill(1, 2, 4, 4, 4)) { $0[0].avgPool3d(2) }
    full("maxPool3d", fill(1, 2, 4, 4, 4)) { $0[0].maxPool3d(2) }
    full("adaptiveAvgPool3d", fill(1, 2, 4, 4, 4)) { $0[0].adaptiveAvgPool3d(2) }
    full("adaptiveMaxPool3d", fill(1, 2, 4, 4, 4)) { $0[0].adaptiveMaxPool3d(2) }
    full("maxUnpool1d", fill(1, 2, 4)) { $0[0].maxUnpool1d(Tensor.zeros([1, 2, 4], dtype: .int64), 2) }
    full("maxUnpool2d", fill(1, 2, 4, 4)) { $0[0].maxUnpool2d(Tensor.zeros([1, 2, 4, 4], dtype: .int64), 2) }
    full("maxUnpool3d", fill(1, 2, 2, 2, 2)) { $0[0].maxUnpool3d(Tensor.zeros([1, 2, 2, 2, 2], dtype: .int64), 2) }
    full("localResponseNorm of four dimensions", fill(1, 4, 3, 3)) { Functional.localResponseNorm($0[0], 2) }
    full("gridSample", fill(1, 2, 4, 4), Tensor.zeros(1, 2, 2, 2)) { Functional.gridSample($0[0], $0[1]) }
    full("reflected", fill(1, 2, 4)) { $0[0].pad([1, 1], mode: .reflect) }
    full("replicated", fill(1, 2, 4, 4)) { $0[0].pad([1, 1, 1, 1], mode: .replicate) }
    let positiveDefinite = m.matmul(m.t()) + Tensor.eye(4)
    full("cholesky", positiveDefinite) { Linalg.cholesky($0[0]) }
    full("inv", positiveDefinite) { Linalg.inv($0[0]) }
    full("qr", positiveDefinite) { Linalg.qr($0[0]).q }
  }

  @Test func computedAsGiven() {
    let m = fill(4, 4, dtype: .float32)
    kept("softmax", m) { $0[0].softmax(dim: -1) }
    kept("exp", m) { $0[0].exp() }
    kept("sum", m) { $0[0].sum() }
    kept("gelu", m) { $0[0].gelu() }
    kept("mv", m, m[0]) { $0[0].mv($0[1]) }
    kept("dot", m[0], m[1]) { $0[0].dot($0[1]) }
    kept("outer", m[0], m[1]) { $0[0].outer($0[1]) }
    kept("add", m, m) { $0[0] + $0[1] }
    kept("avgPool2d", fill(1, 2, 4, 4)) { $0[0].avgPool2d(2) }
    kept("maxPool2d", fill(1, 2, 4, 4)) { $0[0].maxPool2d(2) }
    kept("layerNorm", m) { Functional.layerNorm($0[0], [4]) }
    kept("localResponseNorm of three dimensions", fill(1, 4, 3)) { Functional.localResponseNorm($0[0], 2) }
    kept("cumsum", m) { $0[0].cumsum(dim: 0) }
    kept("circular", fill(1, 2, 4)) { $0[0].pad([1, 1], mode: .circular) }
    kept("reflected in three dimensions", fill(1, 2, 3, 3, 3)) { $0[0].pad([1, 1, 1, 1, 1, 1], mode: .reflect) }
    withAutocast {
      let short = m.to(.bfloat16)
      #expect(Tensor.cat([m, short]).dtype == .float32 && Tensor.stack([m, short]).dtype == .float32)
      #expect((m + short).dtype == .float32 && m.matmul(short).dtype == .bfloat16)
      #expect(m.to(.float16).matmul(m).dtype == .bfloat16)
      #expect(Tensor([[1, 2]]).matmul(Tensor([[1], [2]])).dtype == .int64)
      #expect(Functional.mseLoss(m.to(.float64), m).dtype == .float64)
    }
  }

  @Test func scopes() {
    let m = fill(2, 2, dtype: .float32)
    func type() -> DType { m.matmul(m).dtype }
    #expect(autocastDType == nil && type() == .float32)
    withAutocast {
      #expect(autocastDType == .bfloat16 && type() == .bfloat16)
      withAutocast(.float16) { #expect(autocastDType == .float16 && type() == .float16) }
      withAutocast(enabled: false) {
        #expect(autocastDType == nil && type() == .float32)
        withAutocast(.float16) { #expect(type() == .float16) }
      }
      withNoGrad { #expect(type() == .bfloat16) }
      #expect(type() == .bfloat16)
    }
    #expect(type() == .float32)
    struct Stop: Error {}
    #expect(throws: Stop.self) { try withAutocast { () throws(Stop) in throw Stop() } }
    #expect(autocastDType == nil)
    expectError("withAutocast", "bfloat16 or float16, not float64") { withAutocast(.float64) { m + 1 } }
  }

  /// A training step's numbers: parameters that are used twice are converted once, and their gradients meet in the shorter
  /// type.
  @Test func numbersArePyTorchs() {
    for (index, dtype) in [DType.bfloat16, .float16].enumerated() {
      let net = Sequential(Linear(4, 3), Tanh(), Linear(3, 3))
      withNoGrad {
        for (k, parameter) in net.parameters().enumerated() {
          parameter.copy_(fill(like: parameter, phase: Double(k) + 1) * 0.5)
        }
      }
      let x = fill(5, 4, dtype: .float32)
      let (y, loss) = withAutocast(dtype) {
        let y = net(x), again = net(x * 0.77)
        let loss =
          Functional.crossEntropy(y, Tensor([0, 1, 2, 1, 0])) + Functional.mseLoss(again, fill(5, 3, dtype: .float32))
        return (y, loss)
      }
      #expect(y.dtype == dtype && loss.dtype == .float32)
      loss.backward()
      #expect(net.parameters().allSatisfy { $0.dtype == .float32 && $0.grad?.dtype == .float32 })
      let actual = [y, loss] + net.parameters().map { $0.grad! }
      // Rounding of sums that are added up in another order: a step of the shorter type.
      let step = dtype == .bfloat16 ? 1.0 / 128 : 1.0 / 1024
      for (tensor, expected) in zip(actual, Self.lines[index * 3]) {
        let values = tensor.toArray(as: Double.self)
        #expect(
          values.count == expected.count && zip(values, expected).allSatisfy { abs($0 - $1) <= step * max(abs($1), 0.25) },
          "\(dtype): \(values) should be \(expected)")
      }
      #expect(abs(loss.item() - Self.lines[index * 3][1][0]) < 1e-2 * step * 128)
      withAutocast(dtype) {
        let attention = Functional.scaledDotProductAttention(
          fill(2, 3, 4, dtype: .float32), fill(2, 3, 4, phase: 1, dtype: .float32), fill(2, 3, 4, phase: 2, dtype: .float32))
        let convolution = fill(1, 2, 4, 4, dtype: .float32)
          .conv2d(fill(2, 2, 3, 3, phase: 1, dtype: .float32), bias: fill(2, dtype: .float32))
        for (tensor, expected) in [(attention, Self.lines[index * 3 + 1][0]), (convolution, Self.lines[index * 3 + 2][0])] {
          #expect(
            zip(tensor.toArray(as: Double.self), expected).allSatisfy { abs($0 - $1) <= step * max(abs($1), 0.25) },
            "\(tensor) should be \(expected)")
        }
      }
    }
  }

  @Test func convertedOnceWhileUnchanged() {
    let weight = Parameter(Tensor.ones(2, 2)), x = Tensor.ones(1, 2)
    withAutocast {
      #expect(x.linear(weight).sum().item() == 4)
      withNoGrad { _ = weight.mul_(2) }
      // Its elements have changed: converted anew.
      #expect(x.linear(weight).sum().item() == 8)
      withNoGrad { #expect(!x.linear(weight).requiresGrad) }
      #expect(x.linear(weight).requiresGrad)
      x.linear(weight).sum().backward()
    }
    #expect(weight.grad!.dtype == .float32 && weight.grad!.sum().item() == 4)
  }

  @Test func checkpointsAndFunctionalCalls() {
    let layer = Linear(3, 3), x = fill(2, 3, dtype: .float32)
    func gradient(_ body: () -> Tensor) -> Tensor {
      layer.zeroGrad()
      withAutocast { body() }.float().square().sum().backward()
      return layer.weight.grad!
    }
    let plain = gradient { layer(x) }
    #expect(gradient { checkpoint(x) { layer($0) } }.isEqual(to: plain))
    let other = layer.weight.detach() * 2
    let expected = withAutocast { x.linear(other, layer.bias) }
    let result = withAutocast {
      _ = layer(x)
      return functionalCall(layer, ["weight": other], x)
    }
    #expect(result.isEqual(to: expected))
  }
}
