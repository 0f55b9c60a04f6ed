internal import Autograd
internal import TensorModule

/// Divides a weight by its greatest singular value (PyTorch's `parametrizations.spectral_norm`), as in a GAN's
/// discriminator. The value is found by power iteration: a step, or several, at each call while training.
///
/// ```swift
/// let layer = spectralNorm(Conv2d(3, 64, kernelSize: 3))
/// ```
/// What is learned is `parametrizations.weight.original`; the singular vectors are the buffers `_u` and `_v` of
/// `parametrizations.weight.0`. They start with PyTorch's random numbers for the same seed.
/// - Parameters:
///   - name: the parameter's key in the module.
///   - nPowerIterations: the number of steps.
///   - eps: the least length that vectors are divided by.
///   - dim: the dimension of the outputs, which become the matrix's rows: 0 by default, 1 for transposed convolutions.
/// - Returns: the module. See ``registerParametrization(_:_:_:)``.
@discardableResult
public func spectralNorm<M: Module>(
  _ module: M, name: String = "weight", nPowerIterations: Int = 1, eps: Double = 1e-12, dim: Int? = nil
) -> M {
  if ThreadMode.hasFailed { return module }
  guard let target = module.parameterToCompute("spectralNorm", name) else { return module }
  guard nPowerIterations > 0 else {
    fail(TensorError("spectralNorm", rule: "the number of power iterations must be positive, not \(nPowerIterations)"))
    return module
  }
  guard let axis = target.normalized(dim ?? (module is TransposedConvolution ? 1 : 0), "spectralNorm") else { return module }
  let parametrization = withNoGrad {
    _SpectralNorm(target.detach(), nPowerIterations: nPowerIterations, eps: eps, dim: axis)
  }
  return register(parametrization, of: module, name, target)
}

/// Division by the greatest singular value. The name is PyTorch's, which descriptions show.
final class _SpectralNorm: Parametrization, ModeDependent {
  private let nPowerIterations: Int
  private let eps: Double
  private let dim: Int
  /// The singular vectors, left and right; a vector needs none.
  private let u: Buffer?
  private let v: Buffer?
  private let mode = TrainingMode()

  init(_ weight: Tensor, nPowerIterations: Int, eps: Double, dim: Int) {
    self.nPowerIterations = nPowerIterations
    self.eps = eps
    self.dim = dim
    guard weight.rank > 1 else {
      (u, v) = (nil, nil)
      return
    }
    let rows = weight.shape[dim]
    // u is drawn before v.
    let left = Init.normal_(Tensor.empty([rows], dtype: weight.dtype, device: weight.device))
    let right = Init.normal_(
      Tensor.empty([weight.elementCount / max(rows, 1)], dtype: weight.dtype, device: weight.device))
    u = Buffer(Functional.normalize(left, dim: 0, eps: eps))
    v = Buffer(Functional.normalize(right, dim: 0, eps: eps))
    iterate(matrix(weight), 15)
  }

  var stateKeys: [String: String] { ["u": "_u", "v": "_v"] }

  var isTraining: Bool {
    get { mode.isOn }
    set { mode.isOn = newValue }
  }

  func forward(_ originals: [Tensor]) -> Tensor {
    let weight = originals[0]
    guard let u, let v else { return Functional.normalize(weight, dim: 0, eps: eps) }
    let matrix = matrix(weight)
    if isTraining { withNoGrad { iterate(matrix, nPowerIterations) } }
    // Copies: the next step writes over them, and the derivative needs these.
    let sigma = (u.clone() * matrix.mv(v.clone())).sum()
    return weight / sigma
  }

  private func matrix(_ weight: Tensor) -> Tensor { (dim == 0 ? weight : weight.movedim(dim, 0)).flatten(startDim: 1) }

  private func iterate(_ matrix: Tensor, _ count: Int) {
    guard let u, let v else { return }
    for _ in 0..<count where !ThreadMode.hasFailed {
      u.copy_(Functional.normalize(matrix.mv(v), dim: 0, eps: eps))
      v.copy_(Functional.normalize(matrix.t().mv(u), dim: 0, eps: eps))
    }
  }
}
