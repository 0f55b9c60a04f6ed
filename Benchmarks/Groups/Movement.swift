import Martlet

/// Copies that change the layout, and tensors joined.
enum Movement {
  static func workloads() -> [Workload] {
    [
      .operation("copy/transpose-2048") {
        let x = Tensor.randn(2048, 2048)
        return { x.t().contiguous() }
      },
      .operation("copy/permute-nchw-nhwc-32x64x56x56") {
        let x = Tensor.randn(32, 64, 56, 56)
        return { x.permute(0, 2, 3, 1).contiguous() }
      },
      .operation("copy/cat-4x1m") {
        let parts = (0..<4).map { _ in Tensor.randn(1 << 20) }
        return { Tensor.cat(parts) }
      },
    ]
  }
}
