import Martlet
import Testing

@Suite struct BroadcastingTests {
  @Test func shapesAlignAtTheEnd() {
    let cases: [(Shape, Shape, Shape)] = [
      ([2, 3], [3], [2, 3]), ([3], [2, 3], [2, 3]), ([2, 1], [1, 3], [2, 3]), ([], [4], [4]), ([4], [], [4]),
      ([5, 1, 4, 1], [3, 1, 2], [5, 3, 4, 2]), ([1], [0], [0]), ([2, 0], [1, 1], [2, 0]), ([1, 1, 1], [], [1, 1, 1]),
      ([2, 3, 4], [2, 3, 4], [2, 3, 4]),
    ]
    for (a, b, expected) in cases {
      #expect((Tensor.ones(a) + Tensor.ones(b)).shape == expected, "\(a) + \(b)")
    }
  }

  @Test func values() {
    // The worked example of the tutorials.
    let sum = Tensor([1, 2, 3]) + Tensor([[4], [5]])
    #expect(sum.shape == [2, 3] && integers(sum) == [5, 6, 7, 6, 7, 8])
    #expect(integers(Tensor([[1, 2], [3, 4]]) * Tensor([10, 100])) == [10, 200, 30, 400])
    #expect(integers(Tensor([[1, 2], [3, 4]]) - Tensor([[1], [3]])) == [0, 1, 0, 1])
    #expect(numbers(Tensor(6.0) / Tensor([1.0, 2, 3])) == [6, 3, 2])
    let x = counting(2, 1, 3), y = counting(4, 1)
    let all = integers(x * 10 + y)
    for i in 0..<2 { for j in 0..<4 { for k in 0..<3 { #expect(all[(i * 4 + j) * 3 + k] == (i * 3 + k) * 10 + j) } } }
  }

  @Test func transposedAndExpandedOperands() {
    let x = counting(3, 2).t()
    #expect(integers(x + x.contiguous()) == integers(x).map { $0 * 2 })
    #expect(integers(x + Tensor([10, 20, 30])) == [10, 22, 34, 11, 23, 35])
    let e = Tensor([1, 2]).unsqueeze(1).expand(2, 3)
    #expect(integers(e * counting(2, 3)) == [0, 1, 2, 6, 8, 10])
  }

  @Test func conflictsNameShapesAndDimension() {
    expectError("(2, 3) × (2, 4)", "3 and 4", "dimension 1") { _ = Tensor.ones(2, 3) + Tensor.ones(2, 4) }
    expectError("(3,) × (4,)", "dimension 0") { _ = Tensor.ones(3) * Tensor.ones(4) }
    expectError("(2, 3)", "(0,)") { _ = Tensor.ones(2, 3) - Tensor.ones(0) }
  }

  @Test func inPlaceBroadcastsOnlyTheSource() {
    let x = Tensor.zeros(2, 3)
    x.add_(Tensor([1.0, 2, 3]))
    #expect(numbers(x) == [1, 2, 3, 1, 2, 3])
    expectError("(3,) × (2, 3)", "does not fit") { _ = Tensor.ones(3).add_(Tensor.ones(2, 3)) }
  }

  @Test func manyDimensions() {
    let sizes = [Int](repeating: 1, count: 20) + [2]
    let x = Tensor.ones(Shape(sizes))
    #expect((x + Tensor.ones(3, 1)).shape == Shape(sizes.dropLast(2) + [3, 2]))
    #expect((x + x).sum().item() == 4)
    expectError("empty") { _ = Tensor.zeros(Shape([Int](repeating: 1, count: 65))) }
  }
}
