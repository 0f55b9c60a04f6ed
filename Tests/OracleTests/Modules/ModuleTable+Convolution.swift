import Martlet
import TensorModule

extension OracleCall {
  /// A convolution's padding: numbers or a name.
  fileprivate func padding() throws -> Padding {
    if case .string(let name)? = value(4, "padding") {
      switch name {
      case "same": return .same
      case "valid": return .valid
      default: throw OracleProblem("no padding \(name)")
      }
    }
    return .size(try ints(4, "padding", [0]))
  }

  fileprivate func paddingMode(_ position: Int) throws -> PaddingMode {
    let name = try string(position, "padding_mode", "zeros")
    guard let mode = PaddingMode(rawValue: name) else { throw OracleProblem("no padding mode \(name)") }
    return mode
  }
}

extension ModuleTable {
  mutating func addConvolutions() {
    layer("nn.Conv1d") { c in
      try Conv1d(
        c.int(0, "in_channels"), c.int(1, "out_channels"), kernelSize: c.firstInt(2, "kernel_size"),
        stride: c.firstInt(3, "stride", [1]), padding: c.padding(), dilation: c.firstInt(5, "dilation", [1]),
        groups: c.int(6, "groups", 1), bias: c.bool(7, "bias", true), paddingMode: c.paddingMode(8))
    }
    layer("nn.Conv2d") { c in
      try Conv2d(
        c.int(0, "in_channels"), c.int(1, "out_channels"), kernelSize: c.pair(2, "kernel_size"),
        stride: c.pair(3, "stride", 1), padding: c.padding(), dilation: c.pair(5, "dilation", 1),
        groups: c.int(6, "groups", 1), bias: c.bool(7, "bias", true), paddingMode: c.paddingMode(8))
    }
    layer("nn.Conv3d") { c in
      try Conv3d(
        c.int(0, "in_channels"), c.int(1, "out_channels"), kernelSize: c.triple(2, "kernel_size"),
        stride: c.triple(3, "stride", 1), padding: c.padding(), dilation: c.triple(5, "dilation", 1),
        groups: c.int(6, "groups", 1), bias: c.bool(7, "bias", true), paddingMode: c.paddingMode(8))
    }
    func transposed(_ layer: TransposedConvolution, _ c: OracleCall) throws -> [Tensor] {
      let x = try c.tensor(0, "input")
      return [try c.optionalInts(1, "output_size").map { layer(x, outputSize: $0) } ?? layer(x)]
    }
    add("nn.ConvTranspose1d") { c in
      try ConvTranspose1d(
        c.int(0, "in_channels"), c.int(1, "out_channels"), kernelSize: c.firstInt(2, "kernel_size"),
        stride: c.firstInt(3, "stride", [1]), padding: c.firstInt(4, "padding", [0]),
        outputPadding: c.firstInt(5, "output_padding", [0]), groups: c.int(6, "groups", 1), bias: c.bool(7, "bias", true),
        dilation: c.firstInt(8, "dilation", [1]))
    } call: { try transposed($0, $1) }
    add("nn.ConvTranspose2d") { c in
      try ConvTranspose2d(
        c.int(0, "in_channels"), c.int(1, "out_channels"), kernelSize: c.pair(2, "kernel_size"),
        stride: c.pair(3, "stride", 1), padding: c.pair(4, "padding", 0), outputPadding: c.pair(5, "output_padding", 0),
        groups: c.int(6, "groups", 1), bias: c.bool(7, "bias", true), dilation: c.pair(8, "dilation", 1))
    } call: { try transposed($0, $1) }
    add("nn.ConvTranspose3d") { c in
      try ConvTranspose3d(
        c.int(0, "in_channels"), c.int(1, "out_channels"), kernelSize: c.triple(2, "kernel_size"),
        stride: c.triple(3, "stride", 1), padding: c.triple(4, "padding", 0),
        outputPadding: c.triple(5, "output_padding", 0), groups: c.int(6, "groups", 1), bias: c.bool(7, "bias", true),
        dilation: c.triple(8, "dilation", 1))
    } call: { try transposed($0, $1) }
  }
}
