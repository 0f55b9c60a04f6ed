import Martlet
import Testing

@Suite struct AttentionTests {
  /// True where a later position would be seen.
  private func triangle(_ size: Int) -> Tensor { Tensor.ones(size, size).triu(1) .> 0 }
  private var padding: Tensor { Tensor([[false, false, false, true], [false, false, true, true]]) }

  @Test func attention() {
    func check(
      _ name: String, _ module: MultiheadAttention, _ inputs: Tensor..., location: SourceLocation = #_sourceLocation,
      call: ([Tensor]) -> (output: Tensor, weights: Tensor?)
    ) {
      module.to(.float64)
      NNTests.check(name, inputs, module, location) {
        let (output, weights) = call($0)
        return [output] + (weights.map { [$0] } ?? [])
      }
    }
    let plain = MultiheadAttention(4, 2)
    check("attention", plain, fill(4, 2, 4)) { plain($0[0], $0[0], $0[0]) }
    check("attention unbatched", plain, fill(4, 4)) { plain($0[0], $0[0], $0[0], attnMask: triangle(4)) }
    check("attention causal", plain, fill(4, 2, 4)) {
      plain($0[0], $0[0], $0[0], needWeights: false, attnMask: triangle(4), isCausal: true)
    }
    let first = MultiheadAttention(4, 2, addBiasKV: true, addZeroAttn: true, batchFirst: true)
    check("attention masks", first, fill(2, 4, 4)) {
      first($0[0], $0[0], $0[0], keyPaddingMask: padding, attnMask: triangle(4), averageAttnWeights: false)
    }
    let mixed = MultiheadAttention(4, 2, bias: false, kdim: 3, vdim: 5)
    check("attention sizes", mixed, fill(3, 2, 4), fill(4, 2, 3), fill(4, 2, 5)) { mixed($0[0], $0[1], $0[2]) }
  }

  @Test func transformers() {
    let layer = TransformerEncoderLayer(4, 2, dimFeedforward: 6, dropout: 0, batchFirst: true).to(.float64)
    check("encoder layer", [fill(2, 4, 4)], layer) { [layer($0[0], srcMask: triangle(4), srcKeyPaddingMask: padding)] }
    let encoder = TransformerEncoder(
      TransformerEncoderLayer(4, 2, dimFeedforward: 6, dropout: 0, activation: .gelu, normFirst: true), numLayers: 2,
      norm: LayerNorm(4)
    ).to(.float64)
    check("encoder", [fill(3, 2, 4)], encoder) {
      [encoder($0[0], mask: Transformer.generateSquareSubsequentMask(3, dtype: .float64), isCausal: true)]
    }
    let decoderLayer = TransformerDecoderLayer(
      4, 2, dimFeedforward: 6, dropout: 0, activation: .function { $0.silu() }, bias: false
    ).to(.float64)
    check("decoder layer", [fill(3, 2, 4), fill(4, 2, 4, phase: 0.5)], decoderLayer) { [decoderLayer($0[0], $0[1])] }
    let decoder = TransformerDecoder(
      TransformerDecoderLayer(4, 2, dimFeedforward: 6, dropout: 0, normFirst: true), numLayers: 2
    ).to(.float64)
    check("decoder", [fill(3, 2, 4), fill(4, 2, 4, phase: 0.5)], decoder) {
      [decoder($0[0], $0[1], memoryKeyPaddingMask: padding)]
    }
    let transformer = Transformer(
      dModel: 4, nhead: 2, numEncoderLayers: 1, numDecoderLayers: 1, dimFeedforward: 6, dropout: 0, batchFirst: true
    ).to(.float64)
    check("transformer", [fill(2, 4, 4), fill(2, 3, 4, phase: 0.5)], transformer) {
      [
        transformer(
          $0[0], $0[1], tgtMask: triangle(3), srcKeyPaddingMask: padding, memoryKeyPaddingMask: padding)
      ]
    }
  }

  @Test func layersOfAStackBeginAlikeAndLearnAlone() {
    let layer = TransformerEncoderLayer(4, 2, dimFeedforward: 6)
    let stack = TransformerEncoder(layer, numLayers: 2)
    let weights = stack.layers.map(\.linear1.weight) + [layer.linear1.weight]
    #expect(weights[0].equal(weights[1]) && weights[0].equal(weights[2]))
    withNoGrad { _ = weights[0].zero_() }
    #expect(!weights[0].equal(weights[1]) && weights[1].equal(weights[2]))
    #expect(stack.parameters().allSatisfy { $0.requiresGrad })
  }

  @Test func namesAndPrinting() {
    #expect(
      MultiheadAttention(4, 2, addBiasKV: true).stateDict().keys
        == ["in_proj_weight", "in_proj_bias", "bias_k", "bias_v", "out_proj.weight", "out_proj.bias"])
    #expect(
      MultiheadAttention(4, 2, kdim: 3).stateDict().keys
        == ["q_proj_weight", "k_proj_weight", "v_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias"])
    let keys = Transformer(dModel: 4, nhead: 2, numEncoderLayers: 1, numDecoderLayers: 1, dimFeedforward: 6).stateDict().keys
    for key in [
      "encoder.layers.0.self_attn.in_proj_weight", "encoder.norm.bias", "decoder.layers.0.multihead_attn.out_proj.bias",
      "decoder.layers.0.norm3.weight", "decoder.norm.weight",
    ] { #expect(keys.contains(key), "\(key)") }
    #expect(
      TransformerEncoderLayer(4, 2, dimFeedforward: 6).description == """
        TransformerEncoderLayer(
          (self_attn): MultiheadAttention(
            (out_proj): Linear(in_features=4, out_features=4, bias=True)
          )
          (linear1): Linear(in_features=4, out_features=6, bias=True)
          (dropout): Dropout(p=0.1, inplace=False)
          (linear2): Linear(in_features=6, out_features=4, bias=True)
          (norm1): LayerNorm((4,), eps=1e-05, elementwise_affine=True, bias=True)
          (norm2): LayerNorm((4,), eps=1e-05, elementwise_affine=True, bias=True)
          (dropout1): Dropout(p=0.1, inplace=False)
          (dropout2): Dropout(p=0.1, inplace=False)
        )
        """)
    let stack = TransformerEncoder(
      TransformerEncoderLayer(4, 2, dimFeedforward: 6, batchFirst: true), numLayers: 2, norm: LayerNorm(4))
    let lines = stack.description.split(separator: "\n")
    #expect(
      lines.prefix(4).joined(separator: "\n") == """
        TransformerEncoder(
          (layers): ModuleList(
            (0-1): 2 x TransformerEncoderLayer(
              (self_attn): MultiheadAttention(
        """)
    #expect(lines.suffix(2) == ["  (norm): LayerNorm((4,), eps=1e-05, elementwise_affine=True, bias=True)", ")"])
    #expect(
      Transformer.generateSquareSubsequentMask(2).toArray(as: Float.self) == [0, -.infinity, 0, 0])
  }

  @Test func refusals() {
    expectError("MultiheadAttention", "the embedding dimension 5 is not divisible by 2 heads") { MultiheadAttention(5, 2) }
    expectError("MultiheadAttention", "must be positive") { MultiheadAttention(0, 2) }
    expectError("TransformerEncoder", "the number of layers 0 must be positive") {
      TransformerEncoder(TransformerEncoderLayer(4, 2, dimFeedforward: 6), numLayers: 0)
    }
    expectError("MultiheadAttention", "cannot be made") { MultiheadAttention(.max, 1, kdim: .max) }
    expectError("Linear", "cannot be made") { TransformerDecoderLayer(4, 2, dimFeedforward: .max) }
    expectError("MultiheadAttention", "must be positive") { Transformer(dModel: -4, nhead: 2)(Tensor.zeros(3, 4), Tensor.zeros(3, 4)) }
    let transformer = Transformer(dModel: 4, nhead: 2, numEncoderLayers: 1, numDecoderLayers: 1, dimFeedforward: 6)
    expectError("Transformer", "must have the same number of samples, not 2 and 3") {
      transformer(Tensor.zeros(5, 2, 4), Tensor.zeros(5, 3, 4))
    }
    expectError("Transformer", "must have 4 features, not 6 and 4") { transformer(Tensor.zeros(5, 2, 6), Tensor.zeros(5, 2, 4)) }
    expectError("multiHeadAttention", "isCausal needs the mask itself, too") {
      let x = Tensor.zeros(3, 2, 4)
      return transformer.encoder(x, isCausal: true)
    }
    for (size, heads) in [(4, Int.max), (4, 0), (0, 2), (0, Int.max)] {
      expectError("multiHeadAttention", "the embedding dimension \(size) is not divisible by \(heads) heads") {
        let x = Tensor.zeros(3, 2, size)
        return Functional.multiHeadAttentionForward(
          query: x, key: x, value: x, embedDimToCheck: size, numHeads: heads, inProjWeight: Tensor.zeros(3 * size, size),
          inProjBias: nil, biasK: nil, biasV: nil, addZeroAttn: false, dropoutP: 0,
          outProjWeight: Tensor.zeros(size, size), outProjBias: nil, attnMask: Tensor.zeros(4, 3, 3)
        ).output
      }
    }
  }

  /// Everything that draws from the default generator runs in one child process: tests share it.
  @Test func pyTorchsNumbers() async {
    await #expect(processExitsWith: .success) {
      func check(_ name: String, _ make: () -> any Module) {
        manualSeed(0)
        expect(name, make().parameters(), tolerance: 1e-6)
      }
      check("init rnn") { RNN(2, 3, numLayers: 2) }
      check("init gru") { GRU(2, 3, bias: false, bidirectional: true) }
      check("init lstm projected") { LSTM(2, 3, projSize: 2) }
      check("init gru cell") { GRUCell(2, 3) }
      check("init attention") { MultiheadAttention(4, 2, addBiasKV: true) }
      check("init attention sizes") { MultiheadAttention(4, 2, kdim: 3, vdim: 5) }
      check("init encoder") { TransformerEncoder(TransformerEncoderLayer(4, 2, dimFeedforward: 3), numLayers: 2) }
      check("init transformer") {
        Transformer(dModel: 4, nhead: 2, numEncoderLayers: 1, numDecoderLayers: 2, dimFeedforward: 3)
      }
      let x = fill(3, 2, 4, dtype: .float32)
      manualSeed(0)
      let result = GRU(2, 3, numLayers: 2, dropout: 0.4)(fill(3, 4, 2, dtype: .float32))
      expect("dropout gru", [result.output, result.hidden], tolerance: 1e-5)
      manualSeed(0)
      let attended = MultiheadAttention(4, 2, dropout: 0.4)(x, fill(3, 2, 4, dtype: .float32), fill(3, 2, 4, dtype: .float32))
      expect("dropout attention", [attended.output, attended.weights], tolerance: 1e-5)
      manualSeed(0)
      expect("dropout encoder layer", [TransformerEncoderLayer(4, 2, dimFeedforward: 6, dropout: 0.4)(x)], tolerance: 1e-5)
      manualSeed(0)
      let transformer = Transformer(
        dModel: 4, nhead: 2, numEncoderLayers: 1, numDecoderLayers: 1, dimFeedforward: 6, dropout: 0.3)
      expect("dropout transformer", [transformer(x, fill(3, 2, 4, dtype: .float32))], tolerance: 1e-5)
    }
  }
}
