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
      let x = Tensor.ones([8], requiresGrad: true), y = Tensor.ones([8], requiresGrad: true)
      #expect(count { _ = x + y } == 1)
      #expect(count { _ = x * y } == 1)
      #expect(count { _ = x.exp() } == 1)
      #expect(count { _ = x.view(2, 4) } == 0)
      #expect(count { withNoGrad { _ = (x + y).exp() } } == 1)
      let forward = count { _ = (x * y).sum() }
      let whole = count { (x * y).sum().backward() }
      #expect(forward == 2)
      // The seed, and one product for each leaf; the accumulation is in place.
      #expect(whole - forward <= 4)
    }
  }
}
