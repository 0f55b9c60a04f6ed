import Martlet
import Testing

/// The tutorials' programs reach the losses that PyTorch reaches. In child processes: they seed the default generator.
@Suite struct TutorialTests {
  /// A line through four points with a module and its gradients zeroed by hand, a thousand steps.
  @Test func linearRegressionOfAModule() async {
    await #expect(processExitsWith: .success) {
      manualSeed(0)
      let model = Linear(1, 1)
      let x = Tensor([[1.0], [2], [3], [4]]), y = Tensor([[2.0], [4], [6], [8]])
      func expect(_ value: Double, _ golden: Double, _ what: String) {
        #expect(abs(value - golden) < 1e-5 * max(1, abs(golden)), "\(what): \(value) should be \(golden)")
      }
      expect(model.weight.item(), -0.0074868, "first weight")
      expect(model.bias!.item(), 0.5364436, "first bias")
      let golden = [1: 25.1282787, 2: 17.4958458, 1000: 4.9897e-4]
      for epoch in 1...1000 {
        let loss = MSELoss()(model(x), y)
        loss.backward()
        withNoGrad {
          for parameter in model.parameters() { parameter.sub_(0.01 * parameter.grad!) }
        }
        model.zeroGrad()
        if let value = golden[epoch] { expect(loss.item(), value, "loss of epoch \(epoch)") }
      }
      expect(model.weight.item(), 1.9814649, "last weight")
      expect(model.bias!.item(), 0.0544957, "last bias")
    }
  }

  @Test func convolutionalNetwork() async {
    await #expect(processExitsWith: .success) {
      final class SimpleCNN: Layer {
        let conv1 = Conv2d(3, 32, kernelSize: 3, padding: 1)
        let conv2 = Conv2d(32, 64, kernelSize: 3, padding: 1)
        let fc1 = Linear(64 * 8 * 8, 128)
        let fc2 = Linear(128, 10)
        func forward(_ x: Tensor) -> Tensor {
          var x = conv1(x).relu().maxPool2d(2)
          x = conv2(x).relu().maxPool2d(2)
          return fc2(fc1(x.flatten(startDim: 1)).relu())
        }
      }
      manualSeed(0)
      let model = SimpleCNN()
      let x = Tensor.randn(100, 3, 32, 32)
      let y = Tensor.randint(0, 10, [100])
      let optimizer = SGD(model.parameters(), lr: 0.001)
      for expected in [2.3450184, 2.3396266, 2.3343735] {
        optimizer.zeroGrad()
        let loss = CrossEntropyLoss()(model(x), y)
        loss.backward()
        optimizer.step()
        #expect(abs(loss.item() - expected) < 2e-5, "\(loss.item()) should be \(expected)")
      }
    }
  }

  @Test func longShortTermMemory() async {
    await #expect(processExitsWith: .success) {
      final class Sentiment: Layer {
        let embedding = Embedding(1000, 100)
        let lstm = LSTM(100, 256)
        let fc = Linear(256, 1)
        func forward(_ text: Tensor) -> Tensor {
          let (_, (hidden, _)) = lstm(embedding(text))
          return fc(hidden.squeeze(0))
        }
      }
      manualSeed(0)
      let model = Sentiment()
      let x = Tensor.randint(0, 1000, [20, 8])
      let y = Tensor.randint(0, 2, [8]).to(.float32)
      let optimizer = Adam(model.parameters(), lr: 1e-3)
      for expected in [0.6938047, 0.6323963, 0.5744107] {
        optimizer.zeroGrad()
        let loss = BCEWithLogitsLoss()(model(x).squeeze(1), y)
        loss.backward()
        optimizer.step()
        #expect(abs(loss.item() - expected) < 2e-5, "\(loss.item()) should be \(expected)")
      }
    }
  }

  @Test func simpleNetwork() async {
    await #expect(processExitsWith: .success) {
      final class SimpleNN: Layer {
        let fc1 = Linear(10, 50)
        let fc2 = Linear(50, 1)
        func forward(_ x: Tensor) -> Tensor { fc2(fc1(x).relu()) }
      }
      manualSeed(0)
      let model = SimpleNN()
      let criterion = MSELoss()
      let optimizer = SGD(model.parameters(), lr: 0.01)
      let x = Tensor.randn(100, 10), y = Tensor.randn(100, 1)
      let loader = DataLoader(TensorDataset(x, y), batchSize: 32, shuffle: true)
      let golden = [1: 0.6465084, 2: 0.3848484, 3: 0.2949634, 100: 0.7048107]
      for epoch in 1...100 {
        var last = 0.0
        for (inputs, targets) in loader {
          optimizer.zeroGrad()
          let loss = criterion(model(inputs), targets)
          loss.backward()
          optimizer.step()
          last = loss.item()
        }
        if let expected = golden[epoch] { #expect(abs(last - expected) < 2e-5, "epoch \(epoch): \(last) should be \(expected)") }
      }
    }
  }
}
