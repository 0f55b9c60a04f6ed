import Martlet

/// Recurrent networks over whole sequences, alone and with gradients.
enum Recurrent {
  static func workloads() -> [Workload] {
    [
      training("lstm/35x20x200-h200-train", steps: 35, batch: 20, input: 200) { LSTM(200, 200) } call: { $0($1).output },
      inference("lstm/35x20x200-h200-infer", steps: 35, batch: 20, input: 200) { LSTM(200, 200) } call: { $0($1).output },
      training("lstm/100x64x100-h256-train", steps: 100, batch: 64, input: 100) { LSTM(100, 256) } call: { $0($1).output },
      inference("lstm/50x1x128-h128x2-infer", steps: 50, batch: 1, input: 128) {
        LSTM(128, 128, numLayers: 2)
      } call: { $0($1).output },
      training("gru/35x20x200-h200-train", steps: 35, batch: 20, input: 200) { GRU(200, 200) } call: { $0($1).output },
      inference("gru/35x20x200-h200-infer", steps: 35, batch: 20, input: 200) { GRU(200, 200) } call: { $0($1).output },
      training("gru/100x64x100-h256-train", steps: 100, batch: 64, input: 100) { GRU(100, 256) } call: { $0($1).output },
      training("rnn/35x20x200-h200-train", steps: 35, batch: 20, input: 200) { RNN(200, 200) } call: { $0($1).output },
    ]
  }

  private static func training<M: Module>(
    _ name: String, steps: Int, batch: Int, input: Int, _ make: @escaping () -> M,
    call: @escaping (M, Tensor) -> Tensor
  ) -> Workload {
    Workload(name) {
      let model = make()
      let x = Tensor.randn(steps, batch, input)
      return {
        model.zeroGrad()
        call(model, x).sum().backward()
      }
    }
  }

  private static func inference<M: Module>(
    _ name: String, steps: Int, batch: Int, input: Int, _ make: @escaping () -> M,
    call: @escaping (M, Tensor) -> Tensor
  ) -> Workload {
    Workload(name) {
      let model = make()
      let x = Tensor.randn(steps, batch, input)
      return { withNoGrad { consume(call(model, x)) } }
    }
  }
}
