import Martlet

/// LSTMs over whole sequences, alone and with gradients.
enum Recurrent {
  static func workloads() -> [Workload] {
    [
      training("lstm/35x20x200-h200-train", steps: 35, batch: 20, input: 200, hidden: 200),
      inference("lstm/35x20x200-h200-infer", steps: 35, batch: 20, input: 200, hidden: 200),
      training("lstm/100x64x100-h256-train", steps: 100, batch: 64, input: 100, hidden: 256),
      inference("lstm/50x1x128-h128x2-infer", steps: 50, batch: 1, input: 128, hidden: 128, layers: 2),
    ]
  }

  private static func training(_ name: String, steps: Int, batch: Int, input: Int, hidden: Int) -> Workload {
    Workload(name) {
      let model = LSTM(input, hidden)
      let x = Tensor.randn(steps, batch, input)
      return {
        model.zeroGrad()
        model(x).output.sum().backward()
      }
    }
  }

  private static func inference(
    _ name: String, steps: Int, batch: Int, input: Int, hidden: Int, layers: Int = 1
  ) -> Workload {
    Workload(name) {
      let model = LSTM(input, hidden, numLayers: layers)
      let x = Tensor.randn(steps, batch, input)
      return { withNoGrad { consume(model(x).output) } }
    }
  }
}
