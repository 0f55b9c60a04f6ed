import Martlet

/// Rows picked by an index, alone and with gradients.
enum Indexing {
  static func workloads() -> [Workload] {
    [
      .operation("index/gather-rows-100k") {
        let table = Tensor.randn(50_000, 128), rows = Tensor.randint(0, 50_000, [100_000])
        return { table[rows] }
      },
      .training("embedding/10000x128-64x200-train") {
        let table = leaf(10_000, 128), words = Tensor.randint(0, 10_000, [64, 200])
        return ([table], { Functional.embedding(words, table) })
      },
    ]
  }
}
