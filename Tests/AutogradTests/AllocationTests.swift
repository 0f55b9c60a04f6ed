import Martlet
import TensorModule
import Testing

/// How many blocks recording and a backward pass allocate. In a child process: other tests allocate too.
@Suite struct AllocationTests {
  @Test func recording() async {
    await #expect(processExitsWith: .success) {
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
      let x = Tensor.ones([8], requiresGrad: true), y = Tensor.ones([8], requiresGrad: true)
      expectCount(1, "x + y") { _ = x + y }
      expectCount(1, "x * y") { _ = x * y }
      expectCount(1, "x.exp()") { _ = x.exp() }
      expectCount(0, "x.view(2, 4)") { _ = x.view(2, 4) }
      expectCount(1, "withNoGrad { (x + y).exp() }") { withNoGrad { _ = (x + y).exp() } }
      let forward = count { _ = (x * y).sum() }
      let whole = count { (x * y).sum().backward() }
      #expect(forward == 2)
      // The seed and the number that it is filled with, and one product for each leaf; the accumulation is in place.
      #expect(whole - forward == 4, "\(whole) - \(forward)")
    }
  }
}
