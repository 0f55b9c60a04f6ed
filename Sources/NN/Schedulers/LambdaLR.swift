/// The starting rates times a function of the step (PyTorch's `LambdaLR`).
public final class LambdaLR: LRScheduler {
  private let factors: [(Int) -> Double]

  /// One function for all groups.
  public init(_ optimizer: any Optimizer, lrLambda: @escaping (Int) -> Double, lastEpoch: Int = -1) {
    factors = Array(repeating: lrLambda, count: optimizer.groupCount)
    super.init(optimizer, lastEpoch: lastEpoch)
  }

  /// A function for each group.
  public init(_ optimizer: any Optimizer, lrLambdas: [(Int) -> Double], lastEpoch: Int = -1) {
    optionCheck(
      "LambdaLR", lrLambdas.count == optimizer.groupCount,
      "there are \(lrLambdas.count) functions for \(optimizer.groupCount) groups")
    factors = lrLambdas
    super.init(optimizer, lastEpoch: lastEpoch)
  }

  public override func learningRates() -> [Double] { zip(baseLearningRates, factors).map { $0 * $1(lastEpoch) } }
}
