import Martlet
import Testing

@testable import NN

@Suite struct SummaryTests {
  @Test func countsAndShapes() {
    let model = Sequential(
      Conv2d(1, 4, kernelSize: 3, padding: 1), BatchNorm2d(4), ReLU(), MaxPool2d(2), Flatten(),
      weightNorm(Linear(4 * 4 * 4, 10)))
    model[0].requiresGrad_(false)
    let state = model.stateDict().map { (key: $0.key, value: $0.value.clone()) }
    let summary = model.summary(inputShape: [2, 1, 8, 8])
    for (key, value) in state { #expect(model.stateDict()[key]!.isEqual(to: value), "\(key)") }
    #expect(model.isTraining && model.parameters().allSatisfy { $0.grad == nil })

    let rows = summary.rows
    #expect(rows.map(\.type) == ["Sequential", "Conv2d", "BatchNorm2d", "ReLU", "MaxPool2d", "Flatten", "Linear"])
    #expect(rows.map(\.key) == ["", "0", "1", "2", "3", "4", "5"] && rows.map(\.depth) == [0, 1, 1, 1, 1, 1, 1])
    #expect(
      rows.map(\.outputShapes) == [
        [[2, 10]], [[2, 4, 8, 8]], [[2, 4, 8, 8]], [[2, 4, 8, 8]], [[2, 4, 4, 4]], [[2, 64]], [[2, 10]],
      ])
    // A weight of Linear: 10 lengths and 640 directions.
    #expect(rows.map(\.parameterCount) == [0, 40, 8, 0, 0, 0, 660])
    #expect(summary.trainableCount == 668 && summary.parameterCount == 708)
    #expect(rows.map(\.multiplyAdds) == [0, 36 * 2 * 64, 0, 0, 0, 0, 640 * 2])
    #expect(summary.parameterBytes == 708 * 4)
    #expect(summary.activationBytes == (3 * 512 + 2 * 128 + 20) * 4)
    #expect(
      Sequential(Linear(1000, 2, bias: false), Dropout(0.5)).summary(inputShape: [3, 1000]).description == """
        Layer         Output shape  Parameters  Multiply-adds
        -----------------------------------------------------
        Sequential    [3, 2]                 -              -
          0: Linear   [3, 2]             2,000          6,000
          1: Dropout  [3, 2]                 -              -
        -----------------------------------------------------
        Parameters: 2,000, trainable: 2,000
        Multiply-adds: 6,000
        Memory: parameters 8000 B, activations 48 B
        """)
  }

  @Test func drawsNothing() async {
    await #expect(processExitsWith: .success) {
      let model = Sequential(Linear(2, 2), Dropout(0.5))
      manualSeed(3)
      let expected = Tensor.rand([4])
      manualSeed(3)
      _ = model.summary(inputShape: [8, 2])
      guard Tensor.rand([4]).isEqual(to: expected) else { fatalError("numbers were drawn") }
    }
  }

  @Test func modulesOfOtherArity() {
    let lstm = LSTM(3, 4), x = Tensor.ones(5, 2, 3)
    let summary = lstm.summary { _ = $0(x) }
    #expect(summary.rows[0].outputShapes == [[5, 2, 4], [1, 2, 4], [1, 2, 4]])
    #expect(summary.multiplyAdds == (16 * 3 + 16 * 4) * 10)
    #expect(summary.parameterCount == lstm.parameterCount)
    let transposed = ConvTranspose2d(2, 3, kernelSize: 2, bias: false)
    #expect(transposed.summary(inputShape: [1, 2, 4, 4]).multiplyAdds == 2 * 3 * 4 * 16)
    #expect(GRUCell(3, 4).summary { _ = $0(Tensor.ones(2, 3)) }.multiplyAdds == (12 * 3 + 12 * 4) * 2)
    #expect(Bilinear(2, 3, 4).summary { _ = $0(Tensor.ones(5, 2), Tensor.ones(5, 3)) }.multiplyAdds == 24 * 5)
    // Queries and results of 6 steps, keys and values of 7.
    let attention = MultiheadAttention(4, 2, kdim: 3, vdim: 5)
    let attended = attention.summary { _ = $0(Tensor.ones(6, 1, 4), Tensor.ones(7, 1, 3), Tensor.ones(7, 1, 5)) }
    #expect(attended.multiplyAdds == 6 * (16 + 16) + 7 * (12 + 20))
    // Not what is multiplied element by element.
    #expect(LayerNorm([3, 4, 4]).summary(inputShape: [2, 3, 4, 4]).multiplyAdds == 0)
    // Shared layers are counted once, their work at each call; what is not called has no shape.
    final class Twice: Layer {
      let first = Linear(2, 2, bias: false)
      let again: Linear
      let unused = Linear(1, 1)
      init() { again = first }
      func forward(_ x: Tensor) -> Tensor { again(first(x)) }
    }
    let twice = Twice().summary(inputShape: [1, 2])
    #expect(twice.rows.map(\.key) == ["", "first", "unused"])
    #expect(twice.rows.map(\.parameterCount) == [0, 4, 2] && twice.multiplyAdds == 8)
    #expect(twice.rows[2].outputShapes.isEmpty)
  }
}

@Suite struct ParameterVectorTests {
  @Test func thereAndBack() {
    let model = Sequential(Linear(2, 3), Linear(3, 1))
    let vector = parametersToVector(model.parameters())
    #expect(vector.shape == [13] && vector.requiresGrad)
    vector.square().sum().backward()
    #expect(model.parameter("0.weight").grad!.isEqual(to: model.parameter("0.weight").detach() * 2))
    let doubled = vector.detach() * 2, before = model.parameters().map { $0.detach().clone() }
    vectorToParameters(doubled, model.parameters())
    for (parameter, value) in zip(model.parameters(), before) {
      #expect(parameter.isEqual(to: value * 2) && parameter.requiresGrad && parameter.isLeaf)
    }
    #expect(parametersToVector(model.parameters()).isEqual(to: doubled))
    expectError("vectorToParameters", "the 13 elements") { vectorToParameters(Tensor.ones(12), model.parameters()) }
    expectError("parametersToVector", "no parameters") { parametersToVector([]) }
  }
}
