import Martlet

/// Reductions over everything, rows and columns; softmax and the loss that is made of it.
enum Reductions {
  static func workloads() -> [Workload] {
    [
      .operation("reduce/sum-16m") {
        let x = Tensor.randn(1 << 24)
        return { x.sum() }
      },
      .operation("reduce/sum-rows-4096x1024") {
        let x = Tensor.randn(4096, 1024)
        return { x.sum(dim: 1) }
      },
      .operation("reduce/sum-cols-4096x1024") {
        let x = Tensor.randn(4096, 1024)
        return { x.sum(dim: 0) }
      },
      .operation("reduce/max-rows-4096x1024") {
        let x = Tensor.randn(4096, 1024)
        return {
          let (values, indices) = x.max(dim: 1)
          consume(indices)
          return values
        }
      },
      .operation("reduce/var-4m") {
        let x = Tensor.randn(1 << 22)
        return { x.variance() }
      },
      .operation("reduce/softmax-4096x1024") {
        let x = Tensor.randn(4096, 1024)
        return { x.softmax(dim: 1) }
      },
      .training("reduce/cross-entropy-1024x10000-train") {
        let x = leaf(1024, 10_000), target = Tensor.randint(0, 10_000, [1024])
        return ([x], { Functional.crossEntropy(x, target) })
      },
    ]
  }
}
