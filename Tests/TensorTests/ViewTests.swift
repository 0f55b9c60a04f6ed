import Martlet
import Testing

@Suite struct ViewTests {
  @Test func viewsWriteThrough() {
    let x = Tensor.zeros(2, 3)
    x.view(3, 2)[0].fill_(1)
    x.t()[2].fill_(2)
    x.select(dim: 0, index: 1)[0].fill_(3)
    x.flatten()[4].fill_(4)
    #expect(numbers(x) == [1, 1, 2, 3, 4, 2])
    x.unsqueeze(0).squeeze().permute(1, 0).narrow(dim: 0, start: 1, length: 1).mul_(10)
    #expect(numbers(x) == [1, 10, 2, 3, 40, 2])
    x.diagonal().fill_(-1)
    #expect(numbers(x) == [-1, 10, 2, 3, -1, 2])
    x.unfold(dim: 1, size: 2, step: 2)[0, 0, 1].fill_(7)
    #expect(numbers(x) == [-1, 7, 2, 3, -1, 2])
    x.detach().neg_()
    #expect(numbers(x) == [1, -7, -2, -3, 1, -2])
    for (i, part) in x.split(2, dim: 1).enumerated() { part.fill_(i) }
    #expect(numbers(x) == [0, 0, 1, 0, 0, 1])
  }

  @Test func copiesDoNot() {
    let x = Tensor.zeros(2, 3)
    x.clone().fill_(1)
    x.t().contiguous().fill_(1)
    x.t().reshape(6).fill_(1)
    x[[0]].fill_(1)
    x.to(.float64).fill_(1)
    #expect(numbers(x) == [0, 0, 0, 0, 0, 0])
    #expect(x.contiguous() === x && x.to(.float32) === x)
  }

  @Test func strides() {
    let x = Tensor.zeros(2, 3)
    #expect(x.strides == [3, 1] && x.t().strides == [1, 3])
    #expect(x.expand(4, 2, 3).strides == [0, 3, 1])
    #expect(Tensor.zeros(2, 0, 3).strides == [3, 3, 1])
    #expect(Tensor.zeros([]).strides == [])
    #expect(x[.all, 1...].strides == [3, 1] && x[.all, 1...].storageOffset == 1)
    #expect(x[.all, .stride(from: 0, to: 3, by: 2)].strides == [3, 2])
    #expect(x.unsqueeze(0).strides == [6, 3, 1] && x.unsqueeze(-1).strides == [3, 1, 1])
    #expect(x.diagonal().strides == [4])
    #expect(Tensor.zeros(8).unfold(dim: 0, size: 3, step: 2).strides == [2, 1])
    #expect(Tensor.zeros(2, 3, 4).permute(2, 0, 1).strides == [1, 12, 4])
    #expect(!x.t().isContiguous && x.isContiguous && x[.all, 0..<1].isContiguous == false)
    #expect(x[0..<1].isContiguous && x[1].isContiguous)
  }

  @Test func viewNeedsFittingStrides() {
    let x = counting(2, 3)
    expectError("[view] (3, 2)", "strides [1, 3]", "use reshape") { _ = x.t().view(6) }
    #expect(integers(x.t().reshape(6)) == [0, 3, 1, 4, 2, 5])
    // What fits is seen without a copy.
    let y = counting(4, 6)[.all, 0..<4]
    #expect(y.view(4, 2, 2).strides == [6, 2, 1])
    #expect(y.view(2, 2, 4).strides == [12, 6, 1])
    expectError("view") { _ = y.view(16) }
    #expect(counting(2, 3, 4).transpose(0, 1).view(3, 2, 2, 2).shape == [3, 2, 2, 2])
    #expect(Tensor.ones(3).expand(2, 3).view(2, 3, 1).strides == [0, 1, 1])
    #expect(Tensor.zeros(0, 3).t().view(0).shape == [0])
  }

  @Test func reshapeInfersOneSize() {
    let x = counting(12)
    #expect(x.reshape(2, -1).shape == [2, 6] && x.view(-1, 4).shape == [3, 4])
    #expect(x.reshape(2, 6).reshape(-1).shape == [12])
    #expect(Tensor(5).reshape(1, 1).shape == [1, 1] && Tensor([5]).reshape([]).shape == [])
    expectError("[reshape] (12,)", "12 elements", "[5, -1]") { _ = x.reshape(5, -1) }
    expectError("only one size can be -1") { _ = x.reshape(-1, -1) }
    expectError("[view] (12,)", "[5, 2]") { _ = x.view(5, 2) }
    expectError("-2") { _ = x.reshape(-2, 6) }
    expectError("empty") { _ = Tensor.zeros(0).reshape(0, -1) }
  }

  @Test func squeezing() {
    let x = Tensor.zeros(1, 3, 1)
    #expect(x.squeeze().shape == [3] && x.squeeze(0).shape == [3, 1] && x.squeeze(-1).shape == [1, 3])
    #expect(x.squeeze(1).shape == [1, 3, 1])
    #expect(x.unsqueeze(-1).shape == [1, 3, 1, 1] && Tensor(1).unsqueeze(0).shape == [1])
    expectError("dimension 3", "(1, 3, 1)", "-3 ... 2") { _ = x.squeeze(3) }
    expectError("unsqueeze", "dimension 5") { _ = x.unsqueeze(5) }
  }

  @Test func reordering() {
    let x = counting(2, 3, 4)
    #expect(x.permute(2, 0, 1).shape == [4, 2, 3] && x.permute(2, 0, 1)[1, 1, 2].item(as: Int.self) == 21)
    #expect(x.permute(-1, 0, 1).shape == [4, 2, 3])
    #expect(x.transpose(0, -1).shape == [4, 3, 2] && x.mT.shape == [2, 4, 3])
    #expect(x.movedim(0, 2).shape == [3, 4, 2] && x.movedim(-1, 0).shape == [4, 2, 3])
    #expect(integers(counting(2, 2).t()) == [0, 2, 1, 3] && counting(3).t().shape == [3])
    expectError("[permute] (2, 3, 4)", "2 dimensions [0, 1]", "of 3") { _ = x.permute(0, 1) }
    expectError("more than once") { _ = x.permute(0, 0, 1) }
    expectError("transpose", "dimension 3") { _ = x.transpose(0, 3) }
    expectError("[t] (2, 3, 4)") { _ = x.t() }
  }

  @Test func expanding() {
    let x = Tensor([[1], [2]])
    #expect(integers(x.expand(2, 3)) == [1, 1, 1, 2, 2, 2] && x.expand(-1, 2).shape == [2, 2])
    #expect(x.expand(3, 2, 2).shape == [3, 2, 2] && x.expandAs(counting(2, 5)).shape == [2, 5])
    expectError("[expand] (2, 1)", "size 2 at dimension 0 cannot become 3") { _ = x.expand(3, 1) }
    expectError("fewer dimensions") { _ = x.expand(2) }
    expectError("-1 at the new dimension 0") { _ = x.expand(-1, 2, 1) }
    // Its elements share memory, so writing is refused.
    expectError("share one memory location", "clone()") { _ = x.expand(2, 3).add_(1) }
    #expect(integers(x.expand(2, 2).clone().add_(1)) == [2, 2, 3, 3])
  }

  @Test func flattening() {
    let x = Tensor.zeros(2, 3, 4, 5)
    #expect(x.flatten().shape == [120] && x.flatten(startDim: 1).shape == [2, 60])
    #expect(x.flatten(startDim: 1, endDim: 2).shape == [2, 12, 5] && Tensor(1).flatten().shape == [1])
    #expect(x.flatten(startDim: -2).shape == [2, 3, 20])
    expectError("startDim 2 comes after endDim 1") { _ = x.flatten(startDim: 2, endDim: 1) }
    #expect(Tensor.zeros(2, 12).unflatten(dim: 1, [3, -1]).shape == [2, 3, 4])
    expectError("unflatten", "12") { _ = Tensor.zeros(2, 12).unflatten(dim: 1, [5, 2]) }
  }

  @Test func windowsAndDiagonals() {
    #expect(integers(counting(6).unfold(dim: 0, size: 3, step: 2)) == [0, 1, 2, 2, 3, 4])
    #expect(counting(2, 5).unfold(dim: 1, size: 2, step: 1).shape == [2, 4, 2])
    #expect(integers(counting(3, 3).diagonal(offset: 1)) == [1, 5])
    #expect(integers(counting(3, 3).diagonal(offset: -1)) == [3, 7])
    #expect(counting(2, 3).diagonal(offset: 5).shape == [0])
    #expect(counting(2, 3, 4).diagonal(dim1: 1, dim2: 2).shape == [2, 3])
    expectError("unfold", "size 7") { _ = counting(6).unfold(dim: 0, size: 7, step: 1) }
    expectError("diagonal", "two different") { _ = counting(2, 2).diagonal(dim1: 0, dim2: 0) }
  }

  @Test func slicing() {
    let x = counting(10)
    #expect(integers(x.slice(dim: 0, start: -3)) == [7, 8, 9])
    #expect(integers(x.slice(dim: 0, start: 1, end: 100, step: 4)) == [1, 5, 9])
    #expect(integers(x.narrow(dim: 0, start: -4, length: 2)) == [6, 7])
    expectError("narrow", "size 10") { _ = x.narrow(dim: 0, start: 8, length: 3) }
    expectError("step 0", "use flip") { _ = x.slice(dim: 0, step: 0) }
    expectError("slice", "0-d") { _ = Tensor(1).slice(dim: 0) }
  }

  @Test func sizes() {
    let x = Tensor.zeros(2, 3)
    #expect(x.shape == [2, 3] && x.shape[-1] == 3 && x.size(0) == 2 && x.rank == 2 && x.elementCount == 6)
    #expect("\(x.shape)" == "[2, 3]" && Array(x.shape) == [2, 3])
    expectError("shape", "dimension 2", "(2, 3)") { _ = x.shape[2] }
  }
}
