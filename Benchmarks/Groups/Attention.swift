import Martlet

/// A Transformer's layer over whole sequences, alone and with gradients; without dropout, so that the time is that of the
/// attention and the products.
enum Attention {
  static func workloads() -> [Workload] {
    [
      Workload("transformer/encoder-layer-16x128x256-h4-train") {
        let (model, x) = layer()
        return {
          model.zeroGrad()
          model(x).sum().backward()
        }
      },
      Workload("transformer/encoder-layer-16x128x256-h4-infer") {
        let (model, x) = layer()
        model.eval()
        return { withNoGrad { consume(model(x)) } }
      },
    ]
  }

  private static func layer() -> (model: TransformerEncoderLayer, input: Tensor) {
    let model = TransformerEncoderLayer(256, 4, dimFeedforward: 1024, dropout: 0, batchFirst: true)
    return (model, Tensor.randn(16, 128, 256))
  }
}
