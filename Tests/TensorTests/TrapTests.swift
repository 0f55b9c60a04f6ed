import Martlet
import Testing

/// Outside of a catching scope wrong use ends the program, and the text says why.
@Suite struct TrapTests {
  private func expect(
    _ result: ExitTest.Result?, says parts: String..., location: SourceLocation = #_sourceLocation
  ) {
    guard let bytes = result?.standardErrorContent else {
      Issue.record("no output", sourceLocation: location)
      return
    }
    let text = String(decoding: bytes, as: UTF8.self)
    for part in parts { #expect(text.contains(part), "\(text) should contain \(part)", sourceLocation: location) }
  }

  @Test func broadcast() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor.ones(2, 3) + Tensor.ones(2, 4)
    }
    expect(result, says: "[+] (2, 3) × (2, 4): sizes 3 and 4 differ at dimension 1, and neither is 1")
  }

  @Test func matmul() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor.ones(2, 5).matmul(Tensor.ones(3, 5))
    }
    expect(
      result,
      says: "[matmul] (2, 5) × (3, 5): inner dimensions 5 and 3 differ; did you mean to transpose the second operand?")
  }

  @Test func index() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor([1, 2, 3])[5]
    }
    expect(result, says: "[index] (3,): index 5 is out of range for dimension 0 of size 3")
  }

  @Test func tooManyIndices() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor([1, 2, 3])[.all, 0]
    }
    expect(result, says: "[index] (3,): 2 indices for a tensor of 1 dimensions")
  }

  @Test func raggedLiteral() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor([[1, 2], [3]])
    }
    expect(result, says: "expected sequences of length 2 at dimension 1, got one of 1")
  }

  @Test func standInOutsideItsScope() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var kept = Tensor(0)
      _ = try? catchingTensorErrors { kept = Tensor.ones(2) + Tensor.ones(3) }
      _ = kept + 1
    }
    expect(result, says: "outside of it", "[+] (2,) × (3,)")
  }

  @Test func standInRead() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var kept = Tensor(0)
      _ = try? catchingTensorErrors { kept = Tensor.ones(2) + Tensor.ones(3) }
      _ = kept.item()
    }
    expect(result, says: "outside of it", "[+] (2,) × (3,)")
  }

  @Test func standInsInOtherWays() async {
    // Views, copies, in-place targets, several operands: each way of use says the same.
    await #expect(processExitsWith: .failure) {
      var kept = Tensor(0)
      _ = try? catchingTensorErrors { kept = Tensor.ones(2) + Tensor.ones(3) }
      _ = kept.reshape(1)
    }
    await #expect(processExitsWith: .failure) {
      var kept = Tensor(0)
      _ = try? catchingTensorErrors { kept = Tensor.ones(2) + Tensor.ones(3) }
      Tensor.zeros(1).copy_(kept)
    }
    await #expect(processExitsWith: .failure) {
      var kept = Tensor(0)
      _ = try? catchingTensorErrors { kept = Tensor.ones(2) + Tensor.ones(3) }
      kept.add_(1)
    }
    await #expect(processExitsWith: .failure) {
      var kept = Tensor(0)
      _ = try? catchingTensorErrors { kept = Tensor.ones(2) + Tensor.ones(3) }
      _ = Tensor.where(Tensor(true), kept, 1.0)
    }
    await #expect(processExitsWith: .failure) {
      var kept = Tensor(0)
      _ = try? catchingTensorErrors { kept = Tensor.ones(2) + Tensor.ones(3) }
      _ = kept.max(dim: 0)
    }
    await #expect(processExitsWith: .failure) {
      var kept = Tensor(0)
      _ = try? catchingTensorErrors { kept = Tensor.ones(2) + Tensor.ones(3) }
      _ = kept.detach() + 1
    }
  }

  @Test func waitingForAValueThatNeverComes() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = try? catchingTensorErrors {
        var x = Tensor.ones(2) + Tensor.ones(3)
        while x.item() < 10 { x = x + 1 }
      }
    }
    expect(result, says: "[+] (2,) × (3,)", "operations were called after that failure")
  }

  @Test func caughtErrorsDoNotTrap() async {
    await #expect(processExitsWith: .success) {
      for _ in 0..<1000 { _ = try? catchingTensorErrors { Tensor.ones(2) + Tensor.ones(3) } }
    }
  }
}
