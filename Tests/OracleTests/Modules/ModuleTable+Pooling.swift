import Martlet
import TensorModule

extension ModuleTable {
  mutating func addPooling() {
    addMaxPooling()
    addAveragePooling()
    addAdaptivePooling()
  }

  /// A pooling whose indices may be asked for: where its constructor says so, they are a second result.
  private mutating func indexed<L: Layer>(
    _ name: String, _ position: Int, _ make: @escaping (OracleCall) throws -> L,
    withIndices: @escaping (L, Tensor) -> (values: Tensor, indices: Tensor)
  ) {
    add(name) { constructor in
      let layer = try make(constructor), givesIndices = try constructor.bool(position, "return_indices", false)
      return OracleModule(module: layer) { c in
        let x = try c.tensor(0, "input")
        guard givesIndices else { return [layer(x)] }
        let results = withIndices(layer, x)
        return [results.values, results.indices]
      }
    }
  }

  private mutating func addMaxPooling() {
    indexed("nn.MaxPool1d", 4) { c in
      try MaxPool1d(
        c.firstInt(0, "kernel_size"), stride: c.optionalInts(1, "stride")?.first, padding: c.firstInt(2, "padding", [0]),
        dilation: c.firstInt(3, "dilation", [1]), ceilMode: c.bool(5, "ceil_mode", false))
    } withIndices: { $0.withIndices($1) }
    indexed("nn.MaxPool2d", 4) { c in
      try MaxPool2d(
        c.pair(0, "kernel_size"), stride: c.optionalPair(1, "stride"), padding: c.pair(2, "padding", 0),
        dilation: c.pair(3, "dilation", 1), ceilMode: c.bool(5, "ceil_mode", false))
    } withIndices: { $0.withIndices($1) }
    indexed("nn.MaxPool3d", 4) { c in
      try MaxPool3d(
        c.triple(0, "kernel_size"), stride: c.optionalTriple(1, "stride"), padding: c.triple(2, "padding", 0),
        dilation: c.triple(3, "dilation", 1), ceilMode: c.bool(5, "ceil_mode", false))
    } withIndices: { $0.withIndices($1) }
  }

  private mutating func addAveragePooling() {
    layer("nn.AvgPool1d") { c in
      try AvgPool1d(
        c.firstInt(0, "kernel_size"), stride: c.optionalInts(1, "stride")?.first, padding: c.firstInt(2, "padding", [0]),
        ceilMode: c.bool(3, "ceil_mode", false), countIncludePad: c.bool(4, "count_include_pad", true))
    }
    layer("nn.LPPool1d") { c in
      try LPPool1d(
        c.double(0, "norm_type"), c.firstInt(1, "kernel_size"), stride: c.optionalInts(2, "stride")?.first, ceilMode: c.bool(3, "ceil_mode", false))
    }
    layer("nn.AvgPool2d") { c in
      try AvgPool2d(
        c.pair(0, "kernel_size"), stride: c.optionalPair(1, "stride"), padding: c.pair(2, "padding", 0),
        ceilMode: c.bool(3, "ceil_mode", false), countIncludePad: c.bool(4, "count_include_pad", true),
        divisorOverride: c.optionalInt(5, "divisor_override"))
    }
    layer("nn.LPPool2d") { c in
      try LPPool2d(
        c.double(0, "norm_type"), c.pair(1, "kernel_size"), stride: c.optionalPair(2, "stride"), ceilMode: c.bool(3, "ceil_mode", false))
    }
    layer("nn.AvgPool3d") { c in
      try AvgPool3d(
        c.triple(0, "kernel_size"), stride: c.optionalTriple(1, "stride"), padding: c.triple(2, "padding", 0),
        ceilMode: c.bool(3, "ceil_mode", false), countIncludePad: c.bool(4, "count_include_pad", true),
        divisorOverride: c.optionalInt(5, "divisor_override"))
    }
    layer("nn.LPPool3d") { c in
      try LPPool3d(
        c.double(0, "norm_type"), c.triple(1, "kernel_size"), stride: c.optionalTriple(2, "stride"), ceilMode: c.bool(3, "ceil_mode", false))
    }
  }

  private mutating func addAdaptivePooling() {
    layer("nn.AdaptiveAvgPool1d") { c in AdaptiveAvgPool1d(try c.outputSize(0, rank: 1)) }
    indexed("nn.AdaptiveMaxPool1d", 1) { c in AdaptiveMaxPool1d(try c.outputSize(0, rank: 1)) } withIndices: { $0.withIndices($1) }
    layer("nn.AdaptiveAvgPool2d") { c in AdaptiveAvgPool2d(try c.outputSize(0, rank: 2)) }
    indexed("nn.AdaptiveMaxPool2d", 1) { c in AdaptiveMaxPool2d(try c.outputSize(0, rank: 2)) } withIndices: { $0.withIndices($1) }
    layer("nn.AdaptiveAvgPool3d") { c in AdaptiveAvgPool3d(try c.outputSize(0, rank: 3)) }
    indexed("nn.AdaptiveMaxPool3d", 1) { c in AdaptiveMaxPool3d(try c.outputSize(0, rank: 3)) } withIndices: { $0.withIndices($1) }
  }
}
