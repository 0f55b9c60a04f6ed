public import TensorModule

extension Functional {
  /// The cosine of the angle between vectors (PyTorch's `F.cosine_similarity`).
  /// - Parameters:
  ///   - x1: vectors along `dim`; floating-point, broadcast against the others.
  ///   - x2: the others.
  ///   - dim: the dimension of the vectors, which disappears.
  ///   - eps: the least length that is divided by.
  public static func cosineSimilarity(_ x1: Tensor, _ x2: Tensor, dim: Int = 1, eps: Double = 1e-8) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    let type = resultType(x1, x2)
    guard type.isFloatingPoint else {
      return failing(
        TensorError("cosineSimilarity", of: x1, x2, rule: "expected a floating-point type, yet the common one is \(type)", hint: "convert with to(.float32)"))
    }
    guard let shape = broadcastShape(x1.shape, x2.shape) else {
      return failing(.broadcast(operation: "cosineSimilarity", x1, x2))
    }
    let a = x1.to(type.computeType).expand(shape), b = x2.to(type.computeType).expand(shape)
    let lengths = [a, b].map { raised(norm($0, p: 2, dim: dim, keepDim: true), to: eps) }
    return ((a / lengths[0]) * (b / lengths[1])).sum(dim: dim).to(type)
  }

  /// The p-norm of x1 - x2 + eps along the last dimension (PyTorch's `F.pairwise_distance`).
  /// - Parameters:
  ///   - x1: vectors `[…, D]`.
  ///   - x2: others, broadcast against them.
  ///   - p: the norm: 2 is Euclid's, infinity the largest difference.
  ///   - eps: added to each difference, so that no distance is 0.
  ///   - keepDim: whether the last dimension stays, of size 1.
  public static func pairwiseDistance(
    _ x1: Tensor, _ x2: Tensor, p: Double = 2, eps: Double = 1e-6, keepDim: Bool = false
  ) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    guard x1.rank > 0 || x2.rank > 0 else {
      return failing(TensorError("pairwiseDistance", of: x1, x2, rule: "needs vectors, not single numbers"))
    }
    let type = resultType(x1, x2).floatingPoint
    let difference = (wide(x1) - wide(x2)).to(type.computeType) + eps
    return norm(difference, p: p, dim: -1, keepDim: keepDim).to(type)
  }

  /// The p-norm distances of all pairs of rows of a matrix (PyTorch's `F.pdist`).
  /// - Parameters:
  ///   - input: `[N, D]`, floating-point.
  ///   - p: the norm, not negative.
  /// - Returns: `[N·(N - 1)/2]`: the pairs 0–1, 0–2, …, 1–2, …
  public static func pdist(_ input: Tensor, p: Double = 2) -> Tensor {
    let input = Autocast.full(input)
    if ThreadMode.hasFailed { return standIn() }
    guard input.rank == 2 else {
      return failing(TensorError("pdist", of: input, rule: "needs a matrix, but got \(input.rank) dimensions"))
    }
    guard input.dtype.isFloatingPoint, p >= 0 else {
      return failing(
        TensorError(
          "pdist", of: input,
          rule: p >= 0 ? "needs a floating-point tensor, not \(input.dtype)" : "p must not be negative, but is \(p)"))
    }
    let count = input.shape[0]
    var first: [Int64] = [], second: [Int64] = []
    first.reserveCapacity(count * max(count - 1, 0) / 2)
    second.reserveCapacity(first.capacity)
    for i in 0..<count {
      for j in (i + 1)..<max(count, i + 1) {
        first.append(Int64(i))
        second.append(Int64(j))
      }
    }
    func rows(_ numbers: [Int64]) -> Tensor {
      wide(input).indexSelect(dim: 0, index: Tensor(numbers, shape: [numbers.count]).to(input.device))
    }
    let difference = rows(first) - rows(second)
    // Of no columns or pairs there is no largest difference.
    if difference.elementCount == 0 { return difference.sum(dim: 1).to(input.dtype) }
    return norm(difference, p: p, dim: 1, keepDim: false).to(input.dtype)
  }

  /// (Σ |x|^p)^(1/p) along a dimension. As in PyTorch the gradient is 0 where the norm is 0 and, for p < 1, where an
  /// element is.
  static func norm(_ x: Tensor, p: Double, dim: Int, keepDim: Bool) -> Tensor {
    guard let axis = x.normalized(dim, "norm") else { return standIn() }
    switch p {
    case 0: return x.sign().abs().sum(dim: axis, keepDim: keepDim)
    case 1: return x.abs().sum(dim: axis, keepDim: keepDim)
    case 2:
      let squares = apply(.reduce(.sumOfSquares, x.rank == 0 ? AxisSet() : AxisSet(axis), keepDim: keepDim), x)
      return flatAtZero(squares) { $0.sqrt() }
    case .infinity: return x.abs().amax(dim: axis, keepDim: keepDim)
    case -.infinity: return x.abs().amin(dim: axis, keepDim: keepDim)
    default:
      let sizes = x.abs()
      var powers = sizes.pow(p)
      if p < 1 {
        let isZero = sizes .== 0
        powers = Tensor.where(isZero, p < 0 ? Double.infinity : 0, Tensor.where(isZero, 1, sizes).pow(p))
      }
      return flatAtZero(powers.sum(dim: axis, keepDim: keepDim)) { $0.pow(1 / p) }
    }
  }

  /// A root, with slope 0 at 0.
  private static func flatAtZero(_ x: Tensor, _ root: (Tensor) -> Tensor) -> Tensor {
    guard Recording.records(x.flags, .current) else { return root(x) }
    let isZero = x .== 0
    return Tensor.where(isZero, 0, root(Tensor.where(isZero, 1, x)))
  }
}
