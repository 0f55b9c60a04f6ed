import Martlet
import TensorModule

extension OracleCall {
  /// How a loss is reduced.
  func reduction(_ position: Int? = nil, _ keyword: String = "reduction") throws -> Reduction {
    Reduction(named: try string(position, keyword, "mean"))
  }
}

extension OracleTable {
  /// Losses, distances, embedding and attention.
  mutating func addNeural() {
    addRegressionLosses()
    addClassificationLosses()
    addMarginLosses()
    addLookups()
    addAttention()
  }

  private mutating func addRegressionLosses() {
    one("nn.functional.mse_loss") { c in
      Functional.mseLoss(
        try c.tensor(0, "input"), try c.tensor(1, "target"), reduction: try c.reduction(),
        weight: try c.optionalTensor(nil, "weight"), broadcast: true)
    }
    one("nn.functional.l1_loss") { c in
      Functional.l1Loss(
        try c.tensor(0, "input"), try c.tensor(1, "target"), reduction: try c.reduction(),
        weight: try c.optionalTensor(nil, "weight"), broadcast: true)
    }
    one("nn.functional.smooth_l1_loss") { c in
      Functional.smoothL1Loss(
        try c.tensor(0, "input"), try c.tensor(1, "target"), reduction: try c.reduction(),
        beta: try c.double(nil, "beta", 1), broadcast: true)
    }
    one("nn.functional.huber_loss") { c in
      Functional.huberLoss(
        try c.tensor(0, "input"), try c.tensor(1, "target"), reduction: try c.reduction(2),
        delta: try c.double(3, "delta", 1), weight: try c.optionalTensor(4, "weight"), broadcast: true)
    }
    one("nn.functional.poisson_nll_loss") { c in
      Functional.poissonNLLLoss(
        try c.tensor(0, "input"), try c.tensor(1, "target"), logInput: try c.bool(2, "log_input", true),
        full: try c.bool(3, "full", false), eps: try c.double(nil, "eps", 1e-8), reduction: try c.reduction())
    }
    one("nn.functional.gaussian_nll_loss") { c in
      Functional.gaussianNLLLoss(
        try c.tensor(0, "input"), try c.tensor(1, "target"), variance: try c.tensor(2, "var"),
        full: try c.bool(3, "full", false), eps: try c.double(4, "eps", 1e-6), reduction: try c.reduction(5))
    }
    one("nn.functional.kl_div") { c in
      Functional.klDivLoss(
        try c.tensor(0, "input"), try c.tensor(1, "target"),
        reduction: DivergenceReduction(named: try c.string(nil, "reduction", "mean")),
        logTarget: try c.bool(nil, "log_target", false))
    }
  }

  private mutating func addClassificationLosses() {
    one("nn.functional.cross_entropy") { c in
      Functional.crossEntropy(
        try c.tensor(0, "input"), try c.tensor(1, "target"), weight: try c.optionalTensor(2, "weight"),
        ignoreIndex: try c.int(nil, "ignore_index", -100), reduction: try c.reduction(),
        labelSmoothing: try c.double(nil, "label_smoothing", 0))
    }
    one("nn.functional.nll_loss") { c in
      Functional.nllLoss(
        try c.tensor(0, "input"), try c.tensor(1, "target"), weight: try c.optionalTensor(2, "weight"),
        ignoreIndex: try c.int(nil, "ignore_index", -100), reduction: try c.reduction())
    }
    one("nn.functional.binary_cross_entropy") { c in
      Functional.binaryCrossEntropy(
        try c.tensor(0, "input"), try c.tensor(1, "target"), weight: try c.optionalTensor(2, "weight"),
        reduction: try c.reduction())
    }
    one("nn.functional.binary_cross_entropy_with_logits") { c in
      Functional.binaryCrossEntropyWithLogits(
        try c.tensor(0, "input"), try c.tensor(1, "target"), weight: try c.optionalTensor(2, "weight"),
        posWeight: try c.optionalTensor(nil, "pos_weight"), reduction: try c.reduction())
    }
    one("nn.functional.multilabel_soft_margin_loss") { c in
      Functional.multilabelSoftMarginLoss(
        try c.tensor(0, "input"), try c.tensor(1, "target"), weight: try c.optionalTensor(2, "weight"),
        reduction: try c.reduction())
    }
    one("nn.functional.soft_margin_loss") { c in
      Functional.softMarginLoss(try c.tensor(0, "input"), try c.tensor(1, "target"), reduction: try c.reduction())
    }
    one("nn.functional.ctc_loss") { c in
      Functional.ctcLoss(
        try c.tensor(0, "log_probs"), try c.tensor(1, "targets"), inputLengths: try c.tensor(2, "input_lengths"),
        targetLengths: try c.tensor(3, "target_lengths"), blank: try c.int(4, "blank", 0), reduction: try c.reduction(5),
        zeroInfinity: try c.bool(6, "zero_infinity", false))
    }
  }

  private mutating func addMarginLosses() {
    one("nn.functional.hinge_embedding_loss") { c in
      Functional.hingeEmbeddingLoss(
        try c.tensor(0, "input"), try c.tensor(1, "target"), margin: try c.double(2, "margin", 1), reduction: try c.reduction())
    }
    one("nn.functional.cosine_embedding_loss") { c in
      Functional.cosineEmbeddingLoss(
        try c.tensor(0, "input1"), try c.tensor(1, "input2"), try c.tensor(2, "target"), margin: try c.double(3, "margin", 0),
        reduction: try c.reduction())
    }
    one("nn.functional.margin_ranking_loss") { c in
      Functional.marginRankingLoss(
        try c.tensor(0, "input1"), try c.tensor(1, "input2"), try c.tensor(2, "target"), margin: try c.double(3, "margin", 0),
        reduction: try c.reduction())
    }
    one("nn.functional.multi_margin_loss") { c in
      Functional.multiMarginLoss(
        try c.tensor(0, "input"), try c.tensor(1, "target"), p: try c.int(2, "p", 1), margin: try c.double(3, "margin", 1),
        weight: try c.optionalTensor(4, "weight"), reduction: try c.reduction())
    }
    one("nn.functional.multilabel_margin_loss") { c in
      Functional.multilabelMarginLoss(try c.tensor(0, "input"), try c.tensor(1, "target"), reduction: try c.reduction())
    }
    one("nn.functional.triplet_margin_loss") { c in
      Functional.tripletMarginLoss(
        try c.tensor(0, "anchor"), try c.tensor(1, "positive"), try c.tensor(2, "negative"),
        margin: try c.double(3, "margin", 1), p: try c.double(4, "p", 2), eps: try c.double(5, "eps", 1e-6),
        swap: try c.bool(6, "swap", false), reduction: try c.reduction())
    }
    one("nn.functional.cosine_similarity") { c in
      Functional.cosineSimilarity(
        try c.tensor(0, "x1"), try c.tensor(1, "x2"), dim: try c.int(2, "dim", 1), eps: try c.double(3, "eps", 1e-8))
    }
    one("nn.functional.pairwise_distance") { c in
      Functional.pairwiseDistance(
        try c.tensor(0, "x1"), try c.tensor(1, "x2"), p: try c.double(2, "p", 2), eps: try c.double(3, "eps", 1e-6),
        keepDim: try c.bool(4, "keepdim", false))
    }
    one("nn.functional.pdist") { c in Functional.pdist(try c.tensor(0, "input"), p: try c.double(1, "p", 2)) }
  }

  private mutating func addLookups() {
    one("nn.functional.one_hot") { c in
      Functional.oneHot(try c.tensor(0, "input"), numClasses: try c.int(1, "num_classes", -1))
    }
    one("nn.functional.embedding") { c in
      Functional.embedding(
        try c.tensor(0, "input"), try c.tensor(1, "weight"), paddingIdx: try c.optionalInt(2, "padding_idx"),
        maxNorm: try c.optionalDouble(3, "max_norm"), normType: try c.double(4, "norm_type", 2),
        scaleGradByFreq: try c.bool(5, "scale_grad_by_freq", false))
    }
    one("nn.functional.embedding_bag") { c in
      Functional.embeddingBag(
        try c.tensor(0, "input"), try c.tensor(1, "weight"), offsets: try c.optionalTensor(2, "offsets"),
        maxNorm: try c.optionalDouble(3, "max_norm"), normType: try c.double(4, "norm_type", 2),
        scaleGradByFreq: try c.bool(5, "scale_grad_by_freq", false), mode: BagMode(named: try c.string(6, "mode", "mean")),
        perSampleWeights: try c.optionalTensor(8, "per_sample_weights"),
        includeLastOffset: try c.bool(9, "include_last_offset", false), paddingIdx: try c.optionalInt(10, "padding_idx"))
    }
  }

  private mutating func addAttention() {
    one("nn.functional.scaled_dot_product_attention") { c in
      Functional.scaledDotProductAttention(
        try c.tensor(0, "query"), try c.tensor(1, "key"), try c.tensor(2, "value"),
        attnMask: try c.optionalTensor(3, "attn_mask"), dropoutP: try c.double(4, "dropout_p", 0),
        isCausal: try c.bool(5, "is_causal", false), scale: try c.optionalDouble(nil, "scale"),
        enableGQA: try c.bool(nil, "enable_gqa", false))
    }
    many("nn.functional.multi_head_attention_forward") { c in
      let result = Functional.multiHeadAttentionForward(
        query: try c.tensor(0), key: try c.tensor(1), value: try c.tensor(2), embedDimToCheck: try c.int(3),
        numHeads: try c.int(4), inProjWeight: try c.optionalTensor(5), inProjBias: try c.optionalTensor(6),
        biasK: try c.optionalTensor(7), biasV: try c.optionalTensor(8), addZeroAttn: try c.bool(9),
        dropoutP: try c.double(10), outProjWeight: try c.tensor(11), outProjBias: try c.optionalTensor(12),
        training: try c.bool(13, "training", true), keyPaddingMask: try c.optionalTensor(14, "key_padding_mask"),
        needWeights: try c.bool(15, "need_weights", true), attnMask: try c.optionalTensor(16, "attn_mask"),
        useSeparateProjWeight: try c.bool(17, "use_separate_proj_weight", false),
        qProjWeight: try c.optionalTensor(18, "q_proj_weight"), kProjWeight: try c.optionalTensor(19, "k_proj_weight"),
        vProjWeight: try c.optionalTensor(20, "v_proj_weight"), staticK: try c.optionalTensor(21, "static_k"),
        staticV: try c.optionalTensor(22, "static_v"), averageAttnWeights: try c.bool(23, "average_attn_weights", true),
        isCausal: try c.bool(24, "is_causal", false))
      return [result.output, result.weights ?? Tensor(0)]
    }
  }
}
