import Martlet
import Testing

/// Reading and writing by index give what PyTorch gives.
@Suite struct IndexingTests {
  static let expected = fixtures(indexingFixtureText)

  private func check(_ name: String, _ actual: Tensor, _ location: SourceLocation = #_sourceLocation) {
    guard let text = Self.expected[name] else {
      Issue.record("no fixture \(name)", sourceLocation: location)
      return
    }
    let parts = text.split(separator: "|", omittingEmptySubsequences: false).map { $0.split(separator: " ").compactMap { Int($0) } }
    #expect(Array(actual.shape) == parts[0], "\(name)", sourceLocation: location)
    #expect(integers(actual) == parts[1], "\(name)", sourceLocation: location)
  }

  @Test func reading() {
    let x = counting(2, 3, 4), v = counting(10)
    let mask = v % 3 .== 0
    let plane = Tensor([[true, false, true], [false, true, false]])
    let ij = Tensor([[0, 2], [1, 1]])
    let big = counting(2, 3, 4, 5)
    let cases: [(String, Tensor)] = [
      ("integer", x[0]), ("negative", x[-1]), ("element", x[1, 2, 3]), ("range", x[.all, 0..<2]),
      ("from", x[.ellipsis, 2...]), ("negative ends", v[.slice(1, -1)]), ("step", v[.slice(1, 9, step: 3)]),
      ("past the end", v[5..<100]), ("empty", v[.slice(7, 3)]), ("ellipsis", x[.ellipsis, -1]),
      ("middle ellipsis", x[0, .ellipsis, 1]), ("new axis", x[.all, .newAxis, 0]), ("last new axis", v[.all, .newAxis]),
      ("mask", v[mask]), ("mask of all", x[x .> 12]), ("plane mask", x[plane]),
      ("row mask", x[.all, .all, Tensor([true, false, false, true])]), ("mask and integer", x[plane, 1]),
      ("scalar mask", v[Tensor(true)]), ("scalar mask false", v[Tensor(false)]), ("array", v[[3, 3, -1]]),
      ("array rows", x[[1, 0, 1]]), ("matrix index", v[ij]), ("matrix index rows", x[.all, ij]),
      ("two arrays", x[[0, 1], [2, 0]]), ("two arrays broadcast", x[Tensor([[0], [1]]), [0, 2]]),
      ("arrays apart", x[[0, 1], .all, [3, 1]]), ("arrays apart middle", big[.all, [0, 2], .all, [1, 4]]),
      ("arrays together", big[.all, [0, 2], [1, 3]]), ("integer and array", x[1, [0, 2]]),
      ("slice and array", x[.all, 1..., [0, 3]]), ("array and new axis", x[[0, 1], .newAxis]),
      ("array and ellipsis", x[.ellipsis, [3, 0]]), ("range then array", x[0..<1, [2, 1], 1..<3]),
      ("empty array", v[[] as [Int]]), ("transposed array", x.permute(2, 0, 1)[[3, 0], 1]),
    ]
    for (name, tensor) in cases { check("read " + name, tensor) }
  }

  private func written(_ name: String, to base: Tensor, _ body: (inout Tensor) -> Void) {
    var target = base.clone()
    body(&target)
    check("write " + name, target)
  }

  @Test func writing() {
    let x = counting(2, 3, 4), v = counting(10)
    let mask = v % 3 .== 0
    let plane = Tensor([[true, false, true], [false, true, false]])
    written("integer", to: x) { $0[0] = Tensor(-1) }
    written("row", to: x) { $0[1, 2] = Tensor([9, 8, 7, 6]) }
    written("column", to: x) { $0[.ellipsis, 0] = Tensor(5) }
    written("slice", to: x) { $0[.all, 1..<3, .stride(from: 0, to: nil, by: 2)] = Tensor([[100], [200]]) }
    written("leading ones", to: x) { $0[0, 0] = Tensor([[[1, 2, 3, 4]]]) }
    written("mask", to: x) { $0[x % 2 .== 0] = Tensor(0) }
    written("mask values", to: v) { $0[mask] = Tensor([-1, -2, -3, -4]) }
    written("plane mask", to: x) { $0[plane] = Tensor([7, 7, 7, 8]) }
    written("array", to: v) { $0[[2, 0]] = Tensor([50, 60]) }
    written("array rows", to: x) { $0[[1, 0]] = Tensor([[1], [2], [3]]) }
    written("two arrays", to: x) { $0[[0, 1], [2, 0]] = Tensor(-5) }
    written("arrays apart", to: x) { $0[[0, 1], .all, [3, 1]] = Tensor([[1, 2, 3], [4, 5, 6]]) }
    written("arrays middle", to: x) { $0[.all, [0, 2]] = Tensor([[1, 2, 3, 4], [5, 6, 7, 8]]) }
    written("converted", to: x) { $0[0] = Tensor(2.75) }
    written("add row", to: x) { $0[1] += 1 }
    written("add slice", to: x) { $0[.all, 1...] += 10 }
    written("add repeated", to: v) { $0[[0, 0, 1]] += 1 }
    written("add mask", to: v) { $0[mask] += 100 }
    written("multiply column", to: x) { $0[.ellipsis, 1] *= 3 }
  }

  @Test func writingThroughViews() {
    let x = counting(3, 4)
    var column = x.t()[1]
    column += 100
    let part = x[1..., .slice(1, -1)]
    part[0, 0] = Tensor(-1)
    part[[1], [1]] = Tensor(-2)
    #expect(integers(x) == [0, 101, 2, 3, 4, -1, 6, 7, 8, 109, -2, 11])
    // Nested indices on the left.
    let y = Tensor.zeros(2, 2)
    y[0][1] += 5
    y[1][0] = Tensor(7.0)
    #expect(numbers(y) == [0, 5, 7, 0])
  }

  @Test func overlappingSourceAndTarget() {
    let x = counting(6)
    x[1...] = x[..<5]
    #expect(integers(x) == [0, 0, 1, 2, 3, 4])
    let y = counting(6)
    y[..<5] = y[1...]
    #expect(integers(y) == [1, 2, 3, 4, 5, 5])
    let z = counting(2, 2)
    z.add_(z.t())
    #expect(integers(z) == [0, 3, 3, 6])
    let w = counting(4)
    w[[0, 1, 2, 3]] = w.flip(0)
    #expect(integers(w) == [3, 2, 1, 0])
  }

  @Test func repeatedIndices() {
    let x = Tensor.zeros(3)
    x[[0, 0]] += 1
    #expect(numbers(x) == [1, 0, 0])
    #expect(numbers(Tensor.zeros(3).indexAdd(dim: 0, index: Tensor([0, 0]), Tensor.ones(2))) == [2, 0, 0])
  }

  @Test func indexFunctions() {
    let x = counting(3, 4)
    #expect(integers(x.indexSelect(dim: 1, index: Tensor([3, 0]))) == [3, 0, 7, 4, 11, 8])
    #expect(integers(x.gather(dim: 1, index: Tensor([[0, 3], [1, 1], [2, 0]]))) == [0, 3, 5, 5, 10, 8])
    #expect(integers(x.gather(dim: 0, index: Tensor([[2, 0, 1, 2]]))) == [8, 1, 6, 11])
    let zeros = Tensor.zeros([2, 3], dtype: .int64)
    #expect(integers(zeros.scatter(dim: 1, index: Tensor([[2], [0]]), Tensor([[5], [6]]))) == [0, 0, 5, 6, 0, 0])
    #expect(integers(zeros.scatterAdd(dim: 1, index: Tensor([[1, 1], [0, 2]]), Tensor([[5, 6], [7, 8]]))) == [0, 11, 0, 7, 0, 8])
    #expect(integers(Tensor([[0, 1], [2, 0]]).nonzero()) == [0, 1, 1, 0])
    #expect(Tensor.zeros(2, 2).nonzero().shape == [0, 2])
    #expect(integers(x.maskedFill(x .> 9, -1)) == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, -1, -1])
    let target = Tensor.zeros([3], dtype: .int64)
    target.scatter_(dim: 0, index: Tensor([1]), Tensor([4])).scatterAdd_(dim: 0, index: Tensor([1]), Tensor([1]))
    target.indexAdd_(dim: 0, index: Tensor([2, 2]), Tensor([1, 2]))
    #expect(integers(target) == [0, 5, 3])
  }

  @Test func wrongIndices() {
    let x = counting(3, 4)
    expectError("[index] (3, 4)", "index 3", "dimension 0 of size 3") { _ = x[3] }
    expectError("index -4", "dimension 0") { _ = x[-4] }
    expectError("index 4", "dimension 1 of size 4") { _ = x[0..., 4] }
    expectError("3 indices", "2 dimensions") { _ = x[0, 0, 0] }
    expectError("2 indices", "1 dimensions") { _ = counting(3)[.all, 0] }
    expectError("index 5", "size 3") { _ = x[[0, 5]] }
    expectError("index -4", "size 3") { _ = x[[0, -4]] }
    expectError("mask", "size 2", "size 3") { _ = x[Tensor([true, false])] }
    expectError("float32") { _ = x[Tensor([0.0])] }
    expectError("broadcast", "(2,)", "(3,)") { _ = x[[0, 1], [0, 1, 2]] }
    expectError("step 0") { _ = x[.slice(0, 3, step: 0)] }
    expectError("copy_", "(4,) × (3,)") {
      let y = x
      y[0] = Tensor([1, 2, 3])
    }
    expectError("index 9") {
      let y = x
      y[9] = Tensor(1)
    }
    #expect(integers(x) == Array(0..<12))
    expectError("[gather]", "5") { _ = x.gather(dim: 1, index: Tensor([[5]])) }
    expectError("[indexSelect]", "3") { _ = x.indexSelect(dim: 0, index: Tensor([3])) }
    expectError("[scatter]", "7") { _ = x.scatter(dim: 0, index: Tensor([[7]]), Tensor([[1]])) }
  }
}
