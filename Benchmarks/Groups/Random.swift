import Martlet

/// Random numbers in bulk.
enum Random {
  static func workloads() -> [Workload] {
    [.operation("random/randn-4m") { { Tensor.randn(1 << 22) } }]
  }
}
