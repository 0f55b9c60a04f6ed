import Martlet

/// Element-wise operations in cache, out of cache, broadcast, across layouts and in other types.
enum Elementwise {
  static func workloads() -> [Workload] {
    let sizes = [(1 << 10, "1k", 200), (1 << 17, "128k", 10), (1 << 24, "16m", 1)]
    return sizes.flatMap { count, tag, inner in sized(count, tag, inner) } + [
      .operation("elementwise/gelu-4m") {
        let x = Tensor.randn(1 << 22)
        return { x.gelu() }
      },
      .operation("elementwise/sigmoid-4m") {
        let x = Tensor.randn(1 << 22)
        return { x.sigmoid() }
      },
      .operation("elementwise/chain-tanh(a*b+c)-4m") {
        let a = Tensor.randn(1 << 22), b = Tensor.randn(1 << 22), c = Tensor.randn(1 << 22)
        return { (a * b + c).tanh() }
      },
      .operation("elementwise/bias-2048x2048") {
        let x = Tensor.randn(2048, 2048), bias = Tensor.randn(2048)
        return { x + bias }
      },
      .operation("elementwise/add-transposed-2048") {
        let x = Tensor.randn(2048, 2048), y = Tensor.randn(2048, 2048)
        return { x + y.t() }
      },
      .operation("elementwise/f64-add-4m") {
        let x = Tensor.randn(1 << 22).to(.float64), y = Tensor.randn(1 << 22).to(.float64)
        return { x + y }
      },
      .operation("elementwise/bf16-mul-4m") {
        let x = Tensor.randn(1 << 22).to(.bfloat16), y = Tensor.randn(1 << 22).to(.bfloat16)
        return { x * y }
      },
    ]
  }

  private static func sized(_ count: Int, _ tag: String, _ inner: Int) -> [Workload] {
    [
      .operation("elementwise/add-\(tag)", inner: inner) {
        let x = Tensor.randn(count), y = Tensor.randn(count)
        return { x + y }
      },
      .operation("elementwise/exp-\(tag)", inner: inner) {
        let x = Tensor.randn(count)
        return { x.exp() }
      },
      .operation("elementwise/tanh-\(tag)", inner: inner) {
        let x = Tensor.randn(count)
        return { x.tanh() }
      },
    ]
  }
}
