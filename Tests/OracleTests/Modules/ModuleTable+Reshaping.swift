import Martlet
import TensorModule

extension ModuleTable {
  mutating func addReshaping() {
    layer("nn.Flatten") { c in try Flatten(startDim: c.int(0, "start_dim", 1), endDim: c.int(1, "end_dim", -1)) }
    layer("nn.Unflatten") { c in try Unflatten(c.int(0, "dim"), Shape(c.ints(1, "unflattened_size"))) }
    layer("nn.Identity") { c in
      c.ignore(from: 0)
      return Identity()
    }
    layer("nn.Unfold") { c in
      try Unfold(
        c.pair(0, "kernel_size"), dilation: c.pair(1, "dilation", 1), padding: c.pair(2, "padding", 0),
        stride: c.pair(3, "stride", 1))
    }
    layer("nn.Fold") { c in
      try Fold(
        c.pair(0, "output_size"), c.pair(1, "kernel_size"), dilation: c.pair(2, "dilation", 1),
        padding: c.pair(3, "padding", 0), stride: c.pair(4, "stride", 1))
    }
    layer("nn.PixelShuffle") { c in try PixelShuffle(c.int(0, "upscale_factor")) }
    layer("nn.PixelUnshuffle") { c in try PixelUnshuffle(c.int(0, "downscale_factor")) }
    layer("nn.ChannelShuffle") { c in try ChannelShuffle(c.int(0, "groups")) }
    layer("nn.Upsample") { c in
      guard let mode = InterpolationMode(rawValue: try c.string(2, "mode", "nearest")) else { throw OracleProblem("no such mode") }
      return try Upsample(
        size: c.optionalInts(0, "size"), scaleFactor: c.optionalDoubles(1, "scale_factor"), mode: mode,
        alignCorners: c.optionalBool(3, "align_corners"), recomputeScaleFactor: c.optionalBool(4, "recompute_scale_factor"))
    }
  }
}
