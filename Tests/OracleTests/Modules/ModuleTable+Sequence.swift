import Martlet
import TensorModule

/// Recurrent layers, attention and Transformers.
extension ModuleTable {
  mutating func addSequence() {
    addRecurrent()
    addCells()
    addAttention()
    addTransformers()
  }

  private mutating func addRecurrent() {
    add("nn.RNN") { c in
      try RNN(
        c.int(0, "input_size"), c.int(1, "hidden_size"), numLayers: c.int(2, "num_layers", 1),
        nonlinearity: c.nonlinearity(3), bias: c.bool(4, "bias", true), batchFirst: c.bool(5, "batch_first", false),
        dropout: c.double(6, "dropout", 0), bidirectional: c.bool(7, "bidirectional", false))
    } call: { rnn, c in
      let result = rnn(try c.tensor(0, "input"), try c.optionalTensor(1, "hx"))
      return [result.output, result.hidden]
    }
    add("nn.GRU") { c in
      try GRU(
        c.int(0, "input_size"), c.int(1, "hidden_size"), numLayers: c.int(2, "num_layers", 1), bias: c.bool(3, "bias", true),
        batchFirst: c.bool(4, "batch_first", false), dropout: c.double(5, "dropout", 0),
        bidirectional: c.bool(6, "bidirectional", false))
    } call: { gru, c in
      let result = gru(try c.tensor(0, "input"), try c.optionalTensor(1, "hx"))
      return [result.output, result.hidden]
    }
    add("nn.LSTM") { c in
      try LSTM(
        c.int(0, "input_size"), c.int(1, "hidden_size"), numLayers: c.int(2, "num_layers", 1), bias: c.bool(3, "bias", true),
        batchFirst: c.bool(4, "batch_first", false), dropout: c.double(5, "dropout", 0),
        bidirectional: c.bool(6, "bidirectional", false), projSize: c.int(7, "proj_size", 0))
    } call: { lstm, c in
      let result = lstm(try c.tensor(0, "input"), try c.statePair(1))
      return [result.output, result.state.hidden, result.state.cell]
    }
  }

  private mutating func addCells() {
    add("nn.RNNCell") { c in
      try RNNCell(c.int(0, "input_size"), c.int(1, "hidden_size"), bias: c.truth(2), nonlinearity: c.nonlinearity(3))
    } call: { [$0(try $1.tensor(0, "input"), try $1.optionalTensor(1, "hx"))] }
    add("nn.GRUCell") { c in
      try GRUCell(c.int(0, "input_size"), c.int(1, "hidden_size"), bias: c.truth(2))
    } call: { [$0(try $1.tensor(0, "input"), try $1.optionalTensor(1, "hx"))] }
    add("nn.LSTMCell") { c in
      try LSTMCell(c.int(0, "input_size"), c.int(1, "hidden_size"), bias: c.truth(2))
    } call: { lstm, c in
      let result = lstm(try c.tensor(0, "input"), try c.statePair(1))
      return [result.hidden, result.cell]
    }
  }
}

/// Attention and Transformers.
extension ModuleTable {
  private mutating func addAttention() {
    add("nn.MultiheadAttention") { c in
      try MultiheadAttention(
        c.int(0, "embed_dim"), c.int(1, "num_heads"), dropout: c.double(2, "dropout", 0), bias: c.bool(3, "bias", true),
        addBiasKV: c.bool(4, "add_bias_kv", false), addZeroAttn: c.bool(5, "add_zero_attn", false),
        kdim: c.optionalInt(6, "kdim"), vdim: c.optionalInt(7, "vdim"), batchFirst: c.bool(8, "batch_first", false))
    } call: { attention, c in
      let needsWeights = try c.bool(4, "need_weights", true)
      let (output, weights) = attention(
        try c.tensor(0, "query"), try c.tensor(1, "key"), try c.tensor(2, "value"),
        keyPaddingMask: try c.optionalTensor(3, "key_padding_mask"), needWeights: needsWeights,
        attnMask: try c.optionalTensor(5, "attn_mask"), averageAttnWeights: try c.bool(6, "average_attn_weights", true),
        isCausal: try c.bool(7, "is_causal", false))
      guard (weights != nil) == needsWeights else { throw OracleProblem("weights are there only if asked for") }
      // Where PyTorch returns None nothing is compared.
      return [output, weights ?? output.detach()]
    }
  }

  private mutating func addTransformers() {
    add("nn.TransformerEncoderLayer") { c in
      let model = try c.modelOptions(from: 0)
      return try TransformerEncoderLayer(
        c.int(0, "d_model"), c.int(1, "nhead"), dimFeedforward: model.inner, dropout: model.dropout,
        activation: model.activation, layerNormEps: model.eps, batchFirst: model.batchFirst, normFirst: model.normFirst,
        bias: model.bias)
    } call: {
      [
        $0(
          try $1.tensor(0, "src"), srcMask: try $1.optionalTensor(1, "src_mask"),
          srcKeyPaddingMask: try $1.optionalTensor(2, "src_key_padding_mask"))
      ]
    }
    add("nn.TransformerDecoderLayer") { c in
      let model = try c.modelOptions(from: 0)
      return try TransformerDecoderLayer(
        c.int(0, "d_model"), c.int(1, "nhead"), dimFeedforward: model.inner, dropout: model.dropout,
        activation: model.activation, layerNormEps: model.eps, batchFirst: model.batchFirst, normFirst: model.normFirst,
        bias: model.bias)
    } call: {
      [
        $0(
          try $1.tensor(0, "tgt"), try $1.tensor(1, "memory"), tgtMask: try $1.optionalTensor(2, "tgt_mask"),
          memoryMask: try $1.optionalTensor(3, "memory_mask"),
          tgtKeyPaddingMask: try $1.optionalTensor(4, "tgt_key_padding_mask"),
          memoryKeyPaddingMask: try $1.optionalTensor(5, "memory_key_padding_mask"))
      ]
    }
    add("nn.Transformer") { c in
      let model = try c.modelOptions(from: 2)
      return try Transformer(
        dModel: c.int(0, "d_model", 512), nhead: c.int(1, "nhead", 8), numEncoderLayers: c.int(2, "num_encoder_layers", 6),
        numDecoderLayers: c.int(3, "num_decoder_layers", 6), dimFeedforward: model.inner, dropout: model.dropout,
        activation: model.activation, layerNormEps: model.eps, batchFirst: model.batchFirst, normFirst: model.normFirst,
        bias: model.bias)
    } call: {
      [
        $0(
          try $1.tensor(0, "src"), try $1.tensor(1, "tgt"), srcMask: try $1.optionalTensor(2, "src_mask"),
          tgtMask: try $1.optionalTensor(3, "tgt_mask"), memoryMask: try $1.optionalTensor(4, "memory_mask"),
          srcKeyPaddingMask: try $1.optionalTensor(5, "src_key_padding_mask"),
          tgtKeyPaddingMask: try $1.optionalTensor(6, "tgt_key_padding_mask"),
          memoryKeyPaddingMask: try $1.optionalTensor(7, "memory_key_padding_mask"))
      ]
    }
  }
}

extension OracleCall {
  /// What the layers of Transformers and whole ones have in common. `skipped` further arguments come before them.
  fileprivate func modelOptions(from skipped: Int) throws -> (
    inner: Int, dropout: Double, activation: TransformerActivation, eps: Double, batchFirst: Bool, normFirst: Bool, bias: Bool
  ) {
    let activation: TransformerActivation
    switch try string(skipped + 4, "activation", "relu") {
    case "relu": activation = .relu
    case "gelu": activation = .gelu
    default: throw OracleProblem("\(operation): no such activation")
    }
    return try (
      int(skipped + 2, "dim_feedforward", 2048), double(skipped + 3, "dropout", 0.1), activation,
      double(nil, "layer_norm_eps", 1e-5), bool(nil, "batch_first", false), bool(nil, "norm_first", false),
      bool(nil, "bias", true)
    )
  }

  fileprivate func nonlinearity(_ position: Int) throws -> RNN.Nonlinearity {
    switch try string(position, "nonlinearity", "tanh") {
    case "tanh": .tanh
    case "relu": .relu
    default: throw OracleProblem("\(operation): no such nonlinearity")
    }
  }

  /// Whether there are biases, as a cell takes it: any text counts as true.
  fileprivate func truth(_ position: Int) throws -> Bool {
    if case .string? = value(position, "bias") { return true }
    return try bool(position, "bias", true)
  }

  /// Hidden and cell state.
  fileprivate func statePair(_ position: Int) throws -> (hidden: Tensor, cell: Tensor)? {
    guard value(position, "hx") != nil else { return nil }
    let given = try tensors(position, "hx")
    return (given[0], given[1])
  }
}
