import Martlet
import TensorModule

/// Activation functions and dropout.
extension ModuleTable {
  mutating func addActivations() {
    layer("nn.CELU") { c in try CELU(alpha: c.double(0, "alpha", 1), inplace: c.bool(1, "inplace", false)) }
    layer("nn.ELU") { c in try ELU(alpha: c.double(0, "alpha", 1), inplace: c.bool(1, "inplace", false)) }
    layer("nn.GELU") { c in
      try GELU(approximate: Tensor.GELUApproximation(named: c.string(0, "approximate", "none")))
    }
    layer("nn.GLU") { c in try GLU(dim: c.int(0, "dim", -1)) }
    layer("nn.Hardshrink") { c in try Hardshrink(c.double(0, "lambd", 0.5)) }
    layer("nn.Hardsigmoid") { c in try Hardsigmoid(inplace: c.bool(0, "inplace", false)) }
    layer("nn.Hardswish") { c in try Hardswish(inplace: c.bool(0, "inplace", false)) }
    layer("nn.Hardtanh") { c in
      try Hardtanh(minVal: c.double(0, "min_val", -1), maxVal: c.double(1, "max_val", 1), inplace: c.bool(2, "inplace", false))
    }
    layer("nn.LeakyReLU") { c in try LeakyReLU(c.double(0, "negative_slope", 0.01), inplace: c.bool(1, "inplace", false)) }
    layer("nn.LogSigmoid") { _ in LogSigmoid() }
    layer("nn.LogSoftmax") { c in try LogSoftmax(dim: c.int(0, "dim")) }
    layer("nn.Mish") { c in try Mish(inplace: c.bool(0, "inplace", false)) }
    layer("nn.PReLU") { c in try PReLU(numParameters: c.int(0, "num_parameters", 1), initial: c.double(1, "init", 0.25)) }
    layer("nn.ReLU") { c in try ReLU(inplace: c.bool(0, "inplace", false)) }
    layer("nn.ReLU6") { c in try ReLU6(inplace: c.bool(0, "inplace", false)) }
    layer("nn.SELU") { c in try SELU(inplace: c.bool(0, "inplace", false)) }
    layer("nn.SiLU") { c in try SiLU(inplace: c.bool(0, "inplace", false)) }
    layer("nn.Sigmoid") { _ in Sigmoid() }
    layer("nn.Softmax") { c in try Softmax(dim: c.int(0, "dim")) }
    layer("nn.Softmax2d") { _ in Softmax2d() }
    layer("nn.Softmin") { c in try Softmin(dim: c.int(0, "dim")) }
    layer("nn.Softplus") { c in try Softplus(beta: c.double(0, "beta", 1), threshold: c.double(1, "threshold", 20)) }
    layer("nn.Softshrink") { c in try Softshrink(c.double(0, "lambd", 0.5)) }
    layer("nn.Softsign") { _ in Softsign() }
    layer("nn.Tanh") { _ in Tanh() }
    layer("nn.Tanhshrink") { _ in Tanhshrink() }
    layer("nn.Threshold") { c in
      try Threshold(c.double(0, "threshold"), c.double(1, "value"), inplace: c.bool(2, "inplace", false))
    }
    layer("nn.AlphaDropout") { c in try AlphaDropout(c.double(0, "p", 0.5), inplace: c.bool(1, "inplace", false)) }
    layer("nn.Dropout") { c in try Dropout(c.double(0, "p", 0.5), inplace: c.bool(1, "inplace", false)) }
    layer("nn.Dropout2d") { c in try Dropout2d(c.double(0, "p", 0.5)) }
  }
}
