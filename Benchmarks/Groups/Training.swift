import Martlet

/// Epochs over the first 10,000 images of MNIST, and the same batches without a network.
struct Training {
  /// The folder with MNIST's files.
  let mnist: String

  func workloads() -> [Workload] {
    [
      epoch("train/mnist-mlp-epoch-10k-b64") {
        Sequential(Flatten(), Linear(784, 128), ReLU(), Linear(128, 10))
      },
      epoch("train/mnist-cnn-epoch-10k-b64") {
        Sequential(
          Conv2d(1, 32, kernelSize: 3, padding: 1), ReLU(), MaxPool2d(2),
          Conv2d(32, 64, kernelSize: 3, padding: 1), ReLU(), MaxPool2d(2),
          Flatten(), Linear(3136, 128), ReLU(), Linear(128, 10))
      },
      Workload("data/loader-10k-b64") {
        let loader = DataLoader(try images(), batchSize: 64, shuffle: true)
        return {
          for (batch, labels) in loader {
            consume(batch)
            consume(labels)
          }
        }
      },
    ]
  }

  private func epoch(_ name: String, _ make: @escaping () -> Sequential) -> Workload {
    Workload(name, Schedule(warmUp: 1, least: 3, most: 3)) {
      let loader = DataLoader(try images(), batchSize: 64, shuffle: true)
      manualSeed(0)
      let model = make()
      let optimizer = Adam(model.parameters(), lr: 1e-3)
      return {
        for (batch, labels) in loader {
          optimizer.zeroGrad()
          Functional.crossEntropy(model(batch), labels).backward()
          optimizer.step()
        }
      }
    }
  }

  /// Images `[10000, 1, 28, 28]` from 0 to 1, and labels.
  private func images() throws -> TensorDataset<(Tensor, Tensor)> {
    let data = try MNIST(root: mnist, split: .train, limit: 10_000)
    return TensorDataset(data.images(), data.labels())
  }
}
