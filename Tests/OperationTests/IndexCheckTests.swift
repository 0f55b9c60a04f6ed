import TensorModule
import TestSupport
import Testing

/// Indices are checked on every device; the error tells the position, the value and the bound.
@Suite struct IndexCheckTests {
  @Test(arguments: [Device.cpu, SeparateMemoryBackend.device, SeparateMemoryBackend.bareDevice])
  func refusesIndicesOutOfRange(_ device: Device) {
    let x = Tensor(DenseArray([3, 2], (0..<6).map(Double.init)), dtype: .float32).to(device)
    for bad in [3.0, -1] {
      let line = Tensor(DenseArray([2], [0, bad]), dtype: .int64).to(device)
      let each = Tensor(DenseArray([2, 2], [0, 1, bad, 0]), dtype: .int64).to(device)
      let source = Tensor(DenseArray([2, 2], repeating: 1), dtype: .float32).to(device)
      let operations: [(String, () -> Tensor)] = [
        ("indexSelect", { x.indexSelect(dim: 0, index: line) }), ("indexAdd", { x.indexAdd(dim: 0, index: line, source) }),
        ("gather", { x.gather(dim: 0, index: each) }), ("scatter", { x.scatter(dim: 0, index: each, source) }),
        ("scatterAdd", { x.scatterAdd(dim: 0, index: each, source) }),
      ]
      for (name, body) in operations {
        do {
          _ = try catchingTensorErrors(body)
          Issue.record("\(name) on \(device) took index \(bad)")
        } catch {
          let text = "\(error)"
          #expect(text.contains("[\(name)]") && text.contains("index \(Int(bad)) ") && text.contains("size 3"), "\(text)")
        }
      }
    }
    #expect(x.elements.values == [0, 1, 2, 3, 4, 5])
  }
}
