internal import Autograd
public import TensorModule

extension Init {
  /// Normal numbers of which none is outside of [a, b]: those that would be are drawn again (PyTorch's `trunc_normal_`).
  /// The bounds are values, not deviations. Where too few numbers would be inside, candidates are uniform in [a, b] and
  /// kept with the probability that the normal density asks for.
  @discardableResult
  public static func truncNormal_(
    _ x: Tensor, mean: Double = 0, std: Double = 1, a: Double = -2, b: Double = 2, generator: Generator? = nil
  ) -> Tensor {
    guard a <= b else {
      fail(TensorError("truncNormal_", of: x, rule: "the bound a = \(a) must not exceed b = \(b)"))
      return x
    }
    return withNoGrad {
      if ThreadMode.hasFailed { return x }
      let inside = normalShare(below: (b - mean) / std) - normalShare(below: (a - mean) / std)
      if inside > 0.3 {
        redrawOutside(x, mean, std, a, b, generator)
      } else if b - a > Double(Float.greatestFiniteMagnitude) {
        fail(TensorError("truncNormal_", of: x, rule: "too few numbers are in the bounds, and they are too far apart"))
      } else {
        drawByRejection(x, mean, std, a, b, generator)
      }
      return x
    }
  }

  /// The share of standard normal numbers below a number.
  private static func normalShare(below number: Double) -> Double {
    (1 + Tensor([number / (2.0).squareRoot()], dtype: .float64).erf().item()) / 2
  }

  private static func redrawOutside(
    _ x: Tensor, _ mean: Double, _ std: Double, _ a: Double, _ b: Double, _ generator: Generator?
  ) {
    // As numbers of the tensor's type, which is what is compared.
    let bounds = Tensor([a, b], dtype: .float64).to(x.dtype).to(x.device)
    x.normal_(mean: mean, std: std, generator: generator)
    var result = x
    while !ThreadMode.hasFailed {
      let isOutside = (result .< bounds[0]).logicalOr(result .> bounds[1])
      guard isTrueAnywhere(isOutside) else { break }
      // All are drawn, so that the stream does not depend on how many are used.
      let others = Tensor.emptyLike(x).normal_(mean: mean, std: std, generator: generator)
      result = .where(isOutside, others, result)
    }
    if result !== x { x.copy_(result) }
  }

  private static func drawByRejection(
    _ x: Tensor, _ mean: Double, _ std: Double, _ a: Double, _ b: Double, _ generator: Generator?
  ) {
    // The logarithm of the density's largest value in the bounds: a candidate there is always kept.
    let peak = (max(a, min(mean, b)) - mean) / std
    let logPeak = -0.5 * peak * peak
    func isRefused(_ candidates: Tensor) -> Tensor {
      let logDensity = candidates.clone().sub_(mean).div_(std).pow_(2).mul_(-0.5).sub_(logPeak)
      return Tensor.emptyLike(x).uniform_(generator: generator).log_() .> logDensity
    }
    x.uniform_(from: a, to: b, generator: generator)
    var result = x
    var isPending = isRefused(x)
    while !ThreadMode.hasFailed, isTrueAnywhere(isPending) {
      let candidates = Tensor.emptyLike(x).uniform_(from: a, to: b, generator: generator)
      result = .where(isPending, candidates, result)
      isPending = isPending.logicalAnd(isRefused(candidates))
    }
    if result !== x { x.copy_(result) }
  }

  private static func isTrueAnywhere(_ mask: Tensor) -> Bool {
    let answer = mask.any()
    return !ThreadMode.hasFailed && answer.item(as: Bool.self)
  }

  /// A random orthogonal matrix times `gain` (PyTorch's `orthogonal_`): the dimensions after the first taken together,
  /// rows are orthonormal if they are not more than columns, else columns are. Needs two dimensions.
  @discardableResult
  public static func orthogonal_(_ x: Tensor, gain: Double = 1, generator: Generator? = nil) -> Tensor {
    guard x.rank >= 2 else {
      fail(TensorError("orthogonal_", of: x, rule: "only tensors with 2 or more dimensions are supported"))
      return x
    }
    if x.elementCount == 0 { return x }
    return withNoGrad {
      let rows = x.shape[0], columns = x.elementCount / rows
      let isWide = rows < columns
      let numbers = Tensor.empty([rows, columns], dtype: x.dtype, device: x.device).normal_(generator: generator)
      let (q, r) = Linalg.qr(isWide ? numbers.t() : numbers)
      // A factorization may choose signs; with a positive diagonal of R all orthogonal matrices are equally likely.
      let uniform = q * r.diagonal().sign()
      x.copy_((isWide ? uniform.t() : uniform).reshape(x.shape))
      return x.mul_(gain)
    }
  }

  /// The identity (PyTorch's `eye_`): as many inputs of a linear layer as possible pass unchanged. Needs a matrix.
  @discardableResult
  public static func eye_(_ x: Tensor) -> Tensor {
    guard isMatrix(x, "eye_") else { return x }
    return withNoGrad { x.copy_(.eye(x.shape[0], x.shape[1], dtype: x.dtype, device: x.device)) }
  }

  /// Dirac's delta (PyTorch's `dirac_`): as many input channels of a convolution as possible pass unchanged, in each of
  /// `groups` groups of output channels. Needs a weight of 3, 4 or 5 dimensions.
  @discardableResult
  public static func dirac_(_ x: Tensor, groups: Int = 1) -> Tensor {
    guard (3...5).contains(x.rank) else {
      fail(TensorError("dirac_", of: x, rule: "only tensors with 3, 4, or 5 dimensions are supported"))
      return x
    }
    guard groups > 0, x.shape[0] % groups == 0 else {
      fail(TensorError("dirac_", of: x, rule: "dimension 0 must be divisible by groups, \(groups)"))
      return x
    }
    return withNoGrad {
      x.zero_()
      if x.elementCount == 0 { return x }
      var centre = x
      for size in x.shape.dropFirst(2) { centre = centre.select(dim: 2, index: size / 2) }
      let outputs = x.shape[0] / groups
      for group in 0..<groups {
        centre.narrow(dim: 0, start: group * outputs, length: outputs).diagonal().fill_(1)
      }
      return x
    }
  }

  /// Normal numbers, a share of each column zeros at random places (PyTorch's `sparse_`): ⌈sparsity · rows⌉ of them.
  /// Needs a matrix. As in PyTorch the places come from the default generator in any case.
  @discardableResult
  public static func sparse_(_ x: Tensor, sparsity: Double, std: Double = 0.01, generator: Generator? = nil) -> Tensor {
    guard isMatrix(x, "sparse_") else { return x }
    guard (0...1).contains(sparsity) else {
      fail(TensorError("sparse_", of: x, rule: "sparsity \(sparsity) is not a share, from 0 to 1"))
      return x
    }
    return withNoGrad {
      let rows = x.shape[0], columns = x.shape[1]
      x.normal_(std: std, generator: generator)
      if ThreadMode.hasFailed { return x }
      let zeroCount = Int(exactly: (sparsity * Double(rows)).rounded(.up)) ?? rows
      var isZero = Array(repeating: false, count: x.elementCount)
      for column in 0..<columns {
        for row in Tensor.randperm(rows).toArray(as: Int.self).prefix(zeroCount) { isZero[row * columns + column] = true }
      }
      return x.maskedFill_(Tensor(isZero, shape: [rows, columns]).to(x.device), 0)
    }
  }

  private static func isMatrix(_ x: Tensor, _ name: String) -> Bool {
    if x.rank == 2 { return true }
    fail(TensorError(name, of: x, rule: "only tensors with 2 dimensions are supported"))
    return false
  }
}
