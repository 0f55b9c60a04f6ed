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
    factors = onePerGroup("LambdaLR", lrLambdas, optimizer)
    super.init(optimizer, lastEpoch: lastEpoch)
  }

  public override func learningRates() -> [Double] { zip(baseLearningRates, factors).map { $0 * $1(lastEpoch) } }
}

/// The functions, after failing if there is not one for each group.
func onePerGroup(_ owner: String, _ functions: [(Int) -> Double], _ optimizer: any Optimizer) -> [(Int) -> Double] {
  optionCheck(
    owner, functions.count == optimizer.groupCount,
    "there are \(functions.count) functions for \(optimizer.groupCount) groups")
  return functions
}
