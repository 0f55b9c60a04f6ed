import Foundation
import TensorModule
import TestSupport
import Testing

/// Results have the same bits for any number of threads. The number is the process's, so a child changes it.
@Suite struct ThreadTests {
  @Test func sameBitsForAnyThreadCount() async {
    let child = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      func random(_ shape: Shape, _ seed: Int) -> Tensor {
        var numbers = Numbers(seed: seed)
        return Tensor((0..<shape.elementCount).map { _ in Float(numbers.next() * 2 - 1) }, shape: shape)
      }
      let long = random([1_000_003], 1), other = random([1_000_003], 2)
      let matrix = random([517, 701], 3), weights = random([701, 523], 4)
      let images = random([8, 16, 33, 35], 5), filters = random([32, 16, 3, 3], 6)
      let transposed = random([1201, 611], 7).t()
      let batch = random([24, 65, 70], 8), more = random([24, 70, 66], 9)
      let attributes = ConvolutionAttributes(
        rank: 2, stride: Spatial(1), padding: Spatial(1), dilation: Spatial(1), groups: 1, extent: Spatial([33, 35], filler: 1))
      var kernel = attributes
      kernel.extent = Spatial([3, 3], filler: 1)
      let gradient = random([8, 32, 33, 35], 10)
      let index = Tensor((0..<50_000).map { Int64($0 * 7919 % 517) }, shape: [50_000])
      let rows = random([50_000, 64], 11), table = random([517, 64], 12)
      let work: [(String, () -> Tensor)] = [
        ("add", { long + other }), ("exp", { long.exp() }), ("add of a transposed", { transposed + 1 }),
        ("sum", { long.sum() }), ("sum of half precision", { long.to(.bfloat16).sum() }), ("mean over rows", { matrix.mean(dim: 0) }),
        ("variance", { long.variance() }), ("logsumexp", { matrix.logsumexp(dim: 1) }), ("sum of a transposed", { transposed.sum(dim: 0) }),
        ("prod", { (long * 0.001 + 1).prod() }), ("max", { matrix.max(dim: 0).indices }), ("cumsum", { matrix.cumsum(dim: 0) }),
        ("softmax", { matrix.softmax(dim: 1) }), ("softmax across", { matrix.softmax(dim: 0) }), ("logSoftmax", { matrix.logSoftmax(dim: -1) }),
        ("matmul", { matrix.matmul(weights) }), ("matmul of transposed", { matrix.t().matmul(matrix) }), ("batched matmul", { batch.matmul(more) }),
        ("matrix × vector", { matrix.matmul(weights.select(dim: 1, index: 3)) }), ("dot", { long.dot(other) }),
        ("linear", { matrix.linear(weights.t().contiguous(), weights.select(dim: 0, index: 0)) }),
        ("conv2d", { images.conv2d(filters, padding: 1) }),
        ("conv2d input gradient", { apply(.convolutionInputGradient(attributes), Operands(gradient, filters)) }),
        ("conv2d weight gradient", { apply(.convolutionWeightGradient(kernel), Operands(images, gradient)) }),
        ("maxPool2d", { images.maxPool2d(2) }), ("avgPool2d", { images.avgPool2d(3, stride: 2, padding: 1) }),
        ("indexAdd", { table.indexAdd(dim: 0, index: index, rows) }), ("gather", { rows.indexSelect(dim: 0, index: index) }),
      ]
      var failed = false
      for (name, body) in work {
        setThreadCount(1)
        let expected = body().toArray(as: Double.self)
        for count in [2, 3] {
          setThreadCount(count)
          let got = body().toArray(as: Double.self)
          guard let position = zip(expected, got).enumerated().first(where: { $1.0.bitPattern != $1.1.bitPattern }) else { continue }
          let text = "\(name): with \(count) threads element \(position.offset) is \(position.element.1), with one \(position.element.0)\n"
          FileHandle.standardError.write(Data(text.utf8))
          failed = true
        }
      }
      if failed { exit(1) }
    }
    let text = String(decoding: child?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.isEmpty, "\(text)")
  }
}
