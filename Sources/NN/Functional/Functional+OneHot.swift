public import TensorModule

extension Functional {
  /// Class numbers as vectors that are 1 at the class and 0 elsewhere (PyTorch's `F.one_hot`).
  /// - Parameters:
  ///   - input: class numbers, int64, of any shape.
  ///   - numClasses: the vectors' size; -1 for one more than the largest number.
  /// - Returns: int64, the input's shape with a last dimension of `numClasses`.
  public static func oneHot(_ input: Tensor, numClasses: Int = -1) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    func refuse(_ rule: String) -> Tensor { failing(TensorError("oneHot", of: input, rule: rule)) }
    guard input.dtype == .int64 else { return refuse("class numbers must be int64, not \(input.dtype)") }
    guard numClasses == -1 || numClasses > 0 else { return refuse("numClasses must be positive or -1, but is \(numClasses)") }
    guard numClasses > 0 || input.elementCount > 0 else { return refuse("the number of classes cannot be inferred from an empty tensor") }
    if let wrong = positionOutside(input, 0..<(numClasses > 0 ? numClasses : Int.max)) {
      return refuse(
        wrong.value < 0
          ? "class numbers must not be negative, but element \(wrong.position) is \(wrong.value)"
          : "class numbers must be smaller than \(numClasses), but element \(wrong.position) is \(wrong.value)")
    }
    let count = numClasses > 0 ? numClasses : input.max().item(as: Int.self) + 1
    let zeros = Tensor.zeros(Shape(Array(input.shape) + [count]), dtype: .int64, device: input.device)
    let index = input.unsqueeze(-1)
    return zeros.scatter(dim: -1, index: index, Tensor.ones(index.shape, dtype: .int64, device: input.device))
  }

  /// Samples of a relaxed categorical distribution (PyTorch's `F.gumbel_softmax`).
  /// - Parameters:
  ///   - logits: logarithms of weights, along `dim`.
  ///   - tau: the temperature; towards 0 samples become one-hot.
  ///   - hard: whether the result is one-hot, with the gradient of the soft sample.
  public static func gumbelSoftmax(
    _ logits: Tensor, tau: Double = 1, hard: Bool = false, dim: Int = -1, generator: Generator? = nil
  ) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    let noise = -Tensor.empty(logits.shape, dtype: logits.dtype).exponential_(generator: generator).log()
    let soft = ((logits + noise.to(logits.device)) / tau).softmax(dim: dim)
    if !hard || soft.rank == 0 { return soft }
    let index = soft.detach().max(dim: dim, keepDim: true).indices
    let one = Tensor.ones(index.shape, dtype: logits.dtype, device: logits.device)
    return Tensor.zerosLike(soft.detach()).scatter(dim: dim, index: index, one) - soft.detach() + soft
  }
}
