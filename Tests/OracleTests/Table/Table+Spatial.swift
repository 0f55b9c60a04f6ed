import Martlet
import TensorModule

/// Convolution, pooling, resizing, padding, folding and normalization.
extension OracleTable {
  mutating func addSpatial() {
    addConvolutions()
    addPooling()
    addAdaptivePooling()
    addResizing()
    addMoving()
    addNormalization()
  }

  private mutating func addConvolutions() {
    one("nn.functional.conv1d") { c in
      let (x, w, b) = try (c.tensor(0, "input"), c.tensor(1, "weight"), c.optionalTensor(2, "bias"))
      let stride = try c.firstInt(3, "stride", [1]), dilation = try c.firstInt(5, "dilation", [1]), groups = try c.int(6, "groups", 1)
      if let named = try c.convolutionPadding(4) {
        return x.conv1d(w, bias: b, stride: stride, padding: named, dilation: dilation, groups: groups)
      }
      return x.conv1d(
        w, bias: b, stride: stride, padding: try c.firstInt(4, "padding", [0]), dilation: dilation, groups: groups)
    }
    one("nn.functional.conv2d") { c in
      let (x, w, b) = try (c.tensor(0, "input"), c.tensor(1, "weight"), c.optionalTensor(2, "bias"))
      let stride = try c.pair(3, "stride", 1), dilation = try c.pair(5, "dilation", 1), groups = try c.int(6, "groups", 1)
      if let named = try c.convolutionPadding(4) {
        return x.conv2d(w, bias: b, stride: stride, padding: named, dilation: dilation, groups: groups)
      }
      return x.conv2d(w, bias: b, stride: stride, padding: try c.pair(4, "padding", 0), dilation: dilation, groups: groups)
    }
    one("nn.functional.conv3d") { c in
      let (x, w, b) = try (c.tensor(0, "input"), c.tensor(1, "weight"), c.optionalTensor(2, "bias"))
      let stride = try c.triple(3, "stride", 1), dilation = try c.triple(5, "dilation", 1), groups = try c.int(6, "groups", 1)
      if let named = try c.convolutionPadding(4) {
        return x.conv3d(w, bias: b, stride: stride, padding: named, dilation: dilation, groups: groups)
      }
      return x.conv3d(w, bias: b, stride: stride, padding: try c.triple(4, "padding", 0), dilation: dilation, groups: groups)
    }
    one("nn.functional.conv_transpose1d") { c in
      try c.tensor(0, "input").convTranspose1d(
        c.tensor(1, "weight"), bias: c.optionalTensor(2, "bias"), stride: c.firstInt(3, "stride", [1]),
        padding: c.firstInt(4, "padding", [0]), outputPadding: c.firstInt(5, "output_padding", [0]), groups: c.int(6, "groups", 1),
        dilation: c.firstInt(7, "dilation", [1]))
    }
    one("nn.functional.conv_transpose2d") { c in
      try c.tensor(0, "input").convTranspose2d(
        c.tensor(1, "weight"), bias: c.optionalTensor(2, "bias"), stride: c.pair(3, "stride", 1), padding: c.pair(4, "padding", 0),
        outputPadding: c.pair(5, "output_padding", 0), groups: c.int(6, "groups", 1), dilation: c.pair(7, "dilation", 1))
    }
    one("nn.functional.conv_transpose3d") { c in
      try c.tensor(0, "input").convTranspose3d(
        c.tensor(1, "weight"), bias: c.optionalTensor(2, "bias"), stride: c.triple(3, "stride", 1),
        padding: c.triple(4, "padding", 0), outputPadding: c.triple(5, "output_padding", 0), groups: c.int(6, "groups", 1),
        dilation: c.triple(7, "dilation", 1))
    }
    one("nn.functional.linear") { c in
      try c.tensor(0, "input").linear(c.tensor(1, "weight"), c.optionalTensor(2, "bias"))
    }
    one("nn.functional.bilinear") { c in
      try Functional.bilinear(
        c.tensor(0, "input1"), c.tensor(1, "input2"), c.tensor(2, "weight"), c.optionalTensor(3, "bias"))
    }
  }

  private mutating func addPooling() {
    many("nn.functional.max_pool1d") { c in
      let kernel = try c.firstInt(1, "kernel_size")
      let r = try c.tensor(0, "input").maxPool1dWithIndices(
        kernel, stride: c.optionalInts(2, "stride")?.first, padding: c.firstInt(3, "padding", [0]),
        dilation: c.firstInt(4, "dilation", [1]), ceilMode: c.bool(5, "ceil_mode", false))
      return try c.withIndices(6, r)
    }
    many("nn.functional.max_pool2d") { c in
      let r = try c.tensor(0, "input").maxPool2dWithIndices(
        c.pair(1, "kernel_size", nil), stride: c.optionalPair(2, "stride"), padding: c.pair(3, "padding", 0),
        dilation: c.pair(4, "dilation", 1), ceilMode: c.bool(5, "ceil_mode", false))
      return try c.withIndices(6, r)
    }
    many("nn.functional.max_pool3d") { c in
      let r = try c.tensor(0, "input").maxPool3dWithIndices(
        c.triple(1, "kernel_size", nil), stride: c.optionalTriple(2, "stride"), padding: c.triple(3, "padding", 0),
        dilation: c.triple(4, "dilation", 1), ceilMode: c.bool(5, "ceil_mode", false))
      return try c.withIndices(6, r)
    }
    one("nn.functional.avg_pool1d") { c in
      try c.tensor(0, "input").avgPool1d(
        c.firstInt(1, "kernel_size"), stride: c.optionalInts(2, "stride")?.first, padding: c.firstInt(3, "padding", [0]),
        ceilMode: c.bool(4, "ceil_mode", false), countIncludePad: c.bool(5, "count_include_pad", true))
    }
    one("nn.functional.avg_pool2d") { c in
      try c.tensor(0, "input").avgPool2d(
        c.pair(1, "kernel_size", nil), stride: c.optionalPair(2, "stride"), padding: c.pair(3, "padding", 0),
        ceilMode: c.bool(4, "ceil_mode", false), countIncludePad: c.bool(5, "count_include_pad", true),
        divisorOverride: c.optionalInt(6, "divisor_override"))
    }
    one("nn.functional.avg_pool3d") { c in
      try c.tensor(0, "input").avgPool3d(
        c.triple(1, "kernel_size", nil), stride: c.optionalTriple(2, "stride"), padding: c.triple(3, "padding", 0),
        ceilMode: c.bool(4, "ceil_mode", false), countIncludePad: c.bool(5, "count_include_pad", true),
        divisorOverride: c.optionalInt(6, "divisor_override"))
    }
    one("nn.functional.lp_pool1d") { c in
      try c.tensor(0, "input").lpPool1d(
        c.double(1, "norm_type"), c.firstInt(2, "kernel_size"), stride: c.optionalInts(3, "stride")?.first,
        ceilMode: c.bool(4, "ceil_mode", false))
    }
    one("nn.functional.lp_pool2d") { c in
      try c.tensor(0, "input").lpPool2d(
        c.double(1, "norm_type"), c.pair(2, "kernel_size", nil), stride: c.optionalPair(3, "stride"),
        ceilMode: c.bool(4, "ceil_mode", false))
    }
    one("nn.functional.max_unpool2d") { c in
      try c.tensor(0, "input").maxUnpool2d(
        c.tensor(1, "indices"), c.pair(2, "kernel_size", nil), stride: c.optionalPair(3, "stride"), padding: c.pair(4, "padding", 0),
        outputSize: c.optionalInts(5, "output_size"))
    }
  }

  private mutating func addAdaptivePooling() {
    one("nn.functional.adaptive_avg_pool1d") { c in try c.tensor(0, "input").adaptiveAvgPool1d(c.outputSize(1, rank: 1)) }
    one("nn.functional.adaptive_avg_pool2d") { c in try c.tensor(0, "input").adaptiveAvgPool2d(c.outputSize(1, rank: 2)) }
    one("nn.functional.adaptive_avg_pool3d") { c in try c.tensor(0, "input").adaptiveAvgPool3d(c.outputSize(1, rank: 3)) }
    many("nn.functional.adaptive_max_pool1d") { c in
      try c.withIndices(2, try c.tensor(0, "input").adaptiveMaxPool1dWithIndices(c.outputSize(1, rank: 1)))
    }
    many("nn.functional.adaptive_max_pool2d") { c in
      try c.withIndices(2, try c.tensor(0, "input").adaptiveMaxPool2dWithIndices(c.outputSize(1, rank: 2)))
    }
    many("nn.functional.adaptive_max_pool3d") { c in
      try c.withIndices(2, try c.tensor(0, "input").adaptiveMaxPool3dWithIndices(c.outputSize(1, rank: 3)))
    }
  }

  private mutating func addResizing() {
    one("nn.functional.interpolate") { c in
      guard let mode = InterpolationMode(rawValue: try c.string(3, "mode", "nearest")) else { throw OracleProblem("no such mode") }
      return try c.tensor(0, "input").interpolate(
        size: c.optionalInts(1, "size"), scaleFactor: c.optionalDoubles(2, "scale_factor"), mode: mode,
        alignCorners: c.optionalBool(4, "align_corners"), recomputeScaleFactor: c.optionalBool(5, "recompute_scale_factor"),
        antialias: c.bool(6, "antialias", false))
    }
    one("nn.functional.grid_sample") { c in
      guard let mode = Functional.GridMode(rawValue: try c.string(2, "mode", "bilinear")),
        let padding = Functional.GridPadding(rawValue: try c.string(3, "padding_mode", "zeros"))
      else { throw OracleProblem("no such mode") }
      return try Functional.gridSample(
        c.tensor(0, "input"), c.tensor(1, "grid"), mode: mode, paddingMode: padding, alignCorners: c.bool(4, "align_corners", false))
    }
  }

  private mutating func addMoving() {
    one("nn.functional.pad") { c in
      guard let mode = PadMode(rawValue: try c.string(2, "mode", "constant")) else { throw OracleProblem("no such mode") }
      let x = try c.tensor(0, "input"), padding = try c.ints(1, "pad")
      return padded(x, padding, mode, try c.scalar(3, "value", 0))
    }
    one("constant_pad_nd") { c in
      padded(try c.tensor(0, "self"), try c.ints(1, "pad"), .constant, try c.scalar(2, "value", 0))
    }
    func padded(_ x: Tensor, _ padding: [Int], _ mode: PadMode, _ value: some TensorScalar) -> Tensor {
      x.pad(padding, mode: mode, value: value)
    }
    one("nn.functional.unfold") { c in
      try c.tensor(0, "input").unfold(
        c.pair(1, "kernel_size", nil), dilation: c.pair(2, "dilation", 1), padding: c.pair(3, "padding", 0), stride: c.pair(4, "stride", 1))
    }
    one("nn.functional.fold") { c in
      try c.tensor(0, "input").fold(
        outputSize: c.pair(1, "output_size", nil), kernelSize: c.pair(2, "kernel_size", nil), dilation: c.pair(3, "dilation", 1),
        padding: c.pair(4, "padding", 0), stride: c.pair(5, "stride", 1))
    }
    one("nn.functional.pixel_shuffle") { c in try c.tensor(0).pixelShuffle(c.int(1, "upscale_factor")) }
    one("nn.functional.pixel_unshuffle") { c in try c.tensor(0).pixelUnshuffle(c.int(1, "downscale_factor")) }
    one("nn.functional.channel_shuffle") { c in try c.tensor(0).channelShuffle(c.int(1, "groups")) }
  }

  private mutating func addNormalization() {
    one("nn.functional.batch_norm") { c in
      try Functional.batchNorm(
        c.tensor(0, "input"), runningMean: c.optionalTensor(1, "running_mean"), runningVar: c.optionalTensor(2, "running_var"),
        weight: c.optionalTensor(3, "weight"), bias: c.optionalTensor(4, "bias"), training: c.bool(5, "training", false),
        momentum: c.double(6, "momentum", 0.1), eps: c.double(7, "eps", 1e-5))
    }
    one("nn.functional.instance_norm") { c in
      try Functional.instanceNorm(
        c.tensor(0, "input"), runningMean: c.optionalTensor(1, "running_mean"), runningVar: c.optionalTensor(2, "running_var"),
        weight: c.optionalTensor(3, "weight"), bias: c.optionalTensor(4, "bias"), useInputStats: c.bool(5, "use_input_stats", true),
        momentum: c.double(6, "momentum", 0.1), eps: c.double(7, "eps", 1e-5))
    }
    one("nn.functional.group_norm") { c in
      try Functional.groupNorm(
        c.tensor(0, "input"), c.int(1, "num_groups"), weight: c.optionalTensor(2, "weight"), bias: c.optionalTensor(3, "bias"),
        eps: c.double(4, "eps", 1e-5))
    }
    one("nn.functional.layer_norm") { c in
      try Functional.layerNorm(
        c.tensor(0, "input"), Shape(c.ints(1, "normalized_shape")), weight: c.optionalTensor(2, "weight"),
        bias: c.optionalTensor(3, "bias"), eps: c.double(4, "eps", 1e-5))
    }
    one("nn.functional.rms_norm") { c in
      try Functional.rmsNorm(
        c.tensor(0, "input"), Shape(c.ints(1, "normalized_shape")), weight: c.optionalTensor(2, "weight"),
        eps: c.optionalDouble(3, "eps"))
    }
    one("nn.functional.local_response_norm") { c in
      try Functional.localResponseNorm(
        c.tensor(0, "input"), c.int(1, "size"), alpha: c.double(2, "alpha", 1e-4), beta: c.double(3, "beta", 0.75), k: c.double(4, "k", 1))
    }
    one("nn.functional.normalize") { c in
      try Functional.normalize(c.tensor(0, "input"), p: c.double(1, "p", 2), dim: c.int(2, "dim", 1), eps: c.double(3, "eps", 1e-12))
    }
    one("softmax") { c in try c.tensor(0).softmax(dim: c.int(1, "dim"), dtype: c.optionalDType(2)) }
    one("log_softmax") { c in try c.tensor(0).logSoftmax(dim: c.int(1, "dim"), dtype: c.optionalDType(2)) }
    one("nn.functional.softmin") { c in try c.tensor(0).softmin(dim: c.int(1, "dim"), dtype: c.optionalDType(3)) }
  }
}
