import Martlet
import Testing

@Suite struct LayerTests {
  @Test func linearAndConvolution() {
    let x = fill(2, 4, 4, 5)
    check("linear", Linear(5, 3), fill(2, 4, 5))
    check("conv", Conv2d(4, 3, kernelSize: 3), x)
    check("conv stride padding", Conv2d(4, 2, kernelSize: [3, 2], stride: [2, 1], padding: [1, 2]), x)
    check("conv groups no bias", Conv2d(4, 4, kernelSize: 3, groups: 2, bias: false), x)
    check("conv same", Conv2d(4, 2, kernelSize: [2, 4], padding: .same), x)
    check("conv valid dilation", Conv2d(4, 2, kernelSize: 2, padding: .valid, dilation: 2), x)
    check("conv unbatched", Conv2d(4, 2, kernelSize: 3), fill(4, 5, 5))
    check("conv reflect", Conv2d(1, 1, kernelSize: 3, padding: 2, paddingMode: .reflect), fill(1, 1, 4, 4))
    check("conv replicate", Conv2d(1, 1, kernelSize: 3, padding: 2, paddingMode: .replicate), fill(1, 1, 4, 4))
    check("conv circular", Conv2d(1, 1, kernelSize: 3, padding: 2, paddingMode: .circular), fill(1, 1, 4, 4))
  }

  @Test func poolingAndEmbedding() {
    check("pool", MaxPool2d(2), fill(2, 4, 4, 5))
    check("pool ceil", MaxPool2d(3, stride: 2, padding: 1, ceilMode: true), fill(1, 2, 6, 5))
    let indices = Tensor([[1, 0, 2], [4, 2, 1]])
    check("embedding", Embedding(5, 3), indices)
    check("embedding padding", Embedding(5, 3, paddingIdx: -3), indices)
    #expect(Embedding(5, 3)(indices.to(.int32)).shape == [2, 3, 3])
  }

  @Test func lstm() {
    func checkLSTM(_ name: String, _ lstm: LSTM, _ inputs: Tensor...) {
      lstm.to(.float64)
      check(name, inputs, lstm) { (inputs: [Tensor]) -> [Tensor] in
        let initial: (hidden: Tensor, cell: Tensor)? = inputs.count > 1 ? (inputs[1], inputs[2]) : nil
        let (output, (hidden, cell)) = lstm(inputs[0], initial)
        return [output, hidden, cell]
      }
    }
    checkLSTM("lstm", LSTM(3, 4), fill(5, 2, 3))
    checkLSTM("lstm batch first", LSTM(3, 4, batchFirst: true), fill(2, 5, 3))
    checkLSTM("lstm unbatched", LSTM(3, 4), fill(5, 3))
    checkLSTM("lstm state", LSTM(3, 4), fill(3, 2, 3), fill(1, 2, 4, phase: 0.5), fill(1, 2, 4, phase: 0.9))
    checkLSTM("lstm no bias", LSTM(3, 4, bias: false), fill(3, 2, 3))
    checkLSTM("lstm two layers both ways", LSTM(3, 2, numLayers: 2, bidirectional: true), fill(3, 2, 3))
    checkLSTM("lstm projected", LSTM(3, 4, projSize: 2), fill(3, 2, 3))
  }

  @Test func activationsAndShapes() {
    let y = fill(3, 4) * 3
    check("relu", ReLU(), y)
    check("sigmoid", Sigmoid(), y)
    check("tanh", Tanh(), y)
    check("gelu", GELU(), y)
    check("gelu tanh", GELU(approximate: .tanh), y)
    check("leaky relu", LeakyReLU(0.2), y)
    check("silu", SiLU(), y)
    check("softmax", Softmax(dim: 1), y)
    check("log softmax", LogSoftmax(dim: 0), y)
    check("flatten", Flatten(), y)
    check("unflatten", Unflatten(1, [2, -1]), y)
    #expect(Identity()(y) === y)
  }

  @Test func sequentialRunsInOrder() {
    let model = Sequential(Linear(3, 4), ReLU(), Linear(4, 2))
    let x = fill(5, 3, dtype: .float32)
    let first = model[0] as! Linear, last = model[2] as! Linear
    let expected = x.linear(first.weight, first.bias).relu().linear(last.weight, last.bias)
    #expect(model(x).isClose(to: expected))
    #expect(model.count == 3)
  }

  @Test func dropoutDependsOnMode() {
    let dropout = Dropout(0.5)
    let x = Tensor.ones([1000])
    #expect(dropout.isTraining)
    let dropped = dropout(x).toArray(as: Float.self)
    #expect(Set(dropped) == [0, 2])
    dropout.eval()
    #expect(!dropout.isTraining)
    #expect(dropout(x) === x)
  }

  @Test func wrongUseIsToldClearly() {
    expectError("Conv2d", "3 input and 4 output channels must both be divisible by groups 2") {
      Conv2d(3, 4, kernelSize: 3, groups: 2)
    }
    expectError("Conv2d", "padding .same is not supported for strided convolutions") {
      Conv2d(3, 4, kernelSize: 3, stride: 2, padding: .same)
    }
    expectError("LSTM", "the input's last dimension must be the input size 10, got 11") {
      LSTM(10, 4)(Tensor.zeros(3, 2, 11)).output
    }
    expectError("LSTM", "the input is int64, the weights are float32") {
      LSTM(10, 4)(Tensor.zeros([3, 2, 10], dtype: .int64)).output
    }
    expectError("LSTM", "the initial cell state must have shape (1, 2, 4)") {
      LSTM(10, 4)(Tensor.zeros(3, 2, 10), (Tensor.zeros(1, 2, 4), Tensor.zeros(1, 2, 5))).output
    }
    expectError("LSTM", "the number of layers 0 must be positive") { LSTM(10, 4, numLayers: 0) }
    expectError("embedding", "indices must be int64 or int32, got float32") { Embedding(3, 2)(Tensor([1.0])) }
    expectError("Dropout", "the probability has to be between 0 and 1, but got 1.5") { Dropout(1.5) }
    expectError("Sequential", "there is no layer 3 among 1") { Sequential(ReLU())[3] }
    expectError("Embedding", "paddingIdx 7 is not within the 3 embeddings") { Embedding(3, 2, paddingIdx: 7) }
  }

  /// The in-place form drops what the other does, and writes it where it read.
  @Test func dropoutInPlace() async {
    await #expect(processExitsWith: .success) {
      let layers: [(shape: Shape, plain: any Layer, inPlace: any Layer)] = [
        ([3, 4, 5], Dropout(0.4), Dropout(0.4, inplace: true)),
        ([3, 4, 5], Dropout1d(0.4), Dropout1d(0.4, inplace: true)), ([4, 5], Dropout1d(0.4), Dropout1d(0.4, inplace: true)),
        ([3, 4, 5, 2], Dropout2d(0.4), Dropout2d(0.4, inplace: true)),
        ([3, 4, 2, 2, 2], Dropout3d(0.4), Dropout3d(0.4, inplace: true)),
        ([4, 2, 2, 2], Dropout3d(0.4), Dropout3d(0.4, inplace: true)),
        ([3, 4, 5], AlphaDropout(0.4), AlphaDropout(0.4, inplace: true)),
        ([3, 4, 5], FeatureAlphaDropout(0.4), FeatureAlphaDropout(0.4, inplace: true)),
      ]
      for (shape, plain, inPlace) in layers {
        let x = Tensor.ones(shape)
        manualSeed(0)
        let expected = plain(x)
        manualSeed(0)
        let result = inPlace(x)
        #expect(result === x && x.isClose(to: expected) && !x.isClose(to: Tensor.onesLike(x)), "\(inPlace) of \(shape)")
      }
    }
  }
}

/// Holds the first error in `body` against its operation and a part of its rule.
func expectError<R>(
  _ operation: String, _ rule: String, _ location: SourceLocation = #_sourceLocation, _ body: () -> R
) {
  do {
    _ = try catchingTensorErrors(body)
    Issue.record("no error: \(operation) \(rule)", sourceLocation: location)
  } catch let error as TensorError {
    #expect(error.operation == operation, sourceLocation: location)
    #expect(error.rule.contains(rule), "\(error.rule)", sourceLocation: location)
  } catch {
    Issue.record("\(error)", sourceLocation: location)
  }
}
