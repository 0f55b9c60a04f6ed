import Martlet

/// Matrix products: square, transposed, batched, narrow, with a vector, in other types, with gradients.
enum LinearAlgebra {
  static func workloads() -> [Workload] {
    [64, 128, 256, 512, 1024, 2048].map(square) + [
      .operation("matmul/f64-1024") {
        let x = Tensor.randn(1024, 1024).to(.float64), y = Tensor.randn(1024, 1024).to(.float64)
        return { x.mm(y) }
      },
      .operation("matmul/bf16-1024") {
        let x = Tensor.randn(1024, 1024).to(.bfloat16), y = Tensor.randn(1024, 1024).to(.bfloat16)
        return { x.mm(y) }
      },
      .operation("matmul/f32-nt-1024") {
        let x = Tensor.randn(1024, 1024), y = Tensor.randn(1024, 1024)
        return { x • y.t() }
      },
      .operation("matmul/batched-64x128x128") {
        let x = Tensor.randn(64, 128, 128), y = Tensor.randn(64, 128, 128)
        return { x.bmm(y) }
      },
      .operation("matmul/mlp-64x784x128", inner: 10) {
        let x = Tensor.randn(64, 784), y = Tensor.randn(784, 128)
        return { x.mm(y) }
      },
      .operation("matmul/gemv-4096") {
        let matrix = Tensor.randn(4096, 4096), vector = Tensor.randn(4096)
        return { matrix.mv(vector) }
      },
      .training("matmul/linear-256x1024x1024-train") {
        let x = leaf(256, 1024), weight = leaf(1024, 1024), bias = leaf(1024)
        return ([x, weight, bias], { x.linear(weight, bias) })
      },
    ]
  }

  private static func square(_ n: Int) -> Workload {
    .operation("matmul/f32-\(n)", inner: n <= 128 ? 50 : 1) {
      let x = Tensor.randn(n, n), y = Tensor.randn(n, n)
      return { x.mm(y) }
    }
  }
}
