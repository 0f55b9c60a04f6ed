import Martlet
import TensorModule
import Testing

/// What the oracle does not hold of convolutions, pooling, padding and resizing as layers.
@Suite struct SpatialLayerTests {
  @Test func transposedConvolutionsHaveTheSizeThatIsAskedFor() {
    let conv = Conv1d(2, 3, kernelSize: 3, stride: 2, padding: 1)
    let transposed = ConvTranspose1d(3, 2, kernelSize: 3, stride: 2, padding: 1)
    for length in [7, 8] {
      let x = fill(1, 2, length, dtype: .float32), y = conv(x)
      #expect(y.shape == [1, 3, 4])
      #expect(transposed(y, outputSize: [length]).shape == x.shape)
      #expect(transposed(y, outputSize: Array(x.shape)).shape == x.shape)
      #expect(transposed(y[0], outputSize: [length]).shape == [2, length])
    }
    #expect(transposed(fill(1, 3, 4, dtype: .float32)).shape == [1, 2, 7])
    // The longer output only continues the shorter one.
    let y = fill(1, 3, 4, dtype: .float32)
    #expect(transposed(y, outputSize: [8])[.all, .all, 0..<7].isClose(to: transposed(y)))
    let image = ConvTranspose2d(1, 1, kernelSize: 2, stride: [3, 2])
    #expect(image(Tensor.ones(1, 1, 2, 2), outputSize: [7, 4]).shape == [1, 1, 7, 4])
    #expect(ConvTranspose3d(1, 1, kernelSize: 2, stride: 2)(Tensor.ones(1, 2, 2, 2), outputSize: [4, 5, 4]).shape == [1, 4, 5, 4])
    expectError("ConvTranspose1d", "output size 9 at spatial dimension 0 must be 7 ... 8") { transposed(y, outputSize: [9]) }
    expectError("ConvTranspose1d", "output size 6 at") { transposed(y, outputSize: [6]) }
    expectError("ConvTranspose1d", "needs 1 numbers, or the 3 of the whole shape") { transposed(y, outputSize: [7, 7]) }
    expectError("window", "too large for a size") {
      ConvTranspose1d(3, 2, kernelSize: 3, stride: .max, padding: .max)(y, outputSize: [.max])
    }
    expectError("convTranspose1d", "output padding 2 must be smaller") {
      ConvTranspose1d(3, 2, kernelSize: 3, stride: 2, outputPadding: 2)(y)
    }
  }

  @Test func transposedConvolutionIsTheAdjoint() {
    // <conv(x), y> = <x, convTranspose(y)> with the same weight.
    let conv = Conv2d(2, 4, kernelSize: [3, 2], stride: 2, padding: 1, groups: 2, bias: false, dtype: .float64)
    let transposed = ConvTranspose2d(
      4, 2, kernelSize: [3, 2], stride: 2, padding: 1, groups: 2, bias: false, dtype: .float64)
    withNoGrad { _ = transposed.weight.copy_(conv.weight) }
    let x = fill(1, 2, 5, 6), y = fill(1, 4, 3, 4, phase: 1)
    let left = (conv(x) * y).sum(), right = (x * transposed(y, outputSize: [5, 6])).sum()
    #expect(left.isClose(to: right, relative: 1e-10))
  }

  @Test func paddingModesArePads() {
    let x = fill(2, 3, 5, 6)
    let modes: [(PaddingMode, PadMode)] = [(.reflect, .reflect), (.replicate, .replicate), (.circular, .circular)]
    for (mode, padMode) in modes {
      let conv = Conv2d(3, 2, kernelSize: [3, 2], padding: [1, 2], paddingMode: mode, dtype: .float64)
      let expected = x.pad([2, 2, 1, 1], mode: padMode).conv2d(conv.weight, bias: conv.bias)
      #expect(conv(x).isClose(to: expected))
      let same = Conv1d(3, 2, kernelSize: 4, padding: .same, dilation: 2, paddingMode: mode, dtype: .float64)
      let line = fill(3, 9)
      #expect(same(line).shape == [2, 9])
      #expect(same(line).isClose(to: line.pad([3, 3], mode: padMode).conv1d(same.weight, bias: same.bias, dilation: 2)))
    }
  }

  @Test func impossibleConvolutionsAreRefused() {
    expectError("Conv3d", "padding [1, 2] needs one number, or 3") { Conv3d(1, 1, kernelSize: [2, 2, 2], padding: [1, 2]) }
    expectError("ConvTranspose2d", "divisible by groups 2") { ConvTranspose2d(3, 4, kernelSize: 2, groups: 2) }
    expectError("Conv1d", "must not be negative") { Conv1d(1, 1, kernelSize: 3, padding: -1) }
    expectError("Conv1d", "too large") { Conv1d(1, 1, kernelSize: 3, dilation: .max) }
    expectError("Conv1d", "too large") { Conv1d(1, 1, kernelSize: .max) }
    expectError("conv1d", "") { Conv1d(3, 2, kernelSize: 3)(Tensor.ones(2, 2)) }
    expectError("conv3d", "") { Conv3d(3, 2, kernelSize: 3, padding: 1, paddingMode: .reflect)(Tensor.ones(2, 2)) }
  }

  @Test func unpoolingUndoesPooling() {
    let x = fill(2, 3, 7)
    let pool = MaxPool1d(2), unpool = MaxUnpool1d(2)
    let (values, indices) = pool.withIndices(x)
    #expect(values.isEqual(to: pool(x)) && indices.dtype == .int64)
    let y = unpool(values, indices, outputSize: Array(x.shape))
    #expect(y.shape == x.shape)
    // What was pooled is where it was, and nothing else.
    #expect(y.gather(dim: 2, index: indices).isEqual(to: values))
    #expect((y .!= 0.0).to(.int64).sum().item() == Double(values.elementCount))
    #expect(unpool(values, indices).shape == [2, 3, 6])
    let volume = fill(1, 4, 4, 4)
    let parts = MaxPool3d(2).withIndices(volume)
    let back = MaxUnpool3d(2)(parts.values, parts.indices)
    #expect(back.shape == volume.shape && MaxPool3d(2)(back).isClose(to: parts.values.clamp(min: 0)))
    let image = AdaptiveMaxPool2d([2, nil]).withIndices(fill(1, 4, 3))
    #expect(image.values.shape == [1, 2, 3] && image.indices.shape == [1, 2, 3])
    expectError("maxUnpool2d", "between") { MaxUnpool2d(2)(Tensor.ones(1, 2, 2), Tensor.zeros([1, 2, 2], dtype: .int64), outputSize: [9, 4]) }
  }

  @Test func sizesThatAreNotLiteralsWork() {
    let k = 2
    let x = fill(1, 2, 4, 4, dtype: .float32)
    #expect(MaxPool2d(k)(x).shape == [1, 2, 2, 2] && AvgPool2d(k, stride: k - 1)(x).shape == [1, 2, 3, 3])
    #expect(LPPool2d(2, k)(x).shape == [1, 2, 2, 2] && Unfold(k)(x).shape == [1, 8, 9])
    #expect(Conv2d(k, k, kernelSize: k, padding: k)(x).shape == [1, 2, 7, 7])
    #expect(ConvTranspose2d(k, k, kernelSize: k, stride: k)(x).shape == [1, 2, 8, 8])
    #expect(Fold(4, 2, stride: 2)(Unfold(k, stride: k)(x)).isClose(to: x))
  }

  @Test func paddingLayersRefuseWrongCounts() {
    expectError("ReflectionPad2d", "padding [1, 2] needs 4 numbers") { ReflectionPad2d([1, 2]) }
    expectError("AdaptiveAvgPool2d", "the output size needs 2 numbers, got 1") { AdaptiveAvgPool2d([3]) }
    expectError("pad", "must be smaller than the dimension") { ReflectionPad1d(4)(Tensor.ones(1, 3)) }
    let x = Tensor([[1.0, 2, 3]])
    #expect(ConstantPad1d([1, -1], 9)(x).toArray(as: Float.self) == [9, 1, 2])
    #expect(CircularPad1d(2)(x).toArray(as: Float.self) == [2, 3, 1, 2, 3, 1, 2])
    #expect(ZeroPad2d([0, 1, 1, 0])(x.unsqueeze(0)).toArray(as: Float.self) == [0, 0, 0, 0, 1, 2, 3, 0])
  }

  @Test func upsamplingKeepsItsKind() {
    let x = Tensor([[[[1.0, 2], [3, 4]]]])
    #expect(UpsamplingNearest2d(scaleFactor: 2)(x)[0, 0, 1].toArray(as: Float.self) == [1, 1, 2, 2])
    #expect(UpsamplingBilinear2d(size: [2, 3])(x)[0, 0, 0].toArray(as: Float.self) == [1, 1.5, 2])
    #expect(Upsample(size: 4)(x).shape == [1, 1, 4, 4])
  }

  @Test func hooksSeeCallsOfAllKinds() {
    /// The first result, to which a hook adds the number of inputs that it was shown.
    func checkHook(_ module: some Module, _ count: Double, _ location: SourceLocation = #_sourceLocation, _ call: () -> Tensor) {
      let plain = call()
      let hook = module.registerForwardHook { _, inputs, outputs in [outputs[0] + Double(inputs.count)] + outputs.dropFirst() }
      #expect(call().isClose(to: plain + count), sourceLocation: location)
      hook.remove()
      #expect(call().isEqual(to: plain), sourceLocation: location)
    }
    let x = fill(1, 2, 4, 4, dtype: .float32)
    let pool = MaxPool2d(2), adaptive = AdaptiveMaxPool2d(2), unpool = MaxUnpool2d(2), bilinear = Bilinear(4, 4, 3)
    let transposed = ConvTranspose2d(2, 1, kernelSize: 2, stride: 2)
    let (values, indices) = pool.withIndices(x)
    checkHook(pool, 1) { pool.withIndices(x).values }
    checkHook(adaptive, 1) { adaptive.withIndices(x).values }
    checkHook(unpool, 2) { unpool(values, indices) }
    checkHook(bilinear, 2) { bilinear(x, x) }
    checkHook(transposed, 1) { transposed(x, outputSize: [9, 8]) }
    checkHook(transposed, 1) { transposed(x) }
  }

  @Test func tablesCanBeGiven() {
    let table = Tensor([[1.0, 2], [3, 4], [5, 6]])
    let bag = EmbeddingBag(pretrained: table, mode: .sum, paddingIdx: -1)
    #expect(bag(Tensor([[0, 1, 2]])).toArray(as: Float.self) == [4, 6] && bag.parameters().allSatisfy { !$0.requiresGrad })
    #expect(bag.description == "EmbeddingBag(3, 2, mode='sum', padding_idx=2)")
    #expect(Embedding(pretrained: table, freeze: false)(Tensor([2])).toArray(as: Float.self) == [5, 6])
    expectError("EmbeddingBag", "two dimensions, not 1") { EmbeddingBag(pretrained: Tensor([1.0])) }
    expectError("EmbeddingBag", "paddingIdx 3 is not within the 3") { EmbeddingBag(3, 2, paddingIdx: 3) }
    expectError("EmbeddingBag", "paddingIdx -4 is not within the 3") { EmbeddingBag(pretrained: table, paddingIdx: -4) }
    expectError("Embedding", "paddingIdx 3 is not within the 3") { Embedding(3, 2, paddingIdx: 3) }
  }

  @Test func containersKeepTheirOrder() {
    let dict = ModuleDict(["z": Linear(2, 2, bias: false), "a": ReLU()])
    #expect(dict.keys == ["z", "a"] && dict.map(\.key) == ["z", "a"] && dict.count == 2 && dict.contains("a"))
    #expect(dict["a"](Tensor([-1.0, 1])).toArray(as: Float.self) == [0, 1])
    #expect(dict.namedParameters().map(\.name) == ["z.weight"])
    expectError("ModuleDict", "there is no \"zz\"") { dict["zz"] }
    expectError("ModuleDict", "contain a point") { ModuleDict(["a.b": ReLU()]) }
    expectError("ModuleDict", "is there twice") { ModuleDict(["a": ReLU(), "a": ReLU()]) }
    expectError("Sequential", "is there twice") { Sequential(named: ["a": ReLU(), "a": ReLU()]) }
    expectError("Sequential", "contain a point") { Sequential(named: ["a.b": ReLU()]) }
    expectError("Sequential", "must not be empty") { Sequential(named: ["": ReLU()]) }
    let list = ParameterList([Parameter(Tensor.ones(2)), Parameter(Tensor.zeros(1))])
    #expect(list.count == 2 && list[0].shape == [2] && list.namedParameters().map(\.name) == ["0", "1"])
    expectError("ParameterList", "there is no parameter 2 among 2") { list[2] }
    let parameters = ParameterDict(["b": Parameter(Tensor.ones(2)), "a": Parameter(Tensor.zeros(1))])
    #expect(parameters.keys == ["b", "a"] && parameters["b"].shape == [2])
    expectError("ParameterDict", "there is no \"c\"") { parameters["c"] }
  }
}
