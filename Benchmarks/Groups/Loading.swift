import Martlet

/// Epochs of a data loader, with and without workers: rows of tensors, and images that are cropped, flipped and scaled.
enum Loading {
  static func workloads() -> [Workload] {
    [0, 2].flatMap { workers in
      [
        epoch("data/tensors-20k-b64-w\(workers)") {
          let set = TensorDataset(Tensor.randn(20_000, 784), Tensor.arange(20_000))
          return DataLoader(set, batchSize: 64, shuffle: true, numWorkers: workers, persistentWorkers: workers > 0)
        },
        epoch("data/augmented-4k-b64-w\(workers)") {
          let set = Images(
            pixels: Tensor.randint(256, [4_000, 3, 32, 32], dtype: .uint8),
            transform: Compose(
              RandomCrop(32, padding: 4), RandomHorizontalFlip(), ConvertImageDtype(.float32),
              Normalize(mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25])))
          return DataLoader(set, batchSize: 64, shuffle: true, numWorkers: workers, persistentWorkers: workers > 0)
        },
      ]
    }
  }

  private static func epoch<Source>(
    _ name: String, _ make: @escaping () -> DataLoader<Source, (Tensor, Tensor)>
  ) -> Workload {
    Workload(name) {
      let loader = make()
      return {
        for (batch, labels) in loader {
          consume(batch)
          consume(labels)
        }
      }
    }
  }

  private struct Images: Dataset {
    typealias Batch = (Tensor, Tensor)
    let pixels: Tensor
    let transform: Compose
    var count: Int { pixels.shape[0] }
    subscript(index: Int) -> (Tensor, Int) { (transform(pixels[index]), index % 10) }
  }
}
