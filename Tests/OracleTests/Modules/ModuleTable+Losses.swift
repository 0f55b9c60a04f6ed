import Martlet
import TensorModule

extension ModuleTable {
  mutating func addLosses() {
    addRegressionLosses()
    addClassificationLosses()
    addMarginLosses()
  }

  private mutating func addRegressionLosses() {
    pair("nn.MSELoss") { c in try MSELoss(reduction: c.reduction()) } call: { $0($1, $2) }
    pair("nn.L1Loss") { c in try L1Loss(reduction: c.reduction()) } call: { $0($1, $2) }
    pair("nn.SmoothL1Loss") { c in
      try SmoothL1Loss(beta: c.double(nil, "beta", 1), reduction: c.reduction())
    } call: { $0($1, $2) }
    pair("nn.HuberLoss") { c in
      try HuberLoss(delta: c.double(1, "delta", 1), reduction: c.reduction(0))
    } call: { $0($1, $2) }
    pair("nn.PoissonNLLLoss") { c in
      try PoissonNLLLoss(
        logInput: c.bool(0, "log_input", true), full: c.bool(1, "full", false), eps: c.double(nil, "eps", 1e-8),
        reduction: c.reduction())
    } call: { $0($1, $2) }
    triple("nn.GaussianNLLLoss") { c in
      try GaussianNLLLoss(full: c.bool(nil, "full", false), eps: c.double(nil, "eps", 1e-6), reduction: c.reduction())
    } call: { $0($1, $2, $3) }
    pair("nn.KLDivLoss") { c in
      try KLDivLoss(
        logTarget: c.bool(nil, "log_target", false),
        reduction: DivergenceReduction(named: c.string(nil, "reduction", "mean")))
    } call: { $0($1, $2) }
  }

  private mutating func addClassificationLosses() {
    pair("nn.CrossEntropyLoss") { c in
      try CrossEntropyLoss(
        weight: c.optionalTensor(0, "weight"), ignoreIndex: c.int(nil, "ignore_index", -100), reduction: c.reduction(),
        labelSmoothing: c.double(nil, "label_smoothing", 0))
    } call: { $0($1, $2) }
    pair("nn.NLLLoss") { c in
      try NLLLoss(
        weight: c.optionalTensor(0, "weight"), ignoreIndex: c.int(nil, "ignore_index", -100), reduction: c.reduction())
    } call: { $0($1, $2) }
    pair("nn.BCELoss") { c in
      try BCELoss(weight: c.optionalTensor(0, "weight"), reduction: c.reduction())
    } call: { $0($1, $2) }
    pair("nn.BCEWithLogitsLoss") { c in
      try BCEWithLogitsLoss(
        weight: c.optionalTensor(0, "weight"), posWeight: c.optionalTensor(nil, "pos_weight"), reduction: c.reduction())
    } call: { $0($1, $2) }
    add("nn.CTCLoss") { c in
      try CTCLoss(
        blank: c.int(0, "blank", 0), zeroInfinity: c.bool(2, "zero_infinity", false), reduction: c.reduction(1))
    } call: { loss, c in
      func lengths(_ position: Int, _ keyword: String) throws -> Tensor {
        if case .tensor(let tensor)? = c.value(position, keyword) { return tensor }
        return Tensor(try c.ints(position, keyword))
      }
      return [
        loss(
          try c.tensor(0, "log_probs"), try c.tensor(1, "targets"), inputLengths: try lengths(2, "input_lengths"),
          targetLengths: try lengths(3, "target_lengths"))
      ]
    }
  }

  private mutating func addMarginLosses() {
    pair("nn.HingeEmbeddingLoss") { c in
      try HingeEmbeddingLoss(margin: c.double(0, "margin", 1), reduction: c.reduction())
    } call: { $0($1, $2) }
    triple("nn.CosineEmbeddingLoss") { c in
      try CosineEmbeddingLoss(margin: c.double(0, "margin", 0), reduction: c.reduction())
    } call: { $0($1, $2, $3) }
    triple("nn.MarginRankingLoss") { c in
      try MarginRankingLoss(margin: c.double(0, "margin", 0), reduction: c.reduction())
    } call: { $0($1, $2, $3) }
    pair("nn.SoftMarginLoss") { c in try SoftMarginLoss(reduction: c.reduction()) } call: { $0($1, $2) }
    pair("nn.MultiLabelMarginLoss") { c in try MultiLabelMarginLoss(reduction: c.reduction()) } call: { $0($1, $2) }
    pair("nn.MultiLabelSoftMarginLoss") { c in
      try MultiLabelSoftMarginLoss(weight: c.optionalTensor(0, "weight"), reduction: c.reduction())
    } call: { $0($1, $2) }
    pair("nn.MultiMarginLoss") { c in
      try MultiMarginLoss(
        p: c.int(0, "p", 1), margin: c.double(1, "margin", 1), weight: c.optionalTensor(2, "weight"), reduction: c.reduction())
    } call: { $0($1, $2) }
    triple("nn.TripletMarginLoss") { c in
      try TripletMarginLoss(
        margin: c.double(0, "margin", 1), p: c.double(1, "p", 2), eps: c.double(2, "eps", 1e-6),
        swap: c.bool(3, "swap", false), reduction: c.reduction())
    } call: { $0($1, $2, $3) }
  }
}
