import Martlet

/// What a call costs when there is next to nothing to compute.
enum Overhead {
  static func workloads() -> [Workload] {
    [
      .operation("overhead/add-4", inner: 1000) {
        let x = Tensor.randn(4), y = Tensor.randn(4)
        return { x + y }
      },
      .operation("overhead/add-4-recorded", inner: 1000) {
        let x = leaf(4), y = Tensor.randn(4)
        return { x + y }
      },
      .operation("overhead/view-transpose", inner: 1000) {
        let x = Tensor.randn(4, 5)
        return { x.transpose(0, 1) }
      },
      Workload("overhead/mlp-train-step-4-8-1", Schedule(inner: 20)) {
        let model = Sequential(Linear(4, 8), Tanh(), Linear(8, 1))
        let optimizer = SGD(model.parameters(), lr: 0.01)
        let x = Tensor.randn(8, 4), y = Tensor.randn(8, 1)
        return {
          optimizer.zeroGrad()
          Functional.mseLoss(model(x), y).backward()
          optimizer.step()
        }
      },
    ]
  }
}
