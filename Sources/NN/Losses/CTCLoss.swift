public import TensorModule

/// The negative log-likelihood of label sequences over all alignments with the frames (PyTorch's `nn.CTCLoss`).
public final class CTCLoss: Module {
  /// The class that stands for no label.
  public let blank: Int
  /// Whether infinite losses count as 0.
  public let zeroInfinity: Bool
  /// What becomes of the elements' losses.
  public let reduction: Reduction

  /// The mean unless told otherwise, and PyTorch's defaults.
  public init(blank: Int = 0, zeroInfinity: Bool = false, reduction: Reduction = .mean) {
    self.blank = blank
    self.zeroInfinity = zeroInfinity
    self.reduction = reduction
  }

  /// The loss of log-probabilities `[T, N, C]` against labels; see `Functional.ctcLoss`.
  public func callAsFunction(_ logProbs: Tensor, _ targets: Tensor, inputLengths: Tensor, targetLengths: Tensor) -> Tensor {
    inCall(logProbs, targets, inputLengths, targetLengths) { logProbs, targets, inputLengths, targetLengths in
      Functional.ctcLoss(
        logProbs, targets, inputLengths: inputLengths, targetLengths: targetLengths, blank: blank, reduction: reduction,
        zeroInfinity: zeroInfinity)
    }
  }
}
