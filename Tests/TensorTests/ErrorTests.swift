import Martlet
import Testing

/// Each wrong call says the operation, the operands and the broken rule. Others stand beside what they belong to.
@Suite struct ErrorTests {
  @Test func shapes() {
    expectError("[+] (2, 3) × (2, 4)", "dimension 1") { _ = Tensor.ones(2, 3).add(Tensor.ones(2, 4)) }
    expectError("[maximum] (2,) × (3,)") { _ = Tensor.ones(2).maximum(Tensor.ones(3)) }
    expectError("[where]", "(2,)", "(3,)") { _ = Tensor.where(Tensor([true, false]), Tensor.ones(3), 0.0) }
    expectError("[where]", "condition must be bool") { _ = Tensor.where(Tensor([1.0]), Tensor.ones(1), 0.0) }
    expectError("[addcmul]", "(2,)", "(3,)") { _ = Tensor.ones(2).addcmul(Tensor.ones(3), Tensor.ones(2)) }
    expectError("[reshape] (2, 3)", "6 elements", "[4]") { _ = Tensor.ones(2, 3).reshape(4) }
    expectError("[copy_] (2,) × (3,)") { Tensor.ones(2).copy_(Tensor.ones(3)) }
    expectError("(2,) × (3,)") { Tensor.ones(2).mul_(Tensor.ones(3)) }
    expectError("[+_]", "(1,) × (2,)") { Tensor.ones(1).add_(Tensor.ones(2)) }
  }

  @Test func dimensions() {
    expectError("[sum]", "dimension 5", "(2, 3, 4)", "-3 ... 2") { _ = Tensor.ones(2, 3, 4).sum(dim: 5) }
    expectError("[sum]", "more than once") { _ = Tensor.ones(2, 3).sum(dim: 0, 0) }
    expectError("[softmax]", "dimension 2", "(2, 3)") { _ = Tensor.ones(2, 3).softmax(dim: 2) }
    expectError("[cumsum]", "dimension -3") { _ = Tensor.ones(2, 3).cumsum(dim: -3) }
    expectError("[flatten]", "dimension 4") { _ = Tensor.ones(2, 3).flatten(startDim: 4) }
    expectError("[select]", "0-d", "item()") { _ = Tensor(1).select(dim: 0, index: 0) }
  }

  @Test func types() {
    expectError("[softmax] (2,)", "int64", "to(.float32)") { _ = Tensor([1, 2]).softmax(dim: 0) }
    expectError("[gelu] (2,)", "int64") { _ = Tensor([1, 2]).gelu() }
    expectError("[bitwiseAnd]", "float32") { _ = Tensor([1.0]) & Tensor([1]) }
    expectError("[bitwiseNot]", "float32") { _ = ~Tensor([1.0]) }
    expectError("[pow]", "bool") { _ = Tensor([true]).pow(Tensor([true])) }
    expectError("[lerp]", "int64") { _ = Tensor([1]).lerp(Tensor([2]), Tensor([1])) }
    expectError("[gather]", "int64", "float32") { _ = Tensor([1.0]).gather(dim: 0, index: Tensor([0.0])) }
    expectError("[indexAdd]", "float32", "int64") {
      _ = Tensor([1.0]).indexAdd(dim: 0, index: Tensor([0]), Tensor([1]))
    }
    expectError("[exp_]", "float32", "int64") { Tensor([1, 2]).exp_() }
  }

  @Test func indices() {
    expectError("[indexSelect]", "(2, 2)") { _ = Tensor.ones(3).indexSelect(dim: 0, index: Tensor([[0, 0], [0, 0]])) }
    expectError("[gather] (3,) × (1, 1)") { _ = Tensor.ones(3).gather(dim: 0, index: Tensor([[0]])) }
    expectError("[scatter]", "(3,)") { _ = Tensor.ones(3).scatter(dim: 0, index: Tensor([0, 1]), Tensor([1.0])) }
    expectError("[indexAdd]", "source must have shape") {
      _ = Tensor.ones(3).indexAdd(dim: 0, index: Tensor([0]), Tensor.ones(2))
    }
  }

  @Test func unknownDevice() {
    #expect(Device("cpu") == .cpu && Device("gpu") == nil && Device("cpu:x") == nil)
  }

  @Test func textIsOneLine() {
    let error = caught { _ = Tensor.ones(2, 3) + Tensor.ones(4, 4) }
    #expect(error.map { !$0.description.contains("\n") } == true)
  }
}
