import Martlet

/// LSTMs over whole sequences, alone and with gradients.
enum Recurrent {
  static func workloads() -> [Workload] {
    [
      training("lstm/35x20x200-h200-train", steps: 35, batch: 20, input: 200, hidden: 200),
      Workload("lstm/35x20x200-h200-infer") {
        let model = LSTM(200, 200)
        let x = Tensor.randn(35, 20, 200)
        return { withNoGrad { consume(model(x).output) } }
      },
      training("lstm/100x64x100-h256-train", steps: 100, batch: 64, input: 100, hidden: 256),
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
}
