import Martlet
import TensorModule
import Testing

/// The rules of `catchingTensorErrors`.
@Suite struct CatchingTests {
  private struct OwnError: Error {}

  @Test func successPassesThrough() throws {
    let x = try catchingTensorErrors { Tensor([1.0, 2]) + 1 }
    #expect(numbers(x) == [2, 3])
    #expect(throws: OwnError.self) { try catchingTensorErrors { throw OwnError() } }
  }

  @Test func errorsSayWhatHappened() {
    let error = caught { _ = Tensor.ones(2, 5) • Tensor.ones([3, 5], dtype: .float32) }
    #expect(error?.operation == "matmul")
    #expect(error?.operands.map(\.shape) == [[2, 5], [3, 5]])
    #expect(error?.operands.map(\.dtype) == [.float32, .float32])
    #expect(error?.operands.allSatisfy { $0.device == .cpu } == true)
    #expect(error?.rule.contains("inner dimensions") == true && error?.hint != nil && error?.modulePath == "")
    #expect(error.map { "\($0)" }?.hasPrefix("[matmul] (2, 5) × (3, 5): ") == true)
  }

  @Test func theFirstErrorWins() {
    let error = caught {
      let a = Tensor.ones(2) + Tensor.ones(3)
      _ = Tensor([1, 2]).mean()
      _ = a • a
      _ = Tensor([1])[5]
    }
    #expect(error?.operation == "+")
    // A tensor error goes before what the body throws in consequence.
    do {
      try catchingTensorErrors {
        _ = Tensor.ones(2) + Tensor.ones(3)
        throw OwnError()
      }
      Issue.record("nothing thrown")
    } catch { #expect(error is TensorError) }
  }

  @Test func nothingIsComputedAfterAFailure() {
    let x = Tensor([1.0, 2])
    var y = Tensor([1.0, 2])
    let before = x.clone()
    caught {
      _ = x + Tensor.ones(3)
      x.add_(1)
      x.fill_(9)
      x.zero_()
      x.copy_(Tensor([7.0, 7]))
      x.uniform_()
      x.clamp_(max: 0)
      y += 5
      y[0] = Tensor(3.0)
      y[[0]] = Tensor(3.0)
      y[y .> 1] += 1
      x.data = Tensor([4.0, 4])
      x.indexAdd_(dim: 0, index: Tensor([0]), Tensor([1.0]))
    }
    #expect(x.isEqual(to: before) && numbers(y) == [1, 2])
    // Every other operation outside works as before.
    #expect(numbers(x + 1) == [2, 3])
  }

  @Test func nothingIsDrawnAfterAFailure() {
    let generator = Generator(seed: 3)
    let expected = numbers(Tensor.rand(4, generator: Generator(seed: 3)))
    caught {
      _ = Tensor.ones(2) + Tensor.ones(3)
      _ = Tensor.rand(4, generator: generator)
      _ = Tensor.randn(4, generator: generator)
      _ = Tensor.randint(0, 9, [4], generator: generator)
      _ = Tensor.randperm(4, generator: generator)
      _ = Tensor.zeros(4).normal_(generator: generator)
      _ = Tensor.zeros(4).bernoulli_(generator: generator)
      _ = Tensor.zeros(4).bernoulli(generator: generator)
      _ = Tensor.zeros(4).dropout(generator: generator)
      _ = Tensor.normal(mean: 0, std: 1, [4], generator: generator)
    }
    #expect(numbers(Tensor.rand(4, generator: generator)) == expected)
  }

  @Test func readsAreZeros() {
    let x = Tensor([5.0, 6])
    caught {
      let bad = x + Tensor.ones(3)
      #expect(bad.item() == 0 && x[0].item() == 0)
      #expect(numbers(x) == [0, 0] && x.toArray(as: Int.self) == [0, 0])
      #expect(x.sum().item(as: Int.self) == 0 && !x.isEqual(to: x))
      #expect(bad.shape == [] && bad.shape[3] == 0)
      #expect(bad.description.contains("failed"))
    }
    #expect(numbers(x) == [5, 6])
  }

  @Test func standInsPassThroughEverything() {
    caught {
      let bad = Tensor.ones(2) + Tensor.ones(3)
      _ = bad.reshape(4, 4).permute(3, 2, 1, 0).transpose(0, 9).t().squeeze(4).unsqueeze(9).flatten(startDim: 3)
      _ = bad.matmul(bad).mm(bad).bmm(bad).sum(dim: 7).max(dim: 3).values.softmax(dim: 4).cumsum(dim: 2)
      _ = Tensor.cat([bad, bad], dim: 3)
      _ = Tensor.stack([bad])
      _ = bad.split(3, dim: 4)
      _ = bad.split([3, 4])
      _ = bad.chunk(0)
      _ = bad.unbind()
      _ = bad.repeat(2).flip(5).roll(1, dim: 3).narrow(dim: 0, start: 1, length: 5).diagonal().unfold(dim: 3, size: 1, step: 1)
      _ = bad[3, 4, [7], .newAxis, .ellipsis]
      _ = bad.gather(dim: 1, index: bad).scatter(dim: 1, index: bad, bad).indexSelect(dim: 3, index: bad).nonzero()
      _ = Tensor.where(bad, bad, 1.0)
      _ = bad.to(.int64).oneHot().detach().clone().contiguous().cpu().data
      _ = Tensor.arange(3).reshape(7)
      _ = Tensor.zeros(3, 3).view(2)
      _ = Tensor([[1, 2], [3, 4]]) + Tensor([1])
      _ = Tensor.linspace(0, 1, 3) + Tensor.eye(3) + Tensor.full([2], 3.0)
      _ = bad.norm() + bad.std(dim: 2) + bad.variance(dim: 3, 4) + bad.mean() + bad.dropout().maskedFill(bad, 2)
      bad.requiresGrad_()
      bad.backward()
      bad.retainGrad()
      _ = bad.grad
      _ = grad(outputs: [bad], inputs: [bad])
    }
  }

  @Test func scopesNest() throws {
    let result: Tensor = try catchingTensorErrors {
      let inner = caught { _ = Tensor.ones(2) + Tensor.ones(3) }
      #expect(inner?.operation == "+")
      // The inner failure is over: the outer scope computes.
      return Tensor([1.0]) + 1
    }
    #expect(result.item() == 2)
    // After the outer one failed an inner scope computes nothing either, and the outer error is what is thrown.
    let outer = caught {
      _ = Tensor([1, 2]).mean()
      let x = try? catchingTensorErrors { Tensor([1.0]) + 1 }
      #expect(x?.item() ?? 0 == 0)
    }
    #expect(outer?.operation == "mean")
  }

  @Test func failureStaysInsideTheMode() {
    caught {
      withNoGrad { _ = Tensor.ones(2) + Tensor.ones(3) }
      // The failure inside is still known after the inner mode ended.
      #expect(Tensor([3.0]).item() == 0)
    }
    #expect(isGradEnabled)
    let enabled = withNoGrad { () -> Bool in
      caught { _ = Tensor.ones(2) + Tensor.ones(3) }
      return isGradEnabled
    }
    #expect(!enabled && isGradEnabled)
  }

  @Test func scopesBelongToTheirThread() async {
    await withTaskGroup(of: Bool.self) { group in
      for i in 0..<16 {
        group.addTask {
          var isRight = true
          for _ in 0..<200 {
            if i % 2 == 0 {
              isRight = isRight && (try? catchingTensorErrors { Tensor.ones(2) + Tensor.ones(3) }) == nil
            } else {
              isRight = isRight && (Tensor.ones(2) + Tensor.ones(2)).sum().item() == 4
            }
          }
          return isRight
        }
      }
      for await isRight in group { #expect(isRight) }
    }
  }
}
