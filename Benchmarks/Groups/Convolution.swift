import Martlet

/// Convolutions of the shapes that networks have, alone and with gradients; pooling.
enum Convolution {
  static func workloads() -> [Workload] {
    convolutions.flatMap { [$0.inference, $0.training] } + [
      .operation("pool/max2-32x64x28-infer") {
        let x = Tensor.randn(32, 64, 28, 28)
        return { x.maxPool2d(2) }
      },
      .training("pool/max2-32x64x28-train") {
        let x = leaf(32, 64, 28, 28)
        return ([x], { x.maxPool2d(2) })
      },
    ]
  }

  private static let convolutions = [
    Case("mnist1-32x1x28-k32", batch: 32, channels: 1, size: 28, filters: 32),
    Case("mnist2-32x32x14-k64", batch: 32, channels: 32, size: 14, filters: 64),
    Case("resnet-8x64x56-k64", batch: 8, channels: 64, size: 56, filters: 64),
    Case("resnet-8x256x14-k256", batch: 8, channels: 256, size: 14, filters: 256),
    Case("resnet-stride2-8x64x56-k128", batch: 8, channels: 64, size: 56, filters: 128, stride: 2),
    Case("1x1-8x256x28-k64", batch: 8, channels: 256, size: 28, filters: 64, kernel: 1),
    Case("depthwise-8x64x56", batch: 8, channels: 64, size: 56, filters: 64, groups: 64),
  ]

  /// A convolution of square images, padded so that a stride of 1 keeps their size.
  private struct Case {
    let name: String
    let batch, channels, size, filters, kernel, stride, groups: Int

    init(
      _ name: String, batch: Int, channels: Int, size: Int, filters: Int, kernel: Int = 3, stride: Int = 1,
      groups: Int = 1
    ) {
      self.name = name
      self.batch = batch
      self.channels = channels
      self.size = size
      self.filters = filters
      self.kernel = kernel
      self.stride = stride
      self.groups = groups
    }

    var inference: Workload {
      .operation("conv/\(name)-infer") {
        let x = Tensor.randn(batch, channels, size, size)
        let weight = Tensor.randn(filters, channels / groups, kernel, kernel), bias = Tensor.randn(filters)
        return { apply(x, weight, bias) }
      }
    }

    var training: Workload {
      .training("conv/\(name)-train") {
        let x = leaf(batch, channels, size, size)
        let weight = leaf(filters, channels / groups, kernel, kernel), bias = leaf(filters)
        return ([x, weight, bias], { apply(x, weight, bias) })
      }
    }

    private func apply(_ x: Tensor, _ weight: Tensor, _ bias: Tensor) -> Tensor {
      x.conv2d(weight, bias: bias, stride: IntPair(stride), padding: IntPair(kernel / 2), groups: groups)
    }
  }
}
