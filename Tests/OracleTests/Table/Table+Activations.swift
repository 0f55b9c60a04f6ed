import Martlet
import TensorModule

extension OracleTable {
  /// Activation functions and dropout.
  mutating func addActivations() {
    /// A function of one tensor, and what it takes beside it.
    func unary(_ name: String, _ body: @escaping (Tensor) -> Tensor) {
      one("nn.functional." + name) { c in body(try c.tensor(0, "input")) }
    }
    unary("relu") { $0.relu() }
    unary("relu6") { $0.relu6() }
    unary("selu") { $0.selu() }
    unary("silu") { $0.silu() }
    unary("mish") { $0.mish() }
    unary("softsign") { $0.softsign() }
    unary("tanhshrink") { $0.tanhshrink() }
    unary("hardsigmoid") { $0.hardsigmoid() }
    unary("hardswish") { $0.hardswish() }
    unary("logsigmoid") { $0.logSigmoid() }
    one("nn.functional.celu") { c in try c.tensor(0, "input").celu(alpha: try c.double(1, "alpha", 1)) }
    one("nn.functional.elu") { c in try c.tensor(0, "input").elu(alpha: try c.double(1, "alpha", 1)) }
    one("nn.functional.gelu") { c in
      try c.tensor(0, "input").gelu(approximate: Tensor.GELUApproximation(named: try c.string(1, "approximate", "none")))
    }
    one("nn.functional.glu") { c in try c.tensor(0, "input").glu(dim: try c.int(1, "dim", -1)) }
    one("nn.functional.hardshrink") { c in try c.tensor(0, "input").hardshrink(lambda: try c.double(1, "lambd", 0.5)) }
    one("nn.functional.softshrink") { c in try c.tensor(0, "input").softshrink(lambda: try c.double(1, "lambd", 0.5)) }
    one("nn.functional.hardtanh") { c in
      try c.tensor(0, "input").hardtanh(min: try c.double(1, "min_val", -1), max: try c.double(2, "max_val", 1))
    }
    one("nn.functional.leaky_relu") { c in
      try c.tensor(0, "input").leakyRelu(negativeSlope: try c.double(1, "negative_slope", 0.01))
    }
    one("nn.functional.prelu") { c in try c.tensor(0, "input").prelu(try c.tensor(1, "weight")) }
    one("nn.functional.rrelu") { c in
      try c.tensor(0, "input").rrelu(
        lower: try c.double(1, "lower", 1.0 / 8), upper: try c.double(2, "upper", 1.0 / 3),
        training: try c.bool(3, "training", false))
    }
    one("nn.functional.softplus") { c in
      try c.tensor(0, "input").softplus(beta: try c.double(1, "beta", 1), threshold: try c.double(2, "threshold", 20))
    }
    one("nn.functional.threshold") { c in
      try c.tensor(0, "input").threshold(try c.double(1, "threshold"), try c.double(2, "value"))
    }
    one("nn.functional.dropout") { c in
      try c.tensor(0, "input").dropout(try c.double(1, "p", 0.5), training: try c.bool(2, "training", true))
    }
    one("nn.functional.dropout2d") { c in
      try c.tensor(0, "input").dropout2d(try c.double(1, "p", 0.5), training: try c.bool(2, "training", true))
    }
    one("nn.functional.dropout3d") { c in
      try c.tensor(0, "input").dropout3d(try c.double(1, "p", 0.5), training: try c.bool(2, "training", true))
    }
  }
}
