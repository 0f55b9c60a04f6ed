import Martlet
import TensorModule
import Testing

/// Long chains, many leaves, many tasks.
@Suite struct ScaleTests {
  @Test func longChainIsWalkedAndFreed() async {
    await #expect(processExitsWith: .success) {
      let x = leaf(1.0, dtype: .float64)
      var y = x + 0
      for _ in 0..<1_000_000 { y = y + 1 }
      y.backward()
      #expect(x.grad?.item() == 1)
      y = x + 0
      // And freed without having been walked.
      for _ in 0..<1_000_000 { y = y + 1 }
      y = x + 0
    }
  }

  @Test func longChainOnASmallStack() async {
    await #expect(processExitsWith: .success) {
      onThread(stackSize: 512 * 1024) {
        let x = leaf(1.0, dtype: .float64)
        var y = x + 0
        for i in 0..<60_000 {
          switch i % 4 {
          case 0: y = y * 1.0
          case 1: y = y.view(1).squeeze()
          case 2: y = Tensor.where(Tensor(true), y, 0.0)
          default: y = Tensor.cat([y.view(1), y.view(1) * 0])[0]
          }
        }
        y.backward()
        #expect(x.grad?.item() == 1)
        y = x + 0
        for _ in 0..<60_000 { y = y * 1.0 }
        y = x + 0
      }
    }
  }

  @Test func unusedResultsLeaveNothing() async {
    await #expect(processExitsWith: .success) {
      let x = Tensor.randn([4096], requiresGrad: true)
      _ = x.exp()
      let before = memoryStatistics().bytesInUse
      for _ in 0..<10_000 { _ = x.exp() }
      #expect(memoryStatistics().bytesInUse == before)
      for _ in 0..<1000 { _ = (x.exp() * x).tanh().sum() }
      #expect(memoryStatistics().bytesInUse == before)
    }
  }

  @Test func trainingDoesNotGrow() async {
    await #expect(processExitsWith: .success) {
      let w = Tensor.randn([256, 256], requiresGrad: true), x = Tensor.randn([64, 256])
      func step() {
        let loss = (x • w).tanh().square().mean()
        loss.backward()
        withNoGrad { _ = w.sub_(w.grad! * 0.1) }
        w.grad!.zero_()
      }
      for _ in 0..<3 { step() }
      let before = memoryStatistics().bytesInUse
      for _ in 0..<50 { step() }
      #expect(memoryStatistics().bytesInUse == before)
    }
  }

  @Test func backwardFreesWhatWasSaved() async {
    await #expect(processExitsWith: .success) {
      let x = Tensor.randn([1 << 16], requiresGrad: true)
      x.grad = Tensor.zeros([1 << 16])
      let before = memoryStatistics().bytesInUse
      var y = x.exp()
      for _ in 0..<10 { y = y.tanh() }
      let loss = y.sum()
      y = loss
      let during = memoryStatistics().bytesInUse
      #expect(during - before >= 11 << 18)
      loss.backward()
      #expect(memoryStatistics().bytesInUse - before < 1 << 16)
    }
  }

  @Test func separateGraphsConcurrently() async {
    await withTaskGroup(of: Bool.self) { group in
      for i in 1...8 {
        group.addTask {
          for _ in 0..<100 {
            let x = leaf([Double(i), 2])
            (x.exp() * x).sum().backward()
            let e = Double(Float(i).asExp)
            guard let g = x.grad, abs(g[0].item() - e * Double(i + 1)) <= 1e-3 * e * Double(i + 1) else { return false }
          }
          return true
        }
      }
      for await isRight in group { #expect(isRight) }
    }
  }

  /// Several tasks walk graphs that share nodes and leaves. `grad` accumulates nowhere, so its results are exact.
  @Test func sharedGraphsConcurrently() async {
    for _ in 0..<20 {
      let x = leaf([1.0, 2, 3], dtype: .float64)
      var shared = x * 2
      for _ in 0..<50 { shared = shared + x * 0.01 }
      let trunk = shared
      await withTaskGroup(of: [Double].self) { group in
        for i in 1...4 {
          group.addTask {
            let gradients: [Tensor] = grad(outputs: [(trunk * Double(i)).sum()], inputs: [x], retainGraph: true)
            return numbers(gradients[0] / Double(i))
          }
        }
        for await result in group { expectClose(result, [2.5, 2.5, 2.5], tolerance: 1e-12) }
      }
    }
  }

  @Test func inferenceOnSharedParameters() async {
    let w = leaf([[1.0, 2], [3, 4]])
    await withTaskGroup(of: Double.self) { group in
      for i in 0..<8 {
        group.addTask {
          var total = 0.0
          for _ in 0..<100 { total += withNoGrad { (Tensor([[Double(i), 1]]) • w).sum().item() } }
          return total
        }
      }
      var sum = 0.0
      for await total in group { sum += total }
      #expect(sum == 14000.0)
    }
    #expect(w.grad == nil)
  }

  /// The first `requiresGrad` of the process installs the tape while other tasks compute.
  @Test func firstUseRaces() async {
    await #expect(processExitsWith: .success) {
      await withTaskGroup(of: Double.self) { group in
        for i in 0..<8 {
          group.addTask { () -> Double in
            let x = Tensor([Double(i)])
            let y: Tensor = x * 2
            if i % 2 == 0 { return y.item() }
            x.requiresGrad_()
            let z: Tensor = x * 2
            z.sum().backward()
            return x.grad?.item() ?? -100.0
          }
        }
        var sum = 0.0
        for await value in group { sum += value }
        #expect(sum == 32.0)
      }
    }
  }
}

extension Float {
  /// e to this power.
  fileprivate var asExp: Float { Tensor([self]).exp().item(as: Float.self) }
}
