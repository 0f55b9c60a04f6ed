import Martlet
import Testing

/// Stacks, grids, repeats, splits and layouts; the numbers are PyTorch's.
@Suite struct ShapeTests {
  private let x = counting(2, 3)

  @Test func rollingAndTurning() {
    #expect(integers(x.roll([1, -1], dims: [0, 1])) == [4, 5, 3, 1, 2, 0])
    #expect(integers(x.roll(2)) == [4, 5, 0, 1, 2, 3] && integers(x.roll(-7)) == [1, 2, 3, 4, 5, 0])
    #expect(x.roll(0, dim: 0) !== x && Tensor.zeros([0, 2]).roll(3, dim: 0).shape == [0, 2])
    #expect(integers(x.rot90()) == [2, 5, 1, 4, 0, 3] && x.rot90().shape == [3, 2])
    #expect(integers(x.rot90(-1)) == [3, 0, 4, 1, 5, 2] && integers(x.rot90(1, dims: [1, 0])) == [3, 0, 4, 1, 5, 2])
    #expect(integers(x.rot90(2)) == [5, 4, 3, 2, 1, 0] && integers(x.rot90(-4)) == [0, 1, 2, 3, 4, 5])
    #expect(integers(x.fliplr()) == [2, 1, 0, 5, 4, 3] && integers(x.flipud()) == [3, 4, 5, 0, 1, 2])
    expectError("roll", "[1, 2]") { _ = x.roll([1, 2], dims: [0]) }
    expectError("rot90", "different") { _ = x.rot90(dims: [1, -1]) }
    expectError("fliplr", "2 dimensions") { _ = Tensor([1]).fliplr() }
  }

  @Test func repeating() {
    #expect(integers(x.tile(2)) == [0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5])
    #expect(x.repeat(2, 1, 2).shape == [2, 2, 6] && x.repeat(2, 1, 2).sum().item() == 60)
    #expect(x.repeat(1, 1).storageOffset == 0 && x.repeat(1, 1).isContiguous)
    let copy = x.repeat(1, 1)
    copy.zero_()
    #expect(integers(x) == [0, 1, 2, 3, 4, 5])
    // More dimensions than pairs of them could have.
    #expect(Tensor.ones([2]).view(Shape([Int](repeating: 1, count: 39) + [2])).tile(3).shape[39] == 6)
    #expect(integers(x.repeatInterleave(Tensor([2, 0, 1]), dim: 1)) == [0, 0, 2, 3, 3, 5])
    #expect(integers(x.repeatInterleave(2, dim: -1)) == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5])
    #expect(integers(Tensor.repeatInterleave(Tensor([1, 2, 0]))) == [0, 1, 1])
    #expect(Tensor(1).repeatInterleave(3).shape == [3])
    expectError("repeatInterleave", "outputSize 3") { _ = x.repeatInterleave(Tensor([1, 1]), dim: 0, outputSize: 3) }
    expectError("repeatInterleave", "negative") { _ = x.repeatInterleave(Tensor([1, -1]), dim: 0) }
    expectError("repeatInterleave", "int64") { _ = x.repeatInterleave(Tensor([1.0, 1]), dim: 0) }
  }

  @Test func grids() {
    let grids = Tensor.meshgrid(counting(2), counting(3), counting(4), indexing: .xy)
    #expect(grids.map(\.shape) == [[3, 2, 4], [3, 2, 4], [3, 2, 4]])
    #expect(grids.map(\.strides) == [[0, 1, 0], [1, 0, 0], [0, 0, 1]])
    #expect(integers(counting(4).combinations(r: 3)) == [0, 1, 2, 0, 1, 3, 0, 2, 3, 1, 2, 3])
    #expect(integers(counting(3).combinations(withReplacement: true)) == [0, 0, 0, 1, 0, 2, 1, 1, 1, 2, 2, 2])
    #expect(counting(3).combinations(r: 5).shape == [0, 5] && counting(3).combinations(r: 0).shape == [0])
    #expect(counting(0).combinations(r: 1).shape == [0, 1])
    #expect(integers(Tensor.cartesianProd(counting(2), counting(2))) == [0, 0, 0, 1, 1, 0, 1, 1])
    expectError("meshgrid", "int64", "float32") { _ = Tensor.meshgrid(counting(2), Tensor([1.0])) }
    expectError("meshgrid", "2 dimensions") { _ = Tensor.meshgrid(x) }
    expectError("combinations", "2") { _ = x.combinations() }
  }

  @Test func joiningAndSplitting() {
    let blocks = Tensor.blockDiag(Tensor.ones([2]), Tensor(3), Tensor.ones([1, 0]), Tensor.ones([0, 1]))
    #expect(blocks.shape == [3, 4] && numbers(blocks) == [1, 1, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0])
    #expect(Tensor.blockDiag([]).shape == [1, 0])
    #expect(Tensor.hstack([Tensor(1), counting(2)]).shape == [3] && Tensor.vstack([counting(2), counting(2)]).shape == [2, 2])
    #expect(Tensor.dstack([x, x]).shape == [2, 3, 2] && Tensor.columnStack([counting(2), x]).shape == [2, 4])
    #expect(counting(7).tensorSplit(3).map(integers) == [[0, 1, 2], [3, 4], [5, 6]])
    #expect(counting(7).tensorSplit([2, -1, 9]).map(integers) == [[0, 1], [2, 3, 4, 5], [6], []])
    #expect(Tensor.zeros([0, 2]).chunk(3).map(\.shape) == [[0, 2], [0, 2], [0, 2]])
    #expect(Tensor.zeros([0, 2]).split(0).map(\.shape) == [[0, 2]])
    expectError("hsplit", "5", "2 equal parts") { _ = Tensor.ones([3, 5]).hsplit(2) }
    expectError("dsplit", "3 dimensions") { _ = x.dsplit(1) }
    expectError("split", "0", "3 elements") { _ = counting(3).split(0) }
    expectError("unbind", "0-d") { _ = Tensor(1).unbind() }
    expectError("cat", "tensor 1", "stack") { _ = Tensor.cat([counting(2), Tensor(1)]) }
  }

  @Test func triangles() {
    let square = counting(3, 3) + 1
    #expect(integers(square.tril()) == [1, 0, 0, 4, 5, 0, 7, 8, 9] && integers(square.triu(1)) == [0, 2, 3, 0, 0, 6, 0, 0, 0])
    #expect(integers(square.mT.tril()) == [1, 0, 0, 2, 5, 0, 3, 6, 9])
    // In place, through a view that is not row-major too.
    square.mT.triu_()
    #expect(integers(square) == [1, 0, 0, 4, 5, 0, 7, 8, 9])
    #expect(integers(Tensor.trilIndices(2, 3)) == [0, 1, 1, 0, 0, 1])
    #expect(integers(Tensor.triuIndices(2, 3, offset: 1)) == [0, 0, 1, 1, 2, 2])
    #expect(
      integers(x.diagEmbed(offset: 1, dim1: 0, dim2: 2)) == [
        0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 0, 2, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0,
      ])
    let diagonal = x.diag()
    diagonal.zero_()
    #expect(integers(x) == [0, 1, 2, 3, 4, 5])
    let big = Tensor.rand([2, 700, 900])
    #expect((big.tril(3) + big.triu(4)).isEqual(to: big))
    expectError("tril", "2 dimensions") { _ = Tensor([1]).tril() }
    expectError("trilIndices", "-1") { _ = Tensor.trilIndices(-1, 2) }
  }

  @Test func formatsAndBits() {
    let image = Tensor.rand([2, 3, 4, 5])
    let last = image.contiguous(.channelsLast)
    #expect(last.strides == [60, 1, 15, 3] && last.isContiguous(.channelsLast) && !last.isContiguous && last.isEqual(to: image))
    #expect(last.contiguous(.channelsLast) === last && last.suggestedFormat == .channelsLast && image.suggestedFormat == .contiguous)
    #expect(last.to(.float64, format: .channelsLast).strides == [60, 1, 15, 3] && last.clone(.contiguous).isContiguous)
    #expect(Tensor.rand([1, 2, 3, 4, 5]).contiguous(.channelsLast3d).strides == [120, 1, 40, 10, 2])
    #expect(image.to(.float32, copy: true) !== image && image.to(.float32, format: .contiguous) === image)
    expectError("contiguous", "4 dimensions") { _ = x.contiguous(.channelsLast) }
    #expect(integers(Tensor([1.0, -2]).view(.int16)) == [0, 16256, 0, -16384])
    #expect(integers(Tensor([Int32](0..<4), shape: [4]).view(.int64)) == [4_294_967_296, 12_884_901_890])
    expectError("view", "stride 1") { _ = Tensor.rand([3, 5]).t().view(.int16) }
    expectError("view", "multiples of 2") { _ = Tensor.zeros([3, 5], dtype: .int16).view(.int32) }
    expectError("view", "0-d") { _ = Tensor(1.0).view(.int16) }
  }

  /// What an integer type cannot hold, as PyTorch on x86 has it.
  @Test func conversionsOutOfRange() {
    let values = Tensor([Double.nan, .infinity, -.infinity, 300, -300, -1.5, 70000, 3e9, 1e19], dtype: .float64)
    #expect(integers(values.byte()) == [0, 0, 0, 44, 212, 255, 112, 0, 0])
    #expect(integers(values.char()) == [0, 0, 0, 44, -44, -1, 112, 0, 0])
    #expect(integers(values.short()) == [0, 0, 0, 300, -300, -1, 4464, 0, 0])
    let low = Int(Int32.min)
    #expect(integers(values.int()) == [low, low, low, 300, -300, -1, 70000, low, low])
    #expect(integers(values.long()) == [.min, .min, .min, 300, -300, -1, 70000, 3_000_000_000, .min])
    #expect(integers(values.float().int()) == integers(values.int()))
    #expect(values.bool().all().item(as: Bool.self))
  }

  @Test func movingDimensions() {
    let y = Tensor.rand([2, 3, 4, 5])
    #expect(y.movedim([0, 2], [2, 0]).strides == [5, 20, 60, 1] && y.T.shape == [5, 4, 3, 2])
    #expect(Tensor.ones([1, 2, 1, 3]).squeeze([0, 1, -2]).shape == [2, 3] && y.squeeze([]).shape == y.shape)
    #expect(y.sumToSize(3, 1, 5).shape == [3, 1, 5] && y.sumToSize(y.shape) === y)
    #expect(y.narrow(dim: 3, start: Tensor(-2), length: 2).isEqual(to: y[.ellipsis, 3...]))
    expectError("movedim", "source", "[1, 0, -3]") { _ = y.movedim([1, 0, -3], [0, 1, 2]) }
    expectError("sumToSize", "[3, 3]") { _ = x.sumToSize(3, 3) }
    expectError("mT", "matrix") { _ = Tensor([1]).mT }
    expectError("narrow", "0-d integer") { _ = y.narrow(dim: 0, start: Tensor([1]), length: 1) }
  }
}
