import Martlet
import Testing

/// Tensors print as PyTorch prints them.
@Suite struct PrintingTests {
  @Test func texts() {
    let nan = Double.nan, inf = Double.infinity
    let tracked = Tensor([1.0, -2.0], requiresGrad: true)
    let matrix = Tensor.arange(6.0).reshape(2, 3).requiresGrad_()
    let cases: [(String, Tensor)] = [
      ("int", Tensor(5)), ("negative int", Tensor(-5)), ("float", Tensor(2.5)), ("whole float", Tensor(4.0)),
      ("bool", Tensor(true)), ("float64", Tensor(1.5, dtype: .float64)), ("ints", Tensor([1, 20, -300])),
      ("bools", Tensor([true, false])), ("whole floats", Tensor([1.0, 2, 30])), ("floats", Tensor([0.1, 1.25, -20.5])),
      ("zeros", Tensor.zeros(3)), ("negative zero", Tensor([-0.0, 1])), ("scientific", Tensor([1e-5, 1, 1e5])),
      ("small", Tensor([1e-5, 2e-5])), ("large", Tensor([1e9, 2])), ("large whole", Tensor([123456789.0])),
      ("ratio 1000", Tensor([0.001, 1])), ("ratio 1001", Tensor([0.001, 1.002])),
      ("negative scientific", Tensor([-1e-10, 1, -3e7])),
      ("scientific three digits", Tensor([1e-120, 1e100], dtype: .float64)), ("specials", Tensor([nan, inf, 1])),
      ("negative infinity", Tensor([-inf, 0.5, nan])), ("only nan", Tensor([nan])), ("only infinities", Tensor([inf, -inf])),
      ("nan matrix", Tensor([[nan, 1.5], [2.25, -inf]])), ("empty", Tensor([] as [Double])),
      ("empty int", Tensor.zeros([0], dtype: .int64)), ("empty matrix", Tensor.zeros(2, 0)),
      ("empty float64", Tensor.zeros([0, 3], dtype: .float64)), ("empty bool", Tensor.zeros([0, 2], dtype: .bool)),
      ("matrix", Tensor([[1.0, 2], [3, 4.5]])), ("int matrix", Tensor([[1, -2], [30, 4]])),
      ("3-d", counting(2, 2, 3)), ("4-d", Tensor.arange(8.0).reshape(2, 1, 2, 2)),
      ("float16", Tensor([1, 2.5], dtype: .float16)), ("bfloat16", Tensor([1, 3.14159], dtype: .bfloat16)),
      ("int32 matrix", Tensor([[1, 2], [3, 4]], dtype: .int32)), ("uint8", Tensor([0, 255], dtype: .uint8)),
      ("float64 vector", Tensor([1, 1.0 / 3], dtype: .float64)), ("long line", Tensor.arange(40.0)),
      ("long int line", Tensor.arange(100, 140)), ("long float line", Tensor.arange(30.0) / 7),
      ("wide float64", Tensor.arange(14.0, dtype: .float64) / 3), ("wide rows", Tensor.arange(60.0).reshape(2, 30) / 8),
      ("1000 elements", Tensor.arange(1000)), ("summarised", Tensor.arange(1001.0)),
      ("summarised zeros", Tensor.zeros(2000)), ("summarised matrix", Tensor.arange(10000.0).reshape(100, 100)),
      ("summarised int matrix", counting(4, 300)), ("summarised 3-d", counting(20, 20, 20)),
      ("summarised tall", Tensor.arange(1100.0, dtype: .float64).reshape(550, 2)), ("transposed", counting(2, 3).t()),
      ("requires grad", tracked), ("requires grad matrix", matrix),
      ("requires grad float64", Tensor([1.0], dtype: .float64, requiresGrad: true)), ("pow", tracked ** 2),
      ("mul", tracked * 3), ("add", tracked + 1), ("sub", tracked - 1), ("div", tracked / 2), ("exp", tracked.exp()),
      ("sum", tracked.sum()), ("mean", tracked.mean()), ("relu", tracked.relu()), ("tanh", tracked.tanh()),
      ("sigmoid", tracked.sigmoid()), ("neg", -tracked), ("mm", matrix • matrix.t()),
      ("long with grad", Tensor.arange(13.0).requiresGrad_() * 1.5), ("cat", Tensor.cat([tracked, tracked])),
      ("detached", tracked.detach()), ("parameter", Parameter(Tensor([[1.0, 2]]))),
    ]
    for (name, tensor) in cases {
      guard let expected = printingFixtures[name] else {
        Issue.record("no fixture \(name)")
        continue
      }
      #expect(tensor.description == expected, "\(name)")
    }
    #expect(Set(cases.map(\.0)) == Set(printingFixtures.keys))
  }

  @Test func printingRecordsNothing() {
    let x = Tensor([1.0], requiresGrad: true)
    _ = "\(x * 2)"
    #expect(x.grad == nil && x.isLeaf)
  }
}
