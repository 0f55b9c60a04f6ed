internal import TensorModule

/// Learns a weight's length and direction apart (PyTorch's `parametrizations.weight_norm`): weight = g · v / ‖v‖, where g
/// and v are `parametrizations.weight.original0` and `original1`.
///
/// ```swift
/// let layer = weightNorm(Linear(20, 40))
/// ```
/// - Parameters:
///   - name: the parameter's key in the module.
///   - dim: the dimension that g has an element for each position of; nil for one length of the whole.
/// - Returns: the module. See ``registerParametrization(_:_:_:)``.
@discardableResult
public func weightNorm<M: Module>(_ module: M, name: String = "weight", dim: Int? = 0) -> M {
  if ThreadMode.hasFailed { return module }
  guard let target = module.parameterToCompute("weightNorm", name) else { return module }
  let axis = dim == -1 ? nil : dim
  if let axis, !(0..<target.rank).contains(axis) {
    fail(TensorError("weightNorm", of: target, rule: "there is no dimension \(axis); -1 or nil stand for all"))
    return module
  }
  return register(_WeightNorm(dim: axis), of: module, name, target)
}

/// Length and direction. The name is PyTorch's, which descriptions show.
final class _WeightNorm: Parametrization {
  private let dim: Int?

  init(dim: Int?) { self.dim = dim }

  func forward(_ originals: [Tensor]) -> Tensor {
    originals[1] * (originals[0] / length(originals[1]))
  }

  func rightInverse(_ value: Tensor) -> [Tensor] { [length(value).clone(), value] }

  /// The norm over all dimensions but `dim`, which stay as sizes of 1; over all if there is none.
  private func length(_ v: Tensor) -> Tensor {
    guard let dim else { return Linalg.vectorNorm(v) }
    let others = (0..<v.rank).filter { $0 != dim }
    return others.isEmpty ? v.abs() : Linalg.vectorNorm(v, dim: others, keepDim: true)
  }
}
