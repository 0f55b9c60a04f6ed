import Martlet

/// Factorizations of square matrices, and what is solved with them.
enum Factorizations {
  static func workloads() -> [Workload] {
    [100, 500, 1000].flatMap { n in
      [DType.float32, .float64].flatMap { dtype in
        let inner = n == 100 ? 10 : 1, size = "\(dtype == .float32 ? "f32" : "f64")-\(n)"
        func workload(_ name: String, _ make: @escaping (Tensor) -> Tensor = { $0 }, _ body: @escaping (Tensor) -> Tensor) -> Workload {
          .operation("linalg/\(name)-\(size)", inner: inner) {
            let a = make(Tensor.randn(n, n).to(dtype))
            return { body(a) }
          }
        }
        return [
          workload("lu") { Linalg.luFactor($0).lu },
          workload("solve") { Linalg.solve($0, $0) },
          workload("inv") { Linalg.inv($0) },
          workload("cholesky", { $0.mm($0.t()) + Double(n) * Tensor.eye(n, dtype: dtype) }) { Linalg.cholesky($0) },
          workload("qr") { Linalg.qr($0).q },
          workload("eigh", { $0 + $0.t() }) { Linalg.eigh($0).eigenvectors },
          workload("svd") { Linalg.svd($0, fullMatrices: false).u },
        ]
      }
    }
  }
}
