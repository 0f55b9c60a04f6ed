import CPUKernels
import Martlet
import Testing

@testable import TensorModule

/// How many blocks an operation allocates, and that none is lost. In child processes: other tests allocate too.
@Suite struct MemoryTests {
  @Test func allocationCounts() async {
    await #expect(processExitsWith: .success) {
      /// Blocks allocated while `body` runs; once before, for what is made on first use.
      func count(_ body: () -> Void) -> Int {
        body()
        let before = memoryStatistics().allocations
        body()
        return memoryStatistics().allocations - before
      }
      func expectCount(_ expected: Int, _ name: String, _ body: () -> Void) {
        let actual = count(body)
        #expect(actual == expected, "\(name): \(actual) blocks, should be \(expected)")
      }
      let a = Tensor.ones(8, 8), b = Tensor.ones(8, 8), c = Tensor.ones(8, 8), index = Tensor([1, 2])
      let row = Tensor.ones(8)
      expectCount(1, "a + b") { _ = a + b }
      expectCount(1, "a.exp()") { _ = a.exp() }
      // Temporaries are written over.
      expectCount(1, "(a * b + c).tanh()") { _ = (a * b + c).tanh() }
      expectCount(2, "a * b + c * c") { _ = a * b + c * c }
      expectCount(1, "(a + row).relu()") { _ = (a + row).relu() }
      expectCount(1, "((a - b).square().sqrt() * c).exp().neg()") { _ = ((a - b).square().sqrt() * c).exp().neg() }
      // A plain number takes no block of its own.
      expectCount(1, "a + 1.0") { _ = a + 1.0 }
      // Views allocate nothing.
      expectCount(0, "a.t()") { _ = a.t() }
      expectCount(0, "a[0]") { _ = a[0] }
      expectCount(0, "a.view(4, 16).permute(1, 0)[2...].unsqueeze(0)") { _ = a.view(4, 16).permute(1, 0)[2...].unsqueeze(0) }
      expectCount(0, "a.expand(4, 8, 8)") { _ = a.expand(4, 8, 8) }
      expectCount(0, "a.detach()") { _ = a.detach() }
      expectCount(0, "a.contiguous()") { _ = a.contiguous() }
      expectCount(1, "a.sum()") { _ = a.sum() }
      expectCount(1, "a.sum(dim: 0)") { _ = a.sum(dim: 0) }
      expectCount(1, "a.mean()") { _ = a.mean() }
      expectCount(2, "a.max(dim: 1)") { _ = a.max(dim: 1) }
      expectCount(1, "a.clone()") { _ = a.clone() }
      expectCount(1, "a.softmax(dim: 1)") { _ = a.softmax(dim: 1) }
      expectCount(1, "Tensor.empty([3])") { _ = Tensor.empty([3]) }
      expectCount(1, "Tensor([1.0, 2.0])") { _ = Tensor([1.0, 2.0]) }
      expectCount(1, "Tensor.cat([a, b])") { _ = Tensor.cat([a, b]) }
      expectCount(1, "a.indexSelect(dim: 0, index: index)") { _ = a.indexSelect(dim: 0, index: index) }
      expectCount(0, "a.add_(b)") { _ = a.add_(b) }
      expectCount(1, "a.matmul(b)") { _ = a.matmul(b) }
    }
  }

  @Test func operandsAreNeverOverwritten() {
    // A dying temporary may be reused; what somebody still holds may not.
    let a = Tensor([1.0, 2])
    let b = a + 1
    let c = b.exp()
    #expect(numbers(b) == [2, 3])
    let held = (a * 2)
    let view = held.view(2)
    let d = held.add(1)
    #expect(numbers(view) == [2, 4] && numbers(d) == [3, 5])
    func passing(_ x: Tensor) -> Tensor { x.neg() }
    #expect(numbers(passing(a)) == [-1, -2] && numbers(a) == [1, 2])
    let kept = [a * 3]
    _ = kept[0].exp()
    #expect(numbers(kept[0]) == [3, 6])
    #expect(numbers(c)[0] > 7)
    let same = a + 0
    #expect(numbers(same * same) == [1, 4] && numbers(same + same) == [2, 4])
    let parameter = Parameter(Tensor([1.0, 1]), requiresGrad: false)
    _ = parameter.exp()
    #expect(numbers(parameter) == [1, 1])
  }

  @Test func memoryComesBack() async {
    await #expect(processExitsWith: .success) {
      let x = Tensor.ones(1024, 1024)
      let before = memoryStatistics().bytesInUse
      for _ in 0..<50 {
        let y = (x * 2 + x).tanh()
        _ = y.sum(dim: 0)
      }
      let after = memoryStatistics()
      #expect(after.bytesInUse == before)
      #expect(after.peakBytesInUse - before < 4 * 4 * 1024 * 1024)
      #expect(after.bytesCached < 64 * 1024 * 1024)
    }
  }

  @Test func trimming() async {
    await #expect(processExitsWith: .success) {
      do { _ = Tensor.ones(4_000_000) + 1 }
      let cached = memoryStatistics().bytesCached
      guard mk_memory_is_cached() else {
        #expect(cached == 0)
        return
      }
      #expect(cached > 0)
      #expect(trimMemory() > 0)
      #expect(memoryStatistics().bytesCached < cached)
      #expect((Tensor.ones(3) + 1).sum().item() == 6)
    }
  }

  @Test func failuresLoseNothing() async {
    await #expect(processExitsWith: .success) {
      func fail() {
        _ = try? catchingTensorErrors {
          let x = Tensor.ones(1000) * 2
          _ = x + Tensor.ones(3)
        }
      }
      fail()
      let before = memoryStatistics().bytesInUse
      for _ in 0..<100 { fail() }
      #expect(memoryStatistics().bytesInUse == before)
    }
  }

  @Test func tooLargeTensorsFail() {
    expectError("memory") { _ = Tensor.empty([1 << 50]) }
    expectError("empty", "valid shape") { _ = Tensor.empty([1 << 40, 1 << 40]) }
    expectError("empty", "negative") { _ = Tensor.zeros(-1) }
  }

  @Test func longListsAreKeptWhenTheyAreFinished() {
    func isKept(_ list: [Int]) -> Bool { LongLists.known.withLock { $0[list] != nil } }
    // Sizes that no other test has.
    let sizes = [1, 1, 1, 1, 1, 1, 1, 1, 1009, 1013]
    let strides = Layout(contiguous: Shape(sizes)).strides.array
    #expect(strides == [Int](repeating: 1009 * 1013, count: 8) + [1013, 1])
    #expect(isKept(sizes) && isKept(strides))
    #expect(!isKept([1, 1, 1, 1, 1, 1, 1, 1, 1009, 1]))
    let wide = Layout(contiguous: Shape([1009, 1013])).broadcast(to: Shape(sizes))
    #expect(wide?.strides.array == [0, 0, 0, 0, 0, 0, 0, 0, 1013, 1])
    #expect(!isKept([0, 0, 0, 0, 0, 0, 0, 0, 1013, 0]))
    #expect(Layout(contiguous: Shape([2, 3])).broadcast(to: Shape(sizes)) == nil)
  }
}
