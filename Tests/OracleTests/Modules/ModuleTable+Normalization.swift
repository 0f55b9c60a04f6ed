import Martlet
import TensorModule

/// The arguments of batch and instance normalization.
private struct ChannelNormArguments {
  let count: Int
  let eps: Double
  let momentum: Double?
  let affine, tracks, bias: Bool

  init(_ c: OracleCall, affine: Bool, tracks: Bool) throws {
    count = try c.int(0, "num_features")
    eps = try c.double(1, "eps", 1e-5)
    momentum = c.isNothing(2, "momentum") ? nil : try c.double(2, "momentum", 0.1)
    self.affine = try c.bool(3, "affine", affine)
    self.tracks = try c.bool(4, "track_running_stats", tracks)
    bias = try c.bool(nil, "bias", true)
  }
}

extension ModuleTable {
  mutating func addNormalization() {
    func batch<L: Layer>(_ make: @escaping (ChannelNormArguments) -> L) -> (OracleCall) throws -> L {
      { make(try ChannelNormArguments($0, affine: true, tracks: true)) }
    }
    func instance<L: Layer>(_ make: @escaping (ChannelNormArguments) -> L) -> (OracleCall) throws -> L {
      { make(try ChannelNormArguments($0, affine: false, tracks: false)) }
    }
    layer("nn.BatchNorm1d", batch { a in
      BatchNorm1d(a.count, eps: a.eps, momentum: a.momentum, affine: a.affine, trackRunningStats: a.tracks, bias: a.bias)
    })
    layer("nn.BatchNorm2d", batch { a in
      BatchNorm2d(a.count, eps: a.eps, momentum: a.momentum, affine: a.affine, trackRunningStats: a.tracks, bias: a.bias)
    })
    layer("nn.BatchNorm3d", batch { a in
      BatchNorm3d(a.count, eps: a.eps, momentum: a.momentum, affine: a.affine, trackRunningStats: a.tracks, bias: a.bias)
    })
    layer("nn.InstanceNorm1d", instance { a in
      InstanceNorm1d(a.count, eps: a.eps, momentum: a.momentum, affine: a.affine, trackRunningStats: a.tracks, bias: a.bias)
    })
    layer("nn.InstanceNorm2d", instance { a in
      InstanceNorm2d(a.count, eps: a.eps, momentum: a.momentum, affine: a.affine, trackRunningStats: a.tracks, bias: a.bias)
    })
    layer("nn.InstanceNorm3d", instance { a in
      InstanceNorm3d(a.count, eps: a.eps, momentum: a.momentum, affine: a.affine, trackRunningStats: a.tracks, bias: a.bias)
    })
    layer("nn.LayerNorm") { c in
      try LayerNorm(
        Shape(c.ints(0, "normalized_shape")), eps: c.double(1, "eps", 1e-5),
        elementwiseAffine: c.bool(2, "elementwise_affine", true), bias: c.bool(3, "bias", true))
    }
    layer("nn.RMSNorm") { c in
      try RMSNorm(
        Shape(c.ints(0, "normalized_shape")), eps: c.optionalDouble(1, "eps"),
        elementwiseAffine: c.bool(2, "elementwise_affine", true))
    }
    layer("nn.GroupNorm") { c in
      try GroupNorm(
        c.int(0, "num_groups"), c.int(1, "num_channels"), eps: c.double(2, "eps", 1e-5), affine: c.bool(3, "affine", true),
        bias: c.bool(nil, "bias", true))
    }
    layer("nn.LocalResponseNorm") { c in
      try LocalResponseNorm(
        c.int(0, "size"), alpha: c.double(1, "alpha", 1e-4), beta: c.double(2, "beta", 0.75), k: c.double(3, "k", 1))
    }
  }
}
