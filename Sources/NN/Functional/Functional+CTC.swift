public import TensorModule

extension Functional {
  /// The negative logarithm of the probability of label sequences, summed over all ways to align them with the frames
  /// (PyTorch's `F.ctc_loss`).
  ///
  /// The gradient is right for what went into a `logSoftmax`, as in PyTorch, and cannot be differentiated again.
  /// - Parameters:
  ///   - logProbs: logarithms of probabilities, `[T, N, C]`, or `[T, C]` for one sample.
  ///   - targets: labels `[N, S]`, or those of all samples one after the other; `blank` must not be among them.
  ///   - inputLengths: how many frames count, `[N]`.
  ///   - targetLengths: how many labels each sample has, `[N]`.
  ///   - blank: the class that stands for no label.
  ///   - reduction: the mean divides each loss by its number of labels first.
  ///   - zeroInfinity: whether infinite losses, of labels that do not fit into the frames, count as 0.
  public static func ctcLoss(
    _ logProbs: Tensor, _ targets: Tensor, inputLengths: Tensor, targetLengths: Tensor, blank: Int = 0,
    reduction: Reduction = .mean, zeroInfinity: Bool = false
  ) -> Tensor {
    let logProbs = Autocast.full(logProbs)
    if ThreadMode.hasFailed { return standIn() }
    func refuse(_ rule: String) -> Tensor { failing(TensorError("ctcLoss", of: logProbs, targets, rule: rule)) }
    guard logProbs.rank == 2 || logProbs.rank == 3 else { return refuse("the log-probabilities need 2 or 3 dimensions, not \(logProbs.rank)") }
    guard logProbs.dtype.isFloatingPoint else { return refuse("the log-probabilities must be floating-point, not \(logProbs.dtype)") }
    let isBatched = logProbs.rank == 3
    let x = isBatched ? logProbs : logProbs.unsqueeze(1)
    let frames = x.shape[0], batch = x.shape[1], classes = x.shape[2]
    guard blank >= 0, blank < classes else { return refuse("blank \(blank) must be among the \(classes) classes") }
    for (name, tensor) in [("targets", targets), ("inputLengths", inputLengths), ("targetLengths", targetLengths)]
    where !tensor.dtype.isInteger { return refuse("\(name) must be integers, not \(tensor.dtype)") }
    let frameCounts = integers(inputLengths), labelCounts = integers(targetLengths)
    guard frameCounts.count == batch else { return refuse("there must be \(batch) input lengths, not \(frameCounts.count)") }
    guard labelCounts.count == batch else { return refuse("there must be \(batch) target lengths, not \(labelCounts.count)") }
    if let wrong = frameCounts.first(where: { $0 < 0 || $0 > frames }) {
      return refuse("input lengths must be between 0 and the \(frames) frames, but one is \(wrong)")
    }
    if let wrong = labelCounts.first(where: { $0 < 0 }) { return refuse("target lengths must not be negative, but one is \(wrong)") }
    let labels = integers(targets), longest = labelCounts.max() ?? 0
    var rows = [Int64](repeating: Int64(blank), count: batch * longest)
    let isTable = isBatched && targets.rank == 2
    if isTable {
      guard targets.shape[0] == batch, targets.shape[1] >= longest else {
        return refuse("the targets must have \(batch) rows of at least \(longest) labels")
      }
    } else if targets.rank > 2 || labels.count < labelCounts.reduce(0, +) {
      return refuse("the targets hold \(labels.count) labels, but the target lengths add up to \(labelCounts.reduce(0, +))")
    }
    var start = 0
    for n in 0..<batch {
      if isTable { start = n * targets.shape[1] }
      for i in 0..<labelCounts[n] {
        let label = labels[start + i]
        guard label >= 0, label < classes else { return refuse("target \(label) of sample \(n) is not among the \(classes) classes") }
        rows[n * longest + i] = Int64(label)
      }
      start += labelCounts[n]
    }
    func counts(_ numbers: [Int]) -> Tensor { Tensor(numbers, shape: [batch]).to(x.device) }
    let results = applyToAll(
      .ctcLoss(blank: blank, zeroInfinity: zeroInfinity),
      Operands([wide(x), Tensor(rows, shape: [batch, longest]).to(x.device), counts(frameCounts), counts(labelCounts)]),
      resultCount: 2)
    var losses = results[0]
    if zeroInfinity { losses = Tensor.where(losses.detach() .== Double.infinity, 0, losses) }
    if reduction == .mean { losses = losses / counts(labelCounts.map { max($0, 1) }).to(losses.dtype) }
    return reduced(isBatched || reduction != .none ? losses : losses.reshape([]), reduction, logProbs.dtype)
  }

  private static func integers(_ x: Tensor) -> [Int] { x.detach().cpu().reshape(-1).to(.int64).toArray(as: Int64.self).map { Int($0) } }
}
