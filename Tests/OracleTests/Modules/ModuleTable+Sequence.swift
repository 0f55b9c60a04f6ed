import Martlet
import TensorModule

/// Recurrent layers, attention and Transformers.
extension ModuleTable {
  mutating func addSequence() {
    add("nn.LSTM") { c in
      try LSTM(
        c.int(0, "input_size"), c.int(1, "hidden_size"), numLayers: c.int(2, "num_layers", 1), bias: c.bool(3, "bias", true),
        batchFirst: c.bool(4, "batch_first", false), dropout: c.double(5, "dropout", 0),
        bidirectional: c.bool(6, "bidirectional", false), projSize: c.int(7, "proj_size", 0))
    } call: { lstm, c in
      var state: (hidden: Tensor, cell: Tensor)?
      if c.value(1, "hx") != nil {
        let given = try c.tensors(1, "hx")
        state = (given[0], given[1])
      }
      let result = lstm(try c.tensor(0, "input"), state)
      return [result.output, result.state.hidden, result.state.cell]
    }
  }
}
