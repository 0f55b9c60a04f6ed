import Martlet
import Testing

@Suite struct LossTests {
  @Test func valuesAndGradients() {
    let logits = fill(4, 3) * 2, image = fill(2, 3, 2, 2) * 2
    let classes = Tensor([2, 0, 1, 2]), places = Tensor([[[0, 2], [1, 1]], [[2, 0], [0, 1]]])
    let weight = Tensor([0.5, 2, 1.5], dtype: .float64)
    let shares = fill(4, 3, phase: 1.5).softmax(dim: 1)
    let zeroed = Tensor([[0, 1, 0.25], [1, 0, 0.75]], dtype: .float64)
    let bits = Tensor([[1, 1, 0], [0, 0, 1]], dtype: .float64)
    for (name, reduction) in [("none", Reduction.none), ("mean", .mean), ("sum", .sum)] {
      check("mse \(name)", [fill(3, 2), fill(3, 2, phase: 1)]) { [MSELoss(reduction: reduction)($0[0], $0[1])] }
      check("l1 \(name)", [fill(3, 2), fill(3, 2, phase: 1)]) { [L1Loss(reduction: reduction)($0[0], $0[1])] }
      check("ce \(name)", [logits]) { [CrossEntropyLoss(reduction: reduction)($0[0], classes)] }
      check("ce weight \(name)", [logits]) { [CrossEntropyLoss(weight: weight, reduction: reduction)($0[0], classes)] }
      check("ce ignore \(name)", [logits]) { [CrossEntropyLoss(ignoreIndex: 2, reduction: reduction)($0[0], classes)] }
      check("ce all \(name)", [image]) {
        [CrossEntropyLoss(weight: weight, ignoreIndex: 1, reduction: reduction, labelSmoothing: 0.1)($0[0], places)]
      }
      check("ce smooth \(name)", [logits]) {
        [CrossEntropyLoss(reduction: reduction, labelSmoothing: 0.2)($0[0], classes)]
      }
      check("ce shares \(name)", [logits, shares]) {
        [CrossEntropyLoss(weight: weight, reduction: reduction, labelSmoothing: 0.1)($0[0], $0[1])]
      }
      check("nll \(name)", [image]) { [NLLLoss(weight: weight, reduction: reduction)($0[0], places)] }
      check("bce \(name)", [fill(2, 3).sigmoid()]) { [BCELoss(weight: weight, reduction: reduction)($0[0], bits)] }
      check("bce ends \(name)", [zeroed]) { [BCELoss(reduction: reduction)($0[0], bits)] }
      check("bce logits \(name)", [fill(2, 3) * 4, bits]) {
        [BCEWithLogitsLoss(weight: weight, posWeight: weight, reduction: reduction)($0[0], $0[1])]
      }
    }
    check("ce single", [fill(3)]) { [CrossEntropyLoss()($0[0], Tensor(1))] }
  }

  @Test func allIgnoredGivesNaN() {
    #expect(CrossEntropyLoss(ignoreIndex: 1)(Tensor.zeros(2, 3), Tensor([1, 1])).item().isNaN)
  }

  @Test func uint8TargetsAreAccepted() {
    let logits = fill(2, 3, dtype: .float32)
    let a = CrossEntropyLoss()(logits, Tensor([2, 0])), b = CrossEntropyLoss()(logits, Tensor([2, 0], dtype: .uint8))
    #expect(a.isEqual(to: b))
  }

  @Test func wrongUseIsToldClearly() {
    let x = Tensor.zeros(4, 1)
    expectError("mseLoss", "input and target must have the same shape") { MSELoss()(x, Tensor.zeros(4)) }
    #expect(MSELoss(broadcast: true)(x, Tensor.zeros(4)).item() == 0)
    expectError("crossEntropy", "expected input batch size (49) to match target batch size (64)") {
      CrossEntropyLoss()(Tensor.zeros(49, 10), Tensor.zeros([64], dtype: .int64))
    }
    expectError("crossEntropy", "expected target dtype to be int64 or uint8, but got float32") {
      CrossEntropyLoss()(Tensor.zeros(4, 3), Tensor.zeros(4))
    }
    expectError("crossEntropy", "target 3 at position 1 is out of bounds: there are 3 classes") {
      CrossEntropyLoss()(Tensor.zeros(2, 3), Tensor([0, 3]))
    }
    expectError("crossEntropy", "the weight must have one number for each of the 3 classes") {
      CrossEntropyLoss(weight: Tensor.ones(2))(Tensor.zeros(2, 3), Tensor([0, 1]))
    }
    expectError("nllLoss", "the target must have shape (4,) for class numbers") {
      NLLLoss()(Tensor.zeros(4, 3), Tensor.zeros([4, 1], dtype: .int64))
    }
    expectError("binaryCrossEntropy", "all elements of the input should be between 0 and 1; element 1 is 1.5") {
      BCELoss()(Tensor([0.5, 1.5]), Tensor([0.0, 1.0]))
    }
    expectError("binaryCrossEntropyWithLogits", "input and target must have the same shape") {
      BCEWithLogitsLoss()(x, Tensor.zeros(4))
    }
  }
}
