public import TensorModule

extension Functional {
  /// y[k] = x₁ᵀ·W[k]·x₂ + b[k] (PyTorch's `F.bilinear`): inputs `[…, in1]` and `[…, in2]` of the same leading sizes, weight
  /// `[out, in1, in2]`, bias `[out]`; result `[…, out]`.
  public static func bilinear(_ input1: Tensor, _ input2: Tensor, _ weight: Tensor, _ bias: Tensor? = nil) -> Tensor {
    if ThreadMode.hasFailed { return standIn() }
    func refused(_ rule: String) -> Tensor { failing(TensorError("bilinear", of: input1, input2, weight, rule: rule)) }
    guard input1.rank > 0, input1.rank == input2.rank else { return refused("the inputs must have as many dimensions, at least one") }
    for i in 0..<(input1.rank - 1) where input1.shape[i] != input2.shape[i] {
      return refused("the inputs' sizes \(input1.shape[i]) and \(input2.shape[i]) differ at dimension \(i)")
    }
    guard weight.rank == 3, input1.shape[-1] == weight.shape[1], input2.shape[-1] == weight.shape[2] else {
      return refused("the weight must have shape (out, \(input1.shape[-1]), \(input2.shape[-1]))")
    }
    if let bias, bias.shape != [weight.shape[0]] {
      return failing(
        TensorError("bilinear", of: input1, input2, weight, bias, rule: "the bias must have shape (\(weight.shape[0]),)"))
    }
    guard input1.dtype == input2.dtype, input1.dtype == weight.dtype else {
      return refused("dtypes differ: \(input1.dtype), \(input2.dtype) and \(weight.dtype)")
    }
    // All products of an element of each input, then a matrix product.
    let pairs = input1.unsqueeze(-1).mul(input2.unsqueeze(-2)).flatten(startDim: -2)
    let table = weight.reshape([weight.shape[0], weight.shape[1] * weight.shape[2]])
    return Autocast.without { pairs.linear(table, bias) }
  }

  /// Vectors along a dimension divided by their p-norm, or by `eps` if that is larger (PyTorch's `F.normalize`).
  public static func normalize(_ input: Tensor, p: Double = 2, dim: Int = 1, eps: Double = 1e-12) -> Tensor {
    guard let axis = input.normalized(dim, "normalize") else { return standIn() }
    guard input.dtype.isFloatingPoint else {
      return failing(TensorError("normalize", of: input, rule: "needs a floating-point tensor, not \(input.dtype)"))
    }
    return input / vectorNorm(input, p, axis).clamp(min: eps)
  }

  /// The p-norm along a dimension, kept; slopes at zeros are 0.
  private static func vectorNorm(_ x: Tensor, _ p: Double, _ dim: Int) -> Tensor {
    if x.rank == 0 { return p == 0 ? (x.detach() .!= 0.0).to(x.dtype) : x.abs() }
    let compute = x.to(x.dtype.computeType)
    switch p {
    case .infinity: return x.abs().amax(dim: dim, keepDim: true)
    case -.infinity: return x.abs().amin(dim: dim, keepDim: true)
    case 0:
      let count = (compute.detach() .!= 0.0).to(compute.dtype).sum(dim: dim, keepDim: true).to(x.dtype)
      return count
    case 1: return compute.abs().sum(dim: dim, keepDim: true).to(x.dtype)
    default:
      let isZero = compute.detach() .== 0.0
      let powers = p == 2 ? compute.square() : Tensor.where(isZero, p > 0 ? 0.0 : .infinity, Tensor.where(isZero, 1.0, compute).abs().pow(p))
      let sum = powers.sum(dim: dim, keepDim: true)
      let isNothing = sum.detach() .== 0.0
      let safe = Tensor.where(isNothing, 1.0, sum)
      return Tensor.where(isNothing, p > 0 ? 0.0 : .infinity, p == 2 ? safe.sqrt() : safe.pow(1 / p)).to(x.dtype)
    }
  }
}
