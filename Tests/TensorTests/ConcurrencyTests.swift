import CPUKernels
import Martlet
import TensorModule
import Testing

/// Tensors may be read and shared from many tasks at once.
@Suite struct ConcurrencyTests {
  @Test func parallelReads() async {
    let x = Tensor.randn(64, 64, generator: Generator(seed: 0)), w = Tensor.randn(64, 64, generator: Generator(seed: 1))
    let expected = numbers((x • w).relu().sum(dim: 0))
    await withTaskGroup(of: [Double].self) { group in
      for _ in 0..<8 {
        group.addTask {
          var last: [Double] = []
          for _ in 0..<20 { last = numbers((x • w).relu().sum(dim: 0)) }
          return last
        }
      }
      for await result in group { #expect(result == expected) }
    }
  }

  /// The first views of a tensor race to share its memory.
  @Test func firstSharingRaces() async {
    for _ in 0..<200 {
      let x = Tensor.ones(16)
      let total = await withTaskGroup(of: Double.self) { group in
        for i in 0..<4 { group.addTask { x.view(4, 4)[i].sum().item() } }
        return await group.reduce(0, +)
      }
      #expect(total == 16)
    }
  }

  /// Tensors made on one thread and freed on another.
  @Test func tensorsTravel() async {
    await withTaskGroup(of: [Tensor].self) { group in
      for i in 0..<8 { group.addTask { (0..<100).map { Tensor.full([$0 + 1], i) } } }
      var count = 0
      for await tensors in group {
        for (n, tensor) in tensors.enumerated() { if tensor.elementCount == n + 1 { count += 1 } }
      }
      #expect(count == 800)
    }
  }

  @Test func sharedGenerator() async {
    let generator = Generator(seed: 0)
    let drawn = await withTaskGroup(of: [Double].self) { group in
      for _ in 0..<8 { group.addTask { (0..<50).flatMap { _ in numbers(Tensor.rand(2, generator: generator)) } } }
      return await group.reduce(into: []) { $0 += $1 }
    }
    let expected = numbers(Tensor.rand(800, generator: Generator(seed: 0)))
    #expect(drawn.sorted() == expected.sorted())
  }

  /// As long as asked for, by the clock that goes on whatever the time of day is set to.
  @Test func waitingForNobodyEnds() {
    let monitor = mk_monitor_create()
    defer { mk_monitor_destroy(monitor) }
    let clock = ContinuousClock(), start = clock.now
    mk_monitor_lock(monitor)
    while mk_monitor_wait(monitor, 0.2) {}
    mk_monitor_unlock(monitor)
    let time = clock.now - start
    #expect(time >= .milliseconds(199) && time < .seconds(60), "\(time)")
  }

  @Test func sameBitsForAnyNumberOfThreads() async {
    await #expect(processExitsWith: .success) {
      let x = Tensor.randn(513, 1027, generator: Generator(seed: 0)), y = Tensor.randn(1027, 129, generator: Generator(seed: 1))
      func results() -> [Tensor] {
        [x • y, x.sum(), x.sum(dim: 0), x.mean(dim: 1), x.softmax(dim: 1), (x * x + 1).tanh(), x.t().contiguous(), x.logsumexp(dim: 0)]
      }
      let first = results()
      for count in [1, 2, 3, 7] {
        setThreadCount(count)
        #expect(threadCount == count)
        for (position, (a, b)) in zip(results(), first).enumerated() {
          #expect(a.isEqual(to: b), "result \(position) with \(count) threads")
        }
      }
    }
  }
}
