import Martlet
import TensorModule

/// Convolution, normalization, padding, pooling and reshaping.
extension ModuleTable {
  mutating func addConvolutions() {}
  mutating func addNormalization() {}
  mutating func addPadding() {}
  mutating func addPooling() {}
  mutating func addReshaping() {
    layer("nn.Flatten") { c in try Flatten(startDim: c.int(0, "start_dim", 1), endDim: c.int(1, "end_dim", -1)) }
    layer("nn.Unflatten") { c in try Unflatten(c.int(0, "dim"), Shape(c.ints(1, "unflattened_size"))) }
    layer("nn.Identity") { c in
      c.ignore(from: 0)
      return Identity()
    }
  }
}
