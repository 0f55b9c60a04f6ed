import Martlet
import TensorModule

/// Linear layers, tables of vectors and distances.
extension ModuleTable {
  mutating func addLinear() {
    layer("nn.Linear") { c in
      try Linear(c.int(0, "in_features"), c.int(1, "out_features"), bias: c.bool(2, "bias", true))
    }
    pair("nn.Bilinear") { c in
      try Bilinear(c.int(0, "in1_features"), c.int(1, "in2_features"), c.int(2, "out_features"), bias: c.bool(3, "bias", true))
    } call: { $0($1, $2) }
    layer("nn.Embedding") { c in
      try Embedding(
        c.int(0, "num_embeddings"), c.int(1, "embedding_dim"), paddingIdx: c.optionalInt(2, "padding_idx"),
        maxNorm: c.optionalDouble(3, "max_norm"), normType: c.double(4, "norm_type", 2),
        scaleGradByFreq: c.bool(5, "scale_grad_by_freq", false))
    }
    add("nn.EmbeddingBag") { c in
      try EmbeddingBag(
        c.int(0, "num_embeddings"), c.int(1, "embedding_dim"), maxNorm: c.optionalDouble(2, "max_norm"),
        normType: c.double(3, "norm_type", 2), scaleGradByFreq: c.bool(4, "scale_grad_by_freq", false),
        mode: BagMode(named: c.string(5, "mode", "mean")), includeLastOffset: c.bool(8, "include_last_offset", false),
        paddingIdx: c.optionalInt(9, "padding_idx"))
    } call: { bag, c in
      [
        bag(
          try c.tensor(0, "input"), offsets: try c.optionalTensor(1, "offsets"),
          perSampleWeights: try c.optionalTensor(2, "per_sample_weights"))
      ]
    }
    pair("nn.CosineSimilarity") { c in
      try CosineSimilarity(dim: c.int(0, "dim", 1), eps: c.double(1, "eps", 1e-8))
    } call: { $0($1, $2) }
    pair("nn.PairwiseDistance") { c in
      try PairwiseDistance(p: c.double(0, "p", 2), eps: c.double(1, "eps", 1e-6), keepDim: c.bool(2, "keepdim", false))
    } call: { $0($1, $2) }
  }
}
