import Martlet

/// 784 pixels, 128 hidden units, 10 scores.
func multilayerPerceptron() -> Sequential {
  Sequential(Flatten(), Linear(784, 128), ReLU(), Linear(128, 10))
}

/// Two convolutions, each followed by ReLU and max-pooling, then two linear layers.
func convolutionalNetwork() -> Sequential {
  Sequential(
    Conv2d(1, 32, kernelSize: 3, padding: 1), ReLU(), MaxPool2d(2),  // [N, 32, 14, 14]
    Conv2d(32, 64, kernelSize: 3, padding: 1), ReLU(), MaxPool2d(2),  // [N, 64, 7, 7]
    Flatten(), Linear(3136, 128), ReLU(), Linear(128, 10))
}
