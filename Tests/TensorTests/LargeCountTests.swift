import Martlet
import TestSupport
import Testing

/// Counting and picking among so many elements that the work is cut into parts.
@Suite struct LargeCountTests {
  /// Each number equally often: few bins, many, and too many for a table of each part.
  @Test(arguments: [10, 1000, 2000, 20_000]) func bincount(bins: Int) {
    let counts = Tensor.arange(300_000).remainder(bins).bincount()
    #expect(counts.shape == [bins])
    #expect(counts.toArray(as: Int.self) == [Int](repeating: 300_000 / bins, count: bins))
    #expect(Tensor.arange(300_000).remainder(bins).to(.int32).bincount(minlength: bins + 3).sum().item(as: Int.self) == 300_000)
  }

  @Test(arguments: [10, 2000]) func histc(bins: Int) {
    // The middles of the intervals of 0 ... 8, then numbers outside.
    let middles = (Tensor.arange(200_000).remainder(bins).to(.float32) + 0.5) * (8 / Double(bins))
    let counts = Tensor.cat([middles, middles + 8.5, middles - 8.5]).histc(bins: bins, min: 0, max: 8)
    #expect(counts.toArray(as: Int.self) == [Int](repeating: 200_000 / bins, count: bins))
  }

  /// The first of several indices out of range is named, whoever met it.
  @Test func strayIndex() {
    let index = Tensor.zeros([400_000], dtype: .int64)
    for (place, value) in [(399_999, 9), (123_456, 7), (300_000, -1)] { index.select(dim: 0, index: place).fill_(value) }
    expectError("[gather]", "index 7 at position 123456 is out of range") { _ = Tensor.ones(5).gather(dim: 0, index: index) }
  }

  @Test func backwards() {
    let x = Tensor.arange(300_007)
    for dtype in [DType.int32, .int64, .float32] {
      #expect(x.to(dtype).flip(0).toArray(as: Int.self) == Array((0..<300_007).reversed()))
    }
    #expect(x.remainder(100).to(.uint8).flip(0).toArray(as: Int.self) == (0..<300_007).reversed().map { $0 % 100 })
  }
}
