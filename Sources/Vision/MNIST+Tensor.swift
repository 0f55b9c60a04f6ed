public import TensorModule

extension MNIST {
  /// The images as a float32 tensor of shape `[count, 1, rows, columns]` with values from 0 (background) to 1 (full
  /// ink), as torchvision's `ToTensor` makes them one by one. A new tensor at each call.
  public func images() -> Tensor {
    Tensor(pixels, shape: [count, 1, rows, columns], dtype: .float32).div_(255)
  }

  /// What the images show as an int64 tensor of shape `[count]`, as `crossEntropy` wants its targets. A new tensor at
  /// each call.
  public func labels() -> Tensor {
    Tensor(targets, shape: [count], dtype: .int64)
  }
}
