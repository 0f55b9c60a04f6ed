import Martlet
import Testing

@Suite struct JoiningTests {
  @Test func cat() {
    let a = counting(2, 3), b = counting(1, 3) + 10
    #expect(integers(Tensor.cat([a, b])) == [0, 1, 2, 3, 4, 5, 10, 11, 12])
    #expect(integers(Tensor.cat([a, a], dim: 1)) == [0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5])
    #expect(integers(Tensor.cat([a.t(), a.t()], dim: -1)) == [0, 3, 0, 3, 1, 4, 1, 4, 2, 5, 2, 5])
    #expect(Tensor.cat([Tensor.zeros([0], dtype: .int64), a]).shape == [2, 3])
    #expect(Tensor.cat([a]).shape == [2, 3])
    #expect(integers(Tensor.cat((0..<20).map { Tensor([$0]) })) == Array(0..<20))
    #expect(Tensor.cat([Tensor.zeros(2, 0), Tensor.zeros(2, 3)], dim: 1).shape == [2, 3])
    expectError("[cat] (2, 3) × (2, 4)", "except in dimension 0", "4", "3") { _ = Tensor.cat([a, counting(2, 4)]) }
    expectError("[cat]", "dimensions") { _ = Tensor.cat([a, counting(3)]) }
    expectError("[cat]", "use stack") { _ = Tensor.cat([Tensor(1), Tensor(2)]) }
    expectError("[cat]", "at least one") { _ = Tensor.cat([]) }
    expectError("cat", "dimension 2") { _ = Tensor.cat([a, a], dim: 2) }
  }

  @Test func stack() {
    let a = Tensor([1, 2]), b = Tensor([3, 4])
    #expect(integers(Tensor.stack([a, b])) == [1, 2, 3, 4] && Tensor.stack([a, b]).shape == [2, 2])
    #expect(integers(Tensor.stack([a, b], dim: 1)) == [1, 3, 2, 4])
    #expect(integers(Tensor.stack([a, b], dim: -1)) == [1, 3, 2, 4])
    #expect(Tensor.stack([Tensor(1), Tensor(2)]).shape == [2])
    expectError("[stack] (2,) × (3,)", "tensor 1") { _ = Tensor.stack([a, counting(3)]) }
  }

  @Test func splitting() {
    let x = counting(10)
    #expect(x.split(4).map(integers) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]])
    #expect(x.split([1, 2, 7]).map(\.elementCount) == [1, 2, 7])
    #expect(x.chunk(3).map(\.elementCount) == [4, 4, 2])
    #expect(counting(5).chunk(4).map(\.elementCount) == [2, 2, 1])
    #expect(counting(2, 6).split(2, dim: 1).map(\.shape) == [[2, 2], [2, 2], [2, 2]])
    #expect(counting(2, 3).unbind(dim: 1).map(integers) == [[0, 3], [1, 4], [2, 5]])
    expectError("[split] (10,)", "add up to 10") { _ = x.split([1, 2]) }
    expectError("[split]", "0") { _ = x.split(0) }
    expectError("[chunk]", "0") { _ = x.chunk(0) }
  }

  @Test func repeating() {
    let x = Tensor([1, 2])
    #expect(integers(x.repeat(3)) == [1, 2, 1, 2, 1, 2])
    #expect(x.repeat(2, 2).shape == [2, 4] && integers(x.repeat(2, 2)) == [1, 2, 1, 2, 1, 2, 1, 2])
    #expect(integers(Tensor([[1], [2]]).repeat(1, 2)) == [1, 1, 2, 2])
    #expect(x.repeat(0).shape == [0])
    expectError("[repeat] (2, 3)") { _ = counting(2, 3).repeat(2) }
  }

  @Test func flipping() {
    let x = counting(2, 3)
    #expect(integers(x.flip(0)) == [3, 4, 5, 0, 1, 2] && integers(x.flip(1)) == [2, 1, 0, 5, 4, 3])
    #expect(integers(x.flip(0, -1)) == [5, 4, 3, 2, 1, 0])
    expectError("flip", "dimension 2") { _ = x.flip(2) }
    expectError("flip", "more than once") { _ = x.flip(0, 0) }
  }

  @Test func rolling() {
    #expect(integers(counting(5).roll(2, dim: 0)) == [3, 4, 0, 1, 2])
    #expect(integers(counting(5).roll(-1, dim: 0)) == [1, 2, 3, 4, 0])
    #expect(integers(counting(5).roll(12, dim: 0)) == [3, 4, 0, 1, 2])
    #expect(integers(counting(2, 3).roll(1, dim: 1)) == [2, 0, 1, 5, 3, 4])
  }
}
