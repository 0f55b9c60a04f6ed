/// The rates of the step before times a function of the step (PyTorch's `MultiplicativeLR`).
public final class MultiplicativeLR: LRScheduler {
  private let factors: [(Int) -> Double]

  /// One function for all groups.
  public init(_ optimizer: any Optimizer, lrLambda: @escaping (Int) -> Double, lastEpoch: Int = -1) {
    factors = Array(repeating: lrLambda, count: optimizer.groupCount)
    super.init(optimizer, lastEpoch: lastEpoch)
  }

  /// A function for each group.
  public init(_ optimizer: any Optimizer, lrLambdas: [(Int) -> Double], lastEpoch: Int = -1) {
    factors = onePerGroup("MultiplicativeLR", lrLambdas, optimizer)
    super.init(optimizer, lastEpoch: lastEpoch)
  }

  public override func learningRates() -> [Double] {
    let rates = optimizer.learningRates
    return isInitial ? rates : zip(rates, factors).map { $0 * $1(lastEpoch) }
  }
}
