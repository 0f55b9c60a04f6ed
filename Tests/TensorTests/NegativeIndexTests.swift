import Martlet
import TensorModule
import Testing

/// Negative indices count from the end in `x[…]` only; the functions refuse them, as PyTorch's do.
@Suite struct NegativeIndexTests {
  @Test func functionsRefuseThem() {
    let x = Tensor([1.0, 2, 3]), index = Tensor([0, -1]), source = Tensor([5.0, 6])
    let refused: [(String, () -> Void)] = [
      ("indexSelect", { _ = x.indexSelect(dim: 0, index: index) }),
      ("indexAdd", { _ = x.indexAdd(dim: 0, index: index, source) }),
      ("gather", { _ = x.gather(dim: 0, index: index) }),
      ("scatter", { _ = x.scatter(dim: 0, index: index, source) }),
      ("scatterAdd", { _ = x.scatterAdd(dim: 0, index: index, source) }),
    ]
    for (name, body) in refused {
      let error = caught { body() }
      #expect(error?.rule.hasPrefix("index -1 at position 1 is out of range") == true, "\(name)")
    }
    #expect(numbers(x) == [1, 2, 3])
  }

  @Test func subscriptsCountFromTheEnd() {
    let x = Tensor([1.0, 2, 3])
    #expect(numbers(x[Tensor([0, -1])]) == [1, 3])
  }
}
