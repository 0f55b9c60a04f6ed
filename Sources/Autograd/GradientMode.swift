internal import TensorModule

/// Runs `body` without recording: results require no gradients (PyTorch's `torch.no_grad()`). For the calling thread;
/// nests.
public func withNoGrad<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
  try ThreadMode.with(adding: .noGradient, body)
}

/// Runs `body` with recording, inside a ``withNoGrad(_:)`` too (PyTorch's `torch.enable_grad()`).
public func withGrad<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
  try ThreadMode.with(removing: [.noGradient, .inference], body)
}

/// Runs `body` in inference mode (PyTorch's `torch.inference_mode()`): nothing is recorded, and what is made inside can
/// never require gradients.
public func inferenceMode<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
  try ThreadMode.with(adding: .inference, body)
}

/// True if operations on this thread are recorded now (PyTorch's `torch.is_grad_enabled()`).
public var isGradEnabled: Bool { ThreadMode.current.isDisjoint(with: [.noGradient, .inference]) }
