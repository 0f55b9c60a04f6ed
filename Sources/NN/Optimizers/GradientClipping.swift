internal import Autograd
public import TensorModule

/// The norm of several tensors, as if they were one vector (PyTorch's `nn.utils.get_total_norm`). 0-d, of the tensors'
/// type and on the first one's device; 0 without tensors.
/// - Parameters:
///   - normType: which norm; `.infinity` is the largest magnitude.
///   - errorIfNonfinite: whether a norm that is infinite or not a number is an error.
public func getTotalNorm(_ tensors: [Tensor], normType: Double = 2, errorIfNonfinite: Bool = false) -> Tensor {
  withNoGrad {
    guard let first = tensors.first else { return Tensor(0.0) }
    let norms = tensors.map { vectorNorm($0, normType).to(first.device) }
    let total = norms.count == 1 ? norms[0] : vectorNorm(Tensor.stack(norms), normType)
    if errorIfNonfinite && !ThreadMode.hasFailed && !total.item().isFinite {
      fail(
        TensorError(
          "clipGradNorm",
          rule: "the total norm of order \(normType) of the gradients is \(total.item()), so they cannot be clipped",
          hint: "errorIfNonfinite: false scales them by it anyway"))
    }
    return total
  }
}

/// Scales the gradients of parameters in place so that their norm, taken over all of them, is at most `maxNorm`
/// (PyTorch's `nn.utils.clip_grad_norm_`). Between `backward()` and the optimizer's step.
/// - Parameters:
///   - parameters: those without a gradient are left alone.
///   - maxNorm: the largest norm.
///   - normType: which norm; `.infinity` is the largest magnitude.
///   - errorIfNonfinite: whether a norm that is infinite or not a number is an error.
/// - Returns: the norm before, a 0-d tensor.
@discardableResult
public func clipGradNorm(
  _ parameters: [Tensor], maxNorm: Double, normType: Double = 2, errorIfNonfinite: Bool = false
) -> Tensor {
  let total = getTotalNorm(parameters.compactMap(\.grad), normType: normType, errorIfNonfinite: errorIfNonfinite)
  clipGradsWithNorm(parameters, maxNorm: maxNorm, totalNorm: total)
  return total
}

/// Scales the gradients of parameters in place as ``clipGradNorm(_:maxNorm:normType:errorIfNonfinite:)`` does, with a norm
/// that is known already (PyTorch's `nn.utils.clip_grads_with_norm_`).
public func clipGradsWithNorm(_ parameters: [Tensor], maxNorm: Double, totalNorm: Tensor) {
  if ThreadMode.hasFailed { return }
  withNoGrad {
    let coefficient = (maxNorm / (totalNorm + 1e-6)).clamp(max: 1)
    for parameter in parameters {
      guard let gradient = writableGradient(parameter) else { continue }
      gradient.mul_(coefficient.to(gradient.device))
    }
  }
}

/// Limits every element of the gradients to ±`clipValue`, in place (PyTorch's `nn.utils.clip_grad_value_`).
public func clipGradValue(_ parameters: [Tensor], clipValue: Double) {
  if ThreadMode.hasFailed { return }
  withNoGrad {
    for parameter in parameters { writableGradient(parameter)?.clamp_(min: -clipValue, max: clipValue) }
  }
}

/// The gradient, which can be written in place: one that is an expanded number is copied first.
func writableGradient(_ parameter: Tensor) -> Tensor? {
  guard let gradient = parameter.grad else { return nil }
  guard gradient.layout.mayOverlap else { return gradient }
  let copy = gradient.contiguous()
  parameter.grad = copy
  return copy
}

/// The norm; of no elements 0, whatever the order, since a parameter without elements clips nothing.
private func vectorNorm(_ x: Tensor, _ p: Double) -> Tensor {
  x.elementCount == 0 ? Tensor.zeros([], dtype: x.dtype, device: x.device) : Linalg.vectorNorm(x, ord: p)
}
