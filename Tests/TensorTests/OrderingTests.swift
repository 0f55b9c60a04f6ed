import Martlet
import TensorModule
import TestSupport
import Testing

/// What rows of single operations do not hold: long lines, compositions, other devices, refusals.
@Suite struct OrderingTests {
  private func floats(_ x: Tensor) -> [Float] { x.toArray(as: Float.self) }
  private func integers(_ x: Tensor) -> [Int] { x.toArray(as: Int.self) }

  /// A long line of every type against Swift's own sort, its positions against its values.
  @Test func longLines() {
    manualSeed(3)
    for dtype in DType.allCases {
      let x = (Tensor.randn(50_000) * 40).to(dtype == .uint8 || dtype == .bool ? .int8 : dtype).abs().to(dtype)
      for descending in [false, true] {
        let (values, indices) = x.sort(descending: descending)
        let plain = x.toArray(as: Double.self)
        let expected = descending ? plain.sorted(by: >) : plain.sorted()
        #expect(values.toArray(as: Double.self) == expected, "\(dtype)")
        #expect(x.indexSelect(dim: 0, index: indices).isEqual(to: values))
        // Equal elements keep their order.
        let order = integers(indices)
        #expect(zip(order, order.dropFirst()).allSatisfy { plain[$0] != plain[$1] || $0 < $1 }, "\(dtype)")
      }
      let (top, places) = x.topk(700)
      #expect(top.isEqual(to: x.sort(descending: true).values.slice(dim: 0, end: 700)))
      #expect(x.indexSelect(dim: 0, index: places).isEqual(to: top))
      #expect(x.kthvalue(25_000).values.isEqual(to: x.sort().values.select(dim: 0, index: 24_999)))
    }
  }

  /// Signs of zeros and NaNs come through; NaN is the largest.
  @Test func specialValues() {
    let x = Tensor([0.0, -0.0, .nan, 1, -.infinity])
    let (values, indices) = x.sort()
    #expect(integers(indices) == [4, 0, 1, 3, 2])
    #expect(floats(values.signbit().to(.float32)) == [1, 0, 1, 0, 0])
    #expect(x.median().item().isNaN)
    #expect(x.nanmedian().item() == 0)
    #expect(Tensor.zeros(0).median().item().isNaN)
  }

  @Test func uniques() {
    let x = Tensor([[2, 1], [0, 5], [2, 1], [0, 4], [2, 0]])
    let rows = x.uniqueWithInverse(dim: 0)
    #expect(integers(rows.values) == [0, 4, 0, 5, 2, 0, 2, 1])
    #expect(integers(rows.inverse) == [3, 1, 3, 0, 2])
    #expect(integers(rows.counts) == [1, 1, 1, 2])
    let runs = Tensor([1, 1, 2, 2, 2, 1]).uniqueConsecutiveWithInverse()
    #expect(integers(runs.values) == [1, 2, 1])
    #expect(integers(runs.inverse) == [0, 0, 1, 1, 1, 2])
    #expect(integers(runs.counts) == [2, 3, 1])
    #expect(Tensor.zeros(0).unique().shape == [0])
    let wide = Tensor([[3, 1, 4, 1, 5, 9, 2], [3, 1, 4, 1, 5, 9, 1], [3, 1, 4, 1, 5, 9, 2]]).uniqueWithInverse(dim: 0)
    #expect(integers(wide.inverse) == [1, 0, 1])
  }

  /// What has a shape that depends on values, on devices whose memory the host does not see.
  @Test(arguments: [SeparateMemoryBackend.device, SeparateMemoryBackend.bareDevice])
  func otherDevices(_ device: Device) {
    let host = Tensor([[3.0, 0, 1], [0, 2, 1], [3, 0, 1]])
    let x = host.to(device)
    let results: [(String, (Tensor) -> Tensor)] = [
      ("nonzero", { $0.nonzero() }), ("maskedSelect", { $0.maskedSelect($0 .> 1) }), ("mask", { $0[$0 .> 0] }),
      ("unique", { $0.unique() }), ("rows", { $0.uniqueWithInverse(dim: 0).inverse }), ("sort", { $0.sort(dim: 0).values }),
      ("topk", { $0.topk(2).indices }), ("cummax", { $0.cummax(dim: 0).indices }), ("median", { $0.median() }),
      ("bucketize", { $0.bucketize(Tensor([0.5, 2]).to($0.device)) }), ("quantile", { $0.quantile(0.3, dim: 1) }),
      ("bincount", { $0.to(.int64).flatten().bincount() }), ("take", { $0.take(Tensor([-1, 0]).to($0.device)) }),
      ("scatter", { $0.scatterReduce(dim: 0, index: Tensor([[0, 0, 2]]).to($0.device), $0, .prod) }),
      ("put", { $0.put(Tensor([1, -2]).to($0.device), Tensor([7.0, 8]).to($0.device)) }),
    ]
    for (name, body) in results {
      let there = body(x)
      #expect(there.device == device, "\(name)")
      #expect(there.cpu().isEqual(to: body(host)), "\(name)")
    }
    let target = host.to(device)
    target[target .> 1] = Tensor(-1)
    target[[0, 2], 1] = Tensor([5.0, 6]).to(device)
    #expect(floats(target) == [-1, 5, 1, 0, -1, 1, -1, 6, 1])
  }

  /// Writing at an index changes views and only what is named, wherever the indexed dimensions are.
  @Test func writesThroughViews() {
    let base = Tensor.zeros([3, 4, 2])
    let view = base.transpose(0, 1)
    view[[1, 3]] = Tensor(1)
    #expect(base.sum().item() == 12 && base[.all, 3].sum().item() == 6)
    view[.all, [0, 2], .all] = Tensor(2)
    #expect(base[0].sum().item() == 16 && base[1].sum().item() == 4)
    base[[0, 1], .all, [1, 1]] = Tensor(5)
    #expect(base[0, .all, 1].sum().item() == 20 && base[0, .all, 0].sum().item() == 8)
    let x = Tensor.zeros(3).requiresGrad_(), y = x * 1
    y[[0, 0, 2]] = Tensor([1.0, 2, 3])
    y.sum().backward()
    #expect(x.grad.map(floats) == [0, 1, 0])
    let counts = Tensor.zeros([3])
    counts.indexPut_([Tensor([0, 2, 0])], Tensor(1.0), accumulate: true)
    #expect(floats(counts) == [2, 0, 1])
  }

  /// Many small numbers add up in half precision as they would in float32.
  @Test func halfPrecisionSums() {
    for dtype in [DType.float16, .bfloat16] {
      let source = Tensor.full([4096], 0.125, dtype: dtype), index = Tensor.zeros([4096], dtype: .int64)
      #expect(Tensor.zeros([1], dtype: dtype).indexAdd(dim: 0, index: index, source).item() == 512)
      #expect(Tensor.zeros([1], dtype: dtype).scatterAdd(dim: 0, index: index, source).item() == 512)
    }
  }

  @Test func refusals() {
    func expectError(_ parts: String..., body: () -> Tensor) {
      do {
        _ = try catchingTensorErrors(body)
        Issue.record("no error: \(parts)")
      } catch {
        for part in parts { #expect("\(error)".contains(part), "\(error)") }
      }
    }
    let x = Tensor([1.0, 2, 3])
    expectError("[topk] (3,)", "k = 4", "0 ... 3") { x.topk(4).values }
    expectError("[kthvalue]", "k = 0") { x.kthvalue(0).values }
    expectError("[mode]", "size 0") { Tensor.zeros([2, 0]).mode().values }
    expectError("[searchsorted]", "float32", "int64") { Tensor.searchsorted(x, Tensor([1])) }
    expectError("[take]", "index 3 is out of range") { x.take(Tensor([3])) }
    expectError("[maskedSelect]", "must be bool", "int64") { x.maskedSelect(Tensor([1, 0, 1])) }
    expectError("[maskedScatter]", "2 true elements", "only 1") { x.maskedScatter(x .> 1, Tensor([1.0])) }
    expectError("[selectScatter]", "(3,)") { Tensor.zeros([2, 3]).selectScatter(Tensor.zeros(2), dim: 0, index: 0) }
    expectError("[quantile]", "0 ... 1") { x.quantile(1.5) }
    expectError("[bincount]", "-1 is negative") { Tensor([1, -1]).bincount() }
    expectError("[unravelIndex]", "position 6") { Tensor([6]).unravelIndex([2, 3])[0] }
    expectError("[index]", "int8") { x[Tensor([0]).to(.int8)] }
    expectError("[scatterReduce]", "index 5", "size 3") {
      x.scatterReduce(dim: 0, index: Tensor([5]), Tensor([1.0]), .amax)
    }
    expectError("[trace]", "matrix") { x.trace() }
    expectError("[cov]", "two or fewer") { Tensor.zeros([1, 1, 1]).cov() }
  }
}
